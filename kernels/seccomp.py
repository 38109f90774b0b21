"""The system calls a notebook never needs, denied: a classic BPF program, built from data, no library.

A second wall behind the name spaces: a network namespace does not confine AF_VSOCK, and io_uring, user fault
handling, keyrings, perf and BPF are kernel surface that no analysis uses. bubblewrap loads the program with
``--seccomp FD``. Numbers are from the kernel's tables (arch/x86/entry/syscalls, include/uapi/asm-generic).
"""

import errno
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain

# linux/bpf_common.h, linux/seccomp.h
LOAD_WORD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, JUMP_IF_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
KILL_PROCESS, ALLOW, FAIL_WITH = 0x80000000, 0x7FFF0000, 0x00050000
OFFSET_NUMBER, OFFSET_ARCH, OFFSET_ARGUMENTS = 0, 4, 16  # struct seccomp_data

AF_NETLINK, AF_INET6 = 16, 10
NEW_NAMESPACES = 0x7E020000  # CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}
TIOCSTI, TIOCLINUX = 0x5412, 0x541C


class Machine(IntEnum):
    """AUDIT_ARCH value of each architecture we know the numbers of."""

    X86_64 = 0xC000003E
    AARCH64 = 0xC00000B7


# name: (x86_64, aarch64); None where the architecture has no such call
DENIED: dict[str, tuple[int | None, int | None]] = {
    # keyrings are not in a namespace
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # other processes' memory and descriptors
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    # kernel surface
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "fanotify_init": (300, 262),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "lookup_dcookie": (212, 18),
    "personality": (135, 92),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    "nfsservctl": (180, 42),
    "vhangup": (153, 58),
    # mounts and namespaces
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    # the machine
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "syslog": (103, 116),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "iopl": (172, None),
    "ioperm": (173, None),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
}
# Answered "no such call", so that libraries fall back: io_uring; clone3 hides its flags behind a pointer.
ABSENT: dict[str, tuple[int | None, int | None]] = {
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "clone3": (435, 435),
}
CLONE = (56, 220)
IOCTL = (16, 29)
SOCKETS = ((41, 198), (53, 199))  # socket, socketpair
ALLOWED_FAMILIES = (socket.AF_UNIX, socket.AF_INET, AF_INET6)
X32_BIT = 0x40000000


@dataclass(frozen=True, slots=True)
class Instruction:
    """One ``struct sock_filter``."""

    code: int
    value: int
    if_true: int = 0
    if_false: int = 0

    def pack(self) -> bytes:
        """Return its eight bytes in the machine's order."""
        return struct.pack("=HBBI", self.code, self.if_true, self.if_false, self.value)


def program(machine: Machine) -> bytes:
    """Return the whole filter for one architecture, ready for ``--seccomp FD``."""
    parts = (_prologue(machine), _denials(machine), *_argument_rules(machine), [Instruction(RETURN, ALLOW)])
    return b"".join(instruction.pack() for instruction in chain(*parts))


def machine_of(name: str) -> Machine | None:
    """Return the architecture that ``os.uname().machine`` names, or None when we do not know its calls."""
    return {"x86_64": Machine.X86_64, "aarch64": Machine.AARCH64}.get(name)


def _number(numbers: tuple[int | None, int | None], machine: Machine) -> int | None:
    return numbers[0 if machine is Machine.X86_64 else 1]


def _fail(error: int) -> Instruction:
    return Instruction(RETURN, FAIL_WITH | error)


def _argument(index: int) -> Instruction:
    # Low word only: the kernel itself reads these arguments as int, whatever the high word says.
    return Instruction(LOAD_WORD, OFFSET_ARGUMENTS + 8 * index)


def _prologue(machine: Machine) -> list[Instruction]:
    # Calls of another ABI (i386, x32) would carry other numbers past the list below.
    x32 = [Instruction(JUMP_IF_AT_LEAST, X32_BIT, 0, 1), Instruction(RETURN, KILL_PROCESS)]
    return [
        Instruction(LOAD_WORD, OFFSET_ARCH),
        Instruction(JUMP_IF_EQUAL, machine, 1, 0),
        Instruction(RETURN, KILL_PROCESS),
        Instruction(LOAD_WORD, OFFSET_NUMBER),
        *(x32 if machine is Machine.X86_64 else ()),
    ]


def _denials(machine: Machine) -> list[Instruction]:
    pairs = chain(
        ((numbers, errno.EPERM) for numbers in DENIED.values()),
        ((numbers, errno.ENOSYS) for numbers in ABSENT.values()),
    )
    known = ((number, error) for numbers, error in pairs if (number := _number(numbers, machine)) is not None)
    return [
        part for number, error in known for part in (Instruction(JUMP_IF_EQUAL, number, 0, 1), _fail(error))
    ]


def _argument_rules(machine: Machine) -> Iterable[list[Instruction]]:
    yield _only_for(_number(CLONE, machine), _no_new_namespaces())
    yield _only_for(_number(IOCTL, machine), _no_typing_into_terminals())
    for call in SOCKETS:
        yield _only_for(_number(call, machine), _known_families())


def _only_for(number: int | None, body: list[Instruction]) -> list[Instruction]:
    assert number is not None  # noqa: S101  (every architecture has these calls)
    return [Instruction(JUMP_IF_EQUAL, number, 0, len(body)), *body]


def _no_new_namespaces() -> list[Instruction]:
    return [
        _argument(0),
        Instruction(JUMP_IF_ANY_BIT, NEW_NAMESPACES, 0, 1),
        _fail(errno.EPERM),
        Instruction(RETURN, ALLOW),
    ]


def _no_typing_into_terminals() -> list[Instruction]:
    return [
        _argument(1),
        Instruction(JUMP_IF_EQUAL, TIOCSTI, 1, 0),
        Instruction(JUMP_IF_EQUAL, TIOCLINUX, 0, 1),
        _fail(errno.EPERM),
        Instruction(RETURN, ALLOW),
    ]


def _known_families() -> list[Instruction]:
    # getifaddrs() asks the routing netlink; other netlink protocols reach the audit and device subsystems.
    netlink = [
        Instruction(JUMP_IF_EQUAL, AF_NETLINK, 0, 3),
        _argument(2),
        Instruction(JUMP_IF_EQUAL, 0, 0, 1),
        Instruction(RETURN, ALLOW),
    ]
    families = [
        part
        for family in ALLOWED_FAMILIES
        for part in (Instruction(JUMP_IF_EQUAL, family, 0, 1), Instruction(RETURN, ALLOW))
    ]
    return [_argument(0), *families, *netlink, _fail(errno.EAFNOSUPPORT)]
