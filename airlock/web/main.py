"""The airlock's pages for people, behind the edge, signed in through JupyterHub."""

import logging
import traceback
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware

from airlock.main import open_airlock
from airlock.parts import Airlock
from airlock.web.acting import acting
from airlock.web.guard import form_with, identify_with
from airlock.web.headers import SecurityHeaders
from airlock.web.pages import SCRIPT, STATIC, Pages, Visit, language_for
from airlock.web.routes import looking
from airlock.web.sessions import COOKIE, Sessions, session_key
from airlock.web.sign_in import Hub, IdentityProvider
from airlock.web.signing import signing
from airlock.web.submitting import submitting
from governance.decisions import Refused
from governance.errors import RefusedError
from governance.instance import Instance
from look import places

log = logging.getLogger(__name__)


def create_app(instance: Instance) -> FastAPI:
    """Return the application of one instance, with the real airlock and JupyterHub as identity provider."""
    return build(open_airlock(instance), Hub(instance))


def build(airlock: Airlock, provider: IdentityProvider) -> FastAPI:
    """Return the application over an airlock and an identity provider; tests bring their own."""
    sessions = Sessions(session_key(airlock.content.folder("web") / "session_key"))
    pages = Pages(airlock)
    identify, checked = identify_with(sessions), form_with(sessions, airlock.instance.airlock_url)
    app = FastAPI(
        title="Airlock",
        openapi_url=None,
        middleware=[Middleware(SecurityHeaders, hub_url=airlock.instance.hub_url)],
    )
    app.state.sessions = sessions
    app.include_router(looking(airlock, pages, identify))
    app.include_router(submitting(airlock, pages, identify, checked))
    app.include_router(acting(airlock, pages, identify, checked))
    app.include_router(signing(airlock, pages, sessions, provider, checked))
    _add_static(app, airlock.instance.paths.software / SCRIPT)
    _add_answers(app, pages, sessions)
    return app


def _add_static(app: FastAPI, script: Path) -> None:
    @app.get(f"{STATIC}/htmx.js")
    def htmx() -> Response:
        return (
            FileResponse(script, media_type="text/javascript")
            if script.is_file()
            else Response(status_code=404)
        )

    @app.get("/health")
    def health() -> PlainTextResponse:
        return PlainTextResponse("ok")

    app.mount(STATIC, StaticFiles(directory=places.STATIC))


def _add_answers(app: FastAPI, pages: Pages, sessions: Sessions) -> None:
    """Answer refusals, unknown addresses and failures with a page in the person's language."""

    def visit_of(request: Request) -> Visit:
        return Visit(request, sessions.open(request.cookies.get(COOKIE)), language_for(request))

    @app.exception_handler(RefusedError)
    def refused(request: Request, error: RefusedError) -> Response:
        return pages.refusal(visit_of(request), error.refusal)

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        if "Location" in (error.headers or {}):
            return Response(status_code=error.status_code, headers=error.headers)
        return pages.render(visit_of(request), "error.html", status=error.status_code, code=error.status_code)

    @app.exception_handler(404)
    def unknown(request: Request, _error: Exception) -> Response:
        return pages.refusal(visit_of(request), Refused(*_unknown_page(pages, request)), 404)

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> Response:
        # Where it broke, never the exception's message: that could carry a value out of a file.
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("A page failed: %s\n%s", type(error).__name__, where)
        return pages.render(visit_of(request), "error.html", status=500, code=500)


def _unknown_page(pages: Pages, request: Request) -> tuple[str, str]:
    w = pages.words(language_for(request))
    return w["not_found"], w["back"]
