"""Jobs without a scheduler: each script is a process group of its own, as dask-jobqueue's LocalJob runs it.

One thread starts and watches them all. It must outlive every job: bubblewrap asks the kernel to end a job
with its parent, and there "parent" is the thread that started it. Nothing queues and no memory is bounded
here; the broker's quotas bound what runs (`tre status` says which walls are missing).
"""

import logging
import os
import queue
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

LOOK_EVERY_S = 0.2
GRACE_S = 10.0  # between asking a job to end and ending it
KEEP_S = 300.0  # how long an ended job stays in the list, as SLURM's MinJobAge
START_WITHIN_S = 10.0
NAME = re.compile(r"^#SBATCH -J (\S+)$", re.MULTILINE)
MINUTES = re.compile(r"^#SBATCH -t (\d+)$", re.MULTILINE)

log = logging.getLogger("executor")


@dataclass
class LocalJob:
    """One script that runs or ran."""

    job_id: int
    name: str
    process: subprocess.Popen[bytes]
    minutes: int
    started_at: float
    asked_to_end: tuple[str, float] | None = None  # the state it will have, and when it was asked
    ended_at: float | None = None

    @property
    def must_end_at(self) -> float:
        """When its wall time is over, in seconds since the epoch."""
        return self.started_at + 60 * self.minutes

    @property
    def state(self) -> str:
        """SLURM's word for where it stands."""
        if self.ended_at is None:
            return "RUNNING"
        if self.asked_to_end is not None:
            return self.asked_to_end[0]
        return "COMPLETED" if self.process.returncode == 0 else "FAILED"

    def row(self, uid: int) -> list[str]:
        """Return the job as squeue would show it (`hub_config.executor.LIST`)."""
        end = self.must_end_at if self.ended_at is None else self.ended_at
        node = socket.gethostname()
        moments = [str(int(self.started_at)), str(int(end))]
        return [str(self.job_id), str(uid), self.name, self.state, "None", node, *moments]


@dataclass
class LocalJobs:
    """All jobs of one executor."""

    jobs: dict[int, LocalJob] = field(default_factory=dict)
    wanted: "queue.Queue[tuple[str, Future[int]]]" = field(default_factory=queue.Queue)
    now: Callable[[], float] = time.time

    def begin(self) -> None:
        """Start the thread that starts and watches jobs."""
        threading.Thread(target=self._run, daemon=True, name="jobs").start()

    def start(self, script: str) -> int:
        """Start a script; return its job id. Raises OSError when it could not be started."""
        answer: Future[int] = Future()
        self.wanted.put((script, answer))
        return answer.result(START_WITHIN_S)

    def cancel(self, job_id: int, state: str = "CANCELLED") -> None:
        """Ask a job to end; one that is gone already counts as ended."""
        job = self.jobs.get(job_id)
        if job is not None and job.ended_at is None and job.asked_to_end is None:
            job.asked_to_end = (state, self.now())
            _signal(job, signal.SIGTERM)

    def limit(self, job_id: int, minutes: int) -> None:
        """Set a job's wall time, in minutes from its start."""
        if job_id in self.jobs:
            self.jobs[job_id].minutes = minutes

    def rows(self, uid: int) -> list[list[str]]:
        """Return one row per job, recently ended ones included."""
        return [job.row(uid) for job in list(self.jobs.values())]

    def end_all(self) -> None:
        """End every job at once: the executor stops, and nobody would watch them."""
        for job in list(self.jobs.values()):
            _signal(job, signal.SIGKILL)

    def _run(self) -> None:
        while True:
            try:
                script, answer = self.wanted.get(timeout=LOOK_EVERY_S)
            except queue.Empty:
                self._look()
                continue
            try:
                answer.set_result(self._begin_one(script))
            except (OSError, ValueError) as failure:
                answer.set_exception(OSError(f"the job could not be started: {failure}"))

    def _begin_one(self, script: str) -> int:
        name, minutes = NAME.search(script), MINUTES.search(script)
        if name is None or minutes is None:
            raise ValueError("its script names no job or no time")
        # Larger than every id of an earlier executor: the journal may still hold those.
        job_id = max([int(self.now()), *(known + 1 for known in self.jobs)])
        environment = {
            "PATH": "/usr/bin:/bin",
            "SLURM_JOB_ID": str(job_id),
            "SLURMD_NODENAME": socket.gethostname(),
        }
        process = subprocess.Popen(
            ["/bin/sh", "-c", script],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.jobs[job_id] = LocalJob(job_id, name[1], process, int(minutes[1]), self.now())
        return job_id

    def _look(self) -> None:
        now = self.now()
        for job in list(self.jobs.values()):
            if job.ended_at is not None:
                if now - job.ended_at > KEEP_S:
                    del self.jobs[job.job_id]
            elif job.process.poll() is not None:
                job.ended_at = now
                log.info("Job %d ended: %s", job.job_id, job.state)
            elif job.asked_to_end is not None and now - job.asked_to_end[1] > GRACE_S:
                _signal(job, signal.SIGKILL)
            elif now >= job.must_end_at:
                self.cancel(job.job_id, "TIMEOUT")


def _signal(job: LocalJob, number: signal.Signals) -> None:
    # Only an unreaped leader proves that the group's number is still this job's.
    if job.process.poll() is None:
        try:
            os.killpg(job.process.pid, number)
        except ProcessLookupError:
            return
