"""Questions to SQL through SQLAlchemy Core, so that DuckDB and PostgreSQL answer the same expression.

DuckDB reads PostgreSQL's dialect; everything that gets into the text is a number, a date or a name of the
catalogue.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, Select, column, func, literal, select, table, union_all
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.expression import ColumnElement, CompoundSelect, TableClause

from warehouse_lib.catalogue import Table
from warehouse_lib.questions import Cohort, Concepts

Query = Select[Any] | CompoundSelect[Any]


def to_sql(statement: Query) -> str:
    """Return the text of a statement with its values written in."""
    compiled = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
    return str(compiled)


def entries(question: Cohort, tables: Mapping[str, Table], *, hierarchy: bool) -> Query:
    """Return the query for a cohort's entry events: ``person_id`` and ``entry`` (a date).

    Args:
        question: what is asked.
        tables: the event tables to look in, from the catalogue.
        hierarchy: whether ``concept_ancestor`` is there; without it concepts stand for themselves.
    """
    parts = [_events(question, known, hierarchy=hierarchy) for known in tables.values()]
    return union_all(*parts) if len(parts) > 1 else parts[0]


def persons(question: Cohort, tables: Mapping[str, Table], *, hierarchy: bool) -> Select[Any]:
    """Return the query for a cohort's people: ``person_id``, once each, and the first ``entry``."""
    found = entries(question, tables, hierarchy=hierarchy).subquery("events")
    return select(found.c.person_id, func.min(found.c.entry).label("entry")).group_by(found.c.person_id)


def count(query: Query) -> Select[Any]:
    """Return the query that counts another query's rows."""
    return select(func.count()).select_from(query.subquery("counted"))


def _events(question: Cohort, known: Table, *, hierarchy: bool) -> Select[Any]:
    source = _table(known.name, "person_id", known.start, known.concept)
    start, concept = source.c[known.start], source.c[known.concept]
    query = select(source.c.person_id, start.label("entry")).where(
        _within(concept, question.entry, hierarchy)
    )
    if question.between is not None:
        query = query.where(start.between(_day(question.between[0]), _day(question.between[1])))
    return query


def _within(concept: ColumnElement[Any], concepts: Concepts, hierarchy: bool) -> ColumnElement[bool]:  # noqa: FBT001
    use = hierarchy and concepts.descendants
    wanted = _member(concept, concepts.include, use)
    return wanted & ~_member(concept, concepts.exclude, use) if concepts.exclude else wanted


def _member(concept: ColumnElement[Any], codes: tuple[int, ...], below: bool) -> ColumnElement[bool]:  # noqa: FBT001
    named = concept.in_([literal(code, Integer) for code in codes])
    if not below:
        return named
    ancestor = _table("concept_ancestor", "ancestor_concept_id", "descendant_concept_id")
    chosen = ancestor.c.ancestor_concept_id.in_([literal(code, Integer) for code in codes])
    return named | concept.in_(select(ancestor.c.descendant_concept_id).where(chosen))


def _table(name: str, *columns: str) -> TableClause:
    return table(name, *(column(part) for part in columns))


def _day(day: date) -> ColumnElement[Any]:
    return literal(day, Date)
