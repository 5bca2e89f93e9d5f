"""What else could explain that an app is like a library: each counter-hypothesis, and what the bytes say to it.

A comparison finds likeness. Whether likeness is the library's code depends on what is left once everything that others
have too is set aside: these are the questions that a person would ask of each finding.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from affidavit.identity.code.index import Index
from affidavit.identity.code.result import FamilyMatch, Matched, Pairing
from affidavit.identity.code.signatures import I32, U64, Signatures
from affidavit.identity.code.tokens import KIND_MASK, Kind
from affidavit.model.code_identity import Tried
from affidavit.wording import plural

ENOUGH = 2
"""Classes without which a hypothesis is not excluded, and tokens of a class: one alone never decides."""
CODE = 16
"""Code units from which a class has code of its own; the constructor of an interface's stub has four."""
_FORMAL = np.zeros(KIND_MASK + 1, np.bool_)
_FORMAL[[Kind.MEMBER, Kind.SUPER, Kind.OVERRIDE]] = True


class Weighed(NamedTuple):
    """The tokens of one pair.

    Attributes:
        shared: tokens of both classes, sorted. families, background: of each, how many families and apps have it.
        missing, foreign: how many only the library's class has, and only the app's.
    """

    shared: U64
    families: I32
    background: I32
    missing: int
    foreign: int

    def alone(self, *, texts: bool = True) -> bool:
        """Whether it has enough that no other family and no ordinary app has, with or without texts."""
        rare = (self.families <= 1) & (self.background == 0)
        if not texts:
            rare = rare & ((self.shared & np.uint64(KIND_MASK)) != Kind.STRING)
        return int(rare.sum()) >= ENOUGH


def weighed(app: Signatures, index: Index, pair: Pairing) -> Weighed:
    """The tokens of a pair, counted."""
    ours, theirs = app.of(pair.app), index.of(pair.signature)
    shared = np.intersect1d(ours, theirs, assume_unique=True)
    rows = index.rows_of(shared)
    return Weighed(
        shared,
        np.where(rows >= 0, index.in_families[rows], 0).astype(np.int32),
        np.where(rows >= 0, index.in_background[rows], 0).astype(np.int32),
        len(theirs) - len(shared),
        len(ours) - len(shared),
    )


class Rival(NamedTuple):
    """A family that explains a class of the app.

    Attributes:
        rank: its place among the families of the comparison. family: its number. nats: evidence for its best pair.
    """

    rank: int
    family: int
    nats: float


def rivals_of(matched: Matched) -> dict[int, list[Rival]]:
    """For each class of the app the families that explain it as a class of theirs, of those that are shown."""
    found: dict[int, list[Rival]] = {}
    for rank, match in enumerate(matched.families):
        best: dict[int, float] = {}
        for pair in match.pairs if match.decision != "not-shown" else ():
            if not pair.inlined:
                best[pair.app] = max(pair.nats, best.get(pair.app, pair.nats))
        for app, nats in best.items():
            found.setdefault(app, []).append(Rival(rank, match.family, nats))
    return found


def tried(
    app: Signatures,
    index: Index,
    rivals: Mapping[int, Sequence[Rival]],
    match: FamilyMatch,
    studied: Sequence[Weighed],
) -> tuple[Tried, ...]:
    """Every counter-hypothesis to one family.

    Args:
        app: the app's signatures.
        index: what it was compared with.
        rivals: of the whole comparison.
        match: the family.
        studied: the tokens of its first pairs.
    """
    pairs = match.pairs[: len(studied)]
    return (
        _shared_dependency(studied),
        _interface_only(app, index, pairs, studied),
        _name_only(studied),
        _other_family(index, rivals, match),
    )


def _shared_dependency(studied: Sequence[Weighed]) -> Tried:
    alone = sum(item.alone() for item in studied)
    said = (
        f"{alone:,} of {plural(len(studied), 'class', 'classes')} have {ENOUGH} things or more that no other family "
        "of the index and no ordinary app has"
    )
    return Tried("shared-dependency", alone >= ENOUGH, said)


def _interface_only(app: Signatures, index: Index, pairs: Sequence[Pairing], studied: Sequence[Weighed]) -> Tried:
    coded = [
        pair
        for pair, item in zip(pairs, studied, strict=True)
        if min(app.size[pair.app], index.size[pair.signature]) >= CODE
        and int((~_FORMAL[(item.shared & np.uint64(KIND_MASK)).astype(np.int64)]).sum()) >= ENOUGH
    ]
    units = sum(int(app.size[pair.app]) for pair in coded)
    said = (
        f"{len(coded):,} of {plural(len(pairs), 'class', 'classes')} have code that fits, not declarations alone: "
        f"{plural(units, 'code unit')}"
    )
    return Tried("interface-only", len(coded) >= ENOUGH, said)


def _name_only(studied: Sequence[Weighed]) -> Tried:
    alone = sum(item.alone(texts=False) for item in studied)
    said = (
        f"names of classes and members are not compared; without any text {alone:,} of "
        f"{plural(len(studied), 'class', 'classes')} still have what no other family and no ordinary app has"
    )
    return Tried("name-only", alone >= ENOUGH, said)


def _other_family(index: Index, rivals: Mapping[int, Sequence[Rival]], match: FamilyMatch) -> Tried:
    """Whether one other family explains as many of the classes at least as well."""
    own = {pair.app: pair.nats for pair in match.pairs if not pair.inlined}
    better = Counter(
        (rival.rank, rival.family)
        for app, nats in own.items()
        for rival in rivals.get(app, ())
        if rival.family != match.family and rival.nats >= nats
    )
    best, by = 0, ""
    for (_, family), count in sorted(better.items()):
        if count > best:
            best, by = count, index.families[family].id
    if not best:
        said = f"no other family explains any of {plural(len(own), 'class', 'classes')} as well"
    else:
        said = f"{by} explains {best:,} of {plural(len(own), 'class', 'classes')} at least as well, no other more"
    return Tried("other-family", bool(own) and 2 * best < len(own), said)
