"""A Dask cluster without a network: dask-jobqueue's `SLURMCluster` whose jobs go through the door.

The scheduler lives in the notebook's kernel; each worker is a job of its own in the same sandbox. Scheduler
and workers listen on loopback and advertise the job's own 127.x.y.z, which the launchers forward to the
relays (docs/adr/0010-the-door), so Dask's own TCP transport runs unmodified. The broker forces project,
account, limits and sandbox, and ends the workers with the notebook.
"""

import asyncio
import socket
from contextlib import suppress
from typing import Any

import dask
from dask_jobqueue.slurm import SLURMCluster, SLURMJob
from distributed import Client, Status

from governance.decisions import Refused
from governance.errors import RefusedError, TreError
from kernels.door import Door
from kernels.jobqueue import CONFIG_NAME, configuration
from kernels.protocol import DASK_CONTACT_PORTS, Verb

LOOPBACK = "127.0.0.1"


class DoorJob(SLURMJob):  # type: ignore[misc]
    """A worker job that the broker submits; the script that SLURMJob renders is not used."""

    config_name = CONFIG_NAME
    job_id_regexp = r"(?P<job_id>[0-9a-f]{20})"

    def __init__(self, scheduler: str, name: str, *, contact_port: int, gib: int, **options: Any) -> None:  # noqa: ANN401
        super().__init__(scheduler, name, memory=f"{gib} GiB", **options)
        self._asks = {"cores": self.worker_cores, "memory_gib": gib, "scheduler_port": contact_port}

    async def start(self) -> None:
        """Ask the broker for the job. Raises RefusedError or BrokenError."""
        try:
            await super().start()
        except TreError as error:
            # SpecCluster asserts at its end that every job it made is closed or failed.
            self.status, self.why = Status.failed, error
            raise

    async def _submit_job(self, _script_filename: str) -> str:
        content = await asyncio.to_thread(
            Door().broker, Verb.WORKER, count=1, names=[str(self.name)], **self._asks
        )
        return str(content["spawn_ids"][0])

    async def close(self) -> None:
        """Cancel the job and say that it is closed, which dask-jobqueue's own does not."""
        await super().close()
        self.status = Status.closed

    @classmethod
    async def _close_job(cls, job_id: str | None, _cancel_command: str) -> None:
        if job_id:
            with suppress(TreError):  # the broker reaps it with the notebook
                await asyncio.to_thread(Door().broker, Verb.CANCEL_WORKER, worker=job_id)


class TRECluster(SLURMCluster):  # type: ignore[misc]
    """Workers as SLURM jobs of one's own project, under the same walls as the notebook.

    Args:
        workers: how many to start with.
        cores: of each worker.
        memory_gib: of each worker, GiB.
    """

    job_cls = DoorJob

    def __init__(self, workers: int = 0, *, cores: int = 1, memory_gib: int = 2) -> None:
        own = Door().claim().spec.address
        contact = free_contact_port()
        dask.config.set({f"jobqueue.{CONFIG_NAME}": configuration()})
        super().__init__(
            cores=cores,
            processes=1,
            gib=memory_gib,
            contact_port=contact,
            config_name=CONFIG_NAME,
            name=f"tre-{contact}",
            scheduler_options={
                "host": LOOPBACK,
                "port": contact - 1,
                "contact_address": f"tcp://{own}:{contact}",
                "dashboard_address": f"{LOOPBACK}:0",
            },
        )
        self.scale(workers)

    def wait_for_jobs(self, seconds: float = 60) -> None:
        """Wait until the broker has taken every job that was asked for.

        Raises:
            RefusedError: a quota, a lease or another rule said no.
            BrokenError: the broker does not answer.
        """
        self.sync(self._correct_state, callback_timeout=seconds)

    def client(self) -> Client:
        """Return a client of this cluster."""
        return Client(self)

    def jobs(self) -> list[dict[str, Any]]:
        """Return the workers' jobs as the broker sees them: ``spawn_id``, ``phase``, ``reason``."""
        return list(Door().broker(Verb.WORKERS)["workers"])


def free_contact_port() -> int:
    """Return a forwarded Dask port whose local listener is free: one cluster at a time each.

    Raises:
        RefusedError: four clusters run in this workspace already.
    """
    for port in DASK_CONTACT_PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((LOOPBACK, port - 1))
                return port
    reason = f"{len(DASK_CONTACT_PORTS)} Dask clusters run in this workspace already."
    raise RefusedError(Refused(reason, "Close one of them.", "workspace:cluster:count"))
