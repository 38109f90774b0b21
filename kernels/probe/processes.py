"""Acts on processes, shared memory, keyrings and the kernel's rarer calls."""

import ctypes
import fcntl
import os
import pty
import resource
import signal
import termios
from contextlib import suppress
from multiprocessing import shared_memory
from pathlib import Path

from kernels.probe.acts import Act, Outcome, Victims, demand
from kernels.probe.kernel_calls import call, succeeded_in_child

NEW_USER, NEW_NET = 0x10000000, 0x40000000
GIB = 1024**3
PTRACE_ATTACH, PTRACE_DETACH = 16, 17
KEYCTL_GET_KEYRING_ID, KEYCTL_READ = 0, 11
SESSION_KEYRING, USER_KEYRING = -3, -4


def _see_others(_: Victims) -> None:
    # Inside, process 1 is bubblewrap's and everything else its child.
    demand(Path("/proc/1/comm").read_text(encoding="utf-8").strip() != "bwrap", "only this sandbox is seen")


def _signal_victim(victims: Victims) -> None:
    os.kill(int(victims["pid"]), 0)


def _trace_victim(victims: Victims) -> None:
    pid = int(victims["pid"])
    call("ptrace", PTRACE_ATTACH, pid, None, None)
    os.waitpid(pid, os.WUNTRACED)
    call("ptrace", PTRACE_DETACH, pid, None, None)


def _trace_own_child(_: Victims) -> None:
    succeeded_in_child("ptrace", 0, 0, None, None)  # PTRACE_TRACEME


def _environment_of_first(_: Victims) -> None:
    demand(b"=" in Path("/proc/1/environ").read_bytes(), "empty")


def _slurm_environment(_: Victims) -> None:
    demand([name for name in os.environ if name.startswith(("SLURM", "MUNGE"))], "none")


def _shared_memory(victims: Victims) -> None:
    memory = shared_memory.SharedMemory(str(victims["shm"]))
    memory.close()


def _system_v_memory(victims: Victims) -> None:
    call("shmget", int(victims["shm_key"]), 0, 0)


def _session_keyring(_: Victims) -> None:
    call("keyctl", KEYCTL_GET_KEYRING_ID, SESSION_KEYRING, 0)


def _user_keyring(_: Victims) -> None:
    call("keyctl", KEYCTL_GET_KEYRING_ID, USER_KEYRING, 1)


def _add_key(_: Victims) -> None:
    call("add_key", b"user", b"tre-probe", b"x", 1, SESSION_KEYRING)


def _type_into_terminal(_: Victims) -> None:
    leader, follower = pty.openpty()
    try:
        # EIO would mean "not your terminal": make it this child's own first.
        pid = os.fork()
        if pid == 0:
            with suppress(OSError):
                os.setsid()
                fcntl.ioctl(follower, termios.TIOCSCTTY, 0)
                fcntl.ioctl(follower, termios.TIOCSTI, b"x")
                os._exit(0)
            os._exit(1)
        demand(os.waitpid(pid, 0)[1] == 0, "refused")
    finally:
        os.close(leader)
        os.close(follower)


def _io_uring(_: Victims) -> None:
    os.close(call("io_uring_setup", 1, ctypes.create_string_buffer(120)))


def _userfaultfd(_: Victims) -> None:
    os.close(call("userfaultfd", 1))  # UFFD_USER_MODE_ONLY


def _perf(_: Victims) -> None:
    software_event = bytes([1, 0, 0, 0, 128, 0, 0, 0]) + bytes(32)
    exclude_kernel = bytes([0x62]) + bytes(87)  # an unprivileged caller must
    attributes = ctypes.create_string_buffer(software_event + exclude_kernel, 128)
    os.close(call("perf_event_open", attributes, 0, -1, -1, 0))


def _bpf(_: Victims) -> None:
    array_map = bytes([2, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0])
    attributes = ctypes.create_string_buffer(array_map, 72)
    os.close(call("bpf", 0, attributes, 72))


def _user_namespace(_: Victims) -> None:
    succeeded_in_child("unshare", NEW_USER)


def _user_namespace_by_clone(_: Victims) -> None:
    pid = call("clone", NEW_USER | signal.SIGCHLD, None, None, None, None)
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _network_namespace(_: Victims) -> None:
    succeeded_in_child("unshare", NEW_USER | NEW_NET)


def _mount(_: Victims) -> None:
    succeeded_in_child("mount", b"none", b"/tmp", b"tmpfs", 0, None)


def _unmount(_: Victims) -> None:
    succeeded_in_child("umount2", b"/proc", 2)


def _new_mount_call(_: Victims) -> None:
    os.close(call("fsopen", b"tmpfs", 0))


def _file_handle(_: Victims) -> None:
    handle = ctypes.create_string_buffer(bytes([128, 0, 0, 0]), 136)
    call("name_to_handle_at", -100, b"/", handle, ctypes.byref(ctypes.c_int()), 0)


def _load_module(_: Victims) -> None:
    call("init_module", None, 0, b"")


def _kernel_log(_: Victims) -> None:
    call("syslog", 10, None, 0)  # SYSLOG_ACTION_SIZE_BUFFER


def _core_file(_: Victims) -> None:
    demand(resource.getrlimit(resource.RLIMIT_CORE)[1] != 0, "no core files")


def _unlimited_processes(_: Victims) -> None:
    most = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    demand(most == resource.RLIM_INFINITY or most > 8192, "bounded")


def _huge_tmp(_: Victims) -> None:
    for place in ("/tmp", "/dev/shm"):  # noqa: S108
        held = os.statvfs(place)
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        demand(held.f_blocks * held.f_frsize >= total // 2, "bounded")


def _host_name(_: Victims) -> None:
    demand(os.uname().nodename != "workspace", "hidden")


PROCESSES = (
    Act("processes:see-others", _see_others),
    Act("processes:signal-other-job", _signal_victim),
    Act("processes:trace-other-job", _trace_victim, outside=None),
    Act("processes:trace-own-child", _trace_own_child),
    Act("processes:environment-of-first", _environment_of_first, outside=None),
    Act("processes:slurm-environment", _slurm_environment, outside=None),
    Act("processes:core-file", _core_file, outside=None),
    Act("processes:unlimited", _unlimited_processes, outside=None),
    Act("memory:posix", _shared_memory),
    Act("memory:system-v", _system_v_memory),
    Act("memory:unbounded-tmp", _huge_tmp, outside=None),
    Act("keys:session-keyring", _session_keyring),
    Act("keys:user-keyring", _user_keyring),
    Act("keys:add", _add_key),
    Act("terminal:type-into", _type_into_terminal, outside=None),
    Act("kernel:io-uring", _io_uring, outside=None),
    Act("kernel:userfaultfd", _userfaultfd, outside=None),
    Act("kernel:perf", _perf, outside=None),
    Act("kernel:bpf", _bpf, outside=None),
    Act("kernel:user-namespace", _user_namespace),
    Act("kernel:user-namespace-by-clone", _user_namespace_by_clone),
    Act("kernel:network-namespace", _network_namespace),
    Act("kernel:mount", _mount, outside=None),
    Act("kernel:unmount", _unmount, outside=None),
    Act("kernel:new-mount-calls", _new_mount_call, outside=None),
    Act("kernel:file-handles", _file_handle),
    Act("kernel:load-module", _load_module, outside=None),
    Act("kernel:log", _kernel_log, outside=None),
    Act("kernel:host-name", _host_name),
    Act(
        "allowed:fork",
        lambda _: os.waitpid(os.posix_spawn("/usr/bin/true", ["true"], {}), 0),
        Outcome.ALLOWED,
    ),
)
