"""An app beside an index: what its tokens weigh, and which nodes could be which of its classes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.index import Index
from affidavit.identity.code.matching import Numbers
from affidavit.identity.code.signatures import I32, I64, Signatures
from affidavit.identity.code.tokens import KIND_MASK
from affidavit.identity.kernels import matching

F32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """An app and an index with what both say about tokens.

    Attributes:
        app, index, numbers: see there.
        row: row in the index of each token of the app's classes, or -1.
        weight: nats of each of them when it is shared. own: the part that speaks for one family alone.
        of_row: weight of each token of the index.
        forms: compressed rows: signatures of each node. first: their starts.
        ahead, back: the app's graph in both directions. known_ahead, known_back: the index's.
    """

    app: Signatures
    index: Index
    numbers: Numbers
    row: I64
    weight: F32
    own: F32
    of_row: F32
    first: I64
    forms: I32
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
    rows = index.rows_of(distinct)
    known = rows >= 0
    nodes = np.where(known, index.in_nodes[rows], 0) if len(index.token) else np.zeros(len(rows), np.int64)
    ordinary = np.where(known, index.in_background[rows], 0) if len(index.token) else nodes
    families = np.where(known, index.in_families[rows], 1) if len(index.token) else nodes + 1
    every = len(index.node_name) + len(app)
    rarity = np.log((every + 2) / (nodes + ordinary + often))
    counts = numbers.column("counts")[(distinct & np.uint64(KIND_MASK)).astype(np.int64)]
    weight = np.minimum(rarity, numbers.ceiling).clip(0) * counts
    own = np.where(ordinary == 0, weight / families**2, 0)
    of_row = np.zeros(len(index.token), np.float32)
    of_row[rows[known]] = weight[known] + 1e-6
    first = np.searchsorted(
        index.node[order := np.argsort(index.node, kind="stable")], np.arange(len(index.node_name) + 1)
    )
    return Query(
        app,
        index,
        numbers,
        rows[back],
        weight[back].astype(np.float32),
        own[back].astype(np.float32),
        of_row,
        first.astype(np.int64),
        order.astype(np.int32),
        app.graph,
        reversed_rows(app.graph, len(app)),
        index.graph,
        reversed_rows(index.graph, len(index.node_name)),
    )


def reversed_rows(graph: Csr, count: int) -> Csr:
    """The same edges by their heads."""
    tails = np.repeat(np.arange(len(graph.start) - 1, dtype=np.int32), np.diff(graph.start))
    order = np.argsort(graph.items, kind="stable")
    start = np.searchsorted(graph.items[order], np.arange(count + 1))
    return Csr(start.astype(np.int32), tails[order])


def candidates(asked: Query) -> tuple[I32, I32, int]:
    """(class, node) pairs that share most, by rising class; and how many classes had more postings than are read.

    Args:
        asked: the app beside the index.
    """
    app, index, numbers = asked.app, asked.index, asked.numbers
    classes = np.repeat(np.arange(len(app)), np.diff(app.start))
    lengths = np.diff(index.posting.start)
    live = asked.row >= 0
    row, classes = asked.row[live], classes[live]
    order = np.lexsort((row, lengths[row], classes))
    row, classes = row[order].astype(np.int32), classes[order]
    start = np.searchsorted(classes, np.arange(len(app) + 1)).astype(np.int64)
    out = room(len(app), numbers.kept)
    cut = matching.nearest(
        (start, row),
        (index.posting.start, index.posting.items),
        asked.of_row,
        index.node,
        (numbers.postings, numbers.longest, numbers.kept),
        out,
        (
            np.zeros(len(index.node), np.float32),
            np.zeros(len(index.node_name), np.float32),
            np.zeros(len(index.node), np.int32),
            np.zeros(len(index.node_name), np.int32),
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
