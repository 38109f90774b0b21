"""What the airlock needs from around it, as protocols: `airlock.main` picks the real ones, tests their own.

An implementation must fail closed: what it cannot read is refused in words, what it cannot check is held.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from airlock.domain.finding import FileReport
from airlock.domain.request import StoredFile
from airlock.store.content import ContentStore
from governance.decisions import Refused


@dataclass(frozen=True, slots=True)
class OutboxFile:
    """A file that lies in an outbox and could be submitted."""

    name: str  # relative to the outbox
    size: int
    changed_at: datetime


class Outboxes(Protocol):
    """Members' outboxes, whose content is hostile."""

    def list(self, project: str, account: str) -> Sequence[OutboxFile]:
        """Return what lies in one membership's outbox, newest first, at most a few hundred."""
        ...

    def take(self, project: str, account: str, name: str, into: ContentStore) -> StoredFile | Refused:
        """Copy one file aside into a store, hashing it on the way; refuse what is not a plain file inside."""
        ...


class Checks(Protocol):
    """The automatic checks."""

    def run(self, files: Sequence[Path], profile: str, released: Sequence[Path]) -> Sequence[FileReport]:
        """Return one report per file, in the order given; what cannot be checked is held, never clear."""
        ...
