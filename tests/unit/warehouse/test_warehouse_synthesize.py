import hashlib
from pathlib import Path

import duckdb
import pytest

from governance.errors import UsageError
from warehouse_lib.custodian.synthesize import synthesize


def digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        synthesize(200, seed, tmp_path / name)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert digests(tmp_path / "a")["person.parquet"] != digests(tmp_path / "c")["person.parquet"]


def test_a_population_has_about_a_hundred_events_a_person(tmp_path: Path) -> None:
    rows = synthesize(2000, 0, tmp_path / "p")
    events = sum(
        count for name, count in rows.items() if name.endswith(("occurrence", "exposure", "measurement"))
    )
    assert 80 < events / 2000 < 180


def test_disease_follows_age_and_comes_together(tmp_path: Path) -> None:
    synthesize(4000, 0, tmp_path / "p")
    people = f"'{tmp_path}/p/person.parquet'"
    having = (
        "SELECT DISTINCT person_id FROM '{}/p/condition_occurrence.parquet' WHERE condition_concept_id = {}"
    )
    diabetes, hypertension = (having.format(tmp_path, code) for code in (2000000122, 2000000111))
    old, young = (
        duckdb.sql(
            f"SELECT avg((person_id IN ({hypertension}))::INT) FROM {people} WHERE year_of_birth {side}"
        ).fetchall()[0][0]
        for side in ("< 1955", "> 1985")
    )
    assert old > 3 * young
    with_, without = (
        duckdb.sql(
            f"SELECT avg((person_id IN ({hypertension}))::INT) FROM {people} "
            f"WHERE person_id {side} ({diabetes})"
        ).fetchall()[0][0]
        for side in ("IN", "NOT IN")
    )
    assert with_ > without


def test_no_event_lies_outside_its_person_s_observation(tmp_path: Path) -> None:
    synthesize(1000, 1, tmp_path / "p")
    periods = f"'{tmp_path}/p/observation_period.parquet'"
    for table, start in (
        ("visit_occurrence", "visit_start_date"),
        ("drug_exposure", "drug_exposure_start_date"),
    ):
        outside = duckdb.sql(
            f"SELECT count(*) FROM '{tmp_path}/p/{table}.parquet' t JOIN {periods} o USING (person_id) "
            f"WHERE {start} NOT BETWEEN observation_period_start_date AND observation_period_end_date"
        ).fetchall()
        assert outside == [(0,)]


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        synthesize(10, 0, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_fewer_than_one_person_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        synthesize(0, 0, tmp_path / "p")
