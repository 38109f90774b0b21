"""The audit against a brute-force attacker who tries every assignment of whole numbers on small tables."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure.audit import intervals, recoverable
from disclosure.profiles import ACRO
from disclosure.protect import protect
from disclosure.suppression import mask
from disclosure.tables import FrequencyTable, crosstab

MOST = 6  # counts of the true table; the attacker tries as far as the largest total


def _table(inner: list[list[int]]) -> FrequencyTable:
    rows = [[*row, sum(row)] for row in inner]
    rows.append([sum(column) for column in zip(*rows, strict=True)])
    return crosstab([*(f"r{i}" for i in range(len(inner))), "Total"], ["x", "y", "Total"], rows)


@st.composite
def suppressed_tables(draw):
    inner = draw(st.lists(st.lists(st.integers(0, MOST), min_size=2, max_size=2), min_size=2, max_size=3))
    true = _table(inner)
    hidden = draw(st.sets(st.integers(0, len(true.cells) - 1), min_size=1, max_size=4))
    return true, mask(true, hidden)


def _solutions(masked: FrequencyTable, most: int) -> list[tuple[int, ...]]:
    """Every way to fill the holes with counts from 0 to `most` that satisfies every equation."""
    holes = masked.suppressed
    counts = [cell.count for cell in masked.cells]
    found = []
    for guess in product(range(most + 1), repeat=len(holes)):
        for hole, count in zip(holes, guess, strict=True):
            counts[hole] = count
        if all(counts[one.total] == sum(counts[part] for part in one.parts) for one in masked.sums):
            found.append(guess)
    return found


@settings(max_examples=60, deadline=None)
@given(suppressed_tables())
def test_what_the_audit_recovers_is_what_every_solution_says(tables):
    true, masked = tables
    most = min(18, max(cell.count for cell in true.cells) + 1)
    hidden_small = all(true.cells[hole].count < most for hole in masked.suppressed)
    if not hidden_small or most ** len(masked.suppressed) > 40_000:
        return
    solutions = _solutions(masked, most)
    holes = masked.suppressed
    fixed = {hole for i, hole in enumerate(holes) if len({solution[i] for solution in solutions}) == 1}
    recovered = {one.cell: one.count for one in recoverable(masked)}
    assert recovered.keys() == fixed
    assert all(true.cells[cell].count == count for cell, count in recovered.items())
    for hole, interval in intervals(masked).items():
        values = [solution[holes.index(hole)] for solution in solutions]
        assert interval.least <= min(values)
        assert interval.most is None or interval.most >= min(max(values), most)


@settings(max_examples=60, deadline=None)
@given(suppressed_tables())
def test_nothing_linear_is_missed(tables):
    """Where the attacker may use negative numbers too, fixed and recovered are the same cells."""
    _, masked = tables
    recovered = {one.cell for one in recoverable(masked)}
    holes = masked.suppressed
    for position, hole in enumerate(holes):
        if hole not in recovered:
            assert _can_move(masked, position)


def _can_move(masked: FrequencyTable, position: int) -> bool:
    """Whether some change in -2..2 of the holes keeps every equation and moves the hole at `position`."""
    holes = masked.suppressed
    for change in product(range(-2, 3), repeat=len(holes)):
        moved = dict(zip(holes, change, strict=True))
        if change[position] and all(
            moved.get(one.total, 0) == sum(moved.get(part, 0) for part in one.parts) for one in masked.sums
        ):
            return True
    return False


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=5))
def test_what_was_protected_is_not_recoverable_and_holds_no_small_count(inner):
    rows = [[*row, sum(row)] for row in inner]
    rows.append([sum(column) for column in zip(*rows, strict=True)])
    true = crosstab([*(f"r{i}" for i in range(len(inner))), "Total"], ["x", "y", "z", "Total"], rows)
    safe = protect(true, ACRO)
    assert not {one.cell for one in recoverable(safe.table)} & safe.primary
    assert all(
        cell.count == 0 or cell.count >= ACRO.threshold for cell in safe.table.cells if cell.count is not None
    )
