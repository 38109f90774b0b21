"""System calls by number, for acts that Python has no function for."""

import ctypes
import os
from typing import Any

# x86_64, aarch64
NUMBERS = {
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "io_uring_setup": (425, 425),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "mount": (165, 40),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "setns": (308, 268),
    "pivot_root": (155, 41),
    "fsopen": (430, 430),
    "open_tree": (428, 428),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "name_to_handle_at": (303, 264),
    "shmget": (29, 194),
    "syslog": (103, 116),
    "clone": (56, 220),
}
_libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: Any) -> int:  # noqa: ANN401  (ctypes values)
    """Make a system call. Raises OSError when it fails."""
    number = NUMBERS[name][0 if os.uname().machine == "x86_64" else 1]
    result = int(_libc.syscall(number, *arguments))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def succeeded_in_child(name: str, *arguments: Any) -> None:  # noqa: ANN401  (ctypes values)
    """Make a system call in a child, for calls that change the caller. Raises OSError when it fails."""
    pid = os.fork()
    if pid == 0:
        try:
            call(name, *arguments)
            os._exit(0)
        except BaseException:  # noqa: BLE001  (a child must not return into the parent's code)
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        raise OSError(f"{name} failed in a child")
