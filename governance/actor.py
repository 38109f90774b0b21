"""Who acts on the command line: the operating-system user, mapped to a person by the register.

The mapping is data, never a guess: a person's record names the operating-system user that acts as him
(`os_user`; the file that `make up` applies gives root to the first administrator). Only root may name
somebody else with ``--as`` or ``TRE_AS``. The one user of the embedded profile, who owns everything of his
instance, counts as its root and may also act as one of its services.
"""

import os
import pwd
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from governance import register
from governance.database import open_database, sqlite_file, transaction
from governance.errors import UsageError
from governance.facts import Service
from governance.identity import person_id, service_account
from governance.instance import Instance, Profile

SERVICE_ACCOUNTS = {"airlock": Service.AIRLOCK, "custodian": Service.CUSTODIAN}


@dataclass(frozen=True)
class Caller:
    """What the root command hands down in click's context: which instance, and what ``--as`` said.

    The instance is read when it is first asked for: ``check``, ``synthesize`` and the offline verifiers
    work on a machine where none is set up.
    """

    instance_name: str | None = None
    person: str | None = None

    @cached_property
    def instance(self) -> Instance:
        """The instance to act on; raises `UsageError` when it is not set up here."""
        return Instance.load(self.instance_name)

    def actor(self) -> str:
        """Return who acts (see `current`)."""
        return current(self.instance, self.person)


def current(instance: Instance, as_person: str | None = None) -> str:
    """Return who acts: a person's id, a service, or ``root`` while no person acts as root.

    Raises:
        UsageError: ``--as`` from somebody who may not say it, or a user whom the register does not know.
    """
    uid = os.getuid()
    named = as_person or os.environ.get("TRE_AS") or None
    if named is not None:
        return _named(instance, named, uid)
    if instance.profile is Profile.EMBEDDED:
        uid = 0
    if not _register_exists(instance):
        return _without_register(uid)
    with transaction(open_database(instance)) as session:
        return resolve(session, instance.name, _user_name(uid), uid)


def resolve(session: Session, instance: str, os_user: str, uid: int) -> str:
    """Map an operating-system user to a subject: the person it acts as, a membership's person, or a service.

    Raises:
        UsageError: it is none of these.
    """
    person = register.person_of_os_user(session, os_user)
    if person is not None:
        return person.id
    if uid == 0:
        return Service.ROOT
    for service, subject in SERVICE_ACCOUNTS.items():
        if os_user == service_account(instance, service):
            return subject
    member = register.membership_of_uid(session, uid)
    if member is not None and member.account.name == os_user:
        return member.person
    raise _unknown()


def _named(instance: Instance, person: str, uid: int) -> str:
    if uid != 0 and instance.profile is not Profile.EMBEDDED:
        raise UsageError("Only root may act as somebody else: leave --as (TRE_AS) out.")
    if instance.profile is Profile.EMBEDDED and person in SERVICE_ACCOUNTS.values():
        return person
    return person_id(person)


def _without_register(uid: int) -> str:
    if uid == 0:
        return Service.ROOT
    raise _unknown()


def _register_exists(instance: Instance) -> bool:
    file = sqlite_file(instance.database_url)
    return file is None or file.is_file()


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        raise _unknown() from None


def _unknown() -> UsageError:
    return UsageError("The register knows no person behind this operating-system user; ask an administrator.")
