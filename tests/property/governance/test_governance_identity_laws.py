"""Laws of names and numbers that hold for whatever is thrown at them."""

import pwd

from hypothesis import given
from hypothesis import strategies as st

from governance.errors import UsageError
from governance.identity import (
    INSTANCE_LAW,
    LONGEST_ACCOUNT,
    PERSON_LAW,
    PROJECT_LAW,
    account_name,
    group_name,
    person_id,
    project_id,
)
from governance.numbers import next_in_turn, next_lasting

instances = st.from_regex(INSTANCE_LAW, fullmatch=True)
projects = st.from_regex(PROJECT_LAW, fullmatch=True)
numbers = st.integers(1, 9999)


@given(instances, projects, numbers)
def test_an_account_name_is_valid_everywhere_and_bounded(instance: str, project: str, number: int):
    name = account_name(instance, project, number)
    assert len(name) <= LONGEST_ACCOUNT
    assert name.isascii()
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert name[0].isalpha()


@given(st.tuples(instances, projects, numbers), st.tuples(instances, projects, numbers))
def test_different_memberships_never_share_an_account(one: tuple[str, str, int], other: tuple[str, str, int]):
    assert (account_name(*one) == account_name(*other)) == (one == other)


@given(st.tuples(instances, projects), st.tuples(instances, projects), numbers)
def test_groups_never_collide_with_each_other_nor_with_accounts(
    one: tuple[str, str], other: tuple[str, str], number: int
):
    assert (group_name(*one) == group_name(*other)) == (one == other)
    assert group_name(*one) != account_name(*other, number)


@given(instances, projects, numbers)
def test_no_account_shadows_one_of_the_system(instance: str, project: str, number: int):
    names = {entry.pw_name for entry in pwd.getpwall() if entry.pw_uid < 1000}
    assert account_name(instance, project, number) not in names


@given(st.text(max_size=40))
def test_whatever_passes_as_an_id_cannot_leave_a_folder(text: str):
    for check, law in ((project_id, PROJECT_LAW), (person_id, PERSON_LAW)):
        try:
            passed = check(text)
        except UsageError as error:
            assert (
                not text.strip() or len(text) < 3 or text not in str(error)
            )  # what was typed is not repeated
            assert not law.fullmatch(text)
        else:
            assert passed == text
            assert passed.isascii()
            assert passed.isalnum()


@given(st.sets(st.integers(100, 199), max_size=99))
def test_a_lasting_number_was_never_given(given_before: set[int]):
    free = range(100, 201)
    assert next_lasting(free, sorted(given_before)) > max(given_before, default=99)


@given(st.lists(st.integers(100, 119), max_size=30), st.sets(st.integers(100, 119), max_size=19))
def test_an_exercise_number_is_free(given_before: list[int], held: set[int]):
    number = next_in_turn(range(100, 120), given_before, held)
    assert number in range(100, 120)
    assert number not in held
