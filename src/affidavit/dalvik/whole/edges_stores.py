"""Nodes for what the process shares outside of the app's code: preferences, files and the like, by key where known."""

from collections.abc import Callable

import numpy as np

from affidavit.dalvik.effects import Operand
from affidavit.dalvik.whole.edges import NUMBER, RESET, Rows
from affidavit.dalvik.whole.shapes import I32, Code
from affidavit.model.flow import Edge

Keys = Callable[[int], str | None]
"""The constant that a node's value is sure to be, as text; None when there is none."""
JOINED = frozenset({"preferences"})
"""Stores where an unknown key may be any key. In others it is only the same unknown key in the same method: the name of
a file that nobody knows is seldom the name of another."""
_PLAIN = frozenset({"Text", "Number"})
"""Words before a constant that models write without."""
_MOST = 200_000
"""Sites whose keys are asked for; after these, keys count as unknown."""


class Stores:
    """Numbers nodes of stores on demand, after those of code and fields.

    Args:
        first: number of the first. code: to find operands. keys: constants of operands.
    """

    def __init__(self, first: int, code: Code, keys: Keys) -> None:
        self._first, self._code, self._keys = first, code, keys
        self.names: list[str] = []
        self._numbers: dict[tuple[str, str, str], int] = {}
        self._asked: dict[int, str | None] = {}

    def nodes(self, store: Operand, sites: I32, static: bool, write: bool) -> I32:
        """The node that an operand of a model means at each site.

        Whether it is written matters only when the key may be any.
        """
        key = store.key
        if key is None or key.kind in {"any", "append"}:
            return np.full(len(sites), self._any(store.store, write), np.int32)
        if key.kind == "literal":
            return np.full(len(sites), self._node(store.store, "key", key.text), np.int32)
        found = [self._argument(store.store, site, key.position + (not static), write) for site in sites.tolist()]
        return np.array(found, np.int32)

    def link(self, rows: Rows) -> None:
        """Join what is written or read by any key with every key of its store."""
        for store in sorted({name for name, kind, _ in self._numbers if kind in {"read", "write"}}):
            of_store = [(kind, text, node) for (name, kind, text), node in self._numbers.items() if name == store]
            known = [node for kind, text, node in of_store if kind == "key" and not text.startswith("#")]
            written, read = self._any(store, True), self._any(store, False)
            _pairs(rows, [written], [*known, read])
            _pairs(rows, known, [read])

    def _argument(self, store: str, site: int, position: int, write: bool) -> int:
        """The node of a store whose key is an operand."""
        at = int(self._code.use_start[site]) + position
        node = int(self._code.use[at]) if at < int(self._code.use_start[site + 1]) else -1
        text = self._text(node)
        if text is not None:
            return self._node(store, "key", text)
        return self._any(store, write) if store in JOINED else self._node(store, "own", str(self._code.method[site]))

    def _text(self, node: int) -> str | None:
        if node < 0:
            return None
        if node not in self._asked:
            text = self._keys(node) if len(self._asked) < _MOST else None
            word, _, rest = (text or "").partition(" ")
            self._asked[node] = rest if word in _PLAIN else text
        return self._asked[node]

    def _any(self, store: str, write: bool) -> int:
        return self._node(store, "write" if write else "read", "")

    def _node(self, store: str, kind: str, text: str) -> int:
        known = (store, kind, text)
        if known not in self._numbers:
            self._numbers[known] = self._first + len(self.names)
            self.names.append(f"@{store}['{text}']" if kind == "key" else f"@{store}[{'?' if kind == 'own' else '*'}]")
        return self._numbers[known]


def _pairs(rows: Rows, origins: list[int], targets: list[int]) -> None:
    """Data goes from each of the stores to each of the others; a changed object there is one here."""
    here = np.repeat(np.array(origins, np.int32), len(targets))
    there = np.tile(np.array(targets, np.int32), len(origins))
    nowhere = np.full(len(here), -1, np.int32)
    rows.add(2 * here, 2 * there, NUMBER[Edge.MODEL] | RESET, nowhere)
    rows.add(2 * there + 1, 2 * here + 1, NUMBER[Edge.MODEL] | RESET, nowhere)
