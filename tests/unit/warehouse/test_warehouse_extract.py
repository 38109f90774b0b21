import os
import stat
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from governance.errors import BrokenError, RefusedError, UsageError
from governance.grants import RowFilter
from warehouse_lib.custodian.extract import Extracted, listing
from warehouse_lib.manifests import verify

DIABETES, TYPE_2, METFORMIN = 2000000121, 2000000122, 2000000321
WOMEN = RowFilter("person", "gender_concept_id", "=", 8532)


def read(folder: Path, table: str, columns: str = "*", tail: str = "") -> list[tuple]:
    return duckdb.sql(f"SELECT {columns} FROM '{folder}/{table}/*.parquet' {tail}").fetchall()


def test_only_granted_tables_and_columns_are_there(world) -> None:
    done = world.extract("p100", {"person": ("gender_concept_id",), "death": ("death_date",)})
    vocabulary = {
        "concept",
        "concept_ancestor",
        "concept_relationship",
        "concept_synonym",
        "domain",
        "vocabulary",
    }
    assert set(done.manifest["tables"]) == {"person", "death", "cdm_source", *vocabulary}
    assert {path.name for path in done.folder.iterdir()} == {*done.manifest["tables"], "manifest.json"}
    assert done.manifest["tables"]["person"]["columns"] == ["person_id", "gender_concept_id"]
    assert done.manifest["tables"]["death"]["columns"] == ["person_id", "death_date"]


def test_a_filter_on_persons_restricts_every_table(world, extracted: Extracted) -> None:
    done = world.extract("p101", rows=(WOMEN,))
    assert {row[0] for row in read(done.folder, "person", "gender_concept_id")} == {8532}
    women = {row[0] for row in read(done.folder, "person", "person_id")}
    for table in ("visit_occurrence", "measurement", "observation_period"):
        assert {row[0] for row in read(done.folder, table, "person_id")} <= women
    assert len(women) < extracted.manifest["tables"]["person"]["rows"]


def test_a_filter_on_another_table_restricts_only_that_table(world, extracted: Extracted) -> None:
    hospital = RowFilter("visit_occurrence", "visit_concept_id", "in", (9201, 9203))
    done = world.extract("p102", rows=(hospital,))
    assert {row[0] for row in read(done.folder, "visit_occurrence", "visit_concept_id")} == {9201, 9203}
    assert done.manifest["tables"]["person"] == extracted.manifest["tables"]["person"]


def test_the_custodian_can_apply_a_calendar_filter_before_shifting(world) -> None:
    since = RowFilter("visit_occurrence", "visit_start_date", ">=", "2024-01-01")
    done = world.extract("p103", rows=(since,))
    source = f"'{world.source}/visit_occurrence.parquet'"
    expected = duckdb.sql(f"SELECT count(*) FROM {source} WHERE visit_start_date >= '2024-01-01'").fetchall()[
        0
    ][0]
    assert done.manifest["tables"]["visit_occurrence"]["rows"] == expected


def test_concepts_are_allowed_with_their_descendants_and_nothing_else(world) -> None:
    done = world.extract("p104", concepts=(DIABETES, METFORMIN))
    allowed = {DIABETES, TYPE_2, 2000000123, METFORMIN}
    for table, column in (("condition_occurrence", "condition"), ("drug_exposure", "drug")):
        found = {row[0] for row in read(done.folder, table, f"{column}_concept_id")}
        assert found
        assert found <= allowed
    assert done.manifest["tables"]["measurement"]["rows"] == 0
    assert done.manifest["tables"]["visit_occurrence"]["rows"] > 0
    assert {row[0] for row in read(done.folder, "death", "cause_concept_id")} <= {None, *allowed}


def test_event_ids_are_renumbered_so_that_gaps_tell_nothing(world) -> None:
    done = world.extract("p105", rows=(WOMEN,))
    ids = sorted(row[0] for row in read(done.folder, "measurement", "measurement_id"))
    assert ids == list(range(1, len(ids) + 1))


def test_geography_is_coarsened_in_the_table_and_in_the_references(extracted: Extracted) -> None:
    assert read(extracted.folder, "location", "DISTINCT zip") == [("28",)]
    assert len(read(extracted.folder, "person", "DISTINCT location_id")) == 1
    columns = extracted.manifest["tables"]["location"]["columns"]
    assert not {"city", "county", "address_1", "latitude"} & set(columns)


def test_days_of_birth_are_withheld(extracted: Extracted) -> None:
    columns = set(extracted.manifest["tables"]["person"]["columns"])
    assert not columns & {"month_of_birth", "day_of_birth", "birth_datetime"}


def test_an_extract_cannot_be_written_to(extracted: Extracted) -> None:
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in extracted.folder.rglob("*")}
    assert modes == {(True, 0o550), (False, 0o440)}
    assert stat.S_IMODE(extracted.folder.stat().st_mode) == 0o550
    assert stat.S_IMODE(extracted.folder.parent.stat().st_mode) == 0o711


def test_who_cannot_be_given_the_files_is_told(extracted: Extracted) -> None:
    expected = "no account or group" if os.geteuid() == 0 else "could not be given"
    assert expected in extracted.note


def test_current_points_to_the_newest_and_the_old_one_stays(world) -> None:
    first = world.extract("p106")
    second = world.extract("p106", {"person": "all"})
    current = first.folder.parent / "current"
    assert str(current.readlink()) == second.folder.name
    verify(first.folder, first.manifest)
    shown = {entry["id"]: entry["current"] for entry in listing(world.extracts) if entry["project"] == "p106"}
    assert shown == {first.folder.name: False, second.folder.name: True}


def test_the_same_grant_gives_the_same_extract(world) -> None:
    assert world.extract("p107").folder == world.extract("p107").folder


def test_a_tampered_snapshot_yields_no_extract(own, csv_source: Callable[..., Path]) -> None:
    snapshot = own.ingest(csv_source(), "tampered")
    (snapshot.folder).chmod(0o700)
    (snapshot.folder / "extra").write_text("x")
    with pytest.raises(BrokenError, match="extra"):
        own.extract("p108", {"person": "all"}, snapshot="tampered")
    assert not (own.extracts / "p108").exists()


def test_an_unknown_snapshot_is_wrong_usage(world) -> None:
    for name in ("nothing", "../demo", "0" * 20):
        with pytest.raises(UsageError, match="no snapshot"):
            world.extract("p109", snapshot=name)


@pytest.mark.parametrize(
    ("tables", "rows", "reason"),
    [
        ({"cost": "all"}, (), "no table cost"),
        ({"person": ("person_source_value",)}, (), "can identify a person"),
        ({"note": ("note_text",)}, (), "can identify a person"),
        ({"person": ("day_of_birth",)}, (), "too fine"),
        ({"person": ("shoe_size",)}, (), "not a column"),
        ({"person": "all"}, (RowFilter("person", "shoe_size", "=", 43),), "names nothing"),
        ({"person": "all"}, (RowFilter("person", "gender_concept_id", "=", "F"),), "wrong type"),
        ({"person": "all"}, (RowFilter("person", "gender_concept_id", "in", 8532),), "operator"),
        ({"person": "all"}, (RowFilter("person", "gender_concept_id", "OR 1=1; --", 1),), "operator"),
        ({"person": "all"}, (RowFilter("person", "person_id", "=", 12),), "by pseudonym"),
        ({"person": "all"}, (RowFilter("visit_occurrence", "visit_start_date", ">", "soon"),), "wrong type"),
    ],
)
def test_a_grant_that_asks_for_too_much_is_refused_with_the_reason(world, tables, rows, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        world.extract("p110", tables, rows)
    assert not (world.extracts / "p110").exists()


def test_a_value_in_a_filter_is_no_sql(world) -> None:
    trick = RowFilter("location", "state", "=", "x' OR '1'='1")
    done = world.extract("p111", rows=(trick,))
    assert done.manifest["tables"]["location"]["rows"] == 0
