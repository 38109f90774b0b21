"""Sets up a house: environments, folders, certificates, relays, and the played broker and hub."""

import importlib.util
import json
import os
import secrets
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sandbox_certificates import Certificates
from sandbox_house import BARE, RELAY_UID, House, as_account, make

from governance.instance import Instance
from kernels.protocol import decode, encode

ROOT = Path(__file__).resolve().parents[4]
ENVIRONMENT = Path(sys.prefix)


def user_model(person: str) -> dict:
    scopes = [f"access:servers!user={person}", f"read:users:name!user={person}"]
    return {"kind": "user", "name": person, "admin": False, "groups": [], "scopes": scopes}


class _Hub(BaseHTTPRequestHandler):
    """As much of the hub's API as a single-user server needs to start, and a note of what it was asked."""

    protocol_version = "HTTP/1.1"

    def _reply(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-JupyterHub-Version", "6.1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.house.hub_heard.append(("GET", self.path, dict(self.headers)))
        person = self.headers.get("Authorization", "").removeprefix("token ")
        known = {"/hub/api": {"version": "6.1.1"}, "/hub/api/user": user_model(person)}
        content = known.get(self.path.rstrip("/"))
        self._reply(404 if content is None else 200, content or {})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.house.hub_heard.append(("POST", self.path, dict(self.headers)))
        self._reply(200, {})

    def log_message(self, *_):
        pass


class _Line(socketserver.StreamRequestHandler):
    def handle(self):
        reply = self.server.house.answer(decode(self.rfile.readline()))
        self.wfile.write(encode(reply) + b"\n")


class _BrokerServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def wheels():
    """The list of what each environment holds: the packaging's own, so that nothing else is tested here."""
    found = importlib.util.spec_from_file_location("tre_wheels", ROOT / "packaging" / "wheels.py")
    module = importlib.util.module_from_spec(found)
    sys.modules["tre_wheels"] = module
    found.loader.exec_module(module)
    return module


@contextmanager
def environment(folder: Path, inside: bool) -> Iterator[None]:
    """An environment of the system's Python: the tests' packages, laid over with what our wheel holds.

    An overlay and not a copy: to remove a hundred thousand names takes a busy disk half a minute.
    """
    packages = folder / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    with ExitStack() as mounts:
        for part in (packages.relative_to(folder), Path("etc"), Path("share")):
            mounts.enter_context(overlay(ENVIRONMENT / part, folder / part))
        (folder / "bin").mkdir()
        (folder / "bin" / "python").symlink_to("/usr/bin/python3")
        (folder / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n")
        listed = wheels()
        for file in listed.contents(listed.WORKSPACE if inside else listed.SERVICES):
            (packages / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, packages / file)
        yield


@contextmanager
def overlay(lower: Path, target: Path) -> Iterator[None]:
    upper, work = (target.with_name(f".{target.name}-{kind}") for kind in ("upper", "work"))
    for folder in (target, upper, work):
        folder.mkdir(parents=True)
    options = f"lowerdir={lower},upperdir={upper},workdir={work}"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, target], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", target], check=True)


@contextmanager
def built_house(software: Path, nodes: tuple[str, ...] = ()) -> Iterator[House]:
    name = f"t{secrets.token_hex(3)}"
    place = Path(tempfile.mkdtemp(prefix="tre-", dir="/tmp"))
    place.chmod(0o755)
    parts = {part: place / part for part in ("etc", "state", "run", "data", "log")}
    for folder in parts.values():
        make(folder, 0, 0, 0o755)
    settings = Path("/etc/tre") / f"{name}.toml"
    settings.parent.mkdir(exist_ok=True)
    parts["software"] = software
    lines = ["[paths]", *(f'{part} = "{folder}"' for part, folder in parts.items())]
    settings.write_text("\n".join(lines) + "\n")
    house = House(Instance.load(name), nodes)
    try:
        if nodes:
            lay_out_peers(house)
        with ExitStack() as services:
            services.enter_context(broker_of(house))
            services.enter_context(hub_of(house))
            make(house.instance.paths.run / "relay", RELAY_UID, RELAY_UID, 0o711)
            services.enter_context(relay_of(house, ""))
            for node in nodes:
                services.enter_context(relay_of(house, node))
            yield house
            for job in house.jobs.values():
                house.stop(job)
    finally:
        settings.unlink()
        shutil.rmtree(place)


def lay_out_peers(house: House) -> None:
    """What the platform's roles lay out: the relays' addresses, an authority and certificates."""
    base = house.instance.ports.hub + 10_000
    addresses = {node: f"127.0.0.1:{base + number}" for number, node in enumerate(house.nodes, 1)}
    lines = [f'hub = "127.0.0.1:{base}"', "[nodes]", *(f'{n} = "{a}"' for n, a in addresses.items())]
    (house.instance.paths.etc / "relays.toml").write_text("\n".join(lines) + "\n")
    pki = house.instance.paths.etc / "pki"
    make(pki, RELAY_UID, RELAY_UID, 0o700)
    authority = Certificates.authority()
    Certificates.write(pki / "ca.pem", authority.certificate)
    relay = Certificates.signed(authority, "relay", "127.0.0.1")
    Certificates.write(pki / "relay.pem", relay.certificate)
    Certificates.write(pki / "relay.key", relay.key)
    for file in pki.iterdir():
        os.chown(file, RELAY_UID, RELAY_UID)


def broker_of(house: House):
    make(house.instance.paths.run / "broker", 0, 0, 0o755)
    path = house.instance.paths.socket("broker")
    server = _BrokerServer(str(path), _Line)
    server.house = house
    path.chmod(0o666)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return Ending(lambda: (server.shutdown(), server.server_close()))


def hub_of(house: House):
    server = ThreadingHTTPServer(("127.0.0.1", house.instance.ports.hub), _Hub)
    server.house = house
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return Ending(lambda: (server.shutdown(), server.server_close()))


def relay_of(house: House, node: str):
    paths = house.instance.paths
    role = ["--node", node] if node else ["--hub-side"]
    command = [str(paths.services_python), "-I", "-m", "kernels.relay", *role]
    environment = {**BARE, "TRE_INSTANCE": house.instance.name}
    log = paths.log / f"relay{node}"
    relay = house.relays[node] = as_account(command, RELAY_UID, RELAY_UID, environment, log)
    until = time.monotonic() + 20
    while not (paths.run / "relay" / node / "socket").exists():
        assert relay.poll() is None, log.read_text()
        assert time.monotonic() < until, "the relay does not start"
        time.sleep(0.02)
    return Ending(lambda: (relay.terminate(), relay.wait(10)))


class Ending:
    def __init__(self, action):
        self.action = action

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.action()
