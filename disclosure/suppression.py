"""Which cells to leave out: the small ones, and as many others as it takes that nobody computes them.

A simple proposal, not an optimal one: cheapest companion first, repeated until the audit finds nothing.
It promises no interval width (`disclosure.audit` says what it does promise), and takes minutes beyond some
thousand cells.
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
    equations = _equations(given)
    totals = {one.total for one in given.sums}
    while len(hidden) < len(given.cells):
        found = [one.cell for one in recoverable(mask(given, hidden)) if one.cell in sensitive]
        if not found:
            break
        hidden |= {_companion(given, cell, hidden, equations, totals) for cell in found}
    return frozenset(hidden - sensitive)


def _equations(given: FrequencyTable) -> dict[int, list[tuple[int, ...]]]:
    """For each cell the equations it stands in, each as the cells of it."""
    equations: dict[int, list[tuple[int, ...]]] = {index: [] for index in range(len(given.cells))}
    for one in given.sums:
        members = (one.total, *one.parts)
        for cell in members:
            equations[cell].append(members)
    return equations


def _companion(
    given: FrequencyTable,
    cell: int,
    hidden: set[int],
    equations: dict[int, list[tuple[int, ...]]],
    totals: set[int],
) -> int:
    """The published cell whose loss protects `cell` at the least cost.

    Searched in the equations of the cell, then in those of the hidden cells there, and so on: an inner cell
    some steps away is worth less than a total next door. Failing that, the cheapest cell that is left.
    """
    ring, reached = {cell}, {cell}
    while ring:
        neighbours = {other for one in ring for members in equations[one] for other in members}
        inner = neighbours - hidden - totals
        if inner:
            return min(inner, key=lambda one: _cost(given, one))
        ring = (neighbours & hidden) - reached
        reached |= ring
    left = set(range(len(given.cells))) - hidden
    return min(left, key=lambda one: (one in totals, *_cost(given, one)))


def _cost(given: FrequencyTable, cell: int) -> tuple[bool, int, int]:
    """Zeros last (hidden, they protect little), then few people first, then the order of the table."""
    count = given.cells[cell].count or 0
    return count == 0, count, cell
