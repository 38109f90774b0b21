"""A house in miniature: the broker's memory and SLURM's hands are played, all else is real."""

import asyncio
import itertools
import json
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox_kernel import run_in_kernel
from tornado.httpclient import HTTPError

from governance.decisions import Refused
from governance.instance import Instance
from kernels.protocol import Claim, JobSpec, Mount, Role, answer, new_spawn_id

RELAY_UID = 64_900
UIDS = {"ana": 64_901, "ben": 64_902}
GIDS = {"p1": 64_951, "p2": 64_952}
BARE = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}  # bare uids have no home in passwd


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
            "JUPYTERHUB_API_TOKEN": job.spec.person,
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
