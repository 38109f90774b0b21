"""Brings a machine into line with the register: accounts, folders with exact modes, extracts. Runs as root.

The register is the only truth; the machine never speaks back. With `check` nothing is touched and the drift
is the answer. A second run changes nothing. A removed member or an expired, suspended project is shut, its
files untouched, and opens again when the register says so; a closed project loses its extracts, and a closed
exercise leaves nothing behind, because its numbers are used again.
"""

import grp
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from governance import audit, register
from governance.database import open_engine, transaction
from governance.instance import Instance
from governance.projects import Project, ProjectStatus
from hub_config import hosts, owners
from hub_config.hosts import Folder, Group, User, Wishes

EXTRACT_S = 3600
COMMAND_S = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between register and machine. `kind` names what, `target` which, `detail` how."""

    kind: str
    target: str
    detail: str
    project: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A change that could not be made, with the reason; the others were made all the same."""

    change: Change
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was (or, with `check`, would be) changed."""

    changes: tuple[Change, ...]
    failures: tuple[Failure, ...]
    check: bool

    @property
    def drift(self) -> bool:
        """Whether the machine is not what the register says."""
        return bool(self.failures) or (self.check and bool(self.changes))


Step = tuple[Change, Callable[[], object]]
Run = Callable[[Sequence[str], float], None]


def utc_now() -> datetime:
    """Return the moment, aware."""
    return datetime.now(UTC)


def run_command(command: Sequence[str], timeout_s: float) -> None:
    """Run one command. Raises OSError with its last words when it fails."""
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=timeout_s, check=False)
    if done.returncode != 0:
        raise OSError(f"{Path(command[0]).name}: {done.stderr.strip()[-300:]}")


def provision(instance: Instance, check: bool = False, run: Run = run_command) -> Report:  # noqa: FBT001, FBT002
    """Bring this machine into line with the register, or (`check`) say what is not.

    Raises:
        BrokenError: there is no register.
    """
    engine = open_engine(instance.database_url)
    at = utc_now()
    with transaction(engine) as session:
        plans = [_plan(session, instance, project, at, run) for project in register.projects(session)]
    changes: list[Change] = []
    failures: list[Failure] = []
    for plan in [lambda: _folders(owners.folders(instance, hosts.parents(instance)), ""), *plans]:
        # Each step looks at the machine only when it is its turn: a folder needs the group made before it.
        for change, act in plan():
            changes.append(change)
            reason = None if check else _try(act)
            if reason:
                failures.append(Failure(change, reason))
    if changes and not check:
        with transaction(engine) as session:
            _record(session, changes, failures)
    return Report(tuple(changes), tuple(failures), check)


def _try(act: Callable[[], object]) -> str | None:
    try:
        act()
    except (OSError, subprocess.SubprocessError, LookupError) as error:
        return f"{type(error).__name__}: {error}"
    return None


def _plan(
    session: Session, instance: Instance, project: Project, at: datetime, run: Run
) -> Callable[[], Iterator[Step]]:
    members = register.memberships(session, project.id, removed=True)
    if project.status is ProjectStatus.CLOSED:
        names = [member.account.name for member in members]
        return lambda: _closed(instance, project, names, run)
    wanted = owners.wishes(instance, hosts.wishes(instance, project, members, at))
    return lambda: _open(instance, wanted, run)


def _open(instance: Instance, wanted: Wishes, run: Run) -> Iterator[Step]:
    for group in wanted.groups:
        yield from _group(group, wanted.project, run)
    for user in wanted.users:
        yield from _user(user, wanted.project, run)
    yield from _folders(wanted.folders, wanted.project)
    pointer = instance.paths.extracts / wanted.project / "current"
    if wanted.wants_extract and not pointer.exists():
        change = Change("extract", wanted.project, "written", wanted.project)
        yield change, lambda: _extract(instance, wanted.project, run)


def _extract(instance: Instance, project: str, run: Run) -> None:
    """Let the custodian write; set-group-id gives it to the project's group, of which he is none."""
    folder = instance.paths.extracts / project
    folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_ISGID)
    try:
        run(hosts.make_extract(instance, project), EXTRACT_S)
    finally:
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) & ~stat.S_ISGID)


def _group(group: Group, project: str, run: Run) -> Iterator[Step]:
    there = _group_of(group.name)
    if there is None:
        change = Change("group", group.name, f"added with gid {group.gid}", project)
        yield change, lambda: run(hosts.add_group(group), COMMAND_S)
    elif there.gr_gid != group.gid:
        detail = f"has gid {there.gr_gid}, the register says {group.gid}"
        yield Change("group", group.name, detail, project), _refuse


def _user(user: User, project: str, run: Run) -> Iterator[Step]:
    there = _account_of(user.name)
    if there is None:
        change = Change("account", user.name, f"added with uid {user.uid}", project)
        yield change, lambda: run(hosts.add_user(user), COMMAND_S)
    elif (there.pw_uid, there.pw_gid) != (user.uid, user.gid):
        detail = f"has uid {there.pw_uid}, the register says {user.uid}"
        yield Change("account", user.name, detail, project), _refuse
        return
    if user.locked != is_locked(user.name):
        command = hosts.lock_user(user) if user.locked else hosts.unlock_user(user)
        change = Change("account", user.name, "locked" if user.locked else "unlocked", project)
        yield change, lambda: run(command, COMMAND_S)


def _refuse() -> None:
    # Renumbering would hand the files of one person to another: a human must look.
    raise LookupError("the number is not the register's; an administrator must look at this machine")


def _folders(folders: Sequence[Folder], project: str) -> Iterator[Step]:
    for folder in folders:
        if found := folder_drift(folder):
            yield Change("folder", str(folder.path), found, project), partial(make_folder, folder)


def folder_drift(folder: Folder) -> str | None:
    """Return how a folder differs from its wish, or None."""
    try:
        there = folder.path.lstat()
    except FileNotFoundError:
        return f"made with mode {folder.mode:o}"
    if not stat.S_ISDIR(there.st_mode):
        return "is not a folder"
    mode = stat.S_IMODE(there.st_mode)
    if mode != folder.mode:
        return f"mode {mode:o} becomes {folder.mode:o}"
    owner, group = _account_of(folder.owner), _group_of(folder.group)
    if owner is None or group is None or (there.st_uid, there.st_gid) != (owner.pw_uid, group.gr_gid):
        return f"becomes {folder.owner}:{folder.group}"
    return None


def make_folder(folder: Folder) -> None:
    """Make a folder, or give it its owner and mode; never through a link that a member planted."""
    uid, gid = pwd.getpwnam(folder.owner).pw_uid, grp.getgrnam(folder.group).gr_gid
    folder.path.mkdir(mode=0o700, parents=False, exist_ok=True)
    descriptor = os.open(folder.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.fchown(descriptor, uid, gid)
        os.fchmod(descriptor, folder.mode)
    finally:
        os.close(descriptor)


def remove_tree(path: Path) -> None:
    """Remove a tree. Root passes folders that are read-only; anybody else must open his own first."""
    if os.geteuid() != 0:
        for folder, _, _ in os.walk(path):
            Path(folder).chmod(0o700)
    shutil.rmtree(path)


def _closed(instance: Instance, project: Project, accounts: Sequence[str], run: Run) -> Iterator[Step]:
    extracts, root = instance.paths.extracts / project.id, instance.paths.project(project.id)
    if extracts.exists():
        yield Change("extract", project.id, "removed", project.id), lambda: remove_tree(extracts)
    if project.exercise and root.exists():
        yield Change("folder", str(root), "removed", project.id), lambda: remove_tree(root)
    elif root.exists():
        yield from _folders(
            owners.folders(instance, [Folder(root, hosts.ROOT, hosts.ROOT, 0o700)]), project.id
        )
    for name in accounts:
        yield from _retire(name, project, run)
    if project.exercise and _group_of(project.group) is not None:
        change = Change("group", project.group, "removed", project.id)
        yield change, lambda: run(hosts.remove_group(project.group), COMMAND_S)


def _retire(name: str, project: Project, run: Run) -> Iterator[Step]:
    there = _account_of(name)
    if there is None:
        return
    if project.exercise:
        change = Change("account", name, "removed", project.id)
        yield change, lambda: run(hosts.remove_user(name), COMMAND_S)
    elif not is_locked(name):
        user = User(name, there.pw_uid, there.pw_gid, Path(there.pw_dir), locked=True)
        yield Change("account", name, "locked", project.id), lambda: run(hosts.lock_user(user), COMMAND_S)


def is_locked(name: str, shadow: Path = Path("/etc/shadow")) -> bool:
    """Whether an account has expired (day 1 of 1970, as `lock_user` sets it)."""
    for line in shadow.read_text(encoding="utf-8").splitlines():
        fields = line.split(":")
        if fields[0] == name:
            return fields[7] == "1"
    return False


def _group_of(name: str) -> grp.struct_group | None:
    try:
        return grp.getgrnam(name)
    except KeyError:
        return None


def _account_of(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _record(session: Session, changes: Sequence[Change], failures: Sequence[Failure]) -> None:
    for project in sorted({change.project for change in changes}):
        mine = [change for change in changes if change.project == project]
        failed = sum(failure.change.project == project for failure in failures)
        audit.record(
            session,
            "hub:machine:provision",
            actor="provisioner",
            subject=project or "machine",
            project=project or None,
            detail={"changes": len(mine), "failed": failed},
        )
