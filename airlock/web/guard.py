"""Who stands at the door: every page needs a session, every form needs its token and our own origin."""

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from fastapi import HTTPException, Request
from starlette.datastructures import FormData

from airlock.web.pages import Visit, language_for
from airlock.web.sessions import COOKIE, Sessions
from airlock.wording import refuse
from governance.errors import RefusedError

LARGEST_FORM = 256 * 1024
SEE_OTHER = 303
UNAUTHORIZED = 401
SAFE_SITES = ("same-origin", "none")

Identify = Callable[[Request], Visit]
CheckedForm = Callable[[Request], Awaitable[FormData]]


def identify_with(sessions: Sessions) -> Identify:
    """Return the dependency that says who visits, or sends the browser to sign in."""

    def identify(request: Request) -> Visit:
        session = sessions.open(request.cookies.get(COOKIE))
        if session is None:
            raise _sign_in_first(request)
        return Visit(request, session, language_for(request))

    return identify


def _sign_in_first(request: Request) -> HTTPException:
    """Lead the browser away; a script's request cannot follow to another site and is told where to go."""
    address = sign_in_address(request)
    if "hx-request" in request.headers:
        return HTTPException(UNAUTHORIZED, headers={"HX-Redirect": address})
    return HTTPException(SEE_OTHER, headers={"Location": address})


def sign_in_address(request: Request) -> str:
    """Return where to sign in; a page comes back to itself, a form to the first page."""
    query = f"?{request.url.query}" if request.url.query else ""
    then = f"{request.url.path}{query}" if request.method == "GET" else "/"
    return f"/oauth/login?then={quote(then, safe='')}"


def form_with(sessions: Sessions, origin: str) -> CheckedForm:
    """Return the dependency that reads a form which one of our pages made for this session."""

    async def checked_form(request: Request) -> FormData:
        if not _small(request):
            raise HTTPException(413)
        if not _from_here(request, origin):
            raise RefusedError(refuse("airlock.forged-form"))
        form = await request.form(max_files=0, max_fields=300)
        session = sessions.open(request.cookies.get(COOKIE))
        token = form.get("csrf")
        if session is None or not isinstance(token, str) or not hmac.compare_digest(token, session.csrf):
            raise RefusedError(refuse("airlock.forged-form"))
        return form

    return checked_form


def _small(request: Request) -> bool:
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) <= LARGEST_FORM


def _from_here(request: Request, origin: str) -> bool:
    sent_from = request.headers.get("origin", origin)
    return sent_from == origin and request.headers.get("sec-fetch-site", "none") in SAFE_SITES


def text_of(form: FormData, field: str) -> str:
    """Return a text field of a form, empty when it is absent."""
    value = form.get(field, "")
    return value if isinstance(value, str) else ""


def texts_of(form: FormData, field: str) -> list[str]:
    """Return all values of a field, such as ticked boxes."""
    return [value for value in form.getlist(field) if isinstance(value, str)]
