"""A notebook without a screen: one kernel of a running workspace, cells in, text out."""

import asyncio
import json
import uuid
from contextlib import suppress
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from governance.instance import Instance
from tre.tour.browser import Browser
from tre.tour.steps import StepFailedError

CELL_TIMEOUT_S = 240
KERNEL_START_TIMEOUT_S = 60
CLOSE_TIMEOUT_S = 5


class Notebook:
    """One kernel, reached through the edge with the visitor's own cookies."""

    def __init__(self, browser: Browser, instance: Instance, person: str, project: str) -> None:
        self._browser = browser
        self._host = f"{person}.{instance.hub_host}"
        self._port = instance.ports.edge
        self._base = f"/user/{person}/{project}/"
        self._kernel = self._start_kernel()

    def _url(self, path: str) -> str:
        return f"http://{self._host}:{self._port}{self._base}{path}"

    def _start_kernel(self) -> str:
        page = self._browser.get(self._url("lab"))
        if page.status_code != 200:
            raise StepFailedError(f"The lab did not open (HTTP {page.status_code} at {page.url.path}).")
        token = self._browser.cookie("_xsrf", self._host, self._base) or ""
        answer = self._browser.request(
            "POST", self._url("api/kernels"), headers={"X-XSRFToken": token}, json={}
        )
        if answer.status_code != 201:
            raise StepFailedError(f"No kernel started (HTTP {answer.status_code}).")
        return str(answer.json()["id"])

    def run(self, code: str) -> str:
        """Run one cell and return what it printed; an exception in the cell fails the step."""
        return asyncio.run(self._run(code))

    async def _run(self, code: str) -> str:
        path = f"{self._base}api/kernels/{self._kernel}/channels"
        request = HTTPRequest(
            f"ws://127.0.0.1:{self._port}{path}",
            headers={
                "Host": f"{self._host}:{self._port}",
                "Origin": f"http://{self._host}:{self._port}",
                "Cookie": self._browser.cookie_header(self._host, path),
            },
            connect_timeout=KERNEL_START_TIMEOUT_S,
        )
        socket = await websocket_connect(request)
        try:
            return await asyncio.wait_for(_execute(socket, code), CELL_TIMEOUT_S)
        finally:
            await _close(socket)


async def _close(socket: WebSocketClientConnection) -> None:
    # Closing is a handshake: without waiting for its end the connection would be left to the collector.
    socket.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            while await socket.read_message() is not None:
                pass


async def _execute(socket: WebSocketClientConnection, code: str) -> str:
    message = _execute_request(code)
    await socket.write_message(json.dumps(message))
    said: list[str] = []
    while True:
        answer = await socket.read_message()
        if answer is None:
            raise StepFailedError("The kernel's connection closed in the middle of a cell.")
        if isinstance(answer, bytes):
            continue
        parsed = json.loads(answer)
        if parsed["parent_header"].get("msg_id") != message["header"]["msg_id"]:
            continue
        if _read(parsed, said):
            return "".join(said)


def _read(message: dict[str, Any], said: list[str]) -> bool:
    """Take one kernel message into `said`; return True when the cell is done."""
    kind, content = message["msg_type"], message["content"]
    if kind == "stream":
        said.append(content["text"])
    elif kind == "execute_result":
        said.append(content["data"].get("text/plain", ""))
    elif kind == "error":
        raise StepFailedError(f"The cell raised {content['ename']}: {content['evalue']}")
    return bool(kind == "status" and content["execution_state"] == "idle")


def _execute_request(code: str) -> dict[str, Any]:
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "username": "",
        "session": uuid.uuid4().hex,
        "version": "5.3",
    }
    content = {
        "code": code,
        "silent": False,
        "store_history": False,
        "user_expressions": {},
        "allow_stdin": False,
    }
    return {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
