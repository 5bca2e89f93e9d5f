"""Walls are raised in a process of their own, which says what stands and what it can still do."""

import os
import subprocess
import sys

import pytest

from affidavit.sandbox import landlock, syscalls, walls

START = "from affidavit.sandbox import landlock, limits, syscalls, walls\nfrom affidavit.sandbox.limits import Limits\n"
BOUNDS = "Limits(1 << 28, 1 << 20, 1 << 20, 5)"


def said(code: str) -> str:
    """What a new process prints (or its error's last line)."""
    done = subprocess.run([sys.executable, "-c", START + code], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]


def test_all_walls_stand_where_the_kernel_has_them():
    expected = ["limits"]
    if landlock.version():
        expected.append(f"landlock {landlock.version()}")
    if syscalls.supported():
        expected.append("seccomp")
    assert said(f"print(walls.raise_walls({BOUNDS}, confined=False))") == str(tuple(expected))


@pytest.mark.parametrize("confined", [False, True])
def test_without_the_filter_only_another_wall_will_do(confined):
    code = f"syscalls.own_program = lambda: b''\nprint(walls.raise_walls({BOUNDS}, confined={confined}))"
    if confined:
        assert said(code).startswith("('limits', ")
    else:
        assert "this kernel or machine offers no filter" in said(code)


def test_a_wall_that_is_not_there_is_seen():
    code = "syscalls.install = lambda code: None\n"
    assert "does not filter the system calls" in said(f"{code}walls.raise_walls({BOUNDS}, confined=True)")
    code = "landlock.version = lambda: 1\nlandlock.restrict = lambda: 1\nsyscalls.own_program = lambda: b''\n"
    assert "a folder can still be opened" in said(f"{code}walls.raise_walls({BOUNDS}, confined=True)")


def test_a_process_with_other_threads_gets_no_walls():
    code = "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    assert "this process has other threads" in said(f"{code}walls.raise_walls({BOUNDS}, confined=False)")


def test_the_threads_that_are_started_last_are_behind_all_walls():
    code = """
import os, threading
go, seen = threading.Event(), []
def look():
    go.wait()
    for path in ("/", "/etc/passwd"):
        try:
            seen.append(os.open(path, os.O_RDONLY))
        except OSError as error:
            seen.append(error.errno)
thread = threading.Thread(target=look)
"""
    code += f"walls.raise_walls({BOUNDS}, confined=False, last=thread.start)\ngo.set()\nthread.join()\nprint(seen)"
    assert said(code + "\nimport sys\nsys.stdout.flush()\nos._exit(0)") == "[1, 1]"


def test_where_the_kernel_does_not_say_how_a_process_is_there_are_no_walls():
    code = "from pathlib import Path\nwalls._STATUS = Path('/nowhere/status')\n"
    assert said(f"{code}walls.raise_walls({BOUNDS}, confined=True)").startswith("FileNotFoundError")


def test_a_filter_that_some_thread_cannot_be_given_is_an_error():
    code = "syscalls.system_call = lambda *_: 4711\n"
    assert "thread 4711 cannot be given the filter" in said(f"{code}syscalls.install(syscalls.own_program())")


def test_a_kernel_that_forbids_the_filter_gives_no_walls():
    code = "def no(*_): raise PermissionError(1, 'Operation not permitted')\nsyscalls.system_call = no\n"
    assert said(f"{code}walls.raise_walls({BOUNDS}, confined=False)").startswith("PermissionError")


def test_the_filter_alone_will_do_where_there_is_no_landlock():
    code = f"landlock.version = lambda: 0\nprint(walls.raise_walls({BOUNDS}, confined=False))"
    assert said(code) == "('limits', 'seccomp')"


def test_a_kernel_without_landlock_has_version_0():
    code = "import errno\nfrom affidavit.sandbox import kernel\ndef none(*_): raise OSError(errno.ENOSYS, 'none')\n"
    assert said(code + "landlock.system_call = none\nprint(landlock.version())") == "0"


def test_landlock_alone_lets_nothing_be_opened():
    code = "from affidavit.sandbox.kernel import give_up_privileges\ngive_up_privileges()\nlandlock.restrict()\n"
    assert said(code + "open('/etc/passwd')").startswith("PermissionError")


def test_landlock_needs_privileges_given_up_first_unless_one_has_them_all():
    code = "import os\nif os.geteuid() == 0: os.setuid(65534)\nlandlock.restrict()"
    assert said(code).startswith("PermissionError")


def test_limits_only_ever_shrink():
    code = "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))\n"
    code += f"limits.apply({BOUNDS})\nprint(resource.getrlimit(resource.RLIMIT_NOFILE))"
    assert said(code) == "(32, 32)"


def test_a_system_call_that_fails_is_an_error():
    code = "from affidavit.sandbox.kernel import system_call\nimport ctypes\n"
    assert said(code + "system_call(446, ctypes.c_int(-1), ctypes.c_uint32(0))").startswith(("OSError", "Permission"))


@pytest.mark.parametrize(
    ("standing", "confined", "why"),
    [
        (["limits", "seccomp"], False, "does not filter the system calls"),
        (["limits", "landlock 1"], True, "a folder can still be opened"),
        (["limits"], False, "no filter of system calls"),
        (["limits"], True, ""),
    ],
)
def test_what_the_kernel_says_counts_and_not_what_was_called(standing, confined, why):
    """This process has no walls: it is told that it has."""
    status = os.open("/proc/self/status", os.O_RDONLY)
    if not why:
        walls._see(status, standing, confined=confined)
        return
    with pytest.raises(walls.WallError, match=why):
        walls._see(status, standing, confined=confined)
