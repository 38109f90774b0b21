"""Acts on the network: anything beyond the sandbox's own loopback, and other jobs through the door."""

import json
import socket
import struct
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from kernels import packets
from kernels.probe.acts import Act, Outcome, Victims, demand
from kernels.protocol import AIRLOCK_PORT, DOOR_SOCKET, HUB_PORT

WITHIN_S = 2.0
AF_VSOCK, AF_ALG, AF_PACKET, AF_NETLINK, AF_BLUETOOTH, AF_TIPC, AF_XDP = 40, 38, 17, 16, 31, 30, 44
NETLINK_AUDIT, NETLINK_KOBJECT_UEVENT = 9, 15
METADATA = "169.254.169.254"
PUBLIC_V4, PUBLIC_V6 = "192.0.2.1", "2001:db8::1"  # documentation ranges: routable in form, owned by nobody


def _connect(host: str, port: int) -> Callable[[Victims], object]:
    return lambda _: socket.create_connection((host, port), WITHIN_S).close()


def _connect_victim(victims: Victims) -> None:
    socket.create_connection(("127.0.0.1", int(victims["tcp_port"])), WITHIN_S).close()


def _udp(_: Victims) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", (PUBLIC_V4, 53))


def _udp_v6(_: Victims) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", (PUBLIC_V6, 53))


def _multicast(_: Victims) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, struct.pack("b", 1))
        sender.sendto(b"x", ("224.0.0.251", 5353))


def _resolve(_: Victims) -> None:
    socket.getaddrinfo("example.org", 80)


def _raw(family: int) -> Callable[[Victims], object]:
    return lambda _: socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()


def _family(family: int, kind: int = socket.SOCK_STREAM, protocol: int = 0) -> Callable[[Victims], object]:
    return lambda _: socket.socket(family, kind, protocol).close()


def _other_interfaces(_: Victims) -> None:
    demand([name for _, name in socket.if_nameindex() if name != "lo"], "only loopback")


def _abstract(victims: Victims) -> None:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect("\0" + str(victims["abstract"]))


def _path_socket(victims: Victims) -> None:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(victims["socket"]))


def _service_sockets(_: Victims) -> None:
    demand(any(Path("/run").glob("**/socket*")) and not Path(DOOR_SOCKET).exists(), "only the door")


def _door(request: dict[str, object]) -> Callable[[Victims], object]:
    return lambda _: _through_door(request)


def _through_door(request: dict[str, object]) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as channel:
        channel.settimeout(20)
        channel.connect(DOOR_SOCKET)
        packets.send(channel, request)
        answered = packets.receive(channel)
    demand(answered is not None and "answer" in answered, "refused")


def _broker(verb: str) -> Callable[[Victims], object]:
    return _door({"verb": "broker", "request": {"verb": verb}})


def _other_jobs_dask(victims: Victims) -> None:
    _through_door({"verb": "open", "to": "dask", "address": str(victims["address"]), "port": 9001})


def _other_jobs_dask_by_forwarder(victims: Victims) -> None:
    with socket.create_connection((str(victims["address"]), 9001), WITHIN_S) as stream:
        stream.settimeout(WITHIN_S)
        demand(stream.recv(1), "closed")


def _pass_descriptor(_: Victims) -> None:
    # A relay that kept a descriptor from inside could be made to hold or use it.
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as channel:
        channel.settimeout(5)
        channel.connect(DOOR_SOCKET)
        ours, theirs = socket.socketpair()
        with ours:
            packets.send(channel, {"verb": "claim"}, [theirs.fileno()])
            theirs.close()
            packets.receive(channel)
            ours.settimeout(1)
            demand(ours.recv(1) != b"", "nobody kept it")  # end of file: the other end was closed


def _http(port: int, method: str, path: str, **headers: str) -> Callable[[Victims], object]:
    def attempt(_: Victims) -> None:
        call = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method, headers=headers)
        with urllib.request.urlopen(call, timeout=20) as answer:  # noqa: S310  (loopback)
            demand(answer.status < 400, "refused")

    return attempt


def _smuggle(_: Victims) -> None:
    """Hide a second request behind an allowed one: the relay must not pass it on."""
    head = b"GET /hub/api/ HTTP/1.1\r\nHost: hub\r\n"
    hidden = b"GET /hub/api/users HTTP/1.1\r\nHost: hub\r\n\r\n"
    with socket.create_connection(("127.0.0.1", HUB_PORT), WITHIN_S) as stream:
        stream.settimeout(10)
        stream.sendall(head + b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden)
        received = b""
        while piece := stream.recv(65536):
            received += piece
    demand(received.startswith(b"HTTP/1.1 200"), "refused")


def _own_address(_: Victims) -> None:
    demand(json.dumps(socket.gethostbyname("localhost")), "none")


NETWORK = (
    Act("network:public-v4", _connect(PUBLIC_V4, 443), outside=None),
    Act("network:public-v6", _connect(PUBLIC_V6, 443), outside=None),
    Act("network:metadata", _connect(METADATA, 80), outside=None),
    Act("network:udp", _udp, outside=None),
    Act("network:udp-v6", _udp_v6, outside=None),
    Act("network:multicast", _multicast, outside=None),
    Act("network:dns", _resolve, outside=None),
    Act("network:host-loopback", _connect_victim),
    Act("network:other-interfaces", _other_interfaces),
    Act("network:raw-v4", _raw(socket.AF_INET), outside=None),
    Act("network:vsock", _family(AF_VSOCK), outside=None),
    Act("network:packet", _family(AF_PACKET, socket.SOCK_RAW), outside=None),
    Act("network:crypto-sockets", _family(AF_ALG, socket.SOCK_SEQPACKET), outside=None),
    Act("network:audit-netlink", _family(AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT), outside=None),
    Act("network:uevent-netlink", _family(AF_NETLINK, socket.SOCK_RAW, NETLINK_KOBJECT_UEVENT), outside=None),
    Act("network:tipc", _family(AF_TIPC, socket.SOCK_SEQPACKET), outside=None),
    Act("network:xdp", _family(AF_XDP, socket.SOCK_RAW), outside=None),
    Act("network:abstract-socket", _abstract),
    Act("network:path-socket", _path_socket),
    Act("network:service-sockets", _service_sockets, outside=None),
    Act("door:broker-submit", _broker("submit"), outside=None),
    Act("door:broker-claim", _broker("claim"), outside=None),
    Act("door:broker-ready", _broker("ready"), outside=None),
    Act("door:broker-cancel", _broker("cancel"), outside=None),
    Act("door:broker-locate", _broker("locate"), outside=None),
    Act("door:unknown-call", _door({"verb": "execute"}), outside=None),
    Act(
        "door:open-anything",
        _door({"verb": "open", "to": "tcp", "address": "127.0.0.1", "port": 22}),
        outside=None,
    ),
    Act(
        "door:dask-to-host",
        _door({"verb": "open", "to": "dask", "address": "10.0.0.1", "port": 9001}),
        outside=None,
    ),
    Act(
        "door:dask-other-port",
        _door({"verb": "open", "to": "dask", "address": "127.0.0.1", "port": 22}),
        outside=None,
    ),
    Act("door:dask-other-membership", _other_jobs_dask, outside=None),
    Act("door:dask-other-membership-by-forwarder", _other_jobs_dask_by_forwarder, outside=None),
    Act("door:relay-keeps-descriptor", _pass_descriptor, outside=None),
    Act("hub:list-users", _http(HUB_PORT, "GET", "/hub/api/users"), outside=None),
    Act("hub:make-token", _http(HUB_PORT, "POST", "/hub/api/users/root/tokens"), outside=None),
    Act("hub:other-activity", _http(HUB_PORT, "POST", "/hub/api/users/root/activity"), outside=None),
    Act("hub:shutdown", _http(HUB_PORT, "POST", "/hub/api/shutdown"), outside=None),
    Act("hub:dotted-path", _http(HUB_PORT, "GET", "/hub/api/user/../users"), outside=None),
    Act("hub:encoded-path", _http(HUB_PORT, "GET", "/hub/api/%75sers"), outside=None),
    Act("hub:smuggled-request", _smuggle, outside=None),
    Act("airlock:release", _http(AIRLOCK_PORT, "POST", "/requests/1/release"), outside=None),
    Act("airlock:other-path", _http(AIRLOCK_PORT, "GET", "/docs"), outside=None),
    Act("allowed:claim", _door({"verb": "claim"}), Outcome.ALLOWED, None),
    Act("allowed:hub-version", _http(HUB_PORT, "GET", "/hub/api/"), Outcome.ALLOWED, None),
    Act("allowed:loopback", _own_address, Outcome.ALLOWED),
)
