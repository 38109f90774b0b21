"""Where a stream out of a job can lead: hub, airlock, another job; here or on another machine."""

import socket
from typing import Protocol

from governance.decisions import Refused
from governance.errors import BrokenError, RefusedError
from governance.instance import Instance
from kernels.protocol import ADDRESS_LAW, DASK_CONTACT_PORTS, Verb
from kernels.pump import Stream
from kernels.relay.broker import Broker
from kernels.relay.lines import Connection
from kernels.relay.sessions import Session, Sessions

DIAL_WITHIN_S = 10.0


class Services(Protocol):
    """Dials the services beside the hub."""

    def dial(self, service: str) -> Connection:
        """Open a connection to ``hub`` or ``airlock``. Raises OSError or BrokenError."""
        ...


class Nodes(Protocol):
    """Dials jobs on other nodes."""

    def dial_job(self, node: str, spawn_id: str, kind: str, port: int, account: str) -> Stream:
        """Open a stream to a job's server (`kind` http) or Dask port. Raises OSError or BrokenError."""
        ...


class LocalServices:
    """Hub and airlock on this machine."""

    def __init__(self, instance: Instance) -> None:
        self._hub = ("127.0.0.1", instance.ports.hub)
        self._airlock = instance.paths.socket("airlock")

    def dial(self, service: str) -> Connection:
        """Open a connection to ``hub`` or ``airlock``."""
        if service == "hub":
            return socket.create_connection(self._hub, timeout=DIAL_WITHIN_S)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(DIAL_WITHIN_S)
            connection.connect(str(self._airlock))
        except OSError:
            connection.close()
            raise
        return connection


class NoOtherNodes:
    """The only relay of an instance reaches no other."""

    def dial_job(self, node: str, spawn_id: str, kind: str, port: int, account: str) -> Stream:
        """Say so."""
        raise BrokenError("The job is on a node that this relay does not know.")


class Jobs:
    """Finds the job behind an address or a spawn id and opens a stream into it."""

    def __init__(self, node: str, sessions: Sessions, broker: Broker, nodes: Nodes) -> None:
        self._node, self._sessions, self._broker, self._nodes = node, sessions, broker, nodes

    def dask(self, session: Session, address: object, port: object) -> Stream:
        """Open a stream from one job to a Dask port of another job of the same membership.

        Raises:
            RefusedError: the address is no job's of this membership, or the port no Dask port.
            BrokenError: broker, other relay or the other job does not answer.
        """
        if not isinstance(address, str) or not ADDRESS_LAW.fullmatch(address):
            raise RefusedError(Refused("This is not a job's address.", rule="relay:dask:address"))
        if port not in DASK_CONTACT_PORTS or not isinstance(port, int):
            raise RefusedError(Refused("This is not a Dask port.", rule="relay:dask:port"))
        if address == session.spec.address:
            return session.connect("dask", port)
        owner = self._broker.ask(Verb.LOCATE, spawn_id=session.spec.spawn_id, address=address)
        if isinstance(owner, Refused):
            raise RefusedError(owner)
        account = session.spec.account
        return self.connect(str(owner["node"]), str(owner["spawn_id"]), "dask", port, account)

    def connect(self, node: str, spawn_id: str, kind: str, port: int, account: str | None = None) -> Stream:
        """Open a stream into a job, here or on another node.

        Args:
            node: the job's node as the broker knows it.
            spawn_id: the job.
            kind: ``http`` (its server) or ``dask``.
            port: which Dask port.
            account: if given, the job must belong to this membership.
        """
        if self._sessions.get(spawn_id) is not None or node == self._node:
            return self.connect_here(spawn_id, kind, port, account)
        return self._nodes.dial_job(node, spawn_id, kind, port, account or "")

    def connect_here(self, spawn_id: str, kind: str, port: int, account: str | None) -> Stream:
        """Open a stream into a job of this node; see `connect`."""
        here = self._sessions.get(spawn_id)
        if here is None:
            raise BrokenError("The job is not on this node any more.")
        if account is not None and here.spec.account != account:
            raise RefusedError(Refused("The job is another membership's.", rule="relay:dask:membership"))
        return here.connect(kind, port)
