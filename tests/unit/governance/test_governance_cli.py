"""The command line from end to end, through the root command and a real database file."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.governance_register import people, person, project, text
from tre.command import run

Command = Callable[..., int]


@pytest.fixture
def tre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, acting as root on an instance of its own."""
    places = {part: tmp_path / part for part in ("etc", "state", "run", "data", "software", "log")}
    for part in ("etc", "state"):
        places[part].mkdir()
    settings = tmp_path / ".config" / "tre" / "govtest.toml"
    settings.parent.mkdir(parents=True)
    lines = [f'{part} = "{place}"' for part, place in places.items()]
    settings.write_text("[paths]\n" + "\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("os.getuid", lambda: 0)
    return lambda *arguments: run(["--instance", "govtest", *map(str, arguments)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file whose administrator acts as root."""
    content = text(people(person("olga", "administrator", os_user="root")), project())
    path = tmp_path / "study.yml"
    path.write_text(content, encoding="utf-8")
    return path


def out(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_a_first_day(tre: Command, file: Path, capsys: pytest.CaptureFixture[str]):
    assert tre("database", "upgrade") == 0
    assert tre("project", "apply", file) == 0
    assert "+ projects.p042.members.ana: lead researcher 2026-01-01 to 2026-12-31" in out(capsys)
    assert tre("project", "apply", file, "--json") == 0
    assert json.loads(out(capsys)) == {"schema": "tre.diff/1", "changes": []}
    assert tre("project", "show", "p042", "--json") == 0
    assert json.loads(out(capsys))["members"][0]["account"] == "govtest-p042-m1"
    assert tre("person", "login", "ana", "--json") == 0
    password = json.loads(out(capsys))["password"]
    assert len(password) >= 12
    assert tre("project", "suspend", "p042") == 0
    assert tre("project", "resume", "p042") == 0
    assert tre("project", "close", "p042", "--yes") == 0
    assert tre("project", "list") == 0
    assert "closed" in out(capsys)
    assert tre("audit", "verify", "--json") == 0
    report = json.loads(out(capsys))
    assert report["ok"]
    assert report["checkpoints"] >= 3


def test_what_is_refused_exits_with_1_and_is_recorded(
    tre: Command, file: Path, capsys: pytest.CaptureFixture[str]
):
    tre("database", "upgrade")
    tre("project", "apply", file)
    assert tre("--as", "ana", "project", "close", "p042") == 1
    assert "administrator" in capsys.readouterr().err
    file.write_text(text(project(members=[{**project()["members"][0], "person": "ines"}])), encoding="utf-8")
    assert tre("audit", "verify", "--json") == 0
    before = json.loads(out(capsys))["events"]
    assert tre("project", "apply", file) == 1
    assert tre("audit", "verify", "--json") == 0
    assert json.loads(out(capsys))["events"] == before + 1


@pytest.mark.parametrize(
    "content", ["", "just text", "id: ../../etc", "a: [", "\x00", "schema: tre.project/1"]
)
def test_a_malformed_file_exits_with_2(tre: Command, file: Path, content: str):
    tre("database", "upgrade")
    file.write_text(content, encoding="utf-8")
    assert tre("project", "apply", file) == 2


def test_files_that_are_no_text_exit_with_2(tre: Command, file: Path, tmp_path: Path):
    tre("database", "upgrade")
    assert tre("project", "apply", tmp_path / "absent.yml") == 2
    assert tre("project", "apply", tmp_path) == 2
    file.write_bytes(b"title: \xff\xfe")
    assert tre("project", "apply", file) == 2
    file.write_bytes(b"#" * (1024 * 1024 + 1))
    assert tre("project", "apply", file) == 2


def test_without_a_database_nothing_is_made(tre: Command, file: Path, tmp_path: Path):
    assert tre("project", "apply", file) == 3
    assert tre("project", "list") == 3
    assert not (tmp_path / "state" / "register").exists()


def test_an_unknown_project_exits_with_2(tre: Command):
    tre("database", "upgrade")
    assert tre("project", "show", "p999") == 2


def test_a_file_is_asked_about_only_at_a_terminal(
    tre: Command, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    tre("database", "upgrade")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    assert tre("project", "apply", file) == 0
    assert tre("project", "show", "p042") == 2
    assert tre("project", "apply", file, "--yes") == 0
    assert tre("project", "show", "p042") == 0


def test_the_demonstration_applies(tre: Command, file: Path, capsys: pytest.CaptureFixture[str]):
    tre("database", "upgrade")
    capsys.readouterr()
    assert tre("project", "demo") == 0
    file.write_text(out(capsys), encoding="utf-8")
    assert tre("project", "apply", file) == 0
    capsys.readouterr()
    assert tre("project", "list", "--json") == 0
    assert [one["id"] for one in json.loads(out(capsys))["projects"]] == ["p001", "p002", "p003"]
