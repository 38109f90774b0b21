"""The executor of the embedded profile: the same verbs, wire and grammar, without SLURM and without root.

It runs as the one user of the instance and starts each script as a local process group
(`hub_config.local_jobs`). What SLURM would add - other accounts, a queue, limits of memory - is missing, and
`tre status` says so. Jobs end with it: there is nobody else to watch their time.
"""

import logging
import os
import re
import signal
import sys
from types import FrameType

from governance.errors import UsageError
from governance.instance import Instance
from hub_config import owners
from hub_config.executor import ACCOUNT_LAW, Executor, RefusalError
from hub_config.local_jobs import LocalJobs
from hub_config.wire import Message, Server


class LocalExecutor(Executor):
    """The five verbs over local processes."""

    def __init__(self, instance: Instance, local: LocalJobs) -> None:
        """Raises UsageError outside the embedded profile: elsewhere jobs must not share a user."""
        if not owners.one_user(instance):
            raise UsageError("Local jobs are for the embedded profile alone.")
        self.instance = instance
        self.local = local
        self.uid = os.getuid()
        self.broker_uid = owners.service_uid(instance, "broker")
        self.law = re.compile(ACCOUNT_LAW.format(instance=instance.name))

    def submit(self, account: str, script: str) -> Message:
        """Start a script whose every line fits the grammar."""
        if not isinstance(account, str) or not self.law.fullmatch(account):
            raise RefusalError("the account's name is not a membership's")
        self.check_script(account, script)
        return {"slurm_job_id": self.local.start(script)}

    def cancel(self, slurm_job_id: int) -> Message:
        """End a job; one that is gone already counts as ended."""
        self.local.cancel(slurm_job_id)
        return {}

    def hold(self, slurm_job_id: int) -> Message:
        """Hold nothing: a local job never waits."""
        del slurm_job_id
        return {}

    def extend(self, slurm_job_id: int, minutes: int) -> Message:
        """Set a job's wall time, in minutes from its start."""
        if type(minutes) is not int or not 1 <= minutes <= 99_999:
            raise RefusalError("minutes must be between 1 and 99999")
        self.local.limit(slurm_job_id, minutes)
        return {}

    def jobs(self) -> Message:
        """Return one row per job, recently ended ones included."""
        return {"jobs": self.local.rows(self.uid)}


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def main() -> None:
    """Serve the instance that TRE_INSTANCE names until a signal to end arrives."""
    logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s", stream=sys.stderr)
    signal.signal(signal.SIGTERM, _stop)
    instance, local = Instance.load(), LocalJobs()
    executor = LocalExecutor(instance, local)
    local.begin()
    path = instance.paths.socket("executor")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with Server(path, executor, mode=0o600) as server:
            server.serve_forever()
    finally:
        local.end_all()


if __name__ == "__main__":
    main()
