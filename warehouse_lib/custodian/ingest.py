"""Takes in a source: validate, pseudonymise, drop identifiers, and publish an immutable snapshot.

True dates and ages stay, because only the custodian sees a snapshot; what a project sees is an extract.
"""
# ruff: noqa: S608  (names come from the catalogue and are quoted, values pass through `literal`)

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from governance.errors import BrokenError
from warehouse_lib.catalogue import Catalogue, Table, catalogue
from warehouse_lib.catalogue.model import DOMAIN_TABLES, Group
from warehouse_lib.custodian import quality
from warehouse_lib.custodian.buckets import write_table
from warehouse_lib.custodian.engine import FORMAT_OPTIONS, Engine, engine, literal, quoted
from warehouse_lib.custodian.folders import building, publish
from warehouse_lib.custodian.keys import SNAPSHOT_SCOPE, Keyring
from warehouse_lib.custodian.source import (
    SourceTable,
    describe_table,
    fingerprint,
    reader,
    source_files,
    typed_select,
)
from warehouse_lib.custodian.store import SCHEMA, Snapshot, Store, checked_name, freeze
from warehouse_lib.custodian.validation import (
    Context,
    Finding,
    count_findings,
    finding,
    predicates,
    quarantine_predicate,
    stop_on_errors,
)
from warehouse_lib.deidentify.pseudonyms import BUCKET_WIDTH, BUCKETS, pseudonyms
from warehouse_lib.manifests import describe, folder_id, write_manifest

LAYOUT = 1
"""Part of a snapshot's identity: raise it when the files written for the same source change their meaning."""
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Intake:
    """One ingest while it runs."""

    engine: Engine
    keyring: Keyring
    catalogue: Catalogue
    folder: Path
    today: date
    sources: dict[str, SourceTable]
    findings: list[Finding] = field(default_factory=list)
    rows: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def context(self) -> Context:
        """What validation needs to know about this source."""
        return Context(self.today, "concept" in self.sources, "observation_period" in self.sources)


def ingest(
    source: Path,
    name: str,
    store: Store,
    keyring: Keyring,
    *,
    today: date,
    move_name: bool = False,
    progress: Progress = lambda _table, _done, _of: None,
) -> Snapshot:
    """Ingest a folder of CDM 5.3 or 5.4 tables (Parquet or CSV) and let `name` stand for the snapshot.

    The same source under the same rules and keys gives the same snapshot again.

    Raises:
        RefusedError: a rule of severity error is broken, or the name is taken.
        UsageError: the folder holds no tables or the name is malformed.
        BrokenError: disk full, unreadable file, or the source changed meanwhile. Nothing is half-written.
    """
    checked_name(name)
    store.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = fingerprint(source) if source.is_dir() else ()
    with building(store.snapshots) as folder, engine(folder / "spill") as duck:
        intake = _open(duck, source, folder, keyring, today)
        _write_tables(intake, progress)
        if fingerprint(source) != before:
            raise BrokenError("The source changed while it was being read: ingest it again when it is quiet.")
        snapshot = _publish(intake, store)
    store.name(name, snapshot.id, move=move_name)
    return snapshot


def _open(duck: Engine, source: Path, folder: Path, keyring: Keyring, today: date) -> Intake:
    known = catalogue()
    files = source_files(source)
    sources = {name: describe_table(duck, name, file, known) for name, file in files.items()}
    intake = Intake(duck, keyring, known, folder, today, sources)
    intake.findings += _structure(intake)
    stop_on_errors(intake.findings)
    _prepare_people(intake)
    _prepare_maps(intake)
    return intake


def _structure(intake: Intake) -> list[Finding]:
    known, found = intake.catalogue, []
    for source in intake.sources.values():
        if source.table is not None and source.table.group is Group.EXCLUDED:
            found += _excluded(intake, source)
            continue
        for rule, text in (("text_column_unknown", True), ("column_unknown", False)):
            if columns := source.unknown_columns(text=text):
                found.append(finding(known, rule, source.name, len(columns), columns))
        found += _missing_keys(known, source)
    found += [
        finding(known, "table_missing", name, 1)
        for name in ("person", "observation_period")
        if name not in intake.sources
    ]
    return found


def _excluded(intake: Intake, source: SourceTable) -> list[Finding]:
    count = intake.engine.row(f"SELECT count(*) FROM {reader(source.file)}", f"counting {source.name}")[0]
    return [finding(intake.catalogue, "table_excluded", source.name, count)] if count else []


def _missing_keys(known: Catalogue, source: SourceTable) -> list[Finding]:
    if source.table is None:
        return []
    needed = {source.table.key, source.table.start, "person_id" if source.table.has_person else ""} - {""}
    missing = sorted(needed - set(source.columns))
    return [finding(known, "key_missing", source.name, len(missing), missing)] if missing else []


def _prepare_people(intake: Intake) -> None:
    """Make ``people``: what is known about each person, looked up by validation and coarsening."""
    run = intake.engine.run
    run(f"CREATE TEMP TABLE person_typed AS {typed_select(intake.sources['person'])}", "reading person")
    if death := intake.sources.get("death"):
        deaths = f"SELECT person_id AS id, min(death_date) AS death FROM ({typed_select(death)}) GROUP BY ALL"
    else:
        deaths = "SELECT NULL::BIGINT AS id, NULL::DATE AS death WHERE false"
    run(
        "CREATE TEMP TABLE people AS SELECT t.person_id AS id, t.year_of_birth, d.death, "
        "coalesce(TRY_CAST(concat_ws('-', t.year_of_birth, t.month_of_birth, t.day_of_birth) AS DATE), "
        "make_date(t.year_of_birth, coalesce(t.month_of_birth, 7), 1)) AS birth "
        f"FROM person_typed t LEFT JOIN ({deaths}) d ON d.id = t.person_id",
        "collecting persons",
    )
    run("CREATE TEMP TABLE lasts (person_id BIGINT, last DATE)", "collecting persons")
    if period := intake.sources.get("observation_period"):
        run(
            "CREATE TEMP TABLE periods AS SELECT person_id AS id, observation_period_start_date AS first, "
            f"observation_period_end_date AS last FROM ({typed_select(period)})",
            "reading observation periods",
        )


def _prepare_maps(intake: Intake) -> None:
    """Make one map per pseudonym domain, from identifiers of the source to pseudonyms of the snapshot."""
    for domain, table in DOMAIN_TABLES.items():
        ids: list[int] = []
        if source := intake.sources.get(table):
            key = source.columns[f"{table}_id"]
            query = f"SELECT DISTINCT {quoted(f'{table}_id')} FROM ({typed_select(source)})"
            ids = [
                row[0] for row in intake.engine.rows(query, f"reading {key} of {table}") if row[0] is not None
            ]
        _load_map(intake, domain, f"map_{domain}", ids)
    if concepts := intake.sources.get("concept"):
        query = f"SELECT DISTINCT concept_id FROM ({typed_select(concepts)})"
        intake.engine.run(f"CREATE TEMP TABLE known_concepts AS {query}", "reading concepts")


def _load_map(intake: Intake, domain: str, name: str, ids: list[int]) -> None:
    found = pseudonyms(ids, intake.keyring.key(SNAPSHOT_SCOPE, domain))
    intake.engine.load(name, {"id": list(found), "pseudonym": list(found.values())})


def _write_tables(intake: Intake, progress: Progress) -> None:
    (intake.folder / "tables").mkdir()
    wanted = [s for s in intake.sources.values() if s.table and s.table.group is not Group.EXCLUDED]
    for number, source in enumerate(wanted):
        progress(source.name, number, len(wanted))
        if source.table is not None:
            _write_source(intake, source, source.table)
    intake.findings += _population_findings(intake)
    _write_people(intake)
    progress("", len(wanted), len(wanted))


def _write_source(intake: Intake, source: SourceTable, table: Table) -> None:
    intake.engine.run(
        f"CREATE OR REPLACE TEMP TABLE staged AS {_staging(intake, source, table)}", f"reading {table.name}"
    )
    found = count_findings(intake.engine, "staged", table, intake.context, intake.catalogue)
    stop_on_errors(found)
    intake.findings += found
    aside = quarantine_predicate(table, intake.context, intake.catalogue)
    read, held = intake.engine.row(
        f"SELECT count(*), count(*) FILTER (WHERE {aside}) FROM staged", "counting"
    )
    intake.rows[table.name] = {"read": read, "kept": read - held, "quarantined": held}
    if held:
        _quarantine(intake, table, aside)
        intake.engine.run(f"DELETE FROM staged WHERE {aside}", f"setting aside rows of {table.name}")
    columns = tuple(column.name for column in table.carried)
    tied = any(each.rule == "duplicate_key" for each in found) or not table.key
    write_table(intake.engine, table, "staged", columns, intake.folder / "tables", tied=tied)
    if table.has_person and table.start:
        _note_last_dates(intake, table)


def _staging(intake: Intake, source: SourceTable, table: Table) -> str:
    """Return the query that reads a table with pseudonyms in place of identifiers and one flag per rule."""
    mapped = [column for column in table.carried if column.domain in DOMAIN_TABLES]
    joins = [f"LEFT JOIN map_{c.domain} j_{c.name} ON j_{c.name}.id = t.{quoted(c.name)}" for c in mapped]
    flags = predicates(table, intake.context)
    if table.has_person:
        joins.append("LEFT JOIN people p ON p.id = t.person_id")
        if table.concept and intake.context.has_concepts:
            joins.append(f"LEFT JOIN known_concepts k ON k.concept_id = t.{table.concept}")
    names = {column.name: f"j_{column.name}.pseudonym" for column in mapped}
    selected = [f"{names.get(c.name, 't.' + quoted(c.name))} AS {quoted(c.name)}" for c in table.carried]
    selected += [f"{sql} AS _{name}" for name, sql in flags.items()]
    selected += ["t._order"] + (["t.person_id AS _source_person"] if table.has_person else [])
    return f"SELECT {', '.join(selected)} FROM ({typed_select(source)}) t {' '.join(joins)}"


def _quarantine(intake: Intake, table: Table, aside: str) -> None:
    """Keep the rows that were set aside, for the custodian to look into; identifiers are dropped here too."""
    folder = intake.folder / "quarantine"
    folder.mkdir(exist_ok=True)
    step = f"setting aside rows of {table.name}"
    names = [f"s.{quoted(c.name)}" for c in table.carried if c.name != "person_id" and c.domain != "event"]
    join = ""
    if table.has_person:
        query = f"SELECT DISTINCT _source_person FROM staged WHERE ({aside}) AND _source_person IS NOT NULL"
        _load_map(intake, "person", "map_quarantine", [row[0] for row in intake.engine.rows(query, step)])
        names.insert(0, "m.pseudonym AS person_id")
        join = "LEFT JOIN map_quarantine m ON m.id = s._source_person"
    query = f"SELECT {', '.join(names)} FROM staged s {join} WHERE {aside} ORDER BY s._order"
    file = literal(str(folder / f"{table.name}.parquet"))
    intake.engine.run(f"COPY ({query}) TO {file} {FORMAT_OPTIONS}", step)


def _note_last_dates(intake: Intake, table: Table) -> None:
    moment = f"greatest({table.start}, {table.end})" if table.end else table.start
    intake.engine.run(
        f"INSERT INTO lasts SELECT person_id, max(least({moment}, DATE '{intake.today}')) "
        "FROM staged GROUP BY ALL",
        f"noting last dates of {table.name}",
    )


def _write_people(intake: Intake) -> None:
    (intake.folder / "internal").mkdir()
    file = literal(str(intake.folder / "internal" / "people.parquet"))
    intake.engine.run(
        "COPY (SELECT m.pseudonym AS person_id, any_value(p.birth) AS birth, max(l.last) AS last "
        "FROM people p JOIN map_person m ON m.id = p.id LEFT JOIN lasts l ON l.person_id = m.pseudonym "
        f"GROUP BY ALL ORDER BY ALL) TO {file} {FORMAT_OPTIONS}",
        "writing people",
    )


def _population_findings(intake: Intake) -> list[Finding]:
    found = []
    if intake.context.has_periods:
        query = "SELECT count(*) FROM people p WHERE NOT EXISTS (SELECT 1 FROM periods o WHERE o.id = p.id)"
        if count := intake.engine.row(query, "looking for persons without observation")[0]:
            found.append(finding(intake.catalogue, "no_observation", "person", count))
    if not intake.rows.get("concept_ancestor", {}).get("kept"):
        found.append(finding(intake.catalogue, "hierarchy_missing", "concept_ancestor", 1))
    return found


def _publish(intake: Intake, store: Store) -> Snapshot:
    _drop_spill(intake.folder)
    quality.write(intake.folder, intake.findings, intake.rows)
    files = describe(intake.folder)
    identity = {
        "layout": LAYOUT,
        "rules": intake.catalogue.digest,
        "keys": intake.keyring.key_id(SNAPSHOT_SCOPE),
    }
    manifest = {
        "schema": SCHEMA,
        "id": folder_id(files, identity),
        "identity": identity,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "cdm": "5.4",
        "buckets": {"count": BUCKETS, "width": BUCKET_WIDTH},
        "tables": _table_entries(intake),
        "files": [{"path": f.path, "bytes": f.bytes, "sha256": f.sha256} for f in files],
    }
    write_manifest(intake.folder, manifest)
    target = store.snapshots / str(manifest["id"])
    if publish(intake.folder, target):
        freeze(target, file_mode=0o400, folder_mode=0o500)
    return store.open(str(manifest["id"]))


def _table_entries(intake: Intake) -> dict[str, Any]:
    tables = intake.catalogue.tables
    return {
        name: {"rows": counts["kept"], "columns": [column.name for column in tables[name].carried]}
        for name, counts in intake.rows.items()
    }


def _drop_spill(folder: Path) -> None:
    spill = folder / "spill"
    for file in spill.iterdir():
        file.unlink()
    spill.rmdir()
