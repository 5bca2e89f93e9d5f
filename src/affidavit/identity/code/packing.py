"""An index as few bytes: what can be made from the rest is left out, and the forms of a class share their tokens.

A node's tokens over all its forms are written once; a form is one bit for each of them. Posting lists and counts are
made again on opening. Numbers that ascend are written as differences.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from affidavit.identity.code.postings import postings
from affidavit.identity.code.signatures import I64
from affidavit.knowledge.arrays import Array, Arrays, Form, starts
from affidavit.model.errors import KnowledgeError

FORM = Form(
    magic=b"affcode\0",
    version=1,
    title="index of known code",
    short="index",
    make="make one with affidavit knowledge build libraries",
    again="get the file again, or build it again with affidavit knowledge build libraries",
)


def pack(arrays: Mapping[str, Array]) -> Arrays:
    """The arrays of an index (`store.arrays_of`) in less room."""
    node, start, rows = arrays["node"], arrays["start"], arrays["rows"].astype(np.int64)
    tokens = len(arrays["token"])
    key = np.repeat(node.astype(np.int64), np.diff(start)) * tokens + rows
    union, _ = np.unique(key, return_index=True)
    nodes = len(arrays["node_family"])
    first = np.searchsorted(union, np.arange(nodes + 1) * tokens)
    width = np.diff(first)[node]
    bit = np.zeros(int(width.sum()), np.uint8)
    base = np.cumsum(width) - width - first[node]
    bit[np.searchsorted(union, key) + np.repeat(base, np.diff(start))] = 1
    return {
        "families": np.bincount(arrays["node_family"]).astype(np.uint32),
        "names": arrays["names"],
        "name_sizes": np.diff(arrays["name_start"]).astype(np.uint32),
        "shared": arrays["shared"].astype(np.int32),
        "graph": _gaps(arrays["graph_start"], arrays["graph_items"]),
        "graph_sizes": np.diff(arrays["graph_start"]).astype(np.uint32),
        "forms": np.bincount(node, minlength=nodes).astype(np.uint32),
        "size": arrays["size"].astype(np.uint32),
        "union": _gaps(first, union % max(tokens, 1)),
        "union_sizes": np.diff(first).astype(np.uint32),
        "bits": np.packbits(bit),
        "of": _gaps(arrays["of_start"], arrays["of_items"]),
        "of_sizes": np.diff(arrays["of_start"]).astype(np.uint32),
        "token": np.diff(arrays["token"], prepend=np.uint64(0)),
        "in_background": arrays["in_background"].astype(np.uint32),
    }


def unpack(packed: Mapping[str, Array]) -> Arrays:
    """What `pack` was given.

    Raises:
        KnowledgeError: the arrays do not fit together.
    """
    node_family = _spread("families", packed["families"], len(packed["shared"]))
    node = _spread("forms", packed["forms"], len(packed["size"]))
    if not len(packed["forms"]) == len(packed["union_sizes"]) == len(node_family):
        raise misfit("forms")
    token = np.cumsum(packed["token"], dtype=np.uint64)
    first = starts(FORM, "union", packed["union_sizes"], len(packed["union"]))
    width = np.diff(first)[node]
    ends = np.concatenate([[0], np.cumsum(width)])
    bits = packed["bits"]
    if len(bits) != (int(ends[-1]) + 7) // 8:
        raise misfit("bits")
    bit = np.unpackbits(bits, count=int(ends[-1]))
    held = np.flatnonzero(bit)
    of = np.repeat(np.arange(len(node)), width)[held]
    union = _ungaps(first, packed["union"])
    rows = union[held - ends[of] + first[node[of]]]
    if len(rows) and int(rows.max()) >= len(token):
        raise misfit("union")
    start = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=len(node)))]).astype(np.int64)
    rows = rows.astype(np.int32)
    posting, in_nodes, in_families = postings(rows, start, node, node_family, len(token))
    graph_start = starts(FORM, "graph", packed["graph_sizes"], len(packed["graph"]))
    of_start = starts(FORM, "of", packed["of_sizes"], len(packed["of"]))
    return {
        "node_family": node_family,
        "names": packed["names"],
        "name_start": starts(FORM, "names", packed["name_sizes"], len(packed["names"])),
        "shared": packed["shared"],
        "graph_start": graph_start.astype(np.int32),
        "graph_items": _ungaps(graph_start, packed["graph"]).astype(np.int32),
        "node": node,
        "size": packed["size"].astype(np.int32),
        "start": start,
        "rows": rows,
        "of_start": of_start.astype(np.int32),
        "of_items": _ungaps(of_start, packed["of"]).astype(np.int32),
        "token": token,
        "posting_start": posting.start,
        "posting_items": posting.items,
        "in_families": in_families,
        "in_nodes": in_nodes,
        "in_background": packed["in_background"].astype(np.int32),
    }


def misfit(what: str) -> KnowledgeError:
    """The error for a part of an index that does not fit the others."""
    return FORM.misfit(what)


def _spread(what: str, counts: Array, total: int) -> npt.NDArray[np.int32]:
    """Each number as often as it counts."""
    bounds = starts(FORM, what, counts, total)
    return np.repeat(np.arange(len(counts), dtype=np.int32), np.diff(bounds))


def _gaps(start: Array, items: Array) -> npt.NDArray[np.uint32]:
    """Items that ascend in each row, as differences; the first of a row is itself."""
    made = np.diff(items.astype(np.int64), prepend=0)
    first = start[:-1][np.diff(start) > 0]
    made[first] = items[first]
    return made.astype(np.uint32)


def _ungaps(start: I64, gaps: Array) -> I64:
    """What `_gaps` was given."""
    total = np.cumsum(gaps, dtype=np.int64)
    counts = np.diff(start)
    first = start[:-1][counts > 0]
    return total - np.repeat(total[first] - gaps[first].astype(np.int64), counts[counts > 0])
