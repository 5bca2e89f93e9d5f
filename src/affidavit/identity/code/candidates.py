"""An app beside an index: what its tokens weigh, and which nodes could be which of its classes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.index import Index
from affidavit.identity.code.matching import F64, Numbers
from affidavit.identity.code.signatures import I32, I64, Signatures
from affidavit.identity.code.tokens import KIND_MASK
from affidavit.identity.kernels import matching, rows

F32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """An app and an index with what both say about tokens.

    Attributes:
        app, index, numbers: see there.
        start, known: compressed rows: tokens of the index that each class has, ascending.
        strange_class, strange_kind, strange_weight: of every other token of the app.
        weight: nats of each token of the index when it is shared. own: the part that speaks for one family alone.
        kind: of each token of the index.
        sizes: classes of each family.
        first: where the signatures of each node start.
        ahead, back: the app's graph in both directions. known_ahead, known_back: the index's.
    """

    app: Signatures
    index: Index
    numbers: Numbers
    start: I64
    known: I32
    strange_class: I64
    strange_kind: I64
    strange_weight: F64
    weight: F32
    own: F32
    kind: npt.NDArray[np.uint8]
    sizes: I64
    first: I64
    ahead: Csr
    back: Csr
    known_ahead: Csr
    known_back: Csr


def query(app: Signatures, index: Index, numbers: Numbers) -> Query:
    """Weigh the tokens of an app.

    A token is worth what a class that has nothing to do with the library would rarely have by chance: seldom among the
    nodes of the index, the classes of this app and those of ordinary apps.

    Args:
        app: its signatures.
        index: known code.
        numbers: what kinds count.
    """
    distinct, back, often = np.unique(app.tokens, return_inverse=True, return_counts=True)
    places = index.rows_of(distinct)
    known = places >= 0
    counts = numbers.column("counts")
    sizes = index.sizes
    every = int(sizes.sum()) + len(app)
    in_app = np.zeros(len(index.token))
    in_app[places[known]] = often[known]
    rarity = np.log((every + 2) / np.maximum(index.in_nodes + index.in_background + in_app, 1))
    kind = (index.token & np.uint64(KIND_MASK)).astype(np.uint8)
    weight = np.minimum(rarity, numbers.ceiling).clip(0) * counts[kind]
    own = np.where(index.in_background == 0, weight / np.maximum(index.in_families, 1) ** 2, 0)
    classes = np.repeat(np.arange(len(app)), np.diff(app.start))
    row = places[back]
    strange_kind = (app.tokens[row < 0] & np.uint64(KIND_MASK)).astype(np.int64)
    strange_rarity = np.minimum(np.log((every + 2) / often[back[row < 0]]), numbers.ceiling)
    return Query(
        app=app,
        index=index,
        numbers=numbers,
        start=np.concatenate([[0], np.cumsum(np.bincount(classes[row >= 0], minlength=len(app)))]).astype(np.int64),
        known=row[row >= 0].astype(np.int32),
        strange_class=classes[row < 0],
        strange_kind=strange_kind,
        strange_weight=strange_rarity * counts[strange_kind],
        weight=weight.astype(np.float32),
        own=own.astype(np.float32),
        kind=kind,
        sizes=sizes,
        first=np.searchsorted(index.node, np.arange(len(index.node_name) + 1)).astype(np.int64),
        ahead=app.graph,
        back=reversed_rows(app.graph, len(app)),
        known_ahead=index.graph,
        known_back=reversed_rows(index.graph, len(index.node_name)),
    )


def reversed_rows(graph: Csr, count: int) -> Csr:
    """The same edges by their heads."""
    tails = np.repeat(np.arange(len(graph.start) - 1, dtype=np.uint64), np.diff(graph.start))
    start = np.concatenate([[0], np.cumsum(np.bincount(graph.items, minlength=count))])
    items = np.empty(len(tails), np.uint64)
    rows.scatter(graph.items.astype(np.int64), tails, start[:-1].copy(), items)
    return Csr(start.astype(np.int32), items.astype(np.int32))


def candidates(asked: Query) -> tuple[I32, I32, int]:
    """(class, node) pairs that share most, by rising class; and how many classes had more postings than are read.

    Args:
        asked: the app beside the index.
    """
    app, index, numbers = asked.app, asked.index, asked.numbers
    classes = np.repeat(np.arange(len(app)), np.diff(asked.start))
    longest = np.diff(index.posting.start)[asked.known]
    order = np.argsort(classes * (len(index.node) + 1) + longest, kind="stable")
    out = room(len(app), numbers.kept)
    cut = matching.nearest(
        (asked.start, asked.known[order]),
        (index.posting.start, index.posting.items),
        np.maximum(asked.weight, np.float32(1e-6)),
        index.node,
        (numbers.postings, numbers.longest, numbers.kept),
        out,
        (
            np.zeros(len(index.node), np.float32),
            np.zeros(len(index.node) + 1, np.int32),
        ),
    )
    found, nodes = unfolded(out, np.arange(len(app)), numbers.kept)
    return found, nodes, cut


def room(count: int, kept: int) -> tuple[I32, F32, I32]:
    """Room for the nodes of each class."""
    return np.zeros(count * kept, np.int32), np.zeros(count * kept, np.float32), np.zeros(count, np.int32)


def unfolded(out: tuple[I32, F32, I32], classes: npt.NDArray[np.integer], kept: int) -> tuple[I32, I32]:
    """The pairs in what a kernel filled."""
    filled = (np.arange(kept)[None, :] < out[2][:, None]).ravel()
    return np.repeat(classes, kept)[filled].astype(np.int32), out[0][filled]
