"""The ``tre status`` command."""

import json
from typing import Any

import click

from governance.actor import Caller
from governance.instance import Instance
from tre.status.nodes import nodes
from tre.status.services import State, services, states
from tre.status.walls import missing

BROKEN = 3


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the stable JSON form.")
@click.pass_obj
def status(caller: Caller, *, as_json: bool) -> int:
    """Show which services answer, which nodes work and which walls are missing."""
    standing = report(caller.instance)
    click.echo(json.dumps(standing, indent=2) if as_json else describe(standing))
    down = any(service["state"] == State.DOWN for service in standing["services"])
    return BROKEN if down else 0


def report(instance: Instance) -> dict[str, Any]:
    """Gather the status of an instance in its stable JSON form."""
    return {
        "profile": str(instance.profile),
        "services": states(services(instance)),
        "nodes": nodes(instance),
        "missing_walls": missing(instance),
    }


def describe(standing: dict[str, Any]) -> str:
    """Word a status for a terminal."""
    lines = [f"Profile {standing['profile']}"]
    lines += [f"  {one['name']:<10} {one['state']:<8} {one['address']}" for one in standing["services"]]
    lines += [
        f"  node {node['name']:<10} {node['state']:<8} {_probe(node['probe'])}" for node in standing["nodes"]
    ]
    lines += [f"  missing wall: {wall}" for wall in standing["missing_walls"]]
    return "\n".join(lines)


def _probe(found: dict[str, Any] | None) -> str:
    if found is None:
        return "no probe yet"
    return f"probe {found['at']}: {found['blocked']} blocked, {found['escaped']} escaped"
