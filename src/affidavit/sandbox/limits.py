"""Limits that every Unix kernel enforces on one process."""

import resource
from typing import Final

from msgspec import Struct

PROGRAM: Final = 1 << 30
"""Address space that Python, its libraries and their data take before anything is read, generously."""
HANDLES: Final = 256
"""Open files: one for each dex file of a large app that lies in the spool, and some that are open from the start."""


class Limits(Struct, frozen=True):
    """What one worker may take.

    Attributes:
        memory: bytes of its own memory.
        mapped: bytes of files that it maps (the artefact and the spool), beside its own memory.
        written: bytes of the largest file that it may write.
        seconds: of CPU time, all threads together.
    """

    memory: int
    mapped: int
    written: int
    seconds: int


def apply(limits: Limits) -> None:
    """Put the limits on this process, for good.

    Raises:
        OSError, ValueError: the system refused.
    """
    bounds = (
        (resource.RLIMIT_DATA, limits.memory + PROGRAM),
        (resource.RLIMIT_AS, limits.memory + limits.mapped + PROGRAM),
        (resource.RLIMIT_FSIZE, limits.written),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_NOFILE, HANDLES),
        (resource.RLIMIT_CORE, 0),
    )
    for what, most in bounds:
        _, hard = resource.getrlimit(what)
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # At the soft limit of CPU time the kernel sends a signal that says so, at the hard one it kills without a word.
        more = soft + 1 if what == resource.RLIMIT_CPU and hard != soft else soft
        resource.setrlimit(what, (soft, more))
