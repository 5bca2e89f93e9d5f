"""Posting lists of an index, and how many nodes and families have each token, from its signatures."""

import numpy as np

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.signatures import I32, I64
from affidavit.identity.kernels.postings import transpose


def postings(rows: I32, start: I64, node: I32, node_family: I32, tokens: int) -> tuple[Csr, I32, I32]:
    """The signatures that have each token, ascending; how many nodes do; how many families.

    Args:
        rows: tokens, signature by signature.
        start: where those of each signature begin.
        node: of each signature, ascending.
        node_family: of each node, ascending.
        tokens: how many there are.
    """
    ends = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=tokens))])
    items = np.empty(len(rows), np.int32)
    in_nodes, in_families = np.zeros(tokens, np.int32), np.zeros(tokens, np.int32)
    last = np.full(tokens, -1, np.int32)
    transpose(rows, start, node, node_family, ends[:-1].copy(), items, in_nodes, in_families, last)
    return Csr(ends.astype(np.int32), items), in_nodes, in_families
