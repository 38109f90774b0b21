"""What non-negative whole numbers add to linear algebra: bounds, and cells that only one count can fill.

Two steps. Bounds are tightened equation by equation, for any size. In small connected systems a search with
those bounds then looks for a second solution; a cell that has none is determined. The search is complete
within its budget, and claims nothing beyond it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from disclosure.equations import Equation

MOST_SWEEPS = 200
MOST_SEARCHED = 24  # unknowns of a connected system that is searched
BUDGET = 400  # steps of one search


@dataclass(frozen=True, slots=True)
class Interval:
    """What is known of a suppressed count: at least `least`, at most `most` (None: no bound)."""

    least: int
    most: int | None

    @property
    def empty(self) -> bool:
        """Whether no count fits: the equations contradict each other."""
        return self.most is not None and self.least > self.most

    @property
    def fixed(self) -> bool:
        """Whether exactly one count fits."""
        return self.least == self.most


Bounds = list[Interval]


class _OutOfBudgetError(Exception):
    """The search ended without an answer."""


def tightened(equations: Sequence[Equation], bounds: Iterable[Interval]) -> Bounds:
    """The bounds after using each equation until nothing moves; stopping early only loses tightness."""
    found = list(bounds)
    for _ in range(MOST_SWEEPS):
        before = list(found)
        for equation in equations:
            _tighten(equation, found)
        if found == before or any(interval.empty for interval in found):
            break
    return found


def _tighten(equation: Equation, bounds: Bounds) -> None:
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


def _extreme(others: Sequence[tuple[int, int]], bounds: Bounds, value: int, *, lowest: bool) -> int | None:
    """The lowest or highest of ``value + Σ sign · other`` over the bounds; None when it has none."""
    for one, sign in others:
        bound = bounds[one].least if (sign > 0) == lowest else bounds[one].most
        if bound is None:
            return None
        value += sign * bound
    return value


def only_solutions(equations: Sequence[Equation], bounds: Bounds) -> dict[int, int]:
    """The unknowns that have the same count in every solution, as far as small systems were searched."""
    found: dict[int, int] = {}
    for inside in _components(equations):
        members = {one for equation in inside for one in equation.coefficients}
        open_ones = sorted(one for one in members if not bounds[one].fixed)
        if 0 < len(open_ones) <= MOST_SEARCHED:
            found.update(_determined(inside, bounds, open_ones))
    return found


def _components(equations: Sequence[Equation]) -> list[list[Equation]]:
    """The equations in groups that share no unknown with each other."""
    leaders: dict[int, int] = {}

    def leader(one: int) -> int:
        while leaders.setdefault(one, one) != one:
            leaders[one] = leaders[leaders[one]]
            one = leaders[one]
        return one

    for equation in equations:
        first, *others = equation.coefficients
        for other in others:
            leaders[leader(other)] = leader(first)
    groups: dict[int, list[Equation]] = {}
    for equation in equations:
        groups.setdefault(leader(next(iter(equation.coefficients))), []).append(equation)
    return list(groups.values())


def _determined(equations: Sequence[Equation], bounds: Bounds, unknowns: Sequence[int]) -> dict[int, int]:
    """Of `unknowns` those for which a first solution has no second that differs there."""
    try:
        first = _solution(equations, bounds, unknowns, [BUDGET])
    except _OutOfBudgetError:
        return {}
    candidates = dict(first or {})
    for unknown in unknowns:
        if unknown in candidates:
            other = _another(equations, bounds, unknowns, unknown, candidates[unknown])
            if other is not None:
                candidates = {one: count for one, count in candidates.items() if other.get(one) == count}
    return candidates


def _another(
    equations: Sequence[Equation], bounds: Bounds, unknowns: Sequence[int], unknown: int, count: int
) -> dict[int, int] | None:
    """A solution in which `unknown` is not `count`; None when there is none, something when in doubt."""
    least, most = bounds[unknown].least, bounds[unknown].most
    for interval in (Interval(least, count - 1), Interval(count + 1, most)):
        if interval.empty:
            continue
        changed = [*bounds[:unknown], interval, *bounds[unknown + 1 :]]
        try:
            other = _solution(equations, changed, unknowns, [BUDGET])
        except _OutOfBudgetError:
            return {}
        if other is not None:
            return other
    return None


def _solution(
    equations: Sequence[Equation], bounds: Bounds, unknowns: Sequence[int], budget: list[int]
) -> dict[int, int] | None:
    """Some solution within the bounds, or None if there is none. Raises `_OutOfBudgetError` in doubt."""
    budget[0] -= 1
    if budget[0] < 0:
        raise _OutOfBudgetError
    now = tightened(equations, bounds)
    if any(now[one].empty for one in unknowns):
        return None
    free = [one for one in unknowns if not now[one].fixed]
    if not free:
        return {one: now[one].least for one in unknowns}
    chosen = min(free, key=lambda one: _width(now[one]))
    most = now[chosen].most
    for count in range(now[chosen].least, (now[chosen].least if most is None else most) + 1):
        found = _solution(
            equations, [*now[:chosen], Interval(count, count), *now[chosen + 1 :]], unknowns, budget
        )
        if found is not None:
            return found
    if most is None:
        raise _OutOfBudgetError  # larger counts were not tried
    return None


def _width(interval: Interval) -> float:
    return float("inf") if interval.most is None else interval.most - interval.least
