"""One relay, put together: which parts are here and which are reached on other machines."""

import select
from contextlib import suppress
from datetime import UTC, datetime

from governance.decisions import Refused
from governance.errors import BrokenError, RefusedError
from kernels.protocol import Verb
from kernels.relay import doors
from kernels.relay.admission import Admission
from kernels.relay.doors import Doors
from kernels.relay.events import tell
from kernels.relay.sessions import Session, Sessions
from kernels.relay.settings import RelaySettings
from kernels.relay.surroundings import surroundings
from kernels.relay.threads import start

LOOK_EVERY_MS = 500


class Relay:
    """The sessions of one node, and what starts and ends them."""

    def __init__(self, settings: RelaySettings) -> None:
        self.settings = settings
        self.sessions = Sessions()
        self.around = surroundings(settings, self.sessions)
        self.doors = Doors(settings.node, self.around)

    def run(self) -> None:
        """Serve for ever."""
        place = self.settings.place
        for folder in (place, place / "doors"):
            folder.mkdir(mode=0o711, parents=True, exist_ok=True)
            folder.chmod(0o711)  # accounts pass through to what they can name; nobody lists
        start(self._watch)
        if self.around.peers is not None:
            start(self.around.peers.serve)
        tell("relay:up", node=self.settings.node, hub_side=self.settings.hub_side)
        Admission(self.settings.node, place, self.around.broker, self.open).serve()

    def open(self, session: Session) -> None:
        """Open a door for an admitted job. Raises RefusedError when the job has one."""
        if not self.sessions.add(session):
            raise RefusedError(Refused("This job has been admitted before.", rule="relay:admit:twice"))
        try:
            doors.remove(session.folder)
            self.doors.open(session)
        except OSError as error:
            self.sessions.remove(session)
            raise BrokenError("The relay could not open a door.") from error

    def close(self, session: Session, why: str) -> None:
        """End a forgotten job's service: streams, door, route, and the broker's belief that it lives."""
        session.end()
        doors.remove(session.folder)
        tell("job:gone", spawn_id=session.spec.spawn_id, why=why, **session.bytes_carried)
        self.around.front.withdraw(session.spec.spawn_id)

    def _watch(self) -> None:
        while True:
            for session in filter(self.sessions.remove, self._finished()):
                start(self.close, session, "process ended")
            for session in self._overdue():
                session.asked_for_more = True
                start(self._extend_or_close, session)

    def _finished(self) -> list[Session]:
        by_descriptor = {session.process: session for session in self.sessions if not session.over}
        poller = select.poll()
        for descriptor in by_descriptor:
            poller.register(descriptor, select.POLLIN)
        return [by_descriptor[descriptor] for descriptor, _ in poller.poll(LOOK_EVERY_MS)]

    def _overdue(self) -> list[Session]:
        now = datetime.now(UTC)
        return [session for session in self.sessions if now >= session.ends_at and not session.asked_for_more]

    def _extend_or_close(self, session: Session) -> None:
        later = None
        with suppress(BrokenError):
            later = self._asked_again(session)
        if later is not None and later > datetime.now(UTC):
            session.ends_at, session.asked_for_more = later, False
        elif self.sessions.remove(session):
            self.close(session, "time over")

    def _asked_again(self, session: Session) -> datetime | None:
        # The lease may have been extended meanwhile; a broker that is down extends nothing.
        answer = self.around.broker.ask(Verb.STATE, spawn_id=session.spec.spawn_id)
        ends_at = None if isinstance(answer, Refused) else answer.get("ends_at")
        return datetime.fromisoformat(str(ends_at)) if ends_at else None
