"""The provisioner: exact owners and modes, idempotent, drift shown, off-boarding that can be taken back.

Folders are real, below a temporary root; accounts and groups are kept by a small stand-in for the machine's
user database, which obeys the very command lines the provisioner would run.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine

from governance import lifecycle
from governance.database import transaction
from governance.instance import Instance, from_settings
from governance.projects import ProjectStatus
from hub_config import hosts, provisioner
from hub_config.cli import lines, to_json
from tests.support.governance_register import NOW, apply, change, new_register, people, project


class Machine:
    """Users and groups of a machine, changed by the commands it is told to run."""

    def __init__(self) -> None:
        self.users: dict[str, Any] = {}
        self.groups: dict[str, Any] = {}
        self.locked: set[str] = set()
        self.commands: list[list[str]] = []
        for name in ("root", "tre-main-custodian", "tre-main-airlock"):
            self.users[name] = SimpleNamespace(pw_uid=os.getuid(), pw_gid=os.getgid(), pw_dir="/")
            self.groups[name] = SimpleNamespace(gr_gid=os.getgid())

    def run(self, command: Sequence[str], timeout_s: float) -> None:
        argv = list(command)
        self.commands.append(argv)
        name = argv[-1]
        match argv[0].rsplit("/", 1)[-1]:
            case "groupadd":
                self.groups[name] = SimpleNamespace(gr_gid=int(argv[2]))
            case "useradd":
                uid, gid = int(argv[2]), int(argv[4])
                self.users[name] = SimpleNamespace(pw_uid=uid, pw_gid=gid, pw_dir=argv[7])
            case "usermod":
                (self.locked.add if argv[2] == "1" else self.locked.discard)(name)
            case "userdel":
                del self.users[name]
            case "groupdel":
                del self.groups[name]
            case "runuser":
                (self.extracts / name / "e1").mkdir()
                (self.extracts / name / "current").symlink_to("e1")

    extracts = Path()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    one = Machine()
    one.extracts = tmp_path / "data" / "extracts"
    monkeypatch.setattr(provisioner, "_account_of", one.users.get)
    monkeypatch.setattr(provisioner, "_group_of", one.groups.get)
    monkeypatch.setattr(provisioner, "is_locked", lambda name: name in one.locked)
    monkeypatch.setattr(provisioner.pwd, "getpwnam", one.users.__getitem__)
    monkeypatch.setattr(provisioner.grp, "getgrnam", one.groups.__getitem__)
    if os.getuid() != 0:
        monkeypatch.setattr(provisioner.os, "fchown", lambda *_: None)
    return one


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    made = new_register(people(), project())
    monkeypatch.setattr(provisioner, "open_engine", lambda _url: made)
    monkeypatch.setattr(provisioner, "utc_now", lambda: NOW)
    yield made
    made.dispose()


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = from_settings("main", {"paths": {"data": str(tmp_path / "data")}})
    return replace(made, database_url="sqlite://")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give folders to accounts")


@needs_root
def test_a_new_project_gets_accounts_folders_and_its_extract(
    machine: Machine, engine: Engine, instance: Instance
) -> None:
    report = provisioner.provision(instance, run=machine.run)
    assert not report.failures
    root = instance.paths.project("p042")
    member = instance.paths.member("p042", "main-p042-m1")
    found = {path: mode(path) for path in (root, root / "shared", root / "imports", root / "members", member)}
    assert list(found.values()) == [0o711, 0o2770, 0o750, 0o711, 0o711]
    assert (mode(member / "home"), mode(member / "outbox")) == (0o700, 0o2750)
    assert (member / "home").stat().st_uid == machine.users["main-p042-m1"].pw_uid
    assert (root / "shared").stat().st_gid == machine.groups["main-p042"].gr_gid
    assert (instance.paths.extracts / "p042" / "current").exists()


@needs_root
def test_a_second_run_changes_nothing_and_check_agrees(
    machine: Machine, engine: Engine, instance: Instance
) -> None:
    provisioner.provision(instance, run=machine.run)
    ran = len(machine.commands)
    assert provisioner.provision(instance, run=machine.run).changes == ()
    assert provisioner.provision(instance, True, run=machine.run).drift is False
    assert len(machine.commands) == ran


@needs_root
def test_check_touches_nothing(machine: Machine, engine: Engine, instance: Instance) -> None:
    report = provisioner.provision(instance, True, run=machine.run)
    assert report.drift
    assert machine.commands == []
    assert not instance.paths.data.exists()


@needs_root
def test_a_mode_that_was_widened_is_drift_and_mended(
    machine: Machine, engine: Engine, instance: Instance
) -> None:
    provisioner.provision(instance, run=machine.run)
    home = instance.paths.member("p042", "main-p042-m1") / "home"
    home.chmod(0o777)
    report = provisioner.provision(instance, run=machine.run)
    assert [change.detail for change in report.changes] == ["mode 777 becomes 700"]
    assert mode(home) == 0o700


@needs_root
def test_a_planted_link_is_not_followed(
    machine: Machine, engine: Engine, instance: Instance, tmp_path: Path
) -> None:
    provisioner.provision(instance, run=machine.run)
    victim = tmp_path / "victim"
    victim.mkdir(mode=0o750)
    home = instance.paths.member("p042", "main-p042-m1") / "home"
    home.rmdir()
    home.symlink_to(victim)
    report = provisioner.provision(instance, run=machine.run)
    assert len(report.failures) == 1
    assert mode(victim) == 0o750


@needs_root
def test_an_expired_project_is_shut_and_opens_again(
    machine: Machine, engine: Engine, instance: Instance
) -> None:
    provisioner.provision(instance, run=machine.run)
    work = instance.paths.member("p042", "main-p042-m1") / "home" / "work"
    work.touch()
    with transaction(engine) as session:
        apply(session, people(), change(project(), "valid.end", "2026-11-23"))
    provisioner.provision(instance, run=machine.run)
    assert mode(instance.paths.project("p042")) == 0o700
    assert machine.locked == {"main-p042-m1", "main-p042-m2"}
    with transaction(engine) as session:
        apply(session, people(), project())
    provisioner.provision(instance, run=machine.run)
    assert mode(instance.paths.project("p042")) == 0o711
    assert not machine.locked
    assert work.exists()


@needs_root
def test_a_removed_member_is_locked_and_the_others_work_on(
    machine: Machine, engine: Engine, instance: Instance
) -> None:
    provisioner.provision(instance, run=machine.run)
    with transaction(engine) as session:
        apply(session, people(), project(members=project()["members"][:1]))
    provisioner.provision(instance, run=machine.run)
    assert machine.locked == {"main-p042-m2"}
    assert mode(instance.paths.member("p042", "main-p042-m2")) == 0o700


@needs_root
def test_a_closed_project_loses_its_extract_and_keeps_its_files_shut(
    machine: Machine, engine: Engine, instance: Instance
) -> None:
    provisioner.provision(instance, run=machine.run)
    close(engine)
    provisioner.provision(instance, run=machine.run)
    assert not (instance.paths.extracts / "p042").exists()
    assert mode(instance.paths.project("p042")) == 0o700
    assert "main-p042-m1" in machine.users
    assert provisioner.provision(instance, run=machine.run).changes == ()


@needs_root
def test_a_number_that_is_not_the_registers_is_never_changed(
    machine: Machine, engine: Engine, instance: Instance
) -> None:
    provisioner.provision(instance, run=machine.run)
    machine.users["main-p042-m1"].pw_uid += 1
    report = provisioner.provision(instance, run=machine.run)
    assert any("an administrator must look" in failure.reason for failure in report.failures)


def close(engine: Engine) -> None:
    with transaction(engine) as session:
        assert lifecycle.set_status(session, "p042", ProjectStatus.CLOSED, "olga", NOW) is None


def test_command_lines_give_no_shell_no_password_and_no_home() -> None:
    user = hosts.User("main-p042-m1", 700_001, 700_000, Path("/srv/x"), locked=False)
    assert hosts.add_user(user) == [
        "/usr/sbin/useradd",
        *("--uid", "700001", "--gid", "700000", "--no-user-group", "--home-dir", "/srv/x"),
        *("--no-create-home", "--shell", "/usr/sbin/nologin", "--no-log-init", "main-p042-m1"),
    ]
    assert hosts.lock_user(user) == ["/usr/sbin/usermod", "--expiredate", "1", "main-p042-m1"]


def test_an_extract_is_made_by_a_child_as_the_custodian() -> None:
    argv = hosts.make_extract(from_settings("main", {}), "p042")
    assert argv[:4] == ["/usr/sbin/runuser", "-u", "tre-main-custodian", "--"]
    assert argv[-3:] == ["warehouse", "extract", "p042"]


def test_a_lock_is_read_from_the_shadow_file(tmp_path: Path) -> None:
    shadow = tmp_path / "shadow"
    shadow.write_text("a:!:20000::::::\nb:!:20000:::::1:\n")
    assert not provisioner.is_locked("a", shadow)
    assert provisioner.is_locked("b", shadow)
    assert not provisioner.is_locked("c", shadow)


def test_a_report_reads_well_and_has_a_wire_form() -> None:
    one = provisioner.Change("account", "main-p042-m1", "locked", "p042")
    report = provisioner.Report((one,), (provisioner.Failure(one, "OSError: no"),), check=False)
    assert lines(report) == ["account  main-p042-m1: locked – failed: OSError: no"]
    assert lines(provisioner.Report((), (), check=True)) == ["Nothing to change."]
    assert to_json(report)["failures"]
