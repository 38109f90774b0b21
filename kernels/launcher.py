"""The first process inside: asks the door what the job is, starts it, and carries its connections.

Three local ports lead out through the door (hub, airlock, Dask), and connections that the relay hands in are
joined to the server's or Dask's port. There is no other network. Standard library only, so that it starts in
a blink; the server is a child of its own, because the carrying must not wait for its imports.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from governance.errors import BrokenError, TreError
from kernels.door import Door, Inbound
from kernels.protocol import (
    AIRLOCK_PORT,
    DASK_CONTACT_PORTS,
    HOME,
    HUB_PORT,
    SERVER_PORT,
    Claim,
    JobSpec,
    Role,
)
from kernels.pump import pump
from kernels.roles import command, environment

LOCAL_LISTENS_WITHIN_S = 15.0
SERVER_BINDS_WITHIN_S = 120.0
LOOK_EVERY_S = 0.02
WAITING_CONNECTIONS = 128
LOG_FOLDER = Path(HOME) / ".tre" / "log"  # the person's own: no log leaves the project's walls
LOGS_KEPT = 20


def main() -> int:
    """Run the job to its end; return its exit code."""
    door = Door()
    claim = door.claim()
    log = open_log(LOG_FOLDER, claim.spec)
    Launcher(door, claim.spec).forward()
    child = start(claim, log)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    if claim.spec.role is Role.NOTEBOOK:
        in_background(report_when_bound, door, child)
    code = child.wait()
    complain(f"The {claim.spec.role} ended with {code}.")
    with suppress(TreError):
        door.ended(code)
    return code if code >= 0 else 128 - code


def start(claim: Claim, log: int) -> subprocess.Popen[bytes]:
    """Start the role's process."""
    return subprocess.Popen(
        command(claim.spec), env=environment(claim), stdin=subprocess.DEVNULL, stdout=log, stderr=log
    )


def open_log(folder: Path, spec: JobSpec) -> int:
    """Open this job's log, where only its own person reads it, as standard error; remove the oldest logs."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in sorted(folder.glob("*.log"))[: -LOGS_KEPT + 1]:
        old.unlink(missing_ok=True)
    started = spec.submitted_at.strftime("%Y%m%dT%H%M%S")
    file = folder / f"{started}-{spec.role}-{spec.spawn_id[:6]}.log"
    log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, sys.stderr.fileno())
    return log


def report_when_bound(door: Door, child: subprocess.Popen[bytes]) -> None:
    """Say "ready" once the server's port accepts: not before, so that no probe comes too early."""
    until = time.monotonic() + SERVER_BINDS_WITHIN_S
    while child.poll() is None and time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", SERVER_PORT), timeout=1):
            door.ready()
            return
        time.sleep(LOOK_EVERY_S)
    child.terminate()


class Launcher:
    """Carries connections between the sandbox's local ports and the door."""

    def __init__(self, door: Door, spec: JobSpec) -> None:
        self._door, self._spec = door, spec

    def forward(self) -> None:
        """Listen on the ports that lead out, and serve what is handed in."""
        self._listen("127.0.0.1", HUB_PORT, lambda _: self._door.open("hub"))
        self._listen("127.0.0.1", AIRLOCK_PORT, lambda _: self._door.open("airlock"))
        for port in DASK_CONTACT_PORTS:
            # On all addresses: which one was dialled says which job is meant.
            self._listen("0.0.0.0", port, self._open_dask)  # noqa: S104
        in_background(self._serve)

    def _listen(self, host: str, port: int, dial: Callable[[socket.socket], socket.socket]) -> None:
        listener = socket.create_server((host, port), backlog=WAITING_CONNECTIONS)
        in_background(self._accept, listener, dial)

    def _accept(self, listener: socket.socket, dial: Callable[[socket.socket], socket.socket]) -> None:
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            in_background(self._carry_out, connection, dial)

    def _carry_out(self, connection: socket.socket, dial: Callable[[socket.socket], socket.socket]) -> None:
        try:
            outer = dial(connection)
        except (TreError, OSError) as error:
            connection.close()
            complain(f"A connection out was not made: {error}")
            return
        pump(connection, outer)

    def _open_dask(self, connection: socket.socket) -> socket.socket:
        address, port = connection.getsockname()
        if address in (self._spec.address, "127.0.0.1"):
            return dial_local(port - 1)  # a peer in this very job
        return self._door.open("dask", address=address, port=port)

    def _serve(self) -> None:
        try:
            for inbound in self._door.serve():
                in_background(carry_in, inbound)
        except BrokenError as error:
            complain(str(error))
        # Without the relay nothing comes in or goes out, and nobody watches the deadline: end the job.
        os.kill(os.getpid(), signal.SIGTERM)


def carry_in(inbound: Inbound) -> None:
    """Join a connection from the relay with the server's or Dask's port."""
    port = SERVER_PORT if inbound.kind == "http" else inbound.port - 1
    try:
        local = dial_local(port)
    except OSError as error:
        inbound.stream.close()
        complain(f"Nothing listens at {port}: {error}")
        return
    pump(inbound.stream, local)


def dial_local(port: int) -> socket.socket:
    """Connect to a port of this sandbox, waiting for its listener.

    A connection accepted outside and dropped here kills a Dask client or worker at its start.
    """
    until = time.monotonic() + LOCAL_LISTENS_WITHIN_S
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(LOOK_EVERY_S)
        else:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection


def in_background(work: Callable[..., None], *arguments: object) -> None:
    """Run `work` in a daemon thread."""
    threading.Thread(target=work, args=arguments, daemon=True).start()


def complain(sentence: str) -> None:
    """Write one line into the job's log."""
    sys.stderr.write(f"launcher: {sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
