"""Turns one block of drawn people and events into rows of the CDM's tables."""

from typing import Any

import numpy as np
import pyarrow as pa

from warehouse_lib.custodian.synthetic.events import Events, Values
from warehouse_lib.custodian.synthetic.notes import record_number
from warehouse_lib.custodian.synthetic.parameters import (
    EHR_TYPE,
    FEMALE,
    MALE,
    NEVER_SMOKER,
    PROGRESS_NOTE,
    SMOKER,
    Parameters,
)
from warehouse_lib.custodian.synthetic.people import Bools, Ints, People

Columns = dict[str, Any]


def person(people: People, providers: int) -> Columns:
    """Rows of ``person``; the source value is the hospital's record number, an identifier."""
    year, month, day = _calendar(people.birth)
    count = len(people.number)
    return {
        "person_id": people.number,
        "gender_concept_id": np.where(people.female, FEMALE, MALE),
        "year_of_birth": year,
        "month_of_birth": month,
        "day_of_birth": day,
        "race_concept_id": _constant(0, count),
        "ethnicity_concept_id": _constant(0, count),
        "location_id": people.area + 1,
        "provider_id": people.number % providers + 1,
        "person_source_value": [record_number(number) for number in people.number.tolist()],
        "gender_source_value": pa.array(["H", "M"]).take(pa.array(people.female.astype(np.int64))),
    }


def observation_period(people: People) -> Columns:
    """Rows of ``observation_period``: one per person."""
    return {
        "observation_period_id": people.number,
        "person_id": people.number,
        "observation_period_start_date": people.start,
        "observation_period_end_date": people.end,
        "period_type_concept_id": _constant(EHR_TYPE, len(people.number)),
    }


def death(people: People, known: Parameters) -> Columns:
    """Rows of ``death``: the cause is the first chronic condition on the list, or unknown."""
    dead = np.nonzero(people.dead)[0]
    codes = np.array([condition.id for condition in known.chronic])
    first = codes[people.present[dead].argmax(axis=1)]
    return {
        "person_id": people.number[dead],
        "death_date": people.end[dead],
        "death_type_concept_id": _constant(EHR_TYPE, len(dead)),
        "cause_concept_id": np.where(people.present[dead].any(axis=1), first, 0),
    }


def visits(people: People, drawn: Events, first: int, providers: int) -> Columns:
    """Rows of ``visit_occurrence``, keys from `first`."""
    keys = first + np.arange(len(drawn.person))
    return {
        "visit_occurrence_id": keys,
        "person_id": people.number[drawn.person],
        "visit_concept_id": drawn.concept,
        "visit_start_date": drawn.day,
        "visit_end_date": drawn.end,
        "visit_type_concept_id": _constant(EHR_TYPE, len(keys)),
        "provider_id": keys % providers + 1,
    }


def conditions(people: People, drawn: Events, first: int, first_visit: int) -> Columns:
    """Rows of ``condition_occurrence``."""
    return {
        **_event("condition", "condition_occurrence_id", people, drawn, first, first_visit),
        "condition_start_date": drawn.day,
    }


def drugs(people: People, drawn: Events, first: int, first_visit: int) -> Columns:
    """Rows of ``drug_exposure``: dispensings for 30 days."""
    count = len(drawn.person)
    return {
        **_event("drug", "drug_exposure_id", people, drawn, first, first_visit),
        "drug_exposure_start_date": drawn.day,
        "drug_exposure_end_date": np.minimum(drawn.day + 29, people.end[drawn.person]),
        "days_supply": _constant(30, count),
        "quantity": np.full(count, 30.0),
    }


def procedures(people: People, drawn: Events, first: int, first_visit: int) -> Columns:
    """Rows of ``procedure_occurrence``."""
    return {
        **_event("procedure", "procedure_occurrence_id", people, drawn, first, first_visit),
        "procedure_date": drawn.day,
    }


def measurements(people: People, known: Parameters, drawn: Values, first: int, first_visit: int) -> Columns:
    """Rows of ``measurement`` with value, unit and reference range."""
    units = pa.array([measured.unit for measured in known.measurements])
    unit_ids = np.array([measured.unit_id for measured in known.measurements])
    low = np.array([measured.low for measured in known.measurements])
    high = np.array([measured.high for measured in known.measurements])
    return {
        **_event("measurement", "measurement_id", people, drawn.events, first, first_visit),
        "measurement_date": drawn.events.day,
        "value_as_number": drawn.value,
        "unit_concept_id": unit_ids[drawn.kind],
        "unit_source_value": units.take(pa.array(drawn.kind)),
        "range_low": low[drawn.kind],
        "range_high": high[drawn.kind],
    }


def observations(people: People, smoker: Bools, first: int) -> Columns:
    """Rows of ``observation``: the smoking status of each person at the start of observation."""
    count = len(people.number)
    return {
        "observation_id": first + np.arange(count),
        "person_id": people.number,
        "observation_concept_id": np.where(smoker, SMOKER, NEVER_SMOKER),
        "observation_date": people.start,
        "observation_type_concept_id": _constant(EHR_TYPE, count),
    }


def notes(
    people: People, drawn: Events, visit: Ints, texts: list[str], first: int, first_visit: int
) -> Columns:
    """Rows of ``note``."""
    return {
        "note_id": first + np.arange(len(visit)),
        "person_id": people.number[drawn.person[visit]],
        "note_date": drawn.day[visit],
        "note_type_concept_id": _constant(EHR_TYPE, len(visit)),
        "note_class_concept_id": _constant(PROGRESS_NOTE, len(visit)),
        "note_text": pa.array(texts, type=pa.string()),
        "visit_occurrence_id": first_visit + visit,
    }


def _event(kind: str, key: str, people: People, drawn: Events, first: int, first_visit: int) -> Columns:
    return {
        key: first + np.arange(len(drawn.person)),
        "person_id": people.number[drawn.person],
        f"{kind}_concept_id": drawn.concept,
        f"{kind}_type_concept_id": _constant(EHR_TYPE, len(drawn.person)),
        "visit_occurrence_id": pa.array(first_visit + drawn.visit, mask=drawn.visit < 0),
    }


def _constant(value: int, count: int) -> Ints:
    return np.full(count, value, dtype=np.int64)


def _calendar(days: Ints) -> tuple[Ints, Ints, Ints]:
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    year = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    return year, month, (dates - months).astype(np.int64) + 1
