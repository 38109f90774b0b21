"""What the launcher starts for each role: command and environment, as pure functions of the claim."""

import sys
from collections.abc import Mapping

from governance.errors import UsageError
from kernels.protocol import DASK_CONTACT_PORTS, HOME, HUB_PORT, SERVER_PORT, Claim, JobSpec, Role

PASSED = ("JUPYTERHUB_", "JPY_")
"""Names of the claim's environment that reach the server: JupyterHub's own."""

WORKER_GIVES_UP_AFTER_S = 60
SCRATCH = "/tmp"  # noqa: S108  (the sandbox's own, of bounded size)


def command(spec: JobSpec) -> list[str]:
    """Return the argv of a role's process."""
    return {Role.NOTEBOOK: _server, Role.WORKER: _worker, Role.BATCH: _batch}[spec.role](spec)


def _server(_spec: JobSpec) -> list[str]:
    return [sys.executable, "-I", "-m", "kernels.server"]


def _worker(spec: JobSpec) -> list[str]:
    port = DASK_CONTACT_PORTS[0]
    return [
        *(sys.executable, "-I", "-m", "distributed.cli.dask_worker", str(spec.scheduler)),
        *("--listen-address", f"tcp://127.0.0.1:{port - 1}"),
        *("--contact-address", f"tcp://{spec.address}:{port}"),
        *("--name", str(spec.worker_name), "--nthreads", str(spec.cores)),
        *("--memory-limit", f"{spec.memory_gib}GiB", "--local-directory", f"{SCRATCH}/dask"),
        # SLURM restarts nothing and bounds the memory; a nanny would need a forwarded port of its own.
        *("--no-nanny", "--no-dashboard", "--death-timeout", str(WORKER_GIVES_UP_AFTER_S)),
    ]


def _batch(spec: JobSpec) -> list[str]:
    raise UsageError("Batch runs are not built yet.")


def environment(claim: Claim) -> dict[str, str]:
    """Return the whole environment of a role's process; nothing is inherited."""
    return {**_base(claim.spec), **_passed(claim.environment), **_hub(claim.environment)}


def _base(spec: JobSpec) -> dict[str, str]:
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(spec.cores))
    return {
        "PATH": f"{spec.software}/bin:/usr/bin",
        "HOME": HOME,
        "USER": spec.person,
        "SHELL": "/bin/bash",
        "LANG": "C.UTF-8",
        "TMPDIR": SCRATCH,
        "JUPYTER_RUNTIME_DIR": f"{SCRATCH}/jupyter",
        "DASK_TEMPORARY_DIRECTORY": f"{SCRATCH}/dask",
        "TRE_PROJECT": spec.project,
        "TRE_ENDS_AT": spec.ends_at.isoformat(),
        **threads,
    }


def _passed(given: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name.startswith(PASSED)}


def _hub(given: Mapping[str, str]) -> dict[str, str]:
    # Whatever address the hub thinks it has, from inside it is the forwarded port.
    if "JUPYTERHUB_SERVICE_PREFIX" not in given:
        return {}
    api = f"http://127.0.0.1:{HUB_PORT}/hub/api"
    return {
        "JUPYTERHUB_API_URL": api,
        "JUPYTERHUB_ACTIVITY_URL": f"{api}/users/{given.get('JUPYTERHUB_USER', '')}/activity",
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{SERVER_PORT}{given['JUPYTERHUB_SERVICE_PREFIX']}",
    }
