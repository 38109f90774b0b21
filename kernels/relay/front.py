"""The hub's side of a session: a loopback port that the hub's proxy knows, leading into the job."""

import socket
import threading
from contextlib import suppress
from typing import Protocol

from governance.decisions import Refused
from governance.errors import BrokenError, RefusedError, TreError
from kernels.protocol import SERVER_PORT, Verb
from kernels.pump import pump
from kernels.relay.broker import Broker
from kernels.relay.events import tell
from kernels.relay.streams import Jobs
from kernels.relay.threads import start

WAITING_CONNECTIONS = 128


class Front(Protocol):
    """Makes a job's server reachable for the hub, and tells the broker."""

    def publish(self, spawn_id: str, node: str) -> None:
        """Open the session's port and report the job ready. Raises RefusedError or BrokenError."""
        ...

    def withdraw(self, spawn_id: str) -> None:
        """Close the session's port and report the job gone."""
        ...


class LoopbackFront:
    """One listening loopback port for each session, beside the hub."""

    def __init__(self, jobs: Jobs, broker: Broker) -> None:
        self._jobs, self._broker = jobs, broker
        self._lock = threading.Lock()
        self._listeners: dict[str, socket.socket] = {}

    def publish(self, spawn_id: str, node: str) -> None:
        """Open the session's port and report the job ready."""
        port = self._open(spawn_id, node)
        answer = self._broker.ask(Verb.READY, spawn_id=spawn_id, url=f"http://127.0.0.1:{port}")
        if isinstance(answer, Refused):
            self._close(spawn_id)
            raise RefusedError(answer)
        tell("session:ready", spawn_id=spawn_id, node=node, port=port)

    def withdraw(self, spawn_id: str) -> None:
        """Close the session's port and report the job gone."""
        self._close(spawn_id)
        with suppress(BrokenError):  # the broker's own poll of the queue notices too
            self._broker.ask(Verb.GONE, spawn_id=spawn_id)

    def _open(self, spawn_id: str, node: str) -> int:
        with self._lock:
            listener = self._listeners.get(spawn_id)
            if listener is None:
                listener = socket.create_server(("127.0.0.1", 0), backlog=WAITING_CONNECTIONS)
                self._listeners[spawn_id] = listener
                start(self._accept, listener, spawn_id, node)
        return int(listener.getsockname()[1])

    def _close(self, spawn_id: str) -> None:
        with self._lock:
            listener = self._listeners.pop(spawn_id, None)
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes the accepting thread
            listener.close()

    def _accept(self, listener: socket.socket, spawn_id: str, node: str) -> None:
        with suppress(OSError):  # closed: the session is over
            while True:
                outer, _ = listener.accept()
                start(self._carry, outer, spawn_id, node)

    def _carry(self, outer: socket.socket, spawn_id: str, node: str) -> None:
        try:
            inner = self._jobs.connect(node, spawn_id, "http", SERVER_PORT)
        except (TreError, OSError) as error:
            outer.close()
            tell("session:unreachable", spawn_id=spawn_id, node=node, why=str(error))
            return
        outer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pump(outer, inner)
