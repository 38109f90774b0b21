"""The running instance that cluster tests use: the one that ``make test`` set up, named by TRE_TEST_INSTANCE.

A session that did not set one up skips these tests, and says so; CI then fails.
"""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from governance.errors import UsageError
from governance.instance import Instance

FIXED_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Account:
    """An account in the range of workspace accounts, made for tests only."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Cluster:
    """The test cluster: its instance, and how to speak to its SLURM."""

    instance: Instance

    @property
    def slurm_conf(self) -> Path:
        return self.instance.paths.etc / "slurm" / "slurm.conf"

    def run(self, *argv: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command as root with the instance's SLURM settings and nothing else of ours."""
        told = {"PATH": FIXED_PATH, "LC_ALL": "C.UTF-8", "SLURM_CONF": str(self.slurm_conf)}
        return subprocess.run(
            argv, env=told, input=stdin, capture_output=True, text=True, check=False, timeout=60
        )

    def namespace(self, node: str) -> Path:
        """The network namespace of a virtual node."""
        return Path("/run/netns") / f"tre-{self.instance.name}-{node}"

    def on(self, node: str, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the network of a virtual node."""
        return self.run("nsenter", f"--net={self.namespace(node)}", *argv)


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    name = os.environ.get("TRE_TEST_INSTANCE", "test")
    if os.getuid() != 0:
        pytest.skip("not root: the test cluster needs it")
    try:
        found = Cluster(Instance.load(name))
    except UsageError:
        pytest.skip(f"instance {name} is not set up: `make test` does it")
    if found.run("scontrol", "ping").returncode:
        pytest.skip(f"SLURM of instance {name} does not run: `make test` starts it")
    return found


@pytest.fixture(scope="session")
def account(cluster: Cluster) -> Iterator[Account]:
    """A workspace account the register does not know: the last uid before its pool for exercises."""
    uid = cluster.instance.uid_first + cluster.instance.uid_count - 1001
    name = f"{cluster.instance.name}-trial"
    cluster.run("groupadd", "--gid", str(uid), name)
    cluster.run("useradd", "--uid", str(uid), "--gid", str(uid), "--no-create-home", "--home-dir", "/", name)
    yield Account(name, uid, uid)
    cluster.run("userdel", name)
