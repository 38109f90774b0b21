"""One JSON object a line each way over a unix socket, with the kernel's word for who is calling.

Standard library only: the executor, which runs as root, and the broker share it. The size of a request and
the time a connection may idle are bounded, and an exception in a verb answers ``broken`` and never stops the
server. The words of an answer (`answer`, `refused`, `broken`) are those of `kernels.protocol`.
"""

import json
import logging
import os
import socket
import socketserver
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

LONGEST_LINE = 256 * 1024  # bytes; `list` answers with one short row per job
IDLE_S = 5.0  # a caller that connects and says nothing is let go
PEER = struct.Struct("3i")

log = logging.getLogger(__name__)


class Peer(NamedTuple):
    """Who is at the other end of a unix socket, as the kernel says (SO_PEERCRED)."""

    pid: int
    uid: int
    gid: int


class WireError(Exception):
    """The other side is unreachable, silent, or does not speak this protocol."""


Message = Mapping[str, Any]
Handler = Callable[[Peer, dict[str, Any]], Message]


def peer_of(connection: socket.socket) -> Peer:
    """Ask the kernel who is connected."""
    return Peer(*PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size)))


def encode(message: Message) -> bytes:
    """Write one message as a line."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """Read one line. Raises WireError when it is not one complete JSON object of bounded size."""
    if not line.endswith(b"\n") or len(line) > LONGEST_LINE:
        raise WireError("The message is incomplete or too long.")
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise WireError("The message is not JSON.") from error
    if not isinstance(message, dict):
        raise WireError("The message is not an object.")
    return message


def call(path: Path, message: Message, timeout_s: float) -> dict[str, Any]:
    """Send `message` to the service at `path` and return its answer. Raises WireError when there is none."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout_s)
            connection.connect(str(path))
            connection.sendall(encode(message))
            with connection.makefile("rb") as lines:
                return decode(lines.readline(LONGEST_LINE + 1))
    except OSError as error:
        raise WireError(f"The {path.parent.name} does not answer.") from error


class _Line(socketserver.StreamRequestHandler):
    timeout = IDLE_S

    def handle(self) -> None:
        try:
            self._answer(decode(self.rfile.readline(LONGEST_LINE + 1)))
        except (WireError, OSError) as error:
            log.warning("A request could not be read or answered: %s", error)

    def _answer(self, request: dict[str, Any]) -> None:
        server: Server = self.server  # type: ignore[assignment]  # socketserver types only its base
        try:
            reply = server.verbs(peer_of(self.connection), request)
        except Exception as error:
            # The class is enough for the caller; the story stays in this service's log.
            log.exception("A verb failed.")
            reply = {"broken": f"The {server.service} failed ({type(error).__name__})."}
        self.wfile.write(encode(reply))


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Serve `verbs` at a unix socket, one thread a connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, path: Path, verbs: Handler, *, group: int | None = None, mode: int = 0o660) -> None:
        """Bind at `path`, replacing a dead predecessor's socket; `group` and `mode` say who may connect."""
        self.verbs = verbs
        self.service = path.parent.name
        path.unlink(missing_ok=True)
        old_mask = os.umask(0o777)  # nobody connects before the modes are right
        try:
            super().__init__(str(path), _Line)
        finally:
            os.umask(old_mask)
        if group is not None:
            os.chown(path, -1, group)
        path.chmod(mode)
