"""Triggers that refuse to change or delete a row: history is kept by the database, not by good manners.

They stop mistakes and injected SQL; against someone who owns the database file stands the audit chain.
"""

from typing import Any

from sqlalchemy import DDL, FromClause, Table, event


def sqlite_statements(table: str) -> tuple[str, ...]:
    """Return the statements that make an SQLite table append-only."""
    return tuple(
        f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for act in ("update", "delete")
    )


def postgresql_statements(table: str) -> tuple[str, ...]:
    """Return the statements that make a PostgreSQL table append-only."""
    return (
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
    )


STATEMENTS = {"sqlite": sqlite_statements, "postgresql": postgresql_statements}


def guard(table: FromClause) -> None:
    """Have `table` made append-only whenever it is created from its model."""
    assert isinstance(table, Table)  # noqa: S101  (narrows SQLAlchemy's type; a mapped class has a Table)
    for dialect, statements in STATEMENTS.items():
        for statement in statements(table.name):
            event.listen(table, "after_create", _ddl(statement).execute_if(dialect=dialect))


def _ddl(statement: str) -> DDL:
    untyped: Any = DDL  # SQLAlchemy 2.1 ships this constructor without annotations
    ddl: DDL = untyped(statement)
    return ddl
