"""Excel workbooks: every sheet as a grid, the hidden ones too, and a list of all that hides in the file.

The archive is measured before anything is unpacked: zip bombs, entity declarations and endless sheets end
here, as findings. Real leaks of health records were pivot caches and hidden sheets (ICO, Cabinet Office).
"""

import re
import warnings
import zipfile
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, BinaryIO

from airlock.domain.finding import Finding, Place, cell_place
from airlock.domain.outputs import FileFormat
from airlock.intake.limits import MIB, READING, ReadingLimits
from airlock.intake.parsed import Grid, Hidden, HiddenKind, Parsed, Value, squared, unreadable

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

PARTS: tuple[tuple[re.Pattern[str], HiddenKind], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"^xl/pivotcache/", HiddenKind.PIVOT_CACHE),
        (r"^xl/(comments|threadedcomments|persons)", HiddenKind.COMMENT),
        (r"^xl/externallinks/", HiddenKind.EXTERNAL_LINK),
        (r"vbaproject|^xl/macrosheets/|^xl/activex/|^xl/ctrlprops/", HiddenKind.MACRO),
        (r"^xl/embeddings/|oleobject", HiddenKind.EMBEDDED_FILE),
        (r"^customxml/|^docprops/custom", HiddenKind.CUSTOM_XML),
        (r"^xl/(connections|querytables)", HiddenKind.CONNECTION),
        (r"^xl/model/", HiddenKind.DATA_MODEL),
        (r"^xl/(media|charts|drawings)/", HiddenKind.PICTURE_OR_CHART),
    )
)
"""What the name of a part of the archive says about its content."""

FLAT, NARROW = 1.0, 0.5  # points, characters: below these nobody reads a row or column


def parse(file: BinaryIO, limits: ReadingLimits = READING) -> Parsed:
    """Read a workbook from an open file. Never raises on bad content: what could not be read is a finding."""
    try:
        problem, hidden = _archive(file, limits)
        if problem is not None:
            return Parsed(FileFormat.XLSX, hidden=hidden, findings=(problem,))
        file.seek(0)
        return _workbook(_open(file), hidden, limits)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError):
        return _failed("The file cannot be unpacked: it is damaged or encrypted.")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, SyntaxError):
        # What openpyxl raises on a workbook that is not well formed; the file is held, never cleared.
        return _failed("The file cannot be read as a workbook.")


def _failed(message: str) -> Parsed:
    return Parsed(FileFormat.XLSX, findings=(unreadable("xlsx.unreadable", message),))


def _open(file: BinaryIO) -> "Workbook":
    import openpyxl  # only this format needs it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of parts it drops; the archive walk has seen them
        return openpyxl.load_workbook(file, data_only=True)


def _archive(file: BinaryIO, limits: ReadingLimits) -> tuple[Finding | None, tuple[Hidden, ...]]:
    """Measure the archive and list what hides in it by the names of its parts."""
    hidden: dict[HiddenKind, None] = {}
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if problem := _bomb(entries, limits):
            return problem, ()
        for entry in entries:
            hidden.update({kind: None for pattern, kind in PARTS if pattern.search(entry.filename)})
            if entry.filename.lower().endswith((".xml", ".rels")):
                part = archive.read(entry)
                if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
                    return unreadable("xlsx.entities", "The workbook declares XML entities."), ()
                if entry.filename.startswith("xl/worksheets/") and re.search(rb"<f[ >/]", part):
                    hidden[HiddenKind.FORMULA] = None
    return None, tuple(Hidden(kind, Place()) for kind in hidden)


def _bomb(entries: list[zipfile.ZipInfo], limits: ReadingLimits) -> Finding | None:
    """A finding when unpacking would exceed the limits. Python's zipfile holds entries to their sizes."""
    if len(entries) > limits.most_archive_entries:
        return unreadable("xlsx.too-large", "The workbook has more parts than can be checked.")
    if sum(entry.file_size for entry in entries) > limits.most_unpacked:
        return unreadable("xlsx.too-large", "The workbook is larger unpacked than can be checked.")
    if any(_explodes(entry, limits) for entry in entries):
        return unreadable("xlsx.bomb", "A part of the workbook is packed as only a zip bomb is.")
    return None


def _explodes(entry: zipfile.ZipInfo, limits: ReadingLimits) -> bool:
    return entry.file_size > max(MIB, limits.most_ratio * max(1, entry.compress_size))


def _workbook(book: "Workbook", hidden: tuple[Hidden, ...], limits: ReadingLimits) -> Parsed:
    findings: list[Finding] = []
    grids: list[Grid] = []
    more: list[Hidden] = [*hidden, *_names(book)]
    if len(book.worksheets) > limits.most_sheets:
        findings.append(unreadable("xlsx.too-large", "The workbook has more sheets than can be checked."))
    for sheet in book.worksheets[: limits.most_sheets]:
        if sheet.max_row * sheet.max_column > limits.most_cells:
            message = "A sheet spans more cells than can be checked."
            findings.append(unreadable("xlsx.too-large", message, Place(sheet=sheet.title)))
            continue
        grids.append(_grid(sheet, limits))
        more.extend(_hidden_in(sheet))
    return Parsed(FileFormat.XLSX, tuple(grids), tuple(more), tuple(findings))


def _names(book: "Workbook") -> list[Hidden]:
    """Defined names that readers do not see; print areas and filters, which Excel keeps itself, aside."""
    sheets = [name for sheet in book.worksheets for name in sheet.defined_names]
    own = [name for name in (*book.defined_names, *sheets) if not name.startswith("_xlnm.")]
    return [Hidden(HiddenKind.DEFINED_NAME, Place())] if own else []


def _grid(sheet: "Worksheet", limits: ReadingLimits) -> Grid:
    rows = [
        [_plain(value) for value in row[: limits.most_columns]]
        for row in sheet.iter_rows(max_row=min(sheet.max_row, limits.most_rows), values_only=True)
    ]
    truncated = sheet.max_row > limits.most_rows or sheet.max_column > limits.most_columns
    return Grid(squared(rows), sheet.title, truncated)


def _plain(value: object) -> Value:
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value.total_seconds()) if isinstance(value, timedelta) else str(value)


def _hidden_in(sheet: "Worksheet") -> list[Hidden]:
    """Hidden sheets, rows and columns that hold something, and comments."""
    found = []
    if sheet.sheet_state != "visible":
        very = sheet.sheet_state == "veryHidden"
        kind = HiddenKind.VERY_HIDDEN_SHEET if very else HiddenKind.HIDDEN_SHEET
        found.append(Hidden(kind, Place(sheet=sheet.title)))
    found.extend(
        Hidden(HiddenKind.HIDDEN_ROW, Place(sheet=sheet.title, row=number))
        for number, row in sheet.row_dimensions.items()
        if (row.hidden or (row.height is not None and row.height < FLAT)) and _filled(sheet, row=number)
    )
    for column in sheet.column_dimensions.values():
        if column.hidden or column.width < NARROW:
            numbers = range(column.min or 1, min(column.max or 1, sheet.max_column) + 1)
            found.extend(
                Hidden(HiddenKind.HIDDEN_COLUMN, Place(sheet=sheet.title, column=number))
                for number in numbers
                if _filled(sheet, column=number)
            )
    found.extend(_comments(sheet))
    return found


def _filled(sheet: "Worksheet", row: int | None = None, column: int | None = None) -> bool:
    """Whether one row or one column holds anything."""
    if row is not None and row > sheet.max_row:
        return False
    cells = sheet.iter_rows(min_row=row, max_row=row, min_col=column, max_col=column, values_only=True)
    return any(value is not None for line in cells for value in line)


def _comments(sheet: "Worksheet") -> list[Hidden]:
    return [
        Hidden(HiddenKind.COMMENT, cell_place(cell.row or 1, cell.column or 1, sheet.title))
        for line in sheet.iter_rows()
        for cell in line
        if cell.comment is not None
    ]
