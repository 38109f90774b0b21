"""Passwords of the small profiles: scrypt, compared in constant time, guessing slowed down.

The cluster profile signs people in elsewhere (OIDC); nothing here is used there.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, ForeignKey, LargeBinary, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance import audit, register
from governance.database import Base, UtcDateTime, transaction
from governance.decisions import Allowed, Decision, Refused
from governance.identity import PERSON_LAW
from governance.periods import FOREVER
from governance.wording import DEFAULT_LANGUAGE, refuse

# One of the equivalent settings of OWASP's password storage cheat sheet: 64 MiB, some tenths of a second.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**16, 8, 2
SCRYPT_MEMORY = 128 * 1024 * 1024
SALT_BYTES, HASH_BYTES = 16, 64
SHORTEST_PASSWORD = 12
GENERATED_BYTES = 15

# The first few slips cost nothing; then each doubles the wait, up to a ceiling a person can live with.
FREE_FAILURES = 3
LONGEST_WAIT_S = 300
FAILURES_COUNT_FOR = timedelta(hours=1)


class Login(Base):
    """A person's password hash. Overwritten on change: an old hash serves only an attacker."""

    __tablename__ = "login"

    person: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LoginFailure(Base):
    """A failed attempt under a name, known or not: names nobody has are slowed down alike."""

    __tablename__ = "login_failure"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def generate_password() -> str:
    """Return a password of 120 random bits that can be typed."""
    return secrets.token_urlsafe(GENERATED_BYTES)


def set_password(session: Session, person: str, password: str, *, actor: str, at: datetime) -> Refused | None:
    """Give a person a password, audited; return a refusal when he is not known or it is too short."""
    if register.get_person(session, person) is None:
        return refuse("person-known", subject=person)
    if len(password) < SHORTEST_PASSWORD:
        return refuse("password-short", length=SHORTEST_PASSWORD)
    salt = secrets.token_bytes(SALT_BYTES)
    session.merge(Login(person=person, salt=salt, hash=_scrypt(password, salt), changed_at=at))
    session.flush()
    audit.record(session, "governance:login:set", actor=actor, subject=person, at=at)
    return None


def check_password(
    session: Session, name: str, password: str, at: datetime, *, language: str = DEFAULT_LANGUAGE
) -> Decision:
    """Tell whether a password is the one of a known, active person. Test the type: a refusal is no `False`.

    A failure is written in the caller's transaction, which must commit for guessing to be slowed. A service
    that answers strangers uses `attempt`, which holds no lock while it computes.
    """
    ticket = _ticket(session, name, at, language)
    if isinstance(ticket, Refused):
        return ticket
    return _settle(session, name, at, language, right=ticket.matches(password))


def attempt(
    engine: Engine, name: str, password: str, at: datetime, *, language: str = DEFAULT_LANGUAGE
) -> Decision:
    """Do what `check_password` does in two short transactions, with the slow hash between them.

    Otherwise strangers who guess would hold the one write lock most of the time, and stop everybody's work.
    """
    with transaction(engine) as session:
        ticket = _ticket(session, name, at, language)
    if isinstance(ticket, Refused):
        return ticket
    right = ticket.matches(password)
    with transaction(engine) as session:
        # Asked again: of many guesses sent at once, only the first few are still heard.
        again = _ticket(session, name, at, language)
        if isinstance(again, Refused):
            return again
        return _settle(session, name, at, language, right=right and again == ticket)


@dataclass(frozen=True, slots=True)
class _Ticket:
    """What one attempt is compared with. An unknown name has one too, and costs as much time."""

    salt: bytes
    expected: bytes
    usable: bool

    def matches(self, password: str) -> bool:
        same = hmac.compare_digest(_scrypt(password, self.salt), self.expected)
        return same and self.usable


def _ticket(session: Session, name: str, at: datetime, language: str) -> _Ticket | Refused:
    wait = seconds_to_wait(session, name, at)
    if wait > 0:
        return refuse("password-wait", language, seconds=wait)
    login = session.get(Login, name)
    person = register.get_person(session, name)
    if login is None or person is None:
        return _Ticket(bytes(SALT_BYTES), bytes(HASH_BYTES), usable=False)
    return _Ticket(login.salt, login.hash, usable=not person.suspended)


def _settle(session: Session, name: str, at: datetime, language: str, *, right: bool) -> Decision:
    if right:
        _forget_failures(session, name)
        return Allowed(FOREVER)
    session.add(LoginFailure(name=_slot(name), at=at))
    audit.record(session, "governance:login:refuse", actor=_slot(name), subject=_slot(name), at=at)
    return refuse("password", language)


def seconds_to_wait(session: Session, name: str, at: datetime) -> int:
    """Return how long (s) attempts under a name are refused from `at` on."""
    recent = select(func.count(), func.max(LoginFailure.at)).where(
        LoginFailure.name == _slot(name), LoginFailure.at > at - FAILURES_COUNT_FOR
    )
    count, last = session.execute(recent).one()
    if count < FREE_FAILURES or last is None:
        return 0
    pause = min(2 ** (count - FREE_FAILURES + 1), LONGEST_WAIT_S)
    return max(0, int((last + timedelta(seconds=pause) - at).total_seconds()))


def _slot(name: str) -> str:
    # People type passwords into the name's field: only what could be a login is ever written down.
    return name if PERSON_LAW.fullmatch(name) else "nobody"


def _forget_failures(session: Session, name: str) -> None:
    for failure in session.scalars(select(LoginFailure).where(LoginFailure.name == _slot(name))):
        session.delete(failure)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        password.encode(),
        salt=salt,
        n=SCRYPT_N,
        r=SCRYPT_R,
        p=SCRYPT_P,
        maxmem=SCRYPT_MEMORY,
        dklen=HASH_BYTES,
    )
