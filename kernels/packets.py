"""One message and its descriptors over a door: the only way anything passes a sandbox's wall.

Doors are ``SOCK_SEQPACKET``: one packet is one message, so there is nothing to frame or to resynchronise.
Descriptors are only ever ends of ``socketpair(AF_UNIX, SOCK_STREAM)``; a relay never takes one from inside.
"""

import socket
from collections.abc import Mapping, Sequence
from typing import Any

from governance.errors import BrokenError
from kernels.protocol import LONGEST_MESSAGE, decode, encode


def send(channel: socket.socket, message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> None:
    """Send one message; the receiver gets copies of `descriptors`, which the caller still has to close."""
    packet = encode(message)
    if descriptors:
        socket.send_fds(channel, [packet], list(descriptors))
    else:
        channel.send(packet)


def receive(channel: socket.socket) -> dict[str, Any] | None:
    """Receive one message, or None when the other side has closed.

    Descriptors sent along are discarded by the kernel, because no room is offered for them.
    """
    packet = channel.recv(LONGEST_MESSAGE + 1)
    return decode(packet) if packet else None


def receive_with_stream(channel: socket.socket) -> tuple[dict[str, Any], socket.socket | None] | None:
    """Receive one message and at most one stream, or None when the other side has closed."""
    packet, descriptors, flags, _ = socket.recv_fds(channel, LONGEST_MESSAGE + 1, 1)
    streams = [socket.socket(fileno=descriptor) for descriptor in descriptors]
    if not packet:
        return None
    if flags & socket.MSG_CTRUNC:
        for stream in streams:
            stream.close()
        raise BrokenError("The relay sent more than one stream.")
    return decode(packet), streams[0] if streams else None
