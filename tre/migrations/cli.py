"""``tre database``: the migration history on the command line."""

import click

from governance.actor import Caller
from tre.migrations import upgrade


@click.group()
def database() -> None:
    """The one database."""


@database.command("upgrade")
@click.pass_obj
def upgrade_database(caller: Caller) -> None:
    """Create the database or bring it up to date; says the revision in force."""
    click.echo(upgrade(caller.instance))
