"""Reading the register: the only source of permission. `governance.registrar` writes it.

Every function returns values of the newest version; none decides anything (`governance.authority` does).
"""

import json
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Engine, Select, func, select
from sqlalchemy.orm import Session, aliased

from governance.database import Base, transaction
from governance.documents import person_from, project_from
from governance.errors import BrokenError
from governance.identity import Account, group_name
from governance.instance import Instance
from governance.models import (
    InstanceFacts,
    MembershipRow,
    MembershipVersion,
    PersonVersion,
    ProjectRow,
    ProjectVersion,
)
from governance.people import HouseRole, Membership, Person, ProjectRole
from governance.periods import Period
from governance.projects import Project


def create(engine: Engine, instance: Instance) -> None:
    """Make all tables known so far and found the register: for tests; an installation runs the migrations."""
    Base.metadata.create_all(engine)
    with transaction(engine) as session:
        found(session, instance)


def found(session: Session, instance: Instance) -> None:
    """Write once whose register this is.

    Raises:
        BrokenError: the database already serves an instance of another name.
    """
    existing = session.scalar(select(InstanceFacts))
    if existing is None:
        session.add(
            InstanceFacts(
                id=1,
                name=instance.name,
                uid_first=instance.uid_first,
                uid_count=instance.uid_count,
                timezone=instance.timezone.key,
            )
        )
        session.flush()
    elif existing.name != instance.name:
        raise BrokenError(f"This database is the register of instance {existing.name!r}.")


def instance_facts(session: Session) -> InstanceFacts:
    """Return the row that says whose register this is.

    Raises:
        BrokenError: the register was never founded.
    """
    facts = session.get(InstanceFacts, 1)
    if facts is None:
        raise BrokenError("The register is empty: run `tre database upgrade` first.")
    return facts


def timezone(session: Session) -> ZoneInfo:
    """Return the zone in which the register's dates are meant."""
    return ZoneInfo(instance_facts(session).timezone)


def people(session: Session) -> tuple[Person, ...]:
    """Return all persons, by id."""
    rows = session.scalars(_newest_people().order_by(PersonVersion.person))
    return tuple(_person(row) for row in rows)


def get_person(session: Session, person: str) -> Person | None:
    """Return one person, or None."""
    row = session.scalar(_newest_people().where(PersonVersion.person == person))
    return None if row is None else _person(row)


def person_of_os_user(session: Session, os_user: str) -> Person | None:
    """Return the person who acts as an operating-system user, or None; of several, the first by id."""
    query = _newest_people().where(PersonVersion.os_user == os_user).order_by(PersonVersion.person)
    row = session.scalars(query.limit(1)).first()
    return None if row is None else _person(row)


def house_roles(session: Session, person: str, at: datetime) -> frozenset[HouseRole]:
    """Return the house roles a person holds at a moment."""
    known = get_person(session, person)
    return frozenset() if known is None else known.roles_at(at, timezone(session))


def projects(session: Session) -> tuple[Project, ...]:
    """Return all projects ever registered, closed ones too, by id."""
    rows = session.execute(_newest_projects().order_by(ProjectRow.id)).all()
    name = instance_facts(session).name
    return tuple(_project(name, row, version) for row, version in rows)


def get_project(session: Session, project: str) -> Project | None:
    """Return one project, or None."""
    found_row = session.execute(_newest_projects().where(ProjectRow.id == project)).first()
    return None if found_row is None else _project(instance_facts(session).name, *found_row)


def memberships(session: Session, project: str, *, removed: bool = False) -> tuple[Membership, ...]:
    """Return a project's memberships by number; with `removed`, also those its newest file dropped."""
    found_ones = _memberships(session, MembershipRow.project == project)
    return tuple(one for one in found_ones if removed or not one.removed)


def membership(session: Session, person: str, project: str) -> Membership | None:
    """Return a person's membership, or None when there is none or it was removed."""
    found_one = any_membership(session, person, project)
    return None if found_one is None or found_one.removed else found_one


def any_membership(session: Session, person: str, project: str) -> Membership | None:
    """Return a person's membership even when it was removed, or None."""
    mine = (MembershipRow.person == person, MembershipRow.project == project)
    return next(iter(_memberships(session, *mine)), None)


def memberships_of(session: Session, person: str) -> tuple[Membership, ...]:
    """Return what a person is a member of, removed memberships left out, by project."""
    found_ones = _memberships(session, MembershipRow.person == person)
    return tuple(sorted((one for one in found_ones if not one.removed), key=lambda one: one.project))


def membership_of_uid(session: Session, uid: int) -> Membership | None:
    """Return the membership that holds a uid; of an exercise number given several times, the newest."""
    found_ones = _memberships(session, MembershipRow.uid == uid)
    return found_ones[-1] if found_ones else None


def _memberships(session: Session, *conditions: ColumnElement[bool]) -> Sequence[Membership]:
    newest = aliased(MembershipVersion)
    last = select(func.max(newest.version)).where(newest.membership == MembershipRow.id).scalar_subquery()
    query = (
        select(MembershipRow, MembershipVersion)
        .join(MembershipVersion, MembershipVersion.membership == MembershipRow.id)
        .where(MembershipVersion.version == last, *conditions)
        .order_by(MembershipRow.id)
    )
    rows = session.execute(query).all()
    if not rows:
        return ()
    name = instance_facts(session).name
    return [_membership(name, row, version) for row, version in rows]


def _newest_people() -> Select[PersonVersion]:
    newest = aliased(PersonVersion)
    last = select(func.max(newest.version)).where(newest.person == PersonVersion.person).scalar_subquery()
    return select(PersonVersion).where(PersonVersion.version == last)


def _newest_projects() -> Select[ProjectRow, ProjectVersion]:
    newest = aliased(ProjectVersion)
    last = select(func.max(newest.version)).where(newest.project == ProjectRow.id).scalar_subquery()
    return (
        select(ProjectRow, ProjectVersion)
        .join(ProjectVersion, ProjectVersion.project == ProjectRow.id)
        .where(ProjectVersion.version == last)
    )


def _person(row: PersonVersion) -> Person:
    return person_from(row.person, json.loads(row.document))


def _project(instance: str, row: ProjectRow, version: ProjectVersion) -> Project:
    return project_from(
        json.loads(version.document),
        id_=row.id,
        status=version.status,
        version=version.version,
        exercise=row.exercise,
        group=group_name(instance, row.id),
        gid=row.gid,
    )


def _membership(instance: str, row: MembershipRow, version: MembershipVersion) -> Membership:
    return Membership(
        person=row.person,
        project=row.project,
        number=row.number,
        roles=tuple(ProjectRole(role) for role in version.roles.split()),
        valid=Period(version.valid_start, version.valid_end),
        account=Account(row.account, row.uid, group_name(instance, row.project), row.gid),
        removed=version.removed,
    )
