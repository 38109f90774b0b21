"""One HTTP request out of a sandbox: read it whole, ask the list, write it anew, carry the answer back.

One request a connection. What goes on is built here from parsed parts with a counted body, so nothing that
two parsers could read differently reaches a service (request smuggling), and no header passes unlisted.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from governance.errors import BrokenError
from kernels.protocol import JobSpec
from kernels.relay.allowed import Service, stamps
from kernels.relay.lines import Connection

LONGEST_HEAD = 32 * 1024
LONGEST_BODY = 1024 * 1024
REQUEST_WITHIN_S = 30.0
ANSWER_WITHIN_S = 300.0  # the airlock's panel may take minutes on large files
CHUNK = 64 * 1024

_REQUEST_LINE = re.compile(rb"([A-Z]{3,7}) (/[\x21-\x7e]*) HTTP/1\.[01]")
_HEADER = re.compile(rb"([A-Za-z0-9-]+):[ \t]*([\x20-\x7e]*?)[ \t]*")


class NotPassedError(Exception):
    """A request that is answered here instead of being passed on."""

    def __init__(self, status: HTTPStatus, reason: str, remedy: str = "", rule: str = "relay:http") -> None:
        super().__init__(reason)
        self.status, self.reason, self.remedy, self.rule = status, reason, remedy, rule


@dataclass(frozen=True, slots=True)
class Request:
    """One parsed request."""

    method: str
    target: str
    headers: Mapping[str, str]  # lower-case names
    body: bytes


def pass_one(inner: Connection, service: Service, spec: JobSpec, dial: Callable[[], Connection]) -> int:
    """Pass one request on if the service's list has it, and its answer back.

    Args:
        inner: the job's end; closed by the caller.
        service: the list to ask.
        spec: whose request it is.
        dial: opens a connection to the service.

    Returns:
        The answer's HTTP status if it came from here, else 0.
    """
    inner.settimeout(REQUEST_WITHIN_S)
    try:
        request = read_request(inner)
        refusal = service.why_not(request.method, request.target.partition("?")[0], spec)
        if refusal is not None:
            raise NotPassedError(HTTPStatus.FORBIDDEN, refusal.reason, refusal.remedy, refusal.rule)
        _exchange(inner, request, service, spec, dial)
    except NotPassedError as refused:
        inner.sendall(_answer(refused))
        return int(refused.status)
    return 0


def _exchange(
    inner: Connection, request: Request, service: Service, spec: JobSpec, dial: Callable[[], Connection]
) -> None:
    try:
        upstream = dial()
    except (OSError, BrokenError) as error:
        reason = f"The {service.name} does not answer."
        raise NotPassedError(HTTPStatus.BAD_GATEWAY, reason, "Try again in a minute.") from error
    with upstream:
        upstream.settimeout(ANSWER_WITHIN_S)
        upstream.sendall(rewritten(request, service, spec))
        while piece := upstream.recv(CHUNK):
            inner.sendall(piece)


def read_request(inner: Connection) -> Request:
    """Read one request with a counted body. Raises `NotPassedError` for anything else."""
    head, body = _read_head(inner)
    line, *header_lines = head.split(b"\r\n")
    matched = _REQUEST_LINE.fullmatch(line)
    if matched is None or not _is_plain(matched[2].decode()):
        raise NotPassedError(HTTPStatus.BAD_REQUEST, "The request line is not understood.")
    headers = dict(_header(header_line) for header_line in header_lines)
    length = _body_length(headers)
    while len(body) < length:
        piece = inner.recv(CHUNK)
        if not piece:
            raise NotPassedError(HTTPStatus.BAD_REQUEST, "The request ended early.")
        body += piece
    return Request(matched[1].decode(), matched[2].decode(), headers, bytes(body[:length]))


def _read_head(inner: Connection) -> tuple[bytes, bytearray]:
    received = bytearray()
    while (end := received.find(b"\r\n\r\n")) < 0:
        piece = inner.recv(8192)
        if not piece or len(received) > LONGEST_HEAD:
            raise NotPassedError(HTTPStatus.BAD_REQUEST, "The request's head is too long or incomplete.")
        received += piece
    return bytes(received[:end]), received[end + 4 :]


def _is_plain(target: str) -> bool:
    # Encoded or dotted paths mean different things to different servers; none of the listed calls needs one.
    path = urlsplit(target).path
    return "%" not in path and "//" not in target and "/." not in path and "\\" not in target


def _header(line: bytes) -> tuple[str, str]:
    matched = _HEADER.fullmatch(line)
    if matched is None:
        raise NotPassedError(HTTPStatus.BAD_REQUEST, "A header is not understood.")
    return matched[1].decode().lower(), matched[2].decode()


def _body_length(headers: Mapping[str, str]) -> int:
    if "transfer-encoding" in headers:
        raise NotPassedError(HTTPStatus.LENGTH_REQUIRED, "The request's body must have a stated length.")
    text = headers.get("content-length", "0")
    if not text.isascii() or not text.isdigit() or int(text) > LONGEST_BODY:
        raise NotPassedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request's body is too large.")
    return int(text)


def rewritten(request: Request, service: Service, spec: JobSpec) -> bytes:
    """Write the request anew: listed headers, our stamps, one exchange."""
    passed = {name: value for name, value in request.headers.items() if name in service.headers}
    stamped = stamps(spec) if service.stamped else {}
    own = {"Host": service.name, "Connection": "close", "Content-Length": str(len(request.body))}
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in {**passed, **stamped, **own}.items()]
    return "\r\n".join([*lines, "", ""]).encode() + request.body


def _answer(refused: NotPassedError) -> bytes:
    content = {"message": refused.reason, "remedy": refused.remedy, "rule": refused.rule}
    body = json.dumps(content).encode()
    return (
        f"HTTP/1.1 {refused.status.value} {refused.status.phrase}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode() + body
