"""The one part of the spawn path that runs as root: five verbs, a grammar, and absolute commands.

It submits only scripts in which every line fits the grammar, only as an account of this instance, and only
for the broker. It knows no project, no person and no policy: those are the broker's. Standard library only
(`governance.instance` and `identity` are values); read it whole before you change it.

    submit {account, script} -> {slurm_job_id}      cancel {slurm_job_id} -> {}      hold {slurm_job_id} -> {}
    extend {slurm_job_id, minutes} -> {}             list {} -> {jobs: [row]}; row: one squeue line, see LIST
"""

import grp
import logging
import os
import pwd
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from governance.identity import service_account
from governance.instance import Instance
from hub_config.wire import Message, Peer, Server

COMMAND_S = 30  # slurmctld answers in milliseconds; after this it counts as unreachable
LONGEST_SCRIPT = 4096
ACCOUNT_LAW = r"{instance}-[a-z][a-z0-9]{{1,15}}-m[1-9][0-9]{{0,8}}"
TOKEN = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"  # noqa: S105  (a word of the grammar, no secret)
SPAWN = r"(?P<spawn>[0-9a-f]{20})"
LIST = ("%i", "%U", "%j", "%T", "%r", "%N", "%S", "%e")
"""squeue's fields: job, uid, name, state, reason, node, start, end (seconds since the epoch or N/A)."""

log = logging.getLogger("executor")


@dataclass(frozen=True, slots=True)
class Line:
    """One line a script may have at this place; `{…}` is filled from the instance and the account."""

    pattern: str
    required: bool = True


GRAMMAR: Sequence[Line] = (
    Line(r"#!/bin/sh"),
    Line(r""),
    Line(rf"#SBATCH -J tre-{SPAWN}"),
    Line(rf"#SBATCH -p {TOKEN}", required=False),
    Line(r"#SBATCH -A (?P<group>[a-z][a-z0-9-]{0,30})", required=False),
    Line(r"#SBATCH -n 1"),
    Line(r"#SBATCH --cpus-per-task=[1-9]\d{0,2}"),
    Line(r"#SBATCH --mem=[1-9]\d{0,3}G"),
    Line(r"#SBATCH -t [1-9]\d{0,4}"),
    Line(rf"#SBATCH --qos={TOKEN}", required=False),
    Line(r"#SBATCH --nodes=1"),
    Line(r"#SBATCH --output=/dev/null"),
    Line(r"#SBATCH --error=/dev/null"),
    Line(r"#SBATCH --chdir=/"),
    Line(r"#SBATCH --no-requeue"),
    Line(rf"#SBATCH --comment=tre:(?P<instance>[a-z0-9]+):{SPAWN}"),
    Line(r"", required=False),
    Line(
        r"exec /usr/bin/env -i PATH=/usr/bin:/bin "
        r'SLURM_JOB_ID="\$SLURM_JOB_ID" SLURMD_NODENAME="\$SLURMD_NODENAME" '
        rf"(?P<python>/[A-Za-z0-9_./-]+) -I -m kernels\.porter (?P<instance>[a-z0-9]+) {SPAWN}"
    ),
)


@dataclass(frozen=True, slots=True)
class Commands:
    """Absolute paths of SLURM's commands; a test puts others in their place."""

    sbatch: str = "/usr/bin/sbatch"
    scancel: str = "/usr/bin/scancel"
    scontrol: str = "/usr/bin/scontrol"
    squeue: str = "/usr/bin/squeue"


class RefusalError(Exception):
    """The request breaks a rule of the executor; the message names the rule and no value."""


def why_not_in_grammar(script: str, expected: Mapping[str, str]) -> str | None:
    """Return why `script` is refused, or None. `expected` gives group, instance and python."""
    if len(script) > LONGEST_SCRIPT or not script.isascii() or not script.endswith("\n"):
        return "the script is too long, not ASCII or not ended"
    names = dict(expected)
    lines = script[:-1].split("\n")
    for rule in GRAMMAR:
        match = re.fullmatch(rule.pattern, lines[0]) if lines else None
        if match is None and rule.required:
            return "a line is missing or not in the grammar"
        if match is None:
            continue
        lines.pop(0)
        if any(names.setdefault(name, value) != value for name, value in match.groupdict().items()):
            return "a line names another job, instance, group or program"
    return "a line follows the last one" if lines and lines != [""] else None


class Executor:
    """The five verbs, bound to one instance. Every method answers in the words of the protocol."""

    def __init__(self, instance: Instance, commands: Commands, environment: Mapping[str, str]) -> None:
        """`environment` is all the commands get; it must name SLURM_CONF."""
        self.instance = instance
        self.commands = commands
        self.environment = dict(environment)
        self.broker_uid = pwd.getpwnam(service_account(instance.name, "broker")).pw_uid
        self.law = re.compile(ACCOUNT_LAW.format(instance=instance.name))
        self.uids = range(instance.uid_first, instance.uid_first + instance.uid_count)

    def __call__(self, peer: Peer, request: dict[str, Any]) -> Message:
        """Answer one request of the broker; anyone else is refused."""
        verbs: dict[str, Callable[..., Message]] = {"submit": self.submit, "cancel": self.cancel}
        verbs |= {"hold": self.hold, "extend": self.extend, "list": self.jobs}
        try:
            if peer.uid != self.broker_uid:
                raise RefusalError("only the broker may call the executor")
            verb = verbs.get(str(request.pop("verb", None)))
            if verb is None:
                raise RefusalError("there is no such verb")
            return {"answer": verb(**request)}
        except (RefusalError, TypeError) as refusal:
            log.warning("Refused a request of uid %d: %s", peer.uid, refusal)
            reason = f"The executor refused: {refusal}."
            return {"refused": {"reason": reason, "remedy": "", "rule": "executor-grammar"}}
        except (subprocess.SubprocessError, OSError) as failure:
            log.error("SLURM did not do it: %s", failure)
            return {"broken": f"SLURM does not answer: {failure}"}

    def submit(self, account: str, script: str) -> Message:
        """Run sbatch as `account`, with the script on standard input."""
        who = self._account(account)
        self.check_script(account, script)
        answer = self._run(self.submit_command(who.pw_uid, who.pw_gid), script)
        job = re.fullmatch(r"(\d+)(?:;\S+)?", answer.strip().rsplit("\n", 1)[-1])
        if job is None:
            raise OSError("sbatch gave no job id")
        return {"slurm_job_id": int(job[1])}

    def check_script(self, account: str, script: str) -> None:
        """Raise RefusalError unless every line of `script` fits the grammar for `account`."""
        expected = {
            "group": account.rsplit("-", 1)[0],
            "instance": self.instance.name,
            "python": str(self.instance.paths.services_python),
        }
        if why := why_not_in_grammar(script, expected):
            raise RefusalError(why)

    def submit_command(self, uid: int, gid: int) -> list[str]:
        """Build sbatch's argument list: no environment travels, the id comes alone."""
        return [self.commands.sbatch, f"--uid={uid}", f"--gid={gid}", "--export=NONE", "--parsable"]

    def cancel(self, slurm_job_id: int) -> Message:
        """End a job of this instance; one that is gone already counts as ended."""
        if self._is_ours(slurm_job_id):
            self._run([self.commands.scancel, str(slurm_job_id)])
        return {}

    def hold(self, slurm_job_id: int) -> Message:
        """Keep a pending job of this instance from starting."""
        if self._is_ours(slurm_job_id):
            self._run([self.commands.scontrol, "hold", str(slurm_job_id)])
        return {}

    def extend(self, slurm_job_id: int, minutes: int) -> Message:
        """Set the wall time of a job of this instance, in minutes from its start; shorter is fine too."""
        if type(minutes) is not int or not 1 <= minutes <= 99_999:
            raise RefusalError("minutes must be between 1 and 99999")
        if self._is_ours(slurm_job_id):
            change = [f"JobId={slurm_job_id}", f"TimeLimit={minutes}"]
            self._run([self.commands.scontrol, "update", *change])
        return {}

    def jobs(self) -> Message:
        """Return one row per job of this instance's accounts, recently ended ones included."""
        rows = (line.split("|") for line in self._run(self._list_command()).splitlines())
        return {"jobs": [row for row in rows if len(row) == len(LIST) and self._is_workspace_uid(row[1])]}

    def _list_command(self) -> list[str]:
        return [self.commands.squeue, "--all", "--noheader", "--states=all", f"--format={'|'.join(LIST)}"]

    def _is_workspace_uid(self, text: str) -> bool:
        return text.isdigit() and int(text) in self.uids

    def _is_ours(self, slurm_job_id: int) -> bool:
        """Whether the job exists and runs as one of the instance's accounts; another's job is refused."""
        if type(slurm_job_id) is not int or slurm_job_id < 1:
            raise RefusalError("a job id is a positive number")
        for line in self._run(self._list_command()).splitlines():
            job, uid = line.split("|")[:2]
            if job == str(slurm_job_id):
                if not self._is_workspace_uid(uid):
                    raise RefusalError("that job is not of this instance")
                return True
        return False

    def _account(self, account: str) -> pwd.struct_passwd:
        """Return the passwd entry of an account that name, uid and group all say is ours."""
        if not isinstance(account, str) or not self.law.fullmatch(account):
            raise RefusalError("the account's name is not a membership's")
        try:
            who = pwd.getpwnam(account)
            group = grp.getgrgid(who.pw_gid).gr_name
        except KeyError:
            raise RefusalError("there is no such account on this machine") from None
        if who.pw_uid not in self.uids or group != account.rsplit("-", 1)[0]:
            raise RefusalError("the account's uid or group is not in this instance's range")
        return who

    def _run(self, command: Sequence[str], script: str = "") -> str:
        done = subprocess.run(
            command,
            input=script,
            env=self.environment,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
            check=False,
        )
        if done.returncode != 0:
            raise OSError(f"{command[0].rsplit('/', 1)[-1]}: {done.stderr.strip()[:300]}")
        return done.stdout


def main() -> None:
    """Serve the instance that TRE_INSTANCE names, with the SLURM that SLURM_CONF names."""
    logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s", stream=sys.stderr)
    instance = Instance.load()
    environment = {
        "PATH": "/usr/bin:/bin",
        "SLURM_CONF": os.environ["SLURM_CONF"],
        "SLURM_TIME_FORMAT": "%s",
        "LC_ALL": "C.UTF-8",
    }
    executor = Executor(instance, Commands(), environment)
    path = instance.paths.socket("executor")
    path.parent.mkdir(parents=True, exist_ok=True)
    with Server(path, executor, group=pwd.getpwuid(executor.broker_uid).pw_gid) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
