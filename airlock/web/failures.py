"""Containing failures: a page that says nothing was changed, and a log line that says where, never what.

An exception's message can carry a value out of a file, so it is neither shown nor logged; and it must not
reach the server underneath, which would log it whole.
"""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

Answer = Callable[[Request], Response]


class Contained:
    """Answers with `answer` when `app` fails before it has begun to answer."""

    def __init__(self, app: ASGIApp, answer: Answer) -> None:
        self.app = app
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        begun = False

        async def watching(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watching)
        except Exception as error:  # noqa: BLE001  (whatever it is, its message stays in here)
            log.error("Failed: %s at %s", type(error).__name__, where(error))
            if not begun and scope["type"] == "http":
                await self.answer(Request(scope))(scope, receive, send)


def where(error: BaseException) -> str:
    """Return the innermost places an exception passed: file, line, function; no source, no message."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )
