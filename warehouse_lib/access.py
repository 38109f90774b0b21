"""What a grant lets a project see of a snapshot, as a plan: deny by default, refused when it asks too much.

The plan is pure data; `custodian.projection` turns it into SQL and `custodian.extract` runs that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from governance.decisions import Refused
from governance.grants import Grant, RowFilter
from warehouse_lib.catalogue import Catalogue, Column, Group, Sensitivity, Table
from warehouse_lib.catalogue.model import Coarsening

Available = Mapping[str, tuple[str, ...]]
ALWAYS_GRANTED = frozenset({Group.VOCABULARY, Group.ABOUT})
"""Tables that describe no person: codes and their meaning, and where the data are from."""
OPERATORS = frozenset({"=", "!=", "<", "<=", ">", ">=", "in"})
PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "bigint": int,
    "integer": int,
    "double": (int, float),
    "text": str,
    "date": str,
    "datetime": str,
}


@dataclass(frozen=True, slots=True)
class TablePlan:
    """One table of an extract: which columns, and which conditions its rows must meet."""

    table: Table
    columns: tuple[Column, ...]
    rows: tuple[RowFilter, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All of an extract: its tables, the conditions on persons, and the allowed concept ancestors."""

    tables: tuple[TablePlan, ...]
    persons: tuple[RowFilter, ...]
    concepts: tuple[int, ...]


def plan(grant: Grant, available: Available, catalogue: Catalogue) -> Plan | Refused:
    """Turn a grant into a plan over the tables and columns that a snapshot has.

    Returns:
        `Refused` when the grant names something the snapshot lacks or no project may have.
    """
    refusal = why_not(grant, available, catalogue)
    if refusal is not None:
        return refusal
    always = [name for name in available if catalogue.tables[name].group in ALWAYS_GRANTED]
    names = sorted({*grant.tables, *always})
    return Plan(
        tables=tuple(_table_plan(name, grant, available, catalogue) for name in names),
        persons=tuple(row for row in grant.rows if row.table == "person"),
        concepts=tuple(sorted(grant.concepts)),
    )


def why_not(grant: Grant, available: Available, catalogue: Catalogue) -> Refused | None:
    """Return why a grant cannot be carried out on this snapshot, or None."""
    for name, columns in grant.tables.items():
        if name not in available:
            return _refused("table", f"The snapshot {grant.snapshot} has no table {name}.")
        for column in () if columns == "all" else columns:
            if reason := _why_not_column(catalogue.tables[name], column):
                return _refused("column", f"{name}.{column} {reason}.")
    for row in grant.rows:
        if reason := _why_not_filter(row, available, catalogue):
            return _refused("filter", f"The row filter on {row.table}.{row.column} {reason}.")
    return None


def _refused(part: str, reason: str) -> Refused:
    return Refused(reason, "Correct the project's grant and apply it again.", f"grant-{part}")


def _why_not_column(table: Table, name: str) -> str:
    column = table.column(name)
    if column is None:
        return "is not a column of the CDM"
    if column.sensitivity is Sensitivity.DROP:
        return "can identify a person and is in no snapshot"
    if column.coarsening is Coarsening.WITHHOLD:
        return "is too fine for any extract"
    return ""


def _why_not_filter(row: RowFilter, available: Available, catalogue: Catalogue) -> str:
    if row.table not in available or row.column not in available[row.table]:
        return "names nothing that the snapshot has"
    if row.op not in OPERATORS or isinstance(row.value, tuple) is not (row.op == "in"):
        return "has an operator that does not fit its value"
    column = catalogue.tables[row.table].column(row.column)
    values = row.value if isinstance(row.value, tuple) else (row.value,)
    if column is None or not values or not all(_fits(column, value) for value in values):
        return "has a value of the wrong type"
    if column.domain:
        return "would select by pseudonym"
    return ""


def _fits(column: Column, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, PYTHON_TYPES[column.type]):
        return False
    if not column.is_moment:
        return True
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _table_plan(name: str, grant: Grant, available: Available, catalogue: Catalogue) -> TablePlan:
    table = catalogue.tables[name]
    wanted = grant.tables.get(name, "all")
    return TablePlan(
        table=table,
        columns=tuple(column for column in table.carried if _is_granted(column, wanted, available[name])),
        rows=tuple(row for row in grant.rows if row.table == name and name != "person"),
    )


def _is_granted(column: Column, wanted: tuple[str, ...] | str, available: tuple[str, ...]) -> bool:
    if column.name not in available or column.coarsening is Coarsening.WITHHOLD:
        return False
    # Without its person a row cannot be put into a bucket or joined: the pseudonym always comes along.
    return wanted == "all" or column.name in wanted or column.domain == "person"
