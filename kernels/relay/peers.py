"""What a relay answers other relays: the answering side of `kernels.relay.remote`."""

import socket
import ssl
from contextlib import suppress
from typing import Any

from governance.decisions import Refused
from governance.errors import RefusedError, TreError
from kernels.protocol import WORKSPACE_VERBS, Verb, answer, broken
from kernels.pump import Stream, pump
from kernels.relay import lines
from kernels.relay.broker import Broker
from kernels.relay.events import tell
from kernels.relay.front import Front
from kernels.relay.settings import Address
from kernels.relay.streams import Jobs, Services
from kernels.relay.threads import start
from kernels.relay.tls import TlsStream

SPEAKS_WITHIN_S = 10.0
WAITING = 128
NODES_ASK = frozenset({Verb.CLAIM, Verb.LOCATE, Verb.STATE}) | WORKSPACE_VERBS

Message = dict[str, Any]


class PeerServer:
    """Answers other relays.

    Args:
        address: where to listen.
        context: mutual TLS.
        jobs: this node's jobs.
        hub_side: broker, services and front when this relay stands beside the hub, else None.
    """

    def __init__(
        self,
        address: Address,
        context: ssl.SSLContext,
        jobs: Jobs,
        hub_side: tuple[Broker, Services, Front] | None,
    ) -> None:
        self._address, self._context, self._jobs, self._hub_side = address, context, jobs, hub_side

    def serve(self) -> None:
        """Answer for ever."""
        with socket.create_server(self._address, backlog=WAITING) as listener:
            tell("relay:listens", host=self._address[0], port=self._address[1])
            while True:
                plain, _ = listener.accept()
                start(self._attend, plain)

    def _attend(self, plain: socket.socket) -> None:
        plain.settimeout(SPEAKS_WITHIN_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            connection = self._context.wrap_socket(plain, server_side=True)
        except OSError as error:
            plain.close()
            tell("peer:stranger", why=type(error).__name__)
            return
        with connection, suppress(OSError):
            self._answer(connection)

    def _answer(self, connection: ssl.SSLSocket) -> None:
        try:
            message = lines.receive(connection)
            content = self._dial(message) if message.get("verb") == "dial" else self._call(message)
        except RefusedError as refused:
            content = refused.refusal
        except (TreError, OSError) as error:
            lines.send(connection, broken(str(error)))
            return
        if isinstance(content, dict | Refused):
            lines.send(connection, answer(content))
            return
        lines.send(connection, answer({}))
        pump(TlsStream(connection), content)

    def _call(self, message: Message) -> Message | Refused:
        if self._hub_side is None:
            return Refused("This relay does not stand beside the hub.", rule="relay:peer:hub")
        broker, _, front = self._hub_side
        match message:
            case {"verb": "broker", "request": {"verb": str() as verb, **rest}} if verb in NODES_ASK:
                return broker.ask(Verb(verb), **{str(name): value for name, value in rest.items()})
            case {"verb": "publish", "spawn_id": str() as spawn_id, "node": str() as node}:
                front.publish(spawn_id, node)
                return {}
            case {"verb": "withdraw", "spawn_id": str() as spawn_id}:
                front.withdraw(spawn_id)
                return {}
        return Refused("There is no such call between relays.", rule="relay:peer:call")

    def _dial(self, message: Message) -> Stream | Refused:
        match message:
            case {"to": "hub" | "airlock" as to} if self._hub_side is not None:
                return self._hub_side[1].dial(to)
            case {
                "to": "job",
                "spawn_id": str() as spawn_id,
                "kind": "http" | "dask" as kind,
                "port": int() as port,
                "account": str() as account,
            }:
                return self._jobs.connect_here(spawn_id, kind, port, account or None)
        return Refused("There is no such stream between relays.", rule="relay:peer:dial")
