"""The hub's pages in the product's look and the person's language, and two acts that need no JavaScript.

JupyterHub's own page handlers do the work; each gets a subclass that adds what the frame needs
(`look/templates/frame.html`). They come before JupyterHub's own because the authenticator lists them.
"""

import asyncio
from typing import Any
from urllib.parse import urlencode

from jupyterhub.handlers import base, login, pages
from jupyterhub.handlers.base import BaseHandler
from jupyterhub.scopes import needs_scope
from tornado import web

from governance.errors import BrokenError
from hub_config.hub_words import HUB
from hub_config.spawner import BrokenSpawn
from look.words import DEFAULT_LANGUAGE, LANGUAGES, language_of, words

SPOKEN = {language: words(language, HUB) for language in LANGUAGES}
LANGUAGE_COOKIE = "tre-language"
OURS = ("/home", "/spawn", "/error", "/login", "/logout", "/user")
LOOK = "/tre/look"  # served by the edge, the same on every host
HUB_STATIC = "/tre/hub"


def frame(language: str, airlock: str) -> dict[str, Any]:
    """Return what the page frame needs on every page, signed in or not."""
    w = SPOKEN[language]
    return {
        "w": w,
        "language": language,
        "room": "hub",
        "home": "/hub/home",
        "static": LOOK,
        "hub_static": HUB_STATIC,
        "airlock": airlock,
        "links": [(w["hub"], "/hub/home", True), (w["airlock"], airlock, False)],
    }


class InOurLook:
    """Adds the frame's values to a JupyterHub page handler. Mixed in before the handler."""

    request: Any
    settings: dict[str, Any]
    hub: Any

    @property
    def language(self) -> str:
        """The person's choice, else the browser's."""
        chosen: str | None = self.get_cookie(LANGUAGE_COOKIE)  # type: ignore[attr-defined]
        return language_of(chosen or self.request.headers.get("Accept-Language"))

    async def prepare(self) -> None:
        """Keep the choice of language; then as JupyterHub does."""
        asked = self.request.arguments.pop("lang", [b""])[-1].decode("ascii", "replace")
        if asked in LANGUAGES:
            self.set_cookie(LANGUAGE_COOKIE, asked, path="/", samesite="Lax", max_age=31_536_000)  # type: ignore[attr-defined]
            self.request.query_arguments.pop("lang", None)
            self.redirect(self._address())  # type: ignore[attr-defined]
            raise web.Finish
        await super().prepare()  # type: ignore[misc]

    @property
    def template_namespace(self) -> dict[str, Any]:
        """What every template gets."""
        namespace: dict[str, Any] = super().template_namespace  # type: ignore[misc]
        user = namespace["user"]
        token = urlencode({"_xsrf": namespace["xsrf"]})
        return {
            **namespace,
            **frame(self.language, self.settings["tre_airlock"]),
            **({} if user else {"links": None}),
            "person": user.name if user else None,
            "switch": {code: self._address(lang=code) for code in LANGUAGES},
            "sign_out": f"/hub/sign-out?{token}",
            "csrf": "",
            "project": self._project(),
            "window": self.settings["tre_window"],
        }

    def _project(self) -> str:
        """The project a page is about: the last part of ``/spawn/PERSON/PROJECT``, or nothing."""
        parts = [str(part) for part in self.path_args or ()]  # type: ignore[attr-defined]
        return parts[1].strip("/") if len(parts) > 1 else ""

    def _address(self, **more: str) -> str:
        fields = {name: values[-1].decode() for name, values in self.request.query_arguments.items()}
        query = urlencode({name: text for name, text in {**fields, **more}.items() if name != "_xsrf"})
        path: str = self.request.path
        return f"{path}?{query}" if query else path


class SignOut(InOurLook, login.LogoutHandler):  # type: ignore[misc]
    """Ends the session, by POST, so that no link can do it."""

    async def post(self) -> None:
        """Sign out and show so."""
        await self.default_handle_logout()
        self.redirect("/hub/login")


class Stop(InOurLook, BaseHandler):  # type: ignore[misc]
    """Ends a workspace, running or still starting, by POST from a form."""

    @web.authenticated
    async def post(self, project: str) -> None:
        """Stop the person's own workspace in a project and go home."""
        await self._stop(self.current_user.name, server_name=project)

    @needs_scope("delete:servers")  # type: ignore[untyped-decorator]
    async def _stop(self, user_name: str, server_name: str) -> None:
        user = self.find_user(user_name)
        spawner = user.spawners.get(server_name) if user and server_name in user.spawners else None
        if spawner is not None and spawner.pending == "spawn":
            await spawner.stop()  # the broker ends the job, and the waiting start sees it end
        elif spawner is not None and spawner.ready:
            await asyncio.wait([await self._ending(user, server_name)], timeout=5)
        self.redirect("/hub/home")

    async def _ending(self, user: Any, server_name: str) -> asyncio.Future[Any]:  # noqa: ANN401  (JupyterHub)
        try:
            stopped: asyncio.Future[Any] = await self.stop_single_user(user, server_name)
        except BrokenError as error:
            raise BrokenSpawn(str(error)) from error
        return stopped


def handlers() -> list[tuple[str, type]]:
    """Return our pages: JupyterHub's handlers with our look, and sign-out and stop."""
    theirs = [*login.default_handlers, *pages.default_handlers, *base.default_handlers]
    ours = [(path, in_our_look(handler)) for path, handler in theirs if path.startswith(OURS)]
    return [*ours, ("/sign-out", SignOut), (r"/stop/([a-z0-9]+)", Stop)]


def in_our_look(handler: type) -> type:
    """Return a subclass of a JupyterHub page handler that renders in our look."""
    return type(f"Tre{handler.__name__}", (InOurLook, handler), {})


def defaults(airlock: str) -> dict[str, Any]:
    """Return the frame's values for pages that JupyterHub renders by a handler of its own (404, errors)."""
    return frame(DEFAULT_LANGUAGE, airlock)
