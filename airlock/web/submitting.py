"""The page on which an author chooses files of the outbox, tries the checks, and submits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from airlock.actions.precheck import precheck
from airlock.actions.submit import submit
from airlock.domain.finding import FileReport
from airlock.domain.request import Context, Request
from airlock.parts import Airlock
from airlock.web import views
from airlock.web.fileview import TONES
from airlock.web.guard import SEE_OTHER, CheckedForm, Identify, text_of, texts_of
from airlock.web.pages import Pages, Visit
from airlock.web.routes import person_of
from airlock.wording import spoken
from governance.decisions import Refused

PATIENCE_S = 20
"""How long a page waits for the checks before it shows the request as being checked."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form: nothing yet, or what was sent and must not be typed again."""

    project: str = ""
    request: str = ""
    names: Sequence[str] = ()
    context: Context = field(default_factory=lambda: Context(""))


def submitting(airlock: Airlock, pages: Pages, identify: Identify, checked_form: CheckedForm) -> APIRouter:
    """Return the routes of submission."""
    router = APIRouter()
    Visitor = Annotated[Visit, Depends(identify)]  # noqa: N806  (a type)
    Form = Annotated[FormData, Depends(checked_form)]  # noqa: N806  (a type)

    @router.get("/submit")
    def form_page(visit: Visitor, project: str = "", request: str = "") -> HTMLResponse:
        return _page(airlock, pages, visit, _begin(airlock, person_of(visit), project, request))

    @router.post("/submit")
    def send(visit: Visitor, form: Form) -> Response:
        draft = _draft(form)
        context = draft.context if draft.context.description else None
        person, again = person_of(visit), draft.request or None
        done = submit(airlock, person, draft.project, draft.names, context, again, PATIENCE_S)
        if isinstance(done, Request):
            return RedirectResponse(f"/requests/{done.id}", SEE_OTHER)
        return _page(airlock, pages, visit, draft, refusal=done, status=409)

    @router.post("/submit/check")
    def check_only(visit: Visitor, form: Form) -> HTMLResponse:
        draft = _draft(form)
        result = precheck(airlock, person_of(visit), draft.project, draft.names)
        if isinstance(result, Refused):
            return _page(airlock, pages, visit, draft, refusal=result, status=409)
        return _page(airlock, pages, visit, draft, reports=result)

    return router


def _begin(airlock: Airlock, person: str, project: str, request_id: str) -> Draft:
    """Return a first draft; a returned request brings its context and file names along."""
    if not request_id:
        return Draft(project)
    view = views.request_view(airlock, person, request_id)
    if isinstance(view, Refused) or view.request.author != person:
        return Draft(project)
    last = view.request.current
    return Draft(view.request.project, view.request.id, [file.name for file in last.files], last.context)


def _draft(form: FormData) -> Draft:
    parts = {name: text_of(form, name) for name in ("description", "population", "controls")}
    context = Context.parse(parts) or Context("", parts["population"], parts["controls"])
    return Draft(text_of(form, "project"), text_of(form, "request"), texts_of(form, "file"), context)


def _page(
    airlock: Airlock,
    pages: Pages,
    visit: Visit,
    draft: Draft,
    *,
    refusal: Refused | None = None,
    reports: Sequence[FileReport] | None = None,
    status: int = 200,
) -> HTMLResponse:
    outboxes = views.outboxes_of(airlock, person_of(visit))
    chosen = next((box for box in outboxes if box.project == draft.project), None)
    if chosen is None and len(outboxes) == 1:
        chosen = outboxes[0]
    words = None if refusal is None else spoken(refusal, visit.language)
    return pages.render(
        visit, "submit.html", status=status, outboxes=outboxes, chosen=chosen, draft=draft, refusal=words,
        reports=reports, tones=TONES,
    )  # fmt: skip
