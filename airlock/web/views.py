"""What a page shows, gathered in one transaction and already filtered for its viewer.

Templates get these values and decide nothing: which buttons appear follows from the state machine and
`airlock.permissions`, which remarks from `airlock.visibility`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from airlock.actions.step import SYSTEM
from airlock.actions.vote import counted_votes
from airlock.domain.finding import Verdict, combine
from airlock.domain.request import Move, Remark, Request
from airlock.domain.review import Outcome, Vote, outcome
from airlock.domain.states import Act, Role, State, acts
from airlock.parts import Airlock
from airlock.permissions import roles_of, why_not, why_not_see
from airlock.ports import OutboxFile
from airlock.store import requests
from airlock.visibility import visible, visible_moves
from airlock.wording import refuse
from governance import register
from governance.database import transaction
from governance.decisions import Refused
from governance.people import CHECKER_ROLES, HouseRole


@dataclass(frozen=True, slots=True)
class RequestView:
    """One request as one person may see it. `buttons` are the acts that would not be refused now."""

    request: Request
    roles: frozenset[Role]
    buttons: frozenset[Act]
    remarks: Sequence[Remark]
    moves: Sequence[Move]
    votes_in: int
    voted: bool
    conflict: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One request in a list. `verdict` is None until the checks have ended."""

    request: Request
    votes_in: int
    voted: bool
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Outbox:
    """The outbox of one of a person's projects."""

    project: str
    title: str
    files: Sequence[OutboxFile]


def request_view(airlock: Airlock, person: str, request_id: str) -> RequestView | Refused:
    """Return a request as `person` may see it, or why not; a stranger does not learn whether it exists."""
    at = airlock.now()
    with transaction(airlock.engine) as session:
        request = requests.get(session, request_id)
        if request is None:
            return refuse("airlock.unknown-request")
        if refusal := why_not_see(session, person, request, at):
            return refusal
        return _view(session, person, request, at)


def _view(session: Session, person: str, request: Request, at: datetime) -> RequestView:
    roles = roles_of(session, person, request, at)
    possible = acts(roles, request.state)
    votes = counted_votes(session, request)
    said = requests.remarks(session, request)
    return RequestView(
        request=request,
        roles=roles,
        buttons=frozenset(act for act in possible if why_not(session, person, act, request, at) is None),
        remarks=visible(request, said, person, roles),
        moves=visible_moves(request, requests.moves(session, request), person, roles, SYSTEM),
        votes_in=len(votes),
        voted=any(vote.by == person for vote in votes),
        conflict=request.state is State.IN_REVIEW and _outcome(votes) is Outcome.CONFLICT,
    )


def _outcome(votes: Sequence[Remark]) -> Outcome:
    cast: list[Vote] = [remark.vote for remark in votes if remark.vote is not None]
    return outcome(cast)


def lines_of(airlock: Airlock, person: str) -> list[Line]:
    """Return the requests of a person's projects, newest change first."""
    with transaction(airlock.engine) as session:
        mine = [one.project for one in register.memberships_of(session, person)]
        found = requests.listing(session, projects=mine)
        at = airlock.now()
        seen = [one for one in found if why_not_see(session, person, one, at) is None]
        return [_line(session, person, one) for one in reversed(seen)]


def queue_of(airlock: Airlock, person: str) -> list[Line]:
    """Return what a checker can vote on or release, oldest first; what still needs them comes first."""
    at = airlock.now()
    with transaction(airlock.engine) as session:
        waiting = requests.listing(session, states=[State.IN_REVIEW, State.APPROVED])
        mine = [one for one in waiting if Role.CHECKER in roles_of(session, person, one, at)]
        return sorted((_line(session, person, one) for one in mine), key=lambda line: line.voted)


def _line(session: Session, person: str, request: Request) -> Line:
    votes = counted_votes(session, request)
    checked = [file.report.verdict for file in request.current.files if file.report is not None]
    verdict = combine(checked) if len(checked) == len(request.current.files) else None
    return Line(request, len(votes), any(vote.by == person for vote in votes), verdict)


def is_checker(airlock: Airlock, person: str) -> bool:
    """Tell whether a person checks outputs today."""
    return bool(house_roles(airlock, person) & CHECKER_ROLES)


def house_roles(airlock: Airlock, person: str) -> frozenset[HouseRole]:
    """Return a person's house roles today."""
    with transaction(airlock.engine) as session:
        return register.house_roles(session, person, airlock.now())


def has_projects(airlock: Airlock, person: str) -> bool:
    """Tell whether a person is a member of any project."""
    with transaction(airlock.engine) as session:
        return bool(register.memberships_of(session, person))


def outboxes_of(airlock: Airlock, person: str) -> list[Outbox]:
    """Return the outboxes of a person's projects."""
    with transaction(airlock.engine) as session:
        mine = register.memberships_of(session, person)
        titles = {project.id: project.title for project in register.projects(session)}
    return [
        Outbox(one.project, titles.get(one.project, ""), airlock.outboxes.list(one.project, one.account.name))
        for one in mine
    ]


def name_of(airlock: Airlock, person: str) -> str:
    """Return a person's name for showing; the login when the register has none."""
    with transaction(airlock.engine) as session:
        found = register.get_person(session, person)
        return found.name if found is not None and found.name else person
