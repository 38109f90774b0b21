"""Tokens of jobs that have not ended: one file each in the broker's own folder, readable by it alone.

They lie below /run, in memory: they outlive a broker that dies while a job waits in the queue, but never
reach a disk, and after a reboot there is no job left to need them. They travel only in the answer to a
relay's claim. Not in the database, which other services read, nor in script, arguments or SLURM's records.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NAME_LAW = re.compile(r"(?:JUPYTERHUB|JPY)_[A-Z_]{1,60}")
LARGEST = 16 * 1024  # bytes of all values of one job


def why_not(environment: object) -> str | None:
    """Return why the hub's environment for a job is refused, or None: only its own names, short texts."""
    if not isinstance(environment, Mapping):
        return "The environment is not an object."
    if not all(isinstance(name, str) and NAME_LAW.fullmatch(name) for name in environment):
        return "The environment has a name that is not JupyterHub's."
    if not all(isinstance(value, str) and "\0" not in value for value in environment.values()):
        return "The environment has a value that is not text."
    if sum(len(value) for value in environment.values()) > LARGEST:
        return "The environment is too large."
    return None


@dataclass(frozen=True, slots=True)
class Environments:
    """A folder of mode 0700 with one file a job."""

    folder: Path

    def keep(self, spawn_id: str, environment: Mapping[str, str]) -> None:
        """Write a job's environment, whole or not at all."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._file(spawn_id).with_suffix(".new")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(dict(environment), file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self._file(spawn_id))

    def read(self, spawn_id: str) -> dict[str, str]:
        """Return a job's environment; empty when it has none, as workers."""
        try:
            content = json.loads(self._file(spawn_id).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return {str(name): str(value) for name, value in content.items()}

    def forget(self, spawn_id: str) -> None:
        """Remove a job's environment once the job is over."""
        self._file(spawn_id).unlink(missing_ok=True)

    def kept(self) -> set[str]:
        """Return the ids that have one."""
        return {file.stem for file in self.folder.glob("*.json")} if self.folder.is_dir() else set()

    def _file(self, spawn_id: str) -> Path:
        return self.folder / f"{spawn_id}.json"
