"""A hostile owner of an outbox against staging: links, pipes, giants, swaps and names."""

import hashlib
import os
import stat
import threading
from pathlib import Path

import pytest

from airlock.intake import staging
from airlock.intake.limits import StagingLimits
from airlock.intake.names import display, why_not
from airlock.intake.staging import StagedFile, stage
from governance.decisions import Refused


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    (tmp_path / "outbox").mkdir()
    (tmp_path / "aside").mkdir()
    (tmp_path / "secret.csv").write_text("n\n1\n")
    return tmp_path / "outbox"


def take(outbox: Path, name: str, **limits: int) -> StagedFile | Refused:
    return stage(outbox, name, outbox.parent / "aside", StagingLimits(**limits))


def rule(result: StagedFile | Refused) -> str:
    assert isinstance(result, Refused), result
    assert result.reason
    return result.rule


def test_a_plain_file_is_copied_hashed_and_closed_to_everyone(outbox):
    (outbox / "tables").mkdir()
    (outbox / "tables" / "t 1.csv").write_text("age,n\n<40,20\n")
    result = take(outbox, "tables/t 1.csv")
    assert isinstance(result, StagedFile)
    content = (outbox / "tables" / "t 1.csv").read_bytes()
    assert result.sha256 == hashlib.sha256(content).hexdigest()
    assert (result.size, result.name) == (len(content), "tables/t 1.csv")
    assert result.copy.read_bytes() == content
    assert stat.S_IMODE(result.copy.stat().st_mode) == 0o400
    assert [one.name for one in (outbox.parent / "aside").iterdir()] == [result.sha256]


def test_an_empty_file_can_be_taken_and_the_checks_will_hold_it(outbox):
    (outbox / "empty.csv").touch()
    result = take(outbox, "empty.csv")
    assert isinstance(result, StagedFile)
    assert result.size == 0


def test_a_symbolic_link_is_refused_wherever_it_points(outbox):
    (outbox / "real.csv").write_text("x")
    (outbox / "out.csv").symlink_to(outbox.parent / "secret.csv")
    (outbox / "in.csv").symlink_to("real.csv")
    (outbox / "folder").symlink_to(outbox.parent)
    for name in ("out.csv", "in.csv", "folder/secret.csv"):
        assert rule(take(outbox, name)) == "staging.link"


def test_a_magic_link_of_proc_is_refused(outbox):
    (outbox / "fd").symlink_to("/proc/self/fd")
    assert rule(take(outbox, "fd/0")) == "staging.link"


def test_a_hard_link_is_refused(outbox):
    os.link(outbox.parent / "secret.csv", outbox / "mine.csv")
    assert rule(take(outbox, "mine.csv")) == "staging.hard-link"


def test_a_pipe_does_not_hold_us_up_and_is_refused(outbox):
    os.mkfifo(outbox / "pipe.csv")
    assert rule(take(outbox, "pipe.csv")) == "staging.kind"


def test_folders_and_sockets_are_refused(outbox):
    import socket

    (outbox / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(outbox / "socket"))
        assert rule(take(outbox, "folder")) == "staging.kind"
        assert rule(take(outbox, "socket")) == "staging.kind"


def test_a_file_of_two_gigabytes_is_refused_in_words_without_being_read(outbox):
    with (outbox / "big.csv").open("wb") as file:
        file.truncate(2 * 1024**3)
    result = take(outbox, "big.csv")
    assert rule(result) == "staging.too-large"
    assert "1 GiB" in result.reason
    assert list((outbox.parent / "aside").iterdir()) == []


def test_what_is_missing_is_told(outbox):
    assert rule(take(outbox, "none.csv")) == "staging.missing"
    (outbox / "file").write_text("x")
    assert rule(take(outbox, "file/below")) == "staging.missing"


def test_a_file_that_grows_while_it_is_read_is_refused_and_nothing_is_left(outbox, monkeypatch):
    victim = outbox / "t.csv"
    victim.write_text("age,n\n<40,20\n")
    read = os.read

    def reading(descriptor: int, size: int) -> bytes:
        chunk = read(descriptor, size)
        if chunk:
            with victim.open("a") as file:
                file.write("<50,3\n")
        return chunk

    monkeypatch.setattr(staging.os, "read", reading)
    assert rule(take(outbox, "t.csv")) == "staging.changed"
    assert list((outbox.parent / "aside").iterdir()) == []


def test_swapping_file_and_link_in_a_race_never_gives_the_secret(outbox):
    honest, target = outbox / "honest", outbox / "t.csv"
    secret = (outbox.parent / "secret.csv").read_bytes()
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            honest.write_text("fine")
            honest.replace(target)
            link = outbox / "link"
            link.symlink_to(outbox.parent / "secret.csv")
            link.replace(target)

    attacker = threading.Thread(target=swap)
    attacker.start()
    try:
        results = [take(outbox, "t.csv") for _ in range(300)]
    finally:
        stop.set()
        attacker.join()
    taken = [one for one in results if isinstance(one, StagedFile)]
    assert all(one.copy.read_bytes() != secret for one in taken)
    assert all(one.rule in RACE_REFUSALS for one in results if isinstance(one, Refused))


def test_a_kernel_without_openat2_refuses(outbox, monkeypatch):
    (outbox / "t.csv").write_text("x")
    monkeypatch.setattr(staging, "SYS_OPENAT2", 999_999)
    assert rule(take(outbox, "t.csv")) == "staging.no-openat2"


RACE_REFUSALS = {"staging.link", "staging.changed", "staging.missing", "staging.hard-link"}

HOSTILE = [
    ("", "name.empty"),
    ("/etc/passwd", "name.absolute"),
    ("../secret.csv", "name.path"),
    ("a/../../secret.csv", "name.path"),
    ("a//b.csv", "name.path"),
    ("a/", "name.path"),
    ("line\nbreak.csv", "name.invisible"),
    ("nul\0.csv", "name.invisible"),
    ("\x1b[31mred.csv", "name.invisible"),
    ("cod\u202evsc.exe", "name.invisible"),
    ("zero\u200bwidth.csv", "name.invisible"),
    ("bad\udc80bytes.csv", "name.invisible"),
    ("c:\\temp\\t.csv", "name.elsewhere"),
    ("what?.csv", "name.elsewhere"),
    ("-rf.csv", "name.edge"),
    (".hidden.csv", "name.edge"),
    ("space .csv /t", "name.edge"),
    ("t.csv ", "name.edge"),
    ("x" * 250 + ".csv", "name.long"),
    ("/".join("abcdefghij"), "name.long"),
]


@pytest.mark.parametrize(("name", "expected"), HOSTILE)
def test_hostile_names_are_refused_before_anything_is_opened(outbox, name, expected):
    assert rule(take(outbox, name)) == expected


@pytest.mark.parametrize(
    "name", ["t.csv", "Tabla 1 (España).xlsx", "a/b/c.parquet", "ñandú.csv", "x&y'z.csv"]
)
def test_ordinary_names_are_fine(name):
    assert why_not(name) is None


@pytest.mark.parametrize("name", [name for name, _ in HOSTILE])
def test_no_hostile_name_reaches_a_page_or_terminal_as_it_is(name):
    shown = display(name)
    assert shown.isprintable()
    shown.encode()
    assert len(shown) <= 81
