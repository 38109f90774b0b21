"""Writes CDM tables as Parquet block by block, so that memory does not grow with the population."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse_lib.catalogue import Table, catalogue

ARROW_TYPES = {
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "double": pa.float64(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "text": pa.string(),
}


class CdmWriter:
    """One open Parquet file per table; every file has all columns of its table in CDM order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, pq.ParquetWriter] = {}
        self._rows: dict[str, int] = {}

    def __enter__(self) -> "CdmWriter":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        for writer in self._open.values():
            writer.close()

    @property
    def rows(self) -> dict[str, int]:
        """Rows written so far, by table."""
        return dict(self._rows)

    def next_key(self, table: str) -> int:
        """Return the key of the next row of `table`: keys count from 1 over all blocks."""
        return self._rows.get(table, 0) + 1

    def write(self, name: str, columns: Mapping[str, Any]) -> None:
        """Append one block of rows; columns left out are null, unknown ones are an error."""
        table = catalogue().tables[name]
        unknown = set(columns) - {column.name for column in table.columns}
        if unknown:
            raise ValueError(f"{name} has no columns {sorted(unknown)}")
        block = _arrow_table(table, columns)
        if name not in self._open:
            self._open[name] = pq.ParquetWriter(
                self._folder / f"{name}.parquet", block.schema, compression="zstd"
            )
        self._open[name].write_table(block)
        self._rows[name] = self._rows.get(name, 0) + block.num_rows


def _arrow_table(table: Table, columns: Mapping[str, Any]) -> Any:  # noqa: ANN401  (pyarrow ships no types)
    length = len(next(iter(columns.values())))
    arrays, fields = [], []
    for column in table.columns:
        kind = ARROW_TYPES[column.type]
        fields.append(pa.field(column.name, kind))
        values = columns.get(column.name)
        arrays.append(pa.nulls(length, kind) if values is None else _array(values, column.type))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _array(values: Any, kind: str) -> Any:  # noqa: ANN401
    if kind == "date":  # days since 1970-01-01
        return pa.array(values, type=pa.int32(), from_pandas=False).cast(pa.date32())
    if isinstance(values, pa.Array):
        return values.cast(ARROW_TYPES[kind])
    return pa.array(values).cast(ARROW_TYPES[kind])
