"""The typed table: how its totals are found, by word and by arithmetic."""

import subprocess
import sys
import time

import pytest

from disclosure.tables import Cell, broken_sums, crosstab, is_total, plain, table, words


@pytest.mark.parametrize(
    "label", ["Total", "TOTAL", "All", "Todos", "ambos sexos", "All patients", "Grand total", "Σ"]
)
def test_labels_that_name_a_total(label):
    assert is_total(label)


@pytest.mark.parametrize(
    "label", ["All-cause death", "Overall survival", "Female", "", "Totally", "Hospital Total Care"]
)
def test_labels_that_do_not(label):
    assert not is_total(label)


def test_headings_split_into_plain_words():
    assert words("nPatients_total") == ("n", "patients", "total")
    assert plain("  Región  NORTE ") == "region norte"


def test_a_cross_table_with_margins_has_an_equation_for_each_margin_cell():
    made = crosstab(["a", "b", "Total"], ["x", "y", "Total"], [[1, 2, 3], [4, 5, 9], [5, 7, 12]])
    assert len(made.sums) == 6
    assert broken_sums(made) == ()


def test_a_line_that_is_always_the_sum_is_a_total_whatever_it_is_called():
    made = crosstab(["a", "b"], ["north", "south", "everywhere"], [[20, 30, 50], [11, 22, 33]])
    assert {one.total for one in made.sums} == {2, 5}


def test_one_line_that_happens_to_add_up_is_no_total():
    made = crosstab(["a", "b"], ["x", "y", "z"], [[20, 30, 50], [11, 22, 34]])
    assert made.sums == ()


def test_a_whole_beside_one_part_is_no_sum():
    assert crosstab(["a", "b"], ["total", "events"], [[20, 10], [30, 12]]).sums == ()


def test_a_total_that_does_not_add_up_is_told():
    made = crosstab(["a", "b", "Total"], ["n"], [[20], [30], [51]])
    assert [one.total for one in broken_sums(made)] == [2]


def test_cells_need_labels_for_the_same_dimensions():
    with pytest.raises(ValueError, match="each dimension"):
        table([Cell(("a",), 1), Cell(("a", "b"), 1)])


def test_the_library_loads_fast_and_brings_nothing_heavy():
    code = "import disclosure.protect, disclosure.identifiers, sys; print('numpy' in sys.modules)"
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=".")
    assert done.stdout.strip() == "False"
    assert time.perf_counter() - started < 5  # the aim is 0.5 s; a busy machine gets some room


NORTH = ["North A", "North B", "North total"]
SOUTH = ["South A", "South B", "South total"]


def test_subtotals_sum_the_labels_before_them_and_the_total_sums_the_leaves():
    made = crosstab([*NORTH, *SOUTH, "Total"], ["n"], [[20], [30], [50], [40], [60], [100], [150]])
    assert {(one.total, one.parts) for one in made.sums} == {(2, (0, 1)), (5, (3, 4)), (6, (0, 1, 3, 4))}
    assert broken_sums(made) == ()


def test_subtotals_may_stand_before_their_labels():
    rows = [NORTH[2], NORTH[0], NORTH[1], SOUTH[2], SOUTH[0], SOUTH[1]]
    made = crosstab(rows, ["n"], [[50], [20], [30], [100], [40], [60]])
    assert {(one.total, set(one.parts) == {1, 2} or set(one.parts) == {4, 5}) for one in made.sums} == {
        (0, True),
        (3, True),
    }


def test_a_label_that_speaks_of_all_but_does_not_add_up_is_an_ordinary_label():
    made = crosstab(["Stroke", "Cancer", "All-cause death"], ["n"], [[20], [30], [70]])
    assert made.sums == ()
