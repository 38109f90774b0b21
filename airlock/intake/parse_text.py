"""Running text and logs: kept as lines for the detectors, and its printed tables turned into a grid.

A table printed into a log is still a table: rows are split at bars, tabs, or runs of spaces.
"""

import re

from airlock.domain.outputs import FileFormat
from airlock.intake.limits import READING, ReadingLimits
from airlock.intake.parse_csv import decode
from airlock.intake.parsed import Grid, Parsed, Value, squared

LONGEST_LINE = 2_000  # characters of a line that are split; printed tables are narrower
_DRAWN = re.compile(r"[\s|+:=-]*")
_GAP = re.compile(r"\t+|\s{2,}")


def parse(data: bytes, limits: ReadingLimits = READING) -> Parsed:
    """Read text. Never raises: bytes that are no text are a finding."""
    text, findings = decode(data)
    lines = text.splitlines()[: limits.most_rows]
    rows = [_split(line[:LONGEST_LINE])[: limits.most_columns] for line in lines]
    grid = Grid(squared(rows)) if any(len(row) > 1 for row in rows) else None
    return Parsed(FileFormat.TEXT, (grid,) if grid else (), findings=tuple(findings), text=text)


def _split(line: str) -> list[Value]:
    """The fields of a line; a drawn line (dashes between header and body) counts as blank."""
    if _DRAWN.fullmatch(line):
        return [None]
    if line.count("|") > 1:
        return [field.strip() or None for field in line.strip().strip("|").split("|")]
    if "," in line and not _GAP.search(line.strip()) and line.count(",") > 1:
        return [field.strip() or None for field in line.split(",")]
    return [field or None for field in _GAP.split(line.rstrip())]
