"""What every act of the airlock works with, handed in as one value; `airlock.main` assembles the real one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from airlock.ports import Checks, Outboxes
from airlock.store.content import ContentStore
from governance.instance import Instance


@dataclass(frozen=True, slots=True)
class Airlock:
    """One instance's airlock. `now` gives the moment (aware), so that tests can move time."""

    instance: Instance
    engine: Engine
    content: ContentStore
    outboxes: Outboxes
    checks: Checks
    now: Callable[[], datetime]
