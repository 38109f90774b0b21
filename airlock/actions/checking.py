"""Running the automatic checks on a request's current round.

`refuse` sends the request back to its author at once, before anyone's time is spent (docs/adr/0006). Checks
that fail hold the file for a person: a failure is never `clear`. Earlier releases of the project go along,
so that a new table is compared with what is already outside.
"""

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from airlock.actions import step
from airlock.domain.finding import FileReport, Finding, Verdict, combine
from airlock.domain.outputs import OutputKind
from airlock.domain.request import Request, RequestFile, StoredFile
from airlock.domain.states import Act, State
from airlock.parts import Airlock
from airlock.store import requests
from airlock.store.content import ContentStore
from governance import register
from governance.database import transaction
from governance.errors import BrokenError

log = logging.getLogger(__name__)

LEASE = timedelta(hours=1)
"""After this long without an end, checks count as interrupted and are run again."""

AT_ONCE = threading.BoundedSemaphore(2)
"""How many requests one process checks at a time; each file has a process of its own below that."""


def check(airlock: Airlock, request_id: str) -> Request:
    """Run the checks of a submitted request and move it on: to the checkers, or back to its author."""
    with transaction(airlock.engine) as session:
        request = step.reload(session, request_id)
        if request.state is not State.SUBMITTED:
            return request
        requests.set_checking(session, request, airlock.now())
    files = [file.stored for file in request.current.files]
    reports = run_checks(airlock, request.project, files, airlock.content)
    return _conclude(airlock, request, reports)


def check_within(airlock: Airlock, request_id: str, patience_s: float | None) -> Request:
    """Check a request, waiting at most `patience_s` seconds (None: to the end) before answering.

    The checks go on in the background; the request is `submitted` until they have ended.
    """
    if patience_s is None:
        return check(airlock, request_id)
    checking = threading.Thread(target=_check_in_turn, args=(airlock, request_id), daemon=True)
    checking.start()
    checking.join(patience_s)
    with transaction(airlock.engine) as session:
        return step.reload(session, request_id)


def _check_in_turn(airlock: Airlock, request_id: str) -> None:
    try:
        with AT_ONCE:
            check(airlock, request_id)
    except Exception as error:  # noqa: BLE001  (its message stays in here; the worker tries again)
        log.error("The checks of %s failed: %s", request_id, type(error).__name__)


def _conclude(airlock: Airlock, request: Request, reports: Sequence[FileReport]) -> Request:
    verdict = combine(report.verdict for report in reports)
    act = Act.REFUSE if verdict is Verdict.REFUSE else Act.HOLD
    with transaction(airlock.engine) as session:
        now = step.reload(session, request.id)
        if now.state is not State.SUBMITTED or now.current.number != request.current.number:
            return now  # withdrawn meanwhile, or another worker was faster
        numbers = [file.number for file in request.current.files]
        requests.set_reports(session, now, dict(zip(numbers, reports, strict=True)))
        detail = {"verdict": verdict.value, "findings": sum(len(report.findings) for report in reports)}
        return step.advance(session, now, act, step.SYSTEM, airlock.now(), detail)


def run_checks(
    airlock: Airlock, project: str, files: Sequence[StoredFile], store: ContentStore
) -> list[FileReport]:
    """Return one report per file of `store` under the project's profile, beside all it released before."""
    profile, released = _rules_of(airlock, project)
    try:
        with store.named(files) as paths, airlock.content.named(released) as earlier:
            reports = airlock.checks.run(paths, profile, earlier)
    except Exception as error:  # noqa: BLE001  (whatever a check does, the file is held, never cleared)
        return [_held(file.name, type(error).__name__) for file in files]
    if len(reports) != len(files):
        return [_held(file.name, "count") for file in files]
    return [replace(report, path=file.name) for report, file in zip(reports, files, strict=True)]


def _rules_of(airlock: Airlock, project: str) -> tuple[str, list[StoredFile]]:
    with transaction(airlock.engine) as session:
        found = register.get_project(session, project)
        if found is None:
            raise BrokenError(f"Project {project} is not in the register.")
        released = requests.listing(session, projects=[project], states=[State.RELEASED])
        return found.disclosure.profile, [file.stored for request in released for file in tables_of(request)]


def tables_of(request: Request) -> list[RequestFile]:
    """Return the files of a released request that hold tables: those that later ones are compared with."""
    kinds = {OutputKind.FREQUENCY_TABLE.value, OutputKind.TABLE.value}
    return [file for file in request.current.files if file.report is not None and file.report.kind in kinds]


def _held(name: str, cause: str) -> FileReport:
    words = f"The automatic checks did not end ({cause}): a person must look."
    finding = Finding("checks.failed", Verdict.REVIEW, words)
    return FileReport(name, OutputKind.UNKNOWN.value, Verdict.REVIEW, (finding,))
