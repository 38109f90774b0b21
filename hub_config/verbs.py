"""The broker's verbs: decide, write down, render, let the executor submit. The only way a job starts.

It is unprivileged; policy lives here, privilege in the executor. Order at each start: decision and journal
row in one transaction, then the token file, then the script, then `sbatch`, then the job id. Whatever dies in
between, `hub_config.steward` finds it again. Who may call which verb is data, checked against the kernel's
peer credentials. The words are those of `kernels.protocol`.
"""

import inspect
import re
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from governance import audit, register
from governance.database import transaction
from governance.decisions import Refused
from governance.errors import BrokenError, UsageError
from governance.instance import Instance
from governance.wording import DEFAULT_LANGUAGE
from hub_config import admission, jobspecs, journal, owners
from hub_config.environments import Environments, why_not
from hub_config.journal import Spawn
from hub_config.scheduler import Scheduler
from hub_config.standing import Standing, standing
from hub_config.wire import Message, Peer
from kernels.jobs import script
from kernels.protocol import NODE_LAW, SPAWN_ID_LAW, WORKSPACE_VERBS, Claim, Phase, Role, Verb, answer, broken

LONGEST_WAIT_S = 30.0
SETTLE_S = 5.0  # how long a claim waits for the job id that sbatch is about to return
URL_LAW = re.compile(r"http://127\.0\.0\.1:\d{4,5}")
MOST_WORKERS = 64  # in one request; the project's quotas are the real ceiling

HUB_VERBS = frozenset({"find", Verb.SUBMIT, Verb.WAIT, Verb.STATE, Verb.CANCEL})
RELAY_VERBS = frozenset({Verb.CLAIM, Verb.READY, Verb.GONE, Verb.LOCATE}) | WORKSPACE_VERBS

NO_SUCH_JOB = Refused("There is no such workspace.", "Open it again.", "spawn-known")
STOPPED = "The workspace was stopped."

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the moment, aware."""
    return datetime.now(UTC)


class Broker:
    """The verbs. One instance serves all connections, each in its own thread; the database orders them."""

    def __init__(
        self,
        instance: Instance,
        engine: Engine,
        scheduler: Scheduler,
        callers: Mapping[int, frozenset[str]],
        now: Clock = utc_now,
    ) -> None:
        """`callers` says which verbs a uid may call; `scheduler` is the executor's side."""
        self.instance = instance
        self.engine = engine
        self.scheduler = scheduler
        self.callers = callers
        self.now = now
        self.environments = Environments(instance.paths.run / "broker" / "environments")
        self.changed = threading.Condition()
        self.changes = 0

    def __call__(self, peer: Peer, request: dict[str, Any]) -> Message:
        """Answer one request in the words of the protocol."""
        verb = str(request.pop("verb", None))
        if verb not in self.callers.get(peer.uid, frozenset()):
            reason = "This service may not ask the broker for that."
            return answer(Refused(reason, "", "broker-caller"))
        method = getattr(self, verb)
        try:
            inspect.signature(method).bind(**request)
        except TypeError:
            return answer(Refused("The request to the broker has other fields.", "", "broker-request"))
        try:
            return answer(method(**request))
        except UsageError as error:
            return answer(Refused(str(error), "", "broker-request"))
        except BrokenError as error:
            return broken(str(error))

    # ---- the hub's verbs ----

    def submit(
        self,
        person: str,
        project: str,
        profile: str,
        environment: Mapping[str, str],
        language: str = DEFAULT_LANGUAGE,
    ) -> Message | Refused:
        """Start a notebook: decide, write down, submit."""
        if why := why_not(environment):
            raise UsageError(why)
        self._supersede(person, project)
        row = self._journal_notebook(person, project, profile, language)
        if isinstance(row, Refused):
            return row
        self.environments.keep(row.spawn_id, environment)
        self._hand_over(row)
        return {"spawn_id": row.spawn_id}

    def find(self, person: str, project: str) -> Message:
        """Return the living notebook of a membership, for a hub that lost its id; None when there is none."""
        with transaction(self.engine) as session:
            row = journal.living_notebook(session, person, project)
            return {"spawn_id": row.spawn_id if row else None}

    def state(self, spawn_id: str) -> Message | Refused:
        """Return where a job stands."""
        where = self._standing(spawn_id)
        return where if isinstance(where, Refused) else where.to_json()

    def wait(self, spawn_id: str, timeout_s: float, phase: str = "", reason: str = "") -> Message | Refused:
        """Return where a job stands once that differs from what the caller saw, or at the time-out."""
        until = time.monotonic() + min(float(timeout_s), LONGEST_WAIT_S)
        while True:
            seen = self.changes
            where = self._standing(spawn_id)
            if isinstance(where, Refused):
                return where
            left = until - time.monotonic()
            if left <= 0 or (where.phase, where.reason) != (phase, reason):
                return where.to_json()
            self._await_change(seen, left)

    def cancel(self, spawn_id: str) -> Message | Refused:
        """End a notebook and its workers."""
        return self._stop(spawn_id, STOPPED)

    # ---- the relays' verbs ----

    def claim(self, spawn_id: str, slurm_job_id: int, uid: int, node: str) -> Message | Refused:
        """Give a job's spec and tokens to the relay whose node runs it, once everything agrees."""
        if not NODE_LAW.fullmatch(node):
            raise UsageError("The node's name is malformed.")
        self._settle(spawn_id)
        at = self.now()
        with transaction(self.engine) as session:
            row = session.get(Spawn, spawn_id)
            if row is None or not row.is_living or row.slurm_job_id != slurm_job_id or row.uid != uid:
                return Refused("This job was not started by the broker.", "", "claim")
            if row.lease <= at:
                return Refused("The permission for this job has ended.", "", "lease-over")
            row.phase = Phase.STARTING if row.claimed_at is None else row.phase
            row.claimed_at, row.node = row.claimed_at or at, node
            spec = jobspecs.jobspec(self.instance, row, row.claimed_at)
        self.tell()
        return Claim(spec, self.environments.read(spawn_id)).to_json()

    def ready(self, spawn_id: str, url: str | None = None) -> Message | Refused:
        """Write down that a job's server accepts connections, and where the hub's proxy finds it."""
        if url is not None and not URL_LAW.fullmatch(url):
            raise UsageError("A session's address is on loopback.")
        with transaction(self.engine) as session:
            row = session.get(Spawn, spawn_id)
            if row is None or not row.is_living or row.claimed_at is None:
                return NO_SUCH_JOB
            row.phase, row.url = Phase.READY, url
        self.tell()
        return {}

    def gone(self, spawn_id: str) -> Message | Refused:
        """End a job whose relay saw its sandbox end."""
        return self._stop(spawn_id, "The workspace ended.")

    def locate(self, spawn_id: str, address: str) -> Message | Refused:
        """Return which job of the same membership owns an address, and its node."""
        with transaction(self.engine) as session:
            asking = session.get(Spawn, spawn_id)
            rows = journal.living(session, asking.project) if asking else ()
            for row in rows:
                if asking and row.account == asking.account and row.address == address and row.node:
                    return {"spawn_id": row.spawn_id, "node": row.node}
        return Refused("There is no such job of yours.", "", "locate")

    def worker(
        self, spawn_id: str, count: int, names: list[str], cores: int, memory_gib: int, scheduler_port: int
    ) -> Message | Refused:
        """Start Dask workers for a notebook: its account, its sandbox, its lease."""
        numbers = (count, cores, memory_gib, scheduler_port)
        if any(type(number) is not int or number < 1 for number in numbers):
            raise UsageError("Counts, cores, memory and port are positive whole numbers.")
        if len(names) != count or count > MOST_WORKERS:
            raise UsageError(f"One name a worker, and no more than {MOST_WORKERS} at once.")
        rows = self._journal_workers(spawn_id, names, cores, memory_gib, scheduler_port)
        if isinstance(rows, Refused):
            return rows
        for row in rows:
            self._hand_over(row)
        return {"spawn_ids": [row.spawn_id for row in rows]}

    def workers(self, spawn_id: str) -> Message:
        """Return the workers a notebook asked for, with where each stands."""
        queue = self.scheduler.snapshot
        with transaction(self.engine) as session:
            rows = journal.workers_of(session, spawn_id)
            return {"workers": [_worker_state(row, standing(row, queue)) for row in rows]}

    def cancel_worker(self, spawn_id: str, worker: str) -> Message | Refused:
        """End one of a notebook's own workers."""
        with transaction(self.engine) as session:
            row = session.get(Spawn, worker)
            if row is None or row.parent != spawn_id:
                return NO_SUCH_JOB
        return self._stop(worker, "The worker was stopped.")

    # ---- shared steps ----

    def tell(self) -> None:
        """Wake everyone who waits for a change."""
        with self.changed:
            self.changes += 1
            self.changed.notify_all()

    def end(self, spawn_id: str, reason: str) -> None:
        """Write that a job and its workers are over, with the event, and forget its tokens."""
        with transaction(self.engine) as session:
            row = session.get(Spawn, spawn_id)
            for one in [row, *journal.workers_of(session, spawn_id)] if row else []:
                if one and one.is_living:
                    journal.end(one, reason, self.now())
                    self._record(session, one, "end", reason)
        self.environments.forget(spawn_id)
        self.tell()

    def _stop(self, spawn_id: str, reason: str) -> Message | Refused:
        with transaction(self.engine) as session:
            row = session.get(Spawn, spawn_id)
            if row is None:
                return NO_SUCH_JOB
            family = [one for one in [row, *journal.workers_of(session, spawn_id)] if one.is_living]
        for one in family:
            if one.slurm_job_id is not None:
                self.scheduler.cancel(one.slurm_job_id)
        self.end(spawn_id, reason)
        return {}

    def _supersede(self, person: str, project: str) -> None:
        # The hub asks for a start only when it believes that nothing runs. Two servers would write one home.
        found = self.find(person, project)["spawn_id"]
        if found:
            self._stop(found, "Replaced by a new start.")

    def _journal_notebook(self, person: str, project: str, profile: str, language: str) -> Spawn | Refused:
        with transaction(self.engine) as session:
            row = admission.notebook(session, person, project, profile, self.now(), language)
            known = register.get_project(session, project)
            if not isinstance(row, Refused) and known:
                has_grants = bool(known.grants)
                paths = self.instance.paths
                row = jobspecs.why_no_data(paths, project, language, has_grants=has_grants) or row
            if isinstance(row, Refused):
                self._record_refusal(session, person, known.id if known else None, row)
                return row
            row.uid, row.gid = owners.job_ids(self.instance, row.uid, row.gid)
            session.add(row)
            session.flush()
            self._record(session, row, "submit", row.profile)
            return row

    def _journal_workers(
        self, spawn_id: str, names: list[str], cores: int, memory_gib: int, port: int
    ) -> list[Spawn] | Refused:
        with transaction(self.engine) as session:
            parent = session.get(Spawn, spawn_id)
            if parent is None or not parent.is_living or parent.role == Role.WORKER:
                return NO_SUCH_JOB
            rows = admission.workers(session, parent, names, cores, memory_gib, self.now())
            if isinstance(rows, Refused):
                self._record_refusal(session, parent.person, parent.project, rows)
                return rows
            for row in rows:
                row.scheduler = f"tcp://{parent.address}:{port}"
                self._record(session, row, "submit", row.profile)
            return rows

    def _hand_over(self, row: Spawn) -> None:
        """Render and submit; the row then holds the job id, or why there is none."""
        try:
            spec = jobspecs.jobspec(self.instance, row, row.created_at)
            text = script(spec, self.instance.paths.services_python)
            job_id = self.scheduler.submit(row.account, text)
        except (BrokenError, UsageError) as failure:
            self.end(row.spawn_id, str(failure))
            raise
        with transaction(self.engine) as session:
            known = session.get(Spawn, row.spawn_id)
            if known is not None:
                known.slurm_job_id = job_id
                known.phase = Phase.SUBMITTED if known.phase == Phase.JOURNALED else known.phase
        self.scheduler.look_soon()
        self.tell()

    def _settle(self, spawn_id: str) -> None:
        """Wait for a job id that is on its way: SLURM may start a job before sbatch has returned."""
        until = time.monotonic() + SETTLE_S
        while time.monotonic() < until:
            seen = self.changes
            with transaction(self.engine) as session:
                row = session.get(Spawn, spawn_id)
            if row is None or row.slurm_job_id is not None:
                return
            self._await_change(seen, SETTLE_S)

    def _await_change(self, seen: int, timeout_s: float) -> None:
        """Sleep until something changes after the `seen`-th change, at most a second."""
        with self.changed:
            if self.changes == seen:
                self.changed.wait(min(timeout_s, 1.0))

    def _standing(self, spawn_id: str) -> Standing | Refused:
        if not SPAWN_ID_LAW.fullmatch(spawn_id):
            raise UsageError("A spawn id is malformed.")
        with transaction(self.engine) as session:
            row = session.get(Spawn, spawn_id)
        return NO_SUCH_JOB if row is None else standing(row, self.scheduler.snapshot)

    def _record(self, session: Session, row: Spawn, act: str, why: str) -> None:
        project = register.get_project(session, row.project)
        audit.record(
            session,
            f"workspace:{row.role}:{act}",
            actor=row.person if act == "submit" else "broker",
            subject=row.spawn_id,
            project=row.project,
            detail={"account": row.account, "why": why},
            exercise=bool(project and project.exercise),
        )

    def _record_refusal(self, session: Session, person: str, project: str | None, refusal: Refused) -> None:
        audit.record(
            session,
            "workspace:notebook:refuse",
            actor=person,
            subject=person,
            project=project,
            detail={"rule": refusal.rule},
        )


def _worker_state(row: Spawn, where: Standing) -> dict[str, str]:
    return {"spawn_id": row.spawn_id, "phase": str(where.phase), "reason": where.reason}
