"""Carry bytes between two streams until both directions have ended.

One thread a pair of streams: a connection that stalls stalls nobody else, and Python releases its lock
inside ``recv`` and ``send``. Errors end the pair; they are never swallowed with the pair left open.
"""

import select
import socket
from contextlib import suppress
from typing import Protocol

CHUNK = 256 * 1024  # bytes; large enough that system calls, not Python, set the pace


class Stream(Protocol):
    """What a pump needs of a socket. Non-blocking; "not now" is ``BlockingIOError``."""

    def fileno(self) -> int: ...  # noqa: D102
    def recv_into(self, buffer: memoryview, /) -> int: ...  # noqa: D102
    def send(self, data: memoryview, /) -> int: ...  # noqa: D102
    def shutdown(self, how: int, /) -> None: ...  # noqa: D102
    def settimeout(self, seconds: float, /) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class _Flow:
    """One direction: what was read and not yet written."""

    def __init__(self, source: Stream, sink: Stream) -> None:
        self.source, self.sink = source, sink
        self.buffer = memoryview(bytearray(CHUNK))
        self.start = self.end = self.total = 0
        self.ended = self.done = False

    @property
    def pending(self) -> bool:
        return self.start < self.end

    def step(self) -> bool:
        """Read once or write once; say whether anything moved."""
        try:
            if self.pending:
                return self._write()
            return False if self.ended else self._read()
        except BlockingIOError:
            return False
        except OSError:
            self.abandon()
            return True

    def _read(self) -> bool:
        self.start, self.end = 0, self.source.recv_into(self.buffer)
        self.total += self.end
        if self.end == 0:
            self._finish()
        return True

    def _write(self) -> bool:
        self.start += self.sink.send(self.buffer[self.start : self.end])
        return True

    def _finish(self) -> None:
        self.ended = self.done = True
        with suppress(OSError):
            self.sink.shutdown(socket.SHUT_WR)

    def abandon(self) -> None:
        """Nobody reads or writes this direction any more."""
        self.start = self.end = 0
        self._finish()
        with suppress(OSError):
            self.source.shutdown(socket.SHUT_RD)


def pump(left: Stream, right: Stream) -> tuple[int, int]:
    """Carry bytes both ways, close both streams, and return (bytes left to right, right to left)."""
    flows = (_Flow(left, right), _Flow(right, left))
    try:
        left.settimeout(0)
        right.settimeout(0)
        while not all(flow.done for flow in flows):
            moved = [flow.step() for flow in flows if not flow.done]  # both directions get their turn
            if not any(moved):
                _wait(flows)
    finally:
        left.close()
        right.close()
    return flows[0].total, flows[1].total


def _wait(flows: tuple[_Flow, _Flow]) -> None:
    interest: dict[int, int] = {}
    for flow in flows:
        if not flow.done:
            wanted, event = (flow.sink, select.POLLOUT) if flow.pending else (flow.source, select.POLLIN)
            interest[wanted.fileno()] = interest.get(wanted.fileno(), 0) | event
    for flow in flows:
        if flow.done:  # its source said it has no more; hear also when it goes away for good
            interest.setdefault(flow.source.fileno(), 0)
    poller = select.poll()
    for descriptor, events in interest.items():
        poller.register(descriptor, events)
    gone = {
        fd for fd, event in poller.poll() if event & (select.POLLHUP | select.POLLERR) and not interest[fd]
    }
    for flow in flows:
        if flow.sink.fileno() in gone:
            flow.abandon()
