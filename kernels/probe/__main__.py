"""``python -m kernels.probe [--json] [--victims FILE] [--outside]``: try every act, print the matrix.

Exit code 0: every act came out as it must. 3: at least one did not; the sandbox is not to be trusted.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kernels.probe.acts import Act, Outcome, Victims
from kernels.probe.files import FILES
from kernels.probe.network import NETWORK
from kernels.probe.processes import PROCESSES

ACTS: tuple[Act, ...] = (*FILES, *PROCESSES, *NETWORK)


def matrix(victims: Victims) -> dict[str, Outcome]:
    """Try every act and return what came of it."""
    return {act.name: act.outcome(victims) for act in ACTS}


def expected(*, outside: bool) -> dict[str, Outcome | None]:
    """Return what must come of every act; None where it depends on the machine."""
    return {act.name: act.outside if outside else act.inside for act in ACTS}


def report(victims: Victims, *, outside: bool = False) -> dict[str, Any]:
    """Return the matrix and what in it is wrong.

    Returns:
        ``{"at", "matrix", "blocked": n, "escaped": n, "wrong": [act, …], "untested": [act, …]}``; `escaped`
        counts forbidden acts that succeeded.
    """
    got, wanted = matrix(victims), expected(outside=outside)
    tested = {name for name, outcome in got.items() if outcome is not Outcome.UNTESTED}
    wrong = [name for name in got if name in tested and wanted[name] not in (None, got[name])]
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "matrix": {name: str(outcome) for name, outcome in got.items()},
        "blocked": sum(outcome is Outcome.BLOCKED for outcome in got.values()),
        "escaped": sum(wanted[name] is Outcome.BLOCKED for name in wrong),
        "wrong": wrong,
        "untested": sorted(got.keys() - tested),
    }


def main() -> int:
    """Parse arguments, probe, print."""
    parser = argparse.ArgumentParser(prog="kernels.probe", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--victims", type=Path, help="JSON file that names targets outside")
    parser.add_argument("--outside", action="store_true", help="expect what must happen without a sandbox")
    arguments = parser.parse_args()
    named = json.loads(arguments.victims.read_text(encoding="utf-8")) if arguments.victims else {}
    found = report(Victims(named), outside=arguments.outside)
    if arguments.json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        sys.stdout.writelines(f"{outcome:9} {name}\n" for name, outcome in found["matrix"].items())
        sys.stdout.write(f"{found['blocked']} blocked, {found['escaped']} escaped, wrong: {found['wrong']}\n")
    return 3 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
