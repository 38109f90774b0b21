"""Members' outboxes on this machine: what lies there for a page to list, and taking one file out of it.

Everything in an outbox belongs to a person who may be hostile. Listing uses names and sizes only and follows
no link; taking is `airlock.intake.staging`, by descriptor, and its copy then belongs to the store.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from airlock.domain.request import StoredFile
from airlock.intake.staging import stage
from airlock.ports import OutboxFile
from airlock.store.content import ContentStore
from governance.decisions import Refused
from governance.instance import Paths

MOST_LISTED = 500
DEEPEST = 4


class LocalOutboxes:
    """Outboxes below an instance's data folder."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    def folder(self, project: str, account: str) -> Path:
        """Return the outbox of one membership."""
        return self._paths.member(project, account) / "outbox"

    def list(self, project: str, account: str) -> Sequence[OutboxFile]:
        """Return the plain files in an outbox, newest first; what cannot be read is left out."""
        found = sorted(_walk(self.folder(project, account), "", 0), key=lambda file: file.changed_at)
        return found[::-1][:MOST_LISTED]

    def take(self, project: str, account: str, name: str, into: ContentStore) -> StoredFile | Refused:
        """Copy one file aside into a store; refuse what is not a plain file inside the outbox."""
        try:
            staged = stage(self.folder(project, account), name, into.waiting_room())
        except FileNotFoundError:
            return Refused("There is no outbox yet.", "Open the workspace once.", "staging.missing")
        if isinstance(staged, Refused):
            return staged
        into.adopt(staged.copy, staged.sha256)
        return StoredFile(staged.name, staged.sha256, staged.size)


def _walk(folder: Path, prefix: str, depth: int) -> Iterator[OutboxFile]:
    """Yield plain files below a folder, a bounded number of them, hidden ones left out."""
    if depth > DEEPEST:
        return
    try:
        with os.scandir(folder) as entries:
            listed = [entry for entry, _ in zip(entries, range(MOST_LISTED), strict=False)]
    except OSError:
        return
    for entry in listed:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder / entry.name, f"{prefix}{entry.name}/", depth + 1)
        elif entry.is_file(follow_symlinks=False):
            yield from _file(entry, prefix)


def _file(entry: os.DirEntry[str], prefix: str) -> Iterator[OutboxFile]:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return  # gone meanwhile
    yield OutboxFile(f"{prefix}{entry.name}", status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))
