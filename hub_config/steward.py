"""What the broker does unasked: look at the queue, bring the journal into line, end what lost its permission.

One look serves all sessions: every second while something starts, else every fifteen (≤ 4 a minute when all
is quiet). A job is re-decided every minute, so a revocation in the register ends it within two.
"""

import logging
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from governance import authority
from governance.actions import Action
from governance.database import transaction
from governance.decisions import Refused
from governance.errors import TreError
from hub_config import journal
from hub_config.journal import Spawn
from hub_config.reconcile import Act, Adopt, Cancel, Finish, missing, reconcile
from hub_config.standing import ends_at
from hub_config.verbs import Broker
from kernels.protocol import Phase

BUSY_S = 1.0
QUIET_S = 15.0
DECIDE_EVERY = timedelta(seconds=60)
OVERTIME = timedelta(seconds=60)  # the relay stops serving at the end; SLURM rounds to minutes

log = logging.getLogger("broker")


class Steward:
    """Runs beside the verbs in one thread."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.missing: set[int] = set()
        self.decided_at: datetime | None = None

    def run(self, stop: threading.Event) -> None:
        """Tick until told to stop. A failure in one tick is logged and the next one tries again."""
        wanted = self.broker.scheduler.wanted
        while not stop.is_set():
            wanted.clear()
            try:
                pause = self.tick()
            except Exception:  # the steward must outlive a database or executor that is away
                log.exception("The steward could not finish its round.")
                pause = BUSY_S * 5
            wanted.wait(pause)
            time.sleep(0.05)

    def tick(self) -> float:
        """Look once, act on it, and return how many seconds to pause."""
        before = self.broker.scheduler.snapshot
        jobs = self.broker.scheduler.look()
        rows = self._living()
        if jobs is not None:
            for act in reconcile(rows, jobs, self.broker.now(), self.missing):
                self._do(act)
            self.missing = missing(rows, jobs)
        self._decide_again(rows)
        self._forget_old_tokens()
        if jobs != before:
            self.broker.tell()
        return QUIET_S if all(row.phase == Phase.READY for row in rows) else BUSY_S

    def _living(self) -> Sequence[Spawn]:
        with transaction(self.broker.engine) as session:
            return journal.living(session)

    def _do(self, act: Act) -> None:
        log.info("%s", act)
        match act:
            case Adopt(spawn_id, job_id):
                self._adopt(spawn_id, job_id)
            case Finish(spawn_id, reason):
                self.broker.end(spawn_id, reason)
            case Cancel(job_id):
                self.broker.scheduler.cancel(job_id)

    def _adopt(self, spawn_id: str, job_id: int) -> None:
        with transaction(self.broker.engine) as session:
            row = session.get(Spawn, spawn_id)
            if row is not None and row.slurm_job_id is None:
                row.slurm_job_id = job_id
                row.phase = Phase.SUBMITTED if row.phase == Phase.JOURNALED else row.phase
        self.broker.tell()

    def _decide_again(self, rows: Sequence[Spawn]) -> None:
        """End each living job whose permission is gone, and shorten those whose lease shrank."""
        at = self.broker.now()
        if self.decided_at is not None and at - self.decided_at < DECIDE_EVERY:
            return
        self.decided_at = at
        for row in rows:
            if row.parent is None:
                self._decide_one(row, at)

    def _decide_one(self, row: Spawn, at: datetime) -> None:
        with transaction(self.broker.engine) as session:
            decision = authority.decide(session, row.person, Action.WORKSPACE_OPEN, row.project, at)
        if isinstance(decision, Refused):
            self._end(row, decision.reason)
        elif decision.until < row.lease:
            self._shorten(row, decision.until)
        elif at > ends_at(row) + OVERTIME:
            self._end(row, "The time of this workspace was used up.")

    def _end(self, row: Spawn, reason: str) -> None:
        try:
            if row.slurm_job_id is not None:
                self.broker.scheduler.cancel(row.slurm_job_id)
        except TreError as failure:
            log.warning("%s keeps its job until the scheduler answers: %s", row.spawn_id, failure)
        self.broker.end(row.spawn_id, reason)

    def _shorten(self, row: Spawn, lease: datetime) -> None:
        with transaction(self.broker.engine) as session:
            for one in [session.get(Spawn, row.spawn_id), *journal.workers_of(session, row.spawn_id)]:
                if one is not None and one.is_living:
                    one.lease = min(one.lease, lease)

    def _forget_old_tokens(self) -> None:
        kept = self.broker.environments.kept()
        for spawn_id in kept - {row.spawn_id for row in self._living()} if kept else ():
            self.broker.environments.forget(spawn_id)
