"""Who may do what: every person of the house, in every state, at every act, and what time changes."""

from datetime import UTC, datetime

import pytest

from airlock.domain.states import TRANSITIONS, Act, Role, State
from airlock.permissions import ALWAYS_ALLOWED, GUARDS, roles_of, why_not, why_not_see
from airlock.store import requests
from airlock.store.tables import RequestRow
from governance import project_files
from governance.database import transaction
from tests.support.airlock_house import NOON, P001, STAFF

PEOPLE = {
    "ana": {Role.AUTHOR, Role.MEMBER},
    "luis": {Role.MEMBER},
    "olga": set(),
    "nora": set(),
    "ines": {Role.CHECKER},
    "sofia": {Role.CHECKER},
    "aldo": {Role.AUDITOR},
    "marta": set(),
    "nobody": set(),
}

MAY = {
    State.SUBMITTED: {"ana": "comment withdraw", "checkers": "comment"},
    State.IN_REVIEW: {"ana": "comment withdraw", "checkers": "vote return comment"},
    State.RETURNED: {"ana": "submit comment withdraw", "checkers": "comment"},
    State.APPROVED: {"ana": "comment withdraw", "checkers": "return comment release"},
    State.RELEASED: {"ana": "download", "luis": "download", "checkers": "download"},
}

PERSONS_ACTS = [
    act for act in Act if act not in {Act.HOLD, Act.REFUSE, Act.APPROVE, Act.ASK_CHANGES, Act.REJECT}
]


def in_state(house, state):
    request = house.submitted()
    with transaction(house.engine) as session:
        session.get(RequestRow, request.id).state = state
    return request.id


@pytest.mark.parametrize("state", State)
def test_person_by_state_by_act(house, state):
    request_id = in_state(house, state)
    with transaction(house.engine) as session:
        request = requests.get(session, request_id)
        for person in PEOPLE:
            group = "checkers" if person in {"ines", "sofia"} else person
            may = {act for act in PERSONS_ACTS if why_not(session, person, act, request, NOON) is None}
            assert " ".join(act for act in Act if act in may) == MAY.get(state, {}).get(group, ""), person


def test_what_each_person_is_to_a_request(house):
    request = house.submitted()
    with transaction(house.engine) as session:
        assert {who: set(roles_of(session, who, request, NOON)) for who in PEOPLE} == PEOPLE


def test_nobody_performs_the_systems_acts(house):
    request = house.submitted()
    with transaction(house.engine) as session:
        for act in set(Act) - set(PERSONS_ACTS):
            for person in PEOPLE:
                assert why_not(session, person, act, request, NOON) is not None


def test_strangers_cannot_tell_whether_a_request_exists(house):
    request = house.submitted()
    with transaction(house.engine) as session:
        for person in ("olga", "nora", "nobody"):
            assert why_not_see(session, person, request, NOON).rule == "airlock.unknown-request"
        for person in ("ana", "luis", "ines", "aldo"):
            assert why_not_see(session, person, request, NOON) is None


def test_author_and_members_are_told_why_they_may_not_check(house):
    request = house.submitted()
    with transaction(house.engine) as session:
        for person in ("ana", "luis"):
            assert why_not(session, person, Act.VOTE, request, NOON).rule == "airlock.author-or-member"


def apply(house, text, actor="marta"):
    with transaction(house.engine) as session:
        project_files.apply(session, project_files.load(text), actor, NOON)


def test_a_checker_who_once_was_a_member_never_checks_that_project(house):
    apply(house, STAFF.replace("house_roles: [{role: output_checker", "house_roles: [{role: auditor"))
    joined = "{person: ines, roles: [researcher], valid: {start: 2026-01-01, end: 2027-12-31}}"
    apply(house, P001.replace("members: [", f"members: [{joined}, "))
    apply(house, P001)
    apply(house, STAFF)
    request = house.submitted()
    with transaction(house.engine) as session:
        assert Role.CHECKER not in roles_of(session, "ines", request, NOON)
        assert why_not(session, "ines", Act.VOTE, request, NOON) is not None


@pytest.mark.parametrize(
    ("person", "role"), [("ana", Role.AUTHOR), ("luis", Role.MEMBER), ("ines", Role.CHECKER)]
)
def test_who_has_a_stake_or_a_vote_is_no_auditor_of_it(house, person, role):
    auditor = "{role: auditor, valid: {start: 2026-01-01, end: 2027-12-31}}"
    people = [
        line.replace("house_roles: [", f"house_roles: [{auditor}{', ' if '{role:' in line else ''}")
        if line.startswith(f"- {{id: {person},")
        else line
        for line in STAFF.splitlines()
    ]
    apply(house, "\n".join(people))
    request = house.submitted()
    with transaction(house.engine) as session:
        roles = roles_of(session, person, request, NOON)
    assert role in roles and Role.AUDITOR not in roles


def test_when_a_checkers_role_ends_so_does_the_right(house):
    request = house.submitted()
    later = datetime(2028, 1, 2, tzinfo=UTC)
    with transaction(house.engine) as session:
        assert why_not(session, "ines", Act.VOTE, request, later).rule == "airlock.unknown-request"


def test_when_the_project_ends_its_author_can_still_withdraw_and_not_submit(house):
    request_id = in_state(house, State.RETURNED)
    later = datetime(2028, 1, 2, tzinfo=UTC)
    with transaction(house.engine) as session:
        request = requests.get(session, request_id)
        assert why_not(session, "ana", Act.SUBMIT, request, later) is not None
        assert why_not(session, "ana", Act.WITHDRAW, request, later) is None


def test_every_persons_act_has_a_guard_in_the_register():
    needed = {(t.act, t.role) for t in TRANSITIONS if t.role is not Role.SYSTEM}
    assert needed == GUARDS.keys() | ALWAYS_ALLOWED
