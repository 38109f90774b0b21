"""A house in miniature: real porter, bubblewrap, relay and launcher; only broker and SLURM are played here.

The cluster tests run the same jobs under real SLURM and the real broker. Here a job's accounts are bare uids,
so root is needed, and nothing of the machine but /etc/tre/<name>.toml and a folder in /tmp is touched.
"""

import asyncio
import ipaddress
import itertools
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
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest
from tornado.websocket import websocket_connect

from governance.decisions import Refused
from governance.instance import Instance
from kernels.protocol import Claim, JobSpec, Mount, Role, answer, decode, encode, new_spawn_id

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = Path(sys.prefix)
PACKAGES = ("governance", "disclosure", "warehouse_lib", "kernels")
RELAY_UID = 64_900
UIDS = {"ana": 64_901, "ben": 64_902}
BARE = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}  # bare uids have no home in passwd
GIDS = {"p1": 64_951, "p2": 64_952}

ANA = {
    "kind": "user",
    "name": "ana",
    "admin": False,
    "groups": [],
    "scopes": ["access:servers!user=ana", "read:users:name!user=ana"],
}


def why_not_here() -> str | None:
    if os.geteuid() != 0:
        return "needs root, to run jobs as other accounts"
    if not shutil.which("bwrap"):
        return "needs bubblewrap"
    return None


def pytest_collection_modifyitems(items):
    reason = why_not_here()
    for item in items:
        if reason and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=reason))


@dataclass
class Job:
    spec: JobSpec
    porter: subprocess.Popen
    node: str = ""
    url: str | None = None
    gone: bool = False


@dataclass
class House:
    """The broker's memory and SLURM's hands."""

    instance: Instance
    nodes: tuple[str, ...] = ()  # empty: one relay does everything
    relays: dict[str, subprocess.Popen] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    asked: list[dict] = field(default_factory=list)
    hub_heard: list[tuple] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def spec(self, person="ana", project="p1", role=Role.NOTEBOOK, **changes) -> JobSpec:
        now = datetime.now(UTC)
        account = f"{self.instance.name}-{project}-{person}"
        self.folders(project, account, UIDS[person], GIDS[project])
        data = self.instance.paths.data
        spec = JobSpec(
            instance=self.instance.name,
            spawn_id=new_spawn_id(),
            role=role,
            person=person,
            project=project,
            account=account,
            uid=UIDS[person],
            gid=GIDS[project],
            group=f"{self.instance.name}-{project}",
            cores=1,
            memory_gib=1,
            submitted_at=now,
            ends_at=now + timedelta(minutes=10),
            address=f"127.9.9.{next(self.numbers)}",
            software=str(self.instance.paths.software / "workspace"),
            mounts=(
                Mount(str(data / account / "home"), "/workspace/home", writable=True),
                Mount(str(data / account / "outbox"), "/workspace/outbox", writable=True),
                Mount(str(data / project), "/workspace/project", writable=True),
                Mount(str(data / f"{project}-extract"), "/workspace/data", writable=False),
            ),
        )
        return replace(spec, **changes)

    def folders(self, project: str, account: str, uid: int, gid: int) -> None:
        data = self.instance.paths.data
        for folder, mode in ((f"{account}/home", 0o700), (f"{account}/outbox", 0o750)):
            make(data / folder, uid, gid, mode)
        make(data / project, 0, gid, 0o2770)
        make(data / f"{project}-extract", RELAY_UID, gid, 0o550)
        (data / account).chmod(0o711)

    def run(self, spec: JobSpec, uid: int | None = None) -> Job:
        """Do what SLURM does with the script: run its one command as the account, on the next node."""
        node = self.nodes[len(self.jobs) % len(self.nodes)] if self.nodes else ""
        environment = {**BARE, "SLURM_JOB_ID": str(1000 + len(self.jobs)), "SLURMD_NODENAME": node}
        command = [str(self.instance.paths.services_python), "-I", "-m", "kernels.porter"]
        self.jobs[spec.spawn_id] = job = Job(spec, None)  # type: ignore[arg-type]
        log = self.instance.paths.log / f"{spec.spawn_id}.porter"
        arguments = [*command, spec.instance, spec.spawn_id]
        job.porter = as_account(arguments, uid or spec.uid, spec.gid, environment, log)
        return job

    def start(self, **changes) -> Job:
        job = self.run(self.spec(**changes))
        return self.wait_ready(job)

    def wait_ready(self, job: Job, seconds: float = 60) -> Job:
        until = time.monotonic() + seconds
        while job.url is None:
            assert job.porter.poll() is None, f"the job ended with {job.porter.returncode}: {self.story(job)}"
            assert time.monotonic() < until, f"the job is not ready: {self.story(job)}"
            time.sleep(0.02)
        return job

    def story(self, job: Job) -> str:
        porter = (self.instance.paths.log / f"{job.spec.spawn_id}.porter").read_text()
        relay = "\n".join(file.read_text()[-3000:] for file in self.instance.paths.log.glob("relay*"))
        heard = "\n".join(f"hub heard {method} {path}" for method, path, _ in self.hub_heard)
        logs = self.instance.paths.data.glob("*/home/.tre/log/*.log")
        return "\n".join([porter, relay, heard, *(log.read_text()[-3000:] for log in logs)])

    def events(self, name: str) -> list[dict]:
        lines = "".join(f.read_text() for f in self.instance.paths.log.glob("relay*")).splitlines()
        return [event for line in lines if (event := json.loads(line))["event"] == name]

    def execute(self, job: Job, code: str, seconds: float = 60) -> str:
        """Run `code` in a new kernel of the job's server, as a browser would; return what it printed."""
        try:
            return asyncio.run(asyncio.wait_for(run_in_kernel(job, code), seconds))
        except (HTTPError, TimeoutError) as error:
            raise AssertionError(f"the kernel did not run: {error!r}\n{self.story(job)}") from error

    def stop(self, job: Job) -> None:
        job.porter.kill()
        job.porter.wait(10)

    # ---- the broker's verbs, as far as a relay calls them ----

    def answer(self, request: dict) -> dict:
        self.asked.append(request)
        verb = request.pop("verb")
        return answer(getattr(self, f"_{verb}")(**request))

    def _claim(self, spawn_id, slurm_job_id, uid, node):
        job = self.jobs.get(spawn_id)
        if job is None or job.spec.uid != uid:
            return Refused("This job was not started by the broker.", "", "claim")
        job.node = node
        prefix = f"/user/{job.spec.person}/{job.spec.project}/"
        environment = {
            "JUPYTERHUB_API_TOKEN": "t0ken",
            "JUPYTERHUB_USER": job.spec.person,
            "JUPYTERHUB_SERVER_NAME": job.spec.project,
            "JUPYTERHUB_SERVICE_PREFIX": prefix,
            "JUPYTERHUB_CLIENT_ID": f"jupyterhub-user-{job.spec.person}",
            "JUPYTERHUB_BASE_URL": "/",
            "JUPYTERHUB_OAUTH_ACCESS_SCOPES": json.dumps([f"access:servers!user={job.spec.person}"]),
            "JUPYTERHUB_OAUTH_CALLBACK_URL": f"{prefix}oauth_callback",
        }
        return Claim(job.spec, environment if job.spec.role is Role.NOTEBOOK else {}).to_json()

    def _ready(self, spawn_id, url):
        self.jobs[spawn_id].url = url
        return {}

    def _gone(self, spawn_id):
        self.jobs[spawn_id].gone = True
        return {}

    def _state(self, spawn_id):
        return {"phase": "ready", "ends_at": self.jobs[spawn_id].spec.ends_at.isoformat()}

    def _locate(self, spawn_id, address):
        mine = self.jobs[spawn_id].spec
        for other in self.jobs.values():
            if other.spec.address == address and other.spec.account == mine.account and not other.gone:
                return {"spawn_id": other.spec.spawn_id, "node": other.node}
        return Refused("No job of this membership has this address.", "", "locate")

    def _worker(self, spawn_id, count, names, cores, memory_gib, scheduler_port):
        parent = self.jobs[spawn_id].spec
        scheduler = f"tcp://{parent.address}:{scheduler_port}"
        wanted = {"role": Role.WORKER, "parent": spawn_id, "scheduler": scheduler, "cores": cores}
        specs = []
        for name in names:
            spec = self.spec(parent.person, parent.project, worker_name=name, memory_gib=memory_gib, **wanted)
            specs.append(spec)
            self.run(spec)
        return {"spawn_ids": [spec.spawn_id for spec in specs]}

    def _workers(self, spawn_id):
        mine = [job for job in self.jobs.values() if job.spec.parent == spawn_id]
        return {"workers": [{"spawn_id": j.spec.spawn_id, "phase": "ready", "reason": ""} for j in mine]}

    def _cancel_worker(self, spawn_id, worker):
        assert self.jobs[worker].spec.parent == spawn_id
        self.stop(self.jobs[worker])
        return {}


async def run_in_kernel(job: Job, code: str) -> str:
    base = f"{job.url}/user/{job.spec.person}/{job.spec.project}/api/kernels"
    headers = {"Authorization": "token any"}
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
        known = {"/hub/api": {"version": "6.1.1"}, "/hub/api/user": ANA}
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


def as_account(command: list[str], uid: int, gid: int, environment: dict[str, str], log: Path):
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            env=environment,
            user=uid,
            group=gid,
            extra_groups=[],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


def make(folder: Path, uid: int, gid: int, mode: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, uid, gid)
    folder.chmod(mode)


def environment_of(folder: Path) -> None:
    """A small environment of the system's Python with the test environment's packages, by hard links."""
    packages = folder / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    for part in (packages.relative_to(folder), Path("etc"), Path("share")):
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        linked = subprocess.run(["cp", "-al", ENVIRONMENT / part, folder / part], stderr=subprocess.DEVNULL)
        if linked.returncode:  # another file system
            shutil.rmtree(folder / part, ignore_errors=True)
            subprocess.run(["cp", "-a", ENVIRONMENT / part, folder / part], check=True)
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to("/usr/bin/python3")
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n")
    for package in PACKAGES:
        shutil.rmtree(packages / package, ignore_errors=True)
        shutil.copytree(ROOT / package, packages / package)


@pytest.fixture(scope="session")
def software() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="tre-sw-", dir="/tmp"))
    place.chmod(0o755)
    environment_of(place / "workspace")
    (place / "services").symlink_to("workspace")
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="session")
def house(software: Path) -> Iterator[House]:
    """One machine: one relay does everything."""
    with built_house(software) as house:
        yield house


@pytest.fixture(scope="session")
def wide_house(software: Path) -> Iterator[House]:
    """Two nodes and a hub: three relays that speak mutual TLS; jobs go to the nodes in turn."""
    with built_house(software, ("n1", "n2")) as house:
        yield house


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


class Certificates:
    """Throw-away authority and certificates, made with the library that the services already have."""

    @dataclass
    class Pair:
        certificate: x509.Certificate
        key: ec.EllipticCurvePrivateKey

    @staticmethod
    def authority() -> "Certificates.Pair":
        return Certificates._made("authority", None, None)

    @staticmethod
    def signed(by, name, address):
        return Certificates._made(name, by, address)

    @staticmethod
    def _made(name, by, address):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(by.certificate.subject if by else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        )
        if address:
            names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
            builder = builder.add_extension(names, critical=False)
        return Certificates.Pair(builder.sign(by.key if by else key, hashes.SHA256()), key)

    @staticmethod
    def write(path, thing):
        pem = serialization.Encoding.PEM
        if isinstance(thing, x509.Certificate):
            path.write_bytes(thing.public_bytes(pem))
        else:
            none = serialization.NoEncryption()
            path.write_bytes(thing.private_bytes(pem, serialization.PrivateFormat.PKCS8, none))


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
