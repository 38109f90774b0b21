"""The process that checks one file: limits itself first, then reads, then answers one JSON object.

Started by `airlock.checks.panel` with the files already open; the request on standard input names their
descriptors. It opens no file of the request by name, and needs no network.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from airlock.intake.limits import PROCESS, ProcessLimits


def limit(limits: ProcessLimits = PROCESS) -> None:
    """Take away what a check does not need: memory beyond the limit, time, files to write, core dumps."""
    for which, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError):  # a lower hard limit is already in force
            resource.setrlimit(which, (most, most))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Check as `request` says (``names``, ``descriptors``, ``profile``): the file, then earlier releases."""
    from airlock.checks.examine import examine  # after the limits: parsers are what they are for
    from disclosure.profiles import from_json

    names = [str(name) for name in request["names"]]
    (first, *released) = [(os.fdopen(descriptor, "rb"), name) for descriptor, name in _pairs(request, names)]
    result = examine(*first, from_json(request["profile"]), released)
    return {"kind": result.kind.value, "findings": [finding.to_json() for finding in result.findings]}


def _pairs(request: dict[str, Any], names: list[str]) -> Iterator[tuple[int, str]]:
    return zip((int(one) for one in request["descriptors"]), names, strict=True)


def main() -> None:
    """Read the request, check, answer. Any failure ends the process; the panel then holds the file."""
    limit()
    json.dump(answer(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main()
