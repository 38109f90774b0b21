"""A whole airlock on a real database, real outboxes and real keys in a temporary folder.

People: ana leads p001 and luis is in it; olga leads p002; ines, carlos and marta check outputs; ines is also
a past member of p002; aldo audits; nora is registered and nothing else. Only the checks can be scripted,
to say what a test needs; where a test does not script them, the real panel runs.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from airlock.actions.submit import submit
from airlock.actions.vote import vote
from airlock.domain.finding import FileReport, Finding, Verdict, cell_place
from airlock.domain.outputs import OutputKind
from airlock.domain.request import Context, Request
from airlock.domain.review import Vote
from airlock.outboxes import LocalOutboxes
from airlock.parts import Airlock
from airlock.release import keys
from airlock.store import tables  # noqa: F401  (declares the tables)
from airlock.store.content import ContentStore
from governance import project_files, register
from governance.database import open_engine, transaction
from governance.instance import Instance, from_settings

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
YEAR = "{start: 2026-01-01, end: 2027-12-31}"
TABLE = "sex,age,count\nF,40-49,120\nF,50-59,210\nM,40-49,95\nM,50-59,180\n"
CONTEXT = Context("Counts of women and men by age band.", "All adults of p001.", "No count below 10.")

PEOPLE = f"""
schema: tre.people/1
people:
- {{id: marta, name: Marta Vidal, os_user: root, house_roles: [{{role: administrator, valid: {YEAR}}}]}}
"""

OTHERS = """
schema: tre.people/1
people:
"""


def _person(id_: str, name: str, *roles: str) -> str:
    held = ", ".join(f"{{role: {role}, valid: {YEAR}}}" for role in roles)
    trained = f"[{{course: research-data-protection, valid: {YEAR}}}]"
    return (
        f"- {{id: {id_}, name: {name}, training: {trained}, agreements: "
        f"[{{text: user-agreement-v1, signed: 2026-01-02}}], house_roles: [{held}]}}\n"
    )


STAFF = OTHERS + "".join(
    [
        _person("ana", "Ana Ruiz"),
        _person("luis", "Luis Peña"),
        _person("olga", "Olga Sanz"),
        _person("nora", "Nora Gil"),
        _person("ines", "Inés Mora", "output_checker"),
        _person("carlos", "Carlos Vega", "output_checker"),
        _person("sofia", "Sofía Rey", "senior_checker"),
        _person("aldo", "Aldo Paz", "auditor"),
    ]
)


def _project(id_: str, members: str) -> str:
    return f"""---
schema: tre.project/1
id: {id_}
title: Outcomes of {id_}
purpose: To test the airlock.
sponsor: A hospital
legal_basis: consent
risk_tier: 2
valid: {YEAR}
ethics: {{committee: CEIm, reference: "26/001", valid: {YEAR}}}
training: [research-data-protection]
agreement: user-agreement-v1
disclosure: {{profile: acro}}
quotas: {{cores: 4, memory_gib: 8, storage_gib: 10, jobs: 4}}
compute_profiles: [small]
members: [{members}]
grants: []
"""


def _member(person: str, role: str = "researcher") -> str:
    return f"{{person: {person}, roles: [{role}], valid: {YEAR}}}"


P001 = _project("p001", ", ".join([_member("ana", "lead"), _member("luis")]))
P002 = _project("p002", _member("olga", "lead"))


@dataclass
class ScriptedChecks:
    """Checks that say what a test tells them to; by default nothing was found."""

    findings: tuple[Finding, ...] = ()
    seen: list[tuple[list[str], str, int]] = field(default_factory=list)
    fail: Exception | None = None

    def run(self, files: Sequence[Path], profile: str, released: Sequence[Path]) -> Sequence[FileReport]:
        self.seen.append(([file.suffix for file in files], profile, len(released)))
        if self.fail is not None:
            raise self.fail
        worst = max((one.verdict for one in self.findings), default=Verdict.CLEAR)
        return [FileReport(str(file), OutputKind.FREQUENCY_TABLE, worst, self.findings) for file in files]


SMALL = Finding("frequency.small-count", Verdict.REFUSE, "A count below 10.", cell_place(2, 3))
ODD = Finding("kind.held", Verdict.REVIEW, "A person must look.")


class Clock:
    """The moment it is; tests move it."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, step: timedelta) -> None:
        self.at += step


@dataclass
class House:
    """An airlock with its people, and shorthands for the acts that most tests begin with."""

    airlock: Airlock
    checks: ScriptedChecks
    clock: Clock
    public_key: Path

    @property
    def engine(self) -> Engine:
        return self.airlock.engine

    def outbox(self, person: str = "ana", project: str = "p001") -> Path:
        with transaction(self.engine) as session:
            member = register.membership(session, person, project)
        assert member is not None
        folder = self.airlock.instance.paths.member(project, member.account.name) / "outbox"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def put(self, name: str = "table.csv", content: str | bytes = TABLE, person: str = "ana") -> str:
        place = self.outbox(person) / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    def submitted(self, *names: str, again: str | None = None) -> Request:
        chosen = names or (self.put(),)
        done = submit(self.airlock, "ana", "p001", chosen, CONTEXT, again)
        assert isinstance(done, Request), done
        return done

    def approved(self) -> Request:
        request = self.submitted()
        vote(self.airlock, "ines", request.id, Vote.APPROVE)
        done = vote(self.airlock, "carlos", request.id, Vote.APPROVE)
        assert isinstance(done, Request), done
        return done


def make_house(folder: Path, founded: Path) -> House:
    """Build a house below `folder` on a copy of a database that `furnish` made."""
    parts = {name: str(folder / name) for name in ("etc", "state", "run", "data", "software", "log")}
    for place in parts.values():
        Path(place).mkdir(parents=True)
    instance = instance_in(folder)
    shutil.copy(founded, folder / "tre.db")
    engine = open_engine(instance.database_url)
    keys.generate(keys.folder(instance))
    clock, checks = Clock(), ScriptedChecks()
    store = ContentStore(instance.paths.airlock)
    store.root.mkdir()
    airlock = Airlock(instance, engine, store, LocalOutboxes(instance.paths), checks, clock)
    return House(airlock, checks, clock, keys.trust_store(instance))


def instance_in(folder: Path) -> Instance:
    """Return the settings of a test instance whose every place lies below `folder`."""
    parts = {name: str(folder / name) for name in ("etc", "state", "run", "data", "software", "log")}
    return from_settings("test", {"paths": parts, "database_url": f"sqlite:///{folder}/tre.db"})


def furnish(folder: Path) -> Path:
    """Found the register with the people and projects named above; return the database file."""
    instance = instance_in(folder)
    engine = open_engine(instance.database_url)
    register.create(engine, instance)
    with transaction(engine) as session:
        project_files.apply(session, project_files.load(PEOPLE), "root", NOON)
        project_files.apply(session, project_files.load(STAFF + P001 + P002), "marta", NOON)
    engine.dispose()
    return folder / "tre.db"
