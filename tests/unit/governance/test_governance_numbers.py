"""uids and gids: never given twice, except in turn to exercises whose holder is closed."""

import pytest
from sqlalchemy.orm import Session

from governance import lifecycle, register
from governance.errors import BrokenError
from governance.numbers import exercise_range, lasting_range, next_in_turn, next_lasting
from governance.projects import ProjectStatus
from tests.support.governance_register import NOW, apply, project


def test_the_last_thousand_are_for_exercises(session: Session):
    facts = register.instance_facts(session)
    assert lasting_range(facts) == range(700_000, 709_000)
    assert exercise_range(facts) == range(709_000, 710_000)


def test_lasting_numbers_rise_and_end():
    assert next_lasting(range(10, 13), []) == 10
    assert next_lasting(range(10, 13), [10, 11]) == 12
    with pytest.raises(BrokenError, match="used up"):
        next_lasting(range(10, 13), [12, 10])


def test_exercise_numbers_go_round_and_skip_the_held():
    numbers = range(10, 14)
    assert next_in_turn(numbers, [], held=()) == 10
    assert next_in_turn(numbers, [10, 11], held=(10, 11)) == 12
    assert next_in_turn(numbers, [12, 13], held=(10,)) == 11
    with pytest.raises(BrokenError, match="close exercise projects"):
        next_in_turn(numbers, [13], held=numbers)


def test_a_closed_project_keeps_its_numbers_for_ever(session: Session):
    lifecycle.set_status(session, "p042", ProjectStatus.CLOSED, "olga", NOW)
    apply(session, project("p043"))
    given = [one.account.uid for name in ("p042", "p043") for one in register.memberships(session, name)]
    assert given == [700_001, 700_002, 700_004, 700_005]


def test_exercises_take_from_their_pool_and_give_back(session: Session, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("governance.numbers.EXERCISE_POOL", 4)  # one project with two members takes three
    apply(session, project("tour1", exercise=True))
    first = [one.account.uid for one in register.memberships(session, "tour1")]
    assert first == [709_997, 709_998]
    with pytest.raises(BrokenError), session.begin_nested():
        apply(session, project("tour2", exercise=True))
    lifecycle.set_status(session, "tour1", ProjectStatus.CLOSED, "olga", NOW)
    apply(session, project("tour3", exercise=True))
    second = register.memberships(session, "tour3")
    assert [one.account.uid for one in second] == [709_996, 709_997]
    assert [one.account.name for one in second] == ["main-tour3-m1", "main-tour3-m2"]
    assert register.membership_of_uid(session, 709_997) == second[1]
