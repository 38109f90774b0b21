"""A broker on a real register, with a fake executor behind a real socket: what the hub's tests stand on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from governance.instance import Instance, from_settings
from hub_config import wire
from hub_config.executor import why_not_in_grammar
from hub_config.scheduler import Scheduler
from hub_config.steward import Steward
from hub_config.verbs import HUB_VERBS, RELAY_VERBS, Broker
from kernels.protocol import outcome
from tests.support.governance_register import NOW, new_register, people, project

HUB, RELAY, STRANGER = 901, 902, 903
ENVIRONMENT = {"JUPYTERHUB_API_TOKEN": "a-token-of-the-test"}


@dataclass
class Queue:
    """Plays executor and SLURM: keeps what it was given, tells it back as squeue rows."""

    rows: dict[int, list[str]] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    answers: bool = True
    accepts: bool = True

    def __call__(self, peer: wire.Peer, request: dict[str, Any]) -> wire.Message:
        if not self.answers:
            return {"broken": "SLURM does not answer."}
        return {"answer": getattr(self, str(request.pop("verb")))(**request)}

    def submit(self, account: str, script: str) -> dict[str, int]:
        expected = {"group": account.rsplit("-", 1)[0], "instance": "main"}
        assert why_not_in_grammar(script, expected) is None
        if not self.accepts:
            raise OSError("sbatch: error")
        self.scripts.append(script)
        job_id = 100 + len(self.scripts)
        name = script.split("#SBATCH -J ")[1].split("\n")[0]
        self.rows[job_id] = [str(job_id), "700001", name, "PENDING", "Resources", "", "N/A", "N/A"]
        return {"slurm_job_id": job_id}

    def cancel(self, slurm_job_id: int) -> dict[str, int]:
        self.cancelled.append(slurm_job_id)
        self.put(slurm_job_id, "CANCELLED")
        return {}

    def list(self) -> dict[str, Any]:
        return {"jobs": list(self.rows.values())}

    def put(self, job_id: int, state: str, node: str = "n1") -> None:
        """Move a job to a state."""
        self.rows[job_id][3:6] = [state, "None", node]


@dataclass
class House:
    """The broker under test and what surrounds it."""

    broker: Broker
    steward: Steward
    queue: Queue
    engine: Engine
    instance: Instance
    clock: list[datetime]

    def ask(self, verb: str, caller: int = HUB, **fields: Any) -> Any:
        """Ask as a service; return the content or the refusal."""
        return outcome(dict(self.broker(wire.Peer(1, caller, caller), {"verb": verb, **fields})))

    def submit(self, person: str = "ana", project: str = "p042", profile: str = "small") -> Any:
        return self.ask("submit", person=person, project=project, profile=profile, environment=ENVIRONMENT)

    def started(self, **fields: Any) -> str:
        """Start a workspace and bring it to ready; return its id."""
        spawn_id = self.submit(**fields)["spawn_id"]
        job = 100 + len(self.queue.scripts)
        self.queue.put(job, "RUNNING")
        self.steward.tick()
        row = self.row(spawn_id)
        self.ask("claim", RELAY, spawn_id=spawn_id, slurm_job_id=job, uid=row.uid, node="n1")
        self.ask("ready", RELAY, spawn_id=spawn_id, url="http://127.0.0.1:40001")
        return str(spawn_id)

    def row(self, spawn_id: str) -> Any:
        from governance.database import transaction
        from hub_config.journal import Spawn

        with transaction(self.engine) as session:
            return session.get(Spawn, spawn_id)

    def later(self, **amount: float) -> None:
        """Let time pass for broker and steward."""
        self.clock[0] += timedelta(**amount)


@contextmanager
def house(folder: Path, *documents: dict[str, Any], at: datetime = NOW) -> Iterator[House]:
    """Set up a broker on a register of `documents` (default: people and project p042, with its extract)."""
    engine = new_register(*(documents or (people(), project())))
    instance = from_settings(
        "main", {"paths": {part: str(folder / part) for part in ("run", "state", "data")}}
    )
    instance = replace(instance, database_url=str(engine.url))
    extracts = instance.paths.extracts / "p042"
    (extracts / "e1").mkdir(parents=True)
    (extracts / "current").symlink_to("e1")
    socket = instance.paths.socket("executor")
    socket.parent.mkdir(parents=True)
    queue, clock = Queue(), [at]
    callers = {HUB: HUB_VERBS, RELAY: RELAY_VERBS}
    with wire.Server(socket, queue) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        broker = Broker(instance, engine, Scheduler(socket), callers, now=lambda: clock[0])
        yield House(broker, Steward(broker), queue, engine, instance, clock)
        server.shutdown()
        thread.join()
    engine.dispose()
