"""The custodian's DuckDB: bounded memory, spilling beside its output, and errors that carry no value.

DuckDB's messages quote the value that it could not read; here they are replaced by step and table.
"""
# ruff: noqa: S608  (names come from the catalogue and are quoted, values pass through `literal`)

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from governance.errors import BrokenError

if TYPE_CHECKING:
    import duckdb

MEMORY_LIMIT = "4GB"
ROW_GROUP = 122_880  # DuckDB's vector-aligned size nearest to 120,000 rows
FORMAT_OPTIONS = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
DISK_FULL_SIGNS = ("No space left", "failed to write", "Could not write", "max_temp_directory_size")


@contextmanager
def engine(spill: Path) -> Iterator["Engine"]:
    """Open an in-memory DuckDB that spills into the folder `spill`."""
    import duckdb

    spill.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": os.environ.get("TRE_WAREHOUSE_MEMORY", MEMORY_LIMIT),
            "temp_directory": str(spill),
            "preserve_insertion_order": "true",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    try:
        yield Engine(connection)
    finally:
        connection.close()


class Engine:
    """Runs statements; every failure names the step, never a value."""

    def __init__(self, connection: "duckdb.DuckDBPyConnection") -> None:
        self._connection = connection

    def run(self, sql: str, step: str) -> None:
        """Run a statement for its effect."""
        with named(step):
            self._connection.execute(sql)

    def rows(self, sql: str, step: str) -> list[tuple[Any, ...]]:
        """Run a query and return all its rows."""
        with named(step):
            return self._connection.execute(sql).fetchall()

    def row(self, sql: str, step: str) -> tuple[Any, ...]:
        """Run a query that yields exactly one row."""
        return self.rows(sql, step)[0]

    def load(self, name: str, columns: dict[str, list[Any]]) -> None:
        """Make a table out of columns of Python values."""
        import pyarrow as pa

        view = f"arrow_{name}"
        self._connection.register(
            view, pa.table({key: pa.array(v, type=pa.int64()) for key, v in columns.items()})
        )
        self.run(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {view}", f"loading {name}")
        self._connection.unregister(view)


@contextmanager
def named(step: str) -> Iterator[None]:
    """Replace a DuckDB error by one that says which step failed and of which kind the failure is.

    Raises:
        BrokenError: the step failed; a full disk is said to be one.
    """
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        kind = type(error).__name__
        if any(sign in str(error) for sign in DISK_FULL_SIGNS):
            raise BrokenError(
                f"The disk is full ({step}): nothing was written. Free some space and try again."
            ) from None
        raise BrokenError(f"The step '{step}' failed ({kind}).") from None


def quoted(identifier: str) -> str:
    """Quote an SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: str | int | float) -> str:
    """Write a value as an SQL literal."""
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def parquet(paths: list[Path]) -> str:
    """Return the table function that reads Parquet files."""
    files = ", ".join(literal(str(path)) for path in paths)
    return f"read_parquet([{files}], hive_partitioning=false)"
