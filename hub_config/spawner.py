"""One named server = one project: JupyterHub's lifecycle, told by the broker and nothing else.

The hub holds no right on SLURM. It asks the broker to start, watches, and asks to stop. The spawn id is
committed before anything is awaited, and a hub that died even before that finds its job by person and
project: a restart loses no session and orphans no job. "Unknown" from the queue never ends a session.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from jupyterhub import orm
from jupyterhub.spawner import Spawner, SpawnException
from sqlalchemy.orm import object_session
from traitlets import Any as AnyTrait

from governance.decisions import Refused
from governance.errors import BrokenError
from governance.instance import Instance
from governance.wording import DEFAULT_LANGUAGE
from hub_config import environments, options
from hub_config.broker_client import BrokerClient
from hub_config.hub_words import told
from hub_config.standing import Step
from hub_config.wording import refuse
from kernels.protocol import HUB_PORT, SERVER_PORT, Phase

WAIT_S = 20.0  # one long question to the broker
RETRY_S = 2.0  # when broker or executor are away
NOWHERE = "http://127.0.0.1:1"  # a port that nothing serves: the hub then cleans up

PROGRESS = {
    Step.PERMITTED: 15,
    Step.ACCEPTED: 30,
    Step.QUEUED: 40,
    Step.UNKNOWN: 40,
    Step.ALLOCATED: 55,
    Step.SANDBOXED: 75,
    Step.OPEN: 95,
}


class RefusedSpawn(SpawnException):  # type: ignore[misc]
    """A refusal on its way to a page: reason and remedy in the words of the rule that refused."""

    def __init__(self, refusal: Refused) -> None:
        self.refusal = refusal
        self.jupyterhub_message = f"{refusal.reason} {refusal.remedy}".strip()
        super().__init__(self.jupyterhub_message, reason=refusal.rule, status_code=403)


class BrokenSpawn(SpawnException):  # type: ignore[misc]
    """A component that failed, named for the person."""

    def __init__(self, message: str) -> None:
        self.jupyterhub_message = message
        super().__init__(message, reason="broken", status_code=503)


def accept(outcome: dict[str, Any] | Refused) -> dict[str, Any]:
    """Return an answer's content, or raise its refusal for the page."""
    if isinstance(outcome, Refused):
        raise RefusedSpawn(outcome)
    return outcome


class TreSpawner(Spawner):  # type: ignore[misc]  # JupyterHub ships no types
    """Starts, watches and stops a person's workspace in one project."""

    tre: Instance = AnyTrait(help="The instance served (governance.instance.Instance).").tag(config=True)
    form: Any = AnyTrait(help="Builds the form of a project's profiles (hub_config.pages).").tag(config=True)

    def __init__(self, **traits: Any) -> None:  # noqa: ANN401  (traitlets)
        super().__init__(**traits)
        self.spawn_id = ""
        self.token_id: int | None = None
        self.seen: list[dict[str, Any]] = []
        self.spoken = DEFAULT_LANGUAGE
        self.news = asyncio.Event()

    @property
    def language(self) -> str:
        """The language of the person who asks, while a request is at hand."""
        return str(getattr(self.handler, "language", DEFAULT_LANGUAGE))

    @property
    def broker(self) -> BrokerClient:
        """The broker of the instance."""
        return BrokerClient(self.tre.paths.socket("broker"))

    # ---- options ----

    async def get_options_form(self) -> str:
        """Return the form for the project, or raise why it cannot be opened at all."""
        if not self.name:
            return ""
        form = await asyncio.to_thread(self.form, self.user.name, self.name, self.language)
        if isinstance(form, Refused):
            raise RefusedSpawn(form)
        return str(form)

    def run_options_from_form(self, form_data: dict[str, Any]) -> dict[str, str]:
        """Read the form; anything but one profile's name is refused."""
        return accept(options.from_form(form_data, self.language))

    async def options_from_query(self, query_options: dict[str, Any]) -> dict[str, str]:
        """A link never starts a workspace."""
        raise RefusedSpawn(refuse("spawn-options", self.language))

    def get_env(self) -> dict[str, str]:
        """Return what the server needs to speak with the hub; nothing of the hub's own environment."""
        return {
            name: value
            for name, value in super().get_env().items()
            if environments.NAME_LAW.fullmatch(name) and value
        }

    # ---- lifecycle ----

    async def start(self) -> str:
        """Ask for a start and wait until the server accepts connections; return its address."""
        if not self.name:
            raise RefusedSpawn(refuse("spawn-project", self.language))
        chosen = accept(options.from_options(self.user_options, self.language))
        self.spoken = self.language
        self.ip, self.port = "127.0.0.1", SERVER_PORT
        try:
            fields = {**chosen, "environment": self.get_env(), "language": self.spoken}
            asked = await self.broker.ask("submit", person=self.user.name, project=self.name, **fields)
            self.spawn_id = accept(asked)["spawn_id"]
            self._remember()
            last = await self._follow()
        except BrokenError as error:
            raise BrokenSpawn(str(error)) from error
        if last["phase"] != Phase.READY:
            raise RefusedSpawn(Refused(last["reason"], "Open it again from your list of projects.", "ended"))
        return str(last["url"])

    async def poll(self) -> int | None:
        """Return None while the job lives or nobody knows, else 0."""
        try:
            if not await self._known_id():
                return 0
            where = await self.broker.ask("state", spawn_id=self.spawn_id)
        except BrokenError as error:
            self.log.warning("%s keeps its session: %s", self._log_name, error)
            return None
        over = isinstance(where, Refused) or where["phase"] in (Phase.ENDED, Phase.REFUSED)
        return 0 if over else None

    async def stop(self, now: bool = False) -> None:  # noqa: FBT001, FBT002  (JupyterHub's signature)
        """Ask for the end; raises when the broker cannot be reached, so that the hub does not forget it."""
        try:
            if await self._known_id():
                await self.broker.ask("cancel", spawn_id=self.spawn_id)
        except BrokenError as error:
            raise BrokenSpawn(str(error)) from error

    async def get_url(self) -> str:
        """Return the server's address, waiting for it: after a restart the job may still be in the queue."""
        if not await self._known_id():
            return NOWHERE
        last = await self._follow()
        if last["phase"] == Phase.READY:
            return str(last["url"])
        self.http_timeout = 1
        return NOWHERE

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Tell each step as it comes, with SLURM's own reason while it waits."""
        told = 0
        while True:
            for where in self.seen[told:]:
                yield progress_event(where, self.spoken)
            told = len(self.seen)
            self.news.clear()
            await self.news.wait()

    async def _follow(self) -> dict[str, Any]:
        """Follow the job until it is ready or over; broker or queue away only means waiting longer."""
        where: dict[str, Any] = {"phase": "", "reason": ""}
        while where["phase"] not in (Phase.READY, Phase.ENDED, Phase.REFUSED):
            seen = {"phase": where["phase"], "reason": where["reason"]}
            try:
                where = accept(
                    await self.broker.ask("wait", spawn_id=self.spawn_id, timeout_s=WAIT_S, **seen)
                )
            except BrokenError:
                await asyncio.sleep(RETRY_S)
                continue
            self.seen.append(where)
            self.news.set()
        return where

    async def _known_id(self) -> str:
        """Return the spawn id, asking the broker for a living one when this hub does not know it."""
        if not self.spawn_id and self.name:
            found = await self.broker.ask("find", person=self.user.name, project=self.name)
            self.spawn_id = "" if isinstance(found, Refused) else found["spawn_id"] or ""
        return self.spawn_id

    # ---- state across restarts ----

    def get_state(self) -> dict[str, Any]:
        """Return what a restarted hub needs; no token, only the row that holds its hash."""
        state: dict[str, Any] = super().get_state()
        if self.spawn_id:
            state |= {"spawn_id": self.spawn_id, "token_id": self.token_id}
        return state

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `get_state` gave."""
        super().load_state(state)
        self.spawn_id = state.get("spawn_id", "")
        self.token_id = state.get("token_id")

    def clear_state(self) -> None:
        """Forget the job: a new one follows, or none."""
        super().clear_state()
        self.spawn_id, self.token_id, self.seen = "", None, []

    def _remember(self) -> None:
        """Commit the spawn id now: JupyterHub itself stores state only when `start` has returned."""
        session = object_session(self.orm_spawner)
        token = orm.APIToken.find(session, self.api_token)
        self.token_id = token.id if token else None
        self.orm_spawner.state = self.get_state()
        if session is not None:
            session.commit()

    def run_post_stop_hook(self) -> object:
        """Revoke the server's token also when this hub never saw it (JupyterHub then cannot find it)."""
        session = object_session(self.orm_spawner)
        token = session.get(orm.APIToken, self.token_id) if session and self.token_id else None
        if session and token:
            session.delete(token)
            session.commit()
        return super().run_post_stop_hook()


def progress_event(where: dict[str, Any], language: str) -> dict[str, Any]:
    """Return JupyterHub's event for a standing; `step` is the place on the page's path."""
    step = Step(where["step"])
    return {
        "progress": PROGRESS.get(step, 5),
        "message": told(step, where["detail"], language) or where["reason"],
        "step": str(step),
        "starts_at": where["starts_at"],
    }


HUB_URL_INSIDE = f"http://127.0.0.1:{HUB_PORT}"
"""Where a sandbox finds the hub: the launcher forwards it through the door."""
