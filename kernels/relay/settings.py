"""Where a relay stands: its node, its folder, and how to reach the other relays.

``<etc>/relays.toml`` names the relays of an instance with several machines::

    hub = "10.77.0.1:8006"        # the relay beside the hub
    [nodes]
    n1 = "10.77.0.11:8006"        # by SLURM node name

Without the file there is one machine and one relay, which is both; then nothing listens on a network.
"""

import socket
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from governance.errors import UsageError
from governance.instance import Instance

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Peers:
    """The relays of an instance; `hub` is None when one relay does everything."""

    hub: Address | None
    nodes: Mapping[str, Address]


ALONE = Peers(None, {})


@dataclass(frozen=True, slots=True)
class Pki:
    """Certificates of the relays' own authority: whoever it signed is a relay of this instance."""

    authority: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """One relay's place among the others."""

    instance: Instance
    node: str
    place: Path  # folder of its own: socket, doors, state
    hub_side: bool
    peers: Peers

    @property
    def pki(self) -> Pki:
        """Where the certificates lie."""
        folder = self.instance.paths.etc / "pki"
        return Pki(folder / "ca.pem", folder / "relay.pem", folder / "relay.key")

    @property
    def listens_at(self) -> Address | None:
        """Where other relays reach this one, or None when it is alone."""
        return self.peers.hub if self.hub_side else self.peers.nodes.get(self.node)


def relay_place(run: Path, node: str | None) -> Path:
    """Return a relay's folder: ``<run>/relay``, or ``<run>/relay/NODE`` for a relay named after its node."""
    return run / "relay" / node if node else run / "relay"


def settings(instance: Instance, node: str | None, *, hub_side: bool) -> RelaySettings:
    """Put together one relay's settings.

    Raises:
        UsageError: the instance has several relays and this one is neither the hub's nor a named node's.
    """
    peers = read_peers(instance.paths.etc / "relays.toml")
    alone = peers.hub is None
    if not alone and not hub_side and node not in peers.nodes:
        raise UsageError("This relay's node is not in relays.toml: name it with --node.")
    place = relay_place(instance.paths.run, node)
    return RelaySettings(instance, node or socket.gethostname(), place, hub_side or alone, peers)


def read_peers(file: Path) -> Peers:
    """Read ``relays.toml``; an absent file means one relay."""
    if not file.is_file():
        return ALONE
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    nodes = {name: _address(text) for name, text in content.get("nodes", {}).items()}
    return Peers(_address(content["hub"]), nodes)


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    return host, int(port)
