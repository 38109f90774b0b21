"""The ``tre`` command: the rooms' subcommands under one root, and errors turned into exit codes.

Exit codes are a stable interface: 0 done, 1 refused by a rule (reason on stderr), 2 wrong usage, 3 something
is broken. Subcommands load when they are called, so that ``tre check`` does not pay for the hub.
"""

import importlib
import os
import sys
import traceback
from collections.abc import Mapping

import click
from sqlalchemy.exc import OperationalError

from governance.actor import Caller
from governance.errors import TreError

REFUSED, WRONG_USAGE, BROKEN = 1, 2, 3

# Where each subcommand lives. A row appears with the room that builds it; nothing here is a stub.
SUBCOMMANDS: Mapping[str, str] = {
    "audit": "governance.cli:audit",
    "check": "airlock.check_command:check",
    "database": "tre.migrations.cli:database",
    "person": "governance.cli:person",
    "project": "governance.cli:project",
    "provision": "hub_config.cli:provision",
    "release": "airlock.cli:release",
    "request": "airlock.cli:request",
    "status": "tre.status.cli:status",
    "tour": "tre.tour.cli:tour",
    "warehouse": "warehouse_lib.cli:warehouse",
}


class LazyGroup(click.Group):
    """A group whose commands are imported only when one of them is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every subcommand without importing it."""
        return sorted(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one subcommand, or None when there is no such word."""
        place = SUBCOMMANDS.get(cmd_name)
        if place is None:
            return None
        module, attribute = place.split(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101  (a wrong entry in our own table)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--instance", envvar="TRE_INSTANCE", help="Instance to act on (default: main).")
@click.option("--as", "person", envvar="TRE_AS", help="Person to act as; root only.")
@click.version_option(package_name="tre-services", message="tre %(version)s")
@click.pass_context
def root(context: click.Context, instance: str | None, person: str | None) -> None:
    """Trusted research environment: govern projects, keep the warehouse, check what leaves."""
    context.obj = Caller(instance_name=instance, person=person)


def main() -> None:
    """Run the command line and leave with the exit code that says how it ended."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line; return its exit code instead of leaving."""
    try:
        code = root.main(args=arguments, prog_name="tre", standalone_mode=False)
    except TreError as error:
        return _say(str(error), error.exit_code)
    except click.ClickException as error:
        error.show()
        return WRONG_USAGE
    except click.Abort:
        return _say("Stopped; nothing was changed.", REFUSED)
    except OperationalError as error:
        return _broken("The database cannot be used", error)
    except Exception as error:  # noqa: BLE001  (the last door: nothing may leave as a bare traceback)
        return _broken("Something is broken", error)
    return code if isinstance(code, int) else 0


def _say(message: str, code: int) -> int:
    click.echo(f"tre: {message}", err=True)
    return code


def _broken(what: str, error: Exception) -> int:
    # The text of an unforeseen error may hold a value from the data: name only its kind, unless asked.
    if os.environ.get("TRE_DEBUG"):
        traceback.print_exception(error)
    return _say(f"{what} ({type(error).__name__}). Run again with TRE_DEBUG=1 to see where.", BROKEN)
