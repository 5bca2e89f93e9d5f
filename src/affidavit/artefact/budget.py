"""How much a review may cost: one object threaded through every reader."""

import time
from pathlib import Path

import msgspec

from affidavit.model.errors import BudgetError

_PAGE = 4096
_STATM = Path("/proc/self/statm")


class Budget(msgspec.Struct):
    """Bounds on one review.

    Attributes:
        seconds: wall-clock seconds from the creation of this object.
        memory: resident bytes of the process.
        entries: entries read in one container.
        entry_bytes: inflated bytes of one entry.
        total_bytes: inflated bytes of all entries together.
        ratio: inflated over stored bytes of one entry (deflate itself cannot pass 1,032).
        depth: containers inside containers.
    """

    seconds: float = 600.0
    memory: int = 4 << 30
    entries: int = 200_000
    entry_bytes: int = 512 << 20
    total_bytes: int = 4 << 30
    ratio: int = 1_100
    depth: int = 3
    started: float = msgspec.field(default_factory=time.monotonic)
    inflated: int = 0

    def check(self) -> None:
        """Raise if time or memory has run out.

        Raises:
            BudgetError: with advice on which bound to raise.
        """
        if time.monotonic() - self.started > self.seconds:
            raise BudgetError(
                f"time budget of {self.seconds:g} s is used up", advice="give more with --budget, e.g. 1200s"
            )
        if _resident() > self.memory:
            raise BudgetError(
                f"memory budget of {self.memory >> 20} MiB is used up", advice="give more with --budget, e.g. 8GB"
            )


def _resident() -> int:
    """Resident bytes of this process; 0 where the platform does not say."""
    try:
        return int(_STATM.read_text("ascii").split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0
