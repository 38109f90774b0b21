"""Writes what one project may see of one snapshot: own pseudonyms, own date shift, coarsened, read-only."""
# ruff: noqa: S608  (names come from the catalogue and are quoted, values pass through `literal`)

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from governance.decisions import Refused
from governance.errors import RefusedError
from governance.grants import Grant, to_document
from warehouse_lib.access import Plan, plan
from warehouse_lib.catalogue import catalogue
from warehouse_lib.catalogue.model import DOMAIN_TABLES
from warehouse_lib.custodian.buckets import write_table
from warehouse_lib.custodian.engine import Engine, engine, parquet
from warehouse_lib.custodian.folders import building, publish
from warehouse_lib.custodian.keys import Keyring, project_scope
from warehouse_lib.custodian.projection import condition, projection
from warehouse_lib.custodian.store import Snapshot, Store, freeze, give_to
from warehouse_lib.deidentify.dates import DAYS_PER_STEP, LONGEST_STEPS, shift_days
from warehouse_lib.deidentify.generalise import AGE_CAP, AREA_DIGITS
from warehouse_lib.deidentify.pseudonyms import BUCKET_WIDTH, BUCKETS, pseudonyms
from warehouse_lib.extracts import CURRENT, SCHEMA
from warehouse_lib.manifests import canonical, describe, folder_id, read_manifest, verify, write_manifest

LAYOUT = 1
FILE_MODE, FOLDER_MODE, PROJECT_MODE = 0o440, 0o550, 0o711
"""Others may pass a project's folder to read where ``current`` points, but can list or open nothing in it."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns an extract: the custodian's account, readable by the project's group."""

    user: str
    group: str


@dataclass(frozen=True, slots=True)
class Extracted:
    """An extract on disk; `note` says why ownership could not be set, or is empty."""

    folder: Path
    manifest: dict[str, Any]
    note: str


@dataclass(frozen=True, slots=True)
class Job:
    """One extract while it is written."""

    engine: Engine
    snapshot: Snapshot
    plan: Plan
    keyring: Keyring
    scope: str
    folder: Path


def extract(grant: Grant, store: Store, keyring: Keyring, extracts: Path, owner: Owner) -> Extracted:
    """Write the extract of a grant and let ``current`` point to it; an equal one is used again.

    Args:
        grant: what the project may see; whether it is in force is the caller's question to the register.
        store: the custodian's snapshots.
        keyring: the custodian's keys.
        extracts: parent of all projects' extracts.
        owner: account and group that the files shall belong to.

    Raises:
        RefusedError: the grant asks for what no project may have or the snapshot lacks.
        UsageError: there is no such snapshot.
        BrokenError: the snapshot was altered, or the disk is full. Nothing is half-written.
    """
    snapshot = store.open(grant.snapshot)
    planned = plan(grant, snapshot.tables, catalogue())
    if isinstance(planned, Refused):
        raise RefusedError(planned)
    home = extracts / grant.project
    with building(home) as folder, building(store.root / "spill") as spill, engine(spill) as duck:
        job = Job(duck, snapshot, planned, keyring, project_scope(grant.project), folder)
        _prepare(job)
        _write_tables(job)
        manifest = _describe(job, grant)
        target = home / str(manifest["id"])
        freeze(folder, file_mode=FILE_MODE, folder_mode=FOLDER_MODE)
        note = give_to(folder, owner.user, owner.group)
        publish(folder, target)
    manifest = read_manifest(target, SCHEMA)
    verify(target, manifest)
    home.chmod(PROJECT_MODE)
    _point(home, str(manifest["id"]))
    give_to(home, owner.user, recursive=False)
    return Extracted(target, manifest, note)


def _prepare(job: Job) -> None:
    _prepare_concepts(job)
    _prepare_areas(job)
    _prepare_scope(job)
    for domain, table in DOMAIN_TABLES.items():
        if domain != "person":
            _prepare_map(job, domain, table)


def _prepare_concepts(job: Job) -> None:
    if not job.plan.concepts:
        return
    ancestors = ", ".join(str(concept) for concept in job.plan.concepts)
    known = f"SELECT unnest([{ancestors}])::INTEGER AS concept_id"
    if files := job.snapshot.files("concept_ancestor"):
        below = (
            f"SELECT descendant_concept_id FROM {parquet(files)} WHERE ancestor_concept_id IN ({ancestors})"
        )
        known = f"{known} UNION {below}"
    job.engine.run(f"CREATE TEMP TABLE allowed_concepts AS {known}", "collecting allowed concepts")


def _prepare_areas(job: Job) -> None:
    """Make ``areas``: one location stands for its coarse area, or location ids would tell the fine one."""
    if files := job.snapshot.files("location"):
        area = f"state, left(zip, {AREA_DIGITS}), country_concept_id"
        first = f"min(location_id) OVER (PARTITION BY {area})"
        query = f"SELECT location_id AS id, {first} AS representative FROM {parquet(files)}"
    else:
        query = "SELECT 0::BIGINT AS id, 0::BIGINT AS representative WHERE false"
    job.engine.run(f"CREATE TEMP TABLE areas AS {query}", "grouping locations")


def _prepare_scope(job: Job) -> None:
    """Make ``scope``: the persons that the project may see, each with new pseudonym and shift."""
    where = " AND ".join(condition(row, "p") for row in job.plan.persons) or "true"
    query = f"SELECT p.person_id FROM {parquet(job.snapshot.files('person'))} p WHERE {where}"
    old = [row[0] for row in job.engine.rows(query, "selecting persons")]
    new = pseudonyms(old, job.keyring.key(job.scope, "person"))
    dates = job.keyring.key(job.scope, "dates")
    shifts = [shift_days(person, dates) for person in new]
    job.engine.load("chosen", {"id": list(new), "pseudonym": list(new.values()), "shift": shifts})
    job.engine.run(
        "CREATE TEMP TABLE scope AS SELECT c.id, c.pseudonym, c.shift::INTEGER AS shift, p.birth, p.last "
        f"FROM chosen c LEFT JOIN {parquet([job.snapshot.people])} p ON p.person_id = c.id",
        "joining persons",
    )


def _prepare_map(job: Job, domain: str, table: str) -> None:
    ids: list[int] = []
    if files := job.snapshot.files(table):
        ids = [
            row[0] for row in job.engine.rows(f"SELECT {table}_id FROM {parquet(files)}", f"reading {table}")
        ]
    found = pseudonyms(ids, job.keyring.key(job.scope, domain))
    if domain == "location":
        areas = dict(job.engine.rows("SELECT id, representative FROM areas", "grouping locations"))
        found = {identifier: found[areas[identifier]] for identifier in found}
    job.engine.load(f"map_{domain}", {"id": list(found), "pseudonym": list(found.values())})


def _write_tables(job: Job) -> None:
    for planned in job.plan.tables:
        table = planned.table
        source = parquet(job.snapshot.files(table.name))
        query = projection(planned, job.plan, source)
        job.engine.run(f"CREATE OR REPLACE TEMP TABLE staged AS {query}", f"reading {table.name}")
        write_table(job.engine, table, "staged", tuple(column.name for column in planned.columns), job.folder)


def _describe(job: Job, grant: Grant) -> dict[str, Any]:
    files = describe(job.folder)
    identity = {
        "layout": LAYOUT,
        "rules": catalogue().digest,
        "keys": job.keyring.key_id(job.scope),
        "grant": canonical(to_document(grant)),
        "snapshot": job.snapshot.id,
    }
    manifest = {
        "schema": SCHEMA,
        "id": folder_id(files, identity),
        "identity": identity,
        "project": grant.project,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "cdm": "5.4",
        "buckets": {"count": BUCKETS, "width": BUCKET_WIDTH},
        "dates": {"shifted": True, "step_days": DAYS_PER_STEP, "most_days": DAYS_PER_STEP * LONGEST_STEPS},
        "ages": {"cap": AGE_CAP},
        "areas": {"postal_digits": AREA_DIGITS},
        "concepts": list(job.plan.concepts),
        "tables": {
            planned.table.name: {
                "rows": _rows(job, planned.table.name),
                "columns": [column.name for column in planned.columns],
            }
            for planned in job.plan.tables
        },
        "files": [{"path": f.path, "bytes": f.bytes, "sha256": f.sha256} for f in files],
    }
    write_manifest(job.folder, manifest)
    return manifest


def _rows(job: Job, table: str) -> int:
    files = sorted((job.folder / table).glob("*.parquet"))
    return int(job.engine.row(f"SELECT count(*) FROM {parquet(files)}", f"counting {table}")[0])


def _point(home: Path, extract_id: str) -> None:
    """Let ``current`` point to an extract in one step: a reader finds the old or the new one."""
    temporary = home / f".{CURRENT}-{extract_id}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(extract_id)
    temporary.replace(home / CURRENT)


def listing(extracts: Path) -> list[dict[str, Any]]:
    """Return all extracts on disk as plain values: project, id, snapshot, created, whether current."""
    found = []
    for folder in sorted(file.parent for file in extracts.glob("*/*/manifest.json")):
        if folder.is_symlink() or folder.name.startswith("."):
            continue
        manifest = read_manifest(folder, SCHEMA)
        current = folder.parent / CURRENT
        found.append(
            {
                "project": manifest["project"],
                "id": manifest["id"],
                "snapshot": manifest["identity"]["snapshot"],
                "created": manifest["created"],
                "current": literal_target(current) == folder.name,
            }
        )
    return found


def literal_target(link: Path) -> str:
    """Return where a link points, or an empty text when it is none."""
    return str(link.readlink()) if link.is_symlink() else ""
