"""One instance of the environment: its name, profile, places, ports and hosts, read from one settings file.

Everything that could collide on a machine carries the instance's name (docs/adr/0009), so that a test
cluster, a second clone and a live instance share it. Settings live in ``/etc/tre/<instance>.toml`` (or
``~/.config/tre/<instance>.toml`` for the embedded profile); what is absent there follows from the name.
"""

import os
import tomllib
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from governance.errors import UsageError
from governance.identity import instance_name

SYSTEM_SETTINGS = Path("/etc/tre")
DEFAULT_INSTANCE = "main"
DEFAULT_PORT_BASE = 8000
PORTS_PER_INSTANCE = 20
DEFAULT_UID_FIRST = 700_000
UIDS_PER_INSTANCE = 10_000


class Profile(StrEnum):
    """How an instance is set up; see docs/architecture.md, Profiles."""

    SINGLE = "single"
    EMBEDDED = "embedded"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class Paths:
    """Where an instance keeps what. Every folder belongs to this instance alone."""

    etc: Path  # configuration, keys readable by their service only
    state: Path  # database, warehouse, airlock store
    run: Path  # sockets and pid files
    data: Path  # project folders and extracts
    software: Path  # the two environments: services, workspace; and node_modules
    log: Path

    @property
    def register(self) -> Path:
        """Folder of the one database when it is SQLite."""
        return self.state / "register"

    @property
    def warehouse(self) -> Path:
        """The custodian's folder: snapshots, keys, maps. No researcher account can traverse it."""
        return self.state / "warehouse"

    @property
    def airlock(self) -> Path:
        """Content-addressed copies of submitted files, and releases."""
        return self.state / "airlock"

    @property
    def extracts(self) -> Path:
        """Extracts by project and id, read-only for the project's group."""
        return self.data / "extracts"

    @property
    def services_python(self) -> Path:
        """Interpreter of the services environment."""
        return self.software / "services" / "bin" / "python"

    @property
    def workspace_python(self) -> Path:
        """Interpreter of the workspace environment, the only software a sandbox mounts."""
        return self.software / "workspace" / "bin" / "python"

    def project(self, project: str) -> Path:
        """Root folder of one project."""
        return self.data / "projects" / project

    def member(self, project: str, account: str) -> Path:
        """Folder of one membership: ``home`` and ``outbox`` lie in it."""
        return self.project(project) / "members" / account

    def socket(self, service: str) -> Path:
        """Unix socket of one service: executor, broker, relay, airlock."""
        return self.run / service / "socket"


@dataclass(frozen=True, slots=True)
class Ports:
    """Loopback ports of an instance, offsets from its base."""

    edge: int
    hub: int
    proxy: int
    proxy_api: int
    slurmctld: int
    slurmd: int
    relay: int
    airlock: int


@dataclass(frozen=True, slots=True)
class Instance:
    """Everything a component must know about the instance it serves."""

    name: str
    profile: Profile
    paths: Paths
    ports: Ports
    hub_host: str
    airlock_host: str
    database_url: str
    uid_first: int
    uid_count: int
    timezone: ZoneInfo

    @property
    def hub_url(self) -> str:
        """The hub's origin as a browser sees it."""
        return f"http://{self.hub_host}:{self.ports.edge}"

    @property
    def airlock_url(self) -> str:
        """The airlock's origin as a browser sees it."""
        return f"http://{self.airlock_host}:{self.ports.edge}"

    @classmethod
    def load(cls, name: str | None = None) -> "Instance":
        """Read the settings of `name` (default: ``TRE_INSTANCE``, else ``main``).

        Raises:
            UsageError: the name is malformed or no such instance is set up here.
        """
        chosen = instance_name(name or os.environ.get("TRE_INSTANCE") or DEFAULT_INSTANCE)
        file = settings_file(chosen)
        if file is None:
            raise UsageError(f"There is no instance {chosen!r} on this machine: run `make up` first.")
        return from_settings(chosen, tomllib.loads(file.read_text(encoding="utf-8")))


def settings_file(name: str) -> Path | None:
    """Return the settings file of an instance: the system's, else the user's, else None."""
    system = SYSTEM_SETTINGS / f"{name}.toml"
    if system.is_file():
        return system
    try:
        own = Path.home() / ".config" / "tre" / f"{name}.toml"
    except RuntimeError:  # a service account without a home has no settings of its own
        return None
    return own if own.is_file() else None


def default_port_base(name: str) -> int:
    """Give every instance name a port range of its own, stable across machines."""
    if name == DEFAULT_INSTANCE:
        return DEFAULT_PORT_BASE
    return DEFAULT_PORT_BASE + PORTS_PER_INSTANCE * (1 + zlib.crc32(name.encode()) % 900)


def default_uid_first(name: str) -> int:
    """Give every instance name a uid range of its own."""
    if name == DEFAULT_INSTANCE:
        return DEFAULT_UID_FIRST
    return DEFAULT_UID_FIRST + UIDS_PER_INSTANCE * (1 + zlib.crc32(name.encode()) % 900)


def default_paths(name: str, profile: Profile) -> Paths:
    """Place an instance in the system's folders, or in the user's for the embedded profile."""
    if profile is Profile.EMBEDDED:
        home = Path.home() / ".local" / "share" / "tre" / name
        return Paths(**{part: home / part for part in ("etc", "state", "run", "data", "software", "log")})
    return Paths(
        etc=Path("/etc/tre") / name,
        state=Path("/var/lib/tre") / name,
        run=Path("/run/tre") / name,
        data=Path("/srv/tre") / name,
        software=Path("/opt/tre") / name,
        log=Path("/var/log/tre") / name,
    )


def default_host(service: str, name: str) -> str:
    """``hub.localhost`` for the default instance, ``hub.NAME.localhost`` for others."""
    return f"{service}.localhost" if name == DEFAULT_INSTANCE else f"{service}.{name}.localhost"


def from_settings(name: str, settings: dict[str, Any]) -> Instance:
    """Build an instance from parsed settings; what is absent follows from the name."""
    profile = Profile(settings.get("profile", Profile.SINGLE))
    paths = default_paths(name, profile)
    overrides = {part: Path(place) for part, place in settings.get("paths", {}).items()}
    paths = Paths(**{part: overrides.get(part, getattr(paths, part)) for part in Paths.__slots__})
    base = int(settings.get("port_base", default_port_base(name)))
    hosts = settings.get("hosts", {})
    return Instance(
        name=name,
        profile=profile,
        paths=paths,
        ports=Ports(*(base + offset for offset in range(8))),
        hub_host=hosts.get("hub", default_host("hub", name)),
        airlock_host=hosts.get("airlock", default_host("airlock", name)),
        database_url=settings.get("database_url", f"sqlite:///{paths.register / 'tre.db'}"),
        uid_first=int(settings.get("uid_first", default_uid_first(name))),
        uid_count=int(settings.get("uid_count", UIDS_PER_INSTANCE)),
        timezone=ZoneInfo(settings.get("timezone", "Europe/Madrid")),
    )
