"""What crosses the borders of a job: the JobSpec, the claim, and the words of broker, relay and door.

Standard library and `governance` values only, because the porter (outside the sandbox, as the job's
account) and the launcher (inside) both read it. Every message is one JSON object. On the broker's and the
relay's stream sockets it is one line each way; on a door (``SOCK_SEQPACKET``) it is one packet.

    request   {"verb": "claim", ...arguments}
    answer    {"answer": {...}} | {"refused": {"reason", "remedy", "rule"}} | {"broken": "which component"}
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from governance.decisions import Refused
from governance.errors import BrokenError, UsageError

JOBSPEC_SCHEMA = "tre.jobspec/1"
SPAWN_ID_LAW = re.compile(r"[0-9a-f]{20}")
ADDRESS_LAW = re.compile(r"127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}")
NODE_LAW = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,62}")
LONGEST_MESSAGE = 64 * 1024  # bytes; a claim's environment is a few KiB

# Inside every sandbox, fixed, because each job has mounts and a network namespace of its own.
WORKSPACE = "/workspace"
HOME = f"{WORKSPACE}/home"
DOOR = "/run/tre/door"
DOOR_SOCKET = f"{DOOR}/socket"
SERVER_PORT = 8888  # the single-user server
HUB_PORT = 8081  # forwarded to the hub's API
AIRLOCK_PORT = 8082  # forwarded to the airlock's workspace API
# Dask listens on P-1 on loopback and advertises P on the job's own 127.x.y.z; P is forwarded to the relay.
DASK_CONTACT_PORTS = (9001, 9003, 9005, 9007)


class Role(StrEnum):
    """What the launcher starts; mounts, limits and walls are the same for all."""

    NOTEBOOK = "notebook"
    WORKER = "worker"
    BATCH = "batch"


class Phase(StrEnum):
    """Where a job stands, as the broker tells it. `UNKNOWN`: the queue did not answer; never "gone"."""

    JOURNALED = "journaled"
    SUBMITTED = "submitted"
    PENDING = "pending"
    STARTING = "starting"
    READY = "ready"
    ENDED = "ended"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Verb(StrEnum):
    """The broker's verbs. First line: the hub's. Others: only a relay's, for a job it has admitted."""

    SUBMIT, WAIT, STATE, CANCEL = "submit", "wait", "state", "cancel"
    CLAIM = "claim"  # {spawn_id, slurm_job_id, uid, node} -> {jobspec, environment}
    READY = "ready"  # {spawn_id, url} -> {}
    GONE = "gone"  # {spawn_id} -> {}
    LOCATE = "locate"  # {spawn_id, address} -> {spawn_id, node}: the job of the same membership that owns it
    # {spawn_id, count, names, cores, memory_gib, scheduler_port} -> {spawn_ids}: one job for each of `names`,
    # JobSpec.worker_name = the name, JobSpec.scheduler = tcp://<the notebook's address>:<scheduler_port>
    WORKER = "worker"
    WORKERS = "workers"  # {spawn_id} -> {workers: [{spawn_id, phase, reason}]}
    CANCEL_WORKER = "cancel_worker"  # {spawn_id, worker} -> {}


WORKSPACE_VERBS = frozenset({Verb.WORKER, Verb.WORKERS, Verb.CANCEL_WORKER, Verb.STATE})
"""What code inside a sandbox may ask the broker for; the relay sets `spawn_id` to the job's own."""


@dataclass(frozen=True, slots=True)
class Mount:
    """One folder of the host that the sandbox shows at a fixed place."""

    source: str  # absolute path on the node
    target: str  # below /workspace
    writable: bool


@dataclass(frozen=True, slots=True)
class JobSpec:
    """Everything that decides what a job may be. Made by the broker; no field comes from a user unchecked."""

    instance: str
    spawn_id: str
    role: Role
    person: str
    project: str
    account: str
    uid: int
    gid: int
    group: str
    cores: int
    memory_gib: int
    submitted_at: datetime  # aware; with `ends_at` it gives the wall time
    ends_at: datetime  # aware; the smaller of profile and lease
    address: str  # the job's own 127.x.y.z, unique among living jobs of the instance
    software: str  # root of the workspace environment, mounted read-only at the same path
    mounts: tuple[Mount, ...]
    parent: str | None = None  # spawn id of the notebook a worker belongs to
    scheduler: str | None = None  # tcp://127.x.y.z:port a worker reports to
    worker_name: str | None = None  # Dask's name for a worker; its cluster counts workers by it
    partition: str | None = None
    qos: str | None = None

    def __post_init__(self) -> None:
        """Refuse a spec that could say something else once it is rendered.

        Raises:
            UsageError: a field breaks its law; the message names the field, not its value.
        """
        for field in why_malformed(self):
            raise UsageError(f"The job's {field} is malformed.")

    def to_json(self) -> dict[str, Any]:
        """Return the versioned wire form (`tre.jobspec/1`)."""
        wire = asdict(self) | {"schema": JOBSPEC_SCHEMA, "role": str(self.role)}
        return wire | {moment: getattr(self, moment).isoformat() for moment in ("submitted_at", "ends_at")}

    @classmethod
    def from_json(cls, wire: Mapping[str, Any]) -> "JobSpec":
        """Read the wire form.

        Raises:
            UsageError: another schema, a missing or unknown field, a malformed value.
        """
        fields = dict(wire)
        if fields.pop("schema", None) != JOBSPEC_SCHEMA:
            raise UsageError(f"This is not a {JOBSPEC_SCHEMA}.")
        try:
            fields["role"] = Role(fields["role"])
            fields["mounts"] = tuple(Mount(**mount) for mount in fields["mounts"])
            for moment in ("submitted_at", "ends_at"):
                fields[moment] = datetime.fromisoformat(fields[moment]).astimezone(UTC)
            return cls(**fields)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UsageError("The job specification is malformed.") from error


_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_PATH = re.compile(r"(?:/[A-Za-z0-9_.+@-]+)+")
_LAWS: Mapping[str, re.Pattern[str]] = {
    "instance": re.compile(r"[a-z][a-z0-9]{0,7}"),
    "spawn_id": SPAWN_ID_LAW,
    "person": _TOKEN,
    "project": _TOKEN,
    "account": re.compile(r"[a-z][a-z0-9-]{0,30}"),
    "group": re.compile(r"[a-z][a-z0-9-]{0,30}"),
    "address": ADDRESS_LAW,
    "software": _PATH,
}
_OPTIONAL_LAWS: Mapping[str, re.Pattern[str]] = {
    "parent": SPAWN_ID_LAW,
    "scheduler": re.compile(rf"tcp://{ADDRESS_LAW.pattern}:\d{{4,5}}"),
    "worker_name": _TOKEN,
    "partition": _TOKEN,
    "qos": _TOKEN,
}


def why_malformed(spec: JobSpec) -> list[str]:
    """Return the names of the fields that break their law; empty means well-formed."""
    bad = [field for field, law in _LAWS.items() if not law.fullmatch(str(getattr(spec, field)))]
    optional = {field: getattr(spec, field) for field in _OPTIONAL_LAWS}
    bad += [
        f for f, value in optional.items() if value is not None and not _OPTIONAL_LAWS[f].fullmatch(value)
    ]
    numbers = (("uid", 1000), ("gid", 1), ("cores", 1), ("memory_gib", 1))
    bad += [field for field, least in numbers if not _is_at_least(getattr(spec, field), least)]
    moments = (spec.submitted_at, spec.ends_at)
    if any(moment.tzinfo is None for moment in moments) or spec.ends_at <= spec.submitted_at:
        bad.append("ends_at")
    if not all(_PATH.fullmatch(m.source) and _is_workspace(m.target) for m in spec.mounts):
        bad.append("mounts")
    return bad


def _is_at_least(value: object, least: int) -> bool:
    return type(value) is int and value >= least


def _is_workspace(target: str) -> bool:
    return bool(re.fullmatch(r"/workspace/[a-z]+", target))


def new_spawn_id() -> str:
    """Return an unguessable id; it names journal row, job, door folder and log lines."""
    return secrets.token_hex(10)


@dataclass(frozen=True, slots=True)
class Claim:
    """What the broker answers a relay that has seen a job's porter: the spec, and its first process's needs.

    `environment` holds the tokens. They travel only here and over the door: never in a script, an argument
    list, SLURM's records or bubblewrap's environment.
    """

    spec: JobSpec
    environment: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Return the wire form: ``{"jobspec", "environment"}``."""
        return {"jobspec": self.spec.to_json(), "environment": dict(self.environment)}

    @classmethod
    def from_json(cls, wire: Mapping[str, Any]) -> "Claim":
        """Read the wire form. Raises UsageError when malformed."""
        environment = wire.get("environment", {})
        if not all(isinstance(k, str) and isinstance(v, str) for k, v in environment.items()):
            raise UsageError("The claim's environment is malformed.")
        return cls(JobSpec.from_json(wire["jobspec"]), environment)


def encode(message: Mapping[str, Any]) -> bytes:
    """Write one message without its line end."""
    return json.dumps(message, separators=(",", ":")).encode()


def decode(raw: bytes) -> dict[str, Any]:
    """Read one message. Raises UsageError when it is not one JSON object of bounded size."""
    if len(raw) > LONGEST_MESSAGE:
        raise UsageError("The message is too long.")
    try:
        message = json.loads(raw)
    except ValueError as error:
        raise UsageError("The message is not JSON.") from error
    if not isinstance(message, dict):
        raise UsageError("The message is not an object.")
    return message


def answer(content: Mapping[str, Any] | Refused) -> dict[str, Any]:
    """Wrap what a verb returned: content, or the refusal as a value."""
    return {"refused": asdict(content)} if isinstance(content, Refused) else {"answer": dict(content)}


def broken(component: str) -> dict[str, Any]:
    """Wrap a failure; `component` names what failed, in words for a person, without secrets."""
    return {"broken": component}


def outcome(message: Mapping[str, Any]) -> dict[str, Any] | Refused:
    """Unwrap an answer. Raises BrokenError when the other side failed or spoke nonsense."""
    match message:
        case {"answer": dict() as content}:
            return content
        case {"refused": {"reason": str() as reason, "remedy": str() as remedy, "rule": str() as rule}}:
            return Refused(reason, remedy, rule)
        case {"broken": str() as component}:
            raise BrokenError(component)
    raise BrokenError("An answer could not be read.")
