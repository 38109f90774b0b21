"""The command `tre provision`."""

import json
from dataclasses import asdict

import click

from governance.actor import Caller
from governance.decisions import Refused
from governance.errors import BrokenError, RefusedError
from hub_config import provisioner
from hub_config.provisioner import Report

DRIFT = Refused("This machine is not what the register says.", "Run `tre provision`.", "drift")


@click.command("provision")
@click.option(
    "--check", is_flag=True, help="Only show what is not as the register says; exit 1 if anything is."
)
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
@click.pass_obj
def provision(caller: Caller, *, check: bool, as_json: bool) -> None:
    """Bring this machine's accounts, folders and extracts into line with the register."""
    report = provisioner.provision(caller.instance, check)
    if as_json:
        click.echo(json.dumps(to_json(report)))
    else:
        for line in lines(report):
            click.echo(line)
    if report.failures:
        raise BrokenError(f"{len(report.failures)} changes could not be made.")
    if report.drift:
        raise RefusedError(
            Refused("This machine is not what the register says.", "Run `tre provision`.", "drift")
        )


def lines(report: Report) -> list[str]:
    """Write a report for people."""
    failed = {failure.change: failure.reason for failure in report.failures}
    found = [
        f"{change.kind:8} {change.target}: {change.detail}"
        + (f" – failed: {failed[change]}" if change in failed else "")
        for change in report.changes
    ]
    return found or ["Nothing to change."]


def to_json(report: Report) -> dict[str, object]:
    """Return a report's wire form."""
    return {
        "check": report.check,
        "changes": [asdict(change) for change in report.changes],
        "failures": [{**asdict(failure.change), "reason": failure.reason} for failure in report.failures],
    }
