"""The life of a request.

A request is submitted, checked by machine, voted on by two blind checkers, and released; or it goes back,
is rejected, or withdrawn. Everything here is derived from one table.
"""

import pytest

from airlock.domain.states import (
    FINAL,
    OPEN,
    OWNERS,
    TRANSITIONS,
    Act,
    Role,
    State,
    acts,
    audit_tag,
    diagram,
    roles_for,
    target,
)
from airlock.web.words import WORDS
from governance.audit import TAG


def test_every_state_has_an_owner_or_is_final():
    assert set(OWNERS) == set(State)
    assert {State.RELEASED, State.REJECTED, State.WITHDRAWN} == FINAL


def test_every_state_can_be_reached_and_every_open_one_left():
    assert {t.target for t in TRANSITIONS} == set(State)
    for state in OPEN:
        assert any(t.source is state and t.target is not state for t in TRANSITIONS)


def test_the_owner_of_a_state_can_move_it_on():
    for state, owner in OWNERS.items():
        if owner is not None:
            assert any(t.source is state and t.role is owner for t in TRANSITIONS), state


def test_final_states_are_never_left():
    assert all(t.target is t.source for t in TRANSITIONS if t.source in FINAL)


def test_an_act_in_a_state_has_one_outcome():
    outcomes = {}
    for t in TRANSITIONS:
        assert outcomes.setdefault((t.act, t.source), t.target) is t.target


def test_only_release_of_what_was_approved_leads_out():
    assert [
        (t.act, t.source, t.role)
        for t in TRANSITIONS
        if t.target is State.RELEASED and t.source is not t.target
    ] == [(Act.RELEASE, State.APPROVED, Role.CHECKER)]
    assert [
        (t.act, t.source, t.role)
        for t in TRANSITIONS
        if t.target is State.APPROVED and t.source is not t.target
    ] == [(Act.APPROVE, State.IN_REVIEW, Role.SYSTEM)]


def test_a_returned_request_can_always_be_finished_or_withdrawn():
    assert target(Act.SUBMIT, State.RETURNED) is State.SUBMITTED
    assert target(Act.WITHDRAW, State.RETURNED) is State.WITHDRAWN


def test_what_a_state_does_not_know_happens_nowhere():
    assert target(Act.RELEASE, State.IN_REVIEW) is None
    assert target(Act.VOTE, None) is None


MANUAL = {
    (Role.AUTHOR, State.SUBMITTED): "comment withdraw",
    (Role.AUTHOR, State.IN_REVIEW): "comment withdraw",
    (Role.AUTHOR, State.RETURNED): "submit comment withdraw",
    (Role.AUTHOR, State.APPROVED): "comment withdraw",
    (Role.CHECKER, State.SUBMITTED): "comment",
    (Role.CHECKER, State.IN_REVIEW): "vote return comment",
    (Role.CHECKER, State.RETURNED): "comment",
    (Role.CHECKER, State.APPROVED): "return comment release",
    (Role.CHECKER, State.RELEASED): "download",
    (Role.MEMBER, State.RELEASED): "download",
    (Role.SYSTEM, State.SUBMITTED): "hold refuse",
    (Role.SYSTEM, State.IN_REVIEW): "approve ask_changes reject",
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("role", Role)
def test_who_finds_which_buttons_in_which_state(role, state):
    assert " ".join(acts(frozenset({role}), state)) == MANUAL.get((role, state), "")


def test_an_auditor_changes_nothing():
    assert not [t for t in TRANSITIONS if t.role is Role.AUDITOR]


@pytest.mark.parametrize("act", Act)
def test_every_act_has_somebody_an_audit_tag_and_words(act):
    assert roles_for(act)
    assert TAG.fullmatch(audit_tag(act))
    assert f"act_{act}" in WORDS


@pytest.mark.parametrize("state", State)
def test_every_state_has_words_in_both_languages(state):
    assert f"state_{state}" in WORDS and f"next_{state}" in WORDS


def test_the_diagram_shows_every_move():
    drawn = diagram()
    assert drawn.count("-->") == sum(t.source is not t.target for t in TRANSITIONS) + len(FINAL)
    assert "approved --> released: release (checker)" in drawn
