"""An attacker who owns the database: whatever he does to the chain shows.

He drops the triggers first. Against an edit, a deletion or a reorder the chain alone suffices; against a cut
tail or a chain written anew, the signed checkpoints do.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.orm import Session

from governance import audit, checkpoints
from governance.audit import ChainReport
from governance.canonical import canonical

KEY = Ed25519PrivateKey.generate()
EVENTS = 12


@pytest.fixture
def place(session: Session, tmp_path: Path) -> Path:
    """A chain of twelve more events with a checkpoint at its head; the triggers are gone."""
    for number in range(EVENTS):
        audit.record(session, "a:b:c", actor="olga", subject=f"s{number}", detail={"n": number})
    head = audit.head(session)
    assert head is not None
    checkpoints.write(tmp_path, KEY, "main", head)
    for act in ("update", "delete"):
        session.execute(text(f"DROP TRIGGER audit_event_no_{act}"))
    return tmp_path


def newest(session: Session) -> int:
    head = audit.head(session)
    assert head is not None
    return head.seq


def verify(session: Session, place: Path) -> ChainReport:
    return audit.verify(session, place, KEY.public_key())


def kinds(report: ChainReport) -> set[str]:
    return {problem.kind for problem in report.problems}


def relink(session: Session, first: int) -> None:
    """What a careful forger does: compute every later hash anew."""
    session.expire_all()
    events = (
        session.query(audit.AuditEvent)
        .where(audit.AuditEvent.seq >= first)
        .order_by(audit.AuditEvent.seq)
        .all()
    )
    earlier = session.get(audit.AuditEvent, first - 1)
    previous = earlier.hash if earlier else audit.GENESIS
    for event in events:
        event.previous = previous
        event.hash = previous = audit.link(event)
    session.flush()


def test_left_alone_it_is_whole(session: Session, place: Path):
    assert verify(session, place).ok


@pytest.mark.parametrize(
    "change",
    [
        "tag='x:y:z'",
        "actor='eve'",
        "subject='s'",
        "project='p'",
        "detail='{}'",
        "exercise=1",
        "at='2020-01-01'",
        f"hash='{'0' * 64}'",
        f"previous='{'0' * 64}'",
    ],
)
def test_an_edit_of_any_column_shows(session: Session, place: Path, change: str):
    session.execute(text(f"UPDATE audit_event SET {change} WHERE seq = 5"))
    assert kinds(verify(session, place)) & {"edited", "unlinked"}
    assert not audit.verify(session).ok  # without any checkpoint


@pytest.mark.parametrize("seq", [1, 5])
def test_a_deletion_shows(session: Session, place: Path, seq: int):
    session.execute(text(f"DELETE FROM audit_event WHERE seq = {seq}"))
    assert kinds(audit.verify(session)) >= {"missing"}


def test_a_deletion_with_renumbering_shows(session: Session, place: Path):
    session.execute(text("DELETE FROM audit_event WHERE seq = 5"))
    for seq in range(6, newest(session) + 1):
        session.execute(text(f"UPDATE audit_event SET seq = {seq - 1} WHERE seq = {seq}"))
    assert "edited" in kinds(audit.verify(session))


def test_a_reorder_shows(session: Session, place: Path):
    for old, new in ((5, -1), (6, 5), (-1, 6)):
        session.execute(text(f"UPDATE audit_event SET seq = {new} WHERE seq = {old}"))
    assert kinds(audit.verify(session)) >= {"edited", "unlinked"}


def test_an_inserted_event_shows(session: Session, place: Path):
    columns = "at, tag, actor, subject, project, detail, exercise, previous, hash"
    seq = newest(session) + 1
    session.execute(
        text(
            f"INSERT INTO audit_event (seq, {columns}) SELECT {seq}, {columns} FROM audit_event WHERE seq = 5"
        )
    )
    assert not audit.verify(session).ok


@pytest.mark.parametrize("kept", [0, 1, 5])
def test_a_cut_tail_shows_by_the_checkpoint(session: Session, place: Path, kept: int):
    session.execute(text(f"DELETE FROM audit_event WHERE seq > {kept}"))
    assert audit.verify(session).ok  # this is why checkpoints exist
    assert kinds(verify(session, place)) == {"truncated"}


def test_a_chain_written_anew_shows_by_the_checkpoint(session: Session, place: Path):
    session.execute(text("UPDATE audit_event SET actor = 'eve' WHERE seq = 5"))
    relink(session, 5)
    assert audit.verify(session).ok
    assert kinds(verify(session, place)) == {"rewritten"}


def _edit(claim: dict[str, object]) -> dict[str, object]:
    return {**claim, "hash": "0" * 64}


def _foreign(claim: dict[str, object]) -> dict[str, object]:
    own = {key: value for key, value in claim.items() if key != "signature"}
    signature = Ed25519PrivateKey.generate().sign(canonical(own).encode())
    return {**own, "signature": base64.b64encode(signature).decode()}


@pytest.mark.parametrize(
    "forge", [_edit, _foreign, lambda _: {}, lambda _: [], lambda claim: {**claim, "signature": "é"}]
)
def test_a_forged_checkpoint_shows(
    session: Session, place: Path, forge: Callable[[dict[str, object]], object]
):
    (file,) = place.glob("*.json")
    file.write_text(json.dumps(forge(json.loads(file.read_text()))))
    assert kinds(verify(session, place)) == {"forged"}


def test_a_checkpoint_under_another_name_shows(session: Session, place: Path):
    (file,) = place.glob("*.json")
    file.rename(file.with_name("000000000003.json"))
    assert kinds(verify(session, place)) == {"forged"}


def test_a_key_left_beside_the_checkpoints_convinces_only_who_trusts_it(session: Session, place: Path):
    mallory = Ed25519PrivateKey.generate()
    session.execute(text("UPDATE audit_event SET actor = 'eve' WHERE seq = 5"))
    relink(session, 5)
    head = audit.head(session)
    assert head is not None
    for file in place.glob("*.json"):
        file.unlink()
    checkpoints.write(place, mallory, "main", head)
    assert audit.verify(session, place).ok  # the folder's own key: worth nothing
    assert kinds(verify(session, place)) == {"forged"}
