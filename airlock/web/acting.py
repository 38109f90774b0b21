"""Forms on a request's page: vote, comment, return, withdraw, release."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from airlock.actions.release import release
from airlock.actions.talk import comment, give_back, withdraw
from airlock.actions.vote import vote
from airlock.domain.request import Request
from airlock.domain.review import Vote
from airlock.parts import Airlock
from airlock.web.guard import SEE_OTHER, CheckedForm, Identify, text_of
from airlock.web.pages import Pages, Visit
from airlock.web.routes import person_of, show_request
from airlock.wording import refuse, spoken
from governance.decisions import Refused

Perform = Callable[[Airlock, str, str, FormData], Request | Refused]


def _vote(airlock: Airlock, person: str, request_id: str, form: FormData) -> Request | Refused:
    choice = text_of(form, "vote")
    if choice not in set(Vote):
        return refuse("airlock.no-vote")
    return vote(airlock, person, request_id, Vote(choice), text_of(form, "text"), text_of(form, "seen"))


FORMS: Mapping[str, Perform] = {
    "vote": _vote,
    "comment": lambda airlock, person, request_id, form: comment(
        airlock, person, request_id, text_of(form, "text")
    ),
    "return": lambda airlock, person, request_id, form: give_back(
        airlock, person, request_id, text_of(form, "text")
    ),
    "withdraw": lambda airlock, person, request_id, form: withdraw(
        airlock, person, request_id, text_of(form, "text")
    ),
    "release": lambda airlock, person, request_id, form: release(airlock, person, request_id),
}
"""What the last part of a form's address does."""


def acting(airlock: Airlock, pages: Pages, identify: Identify, checked_form: CheckedForm) -> APIRouter:
    """Return the routes that act on a request."""
    router = APIRouter()

    @router.post("/requests/{request_id}/{act}")
    def act_on(
        visit: Annotated[Visit, Depends(identify)],
        form: Annotated[FormData, Depends(checked_form)],
        request_id: str,
        act: str,
    ) -> Response:
        perform = FORMS.get(act)
        if perform is None:
            return pages.refusal(visit, refuse("airlock.not-your-part"), 404)
        done = perform(airlock, person_of(visit), request_id, form)
        if isinstance(done, Request):
            return RedirectResponse(f"/requests/{done.id}", SEE_OTHER)
        words = spoken(done, visit.language)
        return show_request(
            airlock, pages, visit, request_id, refusal=words, draft=text_of(form, "text"), status=409
        )

    return router
