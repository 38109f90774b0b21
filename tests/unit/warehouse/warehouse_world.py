"""A small warehouse, made once per folder of tests from the synthetic population, with real parts only."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from governance.grants import DataAgreement, Grant, RowFilter
from governance.periods import Period
from warehouse_lib.custodian.extract import Extracted, Owner, extract
from warehouse_lib.custodian.ingest import ingest
from warehouse_lib.custodian.keys import Keyring, open_keyring
from warehouse_lib.custodian.store import Snapshot, Store
from warehouse_lib.custodian.synthesize import synthesize

ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2026, 11, 24)
PERSONS = 400
EVENT_TABLES = (
    "condition_occurrence",
    "drug_exposure",
    "measurement",
    "procedure_occurrence",
    "visit_occurrence",
)
EVERYTHING = dict.fromkeys(
    (*EVENT_TABLES, "person", "observation_period", "observation", "death", "note", "location", "provider"),
    "all",
)


@dataclass(frozen=True)
class World:
    """A custodian's store with one snapshot called ``demo``, and a folder for extracts."""

    source: Path
    store: Store
    keyring: Keyring
    extracts: Path
    snapshot: Snapshot

    def ingest(self, source: Path, name: str, **options: Any) -> Snapshot:
        return ingest(source, name, self.store, self.keyring, today=TODAY, **options)

    def extract(
        self,
        project: str,
        tables: dict[str, Any] | None = None,
        rows: tuple[RowFilter, ...] = (),
        concepts: tuple[int, ...] = (),
        snapshot: str = "demo",
    ) -> Extracted:
        valid = Period(date(2026, 1, 1), date(2027, 12, 31))
        agreement = DataAgreement("DSA-1", "Hospital", valid)
        granted = EVERYTHING if tables is None else tables
        grant = Grant(project, snapshot, granted, rows, concepts, valid, agreement)
        owner = Owner("no-such-custodian", "no-such-group")
        return extract(grant, self.store, self.keyring, self.extracts, owner)


def build_world(folder: Path, persons: int = PERSONS) -> World:
    source, store = folder / "source", Store(folder / "warehouse")
    synthesize(persons, 0, source)
    keyring = open_keyring(store.root)
    snapshot = ingest(source, "demo", store, keyring, today=TODAY)
    return World(source, store, keyring, folder / "extracts", snapshot)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def extracted(world: World) -> Extracted:
    return world.extract("p042")


@pytest.fixture
def fresh(tmp_path: Path) -> Store:
    return Store(tmp_path / "warehouse")


@pytest.fixture
def own(world: World, fresh: Store, tmp_path: Path) -> World:
    """An empty store and folder for extracts, for tests that damage something."""
    return replace(world, store=fresh, keyring=open_keyring(fresh.root), extracts=tmp_path / "extracts")


@pytest.fixture
def csv_source(tmp_path: Path) -> Callable[..., Path]:
    """Write a tiny source as CSV: two persons, and whatever tables a test gives as text."""

    def write(**tables: str) -> Path:
        folder = tmp_path / "csv"
        folder.mkdir()
        content = {
            "person": "person_id,gender_concept_id,year_of_birth,race_concept_id,ethnicity_concept_id\n"
            "1,8532,1950,0,0\n2,8507,1980,0,0\n",
            "observation_period": "observation_period_id,person_id,observation_period_start_date,"
            "observation_period_end_date,period_type_concept_id\n"
            "1,1,2010-01-01,2020-12-31,32817\n2,2,2010-01-01,2020-12-31,32817\n",
            **tables,
        }
        for name, text in content.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def omop_data() -> Iterator[Path]:
    """The folder with the public OMOP samples; their tests are named when it is not there."""
    named = os.environ.get("TRE_TEST_DATA")
    folder = Path(named) / "omop" if named else ROOT.parent / "shared" / "data" / "omop"
    if not folder.is_dir():
        pytest.skip("TRE_TEST_DATA names no folder with omop/ in it")
    yield folder
