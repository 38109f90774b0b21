"""JobSpec + facts about the machine → the bubblewrap command: a sandbox that holds only what is listed here.

Pure: no file is opened and nothing runs; `kernels.porter` does that. Everything visible inside stands in
this module as data, so the list is the policy. There is no network name space with an interface: the one
way out is the door, mounted read-only so that a job can neither replace it nor plant a link beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from kernels.protocol import DOOR, HOME, JobSpec

BUBBLEWRAP = "/usr/bin/bwrap"
PERSON_INSIDE = "researcher"
HOST_NAME = "workspace"
GIB = 1024**3

WALLS = (
    "--unshare-all",
    "--unshare-user",
    "--disable-userns",
    "--die-with-parent",
    "--new-session",
    "--clearenv",
)

SYSTEM_FOLDERS = (
    *("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"),
    *("/usr/lib/python3.11", "/usr/lib/python3.12", "/usr/lib/python3.13"),
    *("/usr/lib/locale", "/usr/lib/terminfo", "/usr/lib/git-core", "/usr/lib/file"),
    *("/usr/share/zoneinfo", "/usr/share/fonts", "/usr/share/terminfo", "/usr/share/misc"),
)
SYSTEM_LINKS = (("usr/bin", "/bin"), ("usr/lib", "/lib"), ("usr/lib64", "/lib64"))
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/localtime")

MASKED_PATTERNS = ("slurm*", "libslurm*", "libmunge*", "security", "systemd")
"""Names in the architecture's library folder that no analysis needs and an attacker might like."""

PROGRAMS = (
    # Python of the system: the workspace environment's interpreter is a link to it
    *("python3", "python3.11", "python3.12", "python3.13"),
    # a shell and what people type into it
    *("bash", "sh", "dash", "env", "which", "git", "less", "more", "nano", "vi", "clear", "tput", "stty"),
    *("ls", "cat", "cp", "mv", "rm", "mkdir", "rmdir", "ln", "touch", "chmod", "pwd", "readlink"),
    *("head", "tail", "sort", "uniq", "cut", "tr", "wc", "nl", "paste", "join", "comm", "split", "tee"),
    *("grep", "egrep", "fgrep", "sed", "awk", "mawk", "find", "xargs", "diff", "cmp", "file", "stat"),
    *("gzip", "gunzip", "zcat", "bzip2", "xz", "tar", "zip", "unzip", "sha256sum", "md5sum", "base64"),
    *("echo", "printf", "test", "expr", "true", "false", "sleep", "date", "basename", "dirname"),
    *("ps", "top", "kill", "nice", "nproc", "free", "uname", "id", "whoami", "groups", "hostname"),
    *("du", "df", "od", "seq", "realpath", "timeout", "locale"),
)
"""An allow list of programs: no setuid program, no SLURM or munge client, no network tool is on it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sandbox may use besides the cores and memory that SLURM's cgroup bounds."""

    tmp_share: float = 0.25  # of the job's memory, for /tmp
    shm_share: float = 0.5  # of the job's memory, for /dev/shm (worker processes of data loaders)
    processes: int = 4096
    open_files: int = 65_536


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Machine:
    """What the porter found on this node."""

    programs: tuple[tuple[str, str], ...]  # (real file, name below /usr/bin) of those PROGRAMS that exist
    masked_folders: tuple[str, ...]
    masked_files: tuple[str, ...]
    door: str  # this job's door folder on the host


@dataclass(frozen=True, slots=True)
class Descriptors:
    """Open files that bubblewrap reads; numbers, because descriptors are inherited by number."""

    seccomp: int
    made: tuple[tuple[int, str], ...]  # (descriptor, where it is shown), one for each of `made_files`


def argv(spec: JobSpec, machine: Machine, files: Descriptors) -> list[str]:
    """Return the whole command: bubblewrap, its walls, its mounts, and the launcher as first process."""
    return [
        BUBBLEWRAP,
        *WALLS,
        *("--uid", str(spec.uid), "--gid", str(spec.gid), "--hostname", HOST_NAME, "--cap-drop", "ALL"),
        *_system(machine),
        *_made(files),
        *_kernel_filesystems(spec),
        *("--ro-bind", spec.software, spec.software),
        *_workspace(spec),
        *("--ro-bind", machine.door, DOOR),
        # Last: everything above had to be created on it first.
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *("--seccomp", str(files.seccomp), "--chdir", HOME),
        *("--", f"{spec.software}/bin/python", "-I", "-m", "kernels.launcher"),
    ]


def made_files(spec: JobSpec) -> dict[str, str]:
    """Return the files made for a job: one account under a neutral name, its group, names of loopback."""
    account = f"{PERSON_INSIDE}:x:{spec.uid}:{spec.gid}::{HOME}:/bin/bash\n"
    return {
        "/etc/passwd": f"{account}nobody:x:65534:65534::/nonexistent:/bin/false\n",
        "/etc/group": f"{spec.project}:x:{spec.gid}:\nnogroup:x:65534:\n",
        "/etc/hosts": f"127.0.0.1 localhost {HOST_NAME}\n",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }


def _system(machine: Machine) -> Iterable[str]:
    for folder in SYSTEM_FOLDERS:
        yield from ("--ro-bind-try", folder, folder)
    for target, link in SYSTEM_LINKS:
        yield from ("--symlink", target, link)
    for real, name in machine.programs:
        yield from ("--ro-bind", real, f"/usr/bin/{name}")
    for file in SYSTEM_FILES:
        yield from ("--ro-bind-try", file, file)
    yield from _masks(machine)


def _masks(machine: Machine) -> Iterable[str]:
    for folder in machine.masked_folders:
        yield from ("--perms", "0555", "--size", "4096", "--tmpfs", folder, "--remount-ro", folder)
    for file in machine.masked_files:
        # A device node on a mount without devices: opening it is refused.
        yield from ("--ro-bind", "/dev/null", file)


def _made(files: Descriptors) -> Iterable[str]:
    for descriptor, target in files.made:
        yield from ("--perms", "0444", "--ro-bind-data", str(descriptor), target)


def _kernel_filesystems(spec: JobSpec) -> Iterable[str]:
    yield from ("--proc", "/proc", "--dev", "/dev")
    yield from _sized_tmpfs("/dev/shm", LIMITS.shm_share, spec)  # noqa: S108  (the sandbox's own)
    yield from _sized_tmpfs("/tmp", LIMITS.tmp_share, spec)  # noqa: S108  (ditto)


def _sized_tmpfs(target: str, share: float, spec: JobSpec) -> Iterable[str]:
    size = int(spec.memory_gib * GIB * share)
    return ("--perms", "1777", "--size", str(size), "--tmpfs", target)


def _workspace(spec: JobSpec) -> Iterable[str]:
    for mount in sorted(spec.mounts, key=lambda mount: mount.target):
        yield from ("--bind" if mount.writable else "--ro-bind", mount.source, mount.target)
