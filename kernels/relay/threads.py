"""Threads of a relay: a crash in one ends its connection, is told to the operator, and nothing else."""

import threading
from collections.abc import Callable
from typing import ParamSpec

from kernels.relay.events import tell

P = ParamSpec("P")
STACK = 512 * 1024  # bytes; thousands of connections must not reserve 8 MiB each

threading.stack_size(STACK)


def start(work: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Run `work` in a daemon thread."""

    def run() -> None:
        try:
            work(*args, **kwargs)
        except Exception as error:  # noqa: BLE001  (the last frame of a thread: told, not swallowed)
            name = getattr(work, "__qualname__", "thread")
            tell("relay:crash", where=name, kind=type(error).__name__, why=str(error)[:200])

    threading.Thread(target=run, daemon=True).start()
