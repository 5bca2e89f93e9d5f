"""Shortest chains of calls from the entry points."""

import numpy as np

from affidavit.dalvik.kernels.grouping import group_rows
from affidavit.dalvik.whole.shapes import I32


def shortest(method_of: I32, site: I32, target: I32, entries: I32, methods: int) -> tuple[I32, I32]:
    """Go from the entries along the edges, level by level; the first edge in the order of rows wins.

    Args:
        method_of: (nodes,) method of each node.
        site: (edges,) node.
        target: (edges,) method.
        entries: methods.
        methods: how many there are.

    Returns:
        Per method the edge by which the chain arrives (-1 at entries and where nothing arrives), and the row of
        `entries` at which it begins (-1 where nothing arrives).
    """
    starts, rows = grouped(method_of[site], methods)
    parent = np.full(methods, -1, np.int32)
    entry_of = np.full(methods, -1, np.int32)
    entry_of[entries[::-1]] = np.arange(len(entries), dtype=np.int32)[::-1]
    front = np.unique(entries)
    while len(front):
        sizes = (starts[front + 1] - starts[front]).astype(np.int64)
        ends = np.cumsum(sizes)
        places = np.arange(int(sizes.sum())) + np.repeat(starts[front] - (ends - sizes), sizes)
        edges = rows[places]
        edges = edges[entry_of[target[edges]] < 0]
        front, first = np.unique(target[edges], return_index=True)
        parent[front] = edges[first]
        entry_of[front] = entry_of[method_of[site[parent[front]]]]
    return parent, entry_of


def grouped(keys: I32, count: int) -> tuple[I32, I32]:
    """Rows by key, in compressed rows; rows with a negative key are left out."""
    kinds = np.zeros(len(keys), np.uint8)
    starts = np.zeros(count + 1, np.int32)
    items = np.empty(group_rows(keys, kinds, 0, starts, np.empty(0, np.int32)), np.int32)
    if len(items):
        group_rows(keys, kinds, 0, starts, items)
    return starts, items
