from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse_lib.custodian.keys import Keyring, project_scope
from warehouse_lib.deidentify.dates import shift_days
from warehouse_lib.deidentify.pseudonyms import BITS, BUCKETS, bucket_of, pseudonym, pseudonyms

IDS = st.integers(min_value=-(2**63), max_value=2**63 - 1)
KEYS = st.binary(min_size=32, max_size=32)
PROJECTS = st.from_regex(r"[a-z][a-z0-9]{1,15}", fullmatch=True)


@settings(deadline=None)
@given(st.sets(IDS, max_size=200), KEYS)
def test_pseudonyms_are_one_to_one(ids: set[int], key: bytes) -> None:
    found = pseudonyms(ids, key)
    assert found.keys() == ids
    assert len(set(found.values())) == len(ids)


@given(IDS, KEYS)
def test_a_pseudonym_survives_float64_and_lies_in_a_bucket(identifier: int, key: bytes) -> None:
    value = pseudonym(identifier, key)
    assert 0 <= value < 2**BITS
    assert int(float(value)) == value
    assert 0 <= bucket_of(value) < BUCKETS


@given(st.sets(IDS, max_size=50), KEYS)
def test_the_map_of_a_set_does_not_depend_on_its_order(ids: set[int], key: bytes) -> None:
    assert pseudonyms(sorted(ids), key) == pseudonyms(sorted(ids, reverse=True), key)


@settings(deadline=None)
@given(st.sets(IDS, min_size=1, max_size=100), KEYS, PROJECTS, PROJECTS)
def test_two_projects_share_no_value(ids: set[int], master: bytes, one: str, other: str) -> None:
    ring = Keyring(master)
    first, second = (
        set(pseudonyms(ids, ring.key(project_scope(project), "person")).values()) for project in (one, other)
    )
    assert first == second if one == other else not first & second


@given(IDS, KEYS, st.lists(st.dates(), min_size=2, max_size=5))
def test_a_constant_shift_preserves_intervals_and_weekdays(person: int, key: bytes, days: list) -> None:
    shift = shift_days(person, key)
    moved = [day.toordinal() - shift for day in days]
    assert moved[1] - moved[0] == days[1].toordinal() - days[0].toordinal()
    assert [day % 7 for day in moved] == [day.toordinal() % 7 for day in days]
    assert shift == shift_days(person, key)
