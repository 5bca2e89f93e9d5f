"""Lines of a log that could not be read, counted: a broken log has as many of them as it has lines."""

from collections.abc import Iterator
from typing import Final

from affidavit.network.capture.events import Unread, Where

_KINDS: Final = 100


class Faults:
    """Counts lines by what is wrong with them; where the first of each stands is kept."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], int] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, kind: str, reason: str, at: int, count: int = 1) -> None:
        """Count one, or several that are alike.

        Args:
            kind: of the limitation.
            reason: what is wrong, of a few that the reader can say.
            at: offset of the line, or of the first.
            count: how many lines.
        """
        key = (kind, reason)
        if key not in self._first and len(self._first) >= _KINDS:
            key = (kind, "other lines that could not be read")
        self._first.setdefault(key, at)
        self._counts[key] = self._counts.get(key, 0) + count

    def unread(self) -> Iterator[Unread]:
        """All of them, in the order in which they were first met."""
        for (kind, reason), at in self._first.items():
            yield Unread(kind, reason, Where(at, "line"), self._counts[kind, reason])
