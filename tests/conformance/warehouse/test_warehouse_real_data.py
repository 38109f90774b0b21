"""OHDSI's public samples as they are: counts as published, quirks reported, nothing lost."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

import warehouse_lib as wl
from warehouse_lib.custodian import quality
from warehouse_lib.custodian.store import Snapshot

GIBLEED = {
    "person": 2694,
    "condition_occurrence": 65332,
    "condition_era": 65719,
    "drug_exposure": 67707,
    "drug_era": 52508,
    "procedure_occurrence": 37409,
    "measurement": 44053,
    "observation": 1477,
    "visit_occurrence": 1037,
    "concept": 444,
    "concept_ancestor": 65690,
    "death": 0,
}
SYNTHEA = {
    "person": 28,
    "observation_period": 28,
    "condition_occurrence": 470,
    "drug_exposure": 883,
    "procedure_occurrence": 1649,
    "measurement": 10040,
    "observation": 8099,
    "visit_occurrence": 1791,
    "visit_detail": 1791,
    "death": 3,
    "provider": 67,
    "concept_relationship": 266588,
}
VIRAL_SINUSITIS, SINUSITIS = 40481087, 4283893
TABLES = {"person": "all", "condition_occurrence": "all", "drug_exposure": "all", "observation_period": "all"}


@pytest.fixture(scope="module")
def gibleed(world, omop_data: Path) -> Snapshot:
    return world.ingest(omop_data / "gibleed", "gibleed")


@pytest.fixture(scope="module")
def synthea(world, omop_data: Path) -> Snapshot:
    return world.ingest(omop_data / "synthea27nj", "synthea27nj")


def counted(snapshot: Snapshot, table: str) -> int:
    files = [str(file) for file in snapshot.files(table)]
    return int(duckdb.sql(f"SELECT count(*) FROM read_parquet({files})").fetchall()[0][0])


def findings(snapshot: Snapshot) -> dict[tuple[str, str], tuple[str, int]]:
    found = quality.read(snapshot.folder)["findings"]
    return {(each["rule"], each["table"]): (each["severity"], each["count"]) for each in found}


def test_gibleed_5_3_has_the_published_counts(gibleed: Snapshot) -> None:
    assert {table: counted(gibleed, table) for table in GIBLEED} == GIBLEED


def test_gibleed_s_quirks_are_reported_and_none_is_lost(gibleed: Snapshot) -> None:
    found = findings(gibleed)
    assert found["person_missing", "observation_period"] == ("quarantine", 2649)
    assert found["outside_observation", "condition_occurrence"] == ("report", 85)
    assert counted(gibleed, "observation_period") == 5343 - 2649
    aside = gibleed.folder / "quarantine" / "observation_period.parquet"
    assert duckdb.sql(f"SELECT count(*) FROM '{aside}'").fetchall() == [(2649,)]


def test_synthea_5_4_has_the_published_counts(synthea: Snapshot) -> None:
    assert {table: counted(synthea, table) for table in SYNTHEA} == SYNTHEA


def test_synthea_s_quirks_are_reported(synthea: Snapshot) -> None:
    found = findings(synthea)
    assert found["hierarchy_missing", "concept_ancestor"] == ("report", 1)
    assert found["outside_observation", "condition_occurrence"] == ("report", 1)


def test_cohorts_by_hierarchy_equal_a_count_on_the_source(world, gibleed: Snapshot, omop_data: Path) -> None:
    wh = wl.open(world.extract("p301", TABLES, snapshot="gibleed").folder)
    source = omop_data / "gibleed"
    ancestors = duckdb.sql(
        f"SELECT ancestor_concept_id FROM '{source}/concept_ancestor.parquet' a JOIN "
        f"'{source}/condition_occurrence.parquet' c ON c.condition_concept_id = a.descendant_concept_id "
        "GROUP BY ALL ORDER BY count(DISTINCT person_id) DESC, 1 LIMIT 5"
    ).fetchall()
    for (ancestor,) in [*ancestors, (VIRAL_SINUSITIS,), (SINUSITIS,)]:
        table = f"'{source}/concept_ancestor.parquet'"
        below = f"SELECT descendant_concept_id FROM {table} WHERE ancestor_concept_id = {ancestor}"
        expected = duckdb.sql(
            f"SELECT count(DISTINCT person_id), count(*) FROM '{source}/condition_occurrence.parquet' "
            f"WHERE condition_concept_id IN ({below}) OR condition_concept_id = {ancestor}"
        ).fetchall()[0]
        cohort = wh.cohort(ancestor, tables=("condition_occurrence",))
        assert (cohort.count(), cohort.entries()) == expected
        assert expected[0] > 0


def test_without_a_hierarchy_the_answer_says_so(world, synthea: Snapshot) -> None:
    wh = wl.open(world.extract("p302", TABLES, snapshot="synthea27nj").folder)
    concept = wh.sql("SELECT mode(condition_concept_id) AS c FROM condition_occurrence").c[0]
    with pytest.warns(wl.HierarchyMissingWarning, match="no descendants"):
        cohort = wh.cohort(int(concept))
    assert cohort.count() > 0


def test_every_date_of_gibleed_is_earlier_in_the_extract(world, gibleed: Snapshot) -> None:
    wh = wl.open(world.extract("p303", TABLES, snapshot="gibleed").folder)
    newest = wh.sql("SELECT max(condition_start_date) AS d FROM condition_occurrence").d[0].date()
    assert newest < date(2019, 6, 29)
