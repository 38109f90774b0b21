"""The filter is run here by a small interpreter of classic BPF: what it answers is what the kernel will."""

import errno
import socket
import struct

import pytest

from kernels import seccomp
from kernels.seccomp import ABSENT, ALLOW, DENIED, FAIL_WITH, KILL_PROCESS, Machine, program

MACHINES = list(Machine)
CALLS = {"read": (0, 63), "execve": (59, 221), "openat": (257, 56), "futex": (202, 98), "mmap": (9, 222)}


def answer(machine: Machine, number: int, *arguments: int, arch: int | None = None) -> int:
    data = struct.pack("=IIQ", number, machine if arch is None else arch, 0)
    data += struct.pack("=6Q", *(list(arguments) + [0] * (6 - len(arguments))))
    code = [struct.unpack("=HBBI", program(machine)[i : i + 8]) for i in range(0, len(program(machine)), 8)]
    accumulator = at = 0
    while True:
        operation, if_true, if_false, value = code[at]
        at += 1
        match operation:
            case seccomp.LOAD_WORD:
                accumulator = struct.unpack_from("=I", data, value)[0]
            case seccomp.RETURN:
                return value
            case seccomp.JUMP_IF_EQUAL:
                at += if_true if accumulator == value else if_false
            case seccomp.JUMP_IF_AT_LEAST:
                at += if_true if accumulator >= value else if_false
            case seccomp.JUMP_IF_ANY_BIT:
                at += if_true if accumulator & value else if_false
            case _:
                raise AssertionError(operation)


def number(call: tuple[int | None, int | None], machine: Machine) -> int | None:
    return call[MACHINES.index(machine)]


@pytest.mark.parametrize("machine", MACHINES)
class TestFilter:
    @pytest.mark.parametrize("call", DENIED)
    def test_denied_calls_are_refused(self, machine, call):
        if (nr := number(DENIED[call], machine)) is not None:
            assert answer(machine, nr) == FAIL_WITH | errno.EPERM

    @pytest.mark.parametrize("call", ABSENT)
    def test_absent_calls_do_not_exist(self, machine, call):
        assert answer(machine, number(ABSENT[call], machine)) == FAIL_WITH | errno.ENOSYS

    @pytest.mark.parametrize("call", CALLS)
    def test_ordinary_calls_pass(self, machine, call):
        assert answer(machine, number(CALLS[call], machine)) == ALLOW

    def test_another_architecture_is_killed(self, machine):
        assert answer(machine, 0, arch=0x40000003) == KILL_PROCESS  # i386

    @pytest.mark.parametrize("family", [socket.AF_UNIX, socket.AF_INET, socket.AF_INET6])
    def test_known_socket_families_pass(self, machine, family):
        for call in seccomp.SOCKETS:
            assert answer(machine, number(call, machine), family, socket.SOCK_STREAM, 0) == ALLOW

    @pytest.mark.parametrize("family", [0, 3, 17, 30, 31, 38, 40, 44, 1 << 20])
    def test_all_other_families_are_refused(self, machine, family):
        for call in seccomp.SOCKETS:
            assert answer(machine, number(call, machine), family) == FAIL_WITH | errno.EAFNOSUPPORT

    def test_netlink_is_for_routing_only(self, machine):
        call = number(seccomp.SOCKETS[0], machine)
        assert answer(machine, call, 16, 3, 0) == ALLOW
        assert answer(machine, call, 16, 3, 9) == FAIL_WITH | errno.EAFNOSUPPORT

    def test_the_upper_half_of_an_argument_changes_nothing(self, machine):
        ioctl, sock = number(seccomp.IOCTL, machine), number(seccomp.SOCKETS[0], machine)
        assert answer(machine, ioctl, 0, seccomp.TIOCSTI | 1 << 32) == FAIL_WITH | errno.EPERM
        assert answer(machine, sock, 40 | 1 << 32) == FAIL_WITH | errno.EAFNOSUPPORT

    def test_terminals_can_be_used_but_not_typed_into(self, machine):
        ioctl = number(seccomp.IOCTL, machine)
        assert answer(machine, ioctl, 0, seccomp.TIOCLINUX) == FAIL_WITH | errno.EPERM
        assert answer(machine, ioctl, 0, 0x5401) == ALLOW  # TCGETS

    @pytest.mark.parametrize("flag", [0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x40000000])
    def test_processes_pass_and_new_namespaces_do_not(self, machine, flag):
        clone = number(seccomp.CLONE, machine)
        assert answer(machine, clone, flag | 17) == FAIL_WITH | errno.EPERM
        assert answer(machine, clone, 0x003D0F00) == ALLOW  # what glibc makes a thread with


def test_x32_calls_are_killed():
    assert answer(Machine.X86_64, 0x40000000 | 248) == KILL_PROCESS


def test_jumps_stay_within_what_the_instruction_can_hold():
    for machine in Machine:
        assert len(program(machine)) % 8 == 0
        assert len(program(machine)) // 8 < 4096  # BPF_MAXINSNS


def test_an_unknown_processor_has_no_filter():
    assert seccomp.machine_of("riscv64") is None
