"""The job's side of the door: five calls to the node's relay, and nothing else leads out of a sandbox."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from governance.decisions import Refused
from governance.errors import BrokenError, RefusedError
from kernels import packets
from kernels.protocol import DOOR_SOCKET, Claim, Verb, outcome

ANSWER_WITHIN_S = 30.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Inbound:
    """A connection that the relay hands in: the hub's proxy (``http``) or a Dask peer (``dask``)."""

    kind: str
    port: int
    stream: socket.socket


@dataclass(frozen=True, slots=True)
class Door:
    """Calls over the job's door. Every call is one connection, so a stuck one holds up nobody.

    Every method raises `RefusedError` when the relay or the broker says no and `BrokenError` when the
    relay does not answer.
    """

    path: str = DOOR_SOCKET

    def claim(self) -> Claim:
        """Ask what this job is: its spec and its environment."""
        return Claim.from_json(self._call({"verb": "claim"}))

    def ready(self) -> None:
        """Tell that the server is bound."""
        self._call({"verb": "ready"})

    def ended(self, code: int) -> None:
        """Tell the first process's exit code."""
        self._call({"verb": "ended", "code": code})

    def broker(self, verb: Verb, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401  (JSON)
        """Ask the broker for one of `WORKSPACE_VERBS`, as this job."""
        return self._call({"verb": "broker", "request": {"verb": verb, **arguments}})

    def open(self, to: str, **where: Any) -> socket.socket:  # noqa: ANN401  (JSON)
        """Open a stream to ``hub``, ``airlock`` or ``dask`` (with `address` and `port`)."""
        with self._connected() as channel:
            packets.send(channel, {"verb": "open", "to": to, **where})
            answer, stream = _received(packets.receive_with_stream(channel))
        _content(answer)
        if stream is None:
            raise BrokenError("The relay sent no stream.")
        return stream

    def serve(self) -> Iterator[Inbound]:
        """Yield connections handed in, until the relay goes away."""
        with self._connected() as channel:
            packets.send(channel, {"verb": "serve"})
            channel.settimeout(None)
            while (received := packets.receive_with_stream(channel)) is not None:
                message, stream = received
                if stream is not None:
                    yield Inbound(str(message["inbound"]), int(message["port"]), stream)

    def _call(self, message: dict[str, Any]) -> dict[str, Any]:
        with self._connected() as channel:
            packets.send(channel, message)
            received = packets.receive(channel)
        return _content(_received(received))

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as channel:
            channel.settimeout(ANSWER_WITHIN_S)
            try:
                channel.connect(self.path)
                yield channel
            except OSError as error:
                raise BrokenError("The node's relay does not answer.") from error


def _received(message: T | None) -> T:
    if message is None:
        raise BrokenError("The node's relay closed the door.")
    return message


def _content(message: dict[str, Any]) -> dict[str, Any]:
    content = outcome(message)
    if isinstance(content, Refused):
        raise RefusedError(content)
    return content
