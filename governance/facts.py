"""What a rule may look at: gathered once from the register, then only values."""

from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from governance import register
from governance.people import HouseRole, Membership, Person
from governance.projects import Project


class Service(StrEnum):
    """Subjects that are no person: the environment's own services, and root before anyone is registered."""

    AIRLOCK = "service:airlock"
    CUSTODIAN = "service:custodian"
    PROVISIONER = "service:provisioner"
    ROOT = "root"


@dataclass(frozen=True, slots=True)
class Facts:
    """The register's knowledge about one question.

    `project_id` is what was asked for, `project` what the register knows of it.
    `membership` is the one in `project`, removed ones included (its `removed` says so). `administered` tells
    whether anybody was ever made administrator; it is read only for root, who may act alone until then.
    """

    subject: str
    project_id: str
    person: Person | None
    project: Project | None
    membership: Membership | None
    administered: bool
    zone: ZoneInfo
    language: str


def gather(session: Session, subject: str, project: str | None, language: str) -> Facts:
    """Read what the rules need to know about `subject` and `project`."""
    return Facts(
        subject=subject,
        project_id=project or "",
        person=register.get_person(session, subject),
        project=None if project is None else register.get_project(session, project),
        membership=None if project is None else register.any_membership(session, subject, project),
        administered=subject != Service.ROOT or has_administrator(session),
        zone=register.timezone(session),
        language=language,
    )


def has_administrator(session: Session) -> bool:
    """Tell whether any person was ever made administrator."""
    wanted = frozenset({HouseRole.ADMINISTRATOR})
    return any(person.terms(wanted) for person in register.people(session))
