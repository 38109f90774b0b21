"""Passwords: right, wrong, slowed, and never written where they do not belong."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from governance import audit, logins, register
from governance.database import open_engine, transaction
from governance.decisions import Allowed, Refused
from tests.support.governance_register import INSTANCE, NOW, apply, people, person

RIGHT = "correct horse battery staple"


@pytest.fixture
def with_login(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """Ana has a password; scrypt is as cheap as it can be."""
    monkeypatch.setattr(logins, "SCRYPT_N", 2)
    assert logins.set_password(session, "ana", RIGHT, actor="olga", at=NOW) is None
    yield session


def test_the_right_password_is_accepted_and_others_are_not(with_login: Session):
    assert isinstance(logins.check_password(with_login, "ana", RIGHT, NOW), Allowed)
    for name, password in (("ana", RIGHT + " "), ("ana", ""), ("rosa", RIGHT), ("ghost", RIGHT), ("", "")):
        decision = logins.check_password(with_login, name, password, NOW)
        assert isinstance(decision, Refused)
        assert decision.reason == "Name or password is wrong."  # the same for a name nobody has


def test_an_attempt_decides_like_a_check_and_holds_no_lock_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(logins, "SCRYPT_N", 2)
    engine = open_engine(f"sqlite:///{tmp_path / 'tre.db'}")
    register.create(engine, INSTANCE)
    with transaction(engine) as session:
        apply(session, people(), actor="root")
        logins.set_password(session, "ana", RIGHT, actor="olga", at=NOW)
    hashed = logins._scrypt

    def while_another_writes(password: str, salt: bytes) -> bytes:
        with transaction(engine) as other:
            audit.record(other, "a:b:c", actor="olga", subject="x")
        return hashed(password, salt)

    monkeypatch.setattr(logins, "_scrypt", while_another_writes)
    assert isinstance(logins.attempt(engine, "ana", RIGHT, NOW), Allowed)
    rules = [logins.attempt(engine, "ana", "wrong", NOW) for _ in range(4)]
    assert [one.rule for one in rules if isinstance(one, Refused)] == ["password"] * 3 + ["password-wait"]
    engine.dispose()


def test_a_suspended_person_does_not_get_in(with_login: Session):
    apply(with_login, people(person("ana", suspended=True)))
    assert isinstance(logins.check_password(with_login, "ana", RIGHT, NOW), Refused)


def test_guessing_is_slowed_and_the_right_password_waits_too(with_login: Session):
    for _ in range(logins.FREE_FAILURES):
        assert logins.seconds_to_wait(with_login, "ana", NOW) == 0
        logins.check_password(with_login, "ana", "wrong", NOW)
    assert logins.seconds_to_wait(with_login, "ana", NOW) == 2
    decision = logins.check_password(with_login, "ana", RIGHT, NOW)
    assert isinstance(decision, Refused)
    assert decision.rule == "password-wait"
    assert isinstance(logins.check_password(with_login, "ana", RIGHT, NOW + timedelta(seconds=2)), Allowed)
    assert logins.seconds_to_wait(with_login, "ana", NOW + timedelta(seconds=2)) == 0


def test_the_wait_doubles_up_to_its_ceiling(with_login: Session):
    at, waits = NOW, []
    for _ in range(14):
        logins.check_password(with_login, "ghost", "guess", at)
        waits.append(logins.seconds_to_wait(with_login, "ghost", at))
        at += timedelta(seconds=waits[-1])
    assert waits[2:6] == [2, 4, 8, 16]
    assert max(waits) == logins.LONGEST_WAIT_S


def test_a_password_typed_as_a_name_is_not_kept(with_login: Session):
    logins.check_password(with_login, "My Secret Passw0rd!", "x", NOW)
    names = {failure.name for failure in with_login.scalars(select(logins.LoginFailure))}
    subjects = {event.subject for event in with_login.scalars(select(audit.AuditEvent))}
    assert "nobody" in names & subjects
    assert not any("Secret" in name for name in names | subjects)


def test_what_is_stored_is_salted_and_not_the_password(with_login: Session):
    assert logins.set_password(with_login, "rosa", RIGHT, actor="olga", at=NOW) is None
    ana, rosa = (with_login.get_one(logins.Login, name) for name in ("ana", "rosa"))
    assert ana.hash != rosa.hash
    assert RIGHT.encode() not in ana.hash + ana.salt


def test_short_passwords_and_strangers_are_refused(with_login: Session):
    short = logins.set_password(with_login, "ana", "short", actor="olga", at=NOW)
    stranger = logins.set_password(with_login, "ghost", RIGHT, actor="olga", at=NOW)
    assert short is not None
    assert stranger is not None
    assert (short.rule, stranger.rule) == ("password-short", "person-known")


def test_a_generated_password_is_long_and_never_the_same():
    made = {logins.generate_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one) >= logins.SHORTEST_PASSWORD for one in made)


def test_the_real_cost_is_what_is_promised():
    assert logins.SCRYPT_N * logins.SCRYPT_R * 128 == 64 * 1024 * 1024
