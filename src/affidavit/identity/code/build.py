"""From signatures of libraries, version by version, to an index."""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.assemble import Parts, grouped
from affidavit.identity.code.copies import Lined, copies
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.lineup import Classes, expand, line_up
from affidavit.identity.code.postings import postings
from affidavit.identity.code.signatures import I32, I64, U64, Signatures

_ORDINARY = 3
"""Apps from which on a token that no family has is kept, so that code added later knows it to be ordinary."""

Library = tuple[Version, Signatures]


def build(
    families: Sequence[Family],
    libraries: Sequence[Library],
    background: Iterable[U64] = (),
    known: Index | None = None,
) -> Index:
    """An index.

    Args:
        families: in the order of their numbers.
        libraries: every version with the signatures of its classes.
        background: for each ordinary app the sorted distinct tokens of its classes that are of no known family.
        known: an index of other families, whose classes are left out of these.
    """
    others = _newest(known, len(families)) if known else []
    every = [*libraries, *others]
    token, forms, held = _forms(every)
    lined = _lined(every, forms, held)
    origin, shared, left_out = copies([*families, *(known.families if known else ())], lined, forms)
    keep = (origin < 0) & (lined.family < len(families))
    number = np.where(keep, np.cumsum(keep) - 1, -1)
    own = [number[nodes] for nodes in lined.nodes[: len(libraries)]]
    node, form, of_version = _signatures(own, held, len(forms.start) - 1)
    of, rows = expand(forms, form)
    used, at = np.unique(rows, return_inverse=True)
    start = np.searchsorted(of, np.arange(len(form) + 1))
    size = np.zeros(len(forms.start) - 1, np.int32)
    for numbers, (_, signatures) in zip(reversed(held), reversed(every), strict=True):
        size[numbers] = signatures.size
    parts = Parts(
        families=tuple(families),
        versions=tuple(
            replace(version, classes=int(np.count_nonzero((nodes >= 0) & (signatures.unit >= 0))))
            for (version, signatures), nodes in zip(libraries, own, strict=True)
        ),
        left_out=left_out,
        node_family=lined.family[keep].astype(np.int32),
        node_name=tuple(lined.name[row] for row in np.flatnonzero(keep).tolist()),
        shared=np.where(shared < len(families), shared, -1)[keep].astype(np.int32),
        edges=_edges(own, libraries),
        node=node,
        size=size[form],
        form=np.arange(len(form)),
        forms=Csr(start.astype(np.int32), at.astype(np.int32)),
        of_version=of_version,
        token=token[used],
        in_background=np.zeros(len(used), np.int32),
        background=0,
    )
    return counted(parts.index(), background)


def counted(index: Index, background: Iterable[U64]) -> Index:
    """The same index, once it is known what ordinary apps have.

    Args:
        index: in which no app is counted.
        background: as for `build`.
    """
    token, at, in_background, apps = _ordinary(index.token, background)
    rows = at[index.rows].astype(np.int32)
    posting, in_nodes, in_families = postings(rows, index.start, index.node, index.node_family, len(token))
    return dataclasses.replace(
        index,
        rows=rows,
        token=token,
        posting=posting,
        in_families=in_families,
        in_nodes=in_nodes,
        in_background=in_background,
        background=apps,
    )


def _newest(known: Index, first: int) -> list[Library]:
    """The newest form of each node of an index: a version for each of its families, which are numbered from `first`."""
    last = np.searchsorted(known.node, np.arange(len(known.node_name)), side="right") - 1
    made: list[Library] = []
    for number in range(len(known.families)):
        rows = last[known.node_family == number]
        rows = rows[np.unique([known.node_name[int(known.node[row])] for row in rows.tolist()], return_index=True)[1]]
        of, items = expand(Csr(known.start.astype(np.int32), known.rows), rows)
        nothing = np.zeros(len(rows), np.int32)
        signatures = Signatures(
            names=tuple(known.node_name[int(known.node[row])] for row in rows.tolist()),
            start=np.searchsorted(of, np.arange(len(rows) + 1)).astype(np.int64),
            tokens=known.token[items],
            graph=Csr(np.zeros(len(rows) + 1, np.int32), np.empty(0, np.int32)),
            size=known.size[rows],
            unit=nothing,
            row=nothing,
        )
        made.append((Version(first + number, ""), signatures))
    return made


def _forms(libraries: Sequence[Library]) -> tuple[U64, Csr, list[I64]]:
    """The distinct tokens, the distinct sets of them that classes have, and the number of the set of each class."""
    numbers: dict[bytes, int] = {}
    distinct: list[U64] = []
    held: list[I64] = []
    for _, signatures in libraries:
        own = np.empty(len(signatures), np.int64)
        for row in range(len(signatures)):
            tokens = signatures.of(row)
            own[row] = number = numbers.setdefault(tokens.tobytes(), len(distinct))
            if number == len(distinct):
                distinct.append(tokens)
        held.append(own)
    token, rows = np.unique(np.concatenate([*distinct, np.empty(0, np.uint64)]), return_inverse=True)
    start = np.concatenate([[0], np.cumsum([len(tokens) for tokens in distinct])])
    return token, Csr(start.astype(np.int32), rows.astype(np.int32)), held


def _lined(libraries: Sequence[Library], forms: Csr, held: Sequence[I64]) -> Lined:
    """All classes with their nodes, which are numbered family by family."""
    of_family: dict[int, list[int]] = {}
    for number, (version, _) in enumerate(libraries):
        of_family.setdefault(version.family, []).append(number)
    nodes: list[I64] = [np.empty(0, np.int64)] * len(libraries)
    family: list[I64] = []
    name: list[str] = []
    newest: list[I64] = []
    for number in sorted(of_family):
        ordered = sorted(of_family[number], key=lambda row: (_natural(libraries[row][0].label), row))
        classes = [Classes(libraries[row][1].names, held[row], libraries[row][1].graph) for row in ordered]
        lined, first = line_up(classes, forms), len(name)
        count = max((int(own.max()) + 1 for own in lined if len(own)), default=0)
        latest, names = np.zeros(count, np.int64), [""] * count
        for row, own, held_by in zip(ordered, lined, classes, strict=True):
            nodes[row] = own + first
            latest[own] = held_by.forms
            for node, text in zip(own.tolist(), held_by.names, strict=True):
                names[node] = text
        family.append(np.full(count, number, np.int64))
        newest.append(latest)
        name += names
    nothing = [np.empty(0, np.int64)]
    return Lined(
        tuple(version.family for version, _ in libraries),
        nodes,
        list(held),
        np.concatenate(family or nothing),
        name,
        np.concatenate(newest or nothing),
    )


def _natural(label: str) -> list[tuple[int, int, str]]:
    """What versions are ordered by: numbers as numbers, and words, which mark what comes before a release, first."""
    parts = re.findall(r"[0-9]+|[a-zA-Z]+", label)
    return [*((1, int(part[:18]), "") if part[0].isdecimal() else (-1, 0, part) for part in parts), (0, 0, "")]


def _signatures(own: Sequence[I64], held: Sequence[I64], forms: int) -> tuple[I32, I64, Csr]:
    """Node and form of each signature, node by node, and the versions that have it."""
    keys = [nodes[nodes >= 0] * forms + numbers[nodes >= 0] for nodes, numbers in zip(own, held, strict=False)]
    distinct, of = np.unique(np.concatenate([*keys, np.empty(0, np.int64)]), return_inverse=True)
    version = np.repeat(np.arange(len(keys)), [len(of_version) for of_version in keys])
    return (distinct // max(forms, 1)).astype(np.int32), distinct % max(forms, 1), grouped(of, version, len(distinct))


def _edges(own: Sequence[I64], libraries: Sequence[Library]) -> Iterator[tuple[I64, I64]]:
    """Both ends of what names what in each version."""
    for of_class, (_, signatures) in zip(own, libraries, strict=True):
        tail = np.repeat(of_class, np.diff(signatures.graph.start))
        head = of_class[signatures.graph.items]
        there = (tail >= 0) & (head >= 0)
        yield tail[there], head[there]


def _ordinary(token: U64, background: Iterable[U64]) -> tuple[U64, I64, I32, int]:
    """All tokens, where the given ones are now, how many apps have each, and how many apps there are."""
    counts, more, apps = np.zeros(len(token), np.int32), [np.empty(0, np.uint64)], 0
    for app in background:
        at = np.minimum(np.searchsorted(token, app), max(len(token) - 1, 0))
        hit = token[at] == app if len(token) else np.zeros(len(app), bool)
        counts[at[hit]] += 1
        more.append(app[~hit])
        apps += 1
    others, times = np.unique(np.concatenate(more), return_counts=True)
    others, times = others[times >= _ORDINARY], times[times >= _ORDINARY]
    joined = np.concatenate([token, others])
    order = np.argsort(joined)
    place = np.empty(len(joined), np.int64)
    place[order] = np.arange(len(joined))
    return joined[order], place[: len(token)], np.concatenate([counts, times])[order].astype(np.int32), apps
