import socket
import threading

import pytest

from kernels.relay.allowed import AIRLOCK, HUB
from kernels.relay.gate import pass_one

ALLOWED = b"GET /hub/api/ HTTP/1.1\r\nHost: x\r\n\r\n"
REPLY = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"


class Upstream:
    """A service that notes what it was sent and gives one reply."""

    def __init__(self):
        self.heard = b""
        self.dialled = 0

    def dial(self):
        self.dialled += 1
        ours, theirs = socket.socketpair()
        threading.Thread(target=self._serve, args=(theirs,), daemon=True).start()
        return ours

    def _serve(self, stream):
        with stream:
            self.heard += stream.recv(65536)
            stream.sendall(REPLY)


@pytest.fixture
def upstream():
    return Upstream()


def exchange(raw: bytes, service, spec, dial) -> bytes:
    inner, job = socket.socketpair()
    with job:
        job.sendall(raw)
        job.shutdown(socket.SHUT_WR)
        with inner:
            pass_one(inner, service, spec, dial)
        received = b""
        while piece := job.recv(65536):
            received += piece
        return received


def test_an_allowed_call_passes_and_its_answer_comes_back(spec, upstream):
    assert exchange(ALLOWED, HUB, spec, upstream.dial) == REPLY
    assert upstream.heard.startswith(b"GET /hub/api/ HTTP/1.1\r\n")
    assert b"Connection: close" in upstream.heard


def test_only_listed_headers_pass(spec, upstream):
    raw = ALLOWED.replace(b"Host: x", b"Host: x\r\nCookie: c\r\nX-Forwarded-For: f\r\nAuthorization: token t")
    exchange(raw, HUB, spec, upstream.dial)
    assert b"authorization: token t" in upstream.heard
    assert b"ookie" not in upstream.heard
    assert b"orwarded" not in upstream.heard


def test_who_asks_is_stamped_by_the_relay_and_never_taken_from_the_caller(spec, upstream):
    raw = b"GET /requests/7 HTTP/1.1\r\nX-TRE-Person: eva\r\nx-tre-project: p001\r\n\r\n"
    exchange(raw, AIRLOCK, spec, upstream.dial)
    assert b"X-TRE-Person: ana\r\n" in upstream.heard
    assert b"X-TRE-Project: p042\r\n" in upstream.heard
    assert b"eva" not in upstream.heard
    assert b"p001" not in upstream.heard


def test_what_follows_the_counted_body_is_not_passed(spec, upstream):
    hidden = b"GET /hub/api/users HTTP/1.1\r\n\r\n"
    exchange(ALLOWED.replace(b"Host: x", b"Content-Length: 2") + b"ab" + hidden, HUB, spec, upstream.dial)
    assert upstream.heard.endswith(b"\r\n\r\nab")


REFUSED = {
    "other path": (b"GET /hub/api/users HTTP/1.1\r\n\r\n", 403),
    "other method": (b"DELETE /hub/api/user HTTP/1.1\r\n\r\n", 403),
    "another person's activity": (b"POST /hub/api/users/eva/activity HTTP/1.1\r\n\r\n", 403),
    "dotted path": (b"GET /hub/api/./user HTTP/1.1\r\n\r\n", 400),
    "encoded path": (b"GET /hub/api/%75ser HTTP/1.1\r\n\r\n", 400),
    "double slash": (b"GET //evil/hub/api/ HTTP/1.1\r\n\r\n", 400),
    "absolute form": (b"GET http://evil/hub/api/ HTTP/1.1\r\n\r\n", 400),
    "chunked": (ALLOWED.replace(b"Host: x", b"Transfer-Encoding: chunked"), 411),
    "spaced header": (ALLOWED.replace(b"Host: x", b"Content-Length : 0"), 400),
    "folded header": (ALLOWED.replace(b"Host: x", b"Accept: a\r\n b"), 400),
    "bare line feeds": (b"GET /hub/api/ HTTP/1.1\nHost: x\n\n", 400),
    "signed length": (ALLOWED.replace(b"Host: x", b"Content-Length: +1"), 413),
    "huge body": (ALLOWED.replace(b"Host: x", b"Content-Length: 99999999"), 413),
    "short body": (ALLOWED.replace(b"Host: x", b"Content-Length: 9") + b"a", 400),
    "endless head": (b"GET /hub/api/ HTTP/1.1\r\n" + b"A: b\r\n" * 8000, 400),
    "not HTTP": (b"\x16\x03\x01\r\n\r\n", 400),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_clearly_an_allowed_call_is_answered_here(spec, upstream, case):
    raw, status = REFUSED[case]
    assert exchange(raw, HUB, spec, upstream.dial).startswith(f"HTTP/1.1 {status} ".encode())
    assert upstream.dialled == 0


def test_a_service_that_is_down_is_named(spec):
    def down():
        raise ConnectionRefusedError

    received = exchange(ALLOWED, HUB, spec, down)
    assert received.startswith(b"HTTP/1.1 502 ")
    assert b"The hub does not answer." in received
