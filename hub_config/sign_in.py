"""Sign-in for the small profiles: the register's logins, guessing slowed, one wording for any failure."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from jupyterhub.auth import Authenticator
from traitlets import Any as AnyTrait
from traitlets import Unicode

from governance import audit, logins
from governance.database import transaction
from governance.decisions import Refused
from governance.identity import PERSON_LAW
from hub_config import connection

EVEN_S = 0.8
"""A failed attempt takes at least this long, whether name or password were wrong or guessing is slowed."""


class TreAuthenticator(Authenticator):  # type: ignore[misc]  # JupyterHub ships no types
    """Asks `governance.logins`; whom the register does not know cannot sign in."""

    database_url: str = Unicode(help="The instance's database.").tag(config=True)
    pages: Any = AnyTrait((), help="Handlers of the hub's own pages (hub_config.pages).").tag(config=True)

    async def authenticate(self, handler: object, data: dict[str, str]) -> str | None:
        """Return the person's id, or None. Only the register's answer counts."""
        began = time.monotonic()
        name, password = data.get("username", ""), data.get("password", "")
        allowed = await asyncio.to_thread(self._check, name, password)
        if allowed:
            return name
        await asyncio.sleep(max(0.0, EVEN_S - (time.monotonic() - began)))
        return None

    def _check(self, name: str, password: str) -> bool:
        at, engine = datetime.now(UTC), connection.engine(self.database_url)
        if isinstance(logins.attempt(engine, name, password, at), Refused):
            return False
        with transaction(engine) as session:
            audit.record(session, "hub:session:open", actor=name, subject=name, at=at)
        return True

    def validate_username(self, username: str) -> bool:
        """Accept only what can be a person's id, also from the API and the hub's own database."""
        return bool(username and PERSON_LAW.fullmatch(username))

    def get_handlers(self, app: object) -> list[tuple[Any, ...]]:
        """Return our pages first, then JupyterHub's own sign-in handlers."""
        return [*self.pages, *super().get_handlers(app)]
