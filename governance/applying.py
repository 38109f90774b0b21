"""One person or one project of a file, brought into the register: laws, difference, versions, audit event."""

from datetime import datetime

from sqlalchemy.orm import Session

from governance import audit, register, registrar
from governance.diffs import Change, Diff, compare
from governance.documents import person_document
from governance.errors import RefusedError
from governance.file_models import MemberModel, ProjectModel
from governance.people import CHECKER_ROLES, Membership, Person
from governance.projects import ProjectStatus
from governance.wording import refuse


def apply_person(session: Session, person: Person, actor: str, at: datetime) -> Diff:
    """Register a person or what changed about him.

    Raises:
        RefusedError: he would check outputs while a member, or act as another's system user.
    """
    known = register.get_person(session, person.id)
    before = None if known is None else person_document(known)
    diff = compare(f"people.{person.id}", before, person_document(person))
    if not diff:
        return diff
    _refuse_unlawful_person(session, person, at)
    registrar.write_person(session, person, actor, at)
    act = "register" if known is None else "change"
    detail = {"fields": len(diff.changes)}
    audit.record(session, f"governance:person:{act}", actor=actor, subject=person.id, detail=detail, at=at)
    return diff


def apply_project(session: Session, model: ProjectModel, actor: str, at: datetime) -> Diff:
    """Register a project or what changed about it, its members included.

    Raises:
        RefusedError: it is closed; a member is unknown or checks outputs; its exercise mark would change.
    """
    _refuse_unlawful(session, model, at)
    diff = _apply_content(session, model, actor, at) + _apply_members(session, model, actor, at)
    if diff:
        _record(session, model, len(diff.changes), actor, at)
    return diff


def refuse_own_project(model: ProjectModel, actor: str) -> None:
    """Refuse a file by which its actor would become a member.

    Raises:
        RefusedError: he is among the members.
    """
    if any(member.person == actor for member in model.members):
        raise RefusedError(refuse("independent", subject=actor, project=model.id))


def _refuse_unlawful_person(session: Session, person: Person, at: datetime) -> None:
    holder = register.person_of_os_user(session, person.os_user) if person.os_user else None
    if holder is not None and holder.id != person.id:
        raise RefusedError(refuse("os-user-taken", subject=holder.id, os_user=person.os_user))
    for membership in register.memberships_of(session, person.id):
        _refuse_checker(person, membership.project, at, session)


def _refuse_unlawful(session: Session, model: ProjectModel, at: datetime) -> None:
    known = register.get_project(session, model.id)
    if known is not None and known.status is ProjectStatus.CLOSED:
        raise RefusedError(refuse("project-reopen", project=model.id))
    if known is not None and known.exercise != model.exercise:
        raise RefusedError(refuse("exercise-fixed", project=model.id))
    for member in model.members:
        person = register.get_person(session, member.person)
        if person is None:
            raise RefusedError(refuse("member-unknown", subject=member.person, project=model.id))
        _refuse_checker(person, model.id, at, session)


def _refuse_checker(person: Person, project: str, at: datetime, session: Session) -> None:
    # Checkers judge the whole house's outputs, so none may be their own; a term that is over is no bar.
    zone = register.timezone(session)
    if any(not term.valid.is_over(at, zone) for term in person.terms(CHECKER_ROLES)):
        raise RefusedError(refuse("checker-is-member", subject=person.id, project=project))


def _apply_content(session: Session, model: ProjectModel, actor: str, at: datetime) -> Diff:
    known = registrar.project_document(session, model.id)
    diff = compare(f"projects.{model.id}", known, model.document())
    if not diff:
        return diff
    if known is None:
        registrar.create_project(session, model.id, at, exercise=model.exercise)
    project = register.get_project(session, model.id)
    status = ProjectStatus.ACTIVE if project is None else project.status
    registrar.write_project(session, model.id, model.document(), status, actor, at)
    return diff


def _apply_members(session: Session, model: ProjectModel, actor: str, at: datetime) -> Diff:
    diff = Diff()
    for member in model.members:
        diff += _apply_member(session, model.id, member, actor, at)
    named = {member.person for member in model.members}
    for membership in register.memberships(session, model.id):
        if membership.person not in named:
            registrar.remove_membership(session, membership, actor, at)
            diff += Diff((Change(_where(model.id, membership.person), _words(membership), None),))
    return diff


def _apply_member(session: Session, project: str, member: MemberModel, actor: str, at: datetime) -> Diff:
    known = register.membership(session, member.person, project)
    before = None if known is None else _words(known)
    after = f"{' '.join(member.roles)} {member.valid.start} to {member.valid.end}"
    if before == after:
        return Diff()
    row = registrar.membership_row(session, member.person, project)
    row = row or registrar.create_membership(session, member.person, project, at)
    registrar.write_membership(session, row, member.roles, member.valid.value(), actor, at)
    return Diff((Change(_where(project, member.person), before, after),))


def _where(project: str, person: str) -> str:
    return f"projects.{project}.members.{person}"


def _words(membership: Membership) -> str:
    return f"{' '.join(membership.roles)} {membership.valid.start} to {membership.valid.end}"


def _record(session: Session, model: ProjectModel, fields: int, actor: str, at: datetime) -> None:
    project = register.get_project(session, model.id)
    detail = {"fields": fields, "version": 0 if project is None else project.version}
    audit.record(
        session,
        "governance:project:apply",
        actor=actor,
        subject=model.id,
        project=model.id,
        detail=detail,
        exercise=model.exercise,
        at=at,
    )
