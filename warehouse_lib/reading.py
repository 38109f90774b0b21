"""A locked DuckDB over the files of one extract: what SQL may touch is listed, everything else is refused.

The real walls are the sandbox and the files' modes; these locks are the second one. Only the exact files may
be read, so not even a new file inside the extract's own folder can be read or written.
"""
# ruff: noqa: S608  (names come from the manifest and are quoted)

import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from governance.errors import UsageError

LOCKS = ("enable_external_access = false", "lock_configuration = true")


class Reader:
    """Runs queries over an extract's tables, each a view."""

    def __init__(self, tables: Mapping[str, Sequence[Path]]) -> None:
        import duckdb

        self._spill = tempfile.mkdtemp(prefix="warehouse-")
        weakref.finalize(self, shutil.rmtree, self._spill, ignore_errors=True)
        self._connection = duckdb.connect(":memory:", config={"temp_directory": self._spill})
        for name, files in tables.items():
            self._connection.execute(f"CREATE VIEW {_quoted(name)} AS SELECT * FROM {_files(files)}")
        listed = ", ".join(_literal(file) for files in tables.values() for file in files)
        self._connection.execute(f"SET allowed_paths = [{listed}]")
        for lock in LOCKS:
            self._connection.execute(f"SET {lock}")

    def arrow(self, sql: str) -> Any:  # noqa: ANN401  (pyarrow ships no types)
        """Run a query and return its result as an Arrow table."""
        return self._connection.cursor().sql(sql).to_arrow_table()

    def number(self, sql: str) -> int:
        """Run a query that yields one number."""
        row = self._connection.cursor().execute(sql).fetchone()
        return int(row[0]) if row else 0

    def select(self, sql: str) -> Any:  # noqa: ANN401
        """Run a person's own query.

        Raises:
            UsageError: it is not exactly one SELECT.
        """
        import duckdb

        statements = duckdb.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise UsageError("Only a single SELECT over the extract's tables can be run.")
        return self.arrow(sql)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"


def _files(files: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(_literal(file) for file in files)}], hive_partitioning=false)"
