"""Leases: permission ends by itself, at the earliest end that matters, in local days, both ends included."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from governance.actions import Action
from governance.authority import decide
from governance.database import transaction
from governance.decisions import Allowed, Decision, Refused
from tests.support.governance_register import NOW, change, madrid, new_register, people, person, project

# Where an end is written, and which rule speaks once it has passed.
EXPIRIES = {
    "valid": "project-valid",
    "ethics.valid": "ethics-valid",
    "members.0.valid": "membership-valid",
    "grants.0.valid": "grant-valid",
    "grants.0.agreement.valid": "dataset-agreement-valid",
}
JUNE = {"start": "2026-06-01", "end": "2026-06-30"}
OPEN = Action.WORKSPACE_OPEN


def ask(at: datetime, *documents: dict[str, Any], who: str = "ana", action: Action = OPEN) -> Decision:
    engine = new_register(*documents)
    with transaction(engine) as session:
        return decide(session, who, action, "p042", at)


def trained(valid: dict[str, str]) -> dict[str, Any]:
    return people(person("ana", training=[{"course": "research-data-protection", "valid": valid}]))


@pytest.mark.parametrize("where", EXPIRIES)
def test_the_earliest_end_is_the_lease(where: str):
    decision = ask(madrid(2026, 6, 15), people(), change(project(), where, JUNE))
    assert decision == Allowed(madrid(2026, 7, 1))


def test_training_ends_the_lease():
    assert ask(madrid(2026, 6, 15), trained(JUNE), project()) == Allowed(madrid(2026, 7, 1))


@pytest.mark.parametrize("where", EXPIRIES)
def test_the_last_day_counts_to_its_last_second(where: str):
    documents = people(), change(project(), where, JUNE)
    assert isinstance(ask(madrid(2026, 6, 30, 23, 59, 59), *documents), Allowed)
    after = ask(madrid(2026, 7, 1), *documents)
    assert isinstance(after, Refused)
    assert after.rule == EXPIRIES[where]
    assert "2026-06-30" in after.reason


@pytest.mark.parametrize("where", [where for where in EXPIRIES if where != "grants.0.valid"])
def test_nothing_begins_before_its_day_but_a_lagging_clock_is_forgiven(where: str):
    documents = people(), change(project(), where, JUNE)
    assert isinstance(ask(madrid(2026, 5, 31, 23, 58, 59), *documents), Refused)
    assert isinstance(ask(madrid(2026, 5, 31, 23, 59, 0), *documents), Allowed)


def test_a_grant_that_has_not_begun_is_in_no_extract_and_stops_nobody():
    later = change(project(), "grants.0.valid", {"start": "2026-12-01", "end": "2026-12-31"})
    assert isinstance(ask(NOW, people(), later), Allowed)


def test_training_before_during_after():
    assert isinstance(ask(madrid(2026, 5, 1), trained(JUNE), project()), Refused)
    assert isinstance(ask(madrid(2026, 6, 1), trained(JUNE), project()), Allowed)
    assert isinstance(ask(madrid(2026, 7, 1), trained(JUNE), project()), Refused)


def test_a_course_taken_again_counts_from_the_better_pass():
    passes = [
        {"course": "research-data-protection", "valid": valid}
        for valid in (JUNE, {**JUNE, "end": "2026-09-30"})
    ]
    decision = ask(madrid(2026, 6, 15), people(person("ana", training=passes)), project())
    assert decision == Allowed(madrid(2026, 10, 1))


def test_no_training_and_another_course_are_no_training():
    other = {"course": "swimming", "valid": JUNE}
    for training in ([], [other]):
        decision = ask(madrid(2026, 6, 15), people(person("ana", training=training)), project())
        assert isinstance(decision, Refused)
        assert decision.rule == "training-valid"


@pytest.mark.parametrize(
    "agreements",
    [
        [],
        [{"text": "terms-of-use-0", "signed": "2026-01-01"}],
        [{"text": "terms-of-use-1", "signed": "2027-01-01"}],
    ],
)
def test_only_the_asked_text_signed_by_now_counts(agreements: list[dict[str, str]]):
    decision = ask(NOW, people(person("ana", agreements=agreements)), project())
    assert isinstance(decision, Refused)
    assert decision.rule == "agreement-signed"


def test_a_day_of_twenty_three_hours_is_a_whole_day():
    # Clocks go forward on 29 March 2026 in Madrid: the lease ends at 22:00 UTC, not at 23:00.
    spring = change(project(), "valid", {"start": "2026-03-29", "end": "2026-03-29"})
    decision = ask(madrid(2026, 3, 29, 12), people(), spring)
    assert isinstance(decision, Allowed)
    assert decision.until.isoformat() == "2026-03-29T22:00:00+00:00"
    assert decision.until - madrid(2026, 3, 29).astimezone(decision.until.tzinfo) == timedelta(hours=23)


def test_a_house_role_before_during_after():
    holder = person("ines", house_roles=[{"role": "output_checker", "valid": JUNE}])
    for at, kind in (
        (madrid(2026, 5, 1), Refused),
        (madrid(2026, 6, 30, 12), Allowed),
        (madrid(2026, 7, 1), Refused),
    ):
        assert isinstance(ask(at, people(holder), project(), who="ines", action=Action.OUTPUT_REVIEW), kind)


def test_a_checker_may_finish_what_was_submitted_before_the_project_ended():
    ended = change(project(), "valid", JUNE)
    assert isinstance(
        ask(madrid(2026, 7, 15), people(), ended, who="ines", action=Action.OUTPUT_REVIEW), Allowed
    )
    assert isinstance(ask(madrid(2026, 7, 15), people(), ended, action=Action.OUTPUT_SUBMIT), Refused)
