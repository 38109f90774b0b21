"""Made-up names, numbers and ids of the source must appear in no byte of snapshot or extract."""

from pathlib import Path

import duckdb
import pytest

from warehouse_lib.custodian.extract import Extracted


def values(folder: Path) -> bytes:
    """Return every text in a Parquet file of a folder, and every other file as it is."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return b"\n".join(texts(file) if file.suffix == ".parquet" else file.read_bytes() for file in files)


def texts(file: Path) -> bytes:
    described = duckdb.sql(f"DESCRIBE SELECT * FROM '{file}'").fetchall()
    names = [f'"{name}"' for name, kind, *_ in described if kind == "VARCHAR"]
    found = [duckdb.sql(f"SELECT DISTINCT {name} FROM '{file}'").fetchall() for name in names]
    return "\n".join(str(value) for rows in found for (value,) in rows).encode()


@pytest.fixture(scope="module")
def canaries(world) -> list[str]:
    from warehouse_lib.custodian.synthetic.parameters import parameters

    found = duckdb.sql(f"SELECT person_source_value FROM '{world.source}/person.parquet'").fetchall()
    names = [name for kind in parameters().names.values() for name in kind]
    notes = duckdb.sql(
        f"SELECT regexp_extract(note_text, 'DNI ([0-9]{{8}}[A-Z])', 1) FROM '{world.source}/note.parquet'"
    ).fetchall()
    return [value for (value,) in found] + names + [dni for (dni,) in notes if dni] + ["Villainventada"]


def test_the_canaries_are_in_the_source(world, canaries: list[str]) -> None:
    content = values(world.source)
    assert len(canaries) > 450
    assert all(canary.encode() in content for canary in canaries if canary.startswith("NHC"))
    assert sum(canary.encode() in content for canary in canaries) > len(canaries) * 0.9


def test_no_canary_reaches_the_snapshot(world, canaries: list[str]) -> None:
    content = values(world.snapshot.folder)
    assert [canary for canary in canaries if canary.encode() in content] == []


def test_no_canary_reaches_an_extract(extracted: Extracted, canaries: list[str]) -> None:
    content = values(extracted.folder)
    assert [canary for canary in canaries if canary.encode() in content] == []


def test_no_identifier_of_source_or_snapshot_reaches_an_extract(world, extracted: Extracted) -> None:
    def ids(files: str, column: str) -> set[int]:
        return {row[0] for row in duckdb.sql(f"SELECT DISTINCT {column} FROM '{files}'").fetchall()}

    for table, column in (("person", "person_id"), ("visit_occurrence", "visit_occurrence_id")):
        source = ids(f"{world.source}/{table}.parquet", column)
        snapshot = ids(f"{world.snapshot.folder}/tables/{table}/*.parquet", column)
        extract = ids(f"{extracted.folder}/{table}/*.parquet", column)
        assert len(source) == len(snapshot) == len(extract)
        assert not (source & extract) | (snapshot & extract) | (source & snapshot)


def test_two_projects_share_no_person_visit_or_place(world, extracted: Extracted) -> None:
    other = world.extract("p201")
    for table in ("person", "visit_occurrence", "location", "provider"):
        mine, theirs = (
            {row[0] for row in duckdb.sql(f"SELECT {table}_id FROM '{folder}/{table}/*.parquet'").fetchall()}
            for folder in (extracted.folder, other.folder)
        )
        assert mine
        assert not mine & theirs


def test_no_key_leaves_the_custodian(world, extracted: Extracted) -> None:
    content = b"".join(path.read_bytes() for path in extracted.folder.rglob("*") if path.is_file())
    scopes = [world.keyring.key("project/p042", domain) for domain in ("person", "visit", "dates")]
    for key in [world.keyring.master, *scopes]:
        assert key not in content
        assert key.hex().encode() not in content
