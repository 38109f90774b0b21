"""Rendering: one environment in which an undefined name is an error and every value is escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from airlock.intake.names import display
from airlock.parts import Airlock
from airlock.web import views
from airlock.web.finding_words import said
from airlock.web.sessions import Session
from airlock.web.words import WORDS
from airlock.wording import spoken
from governance.decisions import Refused
from look import places
from look.words import LANGUAGES, language_of, words

LANGUAGE_COOKIE = "tre_language"
YEAR_S = 365 * 24 * 60 * 60
STATIC = "/static"
UNITS = ("B", "KiB", "MiB", "GiB")


@dataclass(frozen=True, slots=True)
class Visit:
    """One person looking at one page: what every template needs to know."""

    request: Request
    session: Session | None
    language: str


def language_for(request: Request) -> str:
    """Return the language a visit is answered in: asked for, remembered, or the browser's."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return language_of(asked or request.headers.get("accept-language"))


class Pages:
    """Renders the airlock's templates inside the shared frame."""

    def __init__(self, airlock: Airlock) -> None:
        self._airlock = airlock
        self._script = (airlock.instance.paths.software / SCRIPT).is_file()
        self._templates = Environment(
            loader=FileSystemLoader([Path(__file__).parent / "templates", places.TEMPLATES]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["said"] = said
        self._templates.filters |= {
            "moment": self._moment, "ago": self._ago, "bytes": size_in_words, "shown": display,
        }  # fmt: skip

    def render(
        self,
        visit: Visit,
        template: str,
        *,
        status: int = 200,
        crumbs: Sequence[tuple[str, str | None]] = (),
        **values: Any,  # noqa: ANN401  (template values)
    ) -> HTMLResponse:
        """Return a page; remembers the language when it was chosen on this visit."""
        spoken_words = self.words(visit.language)
        page = self._templates.get_template(template).render(
            **self._frame(visit, spoken_words), crumbs=crumbs, **values
        )
        answer = HTMLResponse(page, status)
        if visit.request.query_params.get("lang") in LANGUAGES:
            answer.set_cookie(LANGUAGE_COOKIE, visit.language, max_age=YEAR_S, httponly=True, samesite="lax")
        return answer

    def words(self, language: str) -> dict[str, str]:
        """Return every word of the airlock's pages in one language."""
        return words(language, WORDS)

    def refusal(self, visit: Visit, refusal: Refused, status: int = 403) -> HTMLResponse:
        """Return the page that says why not and what can be done."""
        if refusal.rule == "airlock.unknown-request":
            status = 404
        return self.render(visit, "refused.html", status=status, refusal=spoken(refusal, visit.language))

    def _frame(self, visit: Visit, w: dict[str, str]) -> dict[str, Any]:
        person = visit.session.person if visit.session else None
        return {
            "w": w,
            "language": visit.language,
            "room": "airlock",
            "home": "/",
            "static": STATIC,
            "script": self._script,
            "person": views.name_of(self._airlock, person) if person else None,
            "links": self._links(visit, w) if person else [],
            "switch": {code: _with_language(visit.request, code) for code in LANGUAGES},
            "sign_out": "/sign-out" if person else None,
            "csrf": visit.session.csrf if visit.session else "",
        }

    def _links(self, visit: Visit, w: dict[str, str]) -> list[tuple[str, str, bool]]:
        person = visit.session.person if visit.session else ""
        path = visit.request.url.path
        entries = []
        if views.is_checker(self._airlock, person):
            entries.append((w["queue"], "/queue"))
        if views.has_projects(self._airlock, person):
            entries += [(w["my_requests"], "/requests"), (w["submit"], "/submit")]
        own = [(label, address, path == address) for label, address in entries]
        return [*own, (w["workspaces"], f"{self._airlock.instance.hub_url}/hub/home", False)]

    def _moment(self, at: datetime) -> str:
        return at.astimezone(self._airlock.instance.timezone).strftime("%d/%m/%Y %H:%M")

    def _ago(self, at: datetime) -> str:
        return duration_in_words(self._airlock.now() - at)


SCRIPT = Path("node_modules/htmx.org/dist/htmx.min.js")
"""htmx below the instance's software folder; the pages work without it."""


def duration_in_words(passed: timedelta) -> str:
    """Return a duration in its largest unit: ``3 d``, ``5 h``, ``12 min``."""
    seconds = max(0, int(passed.total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3_600)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds // 60} min"


def size_in_words(size: int) -> str:
    """Return a size in bytes with a unit: ``1.4 KiB``."""
    value, unit = float(size), 0
    while value >= 1024 and unit < len(UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{int(value)} {UNITS[0]}" if unit == 0 else f"{value:.1f} {UNITS[unit]}"


def _with_language(request: Request, code: str) -> str:
    query = {key: value for key, value in request.query_params.items() if key != "lang"}
    return f"{request.url.path}?{urlencode({**query, 'lang': code})}"
