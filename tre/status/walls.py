"""Which walls of the design this machine does not have. What is missing is said, never passed over."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from governance.instance import Instance, Profile

NFT = "/usr/sbin/nft"


@dataclass(frozen=True, slots=True)
class Wall:
    """One wall: its name, what is lost without it, and how to see whether it stands."""

    name: str
    without: str
    stands: Callable[[Instance], bool]


def _workspace_uids_rejected(instance: Instance) -> bool:
    try:
        listed = subprocess.run(
            [NFT, "list", "table", "inet", f"tre_{instance.name}"],
            capture_output=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return listed.returncode == 0


def _own_accounts(instance: Instance) -> bool:
    return instance.profile is not Profile.EMBEDDED


def _slurm_with_unified_cgroups(instance: Instance) -> bool:
    if instance.profile is Profile.EMBEDDED:
        return False
    controllers = Path("/sys/fs/cgroup/cgroup.controllers")
    return controllers.is_file() and "memory" in controllers.read_text(encoding="utf-8").split()


def _storage_quotas(_: Instance) -> bool:
    return False  # not built yet: the provisioner records quotas, no file system enforces them


def _real_cluster(instance: Instance) -> bool:
    return instance.profile is Profile.CLUSTER


WALLS: tuple[Wall, ...] = (
    Wall(
        "firewall", "Traffic of workspace accounts is not rejected by the kernel.", _workspace_uids_rejected
    ),
    Wall("accounts", "One system user is everybody; only the sandbox keeps projects apart.", _own_accounts),
    Wall("scheduler", "Without SLURM no job queues, and none is bounded in its cores.", _own_accounts),
    Wall(
        "memory-limits",
        "Memory limits are not enforced: that takes SLURM and cgroup v2.",
        _slurm_with_unified_cgroups,
    ),
    Wall("storage-quotas", "A project can fill the disk.", _storage_quotas),
    Wall("second-factor", "Demo logins have a password only.", _real_cluster),
    Wall("edge-tls", "Pages travel unencrypted; only this machine may see them.", _real_cluster),
)


def missing(instance: Instance) -> list[str]:
    """Name each missing wall with what is lost without it."""
    return [f"{wall.name}: {wall.without}" for wall in WALLS if not wall.stands(instance)]
