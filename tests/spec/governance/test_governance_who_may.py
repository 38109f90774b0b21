"""Who may do what, within all dates: one table that reads as the manual.

A mark at the crossing of person and action means allowed; everything else is refused, with the rule's name.
"""

import pytest
from sqlalchemy.orm import Session

from governance.actions import Action
from governance.authority import decide
from governance.decisions import Allowed, Refused
from tests.support.governance_register import NOW

PERSONS = """
                   | ana rosa | luis | ines carlos | diego | elena | olga | sara | nobody |
workspace:open     |  x   x   |      |             |       |       |      |      |        |
workspace:submit   |  x   x   |      |             |       |       |      |      |        |
output:submit      |  x   x   |      |             |       |       |      |      |        |
output:review      |          |      |   x    x    |       |       |      |      |        |
output:release     |          |      |   x    x    |       |       |      |      |        |
output:read        |  x   x   |      |   x    x    |       |   x   |      |      |        |
data:extract       |          |      |             |   x   |       |      |      |        |
warehouse:ingest   |          |      |             |   x   |       |      |      |        |
project:apply      |          |      |             |       |       |  x   |      |        |
instance:provision |          |      |             |       |       |  x   |      |        |
audit:verify       |          |      |             |       |   x   |  x   |      |        |
"""

# What runs without a person. Root has said who it is by now: an administrator is registered.
SERVICES = """
                   | service:airlock | service:custodian | service:provisioner | root |
workspace:open     |                 |                   |                     |      |
workspace:submit   |                 |                   |                     |      |
output:submit      |                 |                   |                     |      |
output:review      |                 |                   |                     |      |
output:release     |        x        |                   |                     |      |
output:read        |                 |                   |                     |      |
data:extract       |                 |         x         |                     |      |
warehouse:ingest   |                 |                   |                     |      |
project:apply      |                 |                   |                     |      |
instance:provision |                 |                   |          x          |  x   |
audit:verify       |                 |                   |                     |  x   |
"""


def _cells(table: str) -> list[tuple[str, str, bool]]:
    head, *rows = table.strip("\n").splitlines()
    names = head.replace("|", " ").split()
    # A person's column reaches from the end of the name before to the end of its own.
    ends = [head.index(f" {name} ") + 1 + len(name) for name in names]
    starts = [head.index("|"), *ends[:-1]]
    action_width = head.index("|")
    return [
        (row[:action_width].strip(), name, "x" in row[start : end + 1])
        for row in rows
        for name, start, end in zip(names, starts, ends, strict=True)
    ]


CELLS = _cells(PERSONS) + _cells(SERVICES)


@pytest.mark.parametrize(("action", "person", "allowed"), CELLS)
def test_within_all_dates(session: Session, action: str, person: str, allowed: bool):
    decision = decide(session, person, Action(action), "p042", NOW)
    assert isinstance(decision, Allowed if allowed else Refused), decision
    if isinstance(decision, Refused):
        assert decision.reason and decision.remedy and decision.rule != "unknown"


def test_the_table_names_every_action():
    assert {action for action, _, _ in CELLS} == {action.value for action in Action}


@pytest.mark.parametrize("action", [a for a in Action if a is not Action.AUDIT_VERIFY])
def test_nobody_acts_in_a_project_that_is_not_there(session: Session, action: Action):
    for person in ("ana", "ines", "diego", "nobody"):
        if (action, person) == (Action.WAREHOUSE_INGEST, "diego"):
            continue  # an act on the house: the project does not matter
        assert isinstance(decide(session, person, action, "p999", NOW), Refused)


def test_every_refusal_is_worded_in_spanish_too(session: Session):
    english = decide(session, "luis", Action.WORKSPACE_OPEN, "p042", NOW)
    spanish = decide(session, "luis", Action.WORKSPACE_OPEN, "p042", NOW, language="es")
    assert english == Refused(
        "luis is not a member of project p042.",
        "The project's lead can ask for a membership.",
        "membership-valid",
    )
    assert isinstance(spanish, Refused)
    assert spanish.rule == english.rule
    assert spanish.reason == "luis no es miembro del proyecto p042."


def test_a_moment_without_a_zone_is_a_mistake_of_the_caller(session: Session):
    with pytest.raises(ValueError, match="time zone"):
        decide(session, "ana", Action.WORKSPACE_OPEN, "p042", NOW.replace(tzinfo=None))
