"""What packaging/embedded.py refuses, makes and starts; tests/cluster/embedded shows that it all works."""

import configparser
import os
import shlex
import socket
import sys
from pathlib import Path

import pytest

from governance.instance import Instance

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "packaging"))

import embedded  # noqa: E402


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An ordinary user's empty home on a machine that has every program."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.setattr(embedded.shutil, "which", lambda program, path: f"/usr/bin/{program}")
    monkeypatch.setattr(embedded, "A_DOOR", "socket")  # the test's own folder is long already
    monkeypatch.setattr(embedded, "settings_file", lambda _name: None)
    return tmp_path


@pytest.fixture
def instance(home: Path) -> Instance:
    assert home.is_dir()
    return embedded.instance_of("solo")


def test_an_ordinary_user_with_all_programs_is_not_refused(home: Path) -> None:
    assert home.is_dir()
    assert list(embedded.why_not("solo")) == []


def test_root_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home.is_dir()
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert any("root" in reason for reason in embedded.why_not("solo"))


def test_the_machines_own_instance_keeps_its_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home.is_dir()
    monkeypatch.setattr(embedded, "settings_file", lambda name: Path(f"/etc/tre/{name}.toml"))
    assert any("make up INSTANCE=" in reason for reason in embedded.why_not("main"))


def test_missing_programs_are_named_by_their_debian_package(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home.is_dir()
    monkeypatch.setattr(
        embedded.shutil, "which", lambda program, path: None if program == "bwrap" else program
    )
    assert [reason.split(": ")[1] for reason in embedded.why_not("solo")] == ["bubblewrap"]


def test_a_run_folder_too_long_for_a_socket_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home.is_dir()
    monkeypatch.setattr(embedded, "A_DOOR", "x" * 108)
    assert any("too long" in reason for reason in embedded.why_not("solo"))


def test_folders_are_the_users_alone_and_settings_are_written_once(instance: Instance, home: Path) -> None:
    embedded.make_places(instance)
    settings = home / ".config" / "tre" / "solo.toml"
    assert 'profile = "embedded"' in settings.read_text()
    settings.write_text('profile = "embedded"\nport_base = 9000\n')
    embedded.make_places(instance)
    assert "9000" in settings.read_text()
    assert instance.paths.warehouse.stat().st_mode & 0o077 == 0
    assert instance.paths.socket("relay").parent.is_dir()


def test_every_service_stands_in_supervisords_configuration(instance: Instance) -> None:
    programs = embedded.services(instance)
    read = configparser.RawConfigParser()
    read.read_string(embedded.supervisord_conf(instance, programs))
    for service in programs:
        section = read[f"program:{service.name}"]
        assert tuple(shlex.split(section["command"])) == service.command
        assert 'TRE_INSTANCE="solo"' in section["environment"]
    assert "user" not in read["supervisord"]
    assert read["unix_http_server"]["chmod"] == "0700"


def test_jobs_are_started_by_the_local_executor(instance: Instance) -> None:
    commands = {service.name: service.command for service in embedded.services(instance)}
    assert commands["executor"][-1] == "hub_config.local_executor"
    assert commands["relay"][-1] == "kernels.relay"


def test_a_port_that_nobody_listens_on_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert embedded.answers(port)
    assert not embedded.answers(port)
    assert not embedded.answers(Path("/nowhere/socket"))
