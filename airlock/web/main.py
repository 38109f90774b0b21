"""The airlock's pages for people, behind the edge, signed in through JupyterHub."""

from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware

from airlock.actions.look import record_forged_form
from airlock.main import open_airlock
from airlock.parts import Airlock
from airlock.web.acting import acting
from airlock.web.failures import Answer, Contained
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
        middleware=[
            Middleware(SecurityHeaders, hub_url=airlock.instance.hub_url),
            Middleware(Contained, answer=_broken_page(pages, sessions)),
        ],
    )
    app.state.sessions = sessions
    app.include_router(looking(airlock, pages, identify))
    app.include_router(submitting(airlock, pages, identify, checked))
    app.include_router(acting(airlock, pages, identify, checked))
    app.include_router(signing(airlock, pages, sessions, provider, checked))
    _add_static(app, airlock.instance.paths.software / SCRIPT)
    _add_answers(app, airlock, pages, sessions)
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


def _add_answers(app: FastAPI, airlock: Airlock, pages: Pages, sessions: Sessions) -> None:
    """Answer refusals and unknown addresses with a page in the person's language."""

    @app.exception_handler(RefusedError)
    def refused(request: Request, error: RefusedError) -> Response:
        visit = visit_of(request, sessions)
        if visit.session is not None:  # the only refusal that is raised: a form that is not ours
            record_forged_form(airlock, visit.session.person)
        return pages.refusal(visit, error.refusal)

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        if error.headers:  # leads to the sign-in
            return Response(status_code=error.status_code, headers=error.headers)
        return pages.render(
            visit_of(request, sessions), "error.html", status=error.status_code, code=error.status_code
        )

    @app.exception_handler(404)
    def unknown(request: Request, _error: Exception) -> Response:
        return pages.refusal(visit_of(request, sessions), Refused(*_unknown_page(pages, request)), 404)


def visit_of(request: Request, sessions: Sessions) -> Visit:
    """Return a visit that need not be signed in."""
    return Visit(request, sessions.open(request.cookies.get(COOKIE)), language_for(request))


def _broken_page(pages: Pages, sessions: Sessions) -> Answer:
    def answer(request: Request) -> Response:
        return pages.render(visit_of(request, sessions), "error.html", status=500, code=500)

    return answer


def _unknown_page(pages: Pages, request: Request) -> tuple[str, str]:
    w = pages.words(language_for(request))
    return w["not_found"], w["back"]
