"""The walls around this process, raised once everything that it needs is loaded and open."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from affidavit.sandbox import landlock, limits, syscalls
from affidavit.sandbox.kernel import give_up_privileges
from affidavit.sandbox.limits import Limits

_STATUS: Final = Path("/proc/self/status")


class WallError(OSError):
    """A wall does not stand although the kernel said that it does."""


def _nothing() -> None:
    """What a process without threads does last."""


def raise_walls(bounds: Limits, *, confined: bool, last: Callable[[], None] = _nothing) -> tuple[str, ...]:
    """Limits first, then Landlock, then the filter of system calls; give the names of those that stand.

    Landlock holds a thread and those that it starts, so there may be one thread only. The filter, which all threads
    get, lets none be started: a process without limit of threads could use up those of the machine.

    Args:
        bounds: what the process may take.
        confined: whether another wall (bubblewrap) stands already, so that the process can do without those that the
            kernel does not offer.
        last: called behind Landlock and before the filter: starts the threads that the process will need.

    Raises:
        WallError: neither Landlock with the filter nor another wall is there: hostile bytes must not be read.
        OSError: the system refused a limit.
    """
    give_up_privileges()
    status = os.open(_STATUS, os.O_RDONLY | os.O_CLOEXEC)
    if "\nThreads:\t1\n" not in _said(status):
        raise WallError("this process has other threads, or the kernel does not say that it has none")
    code = syscalls.own_program()  # made before Landlock, which lets nothing be read
    limits.apply(bounds)
    standing = ["limits"]
    if landlock.version():
        standing.append(f"landlock {landlock.restrict()}")
    last()
    if code:
        syscalls.install(code)
        standing.append("seccomp")
    _see(status, standing, confined=confined)
    return tuple(standing)


def _said(status: int) -> str:
    """What the kernel says of this process."""
    return os.pread(status, 1 << 14, 0).decode("ascii", "replace")


def _see(status: int, standing: list[str], *, confined: bool) -> None:
    """Look whether the walls stand: what the kernel says of this process, and whether a file can be opened.

    Raises:
        WallError: they do not.
    """
    said = _said(status)
    os.close(status)
    if "seccomp" in standing and "\nSeccomp:\t2\n" not in said:
        raise WallError("the kernel does not filter the system calls of this process")
    if len(standing) > 1:
        try:
            os.close(os.open("/", os.O_RDONLY))
        except PermissionError:
            pass
        else:
            raise WallError("the walls are up, and a folder can still be opened")
    if "seccomp" not in standing and not confined:
        raise WallError("this kernel or machine offers no filter of system calls")
