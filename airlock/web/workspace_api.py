"""What a notebook can ask the airlock: check files, submit them, see what became of a request.

Served on a unix socket in a folder that only relays may enter. The relay stamps who asks
(`X-TRE-Person`, `X-TRE-Project`, `X-TRE-Account`, `X-TRE-Spawn`) and strips what a job sent of the kind; the
claim is held against the register all the same. Answers are plain JSON, refusals too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.middleware import Middleware

from airlock.actions.precheck import precheck
from airlock.actions.submit import submit
from airlock.domain.finding import FileReport, combine
from airlock.domain.request import Context
from airlock.domain.request import Request as ReleaseRequest
from airlock.main import open_airlock
from airlock.parts import Airlock
from airlock.web import views
from airlock.web.failures import Contained
from airlock.wording import refuse
from governance import register
from governance.database import transaction
from governance.decisions import Refused
from governance.errors import RefusedError
from governance.instance import Instance

MOST_PATHS = 100
PATIENCE_S = 45
"""How long a notebook waits for the checks; then it gets the request as `submitted` and asks again."""

FAILED = Refused(
    "The airlock failed; nothing was changed.", "Try again, or tell the administrators.", "airlock.failed"
)
OUTBOX = "/workspace/outbox/"
"""Where the outbox appears inside a sandbox: such a path means the same file."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The membership whose job asks."""

    person: str
    project: str


class Paths(BaseModel):
    """Files of the outbox, by path relative to it or as they appear in the sandbox."""

    model_config = ConfigDict(extra="forbid")
    paths: list[str] = Field(max_length=MOST_PATHS)

    def names(self) -> list[str]:
        """Return the paths relative to the outbox."""
        return [path.removeprefix(OUTBOX) for path in self.paths]


class Submission(Paths):
    """A request: its context (a sentence, or its three parts), and which one it continues, if any."""

    context: str | dict[str, str]
    request: str | None = None


def create_app(instance: Instance) -> FastAPI:
    """Return the application of one instance."""
    return build(open_airlock(instance))


def build(airlock: Airlock) -> FastAPI:
    """Return the application over an airlock."""
    contained = Middleware(Contained, answer=lambda _request: JSONResponse(refusal_json(FAILED), 500))
    app = FastAPI(title="Airlock, for workspaces", openapi_url=None, middleware=[contained])
    app.add_exception_handler(RefusedError, _refused)
    Asked = Annotated[Caller, Depends(_caller_of(airlock))]  # noqa: N806  (a type)

    @app.post("/requests")
    def new_request(caller: Asked, body: Submission) -> JSONResponse:
        context = Context.parse(body.context)
        made = submit(airlock, caller.person, caller.project, body.names(), context, body.request, PATIENCE_S)
        return _answer(airlock, _unless_refused(made), 201)

    @app.post("/checks")
    def check(caller: Asked, body: Paths) -> JSONResponse:
        reports = precheck(airlock, caller.person, caller.project, body.names())
        if isinstance(reports, Refused):
            raise RefusedError(reports)
        return JSONResponse(reports_json(reports))

    @app.get("/requests/{request_id}")
    def one_request(caller: Asked, request_id: str) -> JSONResponse:
        view = views.request_view(airlock, caller.person, request_id)
        if isinstance(view, Refused):
            raise RefusedError(view)
        if view.request.project != caller.project:
            raise RefusedError(refuse("airlock.unknown-request"))
        return _answer(airlock, view.request, 200, view)

    return app


def _caller_of(airlock: Airlock) -> Callable[[Request], Caller]:
    def caller(request: Request) -> Caller:
        person, project, account = (
            request.headers.get(f"x-tre-{what}", "") for what in ("person", "project", "account")
        )
        with transaction(airlock.engine) as session:
            member = register.membership(session, person, project)
        if member is None or member.account.name != account:
            raise RefusedError(refuse("airlock.identity-mismatch"))
        return Caller(person, project)

    return caller


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    refusal = error.refusal if isinstance(error, RefusedError) else refuse("airlock.unknown-request")
    status = 404 if refusal.rule == "airlock.unknown-request" else 403
    return JSONResponse(refusal_json(refusal), status)


def _unless_refused(made: ReleaseRequest | Refused) -> ReleaseRequest:
    if isinstance(made, Refused):
        raise RefusedError(made)
    return made


def refusal_json(refusal: Refused) -> dict[str, str]:
    """Return a refusal as plain values."""
    return {"rule": refusal.rule, "reason": refusal.reason, "remedy": refusal.remedy}


def reports_json(reports: list[FileReport]) -> dict[str, Any]:
    """Return reports in the form of `tre check --json`."""
    return {"files": [report.to_json() for report in reports]}


def request_json(
    airlock: Airlock, request: ReleaseRequest, view: views.RequestView | None = None
) -> dict[str, Any]:
    """Return a request as plain values: state, verdict, findings, and what may be seen of the reviews."""
    reports = [file.report for file in request.current.files if file.report is not None]
    remarks = () if view is None else view.remarks
    return {
        "id": request.id,
        "project": request.project,
        "author": request.author,
        "state": request.state.value,
        "round": request.current.number,
        "verdict": combine(report.verdict for report in reports).value if reports else None,
        **reports_json(reports),
        "remarks": [
            {"at": one.at.isoformat(), "by": one.by or None, "vote": one.vote, "text": one.text}
            for one in remarks
        ],
        "address": f"{airlock.instance.airlock_url}/requests/{request.id}",
    }


def _answer(
    airlock: Airlock, request: ReleaseRequest, status: int, view: views.RequestView | None = None
) -> JSONResponse:
    return JSONResponse(request_json(airlock, request, view), status)
