"""The record of every act: one append-only hash chain for all services.

Each event carries the SHA-256 of its predecessor over a canonical encoding, so that an edit, a deletion or
a reorder anywhere breaks every later link; signed checkpoints elsewhere (`governance.checkpoints`) catch a
chain that was cut short or written anew. An event refers to persons and projects by id, never by foreign
key: it outlives what it tells of. It never holds a patient value: details are short scalars that the caller
names one by one.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance.append_only import guard
from governance.canonical import canonical
from governance.checkpoints import Head, Problem, read_checkpoints
from governance.database import Base, UtcDateTime
from governance.models import InstanceFacts

TAG = re.compile(r"[a-z][a-z0-9-]*:[a-z][a-z0-9-]*:[a-z][a-z0-9-]*")
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST_NAME = 64
LONGEST_VALUE = 200
MOST_DETAILS = 20
GENESIS = "0" * 64
ROWS_AT_ONCE = 5000

MOST_PROBLEMS = 100

Detail = Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a verification found: events, newest hash, breaks (none when all is well), checkpoints met."""

    events: int
    head: str
    problems: tuple[Problem, ...]
    checkpoints: int = 0

    @property
    def ok(self) -> bool:
        """Tell whether nothing was found."""
        return not self.problems


class AuditEvent(Base):
    """One link of the chain. `detail` is canonical JSON text, hashed as it is stored."""

    __tablename__ = "audit_event"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    tag: Mapped[str] = mapped_column(String(100), index=True)
    actor: Mapped[str] = mapped_column(String(LONGEST_NAME))
    subject: Mapped[str] = mapped_column(String(LONGEST_NAME), index=True)
    project: Mapped[str | None] = mapped_column(String(32), index=True)
    detail: Mapped[str] = mapped_column(Text)
    exercise: Mapped[bool]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


guard(AuditEvent.__table__)


def record(
    session: Session,
    tag: str,
    *,
    actor: str,
    subject: str,
    project: str | None = None,
    detail: Detail | None = None,
    exercise: bool = False,
    at: datetime | None = None,
) -> None:
    """Append an event in the caller's transaction: the act and its record commit together or not at all.

    Args:
        session: the transaction of the act.
        tag: ``scope:resource:act``, such as ``governance:project:apply``.
        actor: who did it: a person, a service, or root.
        subject: what or whom it was done to, by id.
        project: the project it belongs to.
        detail: up to 20 short facts; never anything from patient data.
        exercise: the act belongs to a rehearsal on synthetic data.
        at: when it happened; default now.

    Raises:
        ValueError: a tag, name or detail outside the grammar. Nothing is written.
    """
    _check(tag, actor, subject, detail or {})
    last = _last_for_update(session)
    event = AuditEvent(
        seq=1 if last is None else last.seq + 1,
        at=at or datetime.now(UTC),
        tag=tag,
        actor=actor,
        subject=subject,
        project=project,
        detail=canonical(dict(detail or {})),
        exercise=exercise,
        previous=GENESIS if last is None else last.hash,
    )
    event.hash = link(event)
    session.add(event)
    session.flush()


def link(event: Any) -> str:  # noqa: ANN401  (an AuditEvent or a row with its columns)
    """Return the SHA-256 (hex) that binds an event to its predecessor."""
    return hashlib.sha256(canonical(_content(event)).encode()).hexdigest()


def to_document(event: AuditEvent) -> dict[str, Any]:
    """Write an event as others read it (``docs/schemas/audit.schema.json``), its details as an object."""
    return {**_content(event), "detail": json.loads(event.detail), "hash": event.hash}


def _content(event: Any) -> dict[str, Any]:  # noqa: ANN401  (an AuditEvent or a row with its columns)
    return {
        "seq": event.seq,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "tag": event.tag,
        "actor": event.actor,
        "subject": event.subject,
        "project": event.project,
        "detail": event.detail,
        "exercise": bool(event.exercise),
        "previous": event.previous,
    }


def head(session: Session) -> Head | None:
    """Return the newest event's number and hash, or None for an empty chain."""
    last = session.execute(
        select(AuditEvent.seq, AuditEvent.hash).order_by(AuditEvent.seq.desc()).limit(1)
    ).first()
    return None if last is None else Head(last.seq, last.hash)


def verify(
    session: Session, checkpoints: Path | None = None, public_key: Ed25519PublicKey | None = None
) -> ChainReport:
    """Walk the whole chain and hold it against the signed checkpoints.

    Args:
        session: an open session on the database.
        checkpoints: the folder of checkpoints, or None to look at the chain alone.
        public_key: whose signatures count; default: ``public.pem`` in that folder. An auditor brings his own.

    Returns:
        How many events there are, and every break found (at most `MOST_PROBLEMS`).
    """
    expected: dict[int, str] = {}
    problems: list[Problem] = []
    if checkpoints is not None:
        heads, problems = read_checkpoints(checkpoints, public_key)
        expected = {one.seq: one.hash for one in heads}
    marks = len(expected)
    walk = _Walk(expected, problems)
    for row in _rows(session):
        walk.visit(row)
    walk.finish()
    return ChainReport(walk.events, walk.previous, tuple(walk.problems[:MOST_PROBLEMS]), marks)


@dataclass(slots=True)
class _Walk:
    """Where a verification stands: what the next event must be, and what was wrong so far."""

    expected: dict[int, str]
    problems: list[Problem]
    events: int = 0
    seq: int = 0
    previous: str = GENESIS

    def visit(self, row: Any) -> None:  # noqa: ANN401  (a row with an event's columns)
        self._look(row)
        self.events, self.seq, self.previous = self.events + 1, row.seq, row.hash

    def _look(self, row: Any) -> None:  # noqa: ANN401
        if row.seq != self.seq + 1:
            self._report(row.seq, "missing", f"events {self.seq + 1} to {row.seq - 1} are missing")
        if row.previous != self.previous:
            self._report(row.seq, "unlinked", "it does not follow the event before it")
        if row.hash != link(row):
            self._report(row.seq, "edited", "its content does not match its hash")
        if self.expected.pop(row.seq, row.hash) != row.hash:
            self._report(row.seq, "rewritten", "it differs from the signed checkpoint")

    def finish(self) -> None:
        for seq in sorted(self.expected):
            self._report(seq, "truncated", "a signed checkpoint knows it, the chain does not")

    def _report(self, seq: int, kind: str, text: str) -> None:
        self.problems.append(Problem(seq, kind, text))


def _rows(session: Session) -> Iterator[Any]:
    # Columns, not objects: a million events must pass in seconds and in constant memory.
    columns = AuditEvent.__table__.columns
    return iter(
        session.execute(select(*columns).order_by(AuditEvent.seq).execution_options(yield_per=ROWS_AT_ONCE))
    )


def _last_for_update(session: Session) -> Head | None:
    # One writer at a time: SQLite's transactions are immediate; elsewhere the founding row is the lock.
    session.execute(select(InstanceFacts.id).with_for_update())
    return head(session)


def _check(tag: str, actor: str, subject: str, detail: Detail) -> None:
    if not TAG.fullmatch(tag):
        raise ValueError("An audit tag reads scope:resource:act, in lower case.")
    if not all(0 < len(name) <= LONGEST_NAME for name in (actor, subject)):
        raise ValueError(f"Actor and subject are ids of 1 to {LONGEST_NAME} characters.")
    if len(detail) > MOST_DETAILS:
        raise ValueError(f"An audit event holds at most {MOST_DETAILS} details.")
    for key, value in detail.items():
        _check_detail(key, value)


def _check_detail(key: str, value: object) -> None:
    if not KEY.fullmatch(key):
        raise ValueError("A detail's key is a short lower-case name.")
    if not isinstance(value, str | int):
        raise ValueError(f"The detail {key} is neither text nor an integer nor a truth value.")
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        raise ValueError(f"The detail {key} is longer than {LONGEST_VALUE} characters.")
