"""Library code that an optimiser put into other classes: methods inlined, classes merged.

Asked once it is known which families an app contains, and only for classes of those that were not found by themselves.
What a class of the app holds beyond the class that it comes from is residual. Classes of the library compete for it:
the one that explains most takes its tokens, then the next. A class that lives elsewhere competes too and is not
reported, so that what it explains is not given to another.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.index import Index
from affidavit.identity.code.result import FamilyMatch, Pairing
from affidavit.identity.code.signatures import I64, U64, Signatures
from affidavit.identity.code.tokens import KIND_MASK, Kind
from affidavit.knowledge import load

_F64 = npt.NDArray[np.float64]
_COMMON = 100
"""A token that more classes of the families have says nothing about which of them it is from."""
_LEAST = 3.0
"""Nats below which a class of the library is no candidate."""
_CANDIDATES = 400
"""Candidates that compete for one class of the app."""
_CHUNK = 2_000_000
"""Tokens of the app that are looked up at once."""
_MEMBER = 0.5
"""Weight of a member's descriptor: inlined code brings no member along, merged classes do."""


class Place(Struct, frozen=True):
    """How likely it is that code of a class was found, at one place: coefficients of a logistic function.

    Attributes:
        base: constant. nats: of the logarithm of the evidence. share: of how much of the class's tokens is there.
        agree: of the neighbours of the app's class that come from neighbours of the library's class, at most three.
    """

    base: float
    nats: float
    share: float
    agree: float


class Calibration(Struct, frozen=True):
    """The document ``knowledge/code_residual/calibration``.

    Attributes:
        accept: least probability, by regime of the app: where no optimiser was, no code is inlined.
        rare: share of an app's pairs below which inlining is no habit of its builder. sure: least probability then.
        places: by where the library's class stands to the one that the app's class comes from: ``next``, ``near`` (two
            steps), ``far``, or ``none`` when that comes from no known class.
    """

    source: str
    licence: str
    date: str
    accept: dict[str, float]
    rare: float
    sure: float
    places: dict[str, Place]


@dataclass(frozen=True, slots=True)
class Residue:
    """A class of the library that may have left code in a class of the app.

    Attributes:
        app, node: which. place: see `Calibration`. nats: evidence that no stronger candidate took. share: of the weight
            of the class's tokens. agree: see `Place`. live: whether the class was found by itself, elsewhere.
    """

    app: int
    node: int
    place: str
    nats: float
    share: float
    agree: int
    live: bool


def inlined(
    app: Signatures, index: Index, matches: Sequence[FamilyMatch], versions: Mapping[int, Sequence[int]], regime: str
) -> tuple[Pairing, ...]:
    """Classes of families found whose code lies in other classes.

    Args:
        app: its signatures.
        index: of known code.
        matches: families found, with their pairs.
        versions: for each of them the versions that come into question.
        regime: what was done to the app's code (`Matched.regime`).

    Returns:
        In order of app class, then strongest first.
    """
    settings = load("code_residual", Calibration)["calibration"]
    accept = settings.accept[regime]
    if accept > 1:
        return ()
    search = _Search(app, index, matches, versions)
    judged = [(probability(item, settings.places), item) for item in search.residues() if not item.live]
    taken = [(value, item) for value, item in judged if value >= accept]
    if len(taken) < settings.rare * int((search.origin >= 0).sum()):
        taken = [(value, item) for value, item in taken if value >= settings.sure]
    return tuple(
        Pairing(
            item.app, item.node, search.form(item.app, item.node), item.nats, min(item.share, 1.0), item.agree, 0, True
        )
        for _, item in taken
    )


def residues(
    app: Signatures, index: Index, matches: Sequence[FamilyMatch], versions: Mapping[int, Sequence[int]]
) -> list[Residue]:
    """All candidates, also those that `inlined` does not accept; for calibration."""
    return list(_Search(app, index, matches, versions).residues())


def probability(item: Residue, places: Mapping[str, Place]) -> float:
    """How likely code of the library's class lies in the app's class."""
    place = places[item.place]
    value = place.base + place.nats * log(item.nats) + place.share * min(item.share, 1.0) + place.agree * item.agree
    return 1 / (1 + exp(-value))


class _Search:
    """One app and the classes of the families found in it."""

    def __init__(
        self, app: Signatures, index: Index, matches: Sequence[FamilyMatch], versions: Mapping[int, Sequence[int]]
    ) -> None:
        self.app, self.index = app, index
        self.origin = np.full(len(app), -1, np.int64)
        for match in matches:
            for pair in match.pairs[::-1]:
                if not pair.inlined:
                    self.origin[pair.app] = pair.node
        wanted = np.zeros(len(index.versions), bool)
        for match in matches:
            wanted[list(versions[match.family])] = True
        self.rows, self.nodes, self.start, tokens = _forms(index, wanted)
        self.owner = np.repeat(np.arange(len(self.nodes)), np.diff(self.start))
        self.token, self.token_row = np.unique(tokens, return_inverse=True)
        order = np.argsort(self.token_row, kind="stable")
        count = np.bincount(self.token_row, minlength=len(self.token))
        self.posting = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        self.holders = self.owner[order]
        self.weight = self._weights(count)
        self.full = np.bincount(self.owner, self.weight[self.token_row], minlength=len(self.nodes))
        self.live = np.isin(self.nodes, self.origin)
        self.around = _both_ways(index.graph, self.nodes)

    def _weights(self, count: I64) -> _F64:
        """What finding each token says: rare in the library, in the app and in all known code."""
        every = np.searchsorted(np.sort(self.app.tokens), self.token, "right")
        every = every - np.searchsorted(np.sort(self.app.tokens), self.token)
        known = self.index.rows_of(self.token)
        share = np.maximum(count / max(len(self.nodes), 1), (every - 0.5) / max(len(self.app), 1))
        share = np.maximum(share, (self.index.in_nodes[known] + 0.5) / (int(self.index.sizes.sum()) + 1))
        weight: _F64 = -np.log(np.clip(share, 1e-9, 1.0))
        weight[(self.token & np.uint64(KIND_MASK)) == Kind.MEMBER] *= _MEMBER
        weight[count > _COMMON] = 0.0
        return weight

    def form(self, app: int, node: int) -> int:
        """The signature of a class that shares most with the app's class."""
        own = self.app.of(app)
        rows = self.rows[self.index.node[self.rows] == node].tolist()
        both = [len(np.intersect1d(own, self.index.of(row), assume_unique=True)) for row in rows]
        return int(rows[int(np.argmax(both))])

    def residues(self) -> Iterator[Residue]:
        """Candidates in order of app class, each with what stronger ones left of its evidence."""
        low = 0
        while low < len(self.app):
            high = int(np.searchsorted(self.app.start, self.app.start[low] + _CHUNK, "right")) - 1
            high = max(high, low + 1)
            yield from self._some(low, high)
            low = high

    def _some(self, low: int, high: int) -> Iterator[Residue]:
        """The same for some classes of the app."""
        tokens = self.app.tokens[self.app.start[low] : self.app.start[high]]
        classes = np.repeat(np.arange(low, high), np.diff(self.app.start[low : high + 1]))
        if not len(self.token):
            return
        rows = np.minimum(np.searchsorted(self.token, tokens), len(self.token) - 1)
        hit = (self.token[rows] == tokens) & (self.weight[rows] > 0)
        rows, classes = rows[hit], classes[hit]
        explained = self._explained(classes, rows)
        rows, classes = rows[~explained], classes[~explained]
        lengths = self.posting[rows + 1] - self.posting[rows]
        at = np.repeat(self.posting[rows] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
        holders = self.holders[at + np.arange(len(at))]
        app, token = np.repeat(classes, lengths), np.repeat(rows, lengths)
        pair, of = np.unique(app * len(self.nodes) + holders, return_inverse=True)
        enough = np.bincount(of, self.weight[token], minlength=len(pair)) >= _LEAST
        keep = enough[of]
        order = np.lexsort((token[keep], app[keep]))
        app, token, holders = app[keep][order], token[keep][order], holders[keep][order]
        bounds = np.searchsorted(app, np.arange(low, high + 1))
        for number in np.flatnonzero(np.diff(bounds)).tolist():
            part = slice(bounds[number], bounds[number + 1])
            yield from self._compete(low + number, token[part], holders[part])

    def _explained(self, classes: I64, rows: I64) -> npt.NDArray[np.bool_]:
        """Which tokens of classes of the app the class has that they come from."""
        place = np.searchsorted(self.nodes, self.origin[classes])
        place = np.minimum(place, max(len(self.nodes) - 1, 0))
        known = self.nodes[place] == self.origin[classes]
        own = self.owner * len(self.token) + self.token_row  # ascends, as rows and tokens in them do
        asked = place * len(self.token) + rows
        found: npt.NDArray[np.bool_] = known & (np.append(own, -1)[np.searchsorted(own, asked)] == asked)
        return found

    def _compete(self, app: int, token: I64, holders: I64) -> Iterator[Residue]:
        """The candidates of one class of the app, strongest first."""
        tokens, column = np.unique(token, return_inverse=True)
        nodes, row = np.unique(holders, return_inverse=True)
        has = np.zeros((len(nodes), len(tokens)), bool)
        has[row, column] = True
        weight = self.weight[tokens]
        first = has @ weight
        if len(nodes) > _CANDIDATES:
            kept = np.sort(np.lexsort((np.arange(len(nodes)), -first))[:_CANDIDATES])
            nodes, has, first = nodes[kept], has[kept], first[kept]
        places, agree = self._stand(app, nodes)
        behind = np.array([{"next": 0.0, "near": 6.0}.get(place, 8.0) for place in places]) - 2.0 * np.array(agree)
        left = first.copy()
        for _ in range(len(nodes)):
            best = int(np.argmax(np.where(np.isfinite(left), left - behind, -np.inf)))
            if left[best] < _LEAST:
                return
            node = int(nodes[best])
            yield Residue(
                app,
                int(self.nodes[node]),
                places[best],
                float(left[best]),
                float(first[best] / self.full[node]),
                agree[best],
                bool(self.live[node]),
            )
            weight = np.where(has[best], 0.0, weight)
            left = np.where(np.isfinite(left), has @ weight, -np.inf)
            left[best] = -np.inf

    def _stand(self, app: int, nodes: I64) -> tuple[list[str], list[int]]:
        """Where each candidate stands to the class that the app's class comes from, and which neighbours agree."""
        origin = int(self.origin[app])
        beside = self.around.get(origin, frozenset()) if origin >= 0 else frozenset()
        others = frozenset(self.origin[self.app.graph.row(app)].tolist()) - {-1, origin}
        known = self.nodes[nodes].tolist()
        around = [self.around[node] for node in known]
        if origin < 0:
            places = ["none"] * len(known)
        else:
            places = [
                "next" if node in beside else "far" if beside.isdisjoint(near) else "near"
                for node, near in zip(known, around, strict=True)
            ]
        agree = [min(len(others & near), 3) for near in around] if others else [0] * len(known)
        return places, agree


def _forms(index: Index, wanted: npt.NDArray[np.bool_]) -> tuple[I64, I64, I64, U64]:
    """The signatures of some versions, their classes, and compressed rows of the tokens of each class."""
    holder = np.repeat(np.arange(len(index.node)), np.diff(index.of_version.start))
    rows = np.unique(holder[wanted[index.of_version.items]])
    rows = rows[~index.native(index.node[rows])]
    nodes, of = np.unique(index.node[rows].astype(np.int64), return_inverse=True)
    parts = [index.of(row) for row in rows.tolist()]
    tokens = np.concatenate([*parts, np.empty(0, np.uint64)])
    owner = np.repeat(of, [len(part) for part in parts])
    order = np.lexsort((tokens, owner))
    owner, tokens = owner[order], tokens[order]
    fresh = np.ones(len(tokens), bool)
    fresh[1:] = (np.diff(owner) != 0) | (tokens[1:] != tokens[:-1])
    start = np.searchsorted(owner[fresh], np.arange(len(nodes) + 1)).astype(np.int64)
    return rows, nodes, start, tokens[fresh]


def _both_ways(graph: Csr, nodes: I64) -> dict[int, frozenset[int]]:
    """The neighbours of some nodes among them, whichever names the other."""
    wanted = frozenset(nodes.tolist())
    found: dict[int, set[int]] = {node: set() for node in nodes.tolist()}
    for node in nodes.tolist():
        for other in wanted.intersection(graph.row(node).tolist()):
            found[node].add(other)
            found[other].add(node)
    return {node: frozenset(others) for node, others in found.items()}
