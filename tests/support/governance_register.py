"""A small register for tests: real tables, filled through real project files, at a fixed moment."""

import copy
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from governance import project_files, register
from governance.database import open_engine, transaction
from governance.diffs import Diff
from governance.instance import Instance, from_settings

MADRID = ZoneInfo("Europe/Madrid")
INSTANCE: Instance = from_settings("main", {})
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
YEAR = {"start": "2026-01-01", "end": "2026-12-31"}

ROLES = {
    "olga": "administrator",
    "diego": "custodian",
    "elena": "auditor",
    "ines": "output_checker",
    "carlos": "senior_checker",
    "sara": "support",
}


def madrid(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A moment by Madrid's clock."""
    return datetime(year, month, day, hour, minute, second, tzinfo=MADRID)


def person(id_: str, *roles: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "name": id_.title(),
        "training": [{"course": "research-data-protection", "valid": dict(YEAR)}],
        "agreements": [{"text": "terms-of-use-1", "signed": "2026-01-01"}],
        "house_roles": [{"role": role, "valid": dict(YEAR)} for role in roles],
        **more,
    }


def people(*extra: dict[str, Any]) -> dict[str, Any]:
    """House-role holders, ana and rosa (of p042), luis (of nothing)."""
    holders = [person(id_, role) for id_, role in ROLES.items()]
    others = [person(id_) for id_ in ("ana", "rosa", "luis")]
    named = {one["id"] for one in extra}
    return {
        "schema": "tre.people/1",
        "people": [o for o in holders + others if o["id"] not in named] + list(extra),
    }


def project(id_: str = "p042", **changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schema": "tre.project/1",
        "id": id_,
        "title": "A study",
        "purpose": "To know.",
        "sponsor": "A hospital",
        "legal_basis": "GDPR Art. 6(1)(e)",
        "risk_tier": 2,
        "valid": dict(YEAR),
        "ethics": {"committee": "CEIm", "reference": "CEIM-42", "valid": dict(YEAR)},
        "disclosure": {"profile": "acro"},
        "compute_profiles": ["small"],
        "quotas": {"cores": 4, "memory_gib": 8, "storage_gib": 10, "jobs": 4},
        "grants": [
            {
                "snapshot": "demo",
                "valid": dict(YEAR),
                "agreement": {"reference": "DSA-42", "controller": "A hospital", "valid": dict(YEAR)},
                "tables": {"person": ["person_id", "year_of_birth"], "concept": "all"},
                "rows": [{"table": "person", "column": "year_of_birth", "op": ">=", "value": 1950}],
            }
        ],
        "members": [
            {"person": "ana", "roles": ["lead", "researcher"], "valid": dict(YEAR)},
            {"person": "rosa", "roles": ["researcher"], "valid": dict(YEAR)},
        ],
    }
    return {**document, **changes}


def change(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of `document` with one field changed: ``grants.0.valid.end``."""
    changed = copy.deepcopy(document)
    *parents, last = path.split(".")
    place: Any = changed
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place[part]
    place[last] = value
    return changed


def text(*documents: dict[str, Any]) -> str:
    return yaml.safe_dump_all(documents, allow_unicode=True, sort_keys=False)


def apply(session: Session, *documents: dict[str, Any], actor: str = "olga", at: datetime = NOW) -> Diff:
    return project_files.apply(session, project_files.load(text(*documents)), actor, at)


def new_register(*documents: dict[str, Any]) -> Engine:
    """A founded register in memory; root applies `documents` and so registers the first administrator."""
    engine = open_engine("sqlite://")
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.deserialize(_image(text(*documents)))
    return engine


@cache
def _image(content: str) -> bytes:
    # Built once for each content and then copied: most tests start from the same register.
    engine = open_engine("sqlite://")
    register.create(engine, INSTANCE)
    if content:
        with transaction(engine) as session:
            project_files.apply(session, project_files.load(content), "root", NOW)
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        image: bytes = raw.serialize()
    engine.dispose()
    return image
