"""What happens to dates and ages in an extract (docs/adr/0004)."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from warehouse_lib.deidentify.dates import CalendarRule, shift_days

PERSON = (
    "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,"
    "race_concept_id,ethnicity_concept_id\n"
)
VISIT = (
    "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_start_datetime,visit_end_date\n"
)
TABLES = {"person": "all", "visit_occurrence": "all"}


def read(folder: Path, table: str, columns: str) -> list[tuple]:
    return duckdb.sql(f"SELECT {columns} FROM '{folder}/{table}/*.parquet' ORDER BY ALL").fetchall()


@pytest.fixture
def shifted(own, csv_source: Callable[..., Path]) -> Path:
    person = PERSON + "1,8532,1950,6,15,0,0\n2,8507,1920,1,1,0,0\n"
    visits = VISIT + (
        "1,1,9202,2012-05-01,2012-05-01 10:30:00,2012-05-01\n2,1,9201,2012-06-10,,2012-06-20\n"
        "3,2,9202,2011-03-03,,2011-03-03\n4,2,9202,2020-03-03,,2020-03-03\n"
    )
    own.ingest(csv_source(person=person, visit_occurrence=visits), "demo")
    return own.extract("p042", TABLES).folder


def test_dates_move_back_by_whole_weeks_up_to_a_year(shifted: Path) -> None:
    starts = read(shifted, "visit_occurrence", "visit_start_date, visit_concept_id")
    moved = date(2012, 6, 10) - next(day for day, kind in starts if kind == 9201)
    assert timedelta(7) <= moved <= timedelta(364)
    assert moved.days % 7 == 0


def test_intervals_weekdays_and_times_of_day_stay(shifted: Path) -> None:
    rows = read(
        shifted, "visit_occurrence", "person_id, visit_start_date, visit_end_date, visit_start_datetime"
    )
    timed = next(row for row in rows if row[3] is not None)
    other = next(row for row in rows if row[0] == timed[0] and row is not timed)
    assert other[1] - timed[1] == date(2012, 6, 10) - date(2012, 5, 1)
    assert other[2] - other[1] == timedelta(10)
    assert timed[1].weekday() == date(2012, 5, 1).weekday()
    assert (timed[3].hour, timed[3].minute) == (10, 30)
    assert timed[3].date() == timed[1]


def test_nobody_looks_older_than_89(shifted: Path) -> None:
    born = dict(read(shifted, "person", "person_id, year_of_birth"))
    ages = [
        start.year - born[person]
        for person, start in read(shifted, "visit_occurrence", "person_id, visit_start_date")
    ]
    assert 87 <= max(ages) <= 89  # the person born in 1920 had a visit at 100


def test_the_year_of_birth_moves_with_the_dates(shifted: Path) -> None:
    rows = read(shifted, "person", "gender_concept_id, year_of_birth")
    assert dict(rows)[8532] in {1949, 1950}


def test_a_project_s_shift_is_its_own(own, csv_source: Callable[..., Path]) -> None:
    person = PERSON + "".join(f"{n},8532,1950,6,15,0,0\n" for n in range(1, 21))
    visits = VISIT + "".join(f"{n},{n},9202,2012-05-01,,2012-05-01\n" for n in range(1, 21))
    own.ingest(csv_source(person=person, visit_occurrence=visits), "demo")
    first, second = (
        read(own.extract(project, TABLES).folder, "visit_occurrence", "visit_start_date")
        for project in ("p1", "p2")
    )
    assert first != second
    assert len(set(first)) > 5


def test_a_shift_is_never_zero_and_uses_the_whole_year() -> None:
    shifts = {shift_days(person, bytes(32)) for person in range(2000)}
    assert shifts == set(range(7, 365, 7))


def test_only_true_dates_answer_calendar_questions() -> None:
    between = (date(2020, 1, 1), date(2020, 12, 31))
    refused = CalendarRule(shifted=True).why_not(between)
    assert refused is not None
    assert refused.rule == "calendar-in-shifted-extract"
    assert CalendarRule(shifted=False).why_not(between) is None
    assert CalendarRule(shifted=True).why_not(None) is None
