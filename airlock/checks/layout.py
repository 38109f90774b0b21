"""Finding the table in a grid: its header, its label columns, and what each other column holds.

Conservative on purpose: a column is labels only for a reason that is written down here; whole numbers
without such a reason are counts, or at least unclear, and what is unclear is held.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from airlock.checks import vocabulary as vocab
from airlock.checks.cells import Count, Item, Nothing, Number, Suppressed, Words, read
from airlock.intake.parsed import Grid
from disclosure.tables import is_total, words

MOST_HEADER_ROWS = 4


class Role(Enum):
    """What a column holds."""

    LABEL = "label"
    COUNT = "count"
    UNCLEAR = "unclear"  # whole numbers that may be counts or labels
    PERCENT = "percent"
    STATISTIC = "statistic"
    NUMBER = "number"  # numbers of unknown meaning
    MIXED = "mixed"  # words and numbers
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a block: place in the grid (from 0), heading (parts of all header rows), role."""

    index: int
    heading: tuple[str, ...]
    role: Role
    named: bool  # the role follows from the heading

    @property
    def name(self) -> str:
        """The heading as one text."""
        return " ".join(self.heading)


@dataclass(frozen=True, slots=True)
class Block:
    """One table within a grid. `body`: row indexes (from 0) of its data; `items`: all cells of the grid."""

    grid: Grid
    items: tuple[tuple[Item, ...], ...]
    header: tuple[int, ...]
    body: tuple[int, ...]
    columns: tuple[Column, ...]

    def having(self, *roles: Role) -> tuple[Column, ...]:
        """The columns with one of these roles, left to right."""
        return tuple(column for column in self.columns if column.role in roles)

    def label_of(self, row: int) -> tuple[str, ...]:
        """The labels of a row of the body, one for each label column, as printed."""
        return tuple(_shown(self.items[row][column.index]) for column in self.having(Role.LABEL, Role.MIXED))


def _shown(item: Item) -> str:
    if isinstance(item, Words | Suppressed):
        return item.text
    if isinstance(item, Count | Number):
        return f"{item.value:g}" if isinstance(item, Number) else str(item.value)
    return ""


def blocks(grid: Grid) -> Iterator[Block]:
    """The tables of a grid: runs between blank rows; one that starts with figures continues the last."""
    items = tuple(tuple(read(value, decimal_comma=grid.decimal_comma) for value in row) for row in grid.rows)
    runs: list[list[int]] = []
    after_gap = True
    for number, row in enumerate(items):
        if _filled(row) == 0:
            after_gap = True
            continue
        if not runs or (after_gap and not _figures(row)):
            runs.append([])
        after_gap = False
        runs[-1].append(number)
    for run in runs:
        yield _block(grid, items, run)


def _figures(row: Sequence[Item]) -> bool:
    """Whether a row holds counts, numbers or marks, as a row of data does and a header does not."""
    return any(
        isinstance(item, Count | Number) or (isinstance(item, Suppressed) and not item.band) for item in row
    )


def _block(grid: Grid, items: tuple[tuple[Item, ...], ...], run: list[int]) -> Block:
    body = list(run)
    while len(body) > 1 and _is_title(items[body[0]], items[body[1]]):
        body.pop(0)
    header = _header(items, body)
    body = [row for row in body if row not in header]
    return Block(grid, items, tuple(header), tuple(body), _columns(items, header, body))


def _is_title(row: Sequence[Item], following: Sequence[Item]) -> bool:
    """Whether a row is a caption over the table: one cell of words over a row with more."""
    alone = len(row) > 1 and _filled(row) == 1 and isinstance(row[0], Words)
    return alone and _filled(following) > 1


def _filled(row: Sequence[Item]) -> int:
    return sum(not isinstance(item, Nothing) for item in row)


def _header(items: Sequence[Sequence[Item]], rows: Sequence[int]) -> list[int]:
    """The first row, and the rows of headings or codes between it and the first row of data."""
    levels = 1
    for position, row in enumerate(rows[1:], 1):
        if _figures(items[row]) and not (position < MOST_HEADER_ROWS and _coded_level(items, rows, position)):
            levels = position
            break
    return list(rows[: levels if levels <= MOST_HEADER_ROWS else 1])


def _coded_level(items: Sequence[Sequence[Item]], rows: Sequence[int], position: int) -> bool:
    """Whether a row is a level of coded headings: pandas writes the index names alone in the row below."""
    below = [items[row] for row in rows[position + 1 : position + 2]]
    return is_coded(items[rows[position]]) and any(_filled(row) <= 2 and not _figures(row) for row in below)


def is_coded(row: Sequence[Item]) -> bool:
    """Whether the numbers of a row are codes: 0, 1, 2 … or 1, 2, 3 …, repeated or not, after a word."""
    numbers = [item for item in row if isinstance(item, Count | Number)]
    codes = sorted({item.value for item in numbers})
    running = codes in (list(range(len(codes))), list(range(1, len(codes) + 1)))
    return isinstance(row[0], Words | Nothing) and (codes == [0] or (running and len(codes) > 1))


def _columns(
    items: Sequence[Sequence[Item]], header: Sequence[int], body: Sequence[int]
) -> tuple[Column, ...]:
    headings = _headings(items, header, len(items[0]))
    cells = [[items[row][index] for row in body] for index in range(len(headings))]
    columns: list[Column] = []
    for index, heading in enumerate(headings):
        counts_before = any(column.role in (Role.COUNT, Role.UNCLEAR) for column in columns)
        role, named = _role(heading, cells[index], counts_before=counts_before)
        columns.append(Column(index, heading, role, named))
    return tuple(_settle(columns, cells))


def _headings(items: Sequence[Sequence[Item]], header: Sequence[int], width: int) -> list[tuple[str, ...]]:
    """The heading of each column; upper levels are carried to the right, as merged cells leave them blank."""
    parts: list[list[str]] = [[] for _ in range(width)]
    for level, row in enumerate(header):
        carried = ""
        for index in range(width):
            text = _shown(items[row][index])
            carried = text or (carried if level < len(header) - 1 and index > 0 else "")
            if carried:
                parts[index].append(carried)
    return [tuple(part) for part in parts]


def _role(heading: tuple[str, ...], cells: Sequence[Item], *, counts_before: bool) -> tuple[Role, bool]:
    """The role of one column by itself, and whether its heading says so."""
    found = set(words(" ".join(heading)))
    numbers = [item for item in cells if isinstance(item, Count | Number)]
    texts = sum(isinstance(item, Words) for item in cells)
    if not numbers:
        return _without_numbers(found, cells, texts)
    if texts:
        return (Role.LABEL, True) if found and found <= vocab.DIMENSION_WORDS else (Role.MIXED, False)
    if all(isinstance(item, Count) for item in numbers):
        return _whole(heading, found, numbers, counts_before=counts_before)
    return _broken(heading, found, numbers)


def _whole(
    heading: tuple[str, ...], found: set[str], numbers: Sequence[Item], *, counts_before: bool
) -> tuple[Role, bool]:
    """The role of a column of whole numbers."""
    combined = any(isinstance(item, Count) and item.combined for item in numbers)
    if found & vocab.STATISTIC_WORDS and not is_total(" ".join(heading)):
        return Role.STATISTIC, True
    if combined or found & vocab.COUNT_WORDS or is_total(" ".join(heading)):
        return Role.COUNT, True
    if found & vocab.PERCENT_WORDS:
        return Role.PERCENT, True
    dimension = bool(found) and found <= vocab.DIMENSION_WORDS and not counts_before
    if dimension or _row_numbers(heading, numbers):
        return Role.LABEL, True
    measured = bool(found & vocab.VALUE_WORDS) and found <= vocab.VALUE_WORDS | vocab.UNIT_WORDS
    return (Role.STATISTIC, True) if measured else (Role.UNCLEAR, False)


def _broken(heading: tuple[str, ...], found: set[str], numbers: Sequence[Item]) -> tuple[Role, bool]:
    """The role of a column in which some number is not whole."""
    alone = len(found) == 1 and found <= vocab.WHOLE_STATISTICS
    if alone or found & (vocab.STATISTIC_WORDS | vocab.WEAK_STATISTIC_WORDS):
        return Role.STATISTIC, True
    if any(isinstance(item, Number) and item.percent for item in numbers) or found & vocab.PERCENT_WORDS:
        return Role.PERCENT, True
    return Role.NUMBER, False


def _without_numbers(found: set[str], cells: Sequence[Item], texts: int) -> tuple[Role, bool]:
    marks = [item for item in cells if isinstance(item, Suppressed)]
    different = len({item.text for item in marks})
    bands = bool(marks) and all(item.band for item in marks) and not found & vocab.COUNT_WORDS
    dimension = bool(found) and found <= vocab.DIMENSION_WORDS
    if texts or bands or (different > 1 and (different == len(marks) or dimension)):
        return Role.LABEL, True  # bands such as 18-39 and 40-64
    return (Role.COUNT, bool(found & vocab.COUNT_WORDS)) if marks else (Role.EMPTY, True)


def _row_numbers(heading: tuple[str, ...], numbers: Sequence[Item]) -> bool:
    """Whether a column is the running number that pandas writes before a table."""
    values = [item.value for item in numbers if isinstance(item, Count)]
    running = values in (list(range(len(values))), list(range(1, len(values) + 1)))
    return (
        running
        and len(values) > 2
        and " ".join(heading).casefold() in {"", "index", "unnamed: 0", "#", "row"}
    )


def _settle(columns: list[Column], cells: Sequence[Sequence[Item]]) -> Iterator[Column]:
    """Decide the unclear columns by their company."""
    totals_only = all(is_total(c.name) for c in columns if c.role is Role.COUNT and c.named)
    last_count = max((c.index for c in columns if c.role is Role.COUNT and c.named), default=-1)
    labels = any(column.role is Role.LABEL for column in columns)
    for column in columns:
        if column.role is not Role.UNCLEAR:
            yield column
        elif not totals_only and column.index < last_count:
            # Left of a named count: a coded label if rows need it to differ, else perhaps another count.
            needed = _needed(columns, cells, column)
            yield replace(column, role=Role.LABEL) if needed else column
        elif not labels and column.index == 0 and len(columns) > 1 and _all_different(cells[0]):
            yield column  # the first of several columns of whole numbers: likely coded labels, but who knows
        else:
            yield replace(column, role=Role.COUNT)


def _needed(columns: Sequence[Column], cells: Sequence[Sequence[Item]], column: Column) -> bool:
    """Whether rows differ in their labels only because of this column: then it is one of the labels."""
    keys = [c.index for c in columns if c.role in (Role.LABEL, Role.UNCLEAR)]
    others = [index for index in keys if index != column.index]
    if not others:
        values = [item.value for item in cells[column.index] if isinstance(item, Count)]
        return values == sorted(set(values))
    return _unique(cells, keys) and not _unique(cells, others)


def _unique(cells: Sequence[Sequence[Item]], columns: Sequence[int]) -> bool:
    rows = list(zip(*(cells[index] for index in columns), strict=True))
    return len(set(rows)) == len(rows)


def _all_different(cells: Sequence[Item]) -> bool:
    values = [item for item in cells if isinstance(item, Count)]
    return len(set(values)) == len(values)
