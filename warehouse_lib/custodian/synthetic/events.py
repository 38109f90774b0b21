"""Draws what happens to the people of one block: visits, diagnoses, dispensings, measurements, procedures."""

from dataclasses import dataclass

import numpy as np

from warehouse_lib.custodian.synthetic.parameters import (
    EMERGENCY,
    INPATIENT,
    OUTPATIENT,
    Measurement,
    Parameters,
    shares,
)
from warehouse_lib.custodian.synthetic.people import Bools, Ints, People

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
BIG = 1_000_000  # more than any day number: person * BIG + day sorts by person, then day
PANEL_SHARE = {"vitals": 0.42, "blood": 0.17}
ACUTE_PER_YEAR = 0.12
PROCEDURES_PER_VISIT = 0.2


@dataclass(frozen=True, slots=True)
class Events:
    """Rows of one table: whose (row of the block), when, what; `visit` is a row of the visits or -1."""

    person: Ints
    day: Ints
    concept: Ints
    visit: Ints
    end: Ints


@dataclass(frozen=True, slots=True)
class Values:
    """Measured values, aligned with their events; `kind` is the position in the parameters' list."""

    events: Events
    kind: Ints
    value: Floats


def spread(rng: np.random.Generator, person: Ints, start: Ints, end: Ints, mean: Floats) -> tuple[Ints, Ints]:
    """Draw a Poisson number of days in each interval; return person and day, sorted by both."""
    index = np.repeat(np.arange(len(person)), rng.poisson(np.maximum(mean, 0)))
    span = end[index] - start[index] + 1
    key = person[index] * BIG + start[index] + (rng.random(len(index)) * span).astype(np.int64) + BIG // 2
    key.sort()
    return key // BIG, key % BIG - BIG // 2


def draw_visits(rng: np.random.Generator, people: People) -> Events:
    """Draw visits: more of them for the old and the ill; a few are emergencies or hospital stays."""
    everyone = np.arange(len(people.number))
    age = (people.end - people.birth) / 365.25
    mean = people.years * (0.7 + 0.42 * people.burden + age / 70)
    person, day = spread(rng, everyone, people.start, people.end, mean)
    kind = rng.choice([OUTPATIENT, EMERGENCY, INPATIENT], size=len(person), p=[0.85, 0.10, 0.05])
    stay = np.where(kind == INPATIENT, 1 + rng.poisson(5, len(person)), 0)
    end = np.minimum(day + stay, people.end[person])
    return Events(person, day, kind.astype(np.int64), np.arange(len(person)), end)


def draw_conditions(rng: np.random.Generator, people: People, known: Parameters) -> tuple[Events, Ints]:
    """Draw diagnoses; return them and the day of onset of each person-disease pair."""
    person, column = np.nonzero(people.present)
    share = rng.beta(1, 2, len(person))
    onset = people.start[person] + (share * (people.end - people.start)[person]).astype(np.int64)
    codes = np.array([condition.id for condition in known.chronic])
    repeats = np.minimum((people.end[person] - onset) / 365.25 * 0.6, 8)
    again, day = spread(rng, np.arange(len(person)), onset, people.end[person], repeats)
    acute = [_acute(rng, people, known, kind) for kind in range(len(known.acute))]
    who = np.concatenate([person, person[again], *(people_ for people_, _, _ in acute)])
    when = np.concatenate([onset, day, *(days for _, days, _ in acute)])
    what = np.concatenate([codes[column], codes[column[again]], *(kinds for _, _, kinds in acute)])
    return by_person(who, when, what), onset


def _acute(rng: np.random.Generator, people: People, known: Parameters, kind: int) -> tuple[Ints, Ints, Ints]:
    condition = known.acute[kind]
    age = (people.end - people.birth) / 365.25
    rate = np.exp(condition.odds + condition.per_decade * (age - 50) / 10 + condition.female * people.female)
    everyone = np.arange(len(people.number))
    person, day = spread(rng, everyone, people.start, people.end, ACUTE_PER_YEAR * rate * people.years)
    return person, day, np.full(len(person), condition.id)


def draw_drugs(rng: np.random.Generator, people: People, known: Parameters, onset: Ints) -> Events:
    """Draw dispensings: after the onset of what the drug treats, repeated over the years."""
    person, column = np.nonzero(people.present)
    codes = np.array([condition.id for condition in known.chronic])[column]
    parts: list[tuple[Ints, Ints, Ints]] = []
    for drug in known.drugs:
        pairs = np.nonzero(np.isin(codes, drug.treats) & (rng.random(len(codes)) < drug.share))[0]
        years = (people.end[person[pairs]] - onset[pairs]) / 365.25
        who, day = spread(rng, pairs, onset[pairs], people.end[person[pairs]], drug.refills * years + 0.7)
        parts.append((person[who], day, np.full(len(who), drug.id)))
    who, when, what = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return by_person(who, when, what)


def draw_measurements(rng: np.random.Generator, people: People, known: Parameters, visits: Events) -> Values:
    """Draw panels of measurements at visits; diseases shift the values they are known by."""
    parts: list[tuple[Ints, Ints, Floats]] = []
    for panel, share in PANEL_SHARE.items():
        taken = np.nonzero(rng.random(len(visits.person)) < share)[0]
        for kind, measured in enumerate(known.measurements):
            if measured.panel == panel:
                values = _values(rng, measured, people, known, visits.person[taken])
                parts.append((taken, np.full(len(taken), kind), values))
    visit, kinds, value = (np.concatenate([part[i] for part in parts]) for i in range(3))
    order = np.lexsort((kinds, visit))
    visit, kinds, value = visit[order], kinds[order], value[order]
    concept = np.array([measured.id for measured in known.measurements])[kinds]
    day = visits.day[visit]
    return Values(Events(visits.person[visit], day, concept, visit, day), kinds, value)


def _values(
    rng: np.random.Generator, measured: Measurement, people: People, known: Parameters, person: Ints
) -> Floats:
    value = rng.normal(measured.mean, measured.sd, len(person))
    for condition, delta in measured.raised_by:
        value += delta * people.present[person, known.column(condition)]
    return np.asarray(np.round(np.maximum(value, measured.mean / 10), measured.decimals))


def draw_procedures(rng: np.random.Generator, known: Parameters, visits: Events) -> Events:
    """Draw procedures at visits."""
    visit = np.nonzero(rng.random(len(visits.person)) < PROCEDURES_PER_VISIT)[0]
    codes = np.array([code for code, _ in known.procedures])
    concept = rng.choice(codes, size=len(visit), p=shares([weight for _, weight in known.procedures]))
    day = visits.day[visit]
    return Events(visits.person[visit], day, concept, visit, day)


def by_person(person: Ints, day: Ints, concept: Ints) -> Events:
    """Sort rows by person, day and concept into events without a visit."""
    order = np.lexsort((concept, day, person))
    nowhere = np.full(len(person), -1)
    return Events(person[order], day[order], concept[order], nowhere, day[order])


def at_visits(events: Events, visits: Events) -> Events:
    """Attach each event to the visit of its person on the same day, where there is one."""
    keys = visits.person * BIG + visits.day + BIG // 2
    wanted = events.person * BIG + events.day + BIG // 2
    position = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    matches: Bools = keys[position] == wanted if len(keys) else np.zeros(len(wanted), dtype=np.bool_)
    return Events(events.person, events.day, events.concept, np.where(matches, position, -1), events.end)
