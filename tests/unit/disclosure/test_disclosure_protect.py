"""Profiles, rounding and the proposal of what to leave out."""

import pytest

from disclosure.audit import recoverable
from disclosure.profiles import ACRO, OPENSAFELY, PROFILES, Rounding, from_json, get, to_json
from disclosure.protect import protect
from disclosure.rounding import is_rounded, rounded
from disclosure.tables import crosstab
from disclosure.thresholds import CountClass, classify

COUNTS = [[4, 20, 24], [30, 40, 70], [34, 60, 94]]
TABLE = crosstab(["a", "b", "Total"], ["x", "y", "Total"], COUNTS)


@pytest.mark.parametrize("name", PROFILES)
def test_each_number_of_a_profile_has_a_source_and_survives_json(name):
    profile = get(name)
    assert "threshold" in profile.sources
    assert from_json(to_json(profile)) == profile


def test_an_unknown_profile_is_named_with_those_that_exist():
    with pytest.raises(KeyError, match="acro"):
        get("none")


@pytest.mark.parametrize(
    ("name", "smallest"),
    [("acro", 10), ("opensafely", 8), ("abs", 10), ("datashield", 3), ("handbook", 3)],
)
def test_the_smallest_count_that_passes(name, smallest):
    assert classify(smallest, get(name)) is CountClass.SAFE
    assert classify(smallest - 1, get(name)) is CountClass.SMALL


@pytest.mark.parametrize("rounding", [Rounding(5), Rounding(10), Rounding(6, remainder=3)])
def test_what_was_rounded_looks_rounded_and_is_near(rounding):
    for count in range(200):
        printed = rounded(count, rounding)
        assert is_rounded(printed, rounding)
        assert abs(printed - count) <= rounding.base / 2


def test_protection_leaves_no_small_count_and_nothing_that_gives_it_back():
    safe = protect(TABLE, ACRO)
    assert safe.primary == {0}
    assert len(safe.secondary) == 3
    assert recoverable(safe.table) == ()


def test_protection_by_rounding():
    safe = protect(TABLE, OPENSAFELY)
    assert [cell.count for cell in safe.table.cells] == [None, 20, 25, 30, 40, 70, 35, 60, 95]


def test_a_table_with_holes_cannot_be_protected():
    with pytest.raises(ValueError, match="true counts"):
        protect(protect(TABLE, ACRO).table, ACRO)
