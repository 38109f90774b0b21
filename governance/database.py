"""The one relational database: register, airlock, journal and audit share it, and so share transactions.

Every package declares its tables on `Base`; migrations live in ``tre/migrations`` (docs/adr/0008). A write
and its audit event commit together or not at all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from governance.errors import BrokenError
from governance.instance import Instance

WAIT_FOR_LOCK_S = 15


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC on every backend; a naive one is refused when written."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into naive UTC for storage."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored.")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn stored naive UTC into an aware moment."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Metadata that all packages share: one database, one migration history."""

    # Named constraints, so that a migration can drop one on every backend.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def open_engine(url: str) -> Engine:
    """Open the database; SQLite gets write-ahead logging, foreign keys and immediate transactions."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": WAIT_FOR_LOCK_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def open_reader(instance: Instance) -> Engine:
    """Open an instance's database for long reading: it sees one state and holds up no writer.

    Raises:
        BrokenError: there is no database yet.
    """
    engine = open_database(instance)
    if engine.dialect.name == "sqlite":
        event.remove(engine, "begin", _begin_immediate)
        event.listen(engine, "begin", _begin_reading)
    return engine


def open_database(instance: Instance) -> Engine:
    """Open an instance's database, which must exist.

    Raises:
        BrokenError: there is none yet. (SQLite would make an empty file, owned by whoever asked first.)
    """
    file = sqlite_file(instance.database_url)
    if file is not None and not file.is_file():
        raise BrokenError("There is no register yet: run `tre database upgrade` first.")
    return open_engine(instance.database_url)


def sqlite_file(url: str) -> Path | None:
    """Return the file behind an SQLite address; None for another backend or a database in memory."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        return None
    return Path(parsed.database)


def _prepare_sqlite(connection: Any, _record: Any) -> None:  # noqa: ANN401  (DBAPI objects have no common type)
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_immediate
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")


def _begin_immediate(connection: Any) -> None:  # noqa: ANN401  (SQLAlchemy event hook)
    # A deferred transaction that upgrades to a write under WAL fails at once with "locked", however long
    # the timeout: take the write lock first, so that writers queue instead.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Any) -> None:  # noqa: ANN401  (SQLAlchemy event hook)
    connection.exec_driver_sql("PRAGMA query_only=ON")
    connection.exec_driver_sql("BEGIN")


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Run a block in one transaction: commit at its end, roll back on any error."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session
