"""Parquet turned into one grid, column names as the header. Metadata beyond the schema counts as hidden."""

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO

from airlock.domain.finding import Finding, Place
from airlock.domain.outputs import FileFormat
from airlock.intake.limits import READING, ReadingLimits
from airlock.intake.parsed import Grid, Hidden, HiddenKind, Parsed, Value, squared, unreadable

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

USUAL_METADATA = frozenset({b"pandas", b"ARROW:schema"})


def parse(file: BinaryIO, limits: ReadingLimits = READING) -> Parsed:
    """Read Parquet from an open file. Never raises on bad content: what could not be read is a finding."""
    import pyarrow as pa  # Arrow takes long to load and only this format needs it
    import pyarrow.parquet as pq

    try:
        source = pq.ParquetFile(file)
        return _read(source, limits)
    except (pa.ArrowException, OSError, ValueError):
        problem = unreadable("parquet.unreadable", "The file cannot be read as Parquet.")
        return Parsed(FileFormat.PARQUET, findings=(problem,))


def _read(source: "ParquetFile", limits: ReadingLimits) -> Parsed:
    names = list(source.schema_arrow.names)
    findings: list[Finding] = []
    if len(names) > limits.most_columns:
        findings.append(unreadable("parquet.too-wide", "The table has more columns than can be checked."))
    kept = names[: limits.most_columns]
    wanted = min(limits.most_rows, limits.most_cells // max(1, len(kept)))
    rows: list[list[Value]] = [list(kept)]
    for batch in source.iter_batches(batch_size=4096, columns=kept, use_threads=False):
        columns = [column.to_pylist() for column in batch.columns]
        rows.extend([_plain(value) for value in row] for row in zip(*columns, strict=True))
        if len(rows) > wanted:
            break
    truncated = source.metadata.num_rows > wanted
    grid = Grid(squared(rows[: wanted + 1]), truncated=truncated)
    return Parsed(FileFormat.PARQUET, (grid,), _hidden(source.schema_arrow.metadata or {}), tuple(findings))


def _plain(value: object) -> Value:
    """One value as text, number or truth value."""
    if isinstance(value, bool | int | float | str | None):
        return None if isinstance(value, float) and value != value else value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value)


def _hidden(metadata: dict[bytes, bytes]) -> tuple[Hidden, ...]:
    unusual = set(metadata) - USUAL_METADATA
    if unusual or _pandas_attributes(metadata.get(b"pandas", b"{}")):
        return (Hidden(HiddenKind.METADATA, Place()),)
    return ()


def _pandas_attributes(text: bytes) -> bool:
    """Whether pandas' own metadata carries attributes of the frame, which may hold anything."""
    try:
        return bool(json.loads(text).get("attributes"))
    except (ValueError, AttributeError, RecursionError):
        return True
