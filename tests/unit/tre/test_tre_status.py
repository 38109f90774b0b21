import json
import socket
from pathlib import Path

from governance.instance import from_settings
from tre.status.cli import describe, report
from tre.status.nodes import parse_sinfo, read_probe
from tre.status.services import Service, State, ask


def test_a_listening_port_is_up_and_a_closed_one_is_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert ask(Service("edge", port, "")) is State.UP
    assert ask(Service("edge", port, "")) is State.DOWN


def test_an_absent_socket_is_down(tmp_path: Path) -> None:
    assert ask(Service("broker", tmp_path / "socket", "")) is State.DOWN


def test_sinfo_names_each_node_once() -> None:
    assert parse_sinfo("n1|idle\nn1|idle\nn2|drained*\n\n") == {"n1": "idle", "n2": "drained*"}


def test_a_probe_is_read_and_a_damaged_one_is_no_probe(tmp_path: Path) -> None:
    good = {"at": "2026-11-24T06:00:00+00:00", "blocked": 40, "escaped": 0, "more": "detail"}
    (tmp_path / "n1.json").write_text(json.dumps(good), encoding="utf-8")
    (tmp_path / "n2.json").write_text("{", encoding="utf-8")
    assert read_probe(tmp_path, "n1") == {"at": good["at"], "blocked": 40, "escaped": 0}
    assert read_probe(tmp_path, "n2") is None
    assert read_probe(tmp_path, "n3") is None


def test_the_report_has_its_stable_fields_and_words(tmp_path: Path) -> None:
    places = {part: str(tmp_path / part) for part in ("etc", "state", "run", "data", "software", "log")}
    standing = report(from_settings("nowhere", {"paths": places, "port_base": 1}))
    assert set(standing) == {"profile", "services", "nodes", "missing_walls"}
    assert {service["state"] for service in standing["services"]} == {"down"}
    assert "edge" in describe(standing)
