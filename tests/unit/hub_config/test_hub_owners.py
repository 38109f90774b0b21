"""Who plays whom: an account each, except where one user has no choice."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from governance import lifecycle
from governance.database import transaction
from governance.instance import Instance, from_settings
from governance.projects import ProjectStatus
from hub_config import broker, hosts, owners, provisioner
from hub_config.hosts import Folder, Group, Wishes
from hub_config.verbs import HUB_VERBS, RELAY_VERBS
from tests.support.governance_register import NOW, new_register, people, project

EMBEDDED = from_settings("main", {"profile": "embedded"})
SINGLE = from_settings("main", {})
WANTED = Wishes(
    "p042", (Group("main-p042", 700_000),), (), (Folder(Path("/nowhere"), "root", "main-p042", 0o750),), True
)


def test_elsewhere_nothing_is_played_by_another() -> None:
    assert owners.job_ids(SINGLE, 700_001, 700_000) == (700_001, 700_000)
    assert owners.wishes(SINGLE, WANTED) is WANTED
    with pytest.raises(KeyError):
        owners.service_uid(from_settings("nowhere", {}), "broker")


def test_one_user_runs_every_job_and_is_every_service() -> None:
    assert owners.job_ids(EMBEDDED, 700_001, 700_000) == (os.getuid(), os.getgid())
    assert broker.callers(EMBEDDED) == {os.getuid(): HUB_VERBS | RELAY_VERBS}


def test_one_user_makes_no_accounts_and_keeps_the_modes() -> None:
    played = owners.wishes(EMBEDDED, WANTED)
    assert (played.groups, played.users) == ((), ())
    assert [(one.path, one.mode) for one in played.folders] == [(Path("/nowhere"), 0o750)]
    assert {one.owner for one in played.folders}.isdisjoint({"main-p042"})


def test_the_extract_is_written_as_the_custodian_by_word_instead_of_account() -> None:
    argv = hosts.make_extract(EMBEDDED, "p042")
    assert argv[1:] == ["--instance", "main", "--as", "service:custodian", "warehouse", "extract", "p042"]
    assert hosts.make_extract(SINGLE, "p042")[:3] == ["/usr/sbin/runuser", "-u", "tre-main-custodian"]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = new_register(people(), project())
    monkeypatch.setattr(provisioner, "open_engine", lambda _url: made)
    monkeypatch.setattr(provisioner, "utc_now", lambda: NOW)
    return made


def test_a_project_is_provisioned_and_closed_with_folders_only(engine: Engine, tmp_path: Path) -> None:
    places = {part: str(tmp_path / part) for part in ("data", "software")}
    instance = replace(
        from_settings("main", {"profile": "embedded", "paths": places}), database_url="sqlite://"
    )
    commands: list[list[str]] = []

    def run(command: Sequence[str], _timeout_s: float) -> None:
        commands.append(list(command))
        _write_extract(instance)

    report = provisioner.provision(instance, run=run)
    assert report.failures == ()
    assert {made.kind for made in report.changes} == {"folder", "extract"}
    assert [argv[-1] for argv in commands] == ["p042"]
    assert provisioner.provision(instance, run=run).changes == ()
    with transaction(engine) as session:
        lifecycle.set_status(session, "p042", ProjectStatus.CLOSED, "olga", NOW)
    assert provisioner.provision(instance, run=run).failures == ()
    assert not (instance.paths.extracts / "p042").exists()


def _write_extract(instance: Instance) -> None:
    made = instance.paths.extracts / "p042" / "e1"
    made.mkdir()
    (made / "manifest.json").write_text("{}")
    made.chmod(0o550)
    (made.parent / "current").symlink_to("e1")
