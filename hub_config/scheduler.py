"""The broker's view of SLURM: the executor's verbs, and the last look at the queue that everyone shares."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from governance.decisions import Refused
from governance.errors import BrokenError
from hub_config import squeue, wire
from hub_config.squeue import Snapshot
from kernels.protocol import outcome

PATIENCE_S = 35.0  # more than the executor grants SLURM


class Scheduler:
    """Calls the executor. `snapshot` is None until the queue has answered and after it failed to."""

    def __init__(self, executor: Path) -> None:
        self.executor = executor
        self.snapshot: Snapshot | None = None
        self.seen_at: datetime | None = None
        self.wanted = threading.Event()

    def submit(self, account: str, script: str) -> int:
        """Submit a script as an account; return SLURM's job id. Raises BrokenError."""
        return int(self._call({"verb": "submit", "account": account, "script": script})["slurm_job_id"])

    def cancel(self, job_id: int) -> None:
        """End a job. Raises BrokenError."""
        self._call({"verb": "cancel", "slurm_job_id": job_id})

    def limit(self, job_id: int, minutes: int) -> None:
        """Set a job's wall time, counted from its start. Raises BrokenError."""
        self._call({"verb": "extend", "slurm_job_id": job_id, "minutes": minutes})

    def look(self) -> Snapshot | None:
        """Ask once for the whole queue; None when it does not answer."""
        try:
            self.snapshot = squeue.snapshot(self._call({"verb": "list"})["jobs"])
            self.seen_at = datetime.now(UTC)
        except BrokenError:
            self.snapshot = None
        return self.snapshot

    def look_soon(self) -> None:
        """Let the steward look now: something was submitted."""
        self.wanted.set()

    def _call(self, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            content = outcome(wire.call(self.executor, request, PATIENCE_S))
        except wire.WireError as error:
            raise BrokenError(str(error)) from error
        if isinstance(content, Refused):
            # The broker renders what the executor checks: a refusal means that one of them is wrong.
            raise BrokenError(content.reason)
        return content
