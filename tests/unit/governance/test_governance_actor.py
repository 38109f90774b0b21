"""Who acts: mapped by the register, never guessed; only root may name another."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from governance import actor
from governance.errors import RefusedError, UsageError
from governance.instance import Profile
from tests.support.governance_register import INSTANCE, apply, people, person


def test_root_is_root_until_a_person_acts_as_root(session: Session):
    assert actor.resolve(session, "main", "root", 0) == "root"
    apply(session, people(person("olga", "administrator", os_user="root")))
    assert actor.resolve(session, "main", "root", 0) == "olga"


def test_one_system_user_is_one_person(session: Session):
    apply(session, people(person("olga", "administrator", os_user="root")))
    with pytest.raises(RefusedError) as caught:
        apply(session, {"schema": "tre.people/1", "people": [person("luis", os_user="root")]})
    assert caught.value.refusal.rule == "os-user-taken"


def test_a_membership_account_acts_as_its_person(session: Session):
    assert actor.resolve(session, "main", "main-p042-m1", 700_001) == "ana"
    with pytest.raises(UsageError):
        actor.resolve(session, "main", "somebody", 700_001)  # right number, wrong name


def test_services_act_as_themselves(session: Session):
    assert actor.resolve(session, "main", "tre-main-custodian", 501) == "service:custodian"
    with pytest.raises(UsageError):
        actor.resolve(session, "main", "tre-other-custodian", 501)


def test_a_stranger_is_told_so(session: Session):
    with pytest.raises(UsageError, match="knows no person"):
        actor.resolve(session, "main", "nobody", 65_534)


def test_only_root_names_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    elsewhere = replace(INSTANCE, database_url=f"sqlite:///{tmp_path / 'absent.db'}")
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert actor.current(elsewhere, "ana") == "ana"
    assert actor.current(elsewhere) == "root"
    monkeypatch.setenv("TRE_AS", "rosa")
    assert actor.current(elsewhere) == "rosa"
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    with pytest.raises(UsageError, match="Only root"):
        actor.current(elsewhere)
    assert actor.current(replace(elsewhere, profile=Profile.EMBEDDED)) == "rosa"


def test_a_name_outside_the_law_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "getuid", lambda: 0)
    with pytest.raises(UsageError, match="valid person id"):
        actor.current(INSTANCE, "../../root")
