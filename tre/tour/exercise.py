"""The throw-away project of one tour: its persons, its files in the register, its passwords, its end.

Project ids are never reused, so each tour makes its own from the clock; its accounts come from the pool of
exercise uids. Every event is marked as an exercise in the audit chain.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import yaml
from sqlalchemy import Engine

from governance import lifecycle, logins, project_files
from governance.database import transaction
from governance.errors import RefusedError
from governance.projects import ProjectStatus

AUTHOR, CHECKERS = "tourauthor", ("tourcheckera", "tourcheckerb")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
SNAPSHOT = "demo"
COURSE, TERMS = "research-data-protection", "terms-of-use-1"


@dataclass(frozen=True, slots=True)
class Exercise:
    """One tour's project, an expired twin of it, and the passwords of its persons."""

    project: str
    expired: str
    passwords: dict[str, str]


def begin(engine: Engine, actor: str, at: datetime) -> Exercise:
    """Register the tour's persons and projects, and give each person a new password."""
    stamp = base36(int(at.timestamp()))
    exercise = Exercise(f"tour{stamp}", f"over{stamp}", {})
    file = project_files.load(written(_documents(exercise, at.date())))
    with transaction(engine) as session:
        project_files.apply(session, file, actor, at)
    for person in (AUTHOR, *CHECKERS):
        exercise.passwords[person] = _new_password(engine, person, actor, at)
    return exercise


def end(engine: Engine, exercise: Exercise, actor: str, at: datetime) -> None:
    """Close both projects, so that the provisioner takes their accounts and folders away."""
    for project in (exercise.project, exercise.expired):
        with transaction(engine) as session:
            refusal = lifecycle.set_status(session, project, ProjectStatus.CLOSED, actor, at)
        if refusal is not None:
            raise RefusedError(refusal)


def base36(number: int) -> str:
    """Write a positive whole number in digits and lower-case letters."""
    text = ""
    while number:
        number, digit = divmod(number, len(DIGITS))
        text = DIGITS[digit] + text
    return text or "0"


class _Plain(yaml.SafeDumper):
    """Writes equal values out each time: project files may hold no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def written(documents: list[dict[str, Any]]) -> str:
    """Write documents as one project file."""
    return yaml.dump_all(documents, Dumper=_Plain, allow_unicode=True, sort_keys=False)


def _new_password(engine: Engine, person: str, actor: str, at: datetime) -> str:
    password = logins.generate_password()
    with transaction(engine) as session:
        refusal = logins.set_password(session, person, password, actor=actor, at=at)
    if refusal is not None:
        raise RefusedError(refusal)
    return password


def _documents(exercise: Exercise, today: date) -> list[dict[str, Any]]:
    now = {"start": today - timedelta(days=1), "end": today + timedelta(days=1)}
    over = {"start": today - timedelta(days=30), "end": today - timedelta(days=1)}
    people = [_person(AUTHOR, now, ()), *(_person(checker, now, ("output_checker",)) for checker in CHECKERS)]
    return [
        {"schema": "tre.people/1", "people": people},
        _project(exercise.project, "Guided tour", now),
        _project(exercise.expired, "Guided tour that ended yesterday", over),
    ]


def _person(person: str, valid: dict[str, date], roles: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": person,
        "exercise": True,  # a checker of exercises only, never of a real project's outputs
        "name": f"Guided tour ({person.removeprefix('tour')})",
        "training": [{"course": COURSE, "valid": valid}],
        "agreements": [{"text": TERMS, "signed": valid["start"]}],
        "house_roles": [{"role": role, "valid": valid} for role in roles],
    }


def _project(project: str, title: str, valid: dict[str, date]) -> dict[str, Any]:
    return {
        "schema": "tre.project/1",
        "id": project,
        "exercise": True,
        "title": title,
        "purpose": "Walk the whole path once, with synthetic records, and show that every wall holds.",
        "sponsor": "The house itself",
        "legal_basis": "None needed: synthetic records",
        "risk_tier": 0,
        "valid": valid,
        "ethics": {"committee": "None: exercise", "reference": project, "valid": valid},
        "disclosure": {"profile": "acro"},
        "compute_profiles": ["small"],
        "quotas": {"cores": 4, "memory_gib": 8, "storage_gib": 1, "jobs": 4},
        "intended_outputs": ["One frequency table"],
        "grants": [_grant(project, valid)],
        "members": [{"person": AUTHOR, "roles": ["lead", "researcher"], "valid": valid}],
    }


def _grant(project: str, valid: dict[str, date]) -> dict[str, Any]:
    return {
        "snapshot": SNAPSHOT,
        "valid": valid,
        "agreement": {"reference": f"DSA-{project}", "controller": "The house itself", "valid": valid},
        "tables": {
            "person": ["person_id", "gender_concept_id", "year_of_birth"],
            "condition_occurrence": "all",
            "concept": "all",
            "concept_ancestor": "all",
        },
    }
