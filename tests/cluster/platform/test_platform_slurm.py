"""SLURM as Ansible set it up: two nodes, and nobody but root submits."""

import time
from pathlib import Path

import pytest

SCRIPT = "#!/bin/sh\n#SBATCH --output=/dev/null\n#SBATCH --error=/dev/null\n#SBATCH --chdir=/\n{}\n"
SENTENCE = "Jobs start only through the research environment: open a workspace in the hub."


@pytest.fixture(scope="module", autouse=True)
def no_broker(cluster):
    """Hold the broker: it ends every job that it did not promise, and so these trials."""
    control = (str(cluster.instance.paths.software / "services" / "bin" / "supervisorctl"), "-c")
    control += (str(cluster.instance.paths.etc / "supervisord.conf"),)
    stopped = "stopped" in cluster.run(*control, "stop", "broker").stdout
    yield
    if stopped:
        cluster.run(*control, "start", "broker")


def submit(cluster, account, body, *more):
    argv = ["sbatch", f"--uid={account.uid}", f"--gid={account.gid}", "--export=NONE", "--parsable", *more]
    answer = cluster.run(*argv, stdin=SCRIPT.format(body))
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def state_after(cluster, job, wanted, seconds=15.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = cluster.run(
            "squeue", "--noheader", "--states=all", f"--jobs={job}", "--format=%T"
        ).stdout.strip()
        if state == wanted:
            break
        time.sleep(0.1)
    return state


def as_user(uid, *argv):
    return ("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--", *argv)


def test_both_nodes_take_jobs(cluster):
    lines = cluster.run("sinfo", "--noheader", "--Node", "--format=%N %T").stdout.split("\n")
    assert [line.split()[0] for line in lines if line] == ["n1", "n2"]
    assert {line.split()[1] for line in lines if line} <= {"idle", "mixed", "allocated"}


@pytest.mark.parametrize("node", ["n1", "n2"])
def test_root_submits_as_an_account_and_the_job_runs_on_the_node(cluster, account, node, tmp_path):
    # The job cannot write to a folder of ours; it says by its exit status that it is whom and where we meant.
    job = submit(
        cluster,
        account,
        f'[ "$(id -u)" = {account.uid} ] && [ "$SLURMD_NODENAME" = {node} ] && [ "$(hostname)" = {node} ]',
        f"--nodelist={node}",
    )
    assert state_after(cluster, job, "COMPLETED") == "COMPLETED"


def test_a_job_starts_within_two_seconds(cluster, account):
    started = time.monotonic()
    job = submit(cluster, account, "sleep 30")
    assert state_after(cluster, job, "RUNNING", 5) == "RUNNING"
    waited = time.monotonic() - started
    cluster.run("scancel", job)
    assert waited < 2


def test_a_users_own_submission_is_refused_with_our_sentence(cluster):
    # A uid outside the workspace range: one inside does not even reach slurmctld (test_platform_wall).
    answer = cluster.run(*as_user(65534, "sbatch"), stdin=SCRIPT.format("true"))
    assert answer.returncode != 0
    assert SENTENCE in answer.stderr


def test_a_users_own_srun_is_refused_with_our_sentence(cluster):
    answer = cluster.run(*as_user(65534, "srun", "true"))
    assert answer.returncode != 0
    assert SENTENCE in answer.stderr


def test_a_user_cannot_change_a_job(cluster, account):
    job = submit(cluster, account, "sleep 30")
    assert state_after(cluster, job, "RUNNING") == "RUNNING"
    answer = cluster.run(*as_user(65534, "scontrol", "update", f"jobid={job}", "timelimit=1"))
    cluster.run("scancel", job)
    assert answer.returncode != 0


def test_a_job_that_takes_more_memory_than_asked_is_ended(cluster, account):
    take = "exec /usr/bin/python3 -c 'import time; kept = bytearray(400_000_000); time.sleep(60)'"
    job = submit(cluster, account, take, "--mem=100M")
    assert state_after(cluster, job, "RUNNING") == "RUNNING"
    ended = {state_after(cluster, job, state, 20) for state in ["OUT_OF_MEMORY"]}
    cluster.run("scancel", job)
    assert ended <= {"OUT_OF_MEMORY", "CANCELLED", "FAILED"}
    assert "RUNNING" not in ended


def test_no_file_of_slurm_tells_its_key(cluster):
    key = cluster.instance.paths.etc / "munge" / "munge.key"
    assert key.stat().st_mode & 0o777 == 0o400
    assert Path(key.parent).stat().st_mode & 0o777 == 0o700
