"""Runs the airlock: pages on a loopback port, the notebooks' interface on a unix socket, the worker between.

``python -m airlock.serve`` with ``TRE_INSTANCE``. One process, one store; SIGTERM ends all three.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from airlock import worker
from airlock.actions.checking import LEASE
from airlock.main import open_airlock
from airlock.parts import Airlock
from airlock.web import main as pages
from airlock.web import workspace_api
from airlock.web.sign_in import Hub
from governance.instance import Instance

log = logging.getLogger(__name__)

SHUTDOWN_S = 20


class Server(uvicorn.Server):
    """A server that leaves signals alone: this module ends all of them together."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield


def server(app: FastAPI, *, port: int | None = None, socket: Path | None = None) -> Server:
    """Return a server of `app` on a loopback port or a unix socket."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port or 0,
        uds=None if socket is None else str(socket),
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_level="warning",
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    return Server(config)


def prepare_socket(place: Path) -> None:
    """Make way for the socket: its folder keeps others out, a dead predecessor's socket goes."""
    place.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        place.unlink()


async def keep_working(airlock: Airlock) -> None:
    """Take up interrupted checks, again and again; a failure is logged and tried anew."""
    lease = timedelta(0)  # what stands unfinished at the start was left by a predecessor
    while True:
        try:
            await asyncio.to_thread(worker.take_up, airlock, lease)
            lease = LEASE
        except Exception as error:  # noqa: BLE001  (the worker must outlive a locked database)
            log.error("The worker failed: %s", type(error).__name__)
        await asyncio.sleep(worker.EVERY_S)


async def serve(instance: Instance) -> None:
    """Serve until a signal to end arrives."""
    airlock = open_airlock(instance)
    worker.clear_rooms(airlock)
    place = instance.paths.socket("airlock")
    prepare_socket(place)
    servers = [
        server(pages.build(airlock, Hub(instance)), port=instance.ports.airlock),
        server(workspace_api.build(airlock), socket=place),
    ]
    working = asyncio.create_task(keep_working(airlock))
    _end_on_signal(servers)
    try:
        await asyncio.gather(*(one.serve() for one in servers))
    finally:
        working.cancel()


def _end_on_signal(servers: list[Server]) -> None:
    def end() -> None:
        for one in servers:
            one.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)


def main() -> None:
    """Run the service of the instance named in the environment."""
    os.umask(0o027)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    asyncio.run(serve(Instance.load()))


if __name__ == "__main__":
    main()
