"""``tre project``, ``tre person`` and ``tre audit``: the register and its record on the command line.

Thin: it reads arguments, asks who acts, opens a transaction, calls one use case and prints. The root command
(`tre.command`) turns errors into exit codes.
"""

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from governance import (
    authority,
    demo,
    lifecycle,
    logins,
    presenters,
    register,
    schemas,
    sealing,
)
from governance.actions import Action
from governance.actor import Caller
from governance.audit import record
from governance.database import open_database, open_reader, transaction
from governance.decisions import Decision, Refused
from governance.diffs import Diff
from governance.errors import RefusedError, UsageError
from governance.project_files import ProjectFile, apply, load
from governance.projects import ProjectStatus
from governance.wording import refuse
from governance.yaml_reader import LARGEST_BYTES

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


@click.group()
def project() -> None:
    """Projects: apply files, list, show, suspend, close."""


@click.group()
def person() -> None:
    """Persons: passwords of the small profiles."""


@click.group()
def audit() -> None:
    """The record of every act."""


@project.command("apply")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@AS_JSON
@click.pass_obj
def apply_file(caller: Caller, file: Path, *, yes: bool, as_json: bool) -> None:
    """Bring the register into line with FILE (people and projects in YAML)."""
    content = load(read_file(file))
    who, at = _who(caller), datetime.now(UTC)
    diff = _planned(caller, content, who, at)
    if not as_json:
        _print(presenters.diff_lines(diff))
    if diff and _confirmed("Apply?", yes=yes):
        with transaction(open_database(caller.instance)) as session:
            diff = apply(session, content, who, at)
        _seal(caller)
    if as_json:
        _print_json(presenters.diff_json(diff))


@project.command("list")
@AS_JSON
@click.pass_obj
def list_projects(caller: Caller, *, as_json: bool) -> None:
    """List all projects, closed ones too."""
    with transaction(open_reader(caller.instance)) as session:
        projects = register.projects(session)
        found = [(one, register.memberships(session, one.id)) for one in projects]
    if as_json:
        records = [presenters.project_json(one, members) for one, members in found]
        _print_json({"schema": "tre.project-list/1", "projects": records})
    else:
        _print(presenters.project_line(one) for one, _ in found)


@project.command("show")
@click.argument("project_id", metavar="PROJECT")
@AS_JSON
@click.pass_obj
def show_project(caller: Caller, project_id: str, *, as_json: bool) -> None:
    """Show a project: dates, approvals, grants, members."""
    with transaction(open_reader(caller.instance)) as session:
        found = register.get_project(session, project_id)
        members = register.memberships(session, project_id)
    if found is None:
        raise UsageError(f"There is no project {project_id!r}.")
    if as_json:
        _print_json(presenters.project_json(found, members))
    else:
        _print(presenters.project_lines(found, members))


@project.command("close")
@click.argument("project_id", metavar="PROJECT")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def close_project(caller: Caller, project_id: str, *, yes: bool) -> None:
    """Close a project for ever."""
    if _confirmed(f"Close {project_id} for ever?", yes=yes):
        _set_status(caller, project_id, ProjectStatus.CLOSED)


@project.command("suspend")
@click.argument("project_id", metavar="PROJECT")
@click.pass_obj
def suspend_project(caller: Caller, project_id: str) -> None:
    """Stop everything in a project until it is resumed."""
    _set_status(caller, project_id, ProjectStatus.SUSPENDED)


@project.command("resume")
@click.argument("project_id", metavar="PROJECT")
@click.pass_obj
def resume_project(caller: Caller, project_id: str) -> None:
    """Lift a project's suspension."""
    _set_status(caller, project_id, ProjectStatus.ACTIVE)


@project.command("demo")
@click.pass_obj
def print_demo(caller: Caller) -> None:
    """Print the demonstration's file, its dates counted from today."""
    click.echo(demo.render(datetime.now(caller.instance.timezone).date()), nl=False)


@project.command("schema")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False, exists=True), required=True)
def write_schemas(folder: Path) -> None:
    """Write the JSON Schemas of project, people, grant and audit documents."""
    _print(str(file) for file in schemas.write(folder))


@person.command("login")
@click.argument("person_id", metavar="PERSON")
@AS_JSON
@click.pass_obj
def set_login(caller: Caller, person_id: str, *, as_json: bool) -> None:
    """Give PERSON a new generated password and print it, once."""
    who, at = _who(caller), datetime.now(UTC)
    password = logins.generate_password()
    with transaction(open_database(caller.instance)) as session:
        _require(authority.decide(session, who, Action.PROJECT_APPLY, None, at))
        _require(logins.set_password(session, person_id, password, actor=who, at=at))
    if as_json:
        _print_json({"schema": "tre.login/1", "person": person_id, "password": password})
    else:
        click.echo(password)


@audit.command("verify")
@AS_JSON
@click.pass_obj
def verify_audit(caller: Caller, *, as_json: bool) -> None:
    """Verify the whole chain, and hold it against the signed checkpoints. Exit 1 when it is broken."""
    with transaction(open_reader(caller.instance)) as session:
        report = sealing.verify(session, caller.instance)
    if as_json:
        _print_json(presenters.chain_json(report))
    else:
        _print(presenters.chain_lines(report))
    if not report.ok:
        raise RefusedError(refuse("audit-chain", count=len(report.problems)))


@audit.command("checkpoint")
@click.pass_obj
def checkpoint_audit(caller: Caller) -> None:
    """Sign the newest event in the second place (the first time, make the key)."""
    with transaction(open_reader(caller.instance)) as session:
        click.echo(sealing.seal(session, caller.instance))


def read_file(file: Path) -> str:
    """Read a project file as text, never more than is allowed.

    Raises:
        UsageError: it cannot be read, is too large, or is not UTF-8.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from None
    if len(content) > LARGEST_BYTES:
        raise UsageError(f"The file is larger than {LARGEST_BYTES // 1024} KiB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text (byte {error.start}).") from None


def _planned(caller: Caller, content: ProjectFile, who: str, at: datetime) -> Diff:
    # Applied and rolled back: while a person ponders the difference, no lock is held.
    try:
        with transaction(open_database(caller.instance)) as session, session.begin_nested() as trial:
            diff = apply(session, content, who, at)
            trial.rollback()
    except RefusedError as error:
        _record_refusal(caller, who, error.refusal, at)
        raise
    return diff


def _record_refusal(caller: Caller, who: str, refusal: Refused, at: datetime) -> None:
    with transaction(open_database(caller.instance)) as session:
        tag, detail = "governance:project:refuse", {"rule": refusal.rule}
        record(session, tag, actor=who, subject=who, detail=detail, at=at)


def _set_status(caller: Caller, project_id: str, status: ProjectStatus) -> None:
    who, at = _who(caller), datetime.now(UTC)
    with transaction(open_database(caller.instance)) as session:
        _require(lifecycle.set_status(session, project_id, status, who, at))
    _seal(caller)


def _who(caller: Caller) -> str:
    return caller.actor()


def _require(answer: Decision | None) -> None:
    if isinstance(answer, Refused):
        raise RefusedError(answer)


def _confirmed(question: str, *, yes: bool) -> bool:
    return yes or not sys.stdin.isatty() or click.confirm(question, default=False)


def _seal(caller: Caller) -> None:
    if sealing.may_seal(caller.instance):
        with transaction(open_reader(caller.instance)) as session:
            sealing.seal(session, caller.instance)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _print_json(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
