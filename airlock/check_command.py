"""`tre check`: the automatic checks on loose files, without a server, an account or a project.

The JSON is a stable interface (docs/schemas/finding.schema.json). It exits 0 when it ran, whatever the
verdicts: the verdict is in the answer. A missing file or an unknown profile is wrong usage (2).
"""

import json
from pathlib import Path

import click

from airlock.domain.finding import FileReport, Place, Verdict
from disclosure import profiles

_FILE = click.Path(exists=True, dir_okay=False, readable=False, path_type=Path)
COLOURS = {Verdict.CLEAR: "green", Verdict.REVIEW: "yellow", Verdict.REFUSE: "red"}


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@click.option(
    "--profile",
    default=profiles.DEFAULT,
    show_default=True,
    type=click.Choice(list(profiles.PROFILES)),
    help="The disclosure profile the files are held to.",
)
@click.option("--released", multiple=True, type=_FILE, help="A file released earlier; repeatable.")
@click.argument("files", nargs=-1, required=True, type=_FILE)
def check(files: tuple[Path, ...], profile: str, released: tuple[Path, ...], *, as_json: bool) -> None:
    """Run the automatic disclosure checks on FILES."""
    from airlock.checks import panel  # keeps `tre --help` fast

    reports = panel.run(files, profile, released)
    if as_json:
        click.echo(json.dumps({"files": [one.to_json() for one in reports]}, ensure_ascii=True, indent=2))
        return
    for one in reports:
        _show(one)


def _show(report: FileReport) -> None:
    """One file for a person: its verdict, then a line for each finding."""
    verdict = click.style(report.verdict.value.upper(), fg=COLOURS[report.verdict], bold=True)
    click.echo(f"{verdict}  {printable(report.path)}  ({report.kind.replace('_', ' ')})")
    for finding in report.findings:
        word = click.style(f"{finding.verdict.value:<7}", fg=COLOURS[finding.verdict])
        click.echo(f"  {word} {place(finding.where):<18} {finding.message}  [{finding.rule}]")


def place(where: Place) -> str:
    """A place in words: ``Sheet 1 C4``, ``line 12``; empty when the finding is about the whole file."""
    parts = [printable(where["sheet"])] if "sheet" in where else []
    if "cell" in where:
        return " ".join([*parts, where["cell"]])
    return " ".join([*parts, *(f"{key} {number}" for key, number in where.items() if key != "sheet")])


def printable(text: str) -> str:
    """`text` without what a terminal would obey: control and other invisible characters become marks."""
    from airlock.intake.names import display

    return display(text)
