"""The register's tables. Identities are rows that never change; what changes gets a new version row.

So "who could see what on 3 March, and by whose act" has an answer for ever. Triggers refuse to update or
delete a version (`governance.append_only`). Documents are canonical JSON text: what a diff shows and a
migration can read without this code.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from governance.append_only import guard
from governance.database import Base, UtcDateTime

ID = String(32)


class InstanceFacts(Base):
    """The one row that says whose register this is: account names and uids belong to one instance."""

    __tablename__ = "instance_facts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(8))
    uid_first: Mapped[int]
    uid_count: Mapped[int]
    timezone: Mapped[str] = mapped_column(String(64))


class PersonRow(Base):
    """A login, given once."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PersonVersion(Base):
    """What the register knew of a person from `at` on."""

    __tablename__ = "person_version"

    person: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    os_user: Mapped[str] = mapped_column(ID, index=True)
    document: Mapped[str] = mapped_column(Text)


class ProjectRow(Base):
    """A project's identity: id and group number, given once (an exercise's number may be given again)."""

    __tablename__ = "project"
    __table_args__ = (
        Index(
            "uq_project_gid_lasting",
            "gid",
            unique=True,
            sqlite_where=text("exercise = 0"),
            postgresql_where=text("NOT exercise"),
        ),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    gid: Mapped[int]
    exercise: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProjectVersion(Base):
    """What the register knew of a project from `at` on."""

    __tablename__ = "project_version"

    project: Mapped[str] = mapped_column(ForeignKey("project.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16))
    document: Mapped[str] = mapped_column(Text)


class MembershipRow(Base):
    """A membership's identity: its number in the project, its account and uid, given once."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("project", "person"),
        UniqueConstraint("project", "number"),
        Index(
            "uq_membership_uid_lasting",
            "uid",
            unique=True,
            sqlite_where=text("exercise = 0"),
            postgresql_where=text("NOT exercise"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(ForeignKey("project.id"), index=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[int]
    account: Mapped[str] = mapped_column(ID, unique=True)
    uid: Mapped[int] = mapped_column(index=True)
    gid: Mapped[int]
    exercise: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MembershipVersion(Base):
    """Roles and dates of a membership from `at` on; `removed` when the project's file dropped the person."""

    __tablename__ = "membership_version"

    membership: Mapped[int] = mapped_column(ForeignKey("membership.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    roles: Mapped[str] = mapped_column(String(64))
    valid_start: Mapped[date]
    valid_end: Mapped[date]
    removed: Mapped[bool]


for versions in (PersonVersion, ProjectVersion, MembershipVersion):
    guard(versions.__table__)
