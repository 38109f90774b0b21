"""What of an instance is alive on this machine: processes, packet rules, namespaces, links, mounts.

``make down`` ends these and its test asserts that none is left. Standard library only, so that it works on a
machine whose environments are broken. Only what carries the instance's name, its marked services or its
workspace uids is ever found, so a neighbour instance is not touched.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import instance_facts

GRACE_S = 5.0


@dataclass(frozen=True, slots=True)
class Scope:
    """How to tell that something belongs to the instance."""

    instance: str
    uid_first: int
    uid_last: int


def scope(name: str) -> Scope:
    """Return the scope of an instance by its name."""
    facts = instance_facts.facts(instance_facts.load(name))
    return Scope(name, facts["tre_uid_first"], facts["tre_uid_last"])


def is_ours(environ: bytes, uid: int, of: Scope) -> bool:
    """Tell whether a process is the instance's: a workspace account's, or one its service manager started.

    Both marks are asked for, since a person's shell may well have exported TRE_INSTANCE.
    """
    marks = environ.split(b"\0")
    started = f"TRE_INSTANCE={of.instance}".encode() in marks and any(
        mark.startswith(b"TRE_SERVICE=") for mark in marks
    )
    return started or of.uid_first <= uid <= of.uid_last


def processes(of: Scope, proc: Path = Path("/proc")) -> Iterator[int]:
    """Yield the pids of the instance's processes; dead ones waiting for their parent do not count."""
    for folder in proc.glob("[0-9]*"):
        try:
            environ = (folder / "environ").read_bytes()
            uid = folder.stat().st_uid
            dead = (folder / "stat").read_text().rpartition(")")[2].split()[0] in {"Z", "X"}
        except OSError:
            continue  # it ended while we looked
        if not dead and int(folder.name) != os.getpid() and is_ours(environ, uid, of):
            yield int(folder.name)


def _output(*argv: str) -> str:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        return ""
    return done.stdout


def tables(of: Scope) -> Iterator[str]:
    """Yield the instance's nftables table when it is in force on the host."""
    wanted = f"tre_{of.instance}"
    for line in _output("nft", "list", "tables", "inet").splitlines():
        if line.split()[-1:] == [wanted]:
            yield wanted


def namespaces(of: Scope) -> Iterator[str]:
    """Yield the names of the instance's network namespaces."""
    yield from sorted(file.name for file in Path("/run/netns").glob(f"tre-{of.instance}-*"))


def links(of: Scope) -> Iterator[str]:
    """Yield the instance's bridge and the host's ends of its cables."""
    net = Path("/sys/class/net")
    for name in (f"tre-{of.instance}", f"tv-{of.instance}-*"):
        yield from sorted(file.name for file in net.glob(name))


def mounts(of: Scope, table: Path = Path("/proc/self/mountinfo")) -> Iterator[str]:
    """Yield mount points below the instance's run or data folder."""
    places = (f"/run/tre/{of.instance}/", f"/srv/tre/{of.instance}/", f"/var/lib/tre/{of.instance}/")
    for line in table.read_text(encoding="utf-8").splitlines():
        point = line.split()[4]
        if f"{point}/".startswith(places):
            yield point


def find(of: Scope) -> dict[str, list[str]]:
    """List all that is alive, by kind; every list is empty when the instance is down."""
    return {
        "processes": [str(pid) for pid in processes(of)],
        "tables": list(tables(of)),
        "namespaces": list(namespaces(of)),
        "links": list(links(of)),
        "mounts": list(mounts(of)),
    }


def end_processes(of: Scope) -> None:
    """End the instance's processes: ask, wait some seconds, then force."""
    deadline = time.monotonic() + GRACE_S
    _signal_all(of, signal.SIGTERM)
    while list(processes(of)) and time.monotonic() < deadline:
        time.sleep(0.1)
    _signal_all(of, signal.SIGKILL)


def _signal_all(of: Scope, kind: signal.Signals) -> None:
    for pid in processes(of):
        try:
            os.kill(pid, kind)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    json.dump(find(scope(sys.argv[1])), sys.stdout, indent=2)
    sys.stdout.write("\n")
