"""Writes short Spanish notes with made-up names, numbers and addresses: what de-identification must stop.

They double as canaries: a name that exists nowhere else must never appear in an extract.
"""

from datetime import date, timedelta

import numpy as np

from warehouse_lib.custodian.synthetic.events import Events
from warehouse_lib.custodian.synthetic.parameters import Parameters
from warehouse_lib.custodian.synthetic.people import Ints, People

NOTES_PER_VISIT = 0.05
DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def draw_notes(
    rng: np.random.Generator, people: People, known: Parameters, visits: Events
) -> tuple[Ints, list[str]]:
    """Return the visits that have a note, and the notes."""
    visit = np.nonzero(rng.random(len(visits.person)) < NOTES_PER_VISIT)[0]
    template = rng.integers(0, len(known.notes), len(visit))
    person = visits.person[visit]
    age = ((visits.day[visit] - people.birth[person]) // 365).tolist()
    doctors = rng.integers(0, len(known.names["surname"]), len(visit)).tolist()
    days = visits.day[visit].tolist()
    numbers = people.number[person].tolist()
    female = people.female[person].tolist()
    rows = zip(template.tolist(), numbers, female, age, days, doctors, strict=True)
    return visit, [known.notes[t].format(**_facts(known, *facts)) for t, *facts in rows]


def person_name(known: Parameters, number: int, female: bool) -> str:  # noqa: FBT001  (a fact, not a switch)
    """Return the made-up name of person `number`: always the same one."""
    given = known.names["female" if female else "male"]
    surnames = known.names["surname"]
    first, second = surnames[number % len(surnames)], surnames[(number // 7) % len(surnames)]
    return f"{given[(number // 3) % len(given)]} {first} {second}"


def record_number(number: int) -> str:
    """Return the made-up hospital record number (NHC) of person `number`."""
    return f"NHC{7_000_000 + number}"


def _facts(
    known: Parameters,
    number: int,
    female: bool,  # noqa: FBT001
    age: int,
    day: int,
    doctor: int,
) -> dict[str, str | int]:
    identity = (number * 7_919 + 10_000_019) % 100_000_000
    return {
        "name": person_name(known, number, female),
        "dni": f"{identity:08d}{DNI_LETTERS[identity % 23]}",
        "nhc": record_number(number),
        "age": age,
        "phone": f"6{(number * 104_729) % 100_000_000:08d}",
        "date": (date(1970, 1, 1) + timedelta(days=day)).strftime("%d/%m/%Y"),
        "street": known.names["street"][number % len(known.names["street"])],
        "number": number % 97 + 1,
        "hospital": known.names["hospital"][number % len(known.names["hospital"])],
        "doctor": known.names["surname"][doctor],
    }
