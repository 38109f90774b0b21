"""A job's life in the journal: what is stored when, who is told, and what a death in between leaves."""

from pathlib import Path
from typing import Any

import pytest

from governance import audit
from governance.audit import AuditEvent
from governance.database import transaction
from governance.decisions import Refused
from governance.errors import BrokenError
from hub_config.journal import Spawn
from kernels.protocol import Phase
from tests.support.governance_register import apply, change, people, project
from tests.support.hub_house import RELAY, House, house


@pytest.fixture
def open_house(tmp_path: Path) -> Any:
    with house(tmp_path) as one:
        yield one


def phase(house_: House, spawn_id: str) -> str:
    return str(house_.ask("state", spawn_id=spawn_id)["phase"])


def tags(house_: House) -> list[str]:
    with transaction(house_.engine) as session:
        return [
            event.tag
            for event in session.query(AuditEvent).order_by(AuditEvent.seq)
            if "workspace" in event.tag
        ]


def test_a_start_goes_through_the_phases_in_order(open_house: House) -> None:
    spawn_id = open_house.submit()["spawn_id"]
    seen = [phase(open_house, spawn_id)]
    for state in ("PENDING", "RUNNING"):
        open_house.queue.put(101, state)
        open_house.steward.tick()
        seen.append(phase(open_house, spawn_id))
    row = open_house.row(spawn_id)
    open_house.ask("claim", RELAY, spawn_id=spawn_id, slurm_job_id=101, uid=row.uid, node="n1")
    seen.append(phase(open_house, spawn_id))
    open_house.ask("ready", RELAY, spawn_id=spawn_id, url="http://127.0.0.1:40001")
    seen.append(phase(open_house, spawn_id))
    assert seen == ["unknown", "pending", "starting", "starting", "ready"]


def test_a_queue_that_does_not_answer_ends_nothing(open_house: House) -> None:
    ready, waiting = open_house.started(person="ana"), open_house.submit(person="rosa")["spawn_id"]
    open_house.queue.answers = False
    for _ in range(5):
        open_house.later(minutes=5)
        open_house.steward.tick()
    assert (phase(open_house, ready), phase(open_house, waiting)) == ("ready", "unknown")


def test_slurms_own_reason_is_told(open_house: House) -> None:
    spawn_id = open_house.submit()["spawn_id"]
    open_house.steward.tick()
    assert "no machine has enough free cores" in open_house.ask("state", spawn_id=spawn_id)["reason"]


def test_wait_returns_when_something_differs_and_at_the_time_out(open_house: House) -> None:
    spawn_id = open_house.submit()["spawn_id"]
    first = open_house.ask("wait", spawn_id=spawn_id, timeout_s=5)
    again = open_house.ask(
        "wait", spawn_id=spawn_id, timeout_s=0.05, phase=first["phase"], reason=first["reason"]
    )
    assert again == first


def test_a_second_start_replaces_the_first(open_house: House) -> None:
    first, second = open_house.submit()["spawn_id"], open_house.submit()["spawn_id"]
    assert open_house.row(first).reason == "Replaced by a new start."
    assert open_house.queue.cancelled == [101]
    assert open_house.ask("find", person="ana", project="p042") == {"spawn_id": second}


def test_the_end_of_a_notebook_ends_its_workers(open_house: House) -> None:
    spawn_id = open_house.started()
    ask = {"count": 2, "names": ["w0", "w1"], "cores": 1, "memory_gib": 1, "scheduler_port": 9001}
    workers = open_house.ask("worker", RELAY, spawn_id=spawn_id, **ask)["spawn_ids"]
    assert [open_house.row(one).worker_name for one in workers] == ["w0", "w1"]
    assert len({open_house.row(one).address for one in [spawn_id, *workers]}) == 3
    open_house.ask("gone", RELAY, spawn_id=spawn_id)
    assert [phase(open_house, one) for one in workers] == ["ended", "ended"]
    assert sorted(open_house.queue.cancelled) == [101, 102, 103]


def test_a_job_that_the_queue_ends_is_ended_with_its_reason(open_house: House) -> None:
    spawn_id = open_house.started()
    open_house.queue.put(101, "OUT_OF_MEMORY")
    open_house.steward.tick()
    assert "more memory" in open_house.ask("state", spawn_id=spawn_id)["reason"]
    assert not open_house.broker.environments.kept()


def test_a_refusing_scheduler_is_named_and_leaves_no_living_row(open_house: House) -> None:
    open_house.queue.accepts = False
    with pytest.raises(BrokenError):
        open_house.submit()
    assert open_house.ask("find", person="ana", project="p042") == {"spawn_id": None}
    assert not open_house.broker.environments.kept()


def test_a_broker_that_died_before_the_job_id_was_written_adopts_its_job(open_house: House) -> None:
    spawn_id = open_house.submit()["spawn_id"]
    with transaction(open_house.engine) as session:
        row = session.get(Spawn, spawn_id)
        assert row is not None
        row.slurm_job_id, row.phase = None, Phase.JOURNALED
    open_house.steward.tick()
    assert open_house.row(spawn_id).slurm_job_id == 101


def test_a_job_of_an_ended_row_is_cancelled(open_house: House) -> None:
    spawn_id = open_house.submit()["spawn_id"]
    open_house.broker.end(spawn_id, "as if the cancel had been lost")
    open_house.queue.put(101, "RUNNING")
    open_house.steward.tick()
    assert open_house.queue.cancelled == [101]


def test_a_permission_taken_back_ends_the_workspace_within_two_minutes(open_house: House) -> None:
    spawn_id = open_house.started()
    with transaction(open_house.engine) as session:
        apply(session, people(), change(project(), "valid.end", "2026-11-23"))
    open_house.later(seconds=61)
    open_house.steward.tick()
    assert phase(open_house, spawn_id) == "ended"
    assert "2026-11-23" in open_house.row(spawn_id).reason
    assert open_house.queue.cancelled == [101]


def test_a_lease_that_shrinks_shortens_the_job(open_house: House) -> None:
    spawn_id = open_house.started()
    with transaction(open_house.engine) as session:
        apply(session, people(), change(project(), "valid.end", "2026-11-24"))
    before = open_house.ask("state", spawn_id=spawn_id)["ends_at"]
    open_house.later(seconds=61)
    open_house.steward.tick()
    assert open_house.ask("state", spawn_id=spawn_id)["ends_at"] <= before
    assert open_house.row(spawn_id).lease.isoformat() == "2026-11-24T23:00:00+00:00"


def test_an_unknown_job_is_refused_and_a_malformed_id_too(open_house: House) -> None:
    assert isinstance(open_house.ask("state", spawn_id="0" * 20), Refused)
    assert isinstance(open_house.ask("state", spawn_id="../../etc"), Refused)
    assert isinstance(open_house.ask("state", spawn_id="0" * 20, more=1), Refused)


def test_every_act_is_in_the_chain(open_house: House) -> None:
    spawn_id = open_house.started()
    open_house.ask("cancel", spawn_id=spawn_id)
    open_house.submit(person="luis")
    assert tags(open_house) == [
        "workspace:notebook:submit",
        "workspace:notebook:end",
        "workspace:notebook:refuse",
    ]
    with transaction(open_house.engine) as session:
        assert audit.verify(session, None).ok


def test_no_token_in_script_or_journal(open_house: House) -> None:
    spawn_id = open_house.submit()["spawn_id"]
    row = open_house.row(spawn_id)
    stored = " ".join(str(getattr(row, column.name)) for column in Spawn.__table__.columns)
    assert "a-token-of-the-test" not in stored + open_house.queue.scripts[0]


def test_an_idle_house_asks_the_queue_four_times_a_minute_at_most(open_house: House) -> None:
    open_house.started()
    assert open_house.steward.tick() >= 15
