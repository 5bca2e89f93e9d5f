"""Shortest chains from entry points to instructions, read off the call graph."""

from bisect import bisect_left, bisect_right

import numpy as np

from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import Bool, CallGraph, How
from affidavit.model.flow import Call, Entry
from affidavit.model.place import Place

LONGEST = 200
"""Most links of a chain; a longer one is not given (the longest of real apps has some sixty)."""

_WORDS = {
    How.CALL: "call",
    How.STATIC_INITIALISER: "static-initialiser",
    How.CALLBACK: "callback",
    How.CHANNEL: "channel",
    How.REFLECT: "reflect",
}


class Chains:
    """How the code that can run is reached.

    Args:
        linked: the program. calls: its call graph.
    """

    def __init__(self, linked: Linked, calls: CallGraph) -> None:
        self._linked, self._calls = linked, calls
        self._starts: dict[str, tuple[list[int], list[int]]] = {}

    @property
    def methods(self) -> Bool:
        """Per defined method, over all units: whether some entry point leads to it."""
        return self._calls.reached

    @property
    def entries(self) -> int:
        """How many entry points there are."""
        return len(self._calls.entries)

    def chain(self, place: Place) -> tuple[Entry, tuple[Call, ...]] | None:
        """A shortest chain to an instruction; None when nothing leads there, or the chain is longer than `LONGEST`."""
        method = self.method_at(place)
        found = None if method < 0 else self.links(method)
        return None if found is None else (found[0], (*found[1], Call(place, "target")))

    def links(self, method: int) -> tuple[Entry, tuple[Call, ...]] | None:
        """Entry and links of a shortest chain to a method; no link when it is the entry itself."""
        calls, code = self._calls, self._calls.code
        if not calls.reached[method]:
            return None
        links: list[Call] = []
        at = method
        while (row := int(calls.parent[at])) >= 0:
            if len(links) == LONGEST:
                return None
            site = int(calls.site[row])
            at = int(code.method[site])
            links.append(Call(self._linked.place(at, int(code.pc[site])), _WORDS[How(int(calls.how[row]))]))
        entry = calls.entries[int(calls.entry_of[method])]
        _, name, proto = self._linked.method_text(entry.method)
        named = Entry(entry.kind, self._linked.types[entry.component], name + proto, entry.declared)
        return named, tuple(reversed(links))

    def method_at(self, place: Place) -> int:
        """The method whose code holds the place; -1 when there is none."""
        if place.entry not in self._starts:
            self._starts[place.entry] = self._begins(place.entry)
        begins, methods = self._starts[place.entry]
        row = bisect_right(begins, place.offset) - 1
        if row < 0 or place.offset < 0:
            return -1
        same = methods[bisect_left(begins, begins[row]) : row + 1]  # compilers let equal methods share their code
        named = (number for number in same if "".join(self._linked.method_text(number)) == place.class_ + place.method)
        return next(named, same[0])

    def _begins(self, entry: str) -> tuple[list[int], list[int]]:
        """Where the code of the methods of one entry begins, ascending, and their numbers."""
        for first, unit in zip(self._linked.first_method, self._linked.units, strict=True):
            if unit.form == "dex" and unit.entry == entry:
                rows = np.flatnonzero((unit.def_code > 0) & self._linked.is_active[first : first + len(unit.def_code)])
                rows = rows[np.argsort(unit.def_code[rows], kind="stable")]
                return unit.def_code[rows].tolist(), (rows + first).tolist()
        return [], []
