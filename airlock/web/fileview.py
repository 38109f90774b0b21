"""One file on a page: its beginning as tables, with each finding on the cells that it names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from airlock.domain.finding import Finding, Verdict
from airlock.domain.request import RequestFile
from airlock.parts import Airlock
from airlock.previews import Preview, SheetView, preview

MARKS = {Verdict.CLEAR: "", Verdict.REVIEW: "cell--hold", Verdict.REFUSE: "cell--stop"}
NUMBER = re.compile(r"[-+]?[\d.,\s]*\d\s?%?")
TONES = {Verdict.CLEAR: "good", Verdict.REVIEW: "hold", Verdict.REFUSE: "stop"}


@dataclass(frozen=True, slots=True)
class NumberedFinding:
    """A finding with its number on the page, to which marked cells point."""

    number: int
    finding: Finding

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

    @property
    def style(self) -> str:
        """Class names of the cell: numbers stand at the right."""
        return " ".join(
            name for name in (self.mark, "number" if NUMBER.fullmatch(self.value) else "") if name
        )


@dataclass(frozen=True, slots=True)
class Grid:
    """One shown table; rows carry their number in the file."""

    sheet: str | None
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class FileView:
    """Everything a page shows of one file."""

    file: RequestFile
    findings: tuple[NumberedFinding, ...]
    grids: tuple[Grid, ...]
    text: str
    truncated: bool


def file_view(airlock: Airlock, file: RequestFile) -> FileView:
    """Read a stored file's preview and lay its findings over it."""
    found = file.report.findings if file.report else ()
    numbered = tuple(NumberedFinding(number, finding) for number, finding in enumerate(found, start=1))
    return lay_over(file, numbered, preview(airlock.content, file.stored))


def lay_over(file: RequestFile, findings: Sequence[NumberedFinding], shown: Preview) -> FileView:
    """Put findings on the cells of a preview."""
    only = len(shown.sheets) == 1
    grids = tuple(
        _grid(sheet, [one for one in findings if _is_on(one, sheet, only)]) for sheet in shown.sheets
    )
    return FileView(file, tuple(findings), grids, shown.text, shown.truncated)


def _is_on(one: NumberedFinding, sheet: SheetView, only: bool) -> bool:  # noqa: FBT001  (private)
    named = one.finding.where.get("sheet")
    return named == sheet.sheet or (only and named is None)


def _grid(sheet: SheetView, findings: Sequence[NumberedFinding]) -> Grid:
    marks: dict[tuple[int | None, int | None], list[NumberedFinding]] = {}
    for one in findings:
        place = (one.finding.where.get("row"), one.finding.where.get("column"))
        if place != (None, None):
            marks.setdefault(place, []).append(one)
    rows = tuple(
        (number, tuple(_cell(value, number, column, marks) for column, value in enumerate(row, start=1)))
        for number, row in enumerate(sheet.rows, start=1)
    )
    return Grid(sheet.sheet, rows, sheet.truncated)


def _cell(
    value: str, row: int, column: int, marks: dict[tuple[int | None, int | None], list[NumberedFinding]]
) -> Cell:
    here = [*marks.get((row, column), ()), *marks.get((row, None), ()), *marks.get((None, column), ())]
    worst = max((one.finding.verdict for one in here), default=Verdict.CLEAR)
    return Cell(value, MARKS[worst], tuple(one.number for one in here))
