"""Suspending, resuming and closing a project: a new version whose only change is the status."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from governance import audit, authority, register, registrar
from governance.actions import Action
from governance.decisions import Refused
from governance.projects import Project, ProjectStatus
from governance.wording import DEFAULT_LANGUAGE, refuse

ACTS: Mapping[ProjectStatus, str] = {
    ProjectStatus.ACTIVE: "resume",
    ProjectStatus.CLOSED: "close",
    ProjectStatus.SUSPENDED: "suspend",
}


def set_status(
    session: Session,
    project: str,
    status: ProjectStatus,
    actor: str,
    at: datetime,
    *,
    language: str = DEFAULT_LANGUAGE,
) -> Refused | None:
    """Give a project another status, audited; return why not, or None when done.

    Closing is for ever: the id, its accounts and its group are never used again.
    """
    known = register.get_project(session, project)
    if known is None:
        return refuse("project-known", language, project=project)
    decision = authority.decide(session, actor, Action.PROJECT_APPLY, project, at, language=language)
    if isinstance(decision, Refused):
        return decision
    if known.status is ProjectStatus.CLOSED:
        return refuse("project-active", language, case="closed", project=project)
    if known.status is status:
        return refuse("status-unchanged", language, project=project, status=status)
    _write(session, known, status, actor, at)
    return None


def _write(session: Session, project: Project, status: ProjectStatus, actor: str, at: datetime) -> None:
    document = registrar.project_document(session, project.id)
    registrar.write_project(session, project.id, document or {}, status, actor, at)
    audit.record(
        session,
        f"governance:project:{ACTS[status]}",
        actor=actor,
        subject=project.id,
        project=project.id,
        detail={"version": project.version + 1},
        exercise=project.exercise,
        at=at,
    )
