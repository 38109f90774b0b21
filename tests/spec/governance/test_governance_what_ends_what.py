"""Which end stops which act: one table, before, during and after each end.

A mark says that the act ends with it. Where there is none the act goes on: a checker still judges what was
submitted in time, and nobody needs a data agreement to hand in a table.
"""

from typing import Any

import pytest

from governance.actions import Action
from governance.authority import decide
from governance.database import transaction
from governance.decisions import Allowed, Decision, Refused
from tests.support.governance_register import (
    ROLES,
    apply,
    change,
    madrid,
    new_register,
    people,
    person,
    project,
)

JUNE = {"start": "2026-06-01", "end": "2026-06-30"}
BEFORE, DURING, AFTER = madrid(2026, 5, 15), madrid(2026, 6, 15), madrid(2026, 7, 1)

TABLE = """
who                action             | project ethics membership training grant dataset role
ana                workspace:open     |    x      x        x         x       x      x
ana                workspace:submit   |    x      x        x         x       x      x
ana                output:submit      |    x      x        x         x
ana                output:read        |                    x
ines               output:read        |                                                   x
ines               output:review      |                                                   x
ines               output:release     |                                                   x
diego              data:extract       |    x      x                          x      x     x
service:custodian  data:extract       |    x      x                          x      x
service:airlock    output:release     |
diego              warehouse:ingest   |                                                   x
olga               project:apply      |                                                   x
olga               instance:provision |                                                   x
elena              audit:verify       |                                                   x
"""

# Where each end is written down, and the rule that speaks for it.
ENDS = {
    "project": ("valid", "project-valid"),
    "ethics": ("ethics.valid", "ethics-valid"),
    "membership": ("members.0.valid", "membership-valid"),
    "training": ("", "training-valid"),
    "grant": ("grants.0.valid", "grant-valid"),
    "dataset": ("grants.0.agreement.valid", "dataset-agreement-valid"),
    "role": ("", "house-role"),
}


def _cells() -> list[tuple[str, str, str, bool]]:
    head, *rows = TABLE.strip("\n").splitlines()
    bar = head.index("|")
    columns = {name: head.index(f" {name}", bar) for name in ENDS}
    cells = []
    for row in rows:
        who, action = row[:bar].split()
        for name, start in columns.items():
            cells.append((who, action, name, "x" in row[start : start + len(name) + 1]))
    return cells


def ask(who: str, action: str, end: str, at: Any) -> Decision:
    """Decide in a register where this one end is June's and all others are the year's."""
    where, _ = ENDS[end]
    extra = []
    if end == "training" and ":" not in who:
        course = {"course": "research-data-protection", "valid": JUNE}
        extra = [person(who, *_roles(who), training=[course])]
    if end == "role" and who in ROLES:
        extra = [person(who, house_roles=[{"role": ROLES[who], "valid": JUNE}])]
    study = change(project(), where, JUNE) if where else project()
    engine = new_register(people(*extra), study)
    with transaction(engine) as session:
        decision = decide(session, who, Action(action), "p042", at)
    engine.dispose()
    return decision


def _roles(who: str) -> list[str]:
    return [ROLES[who]] if who in ROLES else []


@pytest.mark.parametrize(("who", "action", "end", "stops"), _cells())
def test_what_ends_what(who: str, action: str, end: str, stops: bool):
    during, after = ask(who, action, end, DURING), ask(who, action, end, AFTER)
    assert isinstance(during, Allowed)
    if stops:
        assert during.until == AFTER
        assert isinstance(after, Refused)
        # A reader has two ways in, so what closes the last one is worded for both.
        assert after.rule in {ENDS[end][1], "may-read-outputs"}
    else:
        assert during.until > AFTER
        assert isinstance(after, Allowed)


@pytest.mark.parametrize(
    ("who", "action", "end"), [(who, act, end) for who, act, end, x in _cells() if x and end != "grant"]
)
def test_nothing_is_permitted_before_its_first_day(who: str, action: str, end: str):
    assert isinstance(ask(who, action, end, BEFORE), Refused)


def test_the_table_names_every_action():
    assert {action for _, action, _, _ in _cells()} == {action.value for action in Action}


@pytest.mark.parametrize("action", [Action.WORKSPACE_OPEN, Action.WORKSPACE_SUBMIT, Action.OUTPUT_SUBMIT])
def test_no_work_without_the_signed_agreement(action: Action):
    engine = new_register(people(person("ana", agreements=[])), project())
    with transaction(engine) as session:
        decision = decide(session, "ana", action, "p042", DURING)
    engine.dispose()
    assert isinstance(decision, Refused)
    assert decision.rule == "agreement-signed"


@pytest.mark.parametrize("action", Action)
def test_a_figure_of_rehearsals_does_nothing_outside_exercises(action: Action):
    """Whatever it was given: membership, every role that a member may hold, training."""
    roles = [] if action in MEMBERS_ACTIONS else list(ROLES.values())
    figure = person("figure", *roles, exercise=True)
    members = [*project()["members"]]
    if action in MEMBERS_ACTIONS:
        members.append({"person": "figure", "roles": ["researcher"], "valid": project()["valid"]})
    engine = new_register(people(figure), project(members=members))
    with transaction(engine) as session:
        decision = decide(session, "figure", action, "p042", DURING)
    engine.dispose()
    assert isinstance(decision, Refused)
    assert decision.rule == "exercise-apart"


MEMBERS_ACTIONS = {Action.WORKSPACE_OPEN, Action.WORKSPACE_SUBMIT, Action.OUTPUT_SUBMIT}


@pytest.mark.parametrize(
    ("action", "role"),
    [
        (Action.OUTPUT_REVIEW, "output_checker"),
        (Action.OUTPUT_RELEASE, "output_checker"),
        (Action.PROJECT_APPLY, "administrator"),
    ],
)
def test_nobody_judges_a_project_of_his_own(action: Action, role: str):
    """Rosa leaves the project, then gets a role: what she was a member of stays out of her reach."""
    engine = new_register(people(), project())
    with transaction(engine) as session:
        apply(session, project(members=project()["members"][:1]))
        apply(session, people(person("rosa", role)))
        decision = decide(session, "rosa", action, "p042", DURING)
    engine.dispose()
    assert isinstance(decision, Refused)
    assert decision.rule == "independent"
