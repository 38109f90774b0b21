"""Projects as values: what an approved purpose may use, who answers for it, and until when."""

from dataclasses import dataclass
from enum import StrEnum

from governance.grants import Grant
from governance.periods import Period


class ProjectStatus(StrEnum):
    """`suspended` can be lifted; `closed` is for ever, and the id is never used again."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Ethics:
    """The approval of an ethics committee: which committee, its reference, and its validity."""

    committee: str
    reference: str
    valid: Period


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Which disclosure profile judges the project's outputs (a name in `disclosure.profiles`)."""

    profile: str


@dataclass(frozen=True, slots=True)
class Quotas:
    """Ceilings for the project as a whole: CPU cores, memory and storage in GiB, jobs at one time."""

    cores: int
    memory_gib: int
    storage_gib: int
    jobs: int


@dataclass(frozen=True, slots=True)
class Project:
    """The newest version of a project in the register.

    `training` and `agreement` name the courses each member must hold and the text each must have signed.
    `exercise` marks a throw-away project on synthetic data: its audit events say so, and its uids come from a
    pool that may be used again once it is closed.
    """

    id: str
    title: str
    valid: Period
    ethics: Ethics
    sponsor: str
    purpose: str
    legal_basis: str
    risk_tier: int
    disclosure: Disclosure
    quotas: Quotas
    compute_profiles: tuple[str, ...]
    grants: tuple[Grant, ...]
    training: tuple[str, ...]
    agreement: str
    intended_outputs: tuple[str, ...]
    status: ProjectStatus
    exercise: bool
    version: int
    group: str
    gid: int
