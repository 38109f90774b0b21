"""Writes one table of an immutable folder: a file per person bucket, sorted by person and time."""
# ruff: noqa: S608  (names come from the catalogue and are quoted, values pass through `literal`)

from pathlib import Path

from warehouse_lib.catalogue import Table
from warehouse_lib.custodian.engine import FORMAT_OPTIONS, Engine, literal, quoted
from warehouse_lib.deidentify.pseudonyms import BUCKET_SHIFT, BUCKETS

UNSPLIT = "all.parquet"


def bucket_file(bucket: int) -> str:
    """Name the file of one bucket."""
    return f"bucket={bucket:02d}.parquet"


def write_table(
    engine: Engine, table: Table, source: str, columns: tuple[str, ...], folder: Path, *, tied: bool = False
) -> None:
    """Write the staged table `source` below `folder`.

    Args:
        engine: where `source` is.
        table: decides whether rows are split by person; its own event key is renumbered.
        source: table with `columns`, and ``_order`` to break ties, person_id already a pseudonym.
        columns: what to write, in this order.
        folder: parent of the table's folder.
        tied: rows may share ``_order``, so all columns decide their place: same rows, same bytes.
    """
    target = folder / table.name
    target.mkdir()
    if not table.has_person:
        order = ", ".join(quoted(name) for name in columns)
        select = f"SELECT {order} FROM {source} ORDER BY ALL"
        engine.run(
            f"COPY ({select}) TO {literal(str(target / UNSPLIT))} {FORMAT_OPTIONS}", f"writing {table.name}"
        )
        return
    first = 0
    for bucket, rows in enumerate(_rows_by_bucket(engine, table, source)):
        select = _bucket_select(table, source, columns, bucket, first, tied=tied)
        file = literal(str(target / bucket_file(bucket)))
        engine.run(f"COPY ({select}) TO {file} {FORMAT_OPTIONS}", f"writing {table.name}, bucket {bucket}")
        first += rows


def _rows_by_bucket(engine: Engine, table: Table, source: str) -> list[int]:
    counts = dict(
        engine.rows(
            f"SELECT person_id >> {BUCKET_SHIFT}, count(*) FROM {source} GROUP BY 1",
            f"counting {table.name}",
        )
    )
    return [counts.get(bucket, 0) for bucket in range(BUCKETS)]


def _bucket_select(
    table: Table, source: str, columns: tuple[str, ...], bucket: int, first: int, *, tied: bool
) -> str:
    sort = ["person_id", *([quoted(table.start)] if table.start in columns else []), "_order"]
    order = ", ".join(sort + ([quoted(name) for name in columns] if tied else []))
    names = ", ".join(_renumbered(table, name, order, first) for name in columns)
    return f"SELECT {names} FROM {source} WHERE person_id >> {BUCKET_SHIFT} = {bucket} ORDER BY {order}"


def _renumbered(table: Table, name: str, order: str, first: int) -> str:
    column = table.column(name)
    if column is not None and column.domain == "event":
        return f"{first} + row_number() OVER (ORDER BY {order}) AS {quoted(name)}"
    return quoted(name)
