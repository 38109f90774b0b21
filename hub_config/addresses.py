"""Loopback addresses for jobs: each living job has its own 127.x.y.z, by which Dask peers name it.

The addresses lead nowhere: inside each sandbox the launcher listens on all of 127.0.0.0/8 and hands what
arrives to the relay, which asks the broker who owns the address (docs/architecture.md, steps 7 and 8).
"""

from collections.abc import Collection
from ipaddress import IPv4Address

from governance.errors import BrokenError

# 127.0.x.y stays free for services of the machine; 127.255.x.y for its broadcast address.
FIRST = int(IPv4Address("127.1.0.1"))
LAST = int(IPv4Address("127.254.255.254"))


def next_address(taken: Collection[str], started: int) -> str:
    """Return a free address, beginning after the `started` jobs so far so that none is used again soon.

    Raises:
        BrokenError: sixteen million jobs live at once.
    """
    size = LAST - FIRST + 1
    for step in range(min(size, len(taken) + 1)):
        candidate = str(IPv4Address(FIRST + (started + step) % size))
        if candidate not in taken:
            return candidate
    raise BrokenError("All job addresses are taken.")
