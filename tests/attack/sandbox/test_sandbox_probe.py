"""The probe's exact matrix: in a notebook, in a Dask worker, and outside, where it must find its targets."""

import json
import subprocess

import pytest
from sandbox_house import BARE, GIDS, UIDS
from sandbox_victims import victims, write

from kernels.probe.__main__ import ACTS
from kernels.probe.acts import Outcome

RUN = """
import subprocess, sys
def probe():
    victims = "/workspace/project/victims.json"
    command = [sys.executable, "-m", "kernels.probe", "--json", "--victims", victims]
    return subprocess.run(command, capture_output=True, text=True).stdout
"""
IN_NOTEBOOK = f"{RUN}\nprint(probe())"
IN_WORKER = f"""{RUN}
from kernels import workspace
with workspace.cluster(workers=1, cores=1, memory_gib=1) as cluster:
    client = cluster.client()
    client.wait_for_workers(1, timeout=40)
    print(*client.run(probe).values())
"""


@pytest.fixture(scope="module")
def targets(house):
    other = house.start(person="ben", project="p2")
    with victims(house.instance.paths.state, UIDS["ana"], other.spec.address) as named:
        project = house.instance.paths.data / "p1"
        project.mkdir(exist_ok=True)
        write(project / "victims.json", named, UIDS["ana"])
        yield project / "victims.json"


def found(printed: str) -> dict:
    line = next((line for line in printed.splitlines() if line.startswith("{")), None)
    assert line, printed
    return json.loads(line)


@pytest.mark.parametrize("where", [IN_NOTEBOOK, IN_WORKER], ids=["notebook", "worker"])
def test_every_forbidden_act_is_blocked_and_every_needed_one_allowed(house, targets, where):
    job = house.start()
    printed = house.execute(job, where, 120)
    report = found(printed)
    assert report["wrong"] == [], {name: report["matrix"][name] for name in report["wrong"]}
    assert report["untested"] == []
    assert report["escaped"] == 0
    assert report["blocked"] == sum(act.inside is Outcome.BLOCKED for act in ACTS)


def test_outside_the_same_probe_finds_its_targets(house, targets):
    python = house.instance.paths.workspace_python
    run = subprocess.run(
        [python, "-I", "-m", "kernels.probe", "--json", "--outside", "--victims", targets],
        user=UIDS["ana"],
        group=GIDS["p1"],
        extra_groups=[],
        env=BARE,
        cwd="/",
        capture_output=True,
        text=True,
    )
    report = found(run.stdout + run.stderr)
    assert report["wrong"] == [], {name: report["matrix"][name] for name in report["wrong"]}
