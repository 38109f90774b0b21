"""The status of an embedded instance: no scheduler is missed, and the walls it lacks are named."""

import socket
from pathlib import Path

from governance.instance import from_settings
from tre.status.cli import report

PARTS = ("etc", "state", "run", "data", "software", "log")


def walls(profile: str, tmp_path: Path) -> set[str]:
    places = {part: str(tmp_path / part) for part in PARTS}
    standing = report(from_settings("nowhere", {"profile": profile, "paths": places, "port_base": 1}))
    return {wall.split(":")[0] for wall in standing["missing_walls"]}


def test_the_walls_that_accounts_and_slurm_would_be_are_missing(tmp_path: Path) -> None:
    assert {"accounts", "scheduler", "memory-limits"} <= walls("embedded", tmp_path)
    assert not {"accounts", "scheduler"} & walls("single", tmp_path)


def test_this_machine_is_the_one_node_and_slurm_is_not_asked_for(tmp_path: Path) -> None:
    places = {part: str(tmp_path / part) for part in PARTS}
    standing = report(from_settings("nowhere", {"profile": "embedded", "paths": places, "port_base": 1}))
    assert [(node["name"], node["state"]) for node in standing["nodes"]] == [(socket.gethostname(), "local")]
    assert "slurmctld" not in {service["name"] for service in standing["services"]}
