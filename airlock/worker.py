"""Takes up what an interruption left: requests whose checks never ended, rooms never cleared.

A request stays `submitted` only while its checks run. When the process that ran them died, its lease runs
out and the checks run again; nothing is lost and nothing is released twice.
"""

import logging
import shutil
from datetime import timedelta

from airlock.actions.checking import LEASE, check
from airlock.actions.precheck import ROOMS
from airlock.domain.states import State
from airlock.parts import Airlock
from airlock.store import requests
from governance.database import transaction

log = logging.getLogger(__name__)

EVERY_S = 60


def interrupted(airlock: Airlock, lease: timedelta = LEASE) -> list[str]:
    """Return the requests whose checks began longer ago than a lease and have not ended."""
    since = airlock.now() - lease
    with transaction(airlock.engine) as session:
        waiting = requests.listing(session, states=[State.SUBMITTED])
        return [one.id for one in waiting if requests.checking_since(session, one) <= since]


def take_up(airlock: Airlock, lease: timedelta = LEASE) -> int:
    """Check again what was interrupted; return how many requests moved on.

    A service that starts knows that no other one is checking, and passes no lease.
    """
    found = interrupted(airlock, lease)
    for request_id in found:
        log.warning("The checks of %s were interrupted and run again.", request_id)
        check(airlock, request_id)
    return len(found)


def clear_rooms(airlock: Airlock) -> None:
    """Remove passing folders of a process that died; call when no other process serves this store."""
    for name in ("showing", "incoming", ROOMS):
        shutil.rmtree(airlock.content.folder(name))
        airlock.content.folder(name)
