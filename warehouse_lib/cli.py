"""``tre warehouse``: the custodian's commands. Thin: arguments in, one use case, a few lines or JSON out."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from governance.actions import Action
from governance.actor import Caller
from governance.identity import group_name, project_id, service_account
from governance.instance import Instance

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


@click.group()
def warehouse() -> None:
    """Take in health records, and give each project its own view of them."""


@warehouse.command("synthesize")
@click.option("--persons", type=click.IntRange(min=1), required=True, help="How many people.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Same seed, same people."
)
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, help="New or empty folder.")
@AS_JSON
def synthesize_command(*, persons: int, seed: int, folder: Path, as_json: bool) -> None:
    """Make a synthetic OMOP CDM 5.4 population, one Parquet file per table."""
    from warehouse_lib.custodian.synthesize import synthesize

    with _bar("Synthesizing") as advance:
        rows = synthesize(persons, seed, folder, lambda done, of: advance("persons", done, of))
    _answer(
        {"folder": str(folder), "rows": rows}, [f"{sum(rows.values()):,} rows in {folder}"], as_json=as_json
    )


@warehouse.command("ingest")
@click.argument("source", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--name", required=True, help="Name that grants use for the snapshot.")
@click.option("--move-name", is_flag=True, help="Let a name that is taken stand for the new snapshot.")
@AS_JSON
@click.pass_obj
def ingest_command(caller: Caller, source: Path, *, name: str, move_name: bool, as_json: bool) -> None:
    """Validate and de-identify the OMOP tables in SOURCE into an immutable snapshot."""
    from warehouse_lib.custodian import quality
    from warehouse_lib.custodian.ingest import ingest
    from warehouse_lib.custodian.keys import open_keyring
    from warehouse_lib.custodian.orders import ordered
    from warehouse_lib.custodian.store import Store, checked_name

    instance, store = caller.instance, Store(caller.instance.paths.warehouse)
    checked_name(name)
    with ordered(caller, Action.WAREHOUSE_INGEST, "snapshot", name) as order, _custodians(instance):
        keyring, today = open_keyring(store.root), datetime.now(instance.timezone).date()
        with _bar("Ingesting") as advance:
            snapshot = ingest(
                source, name, store, keyring, today=today, move_name=move_name, progress=advance
            )
        order.outcome = {"snapshot": snapshot.id}
    report = quality.read(snapshot.folder)
    text = (snapshot.folder / "quality.txt").read_text(encoding="utf-8")
    _answer(
        {"id": snapshot.id, "name": name, "quality": report},
        [text, f"{name} is snapshot {snapshot.id}"],
        as_json=as_json,
    )


@warehouse.command("list")
@AS_JSON
@click.pass_obj
def list_command(caller: Caller, *, as_json: bool) -> None:
    """List snapshots with their names, and the projects' extracts."""
    from warehouse_lib.custodian.extract import listing
    from warehouse_lib.custodian.store import Store

    paths = caller.instance.paths
    store = Store(paths.warehouse)
    names = store.names()
    snapshots = [
        {
            "id": snapshot.id,
            "names": sorted(name for name, known in names.items() if known == snapshot.id),
            "created": snapshot.manifest["created"],
            "persons": snapshot.manifest["tables"]["person"]["rows"],
        }
        for snapshot in store.list()
    ]
    extracts = listing(paths.extracts)
    lines = [
        f"snapshot {s['id']}  {', '.join(s['names']) or '-'}  {s['persons']:,} persons" for s in snapshots
    ]
    lines += [f"extract  {e['id']}  {e['project']}{'  current' if e['current'] else ''}" for e in extracts]
    _answer({"snapshots": snapshots, "extracts": extracts}, lines, as_json=as_json)


@warehouse.command("extract")
@click.argument("project")
@AS_JSON
@click.pass_obj
def extract_command(caller: Caller, project: str, *, as_json: bool) -> None:
    """Write what PROJECT's grant lets it see, read-only, and make it the project's current extract."""
    from warehouse_lib.custodian.extract import Owner, extract
    from warehouse_lib.custodian.keys import open_keyring
    from warehouse_lib.custodian.orders import grant_in_force, ordered
    from warehouse_lib.custodian.store import Store

    instance, store = caller.instance, Store(caller.instance.paths.warehouse)
    owner = Owner(service_account(instance.name, "custodian"), group_name(instance.name, project_id(project)))
    with ordered(caller, Action.DATA_EXTRACT, "extract", project, project) as order, _custodians(instance):
        grant = grant_in_force(order.project, datetime.now(UTC), caller)
        done = extract(grant, store, open_keyring(store.root), instance.paths.extracts, owner)
        order.outcome = {"extract": done.folder.name, "snapshot": done.manifest["identity"]["snapshot"]}
    rows = {name: table["rows"] for name, table in done.manifest["tables"].items()}
    lines = [
        f"{project} has extract {done.folder.name}: {len(rows)} tables, {rows.get('person', 0):,} persons"
    ]
    _answer(
        {
            "project": project,
            "id": done.folder.name,
            "folder": str(done.folder),
            "rows": rows,
            "note": done.note,
        },
        lines + ([f"Note: {done.note}"] if done.note else []),
        as_json=as_json,
    )


@contextmanager
def _custodians(instance: Instance) -> Iterator[None]:
    """Leave the warehouse's files to the custodian's account, whoever ran the command."""
    from warehouse_lib.custodian.store import give_to

    root = instance.paths.warehouse
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        yield
    finally:
        give_to(root, service_account(instance.name, "custodian"))


def _answer(content: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    click.echo(json.dumps(content, ensure_ascii=False) if as_json else "\n".join(lines))


@contextmanager
def _bar(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """Show progress on stderr when that is a terminal; otherwise say nothing."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _of: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title)
        yield lambda what, done, of: bar.update(task, completed=done, total=of, description=f"{title} {what}")
