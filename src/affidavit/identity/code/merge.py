"""Two indexes as one, for a query that asks both."""

from collections.abc import Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.assemble import Parts
from affidavit.identity.code.index import Index, Version
from affidavit.identity.code.lineup import Classes, expand, line_up
from affidavit.identity.code.signatures import I32, I64


def merge(first: Index, second: Index) -> Index:
    """An index that has all families and versions of both.

    Classes of a family that both have are lined up by their newest forms; copies between families of one and of the
    other are not looked for.

    Args:
        first: its families and versions keep their numbers.
        second: is added.
    """
    numbers = {family.id: number for number, family in enumerate(first.families)}
    more = [family for family in second.families if family.id not in numbers]
    numbers |= {family.id: len(first.families) + number for number, family in enumerate(more)}
    family_of = np.array([numbers[family.id] for family in second.families], np.int64)
    token = np.union1d(first.token, second.token)
    at = [np.searchsorted(token, index.token) for index in (first, second)]
    forms = Csr(
        np.concatenate([first.start, second.start[1:] + first.start[-1]]).astype(np.int32),
        np.concatenate([at[0][first.rows], at[1][second.rows]]).astype(np.int32),
    )
    node_of = _lined(first, second, family_of, forms)
    fresh = node_of >= len(first.node_name)
    family = np.concatenate([first.node_family, family_of[second.node_family[fresh]]])
    order = np.argsort(family, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    names = [*first.node_name, *(second.node_name[row] for row in np.flatnonzero(fresh).tolist())]
    shared = np.where(second.shared[fresh] >= 0, np.append(family_of, -1)[second.shared[fresh]], -1)
    node = place[np.concatenate([first.node, node_of[second.node]])]
    signature, of_version = _forms(first, second, node, forms)
    parts = Parts(
        families=(*first.families, *more),
        versions=(*first.versions, *_renumbered(second, family_of)),
        left_out=(*first.left_out, *second.left_out),
        node_family=family[order].astype(np.int32),
        node_name=tuple(names[row] for row in order.tolist()),
        shared=np.concatenate([first.shared, shared])[order].astype(np.int32),
        edges=_edges((first, second), [place[own] for own in (np.arange(len(first.node_name)), node_of)]),
        node=node[signature].astype(np.int32),
        size=np.concatenate([first.size, second.size])[signature],
        form=signature,
        forms=forms,
        of_version=of_version,
        token=token,
        in_background=_in_background(first, second, at, len(token)),
        background=first.background + second.background,
    )
    return parts.index()


def _renumbered(second: Index, family_of: I64) -> list[Version]:
    """Its versions, with the families' new numbers."""
    return [replace(version, family=int(family_of[version.family])) for version in second.versions]


def _in_background(first: Index, second: Index, at: list[I64], count: int) -> I32:
    """How many ordinary apps have each token: those that either was counted against."""
    found = np.zeros(count, np.int32)
    found[at[0]] += first.in_background
    found[at[1]] += second.in_background
    return found


def _lined(first: Index, second: Index, family_of: I64, forms: Csr) -> I64:
    """For each node of the second its number: that of a node of the first, or a new one."""
    node_of = np.full(len(second.node_name), -1, np.int64)
    newest = [
        np.searchsorted(index.node, np.arange(len(index.node_name)), side="right") - 1 for index in (first, second)
    ]
    newest[1] += len(first.node)
    for number, family in enumerate(family_of.tolist()):
        left, right = np.flatnonzero(first.node_family == family), np.flatnonzero(second.node_family == number)
        if len(left) and len(right):
            sides = zip((first, second), newest, (left, right), strict=True)
            one, other = line_up([_classes(index, last[nodes], nodes) for index, last, nodes in sides], forms)
            known = np.full(max(int(one.max()), int(other.max())) + 1, -1, np.int64)
            known[one] = left
            node_of[right] = known[other]
    fresh = node_of < 0
    node_of[fresh] = len(first.node_name) + np.arange(np.count_nonzero(fresh))
    return node_of


def _classes(index: Index, forms: I64, nodes: I64) -> Classes:
    """Nodes of a family as classes of one version; where two have had one name, each keeps it for itself."""
    of, items = expand(index.graph, nodes)
    head = np.searchsorted(nodes, items)
    start = np.searchsorted(of, np.arange(len(nodes) + 1))
    names: dict[str, None] = {}
    for node in nodes.tolist():
        name = index.node_name[node]
        names[name if name not in names else f"{name}#{node}"] = None
    return Classes(tuple(names), forms, Csr(start.astype(np.int32), head.astype(np.int32)))


def _forms(first: Index, second: Index, node: I64, forms: Csr) -> tuple[I64, Csr]:
    """The distinct signatures of both, node by node, and the versions that have each."""
    count = len(first.node)
    met = set(np.intersect1d(node[:count], node[count:]).tolist())
    seen: dict[tuple[int, bytes], int] = {}
    same = np.arange(len(node))
    for row in np.flatnonzero(np.isin(node, sorted(met))).tolist() if met else ():
        same[row] = seen.setdefault((int(node[row]), forms.row(row).tobytes()), row)
    kept = np.flatnonzero(same == np.arange(len(node)))
    signature = kept[np.argsort(node[kept], kind="stable")]
    place = np.empty(len(node), np.int64)
    place[signature] = np.arange(len(signature))
    one, other = (expand(index.of_version, np.arange(len(index.node))) for index in (first, second))
    of = place[same[np.concatenate([one[0], other[0] + count])]]
    version = np.concatenate([one[1], other[1] + len(first.versions)])
    order = np.lexsort((version, of))
    start = np.searchsorted(of[order], np.arange(len(signature) + 1))
    return signature, Csr(start.astype(np.int32), version[order].astype(np.int32))


def _edges(indexes: Sequence[Index], ends: Sequence[I64]) -> Iterator[tuple[I64, I64]]:
    """Both ends of the edges of each index, by what its nodes are now."""
    for index, place in zip(indexes, ends, strict=True):
        of, items = expand(index.graph, np.arange(len(index.node_name)))
        yield place[of], place[items]
