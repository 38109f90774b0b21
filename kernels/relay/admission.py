"""A porter reports: who it is by the kernel's word, whether the broker expects it, then its job gets a door.

A porter proves nothing by what it says. Its uid comes from the kernel, the job from the broker's journal:
the broker answers `claim` only for a spawn id it submitted, under that uid, as that SLURM job.
"""

import os
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from governance.decisions import Refused
from governance.errors import BrokenError, RefusedError, TreError
from kernels.protocol import SPAWN_ID_LAW, Claim, Verb, answer, broken
from kernels.relay import lines
from kernels.relay.broker import Broker
from kernels.relay.events import tell
from kernels.relay.peercred import Peer, peer_of
from kernels.relay.sessions import Session
from kernels.relay.threads import start

PORTER_SPEAKS_WITHIN_S = 10.0
WAITING_PORTERS = 128


class Admission:
    """Listens for porters and admits those the broker expects.

    Args:
        node: this node's name, as told to the broker.
        place: the relay's folder; doors are made in ``place/doors``.
        broker: who decides.
        open_door: called with an admitted session, before the porter hears of it.
    """

    def __init__(self, node: str, place: Path, broker: Broker, open_door: Callable[[Session], None]) -> None:
        self._node, self._place, self._broker, self._open_door = node, place, broker, open_door

    def serve(self) -> None:
        """Answer porters for ever."""
        with _bound(self._place / "socket") as listener:
            while True:
                connection, _ = listener.accept()
                start(self._attend, connection)

    def _attend(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(PORTER_SPEAKS_WITHIN_S)
            with suppress(OSError):
                lines.send(connection, self._answer(connection))

    def _answer(self, connection: socket.socket) -> dict[str, Any]:
        peer = peer_of(connection)
        try:
            session = self._admit(peer, lines.receive(connection))
        except RefusedError as refused:
            tell("porter:refused", uid=peer.uid, rule=refused.refusal.rule, why=refused.refusal.reason)
            return answer(refused.refusal)
        except (TreError, OSError) as error:
            tell("porter:broken", uid=peer.uid, why=str(error))
            return broken(str(error))
        tell("porter:admitted", uid=peer.uid, spawn_id=session.spec.spawn_id, role=session.spec.role)
        return answer({"jobspec": session.spec.to_json(), "door": str(session.folder)})

    def _admit(self, peer: Peer, message: dict[str, Any]) -> Session:
        spawn_id, job = _asked(message)
        content = self._broker.ask(
            Verb.CLAIM, spawn_id=spawn_id, slurm_job_id=job, uid=peer.uid, node=self._node
        )
        if isinstance(content, Refused):
            raise RefusedError(content)
        claim = Claim.from_json(content)
        if (refusal := why_not_admit(claim, spawn_id, peer, datetime.now(UTC))) is not None:
            raise RefusedError(refusal)
        # The porter waits for our answer, so its process id cannot have been given to another process.
        session = Session(claim, self._place / "doors" / spawn_id, os.pidfd_open(peer.pid))
        self._open_door(session)
        return session


def why_not_admit(claim: Claim, spawn_id: str, peer: Peer, at: datetime) -> Refused | None:
    """Return why a claimed job gets no door, or None. The relay does not take the broker's word alone."""
    if claim.spec.spawn_id != spawn_id:
        return Refused("The broker answered for another job.", rule="relay:admit:spawn")
    if claim.spec.uid != peer.uid:
        return Refused("The job belongs to another account.", rule="relay:admit:uid")
    if at >= claim.spec.ends_at:
        return Refused("The job's time was over before it started.", "Start it again.", "relay:admit:lease")
    return None


def _asked(message: dict[str, Any]) -> tuple[str, int]:
    match message:
        case {"verb": "admit", "spawn_id": str() as spawn_id, "slurm_job_id": int() as job}:
            if SPAWN_ID_LAW.fullmatch(spawn_id):
                return spawn_id, job
    raise BrokenError("The porter's message is not understood.")


def _bound(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        path.unlink()
    listener.bind(str(path))
    path.chmod(0o666)  # every account may report; who is admitted is decided by uid and journal
    listener.listen(WAITING_PORTERS)
    return listener
