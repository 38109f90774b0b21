"""Reading squeue, and journal against queue: captured output, silence, strays and lost ids."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub_config import squeue
from hub_config.journal import Spawn
from hub_config.reconcile import Adopt, Cancel, Finish, missing, reconcile
from hub_config.squeue import OVER, RUNNING, WAITING, parse_row, snapshot
from hub_config.standing import Step, standing
from kernels.protocol import Phase, Role

AT = datetime(2026, 11, 24, 11, tzinfo=UTC)
A, B, C = "a" * 20, "b" * 20, "c" * 20

# Captured from squeue 22.05.8 with SLURM_TIME_FORMAT=%s and the executor's format.
CAPTURED = f"""\
9|1510001|tre-{A}|RUNNING|None|n1|1795499819|1795528619
10|1510001|tre-{B}|PENDING|Resources||1795528619|1795557419
11|1510003|tre-{C}|FAILED|NonZeroExitCode|n2|1795499700|1795499701
12|1510003|interactive|RUNNING|None|n2|1795499700|N/A
13_4|1510003|tre-{C}|PENDING|Priority||N/A|N/A"""
ROWS = [line.split("|") for line in CAPTURED.splitlines()]


def row(spawn_id: str = A, **more: Any) -> Spawn:
    fields: dict[str, Any] = {
        "role": Role.NOTEBOOK,
        "phase": Phase.SUBMITTED,
        "slurm_job_id": 9,
        "created_at": AT - timedelta(minutes=5),
        "parent": None,
        "claimed_at": None,
        "reason": "",
        "node": None,
        "url": None,
        "lease": AT + timedelta(hours=4),
        "wall_minutes": 60,
    }
    return Spawn(spawn_id=spawn_id, **{**fields, **more})


def test_captured_rows_are_read() -> None:
    jobs = snapshot(ROWS)
    assert sorted(jobs) == [9, 10, 11, 12]
    assert (jobs[9].spawn_id, jobs[9].node, jobs[9].is_running) == (A, "n1", True)
    assert jobs[9].ends_at == datetime.fromtimestamp(1795528619, UTC)
    assert jobs[10].is_waiting
    assert jobs[10].why_waiting() == "no machine has enough free cores or memory"
    assert jobs[11].is_over
    assert jobs[12].spawn_id is None


@pytest.mark.parametrize(
    "bad", [[], ["1"], ["x"] * 8, ["1", "root", "n", "RUNNING", "", "", "", ""], [""] * 8]
)
def test_a_row_that_cannot_be_read_is_no_job(bad: list[str]) -> None:
    assert parse_row(bad) is None


def test_states_do_not_overlap_and_an_unknown_one_is_not_over() -> None:
    assert not (WAITING & RUNNING) and not (set(OVER) & (WAITING | RUNNING))
    unknown = parse_row([*ROWS[0][:3], "TELEPORTING", *ROWS[0][4:]])
    assert unknown is not None
    assert not unknown.is_over


def test_an_unknown_reason_is_shown_as_slurm_gives_it() -> None:
    job = parse_row([*ROWS[1][:4], "(QOSGrpBilling)", *ROWS[1][5:]])
    assert job is not None
    assert job.why_waiting() == "QOSGrpBilling"


def test_every_reason_reads_as_part_of_a_sentence() -> None:
    assert all(text[0].islower() and not text.endswith(".") for text in squeue.REASONS.values())


def test_a_lost_job_id_is_found_by_name() -> None:
    assert reconcile([row(slurm_job_id=None)], snapshot(ROWS[:1]), AT) == [Adopt(A, 9)]


def test_strays_are_cancelled_and_ended_ones_left() -> None:
    assert reconcile([row()], snapshot(ROWS), AT) == [Cancel(10, B), Cancel(12, None)]


def test_a_job_that_is_over_finishes_its_row() -> None:
    assert reconcile([row(C, slurm_job_id=11)], snapshot(ROWS[2:3]), AT) == [Finish(C, OVER["FAILED"])]


def test_one_look_is_not_enough_to_give_a_job_up() -> None:
    rows = [row()]
    assert reconcile(rows, {}, AT) == []
    assert missing(rows, {}) == {9}
    assert reconcile(rows, {}, AT, missing(rows, {})) == [
        Finish(A, "The scheduler no longer knows this workspace.")
    ]


def test_a_submission_under_way_is_left_alone() -> None:
    young = row(slurm_job_id=None, created_at=AT - timedelta(seconds=59))
    assert reconcile([young], {}, AT) == []
    old = row(slurm_job_id=None, created_at=AT - timedelta(seconds=61))
    assert [type(act) for act in reconcile([old], {}, AT)] == [Finish]


def test_a_worker_without_its_notebook_ends() -> None:
    worker = row(B, role=Role.WORKER, slurm_job_id=10, parent=A)
    acts = reconcile([worker], snapshot(ROWS[1:2]), AT)
    assert acts == [Finish(B, "The workspace it worked for ended.")]
    assert reconcile([row(), worker], snapshot(ROWS[:2]), AT) == []


def test_a_start_shows_six_steps_before_it_is_open() -> None:
    queue = snapshot(ROWS)
    steps = [
        standing(row(phase=Phase.JOURNALED, slurm_job_id=None), queue).step,
        standing(row(slurm_job_id=77), queue).step,
        standing(row(B, slurm_job_id=10), queue).step,
        standing(row(), queue).step,
        standing(row(phase=Phase.STARTING, claimed_at=AT, node="n1"), queue).step,
        standing(row(phase=Phase.READY, claimed_at=AT), queue).step,
    ]
    assert steps == [Step.PERMITTED, Step.ACCEPTED, Step.QUEUED, Step.ALLOCATED, Step.SANDBOXED, Step.OPEN]


def test_a_silent_queue_is_unknown_and_a_ready_workspace_stays_ready() -> None:
    assert standing(row(), None).phase is Phase.UNKNOWN
    assert standing(row(phase=Phase.READY, claimed_at=AT), None).phase is Phase.READY


def test_the_end_counts_from_the_claim_and_never_passes_the_lease() -> None:
    claimed = row(phase=Phase.READY, claimed_at=AT)
    assert standing(claimed, {}).ends_at == AT + timedelta(minutes=60)
    short = row(phase=Phase.READY, claimed_at=AT, lease=AT + timedelta(minutes=5))
    assert standing(short, {}).ends_at == AT + timedelta(minutes=5)
