"""What SLURM says of its nodes, and what the sandbox's probe last said on each of them."""

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

from governance.instance import Instance, Profile

SINFO = "/usr/bin/sinfo"
PATIENCE_S = 10
LOCAL = "local"  # no scheduler watches it


def sinfo_argv() -> list[str]:
    """Build the command that lists each node once with its state."""
    return [SINFO, "--noheader", "--Node", "--format=%N|%T"]


def parse_sinfo(output: str) -> dict[str, str]:
    """Read node and state; a node in several partitions stands once."""
    rows = (line.split("|") for line in output.splitlines() if "|" in line)
    return {name.strip(): state.strip() for name, state in rows}


def read_probe(folder: Path, node: str) -> dict[str, Any] | None:
    """Return what the node's last probe found: when, how much was blocked, how much escaped."""
    file = folder / f"{node}.json"
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {"at": found["at"], "blocked": int(found["blocked"]), "escaped": int(found["escaped"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def probe_folder(instance: Instance) -> Path:
    """Where probes are kept, one file a node."""
    return instance.paths.state / "probes"


def nodes(instance: Instance) -> list[dict[str, Any]]:
    """List the nodes; empty when SLURM does not answer (its state then says so)."""
    folder = probe_folder(instance)
    return [
        {"name": name, "state": state, "probe": read_probe(folder, name)}
        for name, state in node_states(instance).items()
    ]


def node_states(instance: Instance) -> dict[str, str]:
    """Return each node's state in SLURM's words; without SLURM this machine is the one node."""
    if instance.profile is Profile.EMBEDDED:
        return {socket.gethostname(): LOCAL}
    configuration = instance.paths.etc / "slurm" / "slurm.conf"
    environment = os.environ | {"SLURM_CONF": str(configuration)}
    try:
        answer = subprocess.run(
            sinfo_argv(), env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    return parse_sinfo(answer.stdout)
