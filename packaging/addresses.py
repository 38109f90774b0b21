"""Print where an instance is reached and how the demonstration's people log in, for its owner alone."""

import json
import sys
from pathlib import Path

import instance_facts


def lines(facts: dict[str, object], logins: dict[str, str]) -> list[str]:
    """Word it for a terminal."""
    found = [f"  hub      {facts['tre_hub_url']}", f"  airlock  {facts['tre_airlock_url']}", ""]
    found += ["  person      password (kept in demo-logins, which only its owner reads)"] if logins else []
    return found + [f"  {person:<11} {password}" for person, password in sorted(logins.items())]


def main(name: str) -> None:
    """Read the facts and the logins, and print them."""
    facts = instance_facts.facts(instance_facts.load(name))
    file = Path(facts["tre_paths"]["etc"]) / "demo-logins"
    logins = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    sys.stdout.write("\n".join(lines(facts, logins)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
