"""JSON that holds a table, in the shapes that pandas and people write; anything else is kept as text.

Shapes: a list of objects, an object of columns, ``{"columns", "data"}``, ``{"schema", "data"}``, and one
object a line.
"""

import json
from typing import Any

from airlock.domain.finding import Finding
from airlock.domain.outputs import FileFormat
from airlock.intake.limits import READING, ReadingLimits
from airlock.intake.parse_csv import decode
from airlock.intake.parsed import Grid, Parsed, Value, squared, unreadable

MOST_TEXT = 1_000_000  # characters kept for the detectors when the content is no table

Rows = list[list[Value]]


class _DuplicateKeyError(ValueError):
    """An object that has one key twice: readers differ in which they believe."""


def parse(data: bytes, limits: ReadingLimits = READING) -> Parsed:
    """Read JSON. Never raises on bad content: what could not be read is a finding."""
    text, findings = decode(data)
    try:
        content = _load(text)
    except _DuplicateKeyError:
        findings.append(
            unreadable("json.duplicate-key", "An object names one key twice; only one is visible.")
        )
        return Parsed(FileFormat.JSON, findings=tuple(findings), text=text[:MOST_TEXT])
    except (ValueError, RecursionError):
        findings.append(unreadable("json.unreadable", "The file is not well-formed JSON."))
        return Parsed(FileFormat.JSON, findings=tuple(findings), text=text[:MOST_TEXT])
    return _parsed(content, text, findings, limits)


def _parsed(content: object, text: str, findings: list[Finding], limits: ReadingLimits) -> Parsed:
    rows = _table(content)
    if rows is None:
        findings.append(unreadable("json.no-table", "The content is not a table; a person must look."))
        return Parsed(FileFormat.JSON, findings=tuple(findings), text=text[:MOST_TEXT])
    if max((len(row) for row in rows), default=0) > limits.most_columns:
        findings.append(unreadable("json.too-wide", "A row has more columns than can be checked."))
    kept = [row[: limits.most_columns] for row in rows[: limits.most_rows]]
    grid = Grid(squared(kept), truncated=len(rows) > limits.most_rows)
    return Parsed(FileFormat.JSON, (grid,), findings=tuple(findings))


def _load(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
        return [json.loads(line, object_pairs_hook=_object) for line in lines]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _DuplicateKeyError
    return made


def _table(content: object) -> Rows | None:
    """The rows, header first, of content in one of the known shapes; None for any other."""
    if isinstance(content, list) and content and all(isinstance(row, dict) for row in content):
        return _of_objects(content)
    if not isinstance(content, dict):
        return None
    if isinstance(content.get("data"), list) and set(content) <= {"schema", "columns", "index", "data"}:
        return _of_data(content)
    if content and all(isinstance(column, dict | list) for column in content.values()):
        return _of_columns(content)
    return None


def _of_objects(objects: list[dict[str, Any]]) -> Rows | None:
    headings = list(dict.fromkeys(key for one in objects for key in one))
    return _plain_rows([list(headings), *([one.get(key) for key in headings] for one in objects)])


def _of_data(content: dict[str, Any]) -> Rows | None:
    data = content["data"]
    if data and all(isinstance(row, dict) for row in data):
        return _of_objects(data)
    columns = content.get("columns")
    if not isinstance(columns, list) or not all(isinstance(row, list) for row in data):
        return None
    headings: list[Any] = [_heading(column) for column in columns]
    index = content.get("index")
    if not isinstance(index, list) or len(index) != len(data):
        return _plain_rows([headings, *data])
    labelled = [[_heading(label), *row] for label, row in zip(index, data, strict=True)]
    return _plain_rows([["", *headings], *labelled])


def _heading(name: object) -> str:
    return " / ".join(str(part) for part in name) if isinstance(name, list) else str(name)


def _of_columns(content: dict[str, Any]) -> Rows | None:
    columns = {
        name: column if isinstance(column, dict) else {str(i): value for i, value in enumerate(column)}
        for name, column in content.items()
    }
    labels = list(dict.fromkeys(label for column in columns.values() for label in column))
    numbered = labels == [str(number) for number in range(len(labels))]
    head: list[Any] = list(columns) if numbered else ["", *columns]
    body = [
        [*([] if numbered else [label]), *(column.get(label) for column in columns.values())]
        for label in labels
    ]
    return _plain_rows([head, *body])


def _plain_rows(rows: list[list[Any]]) -> Rows | None:
    """Rows of plain values only, NaN as nothing; a nested value means that this is no table."""
    if any(not isinstance(value, str | int | float | bool | None) for row in rows for value in row):
        return None
    return [[None if value != value else value for value in row] for row in rows]
