"""What a node's relay reaches through the relay beside the hub, and jobs on other nodes: the calling side."""

import ssl
from contextlib import suppress
from typing import Any

from governance.decisions import Refused
from governance.errors import BrokenError, RefusedError
from kernels.protocol import Verb, outcome
from kernels.pump import Stream
from kernels.relay import lines, tls
from kernels.relay.settings import Address, Peers

ANSWER_WITHIN_S = 30.0


class Caller:
    """Calls other relays over mutual TLS."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context

    def ask(self, address: Address, message: dict[str, Any]) -> dict[str, Any] | Refused:
        """Ask one question. Raises BrokenError."""
        content, connection = self._asked(address, message)
        connection.close()
        return content

    def dial(self, address: Address, message: dict[str, Any]) -> ssl.SSLSocket:
        """Ask for a stream; the connection becomes it. Raises RefusedError or BrokenError."""
        content, connection = self._asked(address, message)
        if isinstance(content, Refused):
            connection.close()
            raise RefusedError(content)
        return connection

    def _asked(
        self, address: Address, message: dict[str, Any]
    ) -> tuple[dict[str, Any] | Refused, ssl.SSLSocket]:
        try:
            connection = tls.connect(address, self._context)
        except OSError as error:
            raise BrokenError(f"The relay at {address[0]} does not answer.") from error
        try:
            connection.settimeout(ANSWER_WITHIN_S)
            return outcome(lines.ask(connection, message)), connection
        except BaseException as error:
            connection.close()
            if isinstance(error, OSError):
                raise BrokenError(f"The relay at {address[0]} does not answer.") from error
            raise


class HubSide:
    """Broker, services and front, by way of the relay beside the hub."""

    def __init__(self, caller: Caller, hub: Address) -> None:
        self._caller, self._hub = caller, hub

    def ask(self, verb: Verb, **arguments: Any) -> dict[str, Any] | Refused:  # noqa: ANN401  (JSON)
        """Ask the broker."""
        return self._caller.ask(self._hub, {"verb": "broker", "request": {"verb": verb, **arguments}})

    def dial(self, service: str) -> ssl.SSLSocket:
        """Open a connection to ``hub`` or ``airlock``."""
        return self._caller.dial(self._hub, {"verb": "dial", "to": service})

    def publish(self, spawn_id: str, node: str) -> None:
        """Open the session's port beside the hub and report the job ready."""
        answer = self._caller.ask(self._hub, {"verb": "publish", "spawn_id": spawn_id, "node": node})
        if isinstance(answer, Refused):
            raise RefusedError(answer)

    def withdraw(self, spawn_id: str) -> None:
        """Close the session's port and report the job gone."""
        with suppress(BrokenError):  # the broker's own look at the queue notices too
            self._caller.ask(self._hub, {"verb": "withdraw", "spawn_id": spawn_id})


class OtherNodes:
    """Jobs on other nodes, by way of their relays."""

    def __init__(self, caller: Caller, peers: Peers) -> None:
        self._caller, self._peers = caller, peers

    def dial_job(self, node: str, spawn_id: str, kind: str, port: int, account: str) -> Stream:
        """Open a stream to a job's server or Dask port."""
        address = self._peers.nodes.get(node)
        if address is None:
            raise BrokenError("The job is on a node that this relay does not know.")
        where = {"spawn_id": spawn_id, "kind": kind, "port": port, "account": account}
        return tls.TlsStream(self._caller.dial(address, {"verb": "dial", "to": "job", **where}))
