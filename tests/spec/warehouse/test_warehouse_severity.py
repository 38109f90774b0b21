"""What the ingest does with each thing a source can have wrong. Read it as the manual's table."""

from collections.abc import Callable
from pathlib import Path

import pytest

from governance.errors import RefusedError
from warehouse_lib.custodian import quality

PERSON = "person_id,gender_concept_id,year_of_birth,race_concept_id,ethnicity_concept_id\n"
VISIT = "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date\n"
PERIOD = (
    "observation_period_id,person_id,observation_period_start_date,observation_period_end_date,"
    "period_type_concept_id\n"
)
ONE_PERIOD = PERIOD + "1,1,2010-01-01,2020-12-31,1\n2,2,2010-01-01,2020-12-31,1\n"
DEATH = "person_id,death_date\n1,2015-01-01\n"
OK_VISIT = "10,1,9202,2012-05-01,2012-05-01\n"

STOPS = [
    (
        "an event of a person who is not there",
        "visit_occurrence",
        VISIT + "10,77,9202,2012-05-01,2012-05-01\n",
    ),
    ("two persons with one id", "person", PERSON + "1,8532,1950,0,0\n1,8507,1980,0,0\n2,8507,1980,0,0\n"),
    ("two visits with one id", "visit_occurrence", VISIT + OK_VISIT + OK_VISIT),
    ("a person without a year of birth", "person", PERSON + "1,8532,,0,0\n2,8507,1980,0,0\n"),
    ("a person whose year of birth is no number", "person", PERSON + "1,8532,MCML,0,0\n2,8507,1980,0,0\n"),
    (
        "text in a column outside the CDM",
        "visit_occurrence",
        VISIT.strip() + ",remark\n" + OK_VISIT.strip() + ",x\n",
    ),
    ("a table outside the CDM with text", "addresses", "person_id,street\n1,Main Street\n"),
    ("a table without its key column", "visit_occurrence", "person_id,visit_start_date\n1,2012-05-01\n"),
]

SET_ASIDE = [
    (
        "a period of a person who is not there",
        "observation_period",
        ONE_PERIOD + "3,77,2010-01-01,2012-01-01,1\n",
    ),
    ("a date that is none", "visit_occurrence", VISIT + OK_VISIT + "11,1,9202,2012-02-31,2012-03-01\n"),
    ("an event without a date", "visit_occurrence", VISIT + OK_VISIT + "11,1,9202,,\n"),
    ("an event in the future", "visit_occurrence", VISIT + OK_VISIT + "11,1,9202,2200-01-01,2200-01-01\n"),
]

REPORTED = [
    ("end_before_start", "visit_occurrence", VISIT + "10,1,9202,2012-05-02,2012-05-01\n"),
    ("before_birth", "visit_occurrence", VISIT + "10,2,9202,1970-05-01,1970-05-01\n"),
    ("after_death", "visit_occurrence", VISIT + "10,1,9202,2015-05-01,2015-05-01\n"),
    ("outside_observation", "visit_occurrence", VISIT + "10,1,9202,2009-12-31,2009-12-31\n"),
    ("concept_unmapped", "visit_occurrence", VISIT + "10,1,0,2012-05-01,2012-05-01\n"),
    ("no_observation", "observation_period", PERIOD + "1,1,2010-01-01,2020-12-31,1\n"),
    ("table_excluded", "cohort", "cohort_definition_id,subject_id\n1,1\n"),
]


def case(rows: list[tuple[str, str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("title", "table", "text"), rows, ids=[row[0] for row in rows])


@case(STOPS)
def test_this_stops_the_ingest(
    own, csv_source: Callable[..., Path], title: str, table: str, text: str
) -> None:
    with pytest.raises(RefusedError, match=table):
        own.ingest(csv_source(**{table: text}), "s")
    assert own.store.list() == []


@case(SET_ASIDE)
def test_this_is_set_aside_and_counted(
    own, csv_source: Callable[..., Path], title: str, table: str, text: str
) -> None:
    snapshot = own.ingest(csv_source(**{table: text}), "s")
    counts = quality.read(snapshot.folder)["rows"][table]
    assert counts["quarantined"] == 1
    assert counts["kept"] == counts["read"] - 1 >= 1


@case(REPORTED)
def test_this_is_reported_and_kept(
    own, csv_source: Callable[..., Path], title: str, table: str, text: str
) -> None:
    snapshot = own.ingest(csv_source(death=DEATH, **{table: text}), "s")
    report = quality.read(snapshot.folder)
    assert (title, 1) in {(found["rule"], found["count"]) for found in report["findings"]}
    assert all(counts["quarantined"] == 0 for counts in report["rows"].values())


def test_a_clean_source_has_one_finding_only_that_it_has_no_hierarchy(
    own, csv_source: Callable[..., Path]
) -> None:
    snapshot = own.ingest(csv_source(visit_occurrence=VISIT + OK_VISIT), "s")
    assert [found["rule"] for found in quality.read(snapshot.folder)["findings"]] == ["hierarchy_missing"]


def test_a_refusal_names_table_column_and_count_but_no_value(own, csv_source: Callable[..., Path]) -> None:
    text = VISIT.strip() + ",remark\n" + OK_VISIT.strip() + ",Fulgencio Ficticiano\n"
    with pytest.raises(RefusedError) as refusal:
        own.ingest(csv_source(visit_occurrence=text), "s")
    assert "visit_occurrence (remark)" in str(refusal.value)
    assert "Fulgencio" not in str(refusal.value)
