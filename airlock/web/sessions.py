"""Who is signed in: a cookie only this service can make or read, and the token that proves a form ours.

The cookie says who the person is and nothing about what they may do: that is asked of the register at every
request, so a long session never outlives a right. Sealed with Fernet (authenticated encryption with its own
clock) under a key that never leaves the airlock's folder.
"""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

LIFETIME_S = 8 * 60 * 60
SIGN_IN_S = 10 * 60
COOKIE = "tre_airlock"
STATE_COOKIE = "tre_airlock_sign_in"


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person; `csrf` must come back with every form."""

    person: str
    csrf: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in under way: the state that must come back, and where to go afterwards."""

    state: str
    then: str


class Sessions:
    """Seals and opens cookies."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    def seal(self, person: str) -> str:
        """Return the cookie of a new session."""
        return self._seal({"person": person, "csrf": secrets.token_urlsafe(24)})

    def open(self, cookie: str | None) -> Session | None:
        """Return the session of a cookie that is ours and fresh, else None."""
        value = self._open(cookie, LIFETIME_S)
        if value is None or value.keys() != {"person", "csrf"}:
            return None
        return Session(value["person"], value["csrf"])

    def seal_sign_in(self, sign_in: SignIn) -> str:
        """Return the cookie of a sign-in under way."""
        return self._seal({"state": sign_in.state, "then": sign_in.then})

    def open_sign_in(self, cookie: str | None) -> SignIn | None:
        """Return a sign-in that we began not long ago, else None."""
        value = self._open(cookie, SIGN_IN_S)
        if value is None or value.keys() != {"state", "then"}:
            return None
        return SignIn(value["state"], value["then"])

    def _seal(self, value: dict[str, str]) -> str:
        return self._fernet.encrypt(json.dumps(value).encode()).decode()

    def _open(self, cookie: str | None, lifetime_s: int) -> dict[str, str] | None:
        try:
            value = json.loads(self._fernet.decrypt((cookie or "").encode(), ttl=lifetime_s))
        except (InvalidToken, ValueError):
            return None
        return value if isinstance(value, dict) else None


def session_key(place: Path) -> bytes:
    """Return the key in `place`, made on first use, readable by the service alone."""
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        return place.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(Fernet.generate_key())
    return place.read_bytes()
