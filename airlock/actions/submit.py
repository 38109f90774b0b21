"""Submitting: the named files are copied aside out of the outbox, written down as a round, and checked.

Copying happens outside any transaction (a file may be large), so the rule is asked before and again with
the write. Until the checks have ended the request is `submitted`; a killed process is taken up by
`airlock.worker`.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from airlock.actions.checking import check_within
from airlock.actions.step import advance, is_exercise, permitted, reload
from airlock.domain.request import Context, Request, StoredFile
from airlock.domain.states import Act, State, audit_tag
from airlock.parts import Airlock
from airlock.permissions import why_not_submit
from airlock.store import requests
from airlock.store.content import ContentStore
from airlock.wording import refuse
from governance import audit, register
from governance.database import transaction
from governance.decisions import Refused

MOST_FILES = 100


def submit(
    airlock: Airlock,
    person: str,
    project: str,
    names: Sequence[str],
    context: Context | None,
    request_id: str | None = None,
    patience_s: float | None = None,
) -> Request | Refused:
    """Submit files of the person's outbox, as a new request or as the next round of `request_id`.

    Returns the request after its checks (in review, or returned with findings), or why not. After
    `patience_s` seconds it is returned as it is, still `submitted`, and its checks go on.
    """
    if refusal := why_not_asked(names, context):
        return refusal
    assert context is not None  # noqa: S101  (why_not_asked refuses None)
    account = account_for_submission(airlock, person, project, request_id)
    if isinstance(account, Refused):
        return account
    files = take_all(airlock, project, account, names, airlock.content)
    if isinstance(files, Refused):
        return _note_refusal(airlock, person, project, files)
    written = _write(airlock, person, project, account, files, context, request_id)
    return written if isinstance(written, Refused) else check_within(airlock, written.id, patience_s)


def why_not_asked(names: Sequence[str], context: Context | None) -> Refused | None:
    """Return what is missing from a submission before anything is read, or None."""
    if context is None:
        return refuse("airlock.context-required")
    return why_not_named(names)


def why_not_named(names: Sequence[str]) -> Refused | None:
    """Return what is wrong with a list of file names as a list, or None."""
    if not 1 <= len(names) <= MOST_FILES:
        return refuse("airlock.no-files")
    return refuse("airlock.same-name") if len(set(names)) < len(names) else None


def account_for_submission(
    airlock: Airlock, person: str, project: str, request_id: str | None = None
) -> str | Refused:
    """Return the account whose outbox a person submits from in a project, or why they may not submit."""
    at = airlock.now()
    with transaction(airlock.engine) as session:
        if request_id is not None:
            earlier = _resubmittable(session, request_id, person, project, at)
            if isinstance(earlier, Refused):
                return earlier
        if refusal := why_not_submit(session, person, project, at):
            return _record_refusal(session, person, project, refusal)
        membership = register.membership(session, person, project)
        return refuse("airlock.no-account") if membership is None else membership.account.name


def take_all(
    airlock: Airlock, project: str, account: str, names: Sequence[str], into: ContentStore
) -> list[StoredFile] | Refused:
    """Copy files aside, in order; the first one that cannot be taken refuses all."""
    taken = []
    for name in names:
        file = airlock.outboxes.take(project, account, name, into)
        if isinstance(file, Refused):
            return file
        taken.append(file)
    return taken


def _write(
    airlock: Airlock,
    person: str,
    project: str,
    account: str,
    files: Sequence[StoredFile],
    context: Context,
    request_id: str | None,
) -> Request | Refused:
    at = airlock.now()
    with transaction(airlock.engine) as session:
        if request_id is None:
            if refusal := why_not_submit(session, person, project, at):
                return _record_refusal(session, person, project, refusal)
            return _open(session, person, project, account, files, context, at)
        earlier = _resubmittable(session, request_id, person, project, at)
        if isinstance(earlier, Refused):
            return earlier
        requests.add_round(session, earlier.id, context, files, at)
        return advance(session, earlier, Act.SUBMIT, person, at, _detail(earlier.current.number + 1, files))


def _open(
    session: Session,
    person: str,
    project: str,
    account: str,
    files: Sequence[StoredFile],
    context: Context,
    at: datetime,
) -> Request:
    request_id = requests.add(session, project, person, account, at)
    requests.add_round(session, request_id, context, files, at)
    request = reload(session, request_id)
    requests.set_state(session, request, Act.SUBMIT, State.SUBMITTED, person, at)
    audit.record(
        session,
        audit_tag(Act.SUBMIT),
        actor=person,
        subject=request_id,
        project=project,
        detail=_detail(1, files),
        exercise=is_exercise(session, project),
    )
    return request


def _detail(number: int, files: Sequence[StoredFile]) -> dict[str, str | int | bool]:
    return {"round": number, "files": len(files), "bytes": sum(file.size for file in files)}


def _resubmittable(
    session: Session, request_id: str, person: str, project: str, at: datetime
) -> Request | Refused:
    earlier = permitted(session, request_id, Act.SUBMIT, person, at)
    if isinstance(earlier, Request) and earlier.project != project:
        return refuse("airlock.other-project")
    return earlier


def _note_refusal(airlock: Airlock, person: str, project: str, refusal: Refused) -> Refused:
    with transaction(airlock.engine) as session:
        return _record_refusal(session, person, project, refusal)


def _record_refusal(session: Session, person: str, project: str, refusal: Refused) -> Refused:
    audit.record(
        session,
        "airlock:submission:refused",
        actor=person,
        subject=person,
        project=project,
        detail={"rule": refusal.rule},
        exercise=is_exercise(session, project),
    )
    return refusal
