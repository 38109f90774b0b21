"""The executor: only the broker, only our accounts, only the grammar; commands are built, never a shell."""

import grp
import os
import pwd
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from governance.instance import from_settings
from hub_config.executor import Commands, Executor, why_not_in_grammar
from hub_config.wire import Peer
from kernels.jobs import script
from kernels.protocol import JobSpec, Mount, Role

INSTANCE = from_settings("main", {})
ACCOUNT, UID, GID = "main-p042-m1", 700_001, 700_000
BROKER = Peer(1, 990, 990)
EXPECTED = {"group": "main-p042", "instance": "main", "python": "/opt/tre/main/services/bin/python"}


def a_script(**changes: Any) -> str:
    at = datetime(2026, 11, 24, 11, tzinfo=UTC)
    fields: dict[str, Any] = {
        "instance": "main",
        "spawn_id": "0123456789abcdef0123",
        "role": Role.NOTEBOOK,
        "person": "ana",
        "project": "p042",
        "account": ACCOUNT,
        "uid": UID,
        "gid": GID,
        "group": "main-p042",
        "cores": 2,
        "memory_gib": 4,
        "submitted_at": at,
        "ends_at": at + timedelta(hours=8),
        "address": "127.1.0.1",
        "software": "/opt/tre/main/workspace",
        "mounts": (Mount("/srv/tre/main/projects/p042/shared", "/workspace/project", writable=True),),
    }
    return script(JobSpec(**{**fields, **changes}), INSTANCE.paths.services_python)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Executor:
    """An executor on a machine with one of our accounts and SLURM's commands written as small scripts."""
    users = {
        ACCOUNT: SimpleNamespace(pw_uid=UID, pw_gid=GID),
        "main-p042-m2": SimpleNamespace(pw_uid=1000, pw_gid=GID),  # a uid outside the range
        "main-p043-m1": SimpleNamespace(pw_uid=UID + 5, pw_gid=GID),  # another project's group
        "tre-main-broker": SimpleNamespace(pw_uid=990, pw_gid=990),
    }
    monkeypatch.setattr(pwd, "getpwnam", users.__getitem__)
    monkeypatch.setattr(grp, "getgrgid", {GID: SimpleNamespace(gr_name="main-p042")}.__getitem__)
    written = {
        "sbatch": f'cat > {tmp_path}/script; echo "$@" > {tmp_path}/argv; env > {tmp_path}/env; echo 4711',
        "scancel": f'echo "$@" >> {tmp_path}/cancelled',
        "scontrol": f'echo "$@" >> {tmp_path}/changed',
        "squeue": f'printf "7|{UID}|tre-x|RUNNING|None|n1|1|2\\n8|1000|theirs|RUNNING|None|n1|1|2\\n"',
    }
    for name, body in written.items():
        file = tmp_path / name
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    commands = Commands(**{name: str(tmp_path / name) for name in written})
    return Executor(INSTANCE, commands, {"PATH": "/usr/bin:/bin", "SLURM_CONF": "/nowhere"})


def ask(executor: Executor, peer: Peer = BROKER, **request: Any) -> dict[str, Any]:
    return dict(executor(peer, request))


def test_the_rendered_script_is_submitted_as_the_account(machine: Executor, tmp_path: Path) -> None:
    text = a_script()
    assert ask(machine, verb="submit", account=ACCOUNT, script=text) == {"answer": {"slurm_job_id": 4711}}
    assert (tmp_path / "script").read_text() == text
    assert (tmp_path / "argv").read_text().split() == [
        f"--uid={UID}",
        f"--gid={GID}",
        "--export=NONE",
        "--parsable",
    ]


def test_the_commands_get_only_our_environment(
    machine: Executor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET", "of the service")
    ask(machine, verb="submit", account=ACCOUNT, script=a_script())
    assert "A_SECRET" not in (tmp_path / "env").read_text()


@pytest.mark.parametrize("uid", [0, 1000, UID, 991, os.getuid()])
def test_only_the_broker_may_call(machine: Executor, uid: int) -> None:
    assert ask(machine, Peer(1, uid, uid), verb="list")["refused"]["rule"] == "executor-grammar"


@pytest.mark.parametrize(
    "account",
    [
        "root",
        "tre-main-broker",
        "main-p042-m2",
        "main-p043-m1",
        "test-p042-m1",
        "main-p042-m1\n",
        "",
        None,
        5,
        "main-p042-m0",
        "../main-p042-m1",
        "main-p042-m9",
    ],
)
def test_only_an_account_of_ours_by_name_uid_and_group(machine: Executor, account: Any) -> None:
    assert "refused" in ask(machine, verb="submit", account=account, script=a_script())


@pytest.mark.parametrize("request_", [{"verb": "run"}, {}, {"verb": "list", "more": 1}, {"verb": "submit"}])
def test_verbs_and_fields_are_closed(machine: Executor, request_: dict[str, Any]) -> None:
    assert "refused" in ask(machine, **request_)


def test_only_jobs_of_ours_are_touched_or_listed(machine: Executor, tmp_path: Path) -> None:
    assert [row[0] for row in ask(machine, verb="list")["answer"]["jobs"]] == ["7"]
    assert ask(machine, verb="cancel", slurm_job_id=7) == {"answer": {}}
    assert "refused" in ask(machine, verb="cancel", slurm_job_id=8)
    assert ask(machine, verb="cancel", slurm_job_id=9) == {"answer": {}}
    assert (tmp_path / "cancelled").read_text() == "7\n"
    for bad in ("7", -1, 0, None, "7 8", True):
        assert "refused" in ask(machine, verb="cancel", slurm_job_id=bad)


def test_a_wall_time_is_set_in_minutes(machine: Executor, tmp_path: Path) -> None:
    assert ask(machine, verb="extend", slurm_job_id=7, minutes=30) == {"answer": {}}
    assert (tmp_path / "changed").read_text() == "update JobId=7 TimeLimit=30\n"
    for bad in (0, -5, "30", 10**6, None, True):
        assert "refused" in ask(machine, verb="extend", slurm_job_id=7, minutes=bad)


def test_a_scheduler_that_is_away_is_broken_not_refused(machine: Executor) -> None:
    machine.commands = Commands(squeue="/nonexistent/squeue")
    assert "SLURM" in ask(machine, verb="list")["broken"]


def test_every_optional_line_of_the_renderer_is_in_the_grammar() -> None:
    spec = {"partition": "workspace", "qos": "normal"}
    assert why_not_in_grammar(a_script(**spec), EXPECTED) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("--output=/dev/null", "--output=/home/x"),
        ("#SBATCH -n 1", "#SBATCH -n 2"),
        ("#SBATCH --no-requeue", "#SBATCH --requeue"),
        ("kernels.porter", "http.server"),
        ("/opt/tre/main/services/bin/python", "/tmp/python"),
        ("exec ", "exec  "),
        ("porter main ", "porter test "),
        ("tre-0123456789abcdef0123", "tre-ffffffffffffffffffff"),
        ("#SBATCH --mem=4G", "#SBATCH --mem=4G\n#SBATCH --uid=0"),
        ("#!/bin/sh", "#!/bin/bash"),
        ("-I -m", "-m"),
        ('="$SLURM_JOB_ID"', '="$(id)"'),
        ("env -i", "env"),
    ],
)
def test_one_changed_word_is_outside_the_grammar(old: str, new: str) -> None:
    text = a_script()
    assert old in text
    assert why_not_in_grammar(text.replace(old, new, 1), EXPECTED)


@pytest.mark.parametrize(
    "more", ["id\n", "\nid\n", "#SBATCH -p x\n", " ", "\r\n", "\0", "é\n", "# " * 4000 + "\n"]
)
def test_nothing_follows_the_last_line(more: str) -> None:
    assert why_not_in_grammar(a_script() + more, EXPECTED)


def test_the_privileged_part_stays_small_and_plain() -> None:
    import hub_config.executor as module

    text = Path(module.__file__).read_text()
    imports = [
        line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))
    ]
    import sys

    assert len(text.splitlines()) <= 260
    assert set(imports) <= set(sys.stdlib_module_names) | {"governance", "hub_config"}
    assert "shell" not in text.replace("shell: ", "")
