"""Runs code in a kernel of a job's server, over the hub's loopback port, as a browser would."""

import json

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect


async def run_in_kernel(job, code: str) -> str:
    base = f"{job.url}/user/{job.spec.person}/{job.spec.project}/api/kernels"
    headers = {"Authorization": f"token {job.spec.person}"}
    client = AsyncHTTPClient()
    made = await client.fetch(base, method="POST", headers=headers, body="{}", request_timeout=60)
    address = f"{base}/{json.loads(made.body)['id']}/channels".replace("http://", "ws://")
    socket_ = await websocket_connect(HTTPRequest(address, headers=headers))
    header = {"msg_id": "m1", "msg_type": "execute_request", "session": "s", "username": "", "version": "5.3"}
    content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    await socket_.write_message(json.dumps(message))
    printed = ""
    while True:
        reply = json.loads(await socket_.read_message())
        if reply["parent_header"].get("msg_id") != "m1":
            continue
        match reply["msg_type"], reply["content"]:
            case "stream", {"text": text}:
                printed += text
            case "error", {"traceback": traceback}:
                printed += "\n".join(traceback)
            case "status", {"execution_state": "idle"}:
                socket_.close()
                return printed
