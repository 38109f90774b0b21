"""Sign-in to workspace on the running cluster, and what survives when parts of it die.

Uses the demonstration's people: ana leads p001, luis p002, and p003 ended yesterday.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import pytest

from tests.support.hub_person import AtTheHub, signed_in, until

START_S = 60


class Cluster(Protocol):
    """What tests/cluster/conftest.py gives."""

    instance: Any

    def run(self, *argv: str) -> Any: ...


@pytest.fixture
def luis(cluster: Cluster) -> Iterator[AtTheHub]:
    with signed_in(cluster.instance, "luis") as person:
        person.stop("p002")
        assert until(lambda: person.state("p002") == "idle", 30)
        yield person
        person.stop("p002")


def is_up(person: AtTheHub, project: str = "p002") -> bool:
    return person.server(project).status_code == 200


def supervisor(cluster: Cluster, *words: str) -> str:
    paths = cluster.instance.paths
    control = paths.software / "services" / "bin" / "supervisorctl"
    conf = paths.etc / "supervisord.conf"
    if not conf.exists():
        pytest.skip("services do not run under supervisord here")
    return str(cluster.run(str(control), "-c", str(conf), *words).stdout).strip()


def kill_hub(cluster: Cluster) -> None:
    """Kill -9; the supervisor starts it again."""
    os.kill(int(supervisor(cluster, "pid", "hub")), signal.SIGKILL)


def jobs(cluster: Cluster) -> list[str]:
    """Names of the living jobs of luis's account."""
    account = f"{cluster.instance.name}-p002-m1"
    return list(cluster.run("squeue", "--noheader", "--user", account, "--format", "%j").stdout.split())


@contextmanager
def no_free_node(cluster: Cluster) -> Iterator[None]:
    """Drain all nodes, so that what is submitted waits in the queue."""
    cluster.run("scontrol", "update", "nodename=ALL", "state=drain", "reason=a test")
    try:
        yield
    finally:
        cluster.run("scontrol", "update", "nodename=ALL", "state=resume")


def test_a_member_signs_in_and_reaches_a_workspace(luis: AtTheHub) -> None:
    assert luis.open("p002").status_code == 302
    assert until(lambda: is_up(luis), START_S)
    assert luis.state("p002") == "running"


def test_raw_files_and_conversions_show_the_way_to_the_airlock(luis: AtTheHub) -> None:
    luis.open("p002")
    assert until(lambda: is_up(luis), START_S)
    for way in ("files/home/x.csv", "view/x", "nbconvert/html/x.ipynb", "%66iles/x", "lab/../files/x"):
        answer = luis.server("p002", way)
        assert answer.status_code == 403
        assert "airlock" in answer.text
    assert "default-src 'self'" in luis.server("p002").headers["content-security-policy"]


def test_refusals_are_pages_with_reason_and_remedy(cluster: Cluster, luis: AtTheHub) -> None:
    answer = luis.page("/hub/spawn/luis/p001")
    assert answer.status_code == 403
    assert "luis is not a member of project p001." in answer.text
    with signed_in(cluster.instance, "ana") as ana:
        answer = ana.page("/hub/spawn/ana/p003")
        assert answer.status_code == 403
        assert "Project p003 ended on" in answer.text


def test_a_start_can_be_cancelled_while_it_waits(cluster: Cluster, luis: AtTheHub) -> None:
    with no_free_node(cluster):
        luis.open("p002")
        assert until(lambda: jobs(cluster), 10)
        began = time.monotonic()
        luis.stop("p002")
        assert until(lambda: not jobs(cluster), 5)
        assert time.monotonic() - began <= 3
        assert until(lambda: luis.state("p002") == "idle", 10)


@pytest.mark.parametrize("after", ["journaled", "queued", "starting", "running"])
def test_a_hub_killed_in_any_phase_loses_no_session_and_leaves_no_orphan(
    cluster: Cluster, luis: AtTheHub, after: str
) -> None:
    if after == "queued":
        with no_free_node(cluster):
            luis.open("p002")
            assert until(lambda: jobs(cluster), 10)
            kill_hub(cluster)
            assert until(lambda: luis.state("p002") == "starting", START_S)
    else:
        luis.open("p002")
        if after == "starting":
            assert until(lambda: jobs(cluster), 10)
        if after == "running":
            assert until(lambda: is_up(luis), START_S)
        kill_hub(cluster)
    assert until(lambda: is_up(luis) and luis.state("p002") == "running", START_S)
    assert len(jobs(cluster)) == 1
    luis.stop("p002")
    assert until(lambda: not jobs(cluster), 15)


def test_a_scheduler_that_is_away_ends_no_session(cluster: Cluster, luis: AtTheHub) -> None:
    luis.open("p002")
    assert until(lambda: is_up(luis), START_S)
    if "ERROR" in supervisor(cluster, "stop", "slurmctld"):
        pytest.skip("this supervisor does not run slurmctld")
    try:
        assert cluster.run("scontrol", "ping").returncode != 0
        assert not until(lambda: not is_up(luis), 25)  # longer than one poll of the hub
        assert luis.state("p002") == "running"
    finally:
        supervisor(cluster, "start", "slurmctld")
    assert until(lambda: cluster.run("scontrol", "ping").returncode == 0, 30)
    assert is_up(luis)


def test_a_broker_killed_while_a_start_waits_is_found_again(cluster: Cluster, luis: AtTheHub) -> None:
    with no_free_node(cluster):
        luis.open("p002")
        assert until(lambda: jobs(cluster), 10)
        os.kill(int(supervisor(cluster, "pid", "broker")), signal.SIGKILL)
    assert until(lambda: is_up(luis), START_S)
