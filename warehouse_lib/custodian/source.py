"""Reads a source folder: which file is which CDM table, and each column as the type that the CDM gives it.

CDM 5.3 names are read under their 5.4 names. What the catalogue does not know is reported, and a text
column among it stops the ingest: it could hold names.
"""
# ruff: noqa: S608  (names come from the catalogue and are quoted, values pass through `literal`)

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from governance.errors import UsageError
from warehouse_lib.catalogue import Catalogue, Column, Table
from warehouse_lib.custodian.engine import Engine, literal, parquet, quoted

CSV_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
SUFFIXES = (".parquet", *CSV_SUFFIXES)


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One file of the source: its 5.4 table (None when unknown) and its columns, old name by new."""

    name: str
    file: Path
    table: Table | None
    columns: dict[str, str]
    types: dict[str, str]

    def unknown_columns(self, *, text: bool) -> list[str]:
        """Return the columns that the catalogue does not classify, those of text or the others."""
        known = {column.name for column in self.table.columns} if self.table else set()
        return sorted(
            name for name in self.columns if name not in known and (self.types[name] == "VARCHAR") is text
        )


def fingerprint(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return names, sizes and times of a folder's files, to notice a source that changes while being read."""
    return tuple(
        (path.name, path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(folder.iterdir())
        if path.is_file()
    )


def source_files(folder: Path) -> dict[str, Path]:
    """Find the tables of a source folder by file name, case-free.

    Raises:
        UsageError: there is no such folder, it holds no tables, or two files claim one table.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder.")
    found: dict[str, Path] = {}
    for file in sorted(folder.iterdir()):
        name = _table_name(file)
        if name is None:
            continue
        if name in found:
            raise UsageError(f"{found[name].name} and {file.name} both claim to be the table {name}.")
        found[name] = file
    if not found:
        raise UsageError(f"{folder} holds no Parquet or CSV files.")
    return found


def _table_name(file: Path) -> str | None:
    lower = file.name.lower()
    suffix = next((suffix for suffix in SUFFIXES if lower.endswith(suffix)), None)
    return lower.removesuffix(suffix) if suffix and file.is_file() else None


def describe_table(engine: Engine, name: str, file: Path, catalogue: Catalogue) -> SourceTable:
    """Read the header of one file."""
    described = engine.rows(f"DESCRIBE SELECT * FROM {reader(file)}", f"reading the header of {file.name}")
    columns = {catalogue.current_name(name, raw.lower()): raw for raw, *_ in described}
    types = {catalogue.current_name(name, raw.lower()): kind for raw, kind, *_ in described}
    table = catalogue.tables.get(name)
    return SourceTable(name, file, table, columns, types)


def reader(file: Path) -> str:
    """Return the DuckDB table function for one file; a CSV's values stay text until they are cast."""
    if file.name.lower().endswith(".parquet"):
        return parquet([file])
    return f"read_csv({literal(str(file))}, all_varchar=true, header=true, nullstr='')"


def typed_select(source: SourceTable) -> str:
    """Return a query over all carried columns in CDM order, with ``_unreadable`` and ``_order``.

    `_unreadable` is true where a value is there but cannot be read as its type; `_order` is the row's
    original key, or its position where the table has none.
    """
    if source.table is None:
        raise UsageError(f"{source.name} is not a table of the CDM.")
    carried = source.table.carried
    names = ", ".join(f"{_cast(source, column)} AS {quoted(column.name)}" for column in carried)
    unreadable = " OR ".join(_unreadable(source, carried)) or "false"
    key = source.table.key
    order = (
        _cast(source, _must(source.table.column(key))) if key in source.columns else "row_number() OVER ()"
    )
    return f"SELECT {names}, ({unreadable}) AS _unreadable, {order} AS _order FROM {reader(source.file)}"


def _must(column: Column | None) -> Column:
    if column is None:
        raise UsageError("The catalogue names a key that is not among its columns.")
    return column


def _cast(source: SourceTable, column: Column) -> str:
    raw = source.columns.get(column.name)
    return f"TRY_CAST({quoted(raw)} AS {column.sql_type})" if raw else f"CAST(NULL AS {column.sql_type})"


def _unreadable(source: SourceTable, carried: Iterable[Column]) -> list[str]:
    return [
        f"({quoted(source.columns[c.name])} IS NOT NULL AND {_cast(source, c)} IS NULL)"
        for c in carried
        if c.name in source.columns and source.types[c.name] != c.sql_type
    ]
