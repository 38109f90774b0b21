"""The counts of a block: which cells are counts, and the frequency table they make.

A cell is a count because of its column, or because its row says so ("n", in a table whose rows are
measures). What might be a count and might not is told apart here, so that the rules can hold it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from airlock.checks import vocabulary as vocab
from airlock.checks.cells import Count, Item, Nothing, Number, Suppressed
from airlock.checks.layout import Block, Column, Role
from disclosure.tables import Cell, FrequencyTable, table, words

LABELS = (Role.LABEL, Role.MIXED, Role.UNCLEAR)
MOST_CELLS = 60_000
"""Counts above which the equations of a block are not set up; the block is then held."""


class Sureness(Enum):
    """How sure it is that a cell is a count."""

    COUNT = "count"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class CountCell:
    """A cell that is or may be a count; `row` and `column` index the grid from 0."""

    row: int
    column: Column
    item: Item
    sureness: Sureness


def count_cells(block: Block) -> Iterator[CountCell]:
    """All cells of the body that are or may be counts, row by row, empty ones of a count column included."""
    columns = block.having(Role.COUNT, Role.UNCLEAR, Role.NUMBER, Role.MIXED)
    for row in block.body:
        if is_section(block, row):
            continue
        measure = _measure(block, row)
        for column in columns:
            sureness = _sureness(column, measure)
            item = block.items[row][column.index]
            if _may_be_count(item, column):
                yield CountCell(row, column, item, sureness)


def _may_be_count(item: Item, column: Column) -> bool:
    return isinstance(item, Count) or (isinstance(item, Suppressed | Nothing) and column.role is Role.COUNT)


def is_section(block: Block, row: int) -> bool:
    """Whether a row of the body only names a group of the rows below it: words first, all else empty."""
    first, *rest = block.items[row]
    return bool(rest) and not isinstance(first, Nothing) and all(isinstance(item, Nothing) for item in rest)


def _measure(block: Block, row: int) -> Role | None:
    """What the labels of a row say its numbers are, in a table whose rows are measures."""
    found = set(words(" ".join(block.label_of(row))))
    if found & vocab.STATISTIC_WORDS:
        return Role.STATISTIC
    if found & vocab.PERCENT_WORDS and not found & vocab.COUNT_WORDS:
        return Role.PERCENT
    return Role.COUNT if found & vocab.COUNT_WORDS else None


def _sureness(column: Column, measure: Role | None) -> Sureness:
    if column.role is Role.COUNT:
        return Sureness.UNCLEAR if measure in (Role.STATISTIC, Role.PERCENT) else Sureness.COUNT
    if column.role in (Role.NUMBER, Role.MIXED) and measure is Role.COUNT:
        return Sureness.COUNT
    return Sureness.UNCLEAR


@dataclass(frozen=True, slots=True)
class CountTable:
    """The frequency table of a block; `places`: row and column of each of its cells in the grid (from 0)."""

    table: FrequencyTable
    places: tuple[tuple[int, int], ...]


def count_table(block: Block) -> CountTable | None:
    """The frequency table that the sure counts of a block make; None when there are none or too many."""
    cells = [cell for cell in count_cells(block) if cell.sureness is Sureness.COUNT]
    if not cells or len(cells) > MOST_CELLS:
        return None
    labels = row_labels(block)
    made = [Cell((*labels[cell.row], cell.column.name), *_published(cell.item)) for cell in cells]
    return CountTable(table(made), tuple((cell.row, cell.column.index) for cell in cells))


def _published(item: Item) -> tuple[int | None, int | None]:
    """Count and largest admitted count of a cell."""
    if isinstance(item, Count):
        return item.value, None
    return None, item.most if isinstance(item, Suppressed) else None


def row_labels(block: Block, *roles: Role) -> dict[int, tuple[str, ...]]:
    """The labels of each row of the body: its section, then its columns of these roles.

    A blank label takes the one above (merged cells), except in the last label column, where a blank stands
    for all (as a database's ROLLUP leaves it).
    """
    columns = block.having(*(roles or LABELS))
    section = ""
    above = [""] * len(columns)
    labels: dict[int, tuple[str, ...]] = {}
    for row in block.body:
        if is_section(block, row):
            section = " ".join(block.label_of(row)).strip()
            continue
        shown = [_label(block.items[row][column.index]) for column in columns]
        last = len(columns) - 1
        above = [text or ("total" if i == last else above[i]) for i, text in enumerate(shown)]
        labels[row] = (section, *above)
    return labels


def _label(item: Item) -> str:
    if isinstance(item, Count | Number):
        return f"{item.value:g}"
    return str(getattr(item, "text", "")).strip()
