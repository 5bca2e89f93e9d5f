"""How much a review may cost: one object threaded through every reader."""

import os
import time
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

import msgspec

from affidavit.model.errors import BudgetError

_PAGE: Final = 4096
_STATM: Final = "/proc/self/statm"
_TICKS: Final = 1_024
"""Ticks between two looks at the clock."""
_SPARE: Final = 1.0
"""Least seconds that conclusions have."""
_SHARE: Final = 0.2
"""What conclusions have beyond the bounds on reading, as a share of these."""
_FREE_ROWS: Final = 400_000
"""Rows of code that any artefact may have, however small it is."""
_Item = TypeVar("_Item")


class Budget(msgspec.Struct):
    """Bounds on one review.

    The bounds on what entries inflate to leave every honest file whole: of 453 apps and libraries of the project's
    corpus none inflates to more than 5.2 times its size, and none has an entry over 4 MB of more than 20 to 1.

    Attributes:
        seconds: wall-clock seconds from the creation of this object.
        memory: resident bytes of the process.
        entries: entries listed in all containers together.
        entry_bytes: inflated bytes of one entry.
        total_bytes: inflated bytes of all entries together, each entry counted once however often it is read.
        spread: total inflated bytes over the artefact's size, past the first `free_bytes`.
        ratio: inflated over stored bytes of one entry (deflate itself cannot pass 1,032).
        steep_ratio: the same for an entry that inflates to more than `steep_bytes`.
        depth: containers inside containers.
        facts: facts of one artefact.
        marks: places that look like the start of an address and are still to be looked at, in all entries together. (An
            app of 100 MB has 12,000 of them.)
        size: bytes of the artefact, once it is opened.
        inflated, listed: what was spent of `total_bytes` and `entries`.
        until: seconds from the creation after which conclusions end, too; 0 while the artefact is read.
    """

    seconds: float = 600.0
    memory: int = 4 << 30
    entries: int = 70_000
    entry_bytes: int = 512 << 20
    total_bytes: int = 4 << 30
    free_bytes: int = 64 << 20
    spread: int = 16
    ratio: int = 1_100
    steep_ratio: int = 20
    steep_bytes: int = 32 << 20
    depth: int = 3
    facts: int = 200_000
    marks: int = 300_000
    started: float = msgspec.field(default_factory=time.monotonic)
    size: int = 0
    inflated: int = 0
    listed: int = 0
    ticks: int = 0
    until: float = 0.0

    def conclude(self) -> None:
        """Reading is over: from now on give a fifth of the time, and a second at least, to say what it means.

        Conclusions from a partial reading are worth having, so they have this also when all time was used up.
        """
        if not self.until:
            elapsed = time.monotonic() - self.started
            self.until = max(self.seconds, elapsed) + max(_SPARE, _SHARE * self.seconds)

    def check(self) -> None:
        """Raise if time or memory has run out.

        Raises:
            BudgetError: with advice on which bound to raise.
        """
        if time.monotonic() - self.started > (self.until or self.seconds):
            raise BudgetError(
                f"time budget of {self.seconds:g} s is used up", advice="give more with --budget, e.g. 1200s"
            )
        if _meter.resident() > self.memory * (1 + _SHARE if self.until else 1):
            raise BudgetError(
                f"memory budget of {self.memory >> 20} MiB is used up", advice="give more with --budget, e.g. 8GB"
            )

    def tick(self) -> None:
        """As `check`, for the inside of long loops: it looks at the clock once in a thousand calls.

        Raises:
            BudgetError: time or memory has run out.
        """
        self.ticks += 1
        if self.ticks >= _TICKS:
            self.ticks = 0
            self.check()

    def watch(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """The same items, with a tick before each.

        Raises:
            BudgetError: time or memory has run out.
        """
        for item in items:
            self.tick()
            yield item

    def total(self) -> int:
        """Inflated bytes that all entries together may have."""
        return min(self.total_bytes, max(self.free_bytes, self.spread * self.size))

    def rows(self, least: int = 8) -> int:
        """Rows of code that are taken in: types, classes and methods of dex files, or constants of class files.

        Args:
            least: bytes of the artefact that a row needs. Compilers use some forty for a row of dex files and ten for a
                constant; a file of nothing but rows that are alike needs a small part of a byte.
        """
        return max(_FREE_ROWS, self.size // least)

    def of_entry(self, stored: int) -> int:
        """Inflated bytes that one entry of so many stored bytes may have, whatever was spent before."""
        plain = min((stored + 1) * self.ratio, self.steep_bytes)
        return min(self.entry_bytes, max(plain, (stored + 1) * self.steep_ratio))


class _Meter:
    """Resident bytes of this process, from a file that is opened once: later, a sandbox may forbid opening it."""

    def __init__(self) -> None:
        self._process, self._file = 0, -1

    def open(self) -> None:
        """Open the file of this process; after a fork, the one of the parent is no longer right."""
        self._process = os.getpid()
        try:
            self._file = os.open(_STATM, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._file = -1

    def resident(self) -> int:
        """Resident bytes; 0 where the platform does not say."""
        if self._process != os.getpid():
            self.open()
        try:
            return int(os.pread(self._file, 256, 0).split()[1]) * _PAGE
        except (OSError, ValueError, IndexError):
            return 0


_meter = _Meter()


def open_meter() -> None:
    """Get ready to measure memory: a process calls it before it gives up the right to open files."""
    _meter.open()
