from pathlib import Path

import pytest

from governance.errors import BrokenError
from warehouse_lib.custodian.keys import SNAPSHOT_SCOPE, Keyring, open_keyring, project_scope


def test_a_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first, second = open_keyring(tmp_path), open_keyring(tmp_path)
    assert first.master == second.master
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["master.key"]
    assert (tmp_path / "keys" / "master.key").stat().st_mode & 0o777 == 0o600


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    open_keyring(tmp_path)
    (tmp_path / "keys" / "master.key").chmod(0o640)
    with pytest.raises(BrokenError, match="Others can read"):
        open_keyring(tmp_path)


def test_a_damaged_key_is_not_used(tmp_path: Path) -> None:
    open_keyring(tmp_path)
    (tmp_path / "keys" / "master.key").write_bytes(b"short")
    with pytest.raises(BrokenError, match="damaged"):
        open_keyring(tmp_path)


def test_each_scope_and_domain_has_a_key_of_its_own() -> None:
    ring = Keyring(bytes(32))
    scopes = (SNAPSHOT_SCOPE, project_scope("p1"), project_scope("p2"))
    keys = {ring.key(scope, domain) for scope in scopes for domain in ("person", "visit", "dates")}
    assert len(keys) == 9
    assert len({ring.key_id(scope) for scope in scopes}) == 3


def test_a_keyring_does_not_print_its_key() -> None:
    assert "master" not in repr(Keyring(bytes(32)))
