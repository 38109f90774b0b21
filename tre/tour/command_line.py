"""The ``tre`` command as a person at a terminal runs it: a process of its own."""

import subprocess
import sys

from governance.instance import Instance

PATIENCE_S = 300


def tre(instance: Instance, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one ``tre`` command against `instance` and return how it ended."""
    argv = [sys.executable, "-m", "tre", "--instance", instance.name, *words]
    return subprocess.run(
        argv, capture_output=True, text=True, check=False, timeout=PATIENCE_S, stdin=subprocess.DEVNULL
    )
