"""The hub's way to ask the broker, without blocking the hub's event loop."""

import asyncio
from pathlib import Path
from typing import Any

from governance.decisions import Refused
from governance.errors import BrokenError
from hub_config import wire
from kernels.protocol import outcome

ANSWER_S = 45.0  # more than the broker grants the executor


class BrokerClient:
    """Asks the broker at a socket; each question is one connection."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket

    async def ask(self, verb: str, **fields: object) -> dict[str, Any] | Refused:
        """Return the answer or the refusal. Raises BrokenError when broker or executor fail."""
        try:
            async with asyncio.timeout(ANSWER_S):
                return outcome(await self._exchange({"verb": verb, **fields}))
        except (OSError, TimeoutError, wire.WireError) as error:
            raise BrokenError(
                "The broker does not answer: nothing new can start, what runs goes on."
            ) from error

    async def _exchange(self, request: wire.Message) -> dict[str, Any]:
        reader, writer = await asyncio.open_unix_connection(str(self.socket), limit=wire.LONGEST_LINE)
        try:
            writer.write(wire.encode(request))
            await writer.drain()
            return wire.decode(await reader.readline())
        finally:
            writer.close()
