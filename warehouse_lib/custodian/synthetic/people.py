"""Draws who the people of one block are: birth, sex, follow-up, chronic diseases with comorbidity, death."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from warehouse_lib.custodian.synthetic.parameters import Parameters, shares

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]
Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]
Matrix = np.ndarray[tuple[int, int], np.dtype[np.bool_]]

EPOCH = date(1970, 1, 1).toordinal()
LAST_DAY = date(2025, 12, 31).toordinal() - EPOCH
"""Fixed, not today's date: the same version must give the same bytes on any day."""
DAYS_PER_YEAR = 365.25
FOLLOW_UP_YEARS = (3.0, 15.0)


@dataclass(frozen=True, slots=True)
class People:
    """One block of persons as aligned arrays; days count from 1970-01-01."""

    number: Ints  # position in the whole population, from 1
    female: Bools
    birth: Ints
    start: Ints  # first day of observation
    end: Ints  # last day of observation, the day of death for the dead
    dead: Bools
    present: Matrix  # person x chronic condition
    area: Ints

    @property
    def years(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Length of each person's observation in years."""
        return np.asarray((self.end - self.start + 1) / DAYS_PER_YEAR)

    @property
    def burden(self) -> Ints:
        """How many chronic conditions each person has."""
        return np.asarray(self.present.sum(axis=1, dtype=np.int64))


def draw_people(rng: np.random.Generator, first: int, count: int, known: Parameters, areas: int) -> People:
    """Draw `count` persons numbered from `first`."""
    female = rng.random(count) < 0.51  # share of women
    birth = _births(rng, count, known)
    start = np.maximum(birth, LAST_DAY - _days(rng.uniform(*FOLLOW_UP_YEARS, count)))
    age = (LAST_DAY - birth) / DAYS_PER_YEAR
    present = _chronic(rng, age, female, known)
    dead = rng.random(count) < _logistic(-10.5 + 0.09 * age + 0.25 * present.sum(axis=1))
    lived = _days((LAST_DAY - start) * rng.beta(3, 1, count) / DAYS_PER_YEAR)
    return People(
        number=np.arange(first, first + count, dtype=np.int64),
        female=female,
        birth=birth,
        start=start,
        end=np.where(dead, start + lived, LAST_DAY),
        dead=dead,
        present=present,
        area=rng.integers(0, areas, count),
    )


def _days(years: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Ints:
    return np.asarray((years * DAYS_PER_YEAR).astype(np.int64))


def _births(rng: np.random.Generator, count: int, known: Parameters) -> Ints:
    starts = np.array([age for age, _ in known.age_bands])
    bands = rng.choice(starts, size=count, p=shares([weight for _, weight in known.age_bands]))
    return np.asarray(LAST_DAY - _days(bands + 5 * rng.random(count)))


def _logistic(
    logit: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(1 / (1 + np.exp(-logit)))


def _chronic(
    rng: np.random.Generator,
    age: np.ndarray[tuple[int], np.dtype[np.float64]],
    female: Bools,
    known: Parameters,
) -> Matrix:
    # Causes come before effects in `order`, so each effect sees its causes already drawn.
    present = np.zeros((len(age), len(known.chronic)), dtype=np.bool_)
    for column in _causes_first(known):
        condition = known.chronic[column]
        logit = condition.odds + condition.per_decade * (age - 50) / 10 + condition.female * female
        for cause, effect, weight in known.comorbidities:
            if effect == condition.id:
                logit = logit + weight * present[:, known.column(cause)]
        present[:, column] = rng.random(len(age)) < _logistic(logit)
    return present


def _causes_first(known: Parameters) -> list[int]:
    """Order the chronic conditions so that every cause precedes its effects (the list has no circles)."""
    done: list[int] = []
    waiting = [condition.id for condition in known.chronic]
    while waiting:
        blocked = {effect for cause, effect, _ in known.comorbidities if cause in waiting}
        ready = [code for code in waiting if code not in blocked]
        if not ready:
            raise ValueError("comorbidities.csv has a circle of causes.")
        done.extend(known.column(code) for code in ready)
        waiting = [code for code in waiting if code in blocked]
    return done
