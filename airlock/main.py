"""Assembles the real airlock of an instance. The only module that picks adapters."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from airlock.checks import panel
from airlock.domain.finding import FileReport
from airlock.outboxes import LocalOutboxes
from airlock.parts import Airlock
from airlock.store import tables  # noqa: F401  (declares the airlock's tables on the shared metadata)
from airlock.store.content import ContentStore
from governance.database import open_database
from governance.instance import Instance


class Panel:
    """The automatic checks of `airlock.checks.panel`."""

    def run(self, files: Sequence[Path], profile: str, released: Sequence[Path]) -> Sequence[FileReport]:
        """Return one report per file, in the order given."""
        return panel.run(list(files), profile, list(released))


def open_airlock(instance: Instance) -> Airlock:
    """Open an instance's airlock: its database, store, outboxes and checks."""
    return Airlock(
        instance=instance,
        engine=open_database(instance),
        content=ContentStore(instance.paths.airlock),
        outboxes=LocalOutboxes(instance.paths),
        checks=Panel(),
        now=lambda: datetime.now(UTC),
    )
