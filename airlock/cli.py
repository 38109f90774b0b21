"""The airlock on the command line: ``tre release …`` and ``tre request …``.

``release verify`` needs no person, no database and no instance when a key is given: a receiver runs it.
Everything else acts as the caller's person and asks the same rules as the pages.
"""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from airlock.actions.release import fetch
from airlock.actions.release import release as release_act
from airlock.actions.submit import submit
from airlock.actions.talk import comment, give_back, withdraw
from airlock.actions.vote import vote
from airlock.domain.request import Context, Request
from airlock.domain.review import Vote
from airlock.domain.states import diagram
from airlock.intake.names import display
from airlock.main import open_airlock
from airlock.parts import Airlock
from airlock.release import keys
from airlock.release.verify import verify
from airlock.web import views
from airlock.web.workspace_api import request_json
from governance import actor
from governance.decisions import Refused
from governance.errors import RefusedError
from governance.identity import service_account

as_json = click.option("--json", "machine", is_flag=True, help="Print JSON.")
reason = click.option("--reason", default="", help="What the author is told.")
caller = click.make_pass_decorator(actor.Caller)


@click.group()
def release() -> None:
    """Release packages: the signing key, packing, fetching, offline verification."""


@release.command("verify")
@click.argument("package", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key", type=click.Path(path_type=Path), help="Public key (default: this instance's trust store)."
)
@caller
def verify_command(who: actor.Caller, package: Path, key: Path | None) -> None:
    """Check PACKAGE against PACKAGE.sig: exit 1 when the signature is missing or wrong."""
    found = verify(package, key or keys.trust_store(who.instance))
    if isinstance(found, Refused):
        raise RefusedError(found)
    click.echo(f"{found.name}: signature and manifests are right, {found.files} file(s).")


@release.command("keygen")
@caller
def keygen_command(who: actor.Caller) -> None:
    """Make the instance's signing key unless it is there; never replaces one."""
    made = keys.generate(keys.folder(who.instance), _owner(who))
    click.echo("A release key was made." if made else "The release key is there.")


def _owner(who: actor.Caller) -> str | None:
    import pwd

    name = service_account(who.instance.name, "airlock")
    try:
        return pwd.getpwnam(name).pw_name
    except KeyError:
        return None  # the embedded profile runs as one user


@release.command("make")
@click.argument("request_id")
@caller
def release_command(who: actor.Caller, request_id: str) -> None:
    """Pack, sign and release an approved request."""
    airlock, person = _opened(who)
    _say(release_act(airlock, person, request_id))


@release.command("get")
@click.argument("request_id")
@click.option("--to", type=click.Path(file_okay=False, exists=True, path_type=Path), default=".")
@caller
def get_command(who: actor.Caller, request_id: str, to: Path) -> None:
    """Copy a released package and its signature into a folder, with a receipt in the audit chain."""
    airlock, person = _opened(who)
    package = fetch(airlock, person, request_id)
    if isinstance(package, Refused):
        raise RefusedError(package)
    for place in (package.archive, package.signature):
        (to / place.name).write_bytes(place.read_bytes())
    click.echo(str(to / package.name))


@click.group()
def request() -> None:
    """Requests to release files: submit, list, show, review."""


@request.command("submit")
@click.option("--project", required=True)
@click.option("--context", required=True, help="What the files are, who is counted, how they are protected.")
@click.option("--again", "request_id", help="The returned request that this one continues.")
@click.argument("files", nargs=-1, required=True)
@caller
def submit_command(
    who: actor.Caller, project: str, context: str, request_id: str | None, files: tuple[str, ...]
) -> None:
    """Submit FILES of your outbox."""
    airlock, person = _opened(who)
    _say(submit(airlock, person, project, files, Context.parse(context), request_id))


@request.command("list")
@as_json
@caller
def list_command(who: actor.Caller, *, machine: bool) -> None:
    """List the requests of your projects and those you can review."""
    airlock, person = _opened(who)
    lines = {
        line.request.id: line for line in [*views.queue_of(airlock, person), *views.lines_of(airlock, person)]
    }
    if machine:
        found = [request_json(airlock, line.request) for line in lines.values()]
        click.echo(json.dumps({"requests": found}, indent=2))
        return
    table = Table("request", "state", "round", "files", "author", "votes")
    for line in lines.values():
        one = line.request
        names = ", ".join(display(file.name) for file in one.current.files)
        table.add_row(one.id, one.state, str(one.current.number), names, one.author, str(line.votes_in))
    Console().print(table)


@request.command("show")
@click.argument("request_id")
@as_json
@caller
def show_command(who: actor.Caller, request_id: str, *, machine: bool) -> None:
    """Show a request: its state, findings, and what you may see of its reviews."""
    airlock, person = _opened(who)
    view = views.request_view(airlock, person, request_id)
    if isinstance(view, Refused):
        raise RefusedError(view)
    content = request_json(airlock, view.request, view)
    click.echo(json.dumps(content, indent=2) if machine else _story(content))


def _story(content: dict[str, object]) -> str:
    files = content["files"]
    assert isinstance(files, list)  # noqa: S101  (request_json's shape)
    lines = [f"{content['id']}  {content['state']}  round {content['round']}"]
    for file in files:
        lines.append(f"  {display(file['path'])}: {file['verdict']}")
        lines += [
            f"    {one['rule']}  {one['where'].get('cell', '')}  {one['message']}" for one in file["findings"]
        ]
    return "\n".join(lines)


@request.command("review")
@click.argument("request_id")
@click.option("--approve", "choice", flag_value=Vote.APPROVE.value)
@click.option("--changes", "choice", flag_value=Vote.CHANGES.value)
@click.option("--reject", "choice", flag_value=Vote.REJECT.value)
@reason
@caller
def review_command(who: actor.Caller, request_id: str, choice: str | None, reason: str) -> None:
    """Cast your vote on a request: --approve, --changes or --reject."""
    if choice is None:
        raise click.UsageError("Say one of --approve, --changes, --reject.")
    airlock, person = _opened(who)
    _say(vote(airlock, person, request_id, Vote(choice), reason))


@request.command("return")
@click.argument("request_id")
@reason
@caller
def return_command(who: actor.Caller, request_id: str, reason: str) -> None:
    """Send a request back to its author early."""
    airlock, person = _opened(who)
    _say(give_back(airlock, person, request_id, reason))


@request.command("comment")
@click.argument("request_id")
@click.argument("text")
@caller
def comment_command(who: actor.Caller, request_id: str, text: str) -> None:
    """Say something about a request."""
    airlock, person = _opened(who)
    _say(comment(airlock, person, request_id, text))


@request.command("withdraw")
@click.argument("request_id")
@reason
@caller
def withdraw_command(who: actor.Caller, request_id: str, reason: str) -> None:
    """Take your own request back for good."""
    airlock, person = _opened(who)
    _say(withdraw(airlock, person, request_id, reason))


@request.command("states")
def states_command() -> None:
    """Print the state machine as a Mermaid diagram."""
    click.echo(diagram(), nl=False)


def _opened(who: actor.Caller) -> tuple[Airlock, str]:
    return open_airlock(who.instance), who.actor()


def _say(done: Request | Refused) -> None:
    if isinstance(done, Refused):
        raise RefusedError(done)
    click.echo(f"{done.id} {done.state}")
