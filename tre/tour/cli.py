"""The ``tre tour`` command: prepare a throw-away project, walk the path, close the project."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from governance.actor import Caller
from governance.database import open_database
from governance.errors import BrokenError
from governance.instance import Instance
from tre.tour import exercise
from tre.tour.command_line import tre
from tre.tour.journey import STEPS, Visit
from tre.tour.steps import Outcome, walk

BROKEN = 3
PROVISION_TRIES, PROVISION_PAUSE_S = 40, 2


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the stable JSON form.")
@click.pass_obj
def tour(caller: Caller, *, as_json: bool) -> int:
    """Walk the whole path once, headless, in a throw-away project. Run as root."""
    instance = caller.instance
    with prepared(instance, caller.actor()) as visit:
        outcomes = walk(STEPS, visit, _silent if as_json else _tell)
    if as_json:
        click.echo(json.dumps({"steps": [one.as_dict() for one in outcomes]}, indent=2))
    return 0 if all(one.ok for one in outcomes) else BROKEN


@contextmanager
def prepared(instance: Instance, actor: str) -> Iterator[Visit]:
    """Make the tour's project and accounts, and close them again, however the tour ends."""
    engine = open_database(instance)
    made = exercise.begin(engine, actor, datetime.now(UTC))
    visit = Visit(instance, engine, made)
    try:
        _provision(instance)
        yield visit
    finally:
        visit.close()
        exercise.end(engine, made, actor, datetime.now(UTC))
        _provision(instance)


def _provision(instance: Instance) -> None:
    # An account can be removed only when its last process is gone, and a job whose permission lapsed is
    # ended by the broker within a minute: what could not be done now is tried again until then.
    for _ in range(PROVISION_TRIES - 1):
        if tre(instance, "provision").returncode == 0:
            return
        time.sleep(PROVISION_PAUSE_S)
    done = tre(instance, "provision")
    if done.returncode:
        raise BrokenError(f"The provisioner failed: {done.stdout.strip()} {done.stderr.strip()}")


def _tell(outcome: Outcome) -> None:
    mark = click.style("ok  ", fg="green") if outcome.ok else click.style("FAIL", fg="red")
    click.echo(f"{mark} {outcome.seconds:6.2f} s  {outcome.name}: {outcome.detail}")


def _silent(_: Outcome) -> None:
    """Say nothing while the JSON form is being made."""
