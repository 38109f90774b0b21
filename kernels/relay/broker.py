"""The way to the broker: its unix socket beside the hub, or the hub-side relay from a node."""

import socket
import time
from pathlib import Path
from typing import Any, Protocol

from governance.decisions import Refused
from governance.errors import BrokenError
from kernels.protocol import Verb, outcome
from kernels.relay import lines

BROKER_ANSWERS_WITHIN_S = 20.0
# A broker that was killed is started again within seconds; a job that begins just then waits for it.
BROKER_RETURNS_WITHIN_S = 10.0
PAUSE_S = 0.2


class Broker(Protocol):
    """Whoever decides. `ask` returns the verb's content or its refusal.

    Raises `BrokenError` when the broker cannot be reached or fails: nothing is allowed then.
    """

    def ask(self, verb: Verb, **arguments: Any) -> dict[str, Any] | Refused:  # noqa: ANN401  (JSON)
        """Ask one question."""
        ...


class LocalBroker:
    """The broker of this machine, by its unix socket."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def ask(self, verb: Verb, **arguments: Any) -> dict[str, Any] | Refused:  # noqa: ANN401  (JSON)
        """Ask one question over a connection of its own."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(BROKER_ANSWERS_WITHIN_S)
            try:
                self._reach(connection)
                answer = lines.ask(connection, {"verb": verb, **arguments})
            except OSError as error:
                raise BrokenError("The broker does not answer.") from error
        return outcome(answer)

    def _reach(self, connection: socket.socket) -> None:
        # Trying again is safe: where nobody listens, nothing was asked yet.
        give_up = time.monotonic() + BROKER_RETURNS_WITHIN_S
        while True:
            try:
                connection.connect(str(self._path))
            except (ConnectionRefusedError, FileNotFoundError):
                if time.monotonic() > give_up:
                    raise
                time.sleep(PAUSE_S)
            else:
                return
