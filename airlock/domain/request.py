"""A request to release files, as values: what was asked, in which round, what was said about it.

Nothing here knows the database or a page. People are ids; names are looked up where they are shown.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from airlock.domain.finding import FileReport, Verdict
from airlock.domain.review import Vote
from airlock.domain.states import State


@dataclass(frozen=True, slots=True)
class Context:
    """What a checker must know to judge: what it is, who is counted, and what was done to protect them."""

    description: str
    population: str = ""
    controls: str = ""

    @classmethod
    def parse(cls, value: Any) -> "Context | None":  # noqa: ANN401  (untrusted JSON)
        """Read a context from a sentence or a mapping; None when it is neither or says nothing."""
        parts = {"description": value} if isinstance(value, str) else value
        if not isinstance(parts, dict) or not parts.keys() <= {"description", "population", "controls"}:
            return None
        if not all(isinstance(text, str) for text in parts.values()):
            return None
        stripped = {key: text.strip()[:LONGEST_TEXT] for key, text in parts.items()}
        return cls(**stripped) if stripped.get("description") else None


LONGEST_TEXT = 5_000  # characters of any text a person writes into a request


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file copied aside. `name` is what its author called it, relative to the outbox: hostile."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class RequestFile:
    """One file of one round, with what the checks said."""

    number: int
    name: str
    sha256: str
    size: int
    report: FileReport | None  # None until the checks have ended

    @property
    def stored(self) -> StoredFile:
        """The file as the store knows it."""
        return StoredFile(self.name, self.sha256, self.size)

    @property
    def verdict(self) -> Verdict:
        """What the checks said; a file that was not checked needs a person."""
        return Verdict.REVIEW if self.report is None else self.report.verdict


@dataclass(frozen=True, slots=True)
class Round:
    """One submission of a request: the files and their context. Rounds count from 1."""

    number: int
    context: Context
    submitted_at: datetime
    files: tuple[RequestFile, ...]

    @property
    def content(self) -> str:
        """Digest of exactly these files: what a vote approves and a release must match."""
        return content_digest((file.name, file.sha256) for file in self.files)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it stands. `rounds` are in order and never empty; the last one is current."""

    id: str
    project: str
    author: str
    account: str
    state: State
    created_at: datetime
    changed_at: datetime
    rounds: tuple[Round, ...]

    @property
    def current(self) -> Round:
        """The round that is being decided."""
        return self.rounds[-1]

    def file(self, number: int) -> RequestFile | None:
        """Return a file of the current round by its number."""
        return next((file for file in self.current.files if file.number == number), None)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something said about a round: a vote with its reason, an early return's reason, or a comment."""

    round: int
    by: str
    at: datetime
    text: str
    vote: Vote | None = None
    content: str = ""  # of a vote: the digest of the files that were voted on
    by_author: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One act that happened to a request, for its timeline. The audit chain holds the same, sealed."""

    round: int
    at: datetime
    by: str
    act: str
    state: State


def content_digest(files: Iterable[tuple[str, str]]) -> str:
    """Return the SHA-256 over names and hashes of `files`, in any order; lengths make it unambiguous."""
    digest = hashlib.sha256()
    for name, sha256 in sorted(files):
        raw = name.encode("utf-8", "surrogatepass")
        digest.update(f"{len(raw)}:".encode() + raw + sha256.encode())
    return digest.hexdigest()
