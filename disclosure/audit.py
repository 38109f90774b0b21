"""Audit of suppression: which suppressed cells do the published totals give back?

Claim: a cell that `recoverable` does not name is not fixed by the linear equations between the published
cells, nor by repeated use of "no count is negative, and '<10' is at most 9" on single equations.
Assumptions: the attacker knows this table only, and totals are exact (not rounded one by one). Not yet
covered: bounds over several equations at once (linear programming), coalitions, single contributors.
Source: SDC handbook, audit of protected tables; the exact step is `disclosure.equations`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from disclosure.equations import Equation, determined
from disclosure.tables import FrequencyTable, Sum, broken_sums

MOST_SWEEPS = 200


@dataclass(frozen=True, slots=True)
class Recovered:
    """A suppressed cell (index into the table) that anybody can compute, and the count they get."""

    cell: int
    count: int


@dataclass(frozen=True, slots=True)
class Interval:
    """What single equations say of a suppressed count: at least `least`, at most `most` (None: no bound)."""

    least: int
    most: int | None


def recoverable(given: FrequencyTable) -> tuple[Recovered, ...]:
    """The suppressed cells that the rest of the table gives back exactly, in the order of the table.

    Raises `disclosure.equations.TooLargeError` for a system beyond the audit's bounds.
    """
    unknowns = given.suppressed
    equations = system(given)
    exact = determined(equations, len(unknowns))
    for number, interval in enumerate(_intervals(given, equations, exact)):
        if interval.least == interval.most:
            exact.setdefault(number, interval.least)
    return tuple(Recovered(unknowns[number], exact[number]) for number in sorted(exact))


def intervals(given: FrequencyTable) -> dict[int, Interval]:
    """For each suppressed cell (index into the table) what single equations say about its count."""
    equations = system(given)
    exact = determined(equations, len(given.suppressed))
    return dict(zip(given.suppressed, _intervals(given, equations, exact), strict=True))


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


def _intervals(given: FrequencyTable, equations: Sequence[Equation], exact: dict[int, int]) -> list[Interval]:
    """Tighten ``0 ≤ x`` equation by equation until nothing moves; stopping early only loses tightness."""
    bounds = [
        Interval(exact[number], exact[number]) if number in exact else Interval(0, given.cells[cell].most)
        for number, cell in enumerate(given.suppressed)
    ]
    for _ in range(MOST_SWEEPS):
        before = list(bounds)
        for equation in equations:
            _tighten(equation, bounds)
        if bounds == before:
            break
    return bounds


def _tighten(equation: Equation, bounds: list[Interval]) -> None:
    for unknown, coefficient in equation.coefficients.items():
        if coefficient not in (1, -1):
            continue
        others = [(one, -c * coefficient) for one, c in equation.coefficients.items() if one != unknown]
        least = _extreme(others, bounds, equation.value * coefficient, lowest=True)
        most = _extreme(others, bounds, equation.value * coefficient, lowest=False)
        old = bounds[unknown]
        bounds[unknown] = Interval(
            old.least if least is None else max(old.least, least),
            most if old.most is None else old.most if most is None else min(old.most, most),
        )


def _extreme(
    others: Sequence[tuple[int, int]], bounds: Sequence[Interval], value: int, *, lowest: bool
) -> int | None:
    """The lowest or highest of ``value + Σ sign · other`` over the bounds; None when it has none."""
    for one, sign in others:
        bound = bounds[one].least if (sign > 0) == lowest else bounds[one].most
        if bound is None:
            return None
        value += sign * bound
    return value
