"""Comments, an early return, and withdrawal: the acts that need words and no vote."""

from airlock.actions.step import advance, permitted, refused
from airlock.domain.request import LONGEST_TEXT, Remark, Request
from airlock.domain.states import Act
from airlock.parts import Airlock
from airlock.store import requests
from airlock.wording import refuse
from governance.database import transaction
from governance.decisions import Refused


def comment(airlock: Airlock, person: str, request_id: str, text: str) -> Request | Refused:
    """Say something about the current round; who sees it when is `airlock.visibility`'s to decide."""
    return _say(airlock, person, request_id, Act.COMMENT, text, needed=True)


def give_back(airlock: Airlock, person: str, request_id: str, text: str) -> Request | Refused:
    """Return a request to its author early, with the reason; votes of the round stay on record."""
    return _say(airlock, person, request_id, Act.RETURN, text, needed=True)


def withdraw(airlock: Airlock, person: str, request_id: str, text: str = "") -> Request | Refused:
    """Take one's own request back for good."""
    return _say(airlock, person, request_id, Act.WITHDRAW, text, needed=False)


def _say(
    airlock: Airlock, person: str, request_id: str, act: Act, text: str, *, needed: bool
) -> Request | Refused:
    at, words = airlock.now(), text.strip()[:LONGEST_TEXT]
    with transaction(airlock.engine) as session:
        request = permitted(session, request_id, act, person, at)
        if isinstance(request, Refused):
            return request
        if needed and not words:
            return refused(session, request, act, person, refuse("airlock.reason-required"))
        if words:
            requests.add_remark(session, request, Remark(request.current.number, person, at, words))
        return advance(session, request, act, person, at)
