"""Trying the checks on files of one's outbox: the same panel, nothing kept but the audit event."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from airlock.actions import step
from airlock.actions.checking import run_checks
from airlock.actions.submit import account_for_submission, take_all, why_not_named
from airlock.domain.finding import FileReport, combine
from airlock.parts import Airlock
from airlock.store.content import ContentStore
from governance import audit
from governance.database import transaction
from governance.decisions import Refused

ROOMS = "prechecks"


def precheck(airlock: Airlock, person: str, project: str, names: Sequence[str]) -> list[FileReport] | Refused:
    """Run the checks on files of the person's outbox; return one report per file, or why not."""
    if refusal := why_not_named(names):
        return refusal
    account = account_for_submission(airlock, person, project)
    if isinstance(account, Refused):
        return account
    with _passing_store(airlock) as store:
        files = take_all(airlock, project, account, names, store)
        if isinstance(files, Refused):
            return files
        reports = run_checks(airlock, project, files, store)
    _record(airlock, person, project, reports)
    return reports


@contextmanager
def _passing_store(airlock: Airlock) -> Iterator[ContentStore]:
    room = Path(tempfile.mkdtemp(dir=airlock.content.folder(ROOMS)))
    try:
        yield ContentStore(room)
    finally:
        shutil.rmtree(room)


def _record(airlock: Airlock, person: str, project: str, reports: Sequence[FileReport]) -> None:
    verdict = combine(report.verdict for report in reports)
    with transaction(airlock.engine) as session:
        audit.record(
            session,
            "airlock:outbox:check",
            actor=person,
            subject=person,
            project=project,
            detail={"files": len(reports), "verdict": verdict.value},
            exercise=step.is_exercise(session, project),
        )
