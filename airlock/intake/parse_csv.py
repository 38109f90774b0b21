"""Comma-separated and other delimited text, as found in the wild, turned into one grid.

What is not UTF-8 is read as Windows-1252, so that the checks still see its numbers, and held for a person.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator

from airlock.domain.finding import Finding, Place
from airlock.domain.outputs import FileFormat
from airlock.intake.limits import READING, ReadingLimits
from airlock.intake.parsed import Grid, Parsed, Value, squared, unreadable

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_LINES = 50
LONGEST_FIELD = 100_000


def parse(data: bytes, limits: ReadingLimits = READING) -> Parsed:
    """Read delimited text. Never raises on bad content: what could not be read is a finding."""
    text, findings = decode(data)
    delimiter = sniff_delimiter(text)
    rows, more = _rows(text, delimiter, limits)
    findings.extend(more)
    truncated = len(rows) > limits.most_rows
    grid = Grid(squared(rows[: limits.most_rows]), None, truncated, decimal_comma=delimiter == ";")
    return Parsed(FileFormat.CSV, (grid,) if rows else (), findings=tuple(findings))


def decode(data: bytes) -> tuple[str, list[Finding]]:
    """Text of `data`: UTF-8, or UTF-16 with its mark; anything else is read as Windows-1252 and reported."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), []
    findings = []
    if b"\x00" in data:
        findings.append(unreadable("csv.binary", "The text holds bytes that are not text."))
        data = data.replace(b"\x00", b"")
    try:
        return data.decode("utf-8-sig"), findings
    except UnicodeDecodeError:
        message = "The file is not UTF-8. It was read as Windows-1252; save it as UTF-8 to be checked fully."
        return data.decode("cp1252", errors="replace"), [*findings, unreadable("csv.not-utf8", message)]


def sniff_delimiter(text: str) -> str:
    """The delimiter that splits most of the first lines into the same number of fields, more fields first."""
    lines = [line for line in text[: LONGEST_FIELD * 2].splitlines()[:SAMPLE_LINES] if line.strip()]
    return max(DELIMITERS, key=lambda mark: _agreement(lines, mark))


def _agreement(lines: list[str], delimiter: str) -> tuple[float, int]:
    """How many lines agree on a number of fields above one, and that number."""
    widths = Counter(len(fields) for fields in _safe_reader(lines, delimiter))
    width, times = max(((w, t) for w, t in widths.items() if w > 1), key=lambda p: p[1], default=(1, 0))
    return times / max(1, len(lines)), width


def _safe_reader(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        return


def _rows(text: str, delimiter: str, limits: ReadingLimits) -> tuple[list[list[Value]], list[Finding]]:
    """The rows up to one more than allowed, so that the caller sees that there were more."""
    csv.field_size_limit(LONGEST_FIELD)
    rows: list[list[Value]] = []
    findings: list[Finding] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for fields in reader:
            rows.append([field if field.strip() else None for field in fields[: limits.most_columns]])
            if len(fields) > limits.most_columns:
                findings.append(unreadable("csv.too-wide", "A row has more columns than can be checked."))
                break
            if len(rows) > limits.most_rows:
                break
    except csv.Error:
        where = Place(line=max(1, reader.line_num))
        findings.append(
            unreadable("csv.unreadable", "The text cannot be read as a table from here on.", where)
        )
    findings.extend(_ragged(rows))
    return rows, findings


def _ragged(rows: list[list[Value]]) -> list[Finding]:
    """A finding when rows differ in length, blank rows and notes (one filled field) aside."""
    filled = [row for row in rows if sum(value is not None for value in row) > 1]
    widths = {len(row) for row in filled}
    if len(widths) <= 1:
        return []
    usual = Counter(len(row) for row in filled).most_common(1)[0][0]
    first = next(number for number, row in enumerate(rows, 1) if len(row) != usual and row in filled)
    message = "The rows do not all have the same number of columns; a count may stand under a wrong heading."
    return [unreadable("csv.ragged", message, Place(row=first))]
