"""Where any of many byte strings occur: Hyperscan where it is installed, the plain search elsewhere."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

try:
    import hyperscan
except ImportError:  # no wheel for this machine
    hyperscan = None  # type: ignore[assignment]

MOST_HITS = 20_000
"""Occurrences in one message: the value of a device thousands of times is one disclosure."""


class Hit(NamedTuple):
    """One occurrence: which literal, and where it begins."""

    literal: int
    at: int


class Literals:
    """Byte strings to be looked for, each with or without regard to case (of ASCII letters)."""

    def __init__(self, wanted: Sequence[tuple[bytes, bool]]) -> None:
        """Prepare the search.

        Args:
            wanted: each literal with whether case does not count; such a one is in lower case.
        """
        self.wanted = list(wanted)
        self.database: Any = None
        if hyperscan is not None and self.wanted:
            self.database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
            self.database.compile(
                expressions=[_escaped(data) for data, _ in self.wanted],
                ids=list(range(len(self.wanted))),
                elements=len(self.wanted),
                flags=[hyperscan.HS_FLAG_CASELESS if caseless else 0 for _, caseless in self.wanted],
            )
            self.scratch = hyperscan.Scratch(self.database)

    def find(self, data: bytes) -> tuple[list[Hit], bool]:
        """The occurrences, by place, and whether there were more than are given."""
        if not self.wanted:
            return [], False
        found = self._by_machine(data) if self.database is not None else self._plainly(data)
        return sorted(found, key=lambda hit: (hit.at, hit.literal)), len(found) >= MOST_HITS

    def _by_machine(self, data: bytes) -> list[Hit]:
        found: list[Hit] = []
        sizes = self.wanted

        def heard(number: int, _: int, end: int, *__: object) -> bool:
            found.append(Hit(number, end - len(sizes[number][0])))
            return len(found) >= MOST_HITS

        with suppress(hyperscan.ScanTerminated):
            self.database.scan(data, match_event_handler=heard, scratch=self.scratch)
        return found

    def _plainly(self, data: bytes) -> list[Hit]:
        lower = data.lower()
        found: list[Hit] = []
        for number, (literal, caseless) in enumerate(self.wanted):
            for at in _occurrences(lower if caseless else data, literal):
                found.append(Hit(number, at))
                if len(found) >= MOST_HITS:
                    return found
        return found


def _escaped(literal: bytes) -> bytes:
    """A pattern for exactly these bytes; the interface for literals stops at a zero byte."""
    return "".join(f"\\x{byte:02x}" for byte in literal).encode()


def _occurrences(data: bytes, literal: bytes) -> Iterator[int]:
    at = data.find(literal)
    while at >= 0:
        yield at
        at = data.find(literal, at + 1)
