"""The list of limitations while it grows: alike ones are folded, so that no file can make it grow without end."""

from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

SINGLE = 20
"""How many limitations of one kind are listed singly; the rest become one with a count."""


_DETAIL = 1_000
"""Longest detail, in characters: it may hold an entry's name."""


class Notes:
    """Adds to a shared list of limitations, folding what goes beyond `SINGLE` of a kind.

    Attributes:
        limitations: the list that grows; the caller's own.
    """

    def __init__(self, limitations: list[Limitation]) -> None:
        self.limitations = limitations
        self._seen: set[tuple[str, str, str]] = set()
        self._counts: dict[str, int] = {}
        self._folded: dict[str, int] = {}

    def add(self, kind: str, detail: str, entry: str = "") -> None:
        """Add one; saying the same thing again about the same entry changes nothing."""
        detail = detail if len(detail) <= _DETAIL else f"{detail[:_DETAIL]}…"
        if (kind, detail, entry) in self._seen:
            return
        self._seen.add((kind, detail, entry))
        count = self._counts.get(kind, 0) + 1
        self._counts[kind] = count
        if count <= SINGLE:
            self.limitations.append(Limitation(kind, detail, Place(entry)))
            return
        more = Limitation(kind, "more entries of the container with the same limitation", count=count - SINGLE)
        if kind in self._folded:
            self.limitations[self._folded[kind]] = more
        else:
            self._folded[kind] = len(self.limitations)
            self.limitations.append(more)
