"""Fill a fresh instance with the demonstration: invented people and projects, a synthetic population, logins.

Each step asks first whether it was done, so that a second ``make up`` adds nothing. Passwords are generated,
kept in one file that only root reads, and printed by ``make up``; none is fixed anywhere. Run as root.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PERSONS_IN_POPULATION = 2000
SNAPSHOT = "demo"
CUSTODIAN = "diego"  # whose role it is to take data in (governance/demo.py)
PERSON_LINE = re.compile(r"^  - id: ([a-z][a-z0-9]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demonstration keeps its files, and the command it speaks through."""

    instance: str
    tre: Path
    etc: Path
    state: Path

    @property
    def logins(self) -> Path:
        """People and generated passwords as JSON, root's."""
        return self.etc / "demo-logins"

    @property
    def source(self) -> Path:
        """The synthetic population in OMOP form."""
        return self.state / "demo-source"

    def run(self, *words: str, person: str = "") -> str:
        """Run one ``tre`` command as root or as `person`; its reason is shown when it fails."""
        acting = ["--as", person] if person else []
        argv = [str(self.tre), "--instance", self.instance, *acting, *words]
        done = subprocess.run(argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode:
            sys.stderr.write(done.stdout[-2000:] + done.stderr[-2000:])
            raise SystemExit(f"demo: `tre {' '.join(words)}` ended with {done.returncode}")
        return done.stdout


def say(text: str) -> None:
    """Tell the person what is being done."""
    sys.stderr.write(f"  demo: {text}\n")
    sys.stderr.flush()


def apply_projects(demo: Demo) -> list[str]:
    """Apply people and projects, their dates counted from today; return the people's ids."""
    text = demo.run("project", "demo")
    file = demo.etc / "demo.yml"
    write_private(file, text)
    demo.run("project", "apply", str(file), "--yes")
    return PERSON_LINE.findall(text)


def give_logins(demo: Demo, people: Sequence[str]) -> dict[str, str]:
    """Give a generated password to everyone who has none yet; return all."""
    known: dict[str, str] = json.loads(demo.logins.read_text("utf-8")) if demo.logins.exists() else {}
    for person in people:
        if person not in known:
            known[person] = json.loads(demo.run("person", "login", person, "--json"))["password"]
            write_private(demo.logins, json.dumps(known, indent=2) + "\n")
    return known


def fill_warehouse(demo: Demo) -> None:
    """Synthesize a population and take it in as the snapshot the demo projects name."""
    listed: Any = json.loads(demo.run("warehouse", "list", "--json"))
    if f'"{SNAPSHOT}"' in json.dumps(listed):
        return
    say(f"a synthetic population of {PERSONS_IN_POPULATION}")
    if not demo.source.is_dir():
        demo.run(
            *("warehouse", "synthesize", "--persons", str(PERSONS_IN_POPULATION), "--to", str(demo.source))
        )
    say("de-identified snapshot")
    demo.run("warehouse", "ingest", str(demo.source), "--name", SNAPSHOT, person=CUSTODIAN)


def write_private(file: Path, text: str) -> None:
    """Write a file that only root reads, whole or not at all."""
    new = file.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    new.replace(file)


def main(arguments: Sequence[str]) -> None:
    """Do what is not done yet, in the order of need."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--instance", "--tre", "--etc", "--state"):
        parser.add_argument(name, required=True)
    given = parser.parse_args(arguments)
    demo = Demo(given.instance, Path(given.tre), Path(given.etc), Path(given.state))
    say("people and projects")
    people = apply_projects(demo)
    give_logins(demo, people)
    fill_warehouse(demo)
    say("accounts, folders and extracts")
    demo.run("provision")


if __name__ == "__main__":
    main(sys.argv[1:])
