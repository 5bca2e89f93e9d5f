"""An app beside an index: what its tokens weigh, and which nodes could be which of its classes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.index import Index, arranged, reversed_rows
from affidavit.identity.code.matching import F64, Numbers
from affidavit.identity.code.signatures import I32, I64, U64, Signatures
from affidavit.identity.code.tokens import KIND_MASK
from affidavit.identity.kernels import matching, rows

F32 = npt.NDArray[np.float32]
_ROW = 32
"""Bits of a key that are a row of the index; those above are what is sorted by first."""


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """An app and an index with what both say about tokens.

    Attributes:
        app, index, numbers: see there.
        same: number of the set of tokens of each class: classes that have the very same tokens share one.
        start, known: compressed rows: tokens of the index that are in each set, ascending.
        strange_of, strange_kind, strange_weight: of every other token of a set, in which it is, and what it is.
        weight: nats of each token of the index when it is shared. own: the part that speaks for one family alone.
        kind: of each token of the index.
        sizes: classes of each family.
        first: where the signatures of each node start.
        ahead, back: the app's graph in both directions. known_ahead, known_back: the index's.
    """

    app: Signatures
    index: Index
    numbers: Numbers
    same: I64
    start: I64
    known: I32
    strange_of: I64
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
    same, start, tokens = _distinct(app)
    row, made = index.rows_of(tokens), arranged(index)
    known, times, of = (
        row >= 0,
        np.bincount(same, minlength=len(start) - 1),
        np.repeat(np.arange(len(start) - 1), np.diff(start)),
    )
    counts = numbers.column("counts")
    every = int(made.sizes.sum()) + len(app)
    in_app = np.bincount(row[known], times[of[known]], minlength=len(index.token))
    rarity = np.log((every + 2) / np.maximum(index.in_nodes + index.in_background + in_app, 1))
    weight = np.minimum(rarity, numbers.ceiling).clip(0) * counts[made.kind]
    own = np.where(index.in_background == 0, weight / np.maximum(index.in_families, 1) ** 2, 0)
    strange, strange_of = tokens[~known], of[~known]
    _, back = np.unique(strange, return_inverse=True)
    often = np.bincount(back, times[strange_of])[back]
    strange_kind = (strange & np.uint64(KIND_MASK)).astype(np.int64)
    return Query(
        app=app,
        index=index,
        numbers=numbers,
        same=same,
        start=np.concatenate([[0], np.cumsum(known)])[start].astype(np.int64),
        known=row[known].astype(np.int32),
        strange_of=strange_of,
        strange_kind=strange_kind,
        strange_weight=np.minimum(np.log((every + 2) / often), numbers.ceiling) * counts[strange_kind],
        weight=weight.astype(np.float32),
        own=own.astype(np.float32),
        kind=made.kind,
        sizes=made.sizes,
        first=made.first,
        ahead=app.graph,
        back=reversed_rows(app.graph, len(app)),
        known_ahead=index.graph,
        known_back=made.back,
    )


def _distinct(app: Signatures) -> tuple[I64, I64, U64]:
    """For each class the number of its set of tokens; and compressed rows: the tokens of each of these sets.

    An app has many small classes that are alike: what tokens say is asked once for all of them.
    """
    same, first = np.empty(len(app), np.int64), np.empty(len(app), np.int64)
    table = np.full(2 << len(app).bit_length(), -1, np.int64)
    first = first[: matching.alike(app.start, app.tokens, table, first, same)]
    lengths = np.diff(app.start)[first]
    start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return same, start, app.tokens[np.repeat(app.start[first] - start[:-1], lengths) + np.arange(start[-1])]


def candidates(asked: Query) -> tuple[I32, I32, int]:
    """(class, node) pairs that share most, in rising order; and how many classes had more postings than are read.

    Args:
        asked: the app beside the index.
    """
    index, numbers = asked.index, asked.numbers
    start, read = _reading(asked)
    out, cut = room(len(start) - 1, numbers.kept), np.zeros(len(start) - 1, np.uint8)
    matching.nearest(
        (start, read),
        (index.posting.start, index.posting.items),
        np.maximum(asked.weight, np.float32(1e-6)),
        index.node,
        (numbers.postings, numbers.kept),
        (*out, cut),
        (np.zeros(len(index.node), np.float32), np.zeros(len(index.node) + 1, np.int32)),
    )
    nodes = out[0].reshape(-1, numbers.kept)
    nodes[np.arange(numbers.kept) >= out[2][:, None]] = len(index.node_name)
    nodes.sort(1)
    same = nodes[asked.same].ravel(), out[1], out[2][asked.same]
    return *unfolded(same, np.arange(len(asked.app)), numbers.kept), int(cut[asked.same].sum())


def _reading(asked: Query) -> tuple[I64, I32]:
    """Compressed rows: the tokens of each set whose postings are read, those with the shortest lists first."""
    lengths = np.diff(asked.index.posting.start)[asked.known]
    kept = lengths <= asked.numbers.longest
    start = np.concatenate([[0], np.cumsum(kept)])[asked.start].astype(np.int64)
    keys = (lengths[kept].astype(np.uint64) << np.uint64(_ROW)) | asked.known[kept].astype(np.uint64)
    rows.distinct(start, keys)
    return start, (keys & np.uint64((1 << _ROW) - 1)).astype(np.int32)


def room(count: int, kept: int) -> tuple[I32, F32, I32]:
    """Room for the nodes of each class."""
    return np.zeros(count * kept, np.int32), np.zeros(count * kept, np.float32), np.zeros(count, np.int32)


def unfolded(out: tuple[I32, F32, I32], classes: npt.NDArray[np.integer], kept: int) -> tuple[I32, I32]:
    """The pairs in what a kernel filled."""
    filled = (np.arange(kept)[None, :] < out[2][:, None]).ravel()
    return np.repeat(classes, kept)[filled].astype(np.int32), out[0][filled]
