"""Mutual TLS between relays: whoever holds a certificate of the relays' own authority is a relay.

The authority signs relays and nothing else, so a valid certificate is the whole identity check for callers;
who is called must also be named in its certificate.
"""

import socket
import ssl

from kernels.relay.settings import Address, Pki

CONNECT_WITHIN_S = 10.0


def server_context(pki: Pki) -> ssl.SSLContext:
    """Return how a relay answers others: TLS 1.3, certificate required."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    return _loaded(context, pki)


def client_context(pki: Pki) -> ssl.SSLContext:
    """Return how a relay calls others: TLS 1.3, own certificate shown, the other's address checked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = True
    return _loaded(context, pki)


def _loaded(context: ssl.SSLContext, pki: Pki) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(pki.certificate, pki.key)
    context.load_verify_locations(pki.authority)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def connect(address: Address, context: ssl.SSLContext) -> ssl.SSLSocket:
    """Connect to another relay. Raises OSError (ssl.SSLError is one)."""
    plain = socket.create_connection(address, timeout=CONNECT_WITHIN_S)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        return context.wrap_socket(plain, server_hostname=address[0])
    except OSError:
        plain.close()
        raise


class TlsStream:
    """A TLS connection as a pump's stream: "not now" is BlockingIOError, ends are TCP's.

    Ending a direction by TCP and not by TLS's own farewell leaves the other direction open. What runs inside
    (HTTP with lengths, Dask's frames) notices a cut by itself.
    """

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self._connection = connection

    def fileno(self) -> int:
        """Return the descriptor to poll."""
        return self._connection.fileno()

    def settimeout(self, seconds: float, /) -> None:
        """Set blocking (seconds) or non-blocking (0)."""
        self._connection.settimeout(seconds)

    def recv_into(self, buffer: memoryview, /) -> int:
        """Read what is there."""
        try:
            return self._connection.recv_into(buffer)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
            raise BlockingIOError from error

    def send(self, data: memoryview, /) -> int:
        """Write what fits; on BlockingIOError the same data must be offered again."""
        try:
            return self._connection.send(data)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
            raise BlockingIOError from error

    def shutdown(self, how: int, /) -> None:
        """End a direction, past the TLS object: its own `shutdown` would go on in the clear."""
        socket.socket.shutdown(self._connection, how)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
