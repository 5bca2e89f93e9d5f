"""An index put together: from its parts follow the posting lists, their counts, and the graph of the nodes."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.index import Family, Index, LeftOut, Version
from affidavit.identity.code.lineup import expand
from affidavit.identity.code.postings import postings
from affidavit.identity.code.signatures import I32, I64, U64
from affidavit.identity.code.tokens import SCHEME


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What an index is made of; see `Index` for what is not said here.

    Attributes:
        edges: both ends of edges between nodes, in any order, each as often as it was seen.
        form: the form of each signature. forms: compressed rows: tokens of each form.
    """

    families: tuple[Family, ...]
    versions: tuple[Version, ...]
    left_out: tuple[LeftOut, ...]
    node_family: I32
    node_name: tuple[str, ...]
    shared: I32
    edges: Iterable[tuple[I64, I64]]
    node: I32
    size: I32
    form: I64
    forms: Csr
    of_version: Csr
    token: U64
    in_background: I32
    background: int

    def index(self) -> Index:
        """The index."""
        of, items = expand(self.forms, self.form)
        start = np.searchsorted(of, np.arange(len(self.form) + 1)).astype(np.int64)
        rows = items.astype(np.int32)
        posting, in_nodes, in_families = postings(rows, start, self.node, self.node_family, len(self.token))
        return Index(
            scheme=SCHEME,
            families=self.families,
            versions=self.versions,
            left_out=self.left_out,
            node_family=self.node_family,
            node_name=self.node_name,
            shared=self.shared,
            graph=_graph(self.edges, len(self.node_family)),
            node=self.node,
            size=self.size,
            start=start,
            rows=rows,
            of_version=self.of_version,
            token=self.token,
            posting=posting,
            in_families=in_families,
            in_nodes=in_nodes,
            in_background=self.in_background,
            background=self.background,
        )


def grouped(rows: I64, items: I64, count: int) -> Csr:
    """Compressed rows of items that are in order within each row; every (row, item) once.

    Args:
        rows: of each item.
        items: what is grouped.
        count: how many rows there are.
    """
    order = np.argsort(rows, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=count))])
    return Csr(start.astype(np.int32), items[order].astype(np.int32))


def _graph(edges: Iterable[tuple[I64, I64]], nodes: int) -> Csr:
    """Which nodes name which; none names itself."""
    keys = [np.unique(tail[tail != head] * nodes + head[tail != head]) for tail, head in edges]
    distinct = np.unique(np.concatenate([*keys, np.empty(0, np.int64)]))
    return grouped(distinct // max(nodes, 1), distinct % max(nodes, 1), nodes)
