"""What is here and what is reached on other machines: chosen once, from a relay's settings."""

from dataclasses import dataclass

from kernels.relay import tls
from kernels.relay.broker import Broker, LocalBroker
from kernels.relay.front import Front, LoopbackFront
from kernels.relay.peers import PeerServer
from kernels.relay.remote import Caller, HubSide, OtherNodes
from kernels.relay.sessions import Sessions
from kernels.relay.settings import RelaySettings
from kernels.relay.streams import Jobs, LocalServices, Nodes, NoOtherNodes, Services


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything a relay turns to; `peers` is None for the only relay of an instance."""

    broker: Broker
    services: Services
    front: Front
    jobs: Jobs
    peers: PeerServer | None


def surroundings(settings: RelaySettings, sessions: Sessions) -> Surroundings:
    """Put together what a relay turns to. Raises OSError when its certificates cannot be read."""
    hub, nodes = settings.peers.hub, _nodes(settings)
    if hub is not None and not settings.hub_side:
        beyond = HubSide(Caller(tls.client_context(settings.pki)), hub)
        jobs = Jobs(settings.node, sessions, beyond, nodes)
        return Surroundings(beyond, beyond, beyond, jobs, _peer_server(settings, jobs, None))
    broker = LocalBroker(settings.instance.paths.socket("broker"))
    services = LocalServices(settings.instance)
    jobs = Jobs(settings.node, sessions, broker, nodes)
    front = LoopbackFront(jobs, broker)
    return Surroundings(
        broker, services, front, jobs, _peer_server(settings, jobs, (broker, services, front))
    )


def _nodes(settings: RelaySettings) -> Nodes:
    if settings.peers.hub is None:
        return NoOtherNodes()
    return OtherNodes(Caller(tls.client_context(settings.pki)), settings.peers)


def _peer_server(
    settings: RelaySettings, jobs: Jobs, hub_side: tuple[Broker, Services, Front] | None
) -> PeerServer | None:
    address = settings.listens_at
    if address is None:
        return None
    return PeerServer(address, tls.server_context(settings.pki), jobs, hub_side)
