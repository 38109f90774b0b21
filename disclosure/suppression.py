"""Which cells to leave out: the small ones, and as many others as it takes that nobody computes them.

A simple proposal, not an optimal one: cheapest companion first, repeated until the audit finds nothing.
It promises no interval width; `disclosure.audit` says what it does promise.
"""

from collections.abc import Iterable
from dataclasses import replace

from disclosure.audit import recoverable
from disclosure.profiles import DisclosureProfile, ZeroRule
from disclosure.tables import FrequencyTable
from disclosure.thresholds import CountClass, classify


def mask(given: FrequencyTable, cells: Iterable[int]) -> FrequencyTable:
    """The same table with the counts of `cells` (indexes) left out."""
    hidden = set(cells)
    shown = (replace(cell, count=None) if i in hidden else cell for i, cell in enumerate(given.cells))
    return replace(given, cells=tuple(shown))


def primary(given: FrequencyTable, profile: DisclosureProfile) -> frozenset[int]:
    """The cells whose own count must not be published: small, or zero where the profile refuses it."""
    return frozenset(
        index
        for index, cell in enumerate(given.cells)
        if cell.count is not None and _unsafe(cell.count, profile)
    )


def _unsafe(count: int, profile: DisclosureProfile) -> bool:
    kind = classify(count, profile)
    return kind is CountClass.SMALL or (kind is CountClass.ZERO and profile.zeros is ZeroRule.REFUSE)


def secondary(given: FrequencyTable, sensitive: frozenset[int]) -> frozenset[int]:
    """Further cells to leave out so that no cell of `sensitive` is recoverable. `given` holds true counts."""
    hidden = set(sensitive)
    while True:
        found = [one.cell for one in recoverable(mask(given, hidden)) if one.cell in sensitive]
        companions = {cell for one in found if (cell := _companion(given, one, hidden)) is not None}
        if not companions:
            return frozenset(hidden - sensitive)
        hidden |= companions


def _companion(given: FrequencyTable, cell: int, hidden: set[int]) -> int | None:
    """The cheapest published cell that shares an equation with `cell`: inner first, then fewest people.

    None when every equation of the cell is hidden whole; then nothing more can protect it.
    """
    totals = {one.total for one in given.sums}
    equations = [(one.total, *one.parts) for one in given.sums if cell == one.total or cell in one.parts]
    candidates = {other for equation in equations for other in equation} - hidden
    return min(candidates, key=lambda one: _cost(given, one, totals), default=None)


def _cost(given: FrequencyTable, cell: int, totals: set[int]) -> tuple[bool, bool, int, int]:
    """Inner cells first, zeros last among them (they protect little), then few people, then order."""
    count = given.cells[cell].count or 0
    return cell in totals, count == 0, count, cell
