"""The two halves of every act: ask whether it may happen, and write that it did with its audit event."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from airlock.domain.request import Request
from airlock.domain.states import Act, audit_tag, target
from airlock.permissions import why_not
from airlock.store import requests
from airlock.wording import refuse
from governance import audit, register
from governance.decisions import Refused
from governance.errors import BrokenError
from governance.facts import Service

SYSTEM = Service.AIRLOCK.value
REFUSED_TAG = "airlock:request:refused"
Detail = Mapping[str, str | int | bool]


def permitted(session: Session, request_id: str, act: Act, actor: str, at: datetime) -> Request | Refused:
    """Return the request if `actor` may do `act` to it now; else the refusal, recorded."""
    request = requests.get(session, request_id)
    if request is None:
        return refuse("airlock.unknown-request")
    refusal = why_not(session, actor, act, request, at)
    return request if refusal is None else refused(session, request, act, actor, refusal)


def refused(session: Session, request: Request, act: Act, actor: str, refusal: Refused) -> Refused:
    """Record that an act was refused, and return the refusal."""
    detail = {"act": act.value, "rule": refusal.rule}
    _record(session, REFUSED_TAG, request, actor, detail)
    return refusal


def advance(
    session: Session, request: Request, act: Act, actor: str, at: datetime, detail: Detail | None = None
) -> Request:
    """Write what `act` does to the request's state, with its audit event; return the request as it is now.

    Raises:
        BrokenError: the state machine knows no such step; nothing must be committed.
    """
    state = target(act, request.state)
    if state is None:
        raise BrokenError(f"Request {request.id} cannot {act} in state {request.state}.")
    requests.set_state(session, request, act, state, actor, at)
    facts = {"round": request.current.number, "state": state.value, **(detail or {})}
    _record(session, audit_tag(act), request, actor, facts)
    return reload(session, request.id)


def reload(session: Session, request_id: str) -> Request:
    """Return a request that is known to exist, as it is now."""
    request = requests.get(session, request_id)
    if request is None:
        raise BrokenError(f"Request {request_id} vanished.")
    return request


def is_exercise(session: Session, project: str) -> bool:
    """Tell whether a project is a throw-away one, so that its audit events say so."""
    found = register.get_project(session, project)
    return found is not None and found.exercise


def _record(session: Session, tag: str, request: Request, actor: str, detail: Detail) -> None:
    audit.record(
        session,
        tag,
        actor=actor,
        subject=request.id,
        project=request.project,
        detail=detail,
        exercise=is_exercise(session, request.project),
    )
