"""A hostile notebook at the library's door. The sandbox is the wall; these are the locks behind it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import warehouse_lib as wl
from governance.errors import BrokenError, TreError
from warehouse_lib.custodian.extract import Extracted

READS = [
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd', header=false, delim='~')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_blob('{folder}/../../../warehouse/keys/master.key')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM read_parquet('{folder}/../*/person/*.parquet')",
    "SELECT * FROM parquet_metadata('{warehouse}/snapshots/*/internal/people.parquet')",
    "SELECT * FROM a_variable_of_the_caller",
]
ACTS = [
    "ATTACH '{folder}/x.db' AS x",
    "COPY person TO '/tmp/tre-attack.csv'",
    "COPY person TO '{folder}/person/x.parquet'",
    "COPY person TO '{folder}/person/bucket=00.parquet'",
    "EXPORT DATABASE '/tmp/tre-attack'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "SET lock_configuration = false",
    "RESET allowed_paths",
    "PRAGMA temp_directory = '/etc'",
    "CREATE TABLE mine AS SELECT * FROM person",
    "DROP VIEW person",
    "SELECT 1; ATTACH 'x.db' AS x",
    "",
]


@pytest.fixture(scope="module")
def wh(extracted: Extracted) -> Iterator[wl.Warehouse]:
    yield wl.open(extracted.folder)


def attempt(wh: wl.Warehouse, sql: str) -> None:
    import duckdb

    with pytest.raises((TreError, duckdb.Error)):
        wh.sql(sql)


@pytest.mark.parametrize("sql", READS)
def test_sql_reads_nothing_but_the_extract(wh: wl.Warehouse, world, extracted: Extracted, sql: str) -> None:
    attempt(wh, sql.format(folder=extracted.folder, warehouse=world.store.root))


@pytest.mark.parametrize("sql", ACTS)
def test_sql_does_nothing_but_select(wh: wl.Warehouse, extracted: Extracted, sql: str) -> None:
    attempt(wh, sql.format(folder=extracted.folder))


# Overwriting one of the extract's own files is stopped by its mode and the read-only mount, not here.
@pytest.mark.parametrize("sql", [act for act in ACTS[:-6] if "bucket=00" not in act])
def test_the_engine_refuses_even_without_the_select_rule(
    wh: wl.Warehouse, extracted: Extracted, sql: str
) -> None:
    import duckdb

    with pytest.raises(duckdb.Error):
        wh._reader._connection.execute(sql.format(folder=extracted.folder))
    assert not Path("/tmp/tre-attack.csv").exists()


@pytest.fixture
def copied(extracted: Extracted, tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(extracted.folder, folder)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o700)
    return folder


def test_a_link_in_place_of_a_file_is_refused(copied: Path) -> None:
    file = copied / "person" / "bucket=00.parquet"
    file.unlink()
    file.symlink_to("/etc/passwd")
    with pytest.raises(BrokenError, match="symbolic link"):
        wl.open(copied)


def test_a_linked_folder_is_refused(copied: Path) -> None:
    shutil.rmtree(copied / "death")
    (copied / "death").symlink_to("/etc")
    with pytest.raises(BrokenError, match="symbolic link"):
        wl.open(copied)


def test_a_file_that_was_slipped_in_is_refused(copied: Path) -> None:
    shutil.copy(copied / "person" / "bucket=00.parquet", copied / "person" / "bucket=99.parquet")
    with pytest.raises(BrokenError, match="does not belong"):
        wl.open(copied)


def test_a_manifest_that_was_widened_is_refused(copied: Path) -> None:
    manifest = copied / "manifest.json"
    extra = copied / "person" / "bucket=99.parquet"
    extra.write_bytes(b"")
    empty = '{"path": "person/bucket=99.parquet", "bytes": 0, "sha256": "%s"},'
    sha = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    manifest.write_text(manifest.read_text().replace('"files": [', '"files": [' + empty % sha, 1))
    with pytest.raises(BrokenError, match=r"manifest\.json was changed"):
        wl.open(copied)
