"""The embedded profile for real: an unprivileged user types ``make up``, walks the whole path, and stops it.

The user is made for this test. Software comes from the instance that ``make test`` set up, since building it
costs minutes and is the same.
"""

import json
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from governance.errors import UsageError
from governance.instance import Instance

ROOT = Path(__file__).resolve().parents[3]
USER, INSTANCE = "tresolo", "solo"
WITHIN_S = 170
ROOMS = ("look", "governance", "disclosure", "warehouse_lib", "kernels", "hub_config", "airlock", "tre")


@dataclass(frozen=True)
class Person:
    """An ordinary user of the machine."""

    home: Path
    software: Path

    @property
    def clone(self) -> Path:
        """The user's own copy of what ``make up`` needs: the developer's may lie where he cannot read."""
        return self.home / "tre"

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a command as the user, in the clone, with nothing of ours."""
        told = [f"HOME={self.home}", f"USER={USER}", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TRE_TOUR=no"]
        command = ["runuser", "-u", USER, "--", "env", "-i", *told, *argv]
        return subprocess.run(
            command, cwd=self.clone, capture_output=True, text=True, check=False, timeout=WITHIN_S
        )

    def tre(self, *words: str) -> Any:
        """Run one ``tre`` command and return what it says in JSON."""
        done = self.run(
            str(self.software / "services" / "bin" / "tre"), "--instance", INSTANCE, *words, "--json"
        )
        assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-1500:]
        return json.loads(done.stdout)

    def processes(self) -> list[str]:
        """What of the user is alive."""
        return subprocess.run(
            ["pgrep", "-u", USER, "-l", "-r", "D,R,S,T"], capture_output=True, text=True, check=False
        ).stdout.split("\n")[:-1]


def copy_clone(to: Path) -> None:
    """Give the user the tree that ``make up`` works from."""
    for folder in ("ansible", "packaging", "locks", *ROOMS):
        shutil.copytree(ROOT / folder, to / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("Makefile", "pyproject.toml"):
        shutil.copyfile(ROOT / file, to / file)
    subprocess.run(["chown", "--recursive", f"{USER}:", str(to)], check=True)


@pytest.fixture(scope="module")
def neighbour() -> Instance:
    """The machine's own test instance; its SLURM need not run for this."""
    if os.getuid() != 0:
        pytest.skip("not root: the test makes a user")
    try:
        return Instance.load(os.environ.get("TRE_TEST_INSTANCE", "test"))
    except UsageError:
        pytest.skip("no test instance, whose software this would use: `make test` sets it up")


@pytest.fixture(scope="module")
def person(neighbour: Instance) -> Iterator[Person]:
    software = neighbour.paths.software
    subprocess.run(
        ["useradd", "--create-home", "--shell", "/bin/bash", USER], check=True, capture_output=True
    )
    one = Person(Path(pwd.getpwnam(USER).pw_dir), software)
    try:
        copy_clone(one.clone)
        settings = one.home / ".config" / "tre" / f"{INSTANCE}.toml"
        text = f'profile = "embedded"\n[paths]\nsoftware = "{software}"\n'
        assert one.run("mkdir", "-p", str(settings.parent)).returncode == 0
        settings.write_text(text, encoding="utf-8")
        yield one
    finally:
        one.run("make", "down", f"INSTANCE={INSTANCE}")
        subprocess.run(["userdel", USER], check=False, capture_output=True)
        shutil.rmtree(one.home, ignore_errors=True)


def test_an_unprivileged_user_walks_the_whole_path_and_leaves_nothing(person: Person) -> None:
    up = person.run("make", "up", f"INSTANCE={INSTANCE}")
    assert up.returncode == 0, up.stdout[-1500:] + up.stderr[-1500:]
    assert up.stdout.startswith("Not root: ")

    status = person.tre("status")
    assert status["profile"] == "embedded"
    assert {service["state"] for service in status["services"]} == {"up"}
    missing = {wall.split(":")[0] for wall in status["missing_walls"]}
    assert {"accounts", "scheduler"} <= missing

    steps = person.tre("tour")["steps"]
    assert [step["name"] for step in steps if not step["ok"]] == []

    down = person.run("make", "down", f"INSTANCE={INSTANCE}")
    assert down.returncode == 0, down.stdout
    assert person.processes() == []


def test_the_machines_own_instance_keeps_its_name(person: Person, neighbour: Instance) -> None:
    refused = person.run("make", "up", f"INSTANCE={neighbour.name}")
    assert refused.returncode != 0
    assert "make up INSTANCE=" in refused.stderr
