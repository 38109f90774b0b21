"""Recording and verifying: the grammar, the chain, the checkpoints."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from governance import audit, checkpoints
from governance.database import transaction
from governance.errors import BrokenError
from tests.support.governance_register import new_register


@pytest.mark.parametrize(
    "tag", ["", "project:apply", "Governance:project:apply", "a:b:c:d", "a:b:c ", "a:b:"]
)
def test_a_tag_outside_the_grammar_is_refused(session: Session, tag: str):
    with pytest.raises(ValueError, match="scope:resource:act"):
        audit.record(session, tag, actor="olga", subject="p042")


@pytest.mark.parametrize(
    "detail",
    [
        {"Key": "x"},
        {"key": "x" * 201},
        {"key": 1.5},
        {"key": None},
        {"key": ["x"]},
        {"key": b"x"},
        {f"key{number}": 1 for number in range(21)},
    ],
)
def test_a_detail_is_a_short_scalar(session: Session, detail: dict[str, object]):
    with pytest.raises(ValueError, match=r"detail|key"):
        audit.record(session, "a:b:c", actor="olga", subject="p042", detail=detail)  # type: ignore[arg-type]


def test_an_act_and_its_event_commit_together_or_not_at_all():
    engine = new_register()
    with pytest.raises(RuntimeError), transaction(engine) as session:
        audit.record(session, "a:b:c", actor="olga", subject="p042")
        raise RuntimeError
    with transaction(engine) as session:
        assert audit.verify(session).events == 0
    engine.dispose()


def test_the_chain_of_nothing_is_whole():
    engine = new_register()
    with transaction(engine) as session:
        report = audit.verify(session)
    assert (report.ok, report.events, report.head) == (True, 0, audit.GENESIS)
    engine.dispose()


def test_a_hash_is_the_one_it_always_was():
    """Pins the encoding: a change here would make every chain in the world look edited."""
    event = audit.AuditEvent(
        seq=1,
        at=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
        tag="governance:project:apply",
        actor="olga",
        subject="p042",
        project="p042",
        detail='{"fields":1}',
        exercise=False,
        previous=audit.GENESIS,
    )
    assert audit.link(event) == "aa18dd85dec3621b90bc39cdf2c73554b58a5a8929fa9343cc24e6c53bb6509c"


def test_checkpoints_are_met_and_counted(session: Session, tmp_path: Path):
    key = Ed25519PrivateKey.generate()
    for _ in range(2):
        audit.record(session, "a:b:c", actor="olga", subject="p042")
        head = audit.head(session)
        assert head is not None
        checkpoints.write(tmp_path, key, "main", head)
    report = audit.verify(session, tmp_path, key.public_key())
    assert (report.ok, report.checkpoints) == (True, 2)


def test_a_folder_without_a_key_cannot_be_verified(session: Session, tmp_path: Path):
    with pytest.raises(BrokenError, match="cannot be read"):
        audit.verify(session, tmp_path)
