"""Addresses, tokens, options, profiles and the wire: the small parts, each on its own."""

import os
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.decisions import Refused
from hub_config import options, wire
from hub_config.addresses import next_address
from hub_config.environments import Environments, why_not
from hub_config.hub_words import HUB, TOLD, told
from hub_config.profiles import PROFILES, offered
from hub_config.spawner import PROGRESS
from hub_config.standing import Step
from hub_config.wording import ENGLISH, SPANISH, refuse
from kernels.protocol import ADDRESS_LAW
from look.words import words


def test_addresses_are_loopback_distinct_and_not_used_again_soon() -> None:
    taken: set[str] = set()
    for started in range(600):
        taken.add(next_address(taken, started))
    assert len(taken) == 600
    assert all(ADDRESS_LAW.fullmatch(one) and not one.startswith("127.0.") for one in taken)
    assert next_address({"127.1.0.1"}, 0) == "127.1.0.2"


def test_tokens_are_kept_for_one_account_and_forgotten(tmp_path: Path) -> None:
    kept = Environments(tmp_path / "environments")
    kept.keep("a" * 20, {"JUPYTERHUB_API_TOKEN": "t"})
    file = tmp_path / "environments" / ("a" * 20 + ".json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert kept.read("a" * 20) == {"JUPYTERHUB_API_TOKEN": "t"}
    assert kept.kept() == {"a" * 20}
    kept.forget("a" * 20)
    kept.forget("a" * 20)
    assert kept.read("a" * 20) == {}


def test_an_environment_of_the_hub_is_accepted() -> None:
    assert why_not({"JUPYTERHUB_API_TOKEN": "t", "JPY_API_TOKEN": "t"}) is None


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"profile": []},
        {"profile": ["a", "b"]},
        {"profile": ["small"], "cmd": ["x"]},
        {"profile": "small"},
        {"profile": ["--uid=0"]},
        {"profile": ["small\n"]},
        {"_xsrf": ["t"]},
    ],
)
def test_a_form_with_anything_but_one_profile_is_refused(form: dict[str, object]) -> None:
    assert isinstance(options.from_form(form), Refused)


def test_a_form_with_one_profile_is_read() -> None:
    assert options.from_form({"profile": ["small"], "_xsrf": ["t"]}) == {"profile": "small"}


def test_profiles_are_offered_in_our_order_and_unknown_ones_left_out() -> None:
    assert [one.name for one in offered(["medium", "quantum", "small"])] == ["small", "medium"]
    assert all(name == one.name and options.NAME_LAW.fullmatch(name) for name, one in PROFILES.items())


def test_every_rule_has_words_in_both_languages() -> None:
    assert ENGLISH.keys() == SPANISH.keys()
    for rule in ENGLISH:
        refusal = refuse(rule, "es", ceiling=4, used=2, more=3)
        assert refusal.rule == rule
        assert "{" not in refusal.reason


def test_every_step_is_told_in_both_languages_and_has_a_place_on_the_bar() -> None:
    steps = set(Step) - {Step.OVER}
    assert TOLD.keys() == steps == PROGRESS.keys()
    assert told("queued", "no room", "en") == "Waiting in the queue: no room."
    assert told("over", "", "es") == ""
    assert words("es", HUB).keys() == words("en", HUB).keys()


@pytest.fixture
def echo(tmp_path: Path) -> Iterator[Path]:
    def verbs(peer: wire.Peer, request: dict[str, object]) -> wire.Message:
        if request.get("fail"):
            raise RuntimeError("a secret in an error")
        return {"answer": {"uid": peer.uid, "pid": peer.pid, **request}}

    path = tmp_path / "echo" / "socket"
    path.parent.mkdir()
    with wire.Server(path, verbs) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield path
        server.shutdown()
        thread.join()


def test_the_kernel_says_who_calls(echo: Path) -> None:
    answer = wire.call(echo, {"verb": "x"}, 2)["answer"]
    assert (answer["uid"], answer["pid"], answer["verb"]) == (os.getuid(), os.getpid(), "x")


def test_an_exception_is_answered_without_its_text(echo: Path) -> None:
    assert wire.call(echo, {"fail": 1}, 2) == {"broken": "The echo failed (RuntimeError)."}
    assert "answer" in wire.call(echo, {}, 2)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]\n", b"not json\n", b"\xff\xfe\n", b"[" * 100_000 + b"\n"])
def test_nonsense_gets_no_answer_and_harms_nobody(echo: Path, raw: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(echo))
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""
    assert "answer" in wire.call(echo, {}, 2)


def test_nobody_at_the_socket_is_an_error_that_names_the_service(tmp_path: Path) -> None:
    with pytest.raises(wire.WireError, match="broker"):
        wire.call(tmp_path / "broker" / "socket", {}, 1)


def test_a_socket_is_open_to_its_group_only(echo: Path) -> None:
    assert stat.S_IMODE(echo.stat().st_mode) == 0o660
