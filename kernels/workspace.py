"""What a researcher can ask for from inside a notebook: workers, a look at the time, checks, a submission.

    from kernels import workspace
    with workspace.cluster(workers=2, cores=1, memory_gib=2) as cluster:
        client = cluster.client()

Everything goes through the door; nothing here holds a key, and nothing here is a wall.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from governance.decisions import Refused
from governance.errors import BrokenError, RefusedError, UsageError
from kernels.door import Door
from kernels.protocol import AIRLOCK_PORT, WORKSPACE

if TYPE_CHECKING:
    from kernels.dask_cluster import TRECluster

OUTBOX = Path(WORKSPACE) / "outbox"
AIRLOCK_ANSWERS_WITHIN_S = 300.0


def cluster(workers: int = 2, cores: int = 1, memory_gib: int = 2) -> "TRECluster":
    """Start a Dask cluster whose workers are SLURM jobs of this project, under the same walls.

    Args:
        workers: number of jobs.
        cores: of each.
        memory_gib: of each, GiB.

    Raises:
        RefusedError: the project's quota or another rule does not allow it; the message says which.
        BrokenError: a component does not answer.
    """
    from kernels.dask_cluster import TRECluster  # Dask takes a second to import: only who asks for it pays

    started = TRECluster(workers, cores=cores, memory_gib=memory_gib)
    try:
        started.wait_for_jobs()
    except BaseException:
        started.close()
        raise
    return started


def time_left() -> timedelta:
    """Return how long this workspace still runs; never negative."""
    return max(Door().claim().spec.ends_at - datetime.now(UTC), timedelta())


def check(paths: Sequence[str | Path]) -> list[dict[str, Any]]:
    """Ask the airlock to run its automatic checks on files in the outbox; nothing is stored.

    Args:
        paths: files below ``/workspace/outbox``, absolute or relative to it.

    Returns:
        One report a file: ``{"path", "kind", "verdict", "findings"}``.
    """
    answer = _airlock("POST", "/checks", {"paths": in_outbox(paths)})
    return list(answer["files"])


def submit(
    paths: Sequence[str | Path], context: str | Mapping[str, str], request: str | None = None
) -> dict[str, Any]:
    """Ask for files in the outbox to be released.

    Args:
        paths: files below ``/workspace/outbox``, absolute or relative to it.
        context: what they are and why they are safe, in words for the output checkers: a sentence, or
            ``description``, ``population`` and ``controls``.
        request: the id of a request that came back, when this is its next round.

    Returns:
        The request: ``id``, ``state``, and the findings if it came back at once.
    """
    words = context if isinstance(context, str) else dict(context)
    content = {"paths": in_outbox(paths), "context": words, "request": request}
    return _airlock("POST", "/requests", content)


def request(number: str) -> dict[str, Any]:
    """Return where a request stands."""
    return _airlock("GET", f"/requests/{number}")


def in_outbox(paths: Sequence[str | Path]) -> list[str]:
    """Return paths relative to the outbox. Raises UsageError for one elsewhere (a convenience, no wall)."""
    relative = []
    for path in paths:
        try:
            relative.append((OUTBOX / path).resolve().relative_to(OUTBOX).as_posix())
        except ValueError as error:
            raise UsageError(f"Put the file into {OUTBOX} first.") from error
    return relative


def _airlock(method: str, path: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
    body = None if content is None else json.dumps(content).encode()
    call = urllib.request.Request(
        f"http://127.0.0.1:{AIRLOCK_PORT}{path}",
        data=body,
        method=method,
        headers={"Content-Type": "application/json", "Accept": "application/json"},
    )
    try:
        with urllib.request.urlopen(call, timeout=AIRLOCK_ANSWERS_WITHIN_S) as answer:  # noqa: S310  (a fixed address of the sandbox's own loopback)
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        raise _worded(error) from error
    except OSError as error:
        raise BrokenError("The airlock does not answer.") from error


def _worded(error: urllib.error.HTTPError) -> RefusedError | BrokenError:
    with error:
        try:
            content = json.load(error)
        except ValueError:
            content = {}
    reason = str(content.get("message") or content.get("reason") or content.get("detail") or error.reason)
    if error.code >= 500:
        return BrokenError(reason)
    return RefusedError(Refused(reason, str(content.get("remedy", "")), str(content.get("rule", "airlock"))))
