"""Calls of the kernel: their results, and its refusals as errors."""

import ctypes
import errno
import os

import pytest

from affidavit.sandbox import kernel
from affidavit.sandbox.kernel import system_call

GETPID = {"x86_64": 39, "aarch64": 172}
"""Linux, syscall_64.tbl and asm-generic/unistd.h."""
RESTRICT = 446
"""``landlock_restrict_self``, on every architecture."""


def test_a_call_gives_what_the_kernel_answers():
    number = GETPID.get(os.uname().machine)
    if number is None:
        pytest.skip("the number of getpid on this machine is not known here")
    assert system_call(number) == os.getpid()


def test_a_refused_call_is_an_error_with_the_kernels_number():
    with pytest.raises(OSError, match=r"^\[Errno") as raised:
        system_call(RESTRICT, ctypes.c_int(-1), ctypes.c_uint32(0))
    assert raised.value.errno in {errno.EBADF, errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP}


def test_a_refused_setting_is_an_error():
    with pytest.raises(OSError, match=r"^\[Errno 22"):
        kernel._prctl(999_999, 0)


def test_an_accepted_setting_says_nothing():
    assert kernel._prctl(29, 0) is None  # PR_SET_TIMERSLACK with 0: the default, which this process has
