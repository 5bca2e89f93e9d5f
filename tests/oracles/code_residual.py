"""Library code in other classes, looked for slowly: every class of the app against every class of the library."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from affidavit.identity.code.index import Index
from affidavit.identity.code.result import FamilyMatch
from affidavit.identity.code.signatures import Signatures
from affidavit.identity.code.tokens import KIND_MASK, Kind

_BEHIND = {"next": 0, "near": 6}


@dataclass(frozen=True)
class Found:
    """As `residual.Residue`."""

    app: int
    node: int
    place: str
    nats: float
    share: float
    agree: int
    live: bool


def residues(
    app: Signatures, index: Index, matches: Sequence[FamilyMatch], versions: Mapping[int, Sequence[int]], least: float
) -> list[Found]:
    """Candidates, each with what stronger ones left of its evidence."""
    origin = {}
    for match in matches:
        for pair in match.pairs[::-1]:
            origin[pair.app] = pair.node
    wanted = {number for match in matches for number in versions[match.family]}
    library = _library(index, wanted)
    weight = _weights(app, index, library)
    around = {
        node: {other for other in library if other in index.graph.row(node) or node in index.graph.row(other)}
        for node in library
    }
    found = []
    for row in range(len(app)):
        own = set(app.of(row).tolist())
        left = own - library.get(origin.get(row, -1), set())
        here = origin.get(row, -1)
        others = {origin.get(int(near), -1) for near in app.graph.row(row)} - {-1, here}
        candidates = {
            node: sum(weight[token] for token in tokens & left)
            for node, tokens in library.items()
            if sum(weight[token] for token in tokens & left) >= least
        }
        first = dict(candidates)
        while candidates:
            standing = {node: _place(node, here, around, others) for node in candidates}
            behind = {
                node: {"next": 0, "near": 6}.get(place, 8) - 2 * agree for node, (place, agree) in standing.items()
            }
            best = min(candidates, key=lambda node: (round(behind[node] - candidates[node], 9), node))
            nats = candidates.pop(best)
            if nats < least:
                break
            full = sum(weight[token] for token in library[best])
            found.append(
                Found(
                    row, best, *standing[best][:1], nats, first[best] / full, standing[best][1], best in origin.values()
                )
            )
            left -= library[best]
            candidates = {node: sum(weight[token] for token in library[node] & left) for node in candidates}
    return found


def _library(index: Index, wanted: set[int]) -> dict[int, set[int]]:
    library: dict[int, set[int]] = {}
    for row in range(len(index.node)):
        if wanted & set(index.of_version.row(row).tolist()):
            library.setdefault(int(index.node[row]), set()).update(index.of(row).tolist())
    return dict(sorted(library.items()))


def _weights(app: Signatures, index: Index, library: dict[int, set[int]]) -> dict[int, float]:
    weights = {}
    for token in {token for tokens in library.values() for token in tokens}:
        holders = sum(token in tokens for tokens in library.values())
        there = sum(token in app.of(row).tolist() for row in range(len(app)))
        nodes = {int(index.node[row]) for row in range(len(index.node)) if token in index.of(row).tolist()}
        share = max(
            holders / len(library), (there - 0.5) / max(len(app), 1), (len(nodes) + 0.5) / (len(index.node_family) + 1)
        )
        weights[token] = -log(min(share, 1.0)) * (0.5 if token & KIND_MASK == Kind.MEMBER else 1.0)
    return weights


def _place(node: int, here: int, around: dict[int, set[int]], others: set[int]) -> tuple[str, int]:
    agree = min(len(others & around[node]), 3)
    if here < 0:
        return "none", agree
    beside = around.get(here, set())
    return ("next" if node in beside else "near" if beside & around[node] else "far"), agree
