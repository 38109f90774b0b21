"""A job's door: the socket it connects to, and the six calls that come through it.

The folder belongs to the relay and is mounted read-only into the sandbox. The socket's mode lets anyone
connect; who may is decided by the kernel's word on the caller's uid, on every connection, and the folder's
unguessable name lies in a folder that cannot be listed.
"""

import shutil
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from governance.decisions import Refused
from governance.errors import BrokenError, RefusedError, TreError, UsageError
from kernels import packets
from kernels.protocol import WORKSPACE_VERBS, Verb, answer, broken
from kernels.pump import Stream, pump
from kernels.relay.allowed import AIRLOCK, HUB, Service
from kernels.relay.events import tell
from kernels.relay.gate import pass_one
from kernels.relay.peercred import peer_of
from kernels.relay.sessions import Session
from kernels.relay.surroundings import Surroundings
from kernels.relay.threads import start

CALL_WITHIN_S = 10.0
WAITING_CALLS = 128
SOCKET_NAME = "socket"
GATED: Mapping[str, Service] = {"hub": HUB, "airlock": AIRLOCK}

Message = dict[str, Any]


class Doors:
    """Opens doors and answers what is asked at them."""

    def __init__(self, node: str, around: Surroundings) -> None:
        self._node, self._jobs, self._services = node, around.jobs, around.services
        self._broker, self._front = around.broker, around.front

    def open(self, session: Session) -> None:
        """Make the door's folder and socket, and answer calls until `close`."""
        session.folder.mkdir(mode=0o755)
        session.folder.chmod(0o755)
        listener = listen(session.folder / SOCKET_NAME)
        start(self._accept, listener, session)

    def _accept(self, listener: socket.socket, session: Session) -> None:
        with suppress(OSError, BrokenError), listener, session.holding(listener):
            while not session.over:
                channel, _ = listener.accept()
                start(self._attend, channel, session)

    def _attend(self, channel: socket.socket, session: Session) -> None:
        caller = peer_of(channel)
        if caller.uid != session.spec.uid:
            channel.close()
            tell("door:stranger", spawn_id=session.spec.spawn_id, uid=caller.uid)
            return
        with channel, suppress(BrokenError), session.holding(channel):
            channel.settimeout(CALL_WITHIN_S)
            with suppress(OSError, UsageError):
                message = packets.receive(channel)
                if message is not None:
                    self._reply(channel, session, message)

    def _reply(self, channel: socket.socket, session: Session, message: Message) -> None:
        try:
            if (reason := session.why_not_serve()) is not None:
                raise BrokenError(reason)
            self._call(channel, session, message)
        except RefusedError as refused:
            tell("door:refused", spawn_id=session.spec.spawn_id, rule=refused.refusal.rule)
            _send(channel, answer(refused.refusal))
        except (TreError, OSError) as error:
            _send(channel, broken(str(error)))

    def _call(self, channel: socket.socket, session: Session, message: Message) -> None:
        match message:
            case {"verb": "claim"}:
                _send(channel, answer(session.claim.to_json()))
            case {"verb": "serve"}:
                session.serve_through(channel)
            case {"verb": "open", "to": "hub" | "airlock" as to}:
                self._open_gate(channel, session, GATED[to])
            case {"verb": "open", "to": "dask", "address": address, "port": port}:
                self._open_dask(channel, session, address, port)
            case {"verb": "ready"}:
                self._front.publish(session.spec.spawn_id, self._node)
                _send(channel, answer({}))
            case {"verb": "ended", "code": int() as code}:
                tell("job:ended", spawn_id=session.spec.spawn_id, code=code)
                _send(channel, answer({}))
            case {"verb": "broker", "request": dict() as request}:
                _send(channel, answer(self._ask_broker(session, request)))
            case _:
                raise RefusedError(Refused("There is no such call.", rule="relay:door:call"))

    def _ask_broker(self, session: Session, request: Message) -> Message | Refused:
        arguments = {name: value for name, value in request.items() if name not in ("verb", "spawn_id")}
        verb = request.get("verb")
        if verb not in WORKSPACE_VERBS:
            return Refused("A workspace may not ask this of the broker.", rule="relay:broker:verb")
        return self._broker.ask(Verb(str(verb)), spawn_id=session.spec.spawn_id, **arguments)

    def _open_gate(self, channel: socket.socket, session: Session, service: Service) -> None:
        inner, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            start(self._gate, inner, session, service)
            packets.send(channel, answer({}), [theirs.fileno()])

    def _gate(self, inner: socket.socket, session: Session, service: Service) -> None:
        with inner, session.holding(inner):
            status = pass_one(inner, service, session.spec, lambda: self._services.dial(service.name))
        if status:
            tell("gate:answered", spawn_id=session.spec.spawn_id, service=service.name, status=status)

    def _open_dask(self, channel: socket.socket, session: Session, address: object, port: object) -> None:
        far = self._jobs.dask(session, address, port)
        if isinstance(far, socket.socket) and far.family == socket.AF_UNIX:
            # Both ends are on this node: introduce them to each other and step out of the way. Both jobs
            # belong to one membership and end, by SLURM, with its lease.
            with far:
                packets.send(channel, answer({}), [far.fileno()])
            return
        near, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        start(self._carry, near, far, session)
        with theirs:
            packets.send(channel, answer({}), [theirs.fileno()])

    def _carry(self, near: Stream, far: Stream, session: Session) -> None:
        with session.holding(near, far):
            session.bytes_carried["dask"] += sum(pump(near, far))


def listen(path: Path) -> socket.socket:
    """Bind a door's socket. Its mode admits everyone; see the module's text for who is answered."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    path.unlink(missing_ok=True)
    listener.bind(str(path))
    path.chmod(0o666)
    listener.listen(WAITING_CALLS)
    return listener


def remove(folder: Path) -> None:
    """Remove a door's folder; a sandbox that still has it mounted keeps an empty one."""
    shutil.rmtree(folder, ignore_errors=True)


def _send(channel: socket.socket, message: Message) -> None:
    with suppress(OSError):
        packets.send(channel, message)
