"""Signing in through JupyterHub, this house's OAuth 2.0 provider: authorization code, then who it is.

The browser goes to the hub's public address. This service calls the hub on its loopback port with the hub's
Host header, because the C library does not resolve ``*.localhost``. The access token is used once, to ask
the person's name, and then forgotten.
"""

from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode

import httpx

from governance.errors import BrokenError, TreError, UsageError
from governance.identity import person_id
from governance.instance import Instance

CLIENT_ID = "service-airlock"
CALLBACK = "/oauth/callback"
TIMEOUT_S = 15


class SignInFailedError(TreError):
    """The hub did not confirm who this is; the person can try again."""

    exit_code = 1


class IdentityProvider(Protocol):
    """Who people are, according to somebody we trust."""

    def authorize_url(self, state: str) -> str:
        """Return where the browser must go to sign in."""
        ...

    def person_of(self, code: str) -> str:
        """Return the person whom an authorization code stands for, or raise `SignInFailedError`."""
        ...


class Hub:
    """JupyterHub as identity provider."""

    def __init__(self, instance: Instance, transport: httpx.BaseTransport | None = None) -> None:
        self._instance = instance
        self._transport = transport

    def authorize_url(self, state: str) -> str:
        """Return the hub's authorization page for this service."""
        query = {
            "client_id": CLIENT_ID,
            "redirect_uri": self._redirect_uri,
            "response_type": "code",
            "state": state,
        }
        return f"{self._instance.hub_url}/hub/api/oauth2/authorize?{urlencode(query)}"

    def person_of(self, code: str) -> str:
        """Exchange the code for a token, and the token for a name."""
        try:
            with self._client() as hub:
                token = self._token(hub, code)
                answer = hub.get("/hub/api/user", headers={"Authorization": f"token {token}"})
                answer.raise_for_status()
                return person_id(str(answer.json()["name"]))
        except (httpx.HTTPError, KeyError, ValueError, TypeError, UsageError) as error:
            raise SignInFailedError("The hub did not confirm who you are.") from error

    def _token(self, hub: httpx.Client, code: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "client_id": CLIENT_ID,
            "client_secret": client_secret(self._instance.paths.etc / "airlock" / "oauth_secret"),
        }
        answer = hub.post("/hub/api/oauth2/token", data=form)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def _client(self) -> httpx.Client:
        instance = self._instance
        return httpx.Client(
            base_url=f"http://127.0.0.1:{instance.ports.hub}",
            headers={"Host": f"{instance.hub_host}:{instance.ports.edge}"},
            timeout=TIMEOUT_S,
            transport=self._transport,
            trust_env=False,
        )

    @property
    def _redirect_uri(self) -> str:
        return f"{self._instance.airlock_url}{CALLBACK}"


def client_secret(place: Path) -> str:
    """Return the secret that this service shares with the hub.

    Raises:
        BrokenError: it was not installed.
    """
    try:
        return place.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BrokenError("The airlock's OAuth secret is missing: run `make up`.") from error


def safe_path(then: str) -> str:
    """Return `then` if it is a path on this site, else the first page: no open redirect."""
    plain = then.startswith("/") and not then.startswith(("//", "/\\")) and then.isprintable()
    return then if plain else "/"
