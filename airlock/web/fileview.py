"""One file on a page: a window of its rows, each finding on the cells it names, linked both ways."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from airlock.domain.finding import Finding, Verdict
from airlock.domain.request import RequestFile
from airlock.parts import Airlock
from airlock.previews import Preview, SheetView, preview

ROWS = 200
"""Rows shown at a time; the header row is shown with every window."""

NUMBER = re.compile(r"[-+]?[\d.,\s]*\d\s?%?")
MARKS = {Verdict.CLEAR: "", Verdict.REVIEW: "cell--hold", Verdict.REFUSE: "cell--stop"}
TONES = {Verdict.CLEAR: "good", Verdict.REVIEW: "hold", Verdict.REFUSE: "stop"}


@dataclass(frozen=True, slots=True)
class Window:
    """Which file is shown, and which row of which sheet it begins with; all count from 1."""

    file: int = 1
    sheet: int = 1
    row: int = 1


BEGINNING = Window()


@dataclass(frozen=True, slots=True)
class NumberedFinding:
    """A finding with its number on the page; `address` leads to its cell, if it has one to show."""

    number: int
    finding: Finding
    address: str | None

    @property
    def tone(self) -> str:
        """Which colour and sign the finding has."""
        return TONES[self.finding.verdict]


@dataclass(frozen=True, slots=True)
class Cell:
    """One shown value; `mark` is the class name of its worst finding, `findings` their numbers."""

    value: str
    mark: str
    findings: tuple[int, ...]
    anchor: str

    @property
    def style(self) -> str:
        """Class names of the cell: numbers stand at the right."""
        return " ".join(
            name for name in (self.mark, "number" if NUMBER.fullmatch(self.value) else "") if name
        )


@dataclass(frozen=True, slots=True)
class Grid:
    """A window of one table: rows with their number, and (label, address) of every window."""

    sheet: str | None
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    truncated: bool
    pages: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """Everything a page shows of one file."""

    file: RequestFile
    findings: tuple[NumberedFinding, ...]
    grids: tuple[Grid, ...]
    text: str
    truncated: bool


Marks = dict[tuple[int | None, int | None], list[NumberedFinding]]


def file_view(airlock: Airlock, file: RequestFile, window: Window = BEGINNING) -> FileView:
    """Read a stored file's preview and lay its findings over a window of it."""
    return lay_over(file, preview(airlock.content, file.stored), window)


def lay_over(file: RequestFile, shown: Preview, window: Window = BEGINNING) -> FileView:
    """Put a file's findings on the cells of its preview."""
    found = file.report.findings if file.report else ()
    numbered = tuple(
        NumberedFinding(number, finding, _address(file, finding, shown))
        for number, finding in enumerate(found, start=1)
    )
    grids = tuple(
        _grid(file, sheet, index, _marks(numbered, sheet, shown), window.row if index == window.sheet else 1)
        for index, sheet in enumerate(shown.sheets, start=1)
    )
    return FileView(file, numbered, grids, shown.text, shown.truncated)


def _address(file: RequestFile, finding: Finding, shown: Preview) -> str | None:
    row, column = finding.where.get("row"), finding.where.get("column")
    for index, sheet in enumerate(shown.sheets, start=1):
        if row is not None and row <= len(sheet.rows) and _is_on(finding, sheet, shown):
            anchor = f"#{_anchor(index, row, column)}" if column is not None else ""
            return f"?file={file.number}&sheet={index}&row={_first(row)}{anchor}"
    return None


def _is_on(finding: Finding, sheet: SheetView, shown: Preview) -> bool:
    named = finding.where.get("sheet")
    return named == sheet.sheet or (named is None and len(shown.sheets) == 1)


def _marks(findings: Sequence[NumberedFinding], sheet: SheetView, shown: Preview) -> Marks:
    marks: Marks = {}
    for one in findings:
        place = (one.finding.where.get("row"), one.finding.where.get("column"))
        if place != (None, None) and _is_on(one.finding, sheet, shown):
            marks.setdefault(place, []).append(one)
    return marks


def _first(row: int) -> int:
    """Return the first row of the window that shows `row`."""
    return (max(row, 1) - 1) // ROWS * ROWS + 1


def _grid(file: RequestFile, sheet: SheetView, index: int, marks: Marks, row: int) -> Grid:
    first = _first(min(row, len(sheet.rows)))
    numbers = [*([1] if first > 1 else []), *range(first, min(first + ROWS, len(sheet.rows) + 1))]
    rows = tuple((number, _cells(sheet.rows[number - 1], number, index, marks)) for number in numbers)
    return Grid(sheet.sheet, rows, sheet.truncated, _pages(file, sheet, index, first))


def _pages(file: RequestFile, sheet: SheetView, index: int, first: int) -> tuple[tuple[str, str | None], ...]:
    starts = range(1, len(sheet.rows) + 1, ROWS)
    if len(starts) < 2:
        return ()
    return tuple(
        (
            f"{start}–{min(start + ROWS - 1, len(sheet.rows))}",
            None if start == first else f"?file={file.number}&sheet={index}&row={start}",
        )
        for start in starts
    )


def _anchor(sheet: int, row: int, column: int) -> str:
    return f"cell-{sheet}-{row}-{column}"


def _cells(row: Sequence[str], number: int, sheet: int, marks: Marks) -> tuple[Cell, ...]:
    return tuple(
        _cell(value, number, column, marks, _anchor(sheet, number, column))
        for column, value in enumerate(row, start=1)
    )


def _cell(value: str, row: int, column: int, marks: Marks, anchor: str) -> Cell:
    here = [*marks.get((row, column), ()), *marks.get((row, None), ()), *marks.get((None, column), ())]
    worst = max((one.finding.verdict for one in here), default=Verdict.CLEAR)
    return Cell(value, MARKS[worst], tuple(one.number for one in here), anchor)
