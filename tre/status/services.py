"""Do the services answer? Each is asked where its callers ask it, not in a supervisor's list."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from governance.instance import Instance, Profile

PATIENCE_S = 2.0
LOOPBACK = "127.0.0.1"


class State(StrEnum):
    """What a service answered: nothing is guessed, a door we may not try is `UNKNOWN`."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Service:
    """One service: a loopback port or a unix socket, and how a person would write it down."""

    name: str
    place: int | Path
    address: str


def services(instance: Instance) -> tuple[Service, ...]:
    """List an instance's services in the order in which a request meets them."""
    ports, paths = instance.ports, instance.paths
    listening = (
        ("edge", ports.edge, instance.hub_url),
        ("proxy", ports.proxy, f"{LOOPBACK}:{ports.proxy}"),
        ("hub", ports.hub, f"{LOOPBACK}:{ports.hub}"),
        ("airlock", ports.airlock, instance.airlock_url),
        *(
            ()
            if instance.profile is Profile.EMBEDDED
            else (("slurmctld", ports.slurmctld, f":{ports.slurmctld}"),)
        ),
    )
    sockets = ("broker", "executor", "relay")
    return (
        *(Service(name, port, address) for name, port, address in listening),
        *(Service(name, paths.socket(name), str(paths.socket(name))) for name in sockets),
    )


def ask(service: Service) -> State:
    """Knock once."""
    place = service.place
    family = socket.AF_INET if isinstance(place, int) else socket.AF_UNIX
    with socket.socket(family, socket.SOCK_STREAM) as knock:
        knock.settimeout(PATIENCE_S)
        try:
            knock.connect((LOOPBACK, place) if isinstance(place, int) else str(place))
        except PermissionError:
            return State.UNKNOWN
        except OSError:
            return State.DOWN
    return State.UP


def states(all_services: Iterable[Service]) -> list[dict[str, str]]:
    """Ask every service; the list is a stable interface (`tre status --json`)."""
    return [{"name": one.name, "state": str(ask(one)), "address": one.address} for one in all_services]
