"""Signing in and out: to the hub with an unguessable state, back with a code, and a session of our own."""

import hmac
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from airlock.parts import Airlock
from airlock.web.guard import SEE_OTHER, CheckedForm
from airlock.web.pages import Pages, Visit, language_for
from airlock.web.sessions import COOKIE, LIFETIME_S, SIGN_IN_S, STATE_COOKIE, Sessions, SignIn
from airlock.web.sign_in import CALLBACK, IdentityProvider, SignInFailedError, safe_path
from governance import audit
from governance.database import transaction


def signing(
    airlock: Airlock, pages: Pages, sessions: Sessions, provider: IdentityProvider, checked_form: CheckedForm
) -> APIRouter:
    """Return the routes of signing in and out."""
    router = APIRouter()
    secure = airlock.instance.airlock_url.startswith("https:")

    def remember(answer: Response, name: str, value: str, lifetime_s: int) -> Response:
        answer.set_cookie(name, value, max_age=lifetime_s, httponly=True, samesite="lax", secure=secure)
        return answer

    @router.get("/oauth/login")
    def login(then: str = "/") -> Response:
        sign_in = SignIn(secrets.token_urlsafe(24), safe_path(then))
        answer = RedirectResponse(provider.authorize_url(sign_in.state), SEE_OTHER)
        return remember(answer, STATE_COOKIE, sessions.seal_sign_in(sign_in), SIGN_IN_S)

    @router.get(CALLBACK)
    def callback(request: Request, code: str = "", state: str = "") -> Response:
        begun = sessions.open_sign_in(request.cookies.get(STATE_COOKIE))
        if begun is None or not code or not hmac.compare_digest(begun.state.encode(), state.encode()):
            return _failed(pages, request)
        try:
            person = provider.person_of(code)
        except SignInFailedError:
            return _failed(pages, request)
        _record(airlock, "airlock:session:open", person)
        answer = remember(RedirectResponse(begun.then, SEE_OTHER), COOKIE, sessions.seal(person), LIFETIME_S)
        answer.delete_cookie(STATE_COOKIE)
        return answer

    @router.post("/sign-out")
    def sign_out(request: Request, form: Annotated[FormData, Depends(checked_form)]) -> Response:
        session = sessions.open(request.cookies.get(COOKIE))
        if session is not None:
            _record(airlock, "airlock:session:close", session.person)
        answer = RedirectResponse(f"{airlock.instance.hub_url}/hub/logout", SEE_OTHER)
        answer.delete_cookie(COOKIE)
        return answer

    return router


def _failed(pages: Pages, request: Request) -> Response:
    visit = Visit(request, None, language_for(request))
    return pages.render(visit, "sign_in_failed.html", status=403)


def _record(airlock: Airlock, tag: str, person: str) -> None:
    with transaction(airlock.engine) as session:
        audit.record(session, tag, actor=person, subject=person)
