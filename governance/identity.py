"""The laws of names: valid everywhere they travel, bounded, collision-free, and free of personal data.

One POSIX account per membership makes uid rules, file modes, SLURM associations and peer credentials all
mean "this person in this project" (docs/adr/0003). Names are never reused.
"""

import re
from dataclasses import dataclass

from governance.errors import UsageError

INSTANCE_LAW = re.compile(r"[a-z][a-z0-9]{0,7}")
PROJECT_LAW = re.compile(r"[a-z][a-z0-9]{1,15}")
PERSON_LAW = re.compile(r"[a-z][a-z0-9]{1,31}")
LONGEST_ACCOUNT = 31  # useradd(8): 32 with the terminator


def _checked(law: re.Pattern[str], kind: str, example: str, text: str) -> str:
    if not law.fullmatch(text):
        raise UsageError(f"This is not a valid {kind} id: lower-case letters and digits, like {example}.")
    return text


def instance_name(text: str) -> str:
    """Return `text` if it can name an instance (≤ 8 characters), else raise `UsageError`."""
    return _checked(INSTANCE_LAW, "instance", "main", text)


def project_id(text: str) -> str:
    """Return `text` if it can name a project (≤ 16 characters), else raise `UsageError`."""
    return _checked(PROJECT_LAW, "project", "p042", text)


def person_id(text: str) -> str:
    """Return `text` if it can be a person's login (≤ 32 characters), else raise `UsageError`."""
    return _checked(PERSON_LAW, "person", "ana", text)


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system identity of one membership."""

    name: str
    uid: int
    group: str
    gid: int


def account_name(instance: str, project: str, number: int) -> str:
    """Name the account of a project's `number`-th membership: ``main-p042-m3``, without personal data."""
    name = f"{instance_name(instance)}-{project_id(project)}-m{number}"
    if len(name) > LONGEST_ACCOUNT:
        raise UsageError(f"Membership number {number} makes the account name longer than {LONGEST_ACCOUNT}.")
    return name


def group_name(instance: str, project: str) -> str:
    """Name the POSIX group of a project: ``main-p042``."""
    return f"{instance_name(instance)}-{project_id(project)}"


def service_account(instance: str, service: str) -> str:
    """Name the system account of one of an instance's services: ``tre-main-hub``."""
    return f"tre-{instance_name(instance)}-{service}"
