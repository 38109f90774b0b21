"""What a person is told about a job: journal and queue combined into phase, reason, start and end."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hub_config.journal import Spawn
from hub_config.squeue import Job, Snapshot
from kernels.protocol import Phase


class Step(StrEnum):
    """What a person sees of a start, finer than `Phase`; pages have words for each."""

    PERMITTED = "permitted"
    ACCEPTED = "accepted"
    QUEUED = "queued"
    ALLOCATED = "allocated"
    SANDBOXED = "sandboxed"
    OPEN = "open"
    OVER = "over"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a job stands. Moments are aware UTC; `url` is where the hub's proxy finds a ready notebook."""

    phase: Phase
    step: Step
    reason: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    url: str | None = None
    detail: str = ""  # what a translated sentence needs: the node, or SLURM's reason

    def to_json(self) -> dict[str, Any]:
        """Return the wire form."""
        wire = asdict(self) | {"phase": str(self.phase), "step": str(self.step)}
        for moment in ("starts_at", "ends_at"):
            wire[moment] = wire[moment].isoformat() if wire[moment] else None
        return wire


def standing(row: Spawn, queue: Snapshot | None) -> Standing:
    """Combine a row with the queue's last snapshot; None: the queue did not answer, which ends nothing."""
    stored = Phase(row.phase)
    if stored in (Phase.ENDED, Phase.REFUSED):
        return Standing(stored, Step.OVER, row.reason)
    if stored is Phase.READY:
        return Standing(stored, Step.OPEN, "The workspace is ready.", row.claimed_at, ends_at(row), row.url)
    if stored is Phase.STARTING:
        reason = f"The sandbox is built on {row.node}; the notebook server starts."
        return Standing(stored, Step.SANDBOXED, reason, row.claimed_at, ends_at(row), detail=row.node or "")
    if stored is Phase.JOURNALED:
        reason = "Permission given and written down; the request goes to the scheduler."
        return Standing(stored, Step.PERMITTED, reason)
    if queue is None:
        return Standing(Phase.UNKNOWN, Step.UNKNOWN, "The scheduler does not answer; your request is kept.")
    return _submitted(queue.get(row.slurm_job_id or 0))


def _submitted(job: Job | None) -> Standing:
    if job is not None and job.is_waiting:
        why = job.why_waiting()
        reason = f"Waiting in the queue: {why}."
        return Standing(Phase.PENDING, Step.QUEUED, reason, job.starts_at, detail=why)
    if job is not None and job.is_running:
        node = job.node or ""
        reason = f"Machine {node} is allocated; the sandbox is being built."
        return Standing(Phase.STARTING, Step.ALLOCATED, reason, job.starts_at, detail=node)
    return Standing(Phase.SUBMITTED, Step.ACCEPTED, "The scheduler has accepted the request.")


def ends_at(row: Spawn) -> datetime:
    """Return when a claimed job ends: its wall time from the claim, and never after its lease."""
    if row.claimed_at is None:
        return row.lease
    return min(row.claimed_at + timedelta(minutes=row.wall_minutes), row.lease)
