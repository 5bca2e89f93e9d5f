"""From signatures of libraries, version by version, to an index."""

from collections.abc import Iterable, Sequence

import numpy as np

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.signatures import I64, U64, Signatures
from affidavit.identity.code.tokens import SCHEME


def build(
    families: Sequence[Family], libraries: Sequence[tuple[Version, Signatures]], background: Iterable[U64] = ()
) -> Index:
    """An index.

    Args:
        families: in the order of their numbers.
        libraries: every version with the signatures of its classes.
        background: for each ordinary app the distinct tokens of its classes that are of no known family.
    """
    nodes: dict[tuple[int, str], int] = {}
    forms: dict[tuple[int, bytes], int] = {}
    node: list[int] = []
    size: list[int] = []
    rows: list[U64] = []
    holders: list[list[int]] = []
    edges: set[tuple[int, int]] = set()
    for number, (version, signatures) in enumerate(libraries):
        own = [nodes.setdefault((version.family, name), len(nodes)) for name in signatures.names]
        for row, of in enumerate(own):
            tokens = signatures.of(row)
            form = forms.setdefault((of, tokens.tobytes()), len(rows))
            if form == len(rows):
                node.append(of)
                size.append(int(signatures.size[row]))
                rows.append(tokens)
                holders.append([])
            holders[form].append(number)
            edges.update((of, own[other]) for other in signatures.graph.row(row).tolist())
    return _index(families, libraries, nodes, (node, size, rows, holders), edges, background)


def _index(families, libraries, nodes, forms, edges, background) -> Index:  # type: ignore[no-untyped-def]  # noqa: ANN001
    node, size, rows, holders = forms
    start = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    tokens: U64 = np.concatenate([*rows, np.empty(0, np.uint64)])
    of_row = np.repeat(np.arange(len(rows)), np.diff(start))
    order = np.argsort(tokens, kind="stable")
    token, first = np.unique(tokens[order], return_index=True)
    node_family = np.array([family for family, _ in nodes], np.int32)
    token_row = np.searchsorted(token, tokens)
    in_nodes = _distinct(token_row, np.array(node, np.int64)[of_row], len(token))
    in_families = _distinct(token_row, node_family.astype(np.int64)[np.array(node, np.int64)[of_row]], len(token))
    in_background, count = np.zeros(len(token), np.int32), 0
    for app in background:
        count += 1
        found = np.searchsorted(token, app)
        found = found[(found < len(token))]
        hit = np.isin(token, app, assume_unique=True)
        in_background += hit
    ordered = np.array(sorted(edges), np.int32).reshape(-1, 2)
    return Index(
        SCHEME,
        tuple(families),
        tuple(version for version, _ in libraries),
        node_family,
        tuple(name for _, name in nodes),
        Csr(np.searchsorted(ordered[:, 0], np.arange(len(nodes) + 1)).astype(np.int32), ordered[:, 1].copy()),
        np.array(node, np.int32),
        np.array(size, np.int32),
        start,
        tokens,
        Csr(
            np.concatenate([[0], np.cumsum([len(item) for item in holders])]).astype(np.int32),
            np.array([item for row in holders for item in row], np.int32),
        ),
        token,
        Csr(np.append(first, len(tokens)).astype(np.int32), of_row[order].astype(np.int32)),
        in_families,
        in_nodes,
        in_background,
        count,
    )


def _distinct(rows: I64, values: I64, count: int):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """For each row how many distinct values it has."""
    pairs = np.unique(np.stack([rows, values], 1), axis=0)
    return np.bincount(pairs[:, 0], minlength=count).astype(np.int32)
