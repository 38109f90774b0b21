"""Pages for looking: my requests, the queue, one request, a package to download."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from airlock.actions.look import record_view
from airlock.actions.release import fetch
from airlock.domain.states import Act, Role, State
from airlock.parts import Airlock
from airlock.web import views
from airlock.web.fileview import BEGINNING, Window, file_view
from airlock.web.guard import SEE_OTHER, Identify
from airlock.web.pages import Pages, Visit
from airlock.wording import refuse
from governance.decisions import Refused

PATH = (State.SUBMITTED, State.IN_REVIEW, State.APPROVED, State.RELEASED)
"""The straight way of a request, shown as steps; other states are shown in place of the next step."""

TONES = {
    State.SUBMITTED: "active",
    State.IN_REVIEW: "active",
    State.RETURNED: "hold",
    State.APPROVED: "good",
    State.RELEASED: "good",
    State.REJECTED: "stop",
    State.WITHDRAWN: "plain",
}


def looking(airlock: Airlock, pages: Pages, identify: Identify) -> APIRouter:
    """Return the routes that change nothing but the receipts of a download."""
    router = APIRouter()
    Visitor = Annotated[Visit, Depends(identify)]  # noqa: N806  (a type)

    @router.get("/")
    def first_page(visit: Visitor) -> Response:
        checks = views.is_checker(airlock, person_of(visit))
        return RedirectResponse("/queue" if checks else "/requests", SEE_OTHER)

    @router.get("/requests")
    def my_requests(visit: Visitor) -> HTMLResponse:
        lines = views.lines_of(airlock, person_of(visit))
        return pages.render(visit, "requests.html", lines=lines, tones=TONES)

    @router.get("/queue")
    def queue(visit: Visitor) -> HTMLResponse:
        if not views.is_checker(airlock, person_of(visit)):
            return pages.refusal(visit, refuse("airlock.not-your-part"))
        lines = views.queue_of(airlock, person_of(visit))
        return pages.render(visit, "queue.html", lines=lines, tones=TONES)

    @router.get("/requests/{request_id}")
    def one_request(
        visit: Visitor, request_id: str, file: int = 1, sheet: int = 1, row: int = 1
    ) -> HTMLResponse:
        return show_request(airlock, pages, visit, request_id, Window(file, sheet, row))

    @router.get("/packages/{name}")
    def package(visit: Visitor, name: str) -> Response:
        return _package(airlock, pages, visit, name)

    return router


def person_of(visit: Visit) -> str:
    """Return the signed-in person of a visit."""
    assert visit.session is not None  # noqa: S101  (identify never lets a visit without session through)
    return visit.session.person


def show_request(
    airlock: Airlock,
    pages: Pages,
    visit: Visit,
    request_id: str,
    window: Window = BEGINNING,
    **more: Any,  # noqa: ANN401
) -> HTMLResponse:
    """Render a request's page with one of its files, or the refusal."""
    view = views.request_view(airlock, person_of(visit), request_id)
    if isinstance(view, Refused):
        return pages.refusal(visit, view)
    file = view.request.file(window.file) or view.request.current.files[0]
    record_view(airlock, person_of(visit), view.request, file)
    values: dict[str, Any] = {
        "view": view,
        "request": view.request,
        "shown_file": file_view(airlock, file, window),
        "Act": Act,
        "Role": Role,
        "State": State,
        "tones": TONES,
        "path": PATH,
        "refusal": None,
        "draft": "",
        **more,
    }
    status = values.pop("status", 200)
    return pages.render(visit, "request.html", status=status, crumbs=_crumbs(view, pages, visit), **values)


def _crumbs(view: views.RequestView, pages: Pages, visit: Visit) -> list[tuple[str, str | None]]:
    w = pages.words(visit.language)
    checker = Role.CHECKER in view.roles
    return [(w["queue"], "/queue") if checker else (w["my_requests"], "/requests"), (view.request.id, None)]


def _package(airlock: Airlock, pages: Pages, visit: Visit, name: str) -> Response:
    request_id = name.removesuffix(".sig").removesuffix(".zip")
    if name not in (f"{request_id}.zip", f"{request_id}.zip.sig"):
        return pages.refusal(visit, refuse("airlock.unknown-request"))
    found = fetch(airlock, person_of(visit), request_id)
    if isinstance(found, Refused):
        return pages.refusal(visit, found)
    place = found.signature if name.endswith(".sig") else found.archive
    kind = "application/octet-stream" if name.endswith(".sig") else "application/zip"
    return FileResponse(place, media_type=kind, filename=name)
