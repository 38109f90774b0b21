"""A table with true counts in, a table that may leave out: suppressed with companions, or rounded.

Claim: under the profile no published count is small, each is rounded where the profile asks, and no
suppressed small count is exactly recoverable from this table. Not claimed: interval width, other releases.
"""

from dataclasses import dataclass, replace

from disclosure.profiles import DisclosureProfile
from disclosure.rounding import rounded
from disclosure.suppression import mask, primary, secondary
from disclosure.tables import Cell, FrequencyTable


@dataclass(frozen=True, slots=True)
class Protected:
    """The table that may leave, and the cells (indexes) left out: for themselves, and for others."""

    table: FrequencyTable
    primary: frozenset[int]
    secondary: frozenset[int]


def protect(given: FrequencyTable, profile: DisclosureProfile) -> Protected:
    """Protect `given` as `profile` asks. Raises `ValueError` if a true count is missing."""
    if given.suppressed:
        raise ValueError("Only a table with all its true counts can be protected.")
    small = primary(given, profile)
    if profile.rounding is None:
        companions = secondary(given, small)
        return Protected(mask(given, small | companions), small, companions)
    # Rounded one by one, totals give nothing exact back, so rounding needs no companions.
    cells = tuple(_rounded(cell, profile) for cell in given.cells)
    return Protected(mask(replace(given, cells=cells), small), small, frozenset())


def _rounded(cell: Cell, profile: DisclosureProfile) -> Cell:
    if cell.count is None or profile.rounding is None:
        return cell
    return replace(cell, count=rounded(cell.count, profile.rounding))
