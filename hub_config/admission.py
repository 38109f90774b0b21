"""May this job start? One question with one answer: a journal row ready to be written, or the refusal.

The register decides who and until when (`governance.authority`), the project's quotas decide how much, the
profile how long. Everything is asked again at each start; nothing is remembered from a form.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from governance import authority, register
from governance.actions import Action
from governance.decisions import Allowed, Refused
from governance.errors import BrokenError
from governance.identity import Account
from governance.projects import Project, Quotas
from governance.wording import DEFAULT_LANGUAGE
from hub_config import journal
from hub_config.addresses import next_address
from hub_config.journal import Spawn
from hub_config.profiles import PROFILES, WORKER_LONGEST
from hub_config.wording import refuse
from kernels.protocol import Phase, Role, new_spawn_id

SHORTEST = timedelta(minutes=2)
"""A lease that ends sooner starts nothing: the workspace would close while it opens."""


@dataclass(frozen=True, slots=True)
class Need:
    """What one job takes."""

    cores: int
    memory_gib: int
    longest: timedelta
    profile: str


def notebook(
    session: Session, person: str, project_id: str, profile: str, at: datetime, language: str
) -> Spawn | Refused:
    """Return the journal row of a new workspace, or why there is none."""
    allowed = authority.decide(session, person, Action.WORKSPACE_OPEN, project_id, at, language=language)
    if isinstance(allowed, Refused):
        return allowed
    project = register.get_project(session, project_id)
    membership = register.membership(session, person, project_id)
    if project is None or membership is None:
        raise BrokenError("The register permits a workspace for a membership that it does not hold.")
    need = _profile(project, profile, language)
    if isinstance(need, Refused):
        return need
    living = journal.living(session, project_id)
    refusal = why_not_now(allowed, at, language) or why_over_quota(project.quotas, living, [need], language)
    if refusal:
        return refusal
    return _row(session, Role.NOTEBOOK, person, project_id, membership.account, need, allowed.until, at)


def workers(
    session: Session, parent: Spawn, names: Sequence[str], cores: int, memory_gib: int, at: datetime
) -> list[Spawn] | Refused:
    """Return the journal rows of Dask workers for a living notebook, or why there are none.

    All or none: they take what the project's quotas leave, with the notebook's own account, lease and person.
    """
    project = register.get_project(session, parent.project)
    if project is None:
        raise BrokenError("The register does not know the project of a living workspace.")
    need = Need(cores, memory_gib, WORKER_LONGEST, "worker")
    needs = [need] * len(names)
    allowed = Allowed(parent.lease)
    living = journal.living(session, parent.project)
    refusal = why_not_now(allowed, at) or why_over_quota(project.quotas, living, needs)
    return refusal or [_worker(session, parent, name, need, at) for name in names]


def _worker(session: Session, parent: Spawn, name: str, need: Need, at: datetime) -> Spawn:
    account = Account(parent.account, parent.uid, group_of(parent.account), parent.gid)
    row = _row(session, Role.WORKER, parent.person, parent.project, account, need, parent.lease, at)
    row.parent, row.worker_name = parent.spawn_id, name
    session.add(row)
    session.flush()  # the next one's address must differ
    return row


def group_of(account: str) -> str:
    """Return the group of a membership's account: its name without the number (`governance.identity`)."""
    return account.rpartition("-")[0]


def why_not_now(allowed: Allowed, at: datetime, language: str = DEFAULT_LANGUAGE) -> Refused | None:
    """Refuse a start whose permission ends within minutes."""
    return None if allowed.until - at >= SHORTEST else refuse("lease-too-short", language)


def why_over_quota(
    quotas: Quotas, living: Sequence[Spawn], needs: Sequence[Need], language: str = DEFAULT_LANGUAGE
) -> Refused | None:
    """Refuse what would take the project over a quota; the reason names quota, use and ceiling."""
    if len(living) + len(needs) > quotas.jobs:
        return refuse("quota-jobs", language, ceiling=quotas.jobs, used=len(living))
    for what in ("cores", "memory_gib"):
        used = sum(getattr(row, what) for row in living)
        more = sum(getattr(need, what) for need in needs)
        if used + more > getattr(quotas, what):
            return refuse(f"quota-{what}", language, ceiling=getattr(quotas, what), used=used, more=more)
    return None


def _profile(project: Project, name: str, language: str) -> Need | Refused:
    """Return what a profile takes, if the project may use it."""
    profile = PROFILES.get(name) if name in project.compute_profiles else None
    if profile is None:
        return refuse("profile", language)
    return Need(profile.cores, profile.memory_gib, profile.longest, profile.name)


def _row(
    session: Session,
    role: Role,
    person: str,
    project: str,
    account: Account,
    need: Need,
    lease: datetime,
    at: datetime,
) -> Spawn:
    taken = {row.address for row in journal.living(session)}
    return Spawn(
        spawn_id=new_spawn_id(),
        role=role,
        person=person,
        project=project,
        account=account.name,
        uid=account.uid,
        gid=account.gid,
        profile=need.profile,
        cores=need.cores,
        memory_gib=need.memory_gib,
        address=next_address(taken, journal.started(session)),
        lease=lease,
        wall_minutes=int(min(need.longest, lease - at).total_seconds() // 60),
        phase=Phase.JOURNALED,
        created_at=at,
    )
