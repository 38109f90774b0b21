"""Voting: one blind vote a checker and round, on exactly the files that were shown; the second may decide.

A vote carries the digest of the files it was cast on. Only votes of the current round on its digest count.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from airlock.actions.step import SYSTEM, advance, permitted, refused
from airlock.domain.request import LONGEST_TEXT, Remark, Request
from airlock.domain.review import ACTS, Vote, outcome
from airlock.domain.states import Act
from airlock.parts import Airlock
from airlock.store import requests
from airlock.wording import refuse
from governance.database import transaction
from governance.decisions import Refused


def vote(
    airlock: Airlock, person: str, request_id: str, choice: Vote, text: str = "", seen: str | None = None
) -> Request | Refused:
    """Cast a vote with its reason; return the request as the votes leave it, or why not.

    `seen` is the content digest of what the checker was shown; another than the current one is refused.
    A reason is required for every vote but approval.
    """
    at, reason = airlock.now(), text.strip()[:LONGEST_TEXT]
    with transaction(airlock.engine) as session:
        request = permitted(session, request_id, Act.VOTE, person, at)
        if isinstance(request, Refused):
            return request
        if rule := _objection(session, request, person, choice, reason, seen):
            return refused(session, request, Act.VOTE, person, refuse(rule))
        content = request.current.content
        remark = Remark(request.current.number, person, at, reason, choice, content)
        requests.add_remark(session, request, remark)
        # Which way is sealed in the audit chain, where only auditors read it.
        voted = advance(session, request, Act.VOTE, person, at, {"vote": choice.value, "content": content})
        return _decide(session, voted, at)


def _objection(
    session: Session, request: Request, person: str, choice: Vote, reason: str, seen: str | None
) -> str | None:
    if seen is not None and seen != request.current.content:
        return "airlock.wrong-state"
    if any(cast.by == person for cast in counted_votes(session, request)):
        return "airlock.voted-already"
    return "airlock.reason-required" if choice is not Vote.APPROVE and not reason else None


def counted_votes(session: Session, request: Request) -> list[Remark]:
    """Return the votes that count now: of the current round, on exactly its files, one per checker."""
    current = request.current
    return [
        remark
        for remark in requests.remarks(session, request)
        if remark.vote is not None and remark.round == current.number and remark.content == current.content
    ]


def _decide(session: Session, request: Request, at: datetime) -> Request:
    cast = [remark.vote for remark in counted_votes(session, request) if remark.vote is not None]
    act = ACTS.get(outcome(cast))
    return request if act is None else advance(session, request, act, SYSTEM, at, {"votes": len(cast)})
