"""Audit of suppression: which suppressed cells do the published totals give back?

Claim: a cell that `recoverable` does not name is not fixed by the linear equations between the published
cells, nor by repeated use of "no count is negative, and '<10' is at most 9" on single equations, nor, in
small connected systems, by both together over whole numbers. Assumptions: the attacker knows this table
only, and totals are exact (not rounded one by one). Not yet covered: bounds over several equations of large
systems (linear programming), coalitions, single contributors. Source: SDC handbook, audit of tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from disclosure.bounds import Interval, only_solutions, tightened
from disclosure.equations import Equation, determined
from disclosure.tables import FrequencyTable, Sum, broken_sums


@dataclass(frozen=True, slots=True)
class Recovered:
    """A suppressed cell (index into the table) that anybody can compute, and the count they get."""

    cell: int
    count: int


def recoverable(given: FrequencyTable) -> tuple[Recovered, ...]:
    """The suppressed cells that the rest of the table gives back exactly, in the order of the table.

    Raises `disclosure.equations.TooLargeError` for a system beyond the audit's bounds.
    """
    unknowns = given.suppressed
    equations = system(given)
    exact = determined(equations, len(unknowns))
    bounds = _bounds(given, equations, exact)
    fixed = {number: interval.least for number, interval in enumerate(bounds) if interval.fixed}
    exact = {**only_solutions(equations, bounds), **fixed, **exact}
    return tuple(Recovered(unknowns[number], exact[number]) for number in sorted(exact))


def intervals(given: FrequencyTable) -> dict[int, Interval]:
    """For each suppressed cell (index into the table) what single equations say about its count."""
    equations = system(given)
    exact = determined(equations, len(given.suppressed))
    return dict(zip(given.suppressed, _bounds(given, equations, exact), strict=True))


def system(given: FrequencyTable) -> list[Equation]:
    """The equations between suppressed cells, numbered in the order of `given.suppressed`.

    A line of totals that does not add up somewhere is left out everywhere: totals that were rounded or
    counted another way say nothing exact.
    """
    numbers = {cell: number for number, cell in enumerate(given.suppressed)}
    broken = {one.family for one in broken_sums(given)}
    exact = [one for one in given.sums if one.family not in broken]
    return [_equation(given, one, numbers) for one in exact if _touches(one, numbers)]


def _touches(one: Sum, numbers: dict[int, int]) -> bool:
    return one.total in numbers or any(part in numbers for part in one.parts)


def _equation(given: FrequencyTable, one: Sum, numbers: dict[int, int]) -> Equation:
    coefficients: dict[int, int] = {}
    value = 0
    for cell, sign in ((one.total, -1), *((part, 1) for part in one.parts)):
        count = given.cells[cell].count
        if count is None:
            coefficients[numbers[cell]] = coefficients.get(numbers[cell], 0) + sign
        else:
            value -= sign * count
    return Equation(coefficients, value)


def _bounds(given: FrequencyTable, equations: Sequence[Equation], exact: dict[int, int]) -> list[Interval]:
    """Bounds of each suppressed count, from what is exact, what its mark admits, and single equations."""
    start = [
        Interval(exact[number], exact[number]) if number in exact else Interval(0, given.cells[cell].most)
        for number, cell in enumerate(given.suppressed)
    ]
    return tightened(equations, start)
