"""One JSON object a line, each way, over a stream socket: how relays speak with broker, porter and relay."""

import socket
import ssl
from collections.abc import Mapping
from typing import Any

from governance.errors import BrokenError
from kernels.protocol import LONGEST_MESSAGE, decode, encode

Connection = socket.socket | ssl.SSLSocket


def send(connection: Connection, message: Mapping[str, Any]) -> None:
    """Send one line."""
    connection.sendall(encode(message) + b"\n")


def receive(connection: Connection) -> dict[str, Any]:
    """Receive one line and not a byte more, because a stream may follow it.

    Both sides wait for each other's line before they send anything else, so reading in pieces is safe.

    Raises:
        BrokenError: the other side closed, or sent more than one line.
        UsageError: the line is not a message.
    """
    line = bytearray()
    while not line.endswith(b"\n"):
        piece = connection.recv(8192)
        if not piece or len(line) > LONGEST_MESSAGE:
            raise BrokenError("The other side closed in the middle of a message.")
        line += piece
    return decode(bytes(line))


def ask(connection: Connection, message: Mapping[str, Any]) -> dict[str, Any]:
    """Send one line and receive the answer's."""
    send(connection, message)
    return receive(connection)
