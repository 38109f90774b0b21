import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from governance.errors import BrokenError, RefusedError, UsageError
from warehouse_lib.custodian import quality
from warehouse_lib.custodian.ingest import ingest
from warehouse_lib.custodian.keys import open_keyring
from warehouse_lib.custodian.store import Store
from warehouse_lib.deidentify.pseudonyms import BUCKETS, bucket_of

TODAY = date(2026, 11, 24)
Write = Callable[..., Path]
VISITS = (
    "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date,"
    "admitting_source_concept_id,visit_source_value\n10,1,9202,2015-05-01,2015-05-01,8844,room 4\n"
)


def rows(store: Store, name: str, table: str, columns: str = "*") -> list[tuple[object, ...]]:
    files = [str(file) for file in store.open(name).files(table)]
    return duckdb.sql(f"SELECT {columns} FROM read_parquet({files}, hive_partitioning=false)").fetchall()


def test_true_dates_stay_and_identifiers_are_gone(world) -> None:
    snapshot = world.snapshot
    assert "person_source_value" not in snapshot.tables["person"]
    assert "note_text" not in snapshot.tables["note"]
    truth = duckdb.sql(
        f"SELECT min(visit_start_date) FROM '{world.source}/visit_occurrence.parquet'"
    ).fetchall()
    assert rows(world.store, "demo", "visit_occurrence", "min(visit_start_date)") == truth
    ids = {row[0] for row in rows(world.store, "demo", "person", "person_id")}
    assert len(ids) == 400
    assert min(ids) > 10_000  # no id of the source, which count from 1


def test_rows_are_sorted_by_person_and_time_and_lie_in_their_bucket(world) -> None:
    files = world.snapshot.files("measurement")
    assert len(files) == BUCKETS
    for number, file in enumerate(files):
        found = duckdb.sql(f"SELECT person_id, measurement_date, measurement_id FROM '{file}'").fetchall()
        assert found == sorted(found)
        assert {bucket_of(row[0]) for row in found} <= {number}


def test_references_between_tables_survive(world) -> None:
    source = duckdb.sql(
        f"SELECT count(*) FROM '{world.source}/measurement.parquet' m JOIN "
        f"'{world.source}/visit_occurrence.parquet' v USING (visit_occurrence_id, person_id)"
    ).fetchall()
    m, v = ([str(f) for f in world.snapshot.files(t)] for t in ("measurement", "visit_occurrence"))
    kept = duckdb.sql(
        f"SELECT count(*) FROM read_parquet({m}) "
        f"JOIN read_parquet({v}) USING (visit_occurrence_id, person_id)"
    ).fetchall()
    assert kept == source


def test_the_same_source_gives_the_same_snapshot(world) -> None:
    again = world.ingest(world.source, "again")
    assert again.id == world.snapshot.id
    assert world.store.names()["again"] == world.store.names()["demo"]


def test_another_key_gives_another_snapshot(world, fresh: Store) -> None:
    other = ingest(world.source, "demo", fresh, open_keyring(fresh.root), today=TODAY)
    assert other.id != world.snapshot.id
    mine, theirs = (
        {row[0] for row in rows(store, "demo", "person", "person_id")} for store in (world.store, fresh)
    )
    assert not mine & theirs


def test_csv_of_cdm_5_3_is_read_under_its_5_4_names(world, csv_source: Write) -> None:
    world.ingest(csv_source(visit_occurrence=VISITS), "csv53")
    assert rows(
        world.store, "csv53", "visit_occurrence", "admitted_from_concept_id, visit_start_date::text"
    ) == [(8844, "2015-05-01")]


def test_a_name_that_is_taken_is_moved_only_on_purpose(world, csv_source: Write) -> None:
    folder = csv_source()
    with pytest.raises(RefusedError, match="already stands for"):
        world.ingest(folder, "demo")
    assert world.store.names()["demo"] == world.snapshot.id
    world.ingest(folder, "movable")
    shutil.copy(world.source / "location.parquet", folder)
    moved = world.ingest(folder, "movable", move_name=True)
    assert world.store.names()["movable"] == moved.id


def test_an_altered_byte_is_detected_on_open(own, csv_source: Write) -> None:
    snapshot = own.ingest(csv_source(visit_occurrence=VISITS), "altered")
    file = next(f for f in snapshot.files("person") if f.stat().st_size)
    file.chmod(0o600)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(BrokenError, match=r"person/bucket=\d\d.parquet was changed"):
        own.store.open("altered")


def test_a_snapshot_cannot_be_written_to(world) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in world.snapshot.folder.rglob("*")}
    assert modes == {0o400, 0o500}


def test_the_report_counts_what_was_set_aside(world, csv_source: Write) -> None:
    orphan = "observation_period_id,person_id,observation_period_start_date,observation_period_end_date,"
    text = orphan + "period_type_concept_id\n1,1,2010-01-01,2020-01-01,1\n2,77,2010-01-01,2020-01-01,1\n"
    snapshot = world.ingest(csv_source(observation_period=text), "orphans")
    report = quality.read(snapshot.folder)
    assert report["rows"]["observation_period"] == {"read": 2, "kept": 1, "quarantined": 1}
    assert (snapshot.folder / "quarantine" / "observation_period.parquet").is_file()
    assert "An observation period names a person" in (snapshot.folder / "quality.txt").read_text()


@pytest.mark.parametrize("wrong", ["", "a b", "../x", "1st", "x" * 40])
def test_a_malformed_name_is_wrong_usage(world, wrong: str) -> None:
    with pytest.raises(UsageError, match="name"):
        world.ingest(world.source, wrong)


def test_two_files_for_one_table_are_ambiguous(world, csv_source: Write) -> None:
    folder = csv_source()
    shutil.copy(world.source / "person.parquet", folder / "PERSON.parquet")
    with pytest.raises(UsageError, match="both claim"):
        world.ingest(folder, "twice")


def test_an_empty_folder_is_no_source(world, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no Parquet or CSV"):
        world.ingest(tmp_path, "empty")


def test_a_truncated_file_is_named_and_leaves_no_half_snapshot(world, csv_source: Write) -> None:
    folder = csv_source()
    (folder / "visit_occurrence.parquet").write_bytes(
        (world.source / "visit_occurrence.parquet").read_bytes()[:5000]
    )
    before = sorted(world.store.snapshots.iterdir())
    with pytest.raises(BrokenError, match="visit_occurrence"):
        world.ingest(folder, "cut")
    assert sorted(world.store.snapshots.iterdir()) == before
    assert "cut" not in world.store.names()


def test_a_source_that_changes_while_being_read_is_refused(world, csv_source: Write) -> None:
    folder = csv_source(visit_occurrence=VISITS)

    def touch(table: str, _done: int, _of: int) -> None:
        if table == "visit_occurrence":
            (folder / "person.csv").write_text((folder / "person.csv").read_text() + "3,8507,1990,0,0\n")

    with pytest.raises(BrokenError, match="changed while"):
        world.ingest(folder, "moving", progress=touch)
    assert "moving" not in world.store.names()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small tmpfs needs root")
def test_a_full_disk_leaves_nothing_half_written(world, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine permits no mount, not even of a tmpfs by root")
    try:
        store = Store(small / "warehouse")
        with pytest.raises(BrokenError, match="disk is full"):
            ingest(world.source, "demo", store, open_keyring(store.root), today=TODAY)
        assert store.list() == []
        assert store.names() == {}
        assert list(store.snapshots.iterdir()) == []
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_report_is_valid_json_for_scripts(world) -> None:
    report = json.loads((world.snapshot.folder / "quality.json").read_text())
    assert report["schema"] == "tre.quality/1"
    assert {"read", "kept", "quarantined"} == set(report["rows"]["person"])


TWIN = """
import sys
from datetime import date
from pathlib import Path
from warehouse_lib.custodian.ingest import ingest
from warehouse_lib.custodian.keys import open_keyring
from warehouse_lib.custodian.store import Store
store = Store(Path(sys.argv[2]))
print(ingest(Path(sys.argv[1]), sys.argv[3], store, open_keyring(store.root), today=date(2026, 11, 24)).id)
"""


def start(world, store: Store, name: str) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", TWIN, str(world.source), str(store.root), name]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def test_two_ingests_at_once_make_one_key_and_one_snapshot(world, fresh: Store) -> None:
    twins = [start(world, fresh, name) for name in ("left", "right")]
    said = [twin.communicate(timeout=60)[0].strip() for twin in twins]
    assert [twin.returncode for twin in twins] == [0, 0]
    assert said[0] == said[1] != ""
    assert fresh.names() == {"left": said[0], "right": said[0]}
    assert [path.name for path in fresh.snapshots.iterdir()] == [said[0]]


def test_a_killed_ingest_leaves_nothing_half_written(world, fresh: Store) -> None:
    with start(world, fresh, "killed") as process:
        deadline = time.monotonic() + 30
        while not list(fresh.snapshots.glob(".building-*/tables/*")) and time.monotonic() < deadline:
            time.sleep(0.005)
        process.kill()
    assert fresh.list() == []
    assert fresh.names() == {}
    assert list(fresh.snapshots.glob(".building-*/tables/*"))  # it was killed in the middle
    again = ingest(world.source, "again", fresh, open_keyring(fresh.root), today=TODAY)
    assert [path.name for path in fresh.snapshots.iterdir()] == [again.id]
