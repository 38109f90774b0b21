"""The custodian's store of snapshots: found by id or by name, verified when opened."""

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from governance.decisions import Refused
from governance.errors import RefusedError, UsageError
from warehouse_lib.custodian.folders import replace_text
from warehouse_lib.manifests import read_manifest, verify

SCHEMA = "tre.snapshot/1"
NAME_LAW = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,30}")
ID_LAW = re.compile(r"[0-9a-f]{20}")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An immutable snapshot of all that the custodian took in from one source."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Hash of files, rules and key ids."""
        return str(self.manifest["id"])

    @property
    def tables(self) -> dict[str, tuple[str, ...]]:
        """Columns by table."""
        return {name: tuple(table["columns"]) for name, table in self.manifest["tables"].items()}

    @property
    def people(self) -> Path:
        """Birth and last date of every person, for shifting and capping; never in an extract."""
        return self.folder / "internal" / "people.parquet"

    def files(self, table: str) -> list[Path]:
        """Return the files of a table, in bucket order."""
        return sorted((self.folder / "tables" / table).glob("*.parquet"))


@dataclass(frozen=True, slots=True)
class Store:
    """The warehouse folder of an instance."""

    root: Path

    @property
    def snapshots(self) -> Path:
        """Parent of all snapshots."""
        return self.root / "snapshots"

    def names(self) -> dict[str, str]:
        """Return snapshot ids by name."""
        folder = self.root / "names"
        if not folder.is_dir():
            return {}
        files = (file for file in sorted(folder.iterdir()) if NAME_LAW.fullmatch(file.name))
        return {file.name: file.read_text(encoding="utf-8").strip() for file in files}

    def name(self, name: str, snapshot_id: str, *, move: bool) -> None:
        """Let a name stand for a snapshot.

        Raises:
            RefusedError: the name stands for another snapshot and is not to be moved: grants rely on it.
        """
        known = self.names().get(checked_name(name))
        if known not in {None, snapshot_id} and not move:
            raise RefusedError(
                Refused(
                    f"The name {name} already stands for snapshot {known}, and grants may rely on it.",
                    "Choose another name, or move this one with --move-name.",
                    "snapshot-name-taken",
                )
            )
        (self.root / "names").mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_text(self.root / "names" / name, snapshot_id + "\n")

    def open(self, name_or_id: str) -> Snapshot:
        """Find a snapshot and verify every byte of it.

        Raises:
            UsageError: there is no such snapshot.
            BrokenError: it was altered.
        """
        chosen = self.names().get(name_or_id, name_or_id)
        folder = self.snapshots / chosen
        if not ID_LAW.fullmatch(chosen) or not folder.is_dir():
            raise UsageError(f"There is no snapshot {name_or_id!r}: see `tre warehouse list`.")
        manifest = read_manifest(folder, SCHEMA)
        verify(folder, manifest)
        return Snapshot(folder, manifest)

    def list(self) -> list[Snapshot]:
        """Return all snapshots by id, unverified."""
        if not self.snapshots.is_dir():
            return []
        folders = sorted(folder for folder in self.snapshots.iterdir() if ID_LAW.fullmatch(folder.name))
        return [Snapshot(folder, read_manifest(folder, SCHEMA)) for folder in folders]


def checked_name(name: str) -> str:
    """Return `name` if it can name a snapshot, else raise `UsageError`."""
    if not NAME_LAW.fullmatch(name):
        raise UsageError("A snapshot's name starts with a letter and has up to 31 letters, digits, - and _.")
    return name


def freeze(folder: Path, *, file_mode: int, folder_mode: int) -> None:
    """Take away write permission from everything in a folder, deepest first."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.chmod(folder_mode if path.is_dir() else file_mode)
    folder.chmod(folder_mode)


def give_to(path: Path, user: str, group: str | None = None, *, recursive: bool = True) -> str:
    """Give a tree to a service account when root runs the command; return why not, or an empty text."""
    if os.geteuid() != 0:
        return _share_with(path, group)
    try:
        for part in [path, *(path.rglob("*") if recursive else ())]:
            shutil.chown(part, user=user, group=group)
    except LookupError:
        return f"This machine has no account or group {user}:{group or user}; files keep their owner."
    return ""


def _share_with(path: Path, group: str | None) -> str:
    """Without root, an owner may still hand files to a group that it belongs to itself."""
    try:
        for part in [path, *path.rglob("*")] if group else ():
            shutil.chown(part, group=group or "")
    except (LookupError, PermissionError):
        return f"The group {group} could not be given the files: they stay with this account's own group."
    return ""
