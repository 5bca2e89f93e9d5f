"""Limitations with a place, while they are collected: alike ones are counted, so that the list stays short."""

from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

SINGLE = 20
"""How many different details of one kind are listed; further ones are counted on the last of these."""


class Gaps:
    """Adds to a list of limitations.

    Attributes:
        limitations: the list that grows; others may append to it in the meantime, not remove or reorder.
    """

    def __init__(self, limitations: list[Limitation]) -> None:
        self.limitations = limitations
        self._rows: dict[tuple[str, str], int] = {}
        self._details: dict[str, int] = {}
        self._last: dict[str, int] = {}

    def add(self, kind: str, detail: str, place: Place) -> None:
        """Add one; the same detail of the same kind again is counted at the first place."""
        row = self._rows.get((kind, detail))
        if row is None and self._details.get(kind, 0) >= SINGLE:
            row = self._last[kind]
        if row is not None:
            known = self.limitations[row]
            self.limitations[row] = Limitation(kind, known.detail, known.place, known.count + 1)
            return
        self._rows[kind, detail] = self._last[kind] = len(self.limitations)
        self._details[kind] = self._details.get(kind, 0) + 1
        self.limitations.append(Limitation(kind, detail, place))
