"""Jobs as local process groups, with real processes; and the executor that speaks for them."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from governance.errors import UsageError
from governance.instance import from_settings
from hub_config.local_executor import LocalExecutor
from hub_config.local_jobs import LocalJobs
from hub_config.squeue import snapshot
from hub_config.wire import Peer

SPAWN = "0123456789abcdef0123"
ME = os.getuid()
SETTINGS = {"profile": "embedded", "paths": {"software": "/opt/tre/main"}}


def a_script(command: str, minutes: int = 5) -> str:
    return f"#!/bin/sh\n\n#SBATCH -J tre-{SPAWN}\n#SBATCH -t {minutes}\n{command}\n"


def porter_script() -> str:
    """The lines of the grammar, for an interpreter that is not there."""
    lines = ["-n 1", "--cpus-per-task=1", "--mem=2G", "-t 5", "--nodes=1", "--output=/dev/null"]
    lines += ["--error=/dev/null", "--chdir=/", "--no-requeue", f"--comment=tre:main:{SPAWN}"]
    head = [f"#SBATCH {line}" for line in (f"-J tre-{SPAWN}", *lines)]
    variables = 'SLURM_JOB_ID="$SLURM_JOB_ID" SLURMD_NODENAME="$SLURMD_NODENAME"'
    command = f"exec /usr/bin/env -i PATH=/usr/bin:/bin {variables} /opt/tre/main/services/bin/python"
    return "\n".join(["#!/bin/sh", "", *head, "", f"{command} -I -m kernels.porter main {SPAWN}", ""])


@pytest.fixture
def local() -> Iterator[LocalJobs]:
    made = LocalJobs()
    made.begin()
    yield made
    made.end_all()


def becomes(local: LocalJobs, job_id: int, state: str, within_s: float = 5.0) -> bool:
    return until(lambda: local.jobs[job_id].state == state, within_s)


def until(holds: Callable[[], bool], within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def test_a_job_runs_with_slurms_two_variables_and_nothing_of_ours(
    local: LocalJobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET", "of the service")
    job_id = local.start(a_script(f"env > {tmp_path}/env"))
    assert becomes(local, job_id, "COMPLETED")
    told = dict(line.split("=", 1) for line in (tmp_path / "env").read_text().splitlines())
    assert told.pop("SLURM_JOB_ID") == str(job_id)
    assert set(told) - {"PWD", "_", "SHLVL", "OLDPWD"} == {"PATH", "SLURMD_NODENAME"}


def test_the_end_of_a_job_is_told_in_slurms_words(local: LocalJobs) -> None:
    failed, cancelled = local.start(a_script("exit 3")), local.start(a_script("exec sleep 60"))
    assert becomes(local, failed, "FAILED")
    local.cancel(cancelled)
    assert becomes(local, cancelled, "CANCELLED")
    local.cancel(cancelled)
    local.cancel(1)  # unknown: counts as ended


def test_the_whole_group_ends_with_its_job(local: LocalJobs, tmp_path: Path) -> None:
    job_id = local.start(a_script(f"sleep 60 & echo $! > {tmp_path}/child; wait"))
    assert until(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text() != "", 5)
    child = int((tmp_path / "child").read_text())
    local.cancel(job_id)
    assert becomes(local, job_id, "CANCELLED")
    assert until(lambda: not _runs(child), 5)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except FileNotFoundError:
        return False


def test_a_job_ends_when_its_wall_time_is_over() -> None:
    ahead = [0.0]
    local = LocalJobs(now=lambda: time.time() + ahead[0])
    local.begin()
    job_id = local.start(a_script("exec sleep 60", minutes=2))
    ahead[0] = 90
    time.sleep(0.5)
    assert local.jobs[job_id].state == "RUNNING"
    local.limit(job_id, 1)
    assert becomes(local, job_id, "TIMEOUT")


def test_ids_grow_and_rows_read_as_squeues(local: LocalJobs) -> None:
    first, second = local.start(a_script("exec sleep 60")), local.start(a_script("exec sleep 60"))
    assert first < second
    seen = snapshot(local.rows(ME))
    assert {job.spawn_id for job in seen.values()} == {SPAWN}
    assert all(job.is_running and job.uid == ME for job in seen.values())
    one = seen[first]
    assert one.starts_at is not None and one.ends_at is not None
    assert (one.ends_at - one.starts_at).total_seconds() == pytest.approx(300, abs=1)


def test_a_script_without_name_or_time_is_not_started(local: LocalJobs) -> None:
    with pytest.raises(OSError, match="no job or no time"):
        local.start("#!/bin/sh\nexec sleep 60\n")
    assert local.jobs == {}


# ---- the executor ----


@pytest.fixture
def executor(local: LocalJobs) -> LocalExecutor:
    return LocalExecutor(from_settings("main", SETTINGS), local)


def ask(executor: LocalExecutor, uid: int = ME, **request: Any) -> dict[str, Any]:
    return dict(executor(Peer(1, uid, uid), request))


def test_it_serves_the_embedded_profile_alone(local: LocalJobs) -> None:
    with pytest.raises(UsageError):
        LocalExecutor(from_settings("main", {}), local)


def test_a_script_of_the_grammar_is_started_and_listed(executor: LocalExecutor) -> None:
    job = ask(executor, verb="submit", account="main-p042-m1", script=porter_script())["answer"]
    rows = ask(executor, verb="list")["answer"]["jobs"]
    assert [row[:3] for row in rows] == [[str(job["slurm_job_id"]), str(ME), f"tre-{SPAWN}"]]
    assert ask(executor, verb="hold", **job) == {"answer": {}}
    assert ask(executor, verb="extend", minutes=9, **job) == {"answer": {}}
    assert ask(executor, verb="cancel", **job) == {"answer": {}}


@pytest.mark.parametrize("account", ["root", "test-p042-m1", "main-p043-m0", "", None])
def test_only_an_account_of_the_instance_is_named(executor: LocalExecutor, account: Any) -> None:
    assert "refused" in ask(executor, verb="submit", account=account, script=porter_script())


def test_a_line_outside_the_grammar_starts_nothing(executor: LocalExecutor, tmp_path: Path) -> None:
    text = porter_script().replace("exec ", f"touch {tmp_path}/proof; exec ")
    assert "refused" in ask(executor, verb="submit", account="main-p042-m1", script=text)
    assert executor.local.jobs == {}


def test_another_user_is_refused(executor: LocalExecutor) -> None:
    assert "refused" in ask(executor, uid=ME + 1, verb="list")


@pytest.mark.parametrize("minutes", [0, -1, 100_000, "5", True, None])
def test_a_wall_time_is_a_number_of_minutes(executor: LocalExecutor, minutes: Any) -> None:
    assert "refused" in ask(executor, verb="extend", slurm_job_id=1, minutes=minutes)
