"""A grant: which tables, columns, rows and concepts of which snapshot one project may see, and until when.

It crosses a process boundary (register → custodian's extract), so it has a schema: ``tre.grant/1``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from governance.periods import Period

SCHEMA = "tre.grant/1"

Columns = tuple[str, ...] | Literal["all"]
Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in"]
Scalar = str | int | float


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Keep only rows of `table` whose `column` stands in relation `op` to `value` (a tuple for ``in``)."""

    table: str
    column: str
    op: Operator
    value: Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class DataAgreement:
    """The controller's recorded consent that a dataset serves this project."""

    reference: str
    controller: str
    valid: Period


@dataclass(frozen=True, slots=True)
class Grant:
    """What one project may see of one snapshot (an alias or an id); absent tables are not granted.

    `concepts` are the ancestors whose descendants may be seen; empty means no restriction by concept.
    """

    project: str
    snapshot: str
    tables: Mapping[str, Columns]
    rows: tuple[RowFilter, ...]
    concepts: tuple[int, ...]
    valid: Period
    agreement: DataAgreement | None = None


def period_document(valid: Period) -> dict[str, str]:
    """Write a period as its two days in ISO 8601."""
    return {"start": valid.start.isoformat(), "end": valid.end.isoformat()}


def period_from(document: Mapping[str, str]) -> Period:
    """Read what `period_document` wrote."""
    return Period(date.fromisoformat(document["start"]), date.fromisoformat(document["end"]))


def to_document(grant: Grant) -> dict[str, Any]:
    """Write a grant as a ``tre.grant/1`` document: plain JSON values, ready for canonical encoding."""
    return {
        "schema": SCHEMA,
        "project": grant.project,
        "snapshot": grant.snapshot,
        "tables": {table: _columns_document(columns) for table, columns in grant.tables.items()},
        "rows": [_filter_document(row) for row in grant.rows],
        "concepts": list(grant.concepts),
        "valid": period_document(grant.valid),
        "agreement": None if grant.agreement is None else _agreement_document(grant.agreement),
    }


def from_document(document: Mapping[str, Any]) -> Grant:
    """Read a ``tre.grant/1`` document.

    Raises:
        ValueError: another schema; a document that lacks a field raises `KeyError`.
    """
    if document["schema"] != SCHEMA:
        raise ValueError(f"Expected a {SCHEMA} document.")
    return Grant(
        project=document["project"],
        snapshot=document["snapshot"],
        tables={table: _columns_from(columns) for table, columns in document["tables"].items()},
        rows=tuple(_filter_from(row) for row in document["rows"]),
        concepts=tuple(document["concepts"]),
        valid=period_from(document["valid"]),
        agreement=_agreement_from(document.get("agreement")),
    )


def _columns_document(columns: Columns) -> list[str] | str:
    return columns if isinstance(columns, str) else list(columns)


def _columns_from(columns: list[str] | str) -> Columns:
    if isinstance(columns, str):
        if columns != "all":
            raise ValueError("Columns are a list of names or the word all.")
        return "all"
    return tuple(columns)


def _filter_document(row: RowFilter) -> dict[str, Any]:
    value = list(row.value) if isinstance(row.value, tuple) else row.value
    return {"table": row.table, "column": row.column, "op": row.op, "value": value}


def _filter_from(document: Mapping[str, Any]) -> RowFilter:
    value = document["value"]
    return RowFilter(
        document["table"],
        document["column"],
        document["op"],
        tuple(value) if isinstance(value, list) else value,
    )


def _agreement_document(agreement: DataAgreement) -> dict[str, Any]:
    return {
        "reference": agreement.reference,
        "controller": agreement.controller,
        "valid": period_document(agreement.valid),
    }


def _agreement_from(document: Mapping[str, Any] | None) -> DataAgreement | None:
    if document is None:
        return None
    return DataAgreement(document["reference"], document["controller"], period_from(document["valid"]))
