"""The broker as a service: who may call what, the verbs at its socket, the steward beside them."""

import logging
import sys
import threading

from governance.database import open_engine
from governance.instance import Instance
from hub_config import owners
from hub_config.scheduler import Scheduler
from hub_config.steward import Steward
from hub_config.verbs import HUB_VERBS, RELAY_VERBS, Broker
from hub_config.wire import Server


def callers(instance: Instance) -> dict[int, frozenset[str]]:
    """Return the verbs each service's uid may call; services that share a uid share their verbs."""
    allowed: dict[int, frozenset[str]] = {}
    for service, verbs in {"hub": HUB_VERBS, "relay": RELAY_VERBS}.items():
        uid = owners.service_uid(instance, service)
        allowed[uid] = allowed.get(uid, frozenset()) | verbs
    return allowed


def main() -> None:
    """Serve the instance that TRE_INSTANCE names."""
    logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s", stream=sys.stderr)
    instance = Instance.load()
    scheduler = Scheduler(instance.paths.socket("executor"))
    broker = Broker(instance, open_engine(instance.database_url), scheduler, callers(instance))
    stop = threading.Event()
    threading.Thread(target=Steward(broker).run, args=(stop,), daemon=True, name="steward").start()
    path = instance.paths.socket("broker")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whoever connects is judged by uid; the mode only has to let hub and relay reach the socket.
    with Server(path, broker, mode=0o666) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
