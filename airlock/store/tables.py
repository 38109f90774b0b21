"""The airlock's tables. People and projects are ids, never foreign keys: what was decided outlives both.

Rows are only ever added, except a request's state and a file's report; the audit chain seals every change.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from governance.database import Base, UtcDateTime

REQUEST_ID = String(40)
PERSON_ID = String(64)
SHA256 = String(64)


class RequestRow(Base):
    """A request: whose, and where it stands."""

    __tablename__ = "airlock_request"
    __table_args__ = (UniqueConstraint("project", "number"),)

    id: Mapped[str] = mapped_column(REQUEST_ID, primary_key=True)
    project: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]
    author: Mapped[str] = mapped_column(PERSON_ID, index=True)
    account: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), index=True)
    round: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RoundRow(Base):
    """One submission: its context, and when its checks were last begun."""

    __tablename__ = "airlock_round"

    request: Mapped[str] = mapped_column(ForeignKey("airlock_request.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    description: Mapped[str] = mapped_column(Text)
    population: Mapped[str] = mapped_column(Text)
    controls: Mapped[str] = mapped_column(Text)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checking_since: Mapped[datetime] = mapped_column(UtcDateTime)


class FileRow(Base):
    """One file of one round; `report` is the checks' JSON (docs/schemas/finding.schema.json) at their end."""

    __tablename__ = "airlock_file"
    __table_args__ = (
        ForeignKeyConstraint(["request", "round"], ["airlock_round.request", "airlock_round.number"]),
    )

    request: Mapped[str] = mapped_column(REQUEST_ID, primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(SHA256, index=True)
    size: Mapped[int]
    report: Mapped[str | None] = mapped_column(Text)


class RemarkRow(Base):
    """A vote or a comment on a round."""

    __tablename__ = "airlock_remark"

    id: Mapped[int] = mapped_column(primary_key=True)
    request: Mapped[str] = mapped_column(ForeignKey("airlock_request.id"), index=True)
    round: Mapped[int]
    person: Mapped[str] = mapped_column(PERSON_ID)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(Text)
    vote: Mapped[str | None] = mapped_column(String(16))
    content: Mapped[str] = mapped_column(SHA256)
    # One vote a person and round, held by the database too: comments carry their own id here, votes "vote".
    once: Mapped[str] = mapped_column(String(36))
    __table_args__ = (UniqueConstraint("request", "round", "person", "once"),)


class MoveRow(Base):
    """One act that happened, for the timeline."""

    __tablename__ = "airlock_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    request: Mapped[str] = mapped_column(ForeignKey("airlock_request.id"), index=True)
    round: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(PERSON_ID)
    act: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))


class ReleaseRow(Base):
    """A package that left: its name and the SHA-256 of its bytes."""

    __tablename__ = "airlock_release"

    request: Mapped[str] = mapped_column(ForeignKey("airlock_request.id"), primary_key=True)
    round: Mapped[int]
    name: Mapped[str] = mapped_column(String(64), unique=True)
    sha256: Mapped[str] = mapped_column(SHA256)
    released_at: Mapped[datetime] = mapped_column(UtcDateTime)
    released_by: Mapped[str] = mapped_column(PERSON_ID)
