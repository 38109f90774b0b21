"""May this job start? One question with one answer: a journal row ready to be written, or the refusal.

The register decides who and until when (`governance.authority`), the project's quotas decide how much, the
profile how long. Everything is asked again at each start; nothing is remembered from a form.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from governance import authority, register
from governance.actions import Action
from governance.decisions import Allowed, Refused
from governance.identity import Account
from governance.projects import Project, Quotas
from hub_config import journal
from hub_config.addresses import next_address
from hub_config.journal import Spawn
from hub_config.profiles import PROFILES, WORKER_LONGEST
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


def notebook(session: Session, person: str, project_id: str, profile: str, at: datetime) -> Spawn | Refused:
    """Return the journal row of a new workspace, or why there is none."""
    allowed = authority.decide(session, person, Action.WORKSPACE_OPEN, project_id, at)
    if isinstance(allowed, Refused):
        return allowed
    project = register.get_project(session, project_id)
    membership = register.membership(session, person, project_id)
    if project is None or membership is None:
        return Refused("There is no such project for you.", "Ask the project's lead.", "membership")
    need = _profile(project, profile)
    if isinstance(need, Refused):
        return need
    living = journal.living(session, project_id)
    refusal = why_not_now(allowed, at) or why_over_quota(project.quotas, living, [need])
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
        return Refused("The project is not in the register.", "Ask an administrator.", "project")
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


def why_not_now(allowed: Allowed, at: datetime) -> Refused | None:
    """Refuse a start whose permission ends within minutes."""
    if allowed.until - at >= SHORTEST:
        return None
    return Refused(
        "Your permission for this project ends within two minutes.",
        "Ask the project's lead whether it will be renewed.",
        "lease-too-short",
    )


def why_over_quota(quotas: Quotas, living: Iterable[Spawn], needs: Sequence[Need]) -> Refused | None:
    """Refuse what would take the project over a quota; the reason names the quota, use and ceiling."""
    rows = list(living)
    wanted = {
        "jobs": (len(rows) + len(needs), quotas.jobs, len(rows)),
        "cores": _sum("cores", rows, needs, quotas.cores),
        "GiB of memory": _sum("memory_gib", rows, needs, quotas.memory_gib),
    }
    for what, (total, ceiling, used) in wanted.items():
        if total > ceiling:
            reason = (
                f"The project may use {ceiling} {what} at one time; {used} are in use, {total - used} more"
            )
            remedy = "Choose a smaller profile, stop a running workspace, or ask an administrator."
            return Refused(f"{reason} are not free.", remedy, "quota")
    return None


def _sum(field: str, rows: Sequence[Spawn], needs: Sequence[Need], ceiling: int) -> tuple[int, int, int]:
    used = sum(getattr(row, field) for row in rows)
    return used + sum(getattr(need, field) for need in needs), ceiling, used


def _profile(project: Project, name: str) -> Need | Refused:
    """Return what a profile takes, if the project may use it."""
    profile = PROFILES.get(name) if name in project.compute_profiles else None
    if profile is None:
        return Refused(
            "This compute profile is not among those of the project.",
            "Choose one of the profiles that the form offers.",
            "profile",
        )
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
