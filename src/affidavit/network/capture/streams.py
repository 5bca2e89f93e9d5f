"""One direction of a TCP connection put together from its segments, within bounds.

What came first holds where segments overlap, as the receivers of most systems have it; what never came is a gap and is
said with its size, so that nothing behind it is taken for what stood before it.
"""

from bisect import insort
from typing import Final

MOST_EARLY: Final = 1 << 20
"""Bytes of segments that wait for one before them; then the one is given up."""
MOST_WAITING: Final = 1_024
"""Segments that wait."""
FARTHEST: Final = 1 << 30
"""Bytes ahead of what is expected that a segment may lie: windows of TCP end there (RFC 7323, section 2.3)."""
_TURN: Final = 1 << 32

Piece = bytes | int
"""Bytes in order, or the size of a gap."""


class Stream:
    """Segments of one direction.

    Attributes:
        next: place of the next byte in the stream. overlaps: segments that repeated a part of what was there with more
            behind it. conflicts: bytes in which what waits differed from what came later. lost: bytes of gaps.
    """

    __slots__ = ("_early", "_held", "conflicts", "lost", "next", "overlaps")

    def __init__(self, start: int = 0) -> None:
        self.next = start
        self.overlaps = self.conflicts = self.lost = 0
        self._early: list[tuple[int, bytes]] = []
        self._held = 0

    def feed(self, place: int, data: bytes, whole: int = 0) -> list[Piece]:
        """Take a segment, and give what is now in order.

        Args:
            place: of its first byte, counted from the start; of the place, only the lowest 32 bits matter.
            data: its content as captured.
            whole: bytes that it had on the wire, when the capture has kept fewer.
        """
        place += (self.next - place + (_TURN >> 1)) // _TURN * _TURN  # the nearest place with these lowest bits
        if place - self.next > FARTHEST or place + max(len(data), whole) <= self.next:
            return []
        found: list[Piece] = []
        if place <= self.next and not self._early:
            self._take(place, data, found)
        else:
            self._wait(place, data)
            self._follow(found)
        if self.next == place + len(data) < place + whole:
            self._lack(place + whole, found)
            self._follow(found)
        while self._held > MOST_EARLY or len(self._early) > MOST_WAITING:
            self._skip(found)
        return found

    def end(self) -> list[Piece]:
        """What waits, with the gaps before it: nothing more will come."""
        found: list[Piece] = []
        while self._early:
            self._skip(found)
        return found

    @property
    def held(self) -> int:
        """Bytes that wait."""
        return self._held

    def _wait(self, place: int, data: bytes) -> None:
        """Keep of a segment what no other one has; those that are kept never overlap."""
        end = place + len(data)
        at, parts = max(place, self.next), []
        self.overlaps += at > place
        for other, kept in self._early:
            begin, until = max(at, other), min(end, other + len(kept))
            if other >= end:
                break
            if begin < until:
                self.overlaps += (place, end) != (other, other + len(kept))
                known, now = kept[begin - other : until - other], data[begin - place : until - place]
                self.conflicts += sum(a != b for a, b in zip(known, now, strict=True)) if known != now else 0
                if at < begin:
                    parts.append((at, data[at - place : begin - place]))
                at = until
        if at < end:
            parts.append((at, data[at - place :]))
        for part in parts:
            insort(self._early, part, key=lambda item: item[0])
            self._held += len(part[1])

    def _take(self, place: int, data: bytes, found: list[Piece]) -> None:
        """Put a segment that begins at or before the next byte behind what is there."""
        known = self.next - place
        if known >= len(data):
            return
        self.overlaps += known > 0
        found.append(data[known:] if known else data)
        self.next = place + len(data)

    def _follow(self, found: list[Piece]) -> None:
        done = 0
        for place, data in self._early:
            if place > self.next:
                break
            done += 1
            self._held -= len(data)
            self._take(place, data, found)
        if done:
            del self._early[:done]

    def _skip(self, found: list[Piece]) -> None:
        """Give up what is missing before the first segment that waits."""
        self._lack(self._early[0][0], found)
        self._follow(found)

    def _lack(self, until: int, found: list[Piece]) -> None:
        """Say that nothing is known up to a place, or up to what waits before it."""
        gap = (min(until, self._early[0][0]) if self._early else until) - self.next
        if gap > 0:
            self.lost += gap
            self.next += gap
            found.append(gap)
