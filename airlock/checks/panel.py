"""All checks on some files: each file in a process of its own with limits, findings combined by maximum.

Fails closed: a file that cannot be read, a check that breaks, dies or takes too long, an answer that makes
no sense: each becomes a finding that holds the file. No silence is ever taken for "clear".
"""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import airlock
from airlock.domain.finding import FileReport, Finding, Verdict
from airlock.domain.outputs import OutputKind, report
from airlock.intake.limits import PROCESS, ProcessLimits
from disclosure import profiles
from disclosure.profiles import DisclosureProfile

AT_ONCE = 2
SOURCE = Path(airlock.__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file to check: where its bytes are, and the name it was submitted under (which tells its format)."""

    path: Path
    name: str


def run(
    paths: Sequence[Path | Candidate],
    profile: str | DisclosureProfile = profiles.DEFAULT,
    released: Sequence[Path | Candidate] = (),
    limits: ProcessLimits = PROCESS,
) -> list[FileReport]:
    """Check files under a profile (by name or itself) against files released earlier; one report a file.

    A report's `path` is the candidate's name, or the path as it was given. Raises `KeyError` for an unknown
    profile name; anything about the files themselves is a finding.
    """
    rules = profiles.get(profile) if isinstance(profile, str) else profile
    earlier = [_candidate(one) for one in released]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda one: _check(_candidate(one), rules, earlier, limits), paths))


def _candidate(given: Path | Candidate) -> Candidate:
    return given if isinstance(given, Candidate) else Candidate(given, str(given))


def _check(
    candidate: Candidate, profile: DisclosureProfile, released: Sequence[Candidate], limits: ProcessLimits
) -> FileReport:
    try:
        with _opened([candidate, *released]) as descriptors:
            kind, findings = _ask(candidate, profile, released, descriptors, limits)
    except OSError:
        kind, findings = OutputKind.UNKNOWN, (_held("panel.unreadable", "The file cannot be read."),)
    return report(candidate.name, kind, findings)


def _held(rule: str, message: str) -> Finding:
    return Finding(rule, Verdict.REVIEW, message)


@contextmanager
def _opened(candidates: Sequence[Candidate]) -> Iterator[list[int]]:
    """Descriptors of regular files, opened for reading without waiting on a fifo."""
    descriptors: list[int] = []
    try:
        for candidate in candidates:
            descriptors.append(
                os.open(candidate.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
            )
            if not _is_regular(descriptors[-1]):
                raise IsADirectoryError
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _is_regular(descriptor: int) -> bool:
    return stat.S_ISREG(os.fstat(descriptor).st_mode)


def _ask(
    candidate: Candidate,
    profile: DisclosureProfile,
    released: Sequence[Candidate],
    descriptors: Sequence[int],
    limits: ProcessLimits,
) -> tuple[OutputKind, tuple[Finding, ...]]:
    """Let a child check the file; whatever it does not answer well holds the file."""
    request = {
        "names": [one.name for one in (candidate, *released)],
        "descriptors": list(descriptors),
        "profile": profiles.to_json(profile),
    }
    try:
        done = subprocess.run(
            command(),
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback could carry values of the file
            pass_fds=descriptors,
            env=environment(),
            cwd="/",
            timeout=limits.seconds,
            check=True,
        )
        return _answer(json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        return OutputKind.UNKNOWN, (_held("panel.timeout", "The checks took too long on this file."),)
    except (subprocess.CalledProcessError, ValueError, KeyError, TypeError):
        return OutputKind.UNKNOWN, (
            _held("panel.broken", "The checks failed on this file; a person must look."),
        )


def _answer(value: Mapping[str, Any]) -> tuple[OutputKind, tuple[Finding, ...]]:
    return OutputKind(value["kind"]), tuple(Finding.from_json(one) for one in value["findings"])


def command() -> list[str]:
    """The command of the child process."""
    return [sys.executable, "-m", "airlock.checks.child"]


def environment() -> dict[str, str]:
    """What the child may know: where this code is, and nothing of the service around it."""
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(SOURCE),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
