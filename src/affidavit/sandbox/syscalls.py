"""The filter of system calls: an allow-list as a classic BPF program.

Sources: Linux, include/uapi/linux/{seccomp,filter,bpf_common,audit}.h, Documentation/userspace-api/seccomp_filter.rst.
Which calls, and with which arguments, is in ``syscalls.tsv``.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from pathlib import Path
from typing import Final, NamedTuple

from affidavit.sandbox.kernel import system_call

_TABLE: Final = Path(__file__).with_name("syscalls.tsv")
_ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""AUDIT_ARCH_* of those machines whose numbers are in the table."""
_SECCOMP: Final = {"x86_64": 317, "aarch64": 277}
_SET_FILTER, _ALL_THREADS = 1, 1

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _MACHINE = 0, 4
"""Offsets in ``struct seccomp_data``; the arguments follow at 16, eight bytes each, low half first here."""
_X32: Final = 0x40000000
"""System calls of the x32 interface, which has numbers of its own, start here."""

_PROT_EXEC: Final = 4
_F_DUPFD_CLOEXEC: Final = 1030


class Call(NamedTuple):
    """One line of the table: the call's number on this machine and its policy."""

    name: str
    number: int
    policy: str


def supported(machine: str = "") -> bool:
    """Whether the table has this machine's numbers: a 32-bit program on a 64-bit kernel has others."""
    return sys.platform == "linux" and sys.maxsize > 1 << 32 and (machine or platform.machine()) in _ARCHITECTURES


def calls(machine: str) -> tuple[Call, ...]:
    """The table for one machine."""
    lines = [line.split("\t") for line in _TABLE.read_text("ascii").splitlines() if not line.startswith("#")]
    column = lines[0].index(machine)
    return tuple(Call(row[0], int(row[column]), row[3]) for row in lines[1:] if row[column] != "-")


def program(machine: str, process: int) -> bytes:
    """The filter's instructions, eight bytes each (``struct sock_filter``).

    Args:
        machine: as `platform.machine` says it.
        process: id of the process to which `self` calls are allowed.
    """
    code = [_load(_MACHINE), _jump(_EQUAL, _ARCHITECTURES[machine], 1, 0), _give(_KILL), _load(_NUMBER)]
    if machine == "x86_64":
        code += [_jump(_AT_LEAST, _X32, 0, 1), _give(_KILL)]
    for call in calls(machine):
        then = _answer(call.policy, process)
        code += [_jump(_EQUAL, call.number, 0, len(then)), *then]
    return b"".join([*code, _give(_ERROR | errno.EPERM)])


def _answer(policy: str, process: int) -> list[bytes]:
    """The instructions for a call of one policy; they end in a return on every path.

    Raises:
        KeyError: the table has a policy that means nothing.
    """
    allow, kill, denied = _give(_ALLOW), _give(_KILL), _give(_ERROR | errno.EPERM)
    return {
        "allow": [allow],
        "kill": [kill],
        "no-exec": [_load(_argument(2)), _jump(_ANY_BIT, _PROT_EXEC, 0, 1), denied, allow],
        "self": [_load(_argument(0)), _jump(_EQUAL, process, 1, 0), kill, allow],
        "duplicate": [_load(_argument(1)), _jump(_EQUAL, _F_DUPFD_CLOEXEC, 1, 0), denied, allow],
    }[policy]


def _argument(index: int) -> int:
    """Offset of the low half of an argument."""
    return 16 + 8 * index


def _load(offset: int) -> bytes:
    return struct.pack("<HBBI", _LOAD, 0, 0, offset)


def _jump(test: int, value: int, if_true: int, if_false: int) -> bytes:
    return struct.pack("<HBBI", test, if_true, if_false, value)


def _give(value: int) -> bytes:
    return struct.pack("<HBBI", _RETURN, 0, 0, value)


def own_program() -> bytes:
    """The filter for this process on this machine; empty where the table does not have the machine's numbers."""
    machine = platform.machine()
    return program(machine, os.getpid()) if supported(machine) else b""


def install(code: bytes) -> None:
    """Put a filter on this process and all of its threads, for good.

    Raises:
        OSError: the kernel refused.
    """
    filters = ctypes.create_string_buffer(code, len(code))
    # struct sock_fprog: a length in instructions, then the address
    whole = struct.pack("@HP", len(code) // 8, ctypes.addressof(filters))
    number = _SECCOMP[platform.machine()]
    left_out = system_call(number, ctypes.c_uint(_SET_FILTER), ctypes.c_uint(_ALL_THREADS), ctypes.c_char_p(whole))
    if left_out:
        raise OSError(errno.ESRCH, f"thread {left_out} cannot be given the filter")
