"""Run one of the project's playbooks against an instance, with the facts that ``governance.instance`` gives.

Standard library only; Ansible itself is found in the instance's services environment.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import instance_facts

ANSIBLE = instance_facts.ROOT / "ansible"
FIXED_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def playbook_argv(
    ansible: Path, playbook: str, inventory: str, facts: Path, more: Sequence[str]
) -> list[str]:
    """Build the ansible-playbook command."""
    where = ["--inventory", str(ANSIBLE / "inventories" / inventory), "--extra-vars", f"@{facts}"]
    return [str(ansible), *where, *more, str(ANSIBLE / f"{playbook}.yml")]


def environment() -> dict[str, str]:
    """Give Ansible our configuration and the system's path first, whatever the caller's shell prefers."""
    known = dict(os.environ)
    return known | {"ANSIBLE_CONFIG": str(ANSIBLE / "ansible.cfg"), "PATH": FIXED_PATH, "LC_ALL": "C.UTF-8"}


def main(arguments: Sequence[str]) -> int:
    """Run the playbook and return its exit status; what the parser does not know goes to Ansible."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("playbook", choices=["site", "down"])
    parser.add_argument("--instance", required=True)
    parser.add_argument("--inventory", required=True)
    chosen, more = parser.parse_known_args(arguments)
    facts = instance_facts.facts(instance_facts.load(chosen.instance))
    ansible = Path(facts["tre_paths"]["software"]) / "services" / "bin" / "ansible-playbook"
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(facts, file)
        file.flush()
        argv = playbook_argv(ansible, chosen.playbook, chosen.inventory, Path(file.name), more)
        return subprocess.run(argv, env=environment(), check=False, stdin=subprocess.DEVNULL).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
