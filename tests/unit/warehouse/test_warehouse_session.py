import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

import warehouse_lib as wl
from governance.errors import BrokenError, RefusedError, UsageError
from warehouse_lib.custodian.extract import Extracted

DIABETES, HYPERTENSION, SMOKER = 2000000121, 2000000111, 2000000801


@pytest.fixture(scope="module")
def wh(extracted: Extracted) -> Iterator[wl.Warehouse]:
    yield wl.open(extracted.folder)


def brute_force(world, ancestor: int) -> int:
    hierarchy = f"'{world.source}/concept_ancestor.parquet'"
    below = f"SELECT descendant_concept_id FROM {hierarchy} WHERE ancestor_concept_id = {ancestor}"
    return duckdb.sql(
        f"SELECT count(DISTINCT person_id) FROM '{world.source}/condition_occurrence.parquet' "
        f"WHERE condition_concept_id IN ({below})"
    ).fetchall()[0][0]


def test_it_opens_by_the_current_pointer_too(extracted: Extracted, world) -> None:
    world.extract("p120")
    assert wl.open(world.extracts / "p120").tables() == wl.open(extracted.folder).tables()


def test_it_shows_what_is_granted(wh: wl.Warehouse) -> None:
    assert "measurement" in wh.tables()
    assert "measurement" in repr(wh.catalogue)
    html = wh.catalogue._repr_html_()
    assert "age capped" in html
    assert "pseudonym" in html
    assert repr(wh).startswith("Warehouse(project='p042'")


def test_a_cohort_counts_the_people_below_a_concept(wh: wl.Warehouse, world) -> None:
    assert wh.cohort(DIABETES).count() == brute_force(world, DIABETES) > 0
    assert wh.cohort(HYPERTENSION).count() == brute_force(world, HYPERTENSION)


def test_without_descendants_a_class_has_nobody(wh: wl.Warehouse) -> None:
    assert wh.cohort(DIABETES, descendants=False).count() == 0


def test_excluded_concepts_do_not_count(wh: wl.Warehouse) -> None:
    assert wh.cohort(DIABETES, exclude=(DIABETES,)).count() == 0


def test_a_cohort_can_be_narrowed_to_tables(wh: wl.Warehouse) -> None:
    assert wh.cohort(SMOKER).count() > 0
    assert wh.cohort(SMOKER, tables=("condition_occurrence",)).count() == 0
    with pytest.raises(UsageError, match="no events in 'concept'"):
        wh.cohort(SMOKER, tables=("concept",))


def test_entries_are_events_and_persons_are_people(wh: wl.Warehouse) -> None:
    cohort = wh.cohort(HYPERTENSION)
    people = cohort.persons()
    assert len(people) == cohort.count() == people.person_id.nunique()
    assert cohort.entries() >= cohort.count()


def test_a_question_is_the_same_however_it_is_written() -> None:
    first = wl.Cohort(wl.Concepts((3, 1, 1)), tables=("measurement", "death"))
    second = wl.Cohort(wl.Concepts((1, 3)), tables=("death", "measurement"))
    assert first == second
    assert first.canonical == second.canonical
    assert first.hash == second.hash
    assert first.hash != wl.Cohort(wl.Concepts((1, 3), descendants=False)).hash


@pytest.mark.parametrize("codes", [(), (0,), (-1,), ("201826",)])
def test_what_is_no_concept_is_wrong_usage(codes: tuple) -> None:
    with pytest.raises(UsageError):
        wl.Concepts(codes)


def test_a_calendar_question_to_shifted_dates_is_an_error_that_says_so(wh: wl.Warehouse) -> None:
    with pytest.raises(RefusedError, match="shifted by person"):
        wh.cohort(DIABETES, between=(date(2020, 1, 1), date(2020, 12, 31)))


def test_pandas_keeps_ids_whole_numbers(wh: wl.Warehouse) -> None:
    frame = wh.to_pandas("condition_occurrence", ["person_id", "visit_occurrence_id", "condition_start_date"])
    assert str(frame.visit_occurrence_id.dtype) == "Int64"
    assert frame.visit_occurrence_id.isna().any()
    assert "datetime64" in str(frame.condition_start_date.dtype)


def test_a_cohort_s_table_holds_only_its_people(wh: wl.Warehouse) -> None:
    cohort = wh.cohort(DIABETES)
    assert set(cohort.to_pandas("person").person_id) == set(cohort.persons().person_id)


def test_what_is_not_granted_is_named(wh: wl.Warehouse) -> None:
    with pytest.raises(UsageError, match="no table 'cost'"):
        wh.to_pandas("cost")
    with pytest.raises(UsageError, match="no column 'note_text'"):
        wh.to_pandas("note", ["note_text"])


def test_dask_gives_what_duckdb_gives_with_known_divisions(wh: wl.Warehouse) -> None:
    frame = wh.to_dask("measurement", ["value_as_number"])
    assert frame.known_divisions
    assert frame.npartitions == len(wh.buckets)
    mean = frame.groupby("person_id").value_as_number.mean().compute(scheduler="synchronous").sort_index()
    truth = wh.sql("SELECT person_id, avg(value_as_number) AS m FROM measurement GROUP BY ALL ORDER BY 1")
    assert mean.index.tolist() == truth.person_id.tolist()
    assert mean.tolist() == pytest.approx(truth.m.tolist())


def test_dask_serves_only_tables_of_persons(wh: wl.Warehouse) -> None:
    with pytest.raises(UsageError, match="not split by person"):
        wh.to_dask("concept")


def test_buckets_hold_everybody_once(wh: wl.Warehouse) -> None:
    counts = wh.map_buckets(lambda bucket: len(bucket.to_pandas("person", ["person_id"])))
    assert sum(counts) == 400
    bucket = wh.buckets[3]
    assert set(bucket.to_pandas("person").person_id) <= set(wh.to_pandas("person").person_id)
    assert bucket.to_pandas("person").person_id.between(bucket.first, bucket.last).all()


def test_concepts_are_found_whatever_case_and_accents(wh: wl.Warehouse) -> None:
    assert wh.find("HIPERTENSION").concept_id.tolist() == [HYPERTENSION]
    assert DIABETES in wh.find("diabetes").concept_id.tolist()
    assert wh.find("o'%_brien").empty


def test_a_place_without_an_extract_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(BrokenError, match=r"no readable manifest\.json"):
        wl.open(tmp_path)


def test_importing_it_is_cheap() -> None:
    code = (
        "import time; t = time.perf_counter(); import warehouse_lib; took = time.perf_counter() - t\n"
        "import sys; heavy = {'pandas', 'dask', 'duckdb', 'torch', 'numpy', 'pyarrow'} & set(sys.modules)\n"
        "print(took, *heavy)"
    )
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", code]
    said = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(root)}
    ).stdout.split()
    assert said[1:] == []
    assert float(said[0]) < 0.5


def test_a_workspace_needs_none_of_the_custodian_s_code() -> None:
    code = (
        "import sys\nclass Wall:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        closed = ('warehouse_lib.custodian', 'warehouse_lib.cli', 'warehouse_lib.access',\n"
        "                  'governance.grants', 'governance.register', 'click', 'cryptography')\n"
        "        if name.startswith(closed): raise ImportError(name)\n"
        "sys.meta_path.insert(0, Wall())\n"
        "import warehouse_lib, warehouse_lib.compile, warehouse_lib.frames.dask_frame, warehouse_lib.reading"
    )
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(root)}
    )
    assert done.returncode == 0, done.stderr
