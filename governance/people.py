"""Persons and what they have been trusted with: training, signed agreements, house roles, memberships.

Value types only: `governance.register` reads them, `governance.rules` decides on them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from governance.identity import Account
from governance.periods import Period


class HouseRole(StrEnum):
    """A task for the whole house; it gives no membership and no account."""

    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    CUSTODIAN = "custodian"
    OUTPUT_CHECKER = "output_checker"
    SENIOR_CHECKER = "senior_checker"
    SUPPORT = "support"


CHECKER_ROLES = frozenset({HouseRole.OUTPUT_CHECKER, HouseRole.SENIOR_CHECKER})


class ProjectRole(StrEnum):
    """A task within one project."""

    LEAD = "lead"
    RESEARCHER = "researcher"


@dataclass(frozen=True, slots=True)
class Training:
    """A course passed, and how long the pass counts."""

    course: str
    valid: Period


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of an agreement's text, and the day the person signed it."""

    text: str
    signed: date


@dataclass(frozen=True, slots=True)
class HouseRoleTerm:
    """A house role held for a time."""

    role: HouseRole
    valid: Period


@dataclass(frozen=True, slots=True)
class Person:
    """One human, one login. `os_user` names the operating-system user that acts as this person, if any.

    `exercise` marks a figure of rehearsals (`tre tour`): it may act in exercise projects and nowhere else.
    """

    id: str
    name: str
    email: str = ""
    organisation: str = ""
    os_user: str = ""
    suspended: bool = False
    exercise: bool = False
    training: tuple[Training, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    house_roles: tuple[HouseRoleTerm, ...] = ()

    def terms(self, roles: frozenset[HouseRole]) -> tuple[HouseRoleTerm, ...]:
        """Return the terms of any of `roles`, past and future ones included."""
        return tuple(term for term in self.house_roles if term.role in roles)

    def roles_at(self, at: datetime, zone: ZoneInfo) -> frozenset[HouseRole]:
        """Return the house roles held at a moment; none while the person is suspended."""
        if self.suspended:
            return frozenset()
        return frozenset(term.role for term in self.house_roles if term.valid.holds(at, zone))


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in a project. `number` and `account` are given once and never to anyone else.

    `removed` says that the project's newest file no longer lists the person: the membership stays known, so
    that its files can be taken off and its acts explained, but it permits nothing.
    """

    person: str
    project: str
    number: int
    roles: tuple[ProjectRole, ...]
    valid: Period
    account: Account
    removed: bool = False
