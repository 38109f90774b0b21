"""Exact linear algebra over the published equations: which unknown cells does the rest determine?

Done modulo a large prime with sparse rows, so that there is no rounding error: a cell is determined exactly
when it is zero in every solution of the homogeneous system, which two random solutions decide except with
probability about (number of cells) / 2^60. Pure Python on purpose: rows of tables stay short, and the module
loads in milliseconds.
"""

import heapq
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PRIME = 2**61 - 1
MOST_FILL = 3_000_000
"""Non-zero entries above which elimination gives up: the caller must hold the table, never clear it."""


class TooLargeError(Exception):
    """The system is too large or too tangled to audit within bounds."""


@dataclass(frozen=True, slots=True)
class Equation:
    """``sum(coefficient · unknown) = value`` over unknowns numbered from 0."""

    coefficients: Mapping[int, int]
    value: int


@dataclass(frozen=True, slots=True)
class _Pivot:
    unknown: int
    row: dict[int, int]  # the other unknowns of the row; the pivot's own coefficient is 1
    value: int


def determined(equations: Sequence[Equation], unknowns: int) -> dict[int, int]:
    """The unknowns that the equations fix, with their values.

    Values are read from the residue and may be negative only when the equations contradict non-negativity.
    Raises `TooLargeError` when elimination would exceed `MOST_FILL`.
    """
    pivots = _eliminate(equations)
    first, second = (_random_solution(pivots, unknowns) for _ in range(2))
    particular = _back_substitute(pivots, {}, use_values=True)
    return {
        pivot.unknown: _signed(particular[pivot.unknown])
        for pivot in pivots
        if first[pivot.unknown] == 0 and second[pivot.unknown] == 0
    }


def _signed(residue: int) -> int:
    return residue if residue <= PRIME // 2 else residue - PRIME


def _eliminate(equations: Sequence[Equation]) -> list[_Pivot]:
    """Forward elimination, shortest row first, pivot on its rarest unknown to keep rows short."""
    rows = [{u: c % PRIME for u, c in e.coefficients.items() if c % PRIME} for e in equations]
    values = [equation.value % PRIME for equation in equations]
    columns: dict[int, set[int]] = defaultdict(set)
    for number, row in enumerate(rows):
        for unknown in row:
            columns[unknown].add(number)
    queue = [(len(row), number) for number, row in enumerate(rows)]
    heapq.heapify(queue)
    pivots: list[_Pivot] = []
    done: set[int] = set()
    fill = sum(len(row) for row in rows)
    while queue:
        length, number = heapq.heappop(queue)
        row = rows[number]
        if number in done or length != len(row) or not row:
            continue
        done.add(number)
        pivot = _make_pivot(row, values[number], columns)
        pivots.append(pivot)
        for unknown in row:
            columns[unknown].discard(number)
        for other in list(columns[pivot.unknown]):
            fill += _subtract(pivot, rows[other], values, other, columns)
            heapq.heappush(queue, (len(rows[other]), other))
        if fill > MOST_FILL:
            raise TooLargeError
    return pivots


def _make_pivot(row: Mapping[int, int], value: int, columns: Mapping[int, set[int]]) -> _Pivot:
    unknown = min(row, key=lambda one: (len(columns[one]), one))
    inverse = pow(row[unknown], -1, PRIME)
    rest = {one: coefficient * inverse % PRIME for one, coefficient in row.items() if one != unknown}
    return _Pivot(unknown, rest, value * inverse % PRIME)


def _subtract(
    pivot: _Pivot, row: dict[int, int], values: list[int], number: int, columns: dict[int, set[int]]
) -> int:
    """Take the pivot out of `row` in place; return how many entries it grew by."""
    before = len(row)
    factor = row.pop(pivot.unknown)
    columns[pivot.unknown].discard(number)
    for unknown, coefficient in pivot.row.items():
        changed = (row.get(unknown, 0) - factor * coefficient) % PRIME
        if changed:
            row[unknown] = changed
            columns[unknown].add(number)
        elif unknown in row:
            del row[unknown]
            columns[unknown].discard(number)
    values[number] = (values[number] - factor * pivot.value) % PRIME
    return max(0, len(row) - before)


def _random_solution(pivots: Sequence[_Pivot], unknowns: int) -> dict[int, int]:
    """A random vector of the null space: free unknowns at random, the rest by substitution."""
    fixed = {pivot.unknown for pivot in pivots}
    # Not secret: only independence from the data matters.
    free = {one: random.randrange(1, PRIME) for one in range(unknowns) if one not in fixed}  # noqa: S311
    return _back_substitute(pivots, free, use_values=False)


def _back_substitute(
    pivots: Sequence[_Pivot], free: Mapping[int, int], *, use_values: bool
) -> dict[int, int]:
    solution = dict(free)
    for pivot in reversed(pivots):
        known = sum(c * solution.get(one, 0) for one, c in pivot.row.items())
        solution[pivot.unknown] = ((pivot.value if use_values else 0) - known) % PRIME
    return solution
