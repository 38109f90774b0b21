"""Requests between rows and values: read them whole, add what happened to them. No rule is decided here."""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from airlock.domain.finding import FileReport
from airlock.domain.request import Context, Move, Remark, Request, RequestFile, Round, StoredFile
from airlock.domain.review import Vote
from airlock.domain.states import Act, State
from airlock.store.tables import FileRow, MoveRow, RemarkRow, RequestRow, RoundRow

VOTE = "vote"


def get(session: Session, request_id: str) -> Request | None:
    """Return a request with all its rounds, or None."""
    row = session.get(RequestRow, request_id, populate_existing=True)
    return None if row is None else _request(session, row)


def listing(
    session: Session,
    *,
    projects: Sequence[str] | None = None,
    states: Iterable[State] | None = None,
) -> list[Request]:
    """Return requests, oldest change first, of the given projects and states (None: of any)."""
    wanted = select(RequestRow).order_by(RequestRow.changed_at, RequestRow.id)
    if projects is not None:
        wanted = wanted.where(RequestRow.project.in_(projects))
    if states is not None:
        wanted = wanted.where(RequestRow.state.in_([state.value for state in states]))
    return [_request(session, row) for row in session.scalars(wanted)]


def add(session: Session, project: str, author: str, account: str, at: datetime) -> str:
    """Add a request without a round yet, in state submitted; return its id, such as ``p042-r3``."""
    latest = session.scalar(select(func.max(RequestRow.number)).where(RequestRow.project == project))
    number = (latest or 0) + 1
    row = RequestRow(
        id=f"{project}-r{number}",
        project=project,
        number=number,
        author=author,
        account=account,
        state=State.SUBMITTED,
        round=0,
        created_at=at,
        changed_at=at,
    )
    session.add(row)
    session.flush()
    return row.id


def add_round(
    session: Session, request_id: str, context: Context, files: Sequence[StoredFile], at: datetime
) -> None:
    """Add the next round of a request with its files, numbered from 1 in the order given."""
    request = session.get_one(RequestRow, request_id)
    request.round += 1
    session.add(
        RoundRow(
            request=request_id,
            number=request.round,
            description=context.description,
            population=context.population,
            controls=context.controls,
            submitted_at=at,
            checking_since=at,
        )
    )
    session.flush()
    for number, file in enumerate(files, start=1):
        session.add(
            FileRow(
                request=request_id,
                round=request.round,
                number=number,
                name=file.name,
                sha256=file.sha256,
                size=file.size,
                report=None,
            )
        )
    session.flush()


def set_state(session: Session, request: Request, act: Act, state: State, actor: str, at: datetime) -> None:
    """Write a request's new state and the act that led to it."""
    row = session.get_one(RequestRow, request.id)
    row.state = state.value
    if state is not request.state or act is Act.SUBMIT:
        row.changed_at = at
    session.add(
        MoveRow(request=request.id, round=row.round, at=at, person=actor, act=act.value, state=state.value)
    )
    session.flush()


def set_reports(session: Session, request: Request, reports: Mapping[int, FileReport]) -> None:
    """Write the checks' reports on files of the current round, by file number."""
    for number, report in reports.items():
        row = session.get_one(FileRow, (request.id, request.current.number, number))
        row.report = json.dumps(report.to_json(), sort_keys=True)


def set_checking(session: Session, request: Request, at: datetime) -> None:
    """Note that the checks of the current round begin (again) at `at`."""
    session.get_one(RoundRow, (request.id, request.current.number)).checking_since = at


def checking_since(session: Session, request: Request) -> datetime:
    """Return when the checks of the current round were last begun."""
    return session.get_one(RoundRow, (request.id, request.current.number)).checking_since


def add_remark(session: Session, request: Request, remark: Remark) -> None:
    """Add a vote or comment. The database refuses a second vote of one person in one round."""
    session.add(
        RemarkRow(
            request=request.id,
            round=remark.round,
            person=remark.by,
            at=remark.at,
            text=remark.text,
            vote=None if remark.vote is None else remark.vote.value,
            content=remark.content,
            once=VOTE if remark.vote is not None else str(uuid.uuid4()),
        )
    )
    session.flush()


def remarks(session: Session, request: Request) -> list[Remark]:
    """Return all that was said about a request, oldest first; show it through `airlock.visibility`."""
    rows = session.scalars(select(RemarkRow).where(RemarkRow.request == request.id).order_by(RemarkRow.id))
    return [
        Remark(
            row.round,
            row.person,
            row.at,
            row.text,
            Vote(row.vote) if row.vote else None,
            row.content,
            by_author=row.person == request.author,
        )
        for row in rows
    ]


def moves(session: Session, request: Request) -> list[Move]:
    """Return what happened to a request, oldest first."""
    rows = session.scalars(select(MoveRow).where(MoveRow.request == request.id).order_by(MoveRow.id))
    return [Move(row.round, row.at, row.person, row.act, State(row.state)) for row in rows]


def _request(session: Session, row: RequestRow) -> Request:
    rounds = session.scalars(select(RoundRow).where(RoundRow.request == row.id).order_by(RoundRow.number))
    return Request(
        row.id,
        row.project,
        row.author,
        row.account,
        State(row.state),
        row.created_at,
        row.changed_at,
        tuple(_round(session, one) for one in rounds),
    )


def _round(session: Session, row: RoundRow) -> Round:
    mine = (FileRow.request == row.request, FileRow.round == row.number)
    files = session.scalars(select(FileRow).where(*mine).order_by(FileRow.number))
    context = Context(row.description, row.population, row.controls)
    return Round(row.number, context, row.submitted_at, tuple(_file(file) for file in files))


def _file(row: FileRow) -> RequestFile:
    report = None if row.report is None else FileReport.from_json(json.loads(row.report))
    return RequestFile(row.number, row.name, row.sha256, row.size, report)
