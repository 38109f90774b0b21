"""How an extract shows itself: a plain table in a terminal, HTML in a notebook."""

from dataclasses import dataclass
from html import escape
from typing import Any

from warehouse_lib.catalogue import Column, Table
from warehouse_lib.catalogue.model import Coarsening

SCHEMA = "tre.catalogue/1"


@dataclass(frozen=True, slots=True)
class TableShown:
    """One table of an extract with its granted columns and number of rows."""

    table: Table
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class ExtractCatalogue:
    """The granted tables and columns of an extract, with what was done to their values."""

    project: str
    extract: str
    tables: tuple[TableShown, ...]
    shifted: bool

    def treatment(self, table: Table, column: Column) -> str:
        """Say in a few words what was done to a column's values."""
        if column.coarsening is Coarsening.AGE_CAP:
            return "shifted, age capped"
        if column.coarsening is not None:
            return "coarsened"
        if column.domain:
            return "pseudonym" if column.domain != "event" else "renumbered"
        return "shifted" if self.shifted and table.has_person and column.is_moment else ""

    def as_json(self) -> dict[str, Any]:
        """Return the catalogue as a ``tre.catalogue/1`` document."""
        return {
            "schema": SCHEMA,
            "project": self.project,
            "extract": self.extract,
            "dates_shifted": self.shifted,
            "tables": [self._table_json(shown) for shown in self.tables],
        }

    def _table_json(self, shown: TableShown) -> dict[str, Any]:
        columns = [column for column in shown.table.columns if column.name in shown.columns]
        return {
            "name": shown.table.name,
            "rows": shown.rows,
            "columns": [
                {"name": c.name, "type": c.type, "treatment": self.treatment(shown.table, c)} for c in columns
            ],
        }

    def __repr__(self) -> str:
        lines = [f"Extract {self.extract} of project {self.project}"]
        lines += [f"  {shown.table.name:<24}{shown.rows:>12,} rows" for shown in self.tables]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        body = "".join(self._html_table(shown) for shown in self.tables)
        return f"<p>Extract <code>{escape(self.extract)}</code>, project {escape(self.project)}</p>{body}"

    def _html_table(self, shown: TableShown) -> str:
        rows = "".join(self._html_column(shown.table, name) for name in shown.columns)
        summary = f"<b>{escape(shown.table.name)}</b> {shown.rows:,} rows, {len(shown.columns)} columns"
        head = "<tr><th>column</th><th>type</th><th>values</th></tr>"
        return f"<details><summary>{summary}</summary><table>{head}{rows}</table></details>"

    def _html_column(self, table: Table, name: str) -> str:
        column = table.column(name)
        kind, done = (column.type, self.treatment(table, column)) if column else ("", "")
        return f"<tr><td>{escape(name)}</td><td>{kind}</td><td>{done}</td></tr>"
