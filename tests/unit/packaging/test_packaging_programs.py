"""The list of services becomes programs: the same for supervisord and systemd."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "ansible" / "filter_plugins"))

from tre_programs import programs  # noqa: E402

HERE = {"name": "host", "address": "127.0.0.1", "namespace": ""}
N1 = {"name": "n1", "address": "10.0.0.11", "namespace": "tre-x-n1"}
N2 = {"name": "n2", "address": "10.0.0.12", "namespace": "tre-x-n2"}
RELAY = {
    "name": "relay",
    "kind": "rooms",
    "user": "r",
    "per_node": True,
    "command": ["serve", "--node", "@NODE@"],
}
HUB = {"name": "hub", "kind": "rooms", "user": "h", "command": ["hub"], "own_log": True}


def expand(services, nodes):
    return programs(services, nodes, "/etc/x", "/log/x")


def test_a_service_of_each_node_becomes_a_program_for_each():
    assert [one["name"] for one in expand([RELAY], [N1, N2])] == ["relay-n1", "relay-n2"]


def test_a_virtual_node_is_entered_as_root_and_then_left_to_the_account():
    first = expand([RELAY], [N1])[0]
    assert first["user"] == "root"
    assert first["command"] == [
        "/bin/sh",
        "/etc/x/on_node.sh",
        "tre-x-n1",
        "n1",
        "r",
        "serve",
        "--node",
        "n1",
    ]


def test_a_real_node_runs_it_directly():
    only = expand([RELAY], [HERE])[0]
    assert (only["user"], only["command"]) == ("r", ["serve", "--node", "host"])


def test_a_service_that_does_not_apply_is_absent():
    assert expand([RELAY | {"only_if": False}], [N1]) == []


def test_each_waits_for_those_before_it():
    assert [one["after"] for one in expand([RELAY, HUB], [N1, N2])] == [[], [], ["relay-n1", "relay-n2"]]


def test_readiness_names_the_node():
    ready = {"socket": "/run/relay/@NODE@/socket"}
    assert expand([RELAY | {"ready": ready}], [N2])[0]["ready"] == {"socket": "/run/relay/n2/socket"}


def test_a_program_with_outliving_children_writes_its_own_log():
    assert expand([HUB], [HERE])[0]["command"] == [
        "/bin/sh",
        "/etc/x/own_log.sh",
        "/log/x/hub-own.log",
        "hub",
    ]
