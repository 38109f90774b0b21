"""Journal against queue, purely: what to adopt, finish or cancel. Nothing is concluded from silence.

Called with each snapshot of the queue, and so also when the broker starts: a job whose broker died between
promise and submission, or between submission and writing down the job id, is found by its name.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub_config.journal import Spawn
from hub_config.squeue import OVER, Job, Snapshot

SUBMISSION = timedelta(seconds=60)
"""How long a submission may take before a row without a job counts as never submitted."""


@dataclass(frozen=True, slots=True)
class Adopt:
    """The queue holds the job of a row that does not know its job id yet."""

    spawn_id: str
    job_id: int


@dataclass(frozen=True, slots=True)
class Finish:
    """The job of a living row is over."""

    spawn_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """A job lives that should not: its row has ended, or it has none."""

    job_id: int
    spawn_id: str | None


Act = Adopt | Finish | Cancel


def reconcile(
    rows: Collection[Spawn], jobs: Snapshot, at: datetime, missing_before: Collection[int] = ()
) -> list[Act]:
    """Return what brings journal and queue into line.

    Args:
        rows: all living rows.
        jobs: a snapshot the queue really gave.
        at: now.
        missing_before: job ids missing in the snapshot before; one look is not enough to give a job up.
    """
    living = {row.spawn_id for row in rows}
    acts: list[Act] = [Cancel(job.job_id, job.spawn_id) for job in _strays(living, jobs.values())]
    by_name = {job.spawn_id: job for job in jobs.values() if job.spawn_id}
    for row in rows:
        acts += _row(row, jobs, by_name.get(row.spawn_id), at, missing_before)
        if row.parent is not None and row.parent not in living:
            acts.append(Finish(row.spawn_id, "The workspace it worked for ended."))
    return acts


def missing(rows: Iterable[Spawn], jobs: Snapshot) -> set[int]:
    """Return the job ids of living rows that a snapshot does not show."""
    known = {row.slurm_job_id for row in rows if row.slurm_job_id is not None}
    return known - jobs.keys()


def _strays(living: Collection[str], jobs: Iterable[Job]) -> Iterator[Job]:
    return (job for job in jobs if not job.is_over and job.spawn_id not in living)


def _row(
    row: Spawn, jobs: Snapshot, named: Job | None, at: datetime, missing_before: Collection[int]
) -> Iterator[Act]:
    job = named if row.slurm_job_id is None else jobs.get(row.slurm_job_id)
    if job is not None and row.slurm_job_id is None:
        yield Adopt(row.spawn_id, job.job_id)
    if job is not None and job.is_over:
        yield Finish(row.spawn_id, OVER[job.state])
    if job is None and row.slurm_job_id is None and at - row.created_at > SUBMISSION:
        yield Finish(row.spawn_id, "The workspace never reached the scheduler: please open it again.")
    if job is None and row.slurm_job_id in missing_before and at - row.created_at > SUBMISSION:
        yield Finish(row.spawn_id, "The scheduler no longer knows this workspace.")
