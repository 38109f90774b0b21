"""Brings a job from SLURM's shell into its sandbox: reports to the node's relay, then becomes bubblewrap.

Runs as the membership's account, outside the sandbox, from a constant script line. Standard library only.
It holds no secret: tokens go from the relay through the door to the first process inside. Whatever fails
ends the job; there is no way on without the sandbox.
"""

import ctypes
import os
import resource
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from governance.decisions import Refused
from governance.errors import BrokenError, RefusedError, TreError, UsageError
from governance.instance import Instance
from kernels import machine_facts, sandbox, seccomp
from kernels.protocol import LONGEST_MESSAGE, NODE_LAW, JobSpec, decode, encode, outcome

RELAY_ANSWERS_WITHIN_S = 60.0
KEYCTL_JOIN_SESSION_KEYRING = 1
KEYCTL = {"x86_64": 250, "aarch64": 219}


def main(arguments: list[str]) -> NoReturn:
    """Admit and enter: ``porter INSTANCE SPAWN_ID``; `SLURM_JOB_ID` and `SLURMD_NODENAME` come from SLURM."""
    try:
        instance_name, spawn_id = arguments
        instance = Instance.load(instance_name)
        relay = relay_socket(instance.paths.run, os.environ.get("SLURMD_NODENAME", ""))
        spec, door = admit(relay, spawn_id, int(os.environ["SLURM_JOB_ID"]))
        enter(spec, door)
    except (TreError, OSError, ValueError, KeyError) as error:
        # SLURM sends this to /dev/null; it is for a person who runs the porter by hand.
        sys.stderr.write(f"porter: {error}\n")
        sys.exit(error.exit_code if isinstance(error, TreError) else 3)


def relay_socket(run: Path, node: str) -> Path:
    """Return the socket of this node's relay: one of its own name where there is one, else the only one."""
    if NODE_LAW.fullmatch(node):
        own = run / "relay" / node / "socket"
        if own.exists():
            return own
    return run / "relay" / "socket"


def admit(relay: Path, spawn_id: str, slurm_job_id: int) -> tuple[JobSpec, Path]:
    """Report to the relay; return what the job is and where its door lies.

    Raises:
        RefusedError: broker or relay do not expect this job under this account.
        BrokenError: the relay does not answer.
    """
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(RELAY_ANSWERS_WITHIN_S)
            connection.connect(str(relay))
            connection.sendall(
                encode({"verb": "admit", "spawn_id": spawn_id, "slurm_job_id": slurm_job_id}) + b"\n"
            )
            with connection.makefile("rb") as lines:
                content = outcome(decode(lines.readline(LONGEST_MESSAGE)))
    except OSError as error:
        raise BrokenError("The node's relay does not answer.") from error
    if isinstance(content, Refused):
        raise RefusedError(content)
    return JobSpec.from_json(content["jobspec"]), Path(content["door"])


def enter(spec: JobSpec, door: Path) -> NoReturn:
    """Drop what would leak inside, set limits, and become bubblewrap with an empty environment."""
    machine = seccomp.machine_of(os.uname().machine)
    if machine is None:
        raise UsageError("This processor's system calls are not known: the job cannot be sandboxed.")
    leave_session_keyring()
    for kind, most in limits():
        lower_limit(kind, most)
    null_standard_streams()
    files = sandbox.Descriptors(
        seccomp=sealed(seccomp.program(machine)),
        made=tuple((sealed(text.encode()), place) for place, text in sandbox.made_files(spec).items()),
    )
    command = sandbox.argv(spec, machine_facts.look(door), files)
    os.chdir("/")
    os.umask(0o027)
    os.execve(command[0], command, {})  # noqa: S606  (no shell; argv from a pure function)


def limits() -> Iterator[tuple[int, int]]:
    """Yield the resource limits of everything inside."""
    yield resource.RLIMIT_CORE, 0  # a core file would hold patients' data
    yield resource.RLIMIT_NPROC, sandbox.LIMITS.processes
    yield resource.RLIMIT_NOFILE, sandbox.LIMITS.open_files


def lower_limit(kind: int, most: int) -> None:
    """Set soft and hard limit to `most`, or to the hard limit where that is lower."""
    _, hard = resource.getrlimit(kind)
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (value, value))


def leave_session_keyring() -> None:
    """Join a new session keyring: keyrings are in no namespace, so an inherited one would be seen inside."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(KEYCTL[os.uname().machine], KEYCTL_JOIN_SESSION_KEYRING, None) < 0:
        raise BrokenError(f"A new session keyring was refused: {os.strerror(ctypes.get_errno())}.")


def null_standard_streams() -> None:
    """Put /dev/null on descriptors 0, 1 and 2, and let no other pass: each would be a hole into the host."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def sealed(content: bytes) -> int:
    """Return an inheritable descriptor of an anonymous file with `content`, read from its start."""
    descriptor = os.memfd_create("tre", 0)  # without MFD_CLOEXEC
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


if __name__ == "__main__":
    main(sys.argv[1:])
