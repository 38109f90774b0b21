"""Which operating-system user plays whom: an account each, or in the embedded profile one for everybody.

Without root there is one user, who is every service and every membership. The register keeps its numbers all
the same; here, and nowhere else, they become the one that the kernel will report. The checks of peer
credentials stay as they are: in the embedded profile they tell that user from all others on the machine, and
`tre status` names the wall that is missing between the people of the register.
"""

import grp
import os
import pwd
from collections.abc import Iterable
from dataclasses import replace

from governance.identity import service_account
from governance.instance import Instance, Profile
from hub_config.hosts import Folder, Wishes


def one_user(instance: Instance) -> bool:
    """Whether one operating-system user plays everybody."""
    return instance.profile is Profile.EMBEDDED


def service_uid(instance: Instance, service: str) -> int:
    """Return the uid a service runs under. Raises KeyError when its account is not on this machine."""
    if one_user(instance):
        return os.getuid()
    return pwd.getpwnam(service_account(instance.name, service)).pw_uid


def job_ids(instance: Instance, uid: int, gid: int) -> tuple[int, int]:
    """Return the uid and gid under which a membership's jobs run; `uid` and `gid` are the register's."""
    return (os.getuid(), os.getgid()) if one_user(instance) else (uid, gid)


def folders(instance: Instance, wanted: Iterable[Folder]) -> tuple[Folder, ...]:
    """Return folders with the owner and group that they have here; the modes stay."""
    if not one_user(instance):
        return tuple(wanted)
    owner, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    return tuple(replace(folder, owner=owner, group=group) for folder in wanted)


def wishes(instance: Instance, wanted: Wishes) -> Wishes:
    """Return what this machine must have: one user has no accounts and groups to make."""
    if not one_user(instance):
        return wanted
    return replace(wanted, groups=(), users=(), folders=folders(instance, wanted.folders))
