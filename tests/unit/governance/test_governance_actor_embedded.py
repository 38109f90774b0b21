"""The embedded profile's one user: root of its own instance, and its services by word."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from governance import actor
from governance.errors import UsageError
from governance.instance import Profile
from tests.support.governance_register import INSTANCE


@pytest.fixture(autouse=True)
def ordinary_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 1000)


def test_the_one_user_counts_as_root_of_his_instance_and_of_no_other(tmp_path: Path) -> None:
    elsewhere = replace(INSTANCE, database_url=f"sqlite:///{tmp_path / 'absent.db'}")
    assert actor.current(replace(elsewhere, profile=Profile.EMBEDDED)) == "root"
    with pytest.raises(UsageError, match="knows no person"):
        actor.current(elsewhere)


def test_the_one_user_may_act_as_a_service_and_nobody_else_may() -> None:
    assert (
        actor.current(replace(INSTANCE, profile=Profile.EMBEDDED), "service:custodian") == "service:custodian"
    )
    with pytest.raises(UsageError, match="valid person id"):
        actor.current(replace(INSTANCE, profile=Profile.EMBEDDED), "service:root")
    with pytest.raises(UsageError, match="Only root"):
        actor.current(INSTANCE, "service:custodian")
