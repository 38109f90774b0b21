"""A plan's table as one DuckDB query: projection, filters, pseudonyms, shifts and coarsening in a scan.

Expects the temp tables that `custodian.extract` prepares: ``scope`` (old and new person id, shift in days,
birth, last date), ``map_<domain>`` (id, pseudonym) and, when concepts are restricted, ``allowed_concepts``.
"""
# ruff: noqa: S608  (names come from the catalogue and are quoted, values pass through `literal`)

from governance.grants import RowFilter
from warehouse_lib.access import Plan, TablePlan
from warehouse_lib.catalogue import Column, Table
from warehouse_lib.catalogue.model import DOMAIN_TABLES, ConceptScope
from warehouse_lib.custodian.engine import literal, quoted
from warehouse_lib.deidentify.generalise import coarsened


def projection(planned: TablePlan, plan: Plan, source: str) -> str:
    """Return the query that yields a table's rows as the project may see them, plus ``_order``."""
    table = planned.table
    mapped = [
        c
        for c in planned.columns
        if c.domain in DOMAIN_TABLES and not (table.has_person and c.domain == "person")
    ]
    joins = ["JOIN scope m ON m.id = t.person_id"] if table.has_person else []
    joins += [f"LEFT JOIN map_{c.domain} j_{c.name} ON j_{c.name}.id = t.{quoted(c.name)}" for c in mapped]
    names = [f"{_expression(c, table, plan)} AS {quoted(c.name)}" for c in planned.columns]
    order = f"t.{quoted(table.key)}" if table.key else "0"
    where = " AND ".join(_conditions(planned, plan)) or "true"
    return f"SELECT {', '.join(names)}, {order} AS _order FROM {source} t {' '.join(joins)} WHERE {where}"


def condition(row: RowFilter, alias: str) -> str:
    """Return one row filter as SQL; identifiers are quoted and values written as literals."""
    column = f"{alias}.{quoted(row.column)}"
    if isinstance(row.value, tuple):
        return f"{column} IN ({', '.join(literal(value) for value in row.value)})"
    return f"{column} {row.op} {literal(row.value)}"


def _expression(column: Column, table: Table, plan: Plan) -> str:
    reference = f"t.{quoted(column.name)}"
    if table.has_person and column.domain == "person":
        return "m.pseudonym"
    if column.domain in DOMAIN_TABLES:
        return f"j_{column.name}.pseudonym"
    if column.coarsening is not None:
        return coarsened(column, reference, "m") or "NULL"
    if table.has_person and column.type == "date":
        return f"{reference} - m.shift"
    if table.has_person and column.type == "datetime":
        return f"{reference} - to_days(m.shift)"
    return _concept_or_nothing(column, table, reference, plan)


def _concept_or_nothing(column: Column, table: Table, reference: str, plan: Plan) -> str:
    tells = {table.concept, table.concept.replace("_concept_id", "_source_concept_id")}
    if not plan.concepts or table.concept_scope is not ConceptScope.VALUE or column.name not in tells:
        return reference
    return f"CASE WHEN {_allowed(table)} THEN {reference} END"


def _conditions(planned: TablePlan, plan: Plan) -> list[str]:
    conditions = [condition(row, "t") for row in planned.rows]
    if plan.concepts and planned.table.concept_scope is ConceptScope.ROW:
        conditions.append(_allowed(planned.table))
    if planned.table.name == "location":
        conditions.append("t.location_id IN (SELECT representative FROM areas)")
    return conditions


def _allowed(table: Table) -> str:
    return f"t.{quoted(table.concept)} IN (SELECT concept_id FROM allowed_concepts)"
