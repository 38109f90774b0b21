"""The jobs a relay keeps a door for, and everything that has to end when one of them ends."""

import os
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from weakref import WeakSet

from governance.errors import BrokenError
from kernels import packets
from kernels.protocol import Claim, JobSpec

MOST_STREAMS = 512  # open at once in one job; a hostile one must not use up the node's relay
LAUNCHER_SERVES_WITHIN_S = 15.0
LAUNCHER_TAKES_WITHIN = struct.pack("ll", 5, 0)  # struct timeval: 5 s


class Cuttable(Protocol):
    """A stream that can be ended from another thread."""

    def shutdown(self, how: int, /) -> None: ...  # noqa: D102


class Session:
    """One job: its claim, its door's folder, its process, the streams it has open."""

    def __init__(self, claim: Claim, folder: Path, process: int) -> None:
        self.claim = claim
        self.folder = folder
        self.process = process  # pidfd of the porter, which became bubblewrap
        self.ends_at = claim.spec.ends_at
        self.asked_for_more = False
        self.bytes_carried: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._streams: set[Cuttable] = set()
        self._handed_in: WeakSet[socket.socket] = WeakSet()  # our ends of what the launcher was handed
        self._serving: socket.socket | None = None
        self._sending = threading.Lock()
        self._serves = threading.Event()
        self._over = threading.Event()

    @property
    def spec(self) -> JobSpec:
        """What the job is."""
        return self.claim.spec

    @property
    def over(self) -> bool:
        """Whether the job has ended for this relay."""
        return self._over.is_set()

    def why_not_serve(self, at: datetime | None = None) -> str | None:
        """Say why nothing is served any more, or None."""
        if self.over:
            return "The job has ended."
        if (at or datetime.now(UTC)) >= self.ends_at:
            return "The job's time is over."
        return None

    def serve_through(self, channel: socket.socket) -> None:
        """Hand connections in through `channel` until its other end closes."""
        channel.settimeout(None)
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, LAUNCHER_TAKES_WITHIN)
        with self._lock:
            self._serving = channel
        self._serves.set()
        with suppress(OSError):
            channel.recv(1)  # the launcher never sends more: this returns when it has gone
        with self._lock:
            self._serving = None
        self._serves.clear()

    def connect(self, kind: str, port: int) -> socket.socket:
        """Return a stream whose other end the launcher connects to its server or Dask port.

        Raises:
            BrokenError: the launcher is not there.
        """
        if (reason := self.why_not_serve()) is not None:
            raise BrokenError(reason)
        if not self._serves.wait(LAUNCHER_SERVES_WITHIN_S):
            raise BrokenError("The job does not serve connections.")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self._hand_in({"inbound": kind, "port": port}, theirs)
        with self._lock:
            self._handed_in.add(ours)
        return ours

    def _hand_in(self, message: dict[str, str | int], stream: socket.socket) -> None:
        with self._lock:
            serving, crowded = self._serving, len(self._handed_in) >= MOST_STREAMS
        if serving is None or crowded:
            raise BrokenError("The job does not take connections.")
        with self._sending:
            try:
                packets.send(serving, message, [stream.fileno()])
            except OSError as error:
                raise BrokenError("The job does not take connections.") from error

    @contextmanager
    def holding(self, *streams: Cuttable) -> Iterator[None]:
        """Count streams as the job's for the length of a block; the job's end cuts them.

        Raises:
            BrokenError: the job has ended, or has too many streams open.
        """
        with self._lock:
            if self.over or len(self._streams) + len(streams) > MOST_STREAMS:
                raise BrokenError("The job has too many connections open.")
            self._streams.update(streams)
        try:
            yield
        finally:
            with self._lock:
                self._streams.difference_update(streams)

    def end(self) -> None:
        """Cut every stream, close the door, remove its folder."""
        self._over.set()
        with self._lock:
            streams = [*self._streams, *self._handed_in]
        for stream in streams:
            with suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            os.close(self.process)


class Sessions:
    """The living jobs of one relay, by spawn id."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_id: dict[str, Session] = {}

    def add(self, session: Session) -> bool:
        """Add a job; False when its door is open already (a spawn id is claimed once)."""
        with self._lock:
            return self._by_id.setdefault(session.spec.spawn_id, session) is session

    def remove(self, session: Session) -> bool:
        """Forget a job; False when that was done before (so its end is handled once)."""
        with self._lock:
            return self._by_id.pop(session.spec.spawn_id, None) is not None

    def get(self, spawn_id: str) -> Session | None:
        """Return a living job."""
        with self._lock:
            return self._by_id.get(spawn_id)

    def __iter__(self) -> Iterator[Session]:
        with self._lock:
            return iter(list(self._by_id.values()))
