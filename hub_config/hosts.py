"""What a machine must have for the register to be true on it: groups, accounts and folders, as values.

Pure: from register values to a list of wishes, and from wishes to command lines. `hub_config.provisioner`
compares with the machine and acts. The table of owners and modes is docs/architecture.md's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from governance.facts import Service
from governance.identity import service_account
from governance.instance import Instance, Profile
from governance.people import Membership
from governance.projects import Project, ProjectStatus

NOLOGIN = "/usr/sbin/nologin"
ROOT = "root"


@dataclass(frozen=True, slots=True)
class Group:
    """A POSIX group."""

    name: str
    gid: int


@dataclass(frozen=True, slots=True)
class User:
    """A POSIX account without shell and password; `locked` means that nothing can be started as it."""

    name: str
    uid: int
    gid: int
    home: Path
    locked: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with exact owner, group and mode."""

    path: Path
    owner: str
    group: str
    mode: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """Everything a machine must have for one project."""

    project: str
    groups: tuple[Group, ...]
    users: tuple[User, ...]
    folders: tuple[Folder, ...]
    wants_extract: bool


def is_open(project: Project, at: datetime, instance: Instance) -> bool:
    """Whether members can work: an expired or suspended project is shut, its files untouched."""
    return project.status is ProjectStatus.ACTIVE and project.valid.holds(at, instance.timezone)


def wishes(instance: Instance, project: Project, memberships: Iterable[Membership], at: datetime) -> Wishes:
    """Return what a machine must have for a project that is not closed."""
    members = list(memberships)
    opened = is_open(project, at, instance)
    return Wishes(
        project=project.id,
        groups=(Group(project.group, project.gid),),
        users=tuple(_user(instance, member, opened) for member in members),
        folders=(
            *_project_folders(instance, project, opened),
            *(folder for member in members for folder in _member_folders(instance, project, member)),
        ),
        wants_extract=opened and bool(project.grants),
    )


def parents(instance: Instance) -> tuple[Folder, ...]:
    """Return the folders above all projects: to be passed through, not to be listed."""
    custodian = service_account(instance.name, "custodian")
    return (
        Folder(instance.paths.data, ROOT, ROOT, 0o711),
        Folder(instance.paths.data / "projects", ROOT, ROOT, 0o711),
        Folder(instance.paths.extracts, custodian, custodian, 0o711),
    )


def _user(instance: Instance, member: Membership, opened: bool) -> User:  # noqa: FBT001  (a fact, not a switch)
    account = member.account
    home = instance.paths.member(member.project, account.name) / "home"
    return User(account.name, account.uid, account.gid, home, locked=member.removed or not opened)


def _project_folders(instance: Instance, project: Project, opened: bool) -> tuple[Folder, ...]:  # noqa: FBT001
    root = instance.paths.project(project.id)
    custodian = service_account(instance.name, "custodian")
    return (
        # Shut means that nobody passes the first folder; what lies below keeps its owners and modes.
        Folder(root, ROOT, ROOT, 0o711 if opened else 0o700),
        Folder(root / "shared", ROOT, project.group, 0o2770),
        Folder(root / "imports", ROOT, project.group, 0o750),
        Folder(root / "members", ROOT, ROOT, 0o711),
        Folder(instance.paths.extracts / project.id, custodian, project.group, 0o711 if opened else 0o700),
    )


def _member_folders(instance: Instance, project: Project, member: Membership) -> tuple[Folder, ...]:
    account, root = member.account, instance.paths.member(project.id, member.account.name)
    airlock = service_account(instance.name, "airlock")
    return (
        Folder(root, ROOT, ROOT, 0o700 if member.removed else 0o711),
        Folder(root / "home", account.name, project.group, 0o700),
        Folder(root / "outbox", account.name, airlock, 0o2750),
    )


# ---- command lines ----


def add_group(group: Group) -> list[str]:
    """Build groupadd's argument list."""
    return ["/usr/sbin/groupadd", "--gid", str(group.gid), group.name]


def add_user(user: User) -> list[str]:
    """Build useradd's argument list: no shell, no password, no home made, no group of its own."""
    return [
        "/usr/sbin/useradd",
        *("--uid", str(user.uid), "--gid", str(user.gid), "--no-user-group"),
        *("--home-dir", str(user.home), "--no-create-home", "--shell", NOLOGIN),
        *("--no-log-init", user.name),
    ]


def lock_user(user: User) -> list[str]:
    """Build the command that expires an account; reversible, nothing is removed."""
    return ["/usr/sbin/usermod", "--expiredate", "1", user.name]


def unlock_user(user: User) -> list[str]:
    """Build the command that takes `lock_user` back."""
    return ["/usr/sbin/usermod", "--expiredate", "", user.name]


def remove_user(name: str) -> list[str]:
    """Build userdel's argument list; the files are removed apart."""
    return ["/usr/sbin/userdel", name]


def remove_group(name: str) -> list[str]:
    """Build groupdel's argument list."""
    return ["/usr/sbin/groupdel", name]


def make_extract(instance: Instance, project: str) -> Sequence[str]:
    """Build the child that writes a project's extract, as the custodian: he alone reads the warehouse."""
    tre = [str(instance.paths.software / "services" / "bin" / "tre"), "--instance", instance.name]
    extract = ["warehouse", "extract", project]
    if instance.profile is Profile.EMBEDDED:  # one user is everybody, and says as whom it acts
        return [*tre, "--as", Service.CUSTODIAN, *extract]
    return ["/usr/sbin/runuser", "-u", service_account(instance.name, "custodian"), "--", *tre, *extract]
