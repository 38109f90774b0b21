"""The service as it runs: pages on a loopback port, notebooks on a unix socket, one signal ends both."""

import asyncio
import os
import signal
import socket
from dataclasses import replace

import httpx
import pytest

from airlock import serve as service


@pytest.fixture
def instance(house):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ports = replace(house.airlock.instance.ports, airlock=port)
    return replace(house.airlock.instance, ports=ports)


async def answer(client, address, **kwargs):
    for _ in range(100):
        try:
            return await client.get(address, **kwargs)
        except httpx.ConnectError:
            await asyncio.sleep(0.05)
    raise AssertionError("The service did not come up.")


async def test_both_doors_open_and_a_signal_closes_them(house, instance):
    running = asyncio.create_task(service.serve(instance))
    account = {"x-tre-person": "ana", "x-tre-project": "p001", "x-tre-account": house.outbox().parent.name}
    place = str(instance.paths.socket("airlock"))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{instance.ports.airlock}") as browser:
        assert (await answer(browser, "/health")).text == "ok"
        assert (await browser.get("/queue")).status_code == 303
    async with httpx.AsyncClient(
        transport=httpx.AsyncHTTPTransport(uds=place), base_url="http://airlock"
    ) as job:
        assert (await answer(job, "/requests/p001-r1", headers=account)).status_code == 404
        assert (await job.get("/requests/p001-r1")).status_code == 403
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 10)


def test_the_socket_makes_way_for_its_successor(instance):
    place = instance.paths.socket("airlock")
    service.prepare_socket(place)
    place.write_text("dead")
    service.prepare_socket(place)
    assert not place.exists() and place.parent.stat().st_mode & 0o007 == 0
