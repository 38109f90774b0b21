"""Suspension, closure, and the separation of duties."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from governance import lifecycle
from governance.actions import Action
from governance.authority import decide
from governance.decisions import Allowed, Refused
from governance.errors import RefusedError
from governance.projects import ProjectStatus
from tests.support.governance_register import NOW, apply, new_register, people, person, project

IN_PROJECT = [
    ("ana", Action.WORKSPACE_OPEN),
    ("ana", Action.WORKSPACE_SUBMIT),
    ("ana", Action.OUTPUT_SUBMIT),
    ("ines", Action.OUTPUT_REVIEW),
    ("ines", Action.OUTPUT_RELEASE),
    ("diego", Action.DATA_EXTRACT),
    ("service:airlock", Action.OUTPUT_RELEASE),
    ("service:custodian", Action.DATA_EXTRACT),
]


@pytest.mark.parametrize(("who", "action"), IN_PROJECT)
@pytest.mark.parametrize("status", [ProjectStatus.SUSPENDED, ProjectStatus.CLOSED])
def test_a_suspended_or_closed_project_permits_nothing(
    session: Session, who: str, action: Action, status: ProjectStatus
):
    assert isinstance(decide(session, who, action, "p042", NOW), Allowed)
    assert lifecycle.set_status(session, "p042", status, "olga", NOW) is None
    decision = decide(session, who, action, "p042", NOW)
    assert isinstance(decision, Refused)
    assert decision.rule == "project-active"


def test_a_resumed_project_permits_again(session: Session):
    lifecycle.set_status(session, "p042", ProjectStatus.SUSPENDED, "olga", NOW)
    assert lifecycle.set_status(session, "p042", ProjectStatus.ACTIVE, "olga", NOW) is None
    assert isinstance(decide(session, "ana", Action.WORKSPACE_OPEN, "p042", NOW), Allowed)


def test_a_closed_project_stays_closed_and_its_id_is_not_used_again(session: Session):
    lifecycle.set_status(session, "p042", ProjectStatus.CLOSED, "olga", NOW)
    refusal = lifecycle.set_status(session, "p042", ProjectStatus.ACTIVE, "olga", NOW)
    assert refusal is not None
    assert refusal.rule == "project-active"
    with pytest.raises(RefusedError, match="not used again"):
        apply(session, project(title="Another study"))


@pytest.mark.parametrize(("who", "action"), [("ana", a) for a in Action] + [("ines", Action.OUTPUT_REVIEW)])
def test_a_suspended_person_may_nothing(session: Session, who: str, action: Action):
    apply(session, people(person("ana", suspended=True), person("ines", "output_checker", suspended=True)))
    decision = decide(session, who, action, "p042", NOW)
    assert isinstance(decision, Refused)
    assert decision.rule == "person-active"


def test_a_figure_of_rehearsals_acts_in_exercises_only(session: Session):
    apply(session, people(person("tourchecker", "output_checker", "auditor", exercise=True)))
    apply(session, project("tour1", exercise=True))
    for action, where, kind in (
        (Action.OUTPUT_REVIEW, "tour1", Allowed),
        (Action.OUTPUT_REVIEW, "p042", Refused),
        (Action.OUTPUT_READ, "p042", Refused),
        (Action.AUDIT_VERIFY, None, Refused),
    ):
        decision = decide(session, "tourchecker", action, where, NOW)
        assert isinstance(decision, kind), (action, where)


def test_only_an_administrator_suspends(session: Session):
    for who in ("ana", "ines", "diego", "nobody", "root", "service:custodian"):
        refusal = lifecycle.set_status(session, "p042", ProjectStatus.SUSPENDED, who, NOW)
        assert isinstance(refusal, Refused), who


def test_a_member_who_is_also_a_checker_is_refused(session: Session):
    members = [
        *project()["members"],
        {"person": "ines", "roles": ["researcher"], "valid": project()["valid"]},
    ]
    with pytest.raises(RefusedError) as caught:
        apply(session, project(members=members))
    assert caught.value.refusal.rule == "checker-is-member"


def test_a_member_cannot_be_made_checker(session: Session):
    with pytest.raises(RefusedError) as caught:
        apply(session, people(person("rosa", "output_checker")))
    assert caught.value.refusal.rule == "checker-is-member"


def test_who_was_a_member_never_checks_that_project(session: Session):
    apply(session, project(members=project()["members"][:1]))  # rosa leaves
    apply(session, people(person("rosa", "output_checker")))
    decision = decide(session, "rosa", Action.OUTPUT_REVIEW, "p042", NOW)
    assert isinstance(decision, Refused)
    assert decision.rule == "independent"


def test_who_left_may_no_longer_work(session: Session):
    apply(session, project(members=project()["members"][:1]))
    decision = decide(session, "rosa", Action.WORKSPACE_OPEN, "p042", NOW)
    assert isinstance(decision, Refused)
    assert decision.rule == "membership-valid"


def test_an_administrator_does_not_widen_a_project_of_his_own(session: Session):
    own: list[dict[str, Any]] = [{"person": "olga", "roles": ["lead"], "valid": project()["valid"]}]
    with pytest.raises(RefusedError) as caught:
        apply(session, project("p043", members=own))
    assert caught.value.refusal.rule == "independent"


def test_nobody_but_an_administrator_applies(session: Session):
    for who in ("ana", "ines", "diego", "elena", "nobody"):
        with pytest.raises(RefusedError):
            apply(session, project(title="Mine now"), actor=who)


def test_root_registers_the_first_administrator_and_then_acts_for_a_person():
    engine = new_register(people(), project())
    with Session(engine) as session, pytest.raises(RefusedError) as caught:
        apply(session, project(title="Again"), actor="root")
    assert caught.value.refusal.rule == "first-administrator"
    engine.dispose()
