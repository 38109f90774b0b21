"""The child process that reads one stored file for showing: ``python -m airlock.preview_reader PATH``.

Hostile input is parsed here, under limits on memory, time and output, never in the process that serves
pages. Prints JSON: ``{"grids": [{"sheet", "rows", "truncated"}], "text", "truncated"}``.
"""

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path

from airlock.domain.outputs import FileFormat
from airlock.intake import parse_csv, parse_json, parse_parquet, parse_xlsx
from airlock.intake.limits import READING
from airlock.intake.parsed import Grid, Parsed
from airlock.intake.sniff import sniff

MOST_ROWS, MOST_COLUMNS, MOST_GRIDS = 20_000, 60, 12
MOST_TEXT, LONGEST_CELL = 100_000, 300
MEMORY_BYTES = 2 << 30
CPU_S = 20

READERS: dict[FileFormat, Callable[[Path], Parsed]] = {
    FileFormat.CSV: lambda path: parse_csv.parse(path.read_bytes()),
    FileFormat.TSV: lambda path: parse_csv.parse(path.read_bytes()),
    FileFormat.JSON: lambda path: parse_json.parse(path.read_bytes()),
    FileFormat.XLSX: lambda path: _opened(path, parse_xlsx.parse),
    FileFormat.PARQUET: lambda path: _opened(path, parse_parquet.parse),
}


def limit() -> None:
    """Take away what reading does not need: more memory, more time, any written file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(path: Path) -> dict[str, object]:
    """Return what can be shown of a file; empty grids and text when its kind has no safe view."""
    if path.stat().st_size > READING.most_bytes:
        return {"grids": [], "text": "", "truncated": True}
    with path.open("rb") as file:
        found = sniff(file, path.name).format
    if found is FileFormat.TEXT:
        text, _ = parse_csv.decode(path.read_bytes()[: MOST_TEXT + 1])
        return {"grids": [], "text": text[:MOST_TEXT], "truncated": len(text) > MOST_TEXT}
    reader = READERS.get(found)
    parsed = Parsed(found) if reader is None else reader(path)
    grids = [_shown(grid) for grid in parsed.grids[:MOST_GRIDS]]
    text = "" if grids else parsed.text
    cut = len(parsed.grids) > MOST_GRIDS or len(text) > MOST_TEXT
    return {"grids": grids, "text": text[:MOST_TEXT], "truncated": cut}


def _opened(path: Path, parse: Callable[..., Parsed]) -> Parsed:
    with path.open("rb") as file:
        return parse(file)


def _shown(grid: Grid) -> dict[str, object]:
    wide = max((len(row) for row in grid.rows), default=0) > MOST_COLUMNS
    rows = [[_cell(value) for value in row[:MOST_COLUMNS]] for row in grid.rows[:MOST_ROWS]]
    return {
        "sheet": grid.sheet,
        "rows": rows,
        "truncated": wide or grid.truncated or len(grid.rows) > MOST_ROWS,
    }


def _cell(value: object) -> str:
    return "" if value is None else str(value)[:LONGEST_CELL]


if __name__ == "__main__":
    limit()
    sys.stdout.write(json.dumps(read(Path(sys.argv[1]))))
