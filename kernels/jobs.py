"""JobSpec → batch script, through our subclass of dask-jobqueue's `SLURMJob`: one path for all roles.

The header is SLURMJob's, the command is always the same porter line (docs/adr/0010-the-door). Only typed
fields enter, each bound by a law without white space (`kernels.protocol`), so no line can be added. There is
no secret and no user text in a script: SLURM keeps scripts in its state folder and in accounting.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dask
from dask_jobqueue.slurm import SLURMJob

from kernels.jobqueue import CONFIG_NAME, configuration
from kernels.protocol import JobSpec

LAST_WORD_S = 60
"""How long before its end SLURM signals the batch shell; the launcher tells the person much earlier."""


class TreSlurmJob(SLURMJob):  # type: ignore[misc]
    """A SLURMJob whose command is the porter instead of a Dask worker on the open network."""

    config_name = CONFIG_NAME

    def __init__(self, *, command: str, **header: Any) -> None:  # noqa: ANN401  (SLURMJob's own keywords)
        with dask.config.set({f"jobqueue.{CONFIG_NAME}": configuration()}):
            super().__init__(**header)
        self._command_template = command


def script(spec: JobSpec, services_python: Path, *, accounting: bool = False) -> str:
    """Render the batch script of `spec`.

    Args:
        spec: a well-formed JobSpec.
        services_python: interpreter of the services environment on the nodes.
        accounting: name SLURM account and QOS, for clusters with slurmdbd.
    """
    job = TreSlurmJob(command=porter_command(spec, services_python), **header(spec, accounting=accounting))
    return str(job.job_script())


def header(spec: JobSpec, *, accounting: bool = False) -> dict[str, Any]:
    """Return SLURMJob's keywords for `spec`."""
    return {
        "job_name": f"tre-{spec.spawn_id}",
        "cores": spec.cores,
        "processes": 1,
        "memory": f"{spec.memory_gib} GiB",
        "job_mem": f"{spec.memory_gib}G",
        "walltime": str(wall_minutes(spec)),
        "queue": spec.partition,
        "account": spec.group if accounting else None,
        "job_extra_directives": directives(spec, accounting=accounting),
    }


def directives(spec: JobSpec, *, accounting: bool = False) -> list[str]:
    """Return the directives that SLURMJob does not write itself."""
    qos = [f"--qos={spec.qos}"] if accounting and spec.qos else []
    return [
        *qos,
        "--nodes=1",
        # A host file as output would be descriptor 1 and 2 of everything inside the sandbox.
        "--output=/dev/null",
        "--error=/dev/null",
        "--chdir=/",
        "--no-requeue",
        f"--comment=tre:{spec.instance}:{spec.spawn_id}",
    ]


def wall_minutes(spec: JobSpec) -> int:
    """Whole minutes from submission to the lease's end, rounded down, at least one; the relay is exact."""
    return max(1, int((spec.ends_at - spec.submitted_at).total_seconds() // 60))


def porter_command(spec: JobSpec, services_python: Path) -> str:
    """Return the script's one command: a clean environment, then the porter.

    SLURM's two variables are read by the shell; everything else SLURM sets stays outside.
    """
    keep: Mapping[str, str] = {"SLURM_JOB_ID": "$SLURM_JOB_ID", "SLURMD_NODENAME": "$SLURMD_NODENAME"}
    variables = " ".join(f'{name}="{value}"' for name, value in keep.items())
    porter = shlex.join([str(services_python), "-I", "-m", "kernels.porter", spec.instance, spec.spawn_id])
    return f"exec /usr/bin/env -i PATH=/usr/bin:/bin {variables} {porter}"
