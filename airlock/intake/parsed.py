"""What comes out of a parser: grids of plain values, hidden content, and what the parser could not read.

Nothing hostile passes this border: values are text, numbers and truth values, bounded by `limits.READING`.
"""

from dataclasses import dataclass
from enum import StrEnum

from airlock.domain.finding import Finding, Place, Verdict
from airlock.domain.outputs import FileFormat

Value = str | int | float | bool | None
Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """One table as it stands in the file: all rows equally long, row 1 first, header included.

    `truncated` says that the file holds more than was read. `decimal_comma` says that numbers in text are
    written "1.234,5".
    """

    rows: tuple[Row, ...]
    sheet: str | None = None
    truncated: bool = False
    decimal_comma: bool = False


class HiddenKind(StrEnum):
    """Content that a reader of the file does not see, by its hiding place."""

    HIDDEN_SHEET = "hidden-sheet"
    VERY_HIDDEN_SHEET = "very-hidden-sheet"
    HIDDEN_ROW = "hidden-row"
    HIDDEN_COLUMN = "hidden-column"
    PIVOT_CACHE = "pivot-cache"
    COMMENT = "comment"
    DEFINED_NAME = "defined-name"
    EXTERNAL_LINK = "external-link"
    MACRO = "macro"
    EMBEDDED_FILE = "embedded-file"
    CUSTOM_XML = "custom-xml"
    CONNECTION = "connection"
    DATA_MODEL = "data-model"
    FORMULA = "formula"
    PICTURE_OR_CHART = "picture-or-chart"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Hidden:
    """One hiding place that holds something."""

    kind: HiddenKind
    where: Place


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file as the checks see it. `text` holds what is not a table (lines of a log)."""

    format: FileFormat
    grids: tuple[Grid, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    findings: tuple[Finding, ...] = ()
    text: str = ""


def unreadable(rule: str, message: str, where: Place | None = None) -> Finding:
    """The finding of a parser that could not read something: held for a person, with the reason."""
    return Finding(rule, Verdict.REVIEW, message, where if where is not None else Place())


def squared(rows: list[list[Value]]) -> tuple[Row, ...]:
    """Rows filled up with None to the longest, so that every cell has a place."""
    width = max((len(row) for row in rows), default=0)
    return tuple((*row, *([None] * (width - len(row)))) for row in rows)
