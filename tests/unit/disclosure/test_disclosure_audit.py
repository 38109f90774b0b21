"""The audit of suppression on small tables whose answer is known."""

from disclosure.audit import Recovered, intervals, recoverable
from disclosure.bounds import Interval
from disclosure.equations import Equation, determined
from disclosure.tables import Cell, crosstab, table


def test_one_hole_in_a_row_with_a_total_is_no_hole():
    made = crosstab(["a", "b", "Total"], ["x", "y", "Total"], [[None, 20, 24], [30, 40, 70], [34, 60, 94]])
    assert recoverable(made) == (Recovered(0, 4),)


def test_four_holes_in_a_rectangle_protect_each_other():
    made = crosstab(
        ["a", "b", "Total"], ["x", "y", "Total"], [[None, None, 24], [None, None, 70], [34, 60, 94]]
    )
    assert recoverable(made) == ()
    assert intervals(made)[0] == Interval(0, 24)


def test_holes_that_fall_one_after_the_other():
    made = crosstab(
        ["a", "b", "Total"], ["x", "y", "Total"], [[None, None, 24], [30, 40, 70], [None, 60, 94]]
    )
    assert {one.cell: one.count for one in recoverable(made)} == {0: 4, 1: 20, 6: 34}


def test_a_total_of_zero_says_that_all_its_parts_are_zero():
    made = crosstab(["a", "b", "Total"], ["n"], [[None], [None], [0]])
    assert [one.count for one in recoverable(made)] == [0, 0]


def test_marks_that_say_below_ten_can_meet_at_the_top():
    made = table([Cell(("a",), None, most=9), Cell(("b",), None, most=9), Cell(("Total",), 18)])
    assert [one.count for one in recoverable(made)] == [9, 9]


def test_totals_that_do_not_add_up_give_nothing_exact():
    assert recoverable(crosstab(["a", "b"], ["x", "y", "Total"], [[None, 20, 25], [30, 40, 75]])) == ()


def test_linear_algebra_finds_what_no_single_equation_gives():
    x_plus_y, y_plus_z, x_plus_z = {0: 1, 1: 1}, {1: 1, 2: 1}, {0: 1, 2: 1}
    equations = [Equation(x_plus_y, 5), Equation(y_plus_z, 7), Equation(x_plus_z, 6)]
    assert determined(equations, 3) == {0: 2, 1: 3, 2: 4}


def test_redundant_equations_change_nothing():
    equations = [Equation({0: 1, 1: 1}, 5), Equation({0: 2, 1: 2}, 10)]
    assert determined(equations, 2) == {}
