"""The way to the broker: its unix socket beside the hub, or the hub-side relay from a node."""

import socket
from pathlib import Path
from typing import Any, Protocol

from governance.decisions import Refused
from governance.errors import BrokenError
from kernels.protocol import Verb, outcome
from kernels.relay import lines

BROKER_ANSWERS_WITHIN_S = 20.0


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
                connection.connect(str(self._path))
                answer = lines.ask(connection, {"verb": verb, **arguments})
            except OSError as error:
                raise BrokenError("The broker does not answer.") from error
        return outcome(answer)
