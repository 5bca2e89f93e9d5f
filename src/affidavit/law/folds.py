"""Folding with memory: between two neighbouring changes a provision stands the same, so each stretch is folded once."""

from bisect import bisect_right

from affidavit.law.breakpoints import effect_breaks
from affidavit.law.fold import Folded, View, fold
from affidavit.law.steps import Path

_Breaks = tuple[list[int], list[int], list[int]]


class Folds:
    """Gives what `fold` gives; it remembers one result for each stretch of the three clocks that was asked about."""

    def __init__(self) -> None:
        self._breaks: dict[str, _Breaks] = {}
        self._known: dict[tuple[str, str, int, int, int], Folded | None] = {}

    def fold(self, path: Path, view: View) -> Folded | None:
        """How a provision stands; None when it did not exist yet."""
        if view.without:
            return fold(path, view)
        name = path.provision.id
        legal, public, recorded = self._breaks.get(name) or self._breaks.setdefault(name, _breaks(path))
        key = (
            name,
            view.app,
            bisect_right(legal, view.on),
            bisect_right(public, view.known),
            bisect_right(recorded, view.recorded),
        )
        if key not in self._known:
            self._known[key] = fold(path, view)
        return self._known[key]


def _breaks(path: Path) -> _Breaks:
    """The instants of legal, public and recorded time at which something changes, ascending."""
    public, recorded = ({step.public for step in path.steps}, {step.recorded for step in path.steps})
    return effect_breaks(path), sorted(public), sorted(recorded)
