"""The filter as a program: interpreted here, instruction by instruction, and compared with the table."""

import errno
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.sandbox import syscalls

MACHINES = ("x86_64", "aarch64")
ALLOW, KILL, EPERM = 0x7FFF0000, 0x80000000, 0x50000 | errno.EPERM
PROCESS = 4_711
KNOWN = {
    # name: x86-64, ARM64 (Linux, syscall_64.tbl and asm-generic/unistd.h)
    "pread64": (17, 67), "write": (1, 64), "mmap": (9, 222), "clone": (56, 220), "execve": (59, 221),
    "ptrace": (101, 117), "socket": (41, 198), "exit_group": (231, 94), "futex": (202, 98),
}  # fmt: skip


def run(code: bytes, machine: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """What the kernel's interpreter would answer (Documentation/networking/filter.rst)."""
    data = struct.pack("<IIQ6Q", number, machine, 0, *(*arguments, *[0] * 6)[:6])
    steps = [struct.unpack_from("<HBBI", code, at) for at in range(0, len(code), 8)]
    at, value = 0, 0
    while True:
        operation, if_true, if_false, k = steps[at]
        at += 1
        if operation == 0x20:
            (value,) = struct.unpack_from("<I", data, k)
        elif operation == 0x06:
            return k
        else:
            truth = {0x15: value == k, 0x35: value >= k, 0x45: bool(value & k)}[operation]
            at += if_true if truth else if_false


def answer(machine: str, number: int, *arguments: int) -> int:
    architecture = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}[machine]
    return run(syscalls.program(machine, PROCESS), architecture, number, arguments)


@pytest.mark.parametrize("machine", MACHINES)
def test_every_call_of_the_table_gets_its_policy(machine):
    simple = {"allow": ALLOW, "kill": KILL}
    for call in syscalls.calls(machine):
        if call.policy in simple:
            assert answer(machine, call.number) == simple[call.policy], call.name


@pytest.mark.parametrize("machine", MACHINES)
def test_numbers_are_the_kernels(machine):
    numbers = {call.name: call.number for call in syscalls.calls(machine)}
    for name, known in KNOWN.items():
        assert numbers[name] == known[MACHINES.index(machine)], name
    assert len(set(numbers.values())) == len(numbers)


@pytest.mark.parametrize("machine", MACHINES)
def test_memory_may_be_mapped_and_not_executed(machine):
    numbers = {call.name: call.number for call in syscalls.calls(machine)}
    for name in ("mmap", "mprotect"):
        assert answer(machine, numbers[name], 0, 4096, 3) == ALLOW
        assert answer(machine, numbers[name], 0, 4096, 5) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", ["clone", "clone3", "execve", "ptrace", "socket", "seccomp"])
def test_neither_threads_nor_processes_start_and_no_other_filter_is_set(machine, name):
    number = {call.name: call.number for call in syscalls.calls(machine)}[name]
    for first in (0, 17, 0x3D0F00, 1 << 63):
        assert answer(machine, number, first) == KILL


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("high", [0, 1 << 32, 0xFFFFFFFF << 32])
def test_the_high_half_of_an_argument_changes_nothing(machine, high):
    numbers = {call.name: call.number for call in syscalls.calls(machine)}
    assert answer(machine, numbers["mprotect"], 0, 4096, high | 4) == EPERM
    assert answer(machine, numbers["tgkill"], high | (PROCESS + 1), 1, 6) == KILL
    assert answer(machine, numbers["fcntl"], 3, high | 4) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_what_could_open_reach_or_change_something_is_not_allowed(machine):
    allowed = {call.name for call in syscalls.calls(machine) if call.policy == "allow"}
    assert not allowed & {
        "open", "openat", "openat2", "ioctl", "prctl", "prlimit64", "setrlimit", "flock", "sendfile", "splice", "kill",
        "read", "newfstatat", "statx", "dup2", "shmat", "pkey_mprotect", "personality", "setresuid", "clone",
        "ftruncate",
    }  # fmt: skip
    assert len(allowed) < 30


@pytest.mark.parametrize("machine", MACHINES)
def test_only_this_process_is_signalled_and_only_handles_are_duplicated(machine):
    numbers = {call.name: call.number for call in syscalls.calls(machine)}
    assert answer(machine, numbers["tgkill"], PROCESS, 1, 6) == ALLOW
    assert answer(machine, numbers["tgkill"], PROCESS + 1, 1, 6) == KILL
    assert answer(machine, numbers["fcntl"], 3, 1030) == ALLOW
    assert answer(machine, numbers["fcntl"], 3, 8) == EPERM


@given(st.integers(0, 0xFFFFFFFF), st.sampled_from(MACHINES))
def test_what_is_not_listed_fails(number, machine):
    listed = {call.number for call in syscalls.calls(machine)}
    if number in listed:
        return
    expected = KILL if machine == "x86_64" and number >= 0x40000000 else EPERM
    assert answer(machine, number) == expected


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("other", [0x40000003, 0x40000028, 0])
def test_another_architectures_calls_kill(machine, other):
    assert run(syscalls.program(machine, PROCESS), other, 0) == KILL


def test_machines_without_a_table_have_no_filter(monkeypatch: pytest.MonkeyPatch):
    assert not syscalls.supported("riscv64")
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert syscalls.own_program() == b""


def test_a_policy_that_means_nothing_is_refused():
    with pytest.raises(KeyError):
        syscalls._answer("whatever", 1)
