"""The one migration history of the one database (docs/adr/0008). `upgrade` is all that others need.

It lives on the top floor because it must see every package's tables.
"""

import importlib
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData

from governance import register
from governance.database import Base, open_engine, sqlite_file, transaction
from governance.errors import BrokenError
from governance.instance import Instance

# Every module that declares tables; tests/unit/governance/test_governance_migrations.py keeps the list whole.
TABLE_MODULES = (
    "governance.models",
    "governance.audit",
    "governance.logins",
    "hub_config.journal",
    "airlock.store.tables",
)

FOLDER_MODE = 0o2770
FILE_MODE = 0o660  # owner and the instance's database group


def metadata() -> MetaData:
    """Return the metadata of all packages, every module of `TABLE_MODULES` imported."""
    for module in TABLE_MODULES:
        importlib.import_module(module)
    return Base.metadata


def upgrade(instance: Instance) -> str:
    """Create or bring up to date the database of an instance, and found its register.

    Returns:
        The revision now in force.

    Raises:
        BrokenError: the database serves another instance, or a newer version of the software wrote it.
    """
    _prepare_file(instance)
    engine = open_engine(instance.database_url)
    try:
        _refuse_newer(engine)
        _run(engine)
        with transaction(engine) as session:
            register.found(session, instance)
        return head_revision()
    finally:
        engine.dispose()


def current_revision(engine: Engine) -> str | None:
    """Return the revision a database is at, or None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """Return the newest revision this software knows."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    if head is None:
        raise BrokenError("The migration history is empty.")
    return head


def config() -> Config:
    """Return Alembic's configuration, built here: there is no ini file to lose."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.set_main_option("path_separator", "os")
    return settings


def _run(engine: Engine) -> None:
    settings = config()
    with engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
        connection.commit()


def _refuse_newer(engine: Engine) -> None:
    current = current_revision(engine)
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if current is not None and current not in known:
        raise BrokenError("A newer version of this software wrote the database: update the software.")


def _prepare_file(instance: Instance) -> None:
    # SQLite gives its companions (-wal, -shm) the mode of the database: set it before the first connection.
    file = sqlite_file(instance.database_url)
    if file is None or file.exists():
        return
    if not file.parent.exists():
        file.parent.mkdir(parents=True)
        file.parent.chmod(FOLDER_MODE)  # mkdir's own mode would lose to the umask
    file.touch()
    file.chmod(FILE_MODE)
