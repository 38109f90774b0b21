"""What SLURM says about all jobs at once: one batched `squeue` for any number of sessions, parsed purely.

A row that cannot be read is dropped with its job unknown, and a queue that does not answer gives no snapshot
at all: the journal then keeps what it knew. "Unknown" never becomes "gone" (docs/architecture.md).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

FIELDS = 8  # hub_config.executor.LIST: job, uid, name, state, reason, node, start, end
NAME = re.compile(r"tre-([0-9a-f]{20})")

WAITING = frozenset({"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "SUSPENDED", "SPECIAL_EXIT"})
RUNNING = frozenset({"RUNNING", "STAGE_OUT", "STOPPED", "RESIZING", "SIGNALING"})
OVER = {
    "COMPLETED": "The workspace ended.",
    "COMPLETING": "The workspace is ending.",
    "CANCELLED": "The workspace was stopped.",
    "TIMEOUT": "The time of this workspace was used up.",
    "DEADLINE": "The workspace could not start before its permission ends.",
    "OUT_OF_MEMORY": "The workspace needed more memory than its profile gives.",
    "NODE_FAIL": "The machine that ran the workspace failed.",
    "BOOT_FAIL": "The machine that should run the workspace did not start.",
    "PREEMPTED": "The workspace gave way to more urgent work.",
    "FAILED": "The workspace could not start or failed.",
    "REVOKED": "The workspace was taken back by the scheduler.",
}
"""SLURM's end states, with what a person reads."""

REASONS = {
    "Priority": "other jobs come first",
    "Resources": "no machine has enough free cores or memory",
    "None": "the scheduler has not looked at it yet",
    "ReqNodeNotAvail": "the machines are not available",
    "Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions": (
        "the machines are switched off or reserved"
    ),
    "PartitionTimeLimit": "the time asked for is longer than the queue allows",
    "JobHeldAdmin": "an administrator holds it",
    "QOSMaxCpuPerUserLimit": "your limit of cores is used up",
}
"""SLURM's reasons, in words; an unknown one is shown as SLURM gives it."""


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the queue."""

    job_id: int
    uid: int
    spawn_id: str | None  # None: a job of the instance's accounts that we did not name
    state: str
    reason: str
    node: str | None
    starts_at: datetime | None
    ends_at: datetime | None

    @property
    def is_waiting(self) -> bool:
        """Not yet on a node."""
        return self.state in WAITING

    @property
    def is_running(self) -> bool:
        """On a node."""
        return self.state in RUNNING

    @property
    def is_over(self) -> bool:
        """Ended or ending; a state that we do not know is not over."""
        return self.state in OVER

    def why_waiting(self) -> str:
        """SLURM's own reason, in words where we have them."""
        bare = self.reason.strip("()")
        return REASONS.get(bare, bare or REASONS["None"])


Snapshot = dict[int, Job]


def snapshot(rows: Iterable[Sequence[str]]) -> Snapshot:
    """Read the executor's rows into jobs by id."""
    jobs = (parse_row(row) for row in rows)
    return {job.job_id: job for job in jobs if job is not None}


def parse_row(row: Sequence[str]) -> Job | None:
    """Read one row, or None when it is not one of ours to read (job arrays, heterogeneous jobs)."""
    if len(row) != FIELDS:
        return None
    job_id, uid, name, state, reason, node, start, end = (field.strip() for field in row)
    if not (job_id.isdigit() and uid.isdigit()):
        return None
    named = NAME.fullmatch(name)
    spawn_id = named[1] if named else None
    return Job(
        int(job_id), int(uid), spawn_id, state, reason, node or None, parse_moment(start), parse_moment(end)
    )


def parse_moment(text: str) -> datetime | None:
    """Read seconds since the epoch; ``N/A`` and anything else is None."""
    return datetime.fromtimestamp(int(text), UTC) if text.isdigit() else None
