"""Writing the register: new identities, and new versions of what changed. Nothing is overwritten.

Callers have already asked `governance.authority` and record the act in the audit chain in the same
transaction; these functions only keep the laws of the register itself.
"""

import json
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance import register
from governance.canonical import canonical
from governance.documents import Document, person_document
from governance.identity import account_name, person_id, project_id
from governance.models import (
    InstanceFacts,
    MembershipRow,
    MembershipVersion,
    PersonRow,
    PersonVersion,
    ProjectRow,
    ProjectVersion,
)
from governance.numbers import next_number
from governance.people import Membership, Person, ProjectRole
from governance.periods import Period
from governance.projects import ProjectStatus


def lock(session: Session) -> InstanceFacts:
    """Let one writer at a time give out numbers; returns whose register this is."""
    session.execute(select(InstanceFacts.id).with_for_update())
    return register.instance_facts(session)


def write_person(session: Session, person: Person, actor: str, at: datetime) -> None:
    """Register a person, or add a version."""
    if session.get(PersonRow, person.id) is None:
        session.add(PersonRow(id=person_id(person.id), created_at=at))
        session.flush()
    last = session.scalar(select(func.max(PersonVersion.version)).where(PersonVersion.person == person.id))
    session.add(
        PersonVersion(
            person=person.id,
            version=(last or 0) + 1,
            at=at,
            actor=actor,
            os_user=person.os_user,
            document=canonical(person_document(person)),
        )
    )
    session.flush()


def create_project(session: Session, project: str, at: datetime, *, exercise: bool) -> None:
    """Give a project its id and its group number, once.

    Raises:
        BrokenError: the range of numbers is used up.
    """
    gid = next_number(session, lock(session), exercise=exercise)
    session.add(ProjectRow(id=project_id(project), gid=gid, exercise=exercise, created_at=at))
    session.flush()


def project_document(session: Session, project: str) -> Document | None:
    """Return the document of a project's newest version, or None for an unknown project."""
    versions = select(ProjectVersion).where(ProjectVersion.project == project)
    newest = session.scalars(versions.order_by(ProjectVersion.version.desc()).limit(1)).first()
    if newest is None:
        return None
    document: Document = json.loads(newest.document)
    return document


def write_project(
    session: Session, project: str, document: Document, status: ProjectStatus, actor: str, at: datetime
) -> None:
    """Add a version to a project."""
    last = session.scalar(select(func.max(ProjectVersion.version)).where(ProjectVersion.project == project))
    session.add(
        ProjectVersion(
            project=project,
            version=(last or 0) + 1,
            at=at,
            actor=actor,
            status=status.value,
            document=canonical(document),
        )
    )
    session.flush()


def create_membership(session: Session, person: str, project: str, at: datetime) -> MembershipRow:
    """Give a membership its number, account and uid, once.

    Raises:
        UsageError: the account name would grow too long.
        BrokenError: the range of numbers is used up.
    """
    facts = lock(session)
    owner = session.get_one(ProjectRow, project)
    members = select(func.max(MembershipRow.number)).where(MembershipRow.project == project)
    number = (session.scalar(members) or 0) + 1
    row = MembershipRow(
        project=project,
        person=person,
        number=number,
        account=account_name(facts.name, project, number),
        uid=next_number(session, facts, exercise=owner.exercise),
        gid=owner.gid,
        exercise=owner.exercise,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row


def write_membership(
    session: Session,
    row: MembershipRow,
    roles: tuple[ProjectRole, ...],
    valid: Period,
    actor: str,
    at: datetime,
    *,
    removed: bool = False,
) -> None:
    """Add a version to a membership."""
    last = session.scalar(
        select(func.max(MembershipVersion.version)).where(MembershipVersion.membership == row.id)
    )
    session.add(
        MembershipVersion(
            membership=row.id,
            version=(last or 0) + 1,
            at=at,
            actor=actor,
            roles=" ".join(roles),
            valid_start=valid.start,
            valid_end=valid.end,
            removed=removed,
        )
    )
    session.flush()


def membership_row(session: Session, person: str, project: str) -> MembershipRow | None:
    """Return a membership's identity, or None."""
    return session.scalar(
        select(MembershipRow).where(MembershipRow.person == person, MembershipRow.project == project)
    )


def remove_membership(session: Session, membership: Membership, actor: str, at: datetime) -> None:
    """Say that a project's newest file no longer lists this person."""
    row = membership_row(session, membership.person, membership.project)
    if row is not None:
        write_membership(session, row, membership.roles, membership.valid, actor, at, removed=True)
