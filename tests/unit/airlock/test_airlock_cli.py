"""The whole path on the command line, with the real checks, as root acting for several people."""

import json
from pathlib import Path

import pytest

from tests.support.airlock_house import TABLE
from tre.command import run

SMALL_TABLE = "sex,count\nF,120\nM,4\n"


@pytest.fixture
def tre(house, monkeypatch, capsys):
    """Run `tre` as a person on the house's instance; return exit code, output and complaints."""
    home = house.airlock.instance.paths.etc.parent
    settings = home / "settings" / "test.toml"
    settings.parent.mkdir(parents=True)
    monkeypatch.setattr("governance.instance.SYSTEM_SETTINGS", settings.parent)
    paths = house.airlock.instance.paths
    lines = [
        f'{name} = "{getattr(paths, name)}"' for name in ("etc", "state", "run", "data", "software", "log")
    ]
    text = "\n".join([f'database_url = "{house.airlock.instance.database_url}"', "[paths]", *lines])
    settings.write_text(text, encoding="utf-8")
    monkeypatch.setattr("os.getuid", lambda: 0)

    def command(person, *arguments):
        code = run(["--instance", "test", *(["--as", person] if person else []), *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_from_submission_to_a_package_that_verifies_and_one_flipped_byte_that_does_not(tre, house, tmp_path):
    house.put("small.csv", SMALL_TABLE)
    house.put("table.csv", TABLE)
    submission = ("request", "submit", "--project", "p001", "--context", "Counts by sex.")
    assert tre("ana", *submission, "small.csv")[:2] == (0, "p001-r1 returned\n")
    assert tre("ana", *submission, "--again", "p001-r1", "table.csv")[:2] == (0, "p001-r1 in_review\n")
    assert tre("ana", "request", "review", "p001-r1", "--approve")[0] == 1
    assert tre("ines", "request", "review", "p001-r1", "--approve")[:2] == (0, "p001-r1 in_review\n")
    assert tre("ines", "release", "make", "p001-r1")[0] == 1
    assert tre("carlos", "request", "review", "p001-r1", "--approve")[:2] == (0, "p001-r1 approved\n")
    assert tre("carlos", "release", "make", "p001-r1")[:2] == (0, "p001-r1 released\n")
    assert tre("ana", "release", "get", "p001-r1", "--to", str(tmp_path))[0] == 0
    package = tmp_path / "p001-r1.zip"
    assert tre(None, "release", "verify", str(package))[0] == 0
    content = bytearray(package.read_bytes())
    content[len(content) // 2] ^= 1
    package.write_bytes(content)
    code, _, complaint = tre(None, "release", "verify", str(package), "--key", str(house.public_key))
    assert (code, "wrong" in complaint) == (1, True)


def test_show_and_list_speak_json_and_words(tre, house):
    house.put("small.csv", SMALL_TABLE)
    tre("ana", "request", "submit", "--project", "p001", "--context", "Counts.", "small.csv")
    shown = json.loads(tre("ana", "request", "show", "p001-r1", "--json")[1])
    assert (shown["state"], shown["verdict"]) == ("returned", "refuse")
    assert shown["files"][0]["findings"][0]["where"]["cell"] == "B3"
    assert "B3" in tre("ana", "request", "show", "p001-r1")[1]
    listed = json.loads(tre("luis", "request", "list", "--json")[1])
    assert [one["id"] for one in listed["requests"]] == ["p001-r1"]
    assert "returned" in tre("luis", "request", "list")[1]


def test_refusals_exit_1_and_wrong_calls_2(tre, house):
    house.submitted()
    assert tre("olga", "request", "show", "p001-r1")[0] == 1
    assert tre("ines", "request", "review", "p001-r1")[0] == 2
    assert tre(None, "release", "verify", "/nowhere.zip")[0] == 2
    assert tre("ana", "request", "withdraw", "p001-r1")[:2] == (0, "p001-r1 withdrawn\n")


def test_keygen_is_idempotent(tre, house):
    before = house.public_key.read_bytes()
    assert tre(None, "release", "keygen")[:2] == (0, "The release key is there.\n")
    assert house.public_key.read_bytes() == before


def test_files_that_root_writes_belong_to_the_stores_owner(tre, house, monkeypatch):
    owners = []
    monkeypatch.setattr("os.chown", lambda path, uid, gid: owners.append(Path(path).name))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    house.put()
    tre("ana", "request", "submit", "--project", "p001", "--context", "Counts.", "table.csv")
    assert any(len(name) == 64 for name in owners)
