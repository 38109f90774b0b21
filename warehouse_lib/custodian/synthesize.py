"""Makes a deterministic, plausible OMOP CDM 5.4 population: same version, seed and size, same bytes.

Every block of 10,000 persons has a random stream of its own, derived from seed and block number, so memory
stays flat whatever the size.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from governance.errors import UsageError
from warehouse_lib.custodian.synthetic import events, notes, tables
from warehouse_lib.custodian.synthetic.parameters import parameters
from warehouse_lib.custodian.synthetic.people import LAST_DAY, draw_people
from warehouse_lib.custodian.synthetic.vocabulary import vocabulary_tables
from warehouse_lib.custodian.synthetic.writer import CdmWriter

BLOCK = 10_000
AREAS, PROVIDERS = 48, 120
SMOKERS = 0.22
VOCABULARY_VERSION = "TRE synthetic 1"
Progress = Callable[[int, int], None]


def synthesize(
    persons: int, seed: int, to: Path, progress: Progress = lambda _done, _of: None
) -> dict[str, int]:
    """Write the population into the new or empty folder `to`, one Parquet file per table.

    Args:
        persons: how many people, at least 1.
        seed: the same seed gives the same people.
        to: folder to fill; lower-case CDM table names become file names.
        progress: told how many persons are done, of how many.

    Returns:
        Rows by table.

    Raises:
        UsageError: fewer than one person, or the folder already holds something.
    """
    if persons < 1:
        raise UsageError("A population needs at least one person.")
    to.mkdir(parents=True, exist_ok=True)
    if any(to.iterdir()):
        raise UsageError(f"{to} is not empty: name a new folder.")
    with CdmWriter(to) as writer:
        _write_context(writer)
        for first in range(1, persons + 1, BLOCK):
            count = min(BLOCK, persons - first + 1)
            _write_block(np.random.default_rng([seed, first // BLOCK]), writer, first, count)
            progress(first + count - 1, persons)
        return writer.rows


def _write_context(writer: CdmWriter) -> None:
    for name, columns in vocabulary_tables().items():
        writer.write(name, columns)
    numbers = list(range(1, AREAS + 1))
    writer.write(
        "location",
        {
            "location_id": numbers,
            "city": ["Villainventada"] * AREAS,
            "state": ["Madrid"] * AREAS,
            "zip": [f"28{number:03d}" for number in numbers],
        },
    )
    surnames = parameters().names["surname"]
    numbers = list(range(1, PROVIDERS + 1))
    names = [f"{surnames[n % len(surnames)]}, Dr. {n}" for n in numbers]
    writer.write("provider", {"provider_id": numbers, "provider_name": names})
    writer.write(
        "cdm_source",
        {
            "cdm_source_name": ["Synthetic population"],
            "cdm_source_abbreviation": ["synthetic"],
            "source_release_date": [LAST_DAY],
            "cdm_release_date": [LAST_DAY],
            "cdm_version": ["5.4"],
            "vocabulary_version": [VOCABULARY_VERSION],
        },
    )


def _write_block(rng: np.random.Generator, writer: CdmWriter, first: int, count: int) -> None:
    known = parameters()
    people = draw_people(rng, first, count, known, AREAS)
    visits = events.draw_visits(rng, people)
    conditions, onset = events.draw_conditions(rng, people, known)
    drugs = events.at_visits(events.draw_drugs(rng, people, known, onset), visits)
    conditions = events.at_visits(conditions, visits)
    values = events.draw_measurements(rng, people, known, visits)
    procedures = events.draw_procedures(rng, known, visits)
    noted, texts = notes.draw_notes(rng, people, known, visits)
    smoker = rng.random(count) < SMOKERS
    visit = writer.next_key("visit_occurrence")
    key = writer.next_key
    block: dict[str, tables.Columns] = {
        "person": tables.person(people, PROVIDERS),
        "observation_period": tables.observation_period(people),
        "death": tables.death(people, known),
        "visit_occurrence": tables.visits(people, visits, visit, PROVIDERS),
        "condition_occurrence": tables.conditions(people, conditions, key("condition_occurrence"), visit),
        "drug_exposure": tables.drugs(people, drugs, key("drug_exposure"), visit),
        "procedure_occurrence": tables.procedures(people, procedures, key("procedure_occurrence"), visit),
        "measurement": tables.measurements(people, known, values, key("measurement"), visit),
        "observation": tables.observations(people, smoker, key("observation")),
        "note": tables.notes(people, visits, noted, texts, key("note"), visit),
    }
    for name, columns in block.items():
        writer.write(name, columns)
