"""Two apps class by class: what is nobody else's code of one is known code, with which the other's is compared.

Code of known libraries is set aside on both sides first; how rare something is, the index of known code and the
ordinary apps that were counted for it say, as for libraries. What lies inside other classes is not told: between two
builds of one app, of which neither inlines anything, most of what was taken for that was another class.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.beside import Pair, Room, Sides, beside
from affidavit.identity.code.build import build
from affidavit.identity.code.doubts import ENOUGH, weighed
from affidavit.identity.code.evidence import STUDIED, Compared, pairs_of
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.lineup import expand
from affidavit.identity.code.match import match
from affidavit.identity.code.result import FamilyMatch, Matched
from affidavit.identity.code.side import Side
from affidavit.identity.code.signatures import Signatures
from affidavit.identity.code.stage import Identified
from affidavit.identity.code.tokens import KIND_MASK, Kind
from affidavit.model.beside import Beside, FileBeside, OwnCode
from affidavit.model.code_identity import Decision
from affidavit.model.fact import Fact

LAID = 10
"""Pairs that are laid side by side."""
LISTED = 40
"""Pairs that are listed, with what both have."""
_FEW = 10
"""Of so many ordinary apps one may have what is rare."""
_FORMAL = (Kind.MEMBER, Kind.METHOD, Kind.SUPER, Kind.OVERRIDE, Kind.SWITCH)
"""Kinds of tokens that are shape, and that nobody can read."""


@dataclass(frozen=True, slots=True, eq=False)
class Likened:
    """Two apps, class by class.

    Attributes:
        compared: the first app, compared with the second's own code as the one family of an index.
        found: what was decided on that family, with its pairs; None when no class is like any.
        own: how much of both there is.
        second: classes of the second app, by node of the index.
    """

    compared: Compared
    found: FamilyMatch | None
    own: OwnCode
    second: npt.NDArray[np.int64]


def likened(first: Identified, second: Identified, known: Index | None) -> Likened | None:
    """Pair the classes of the first app's own code with those of the second's; None where there is none.

    Args:
        first: an app whose code was read.
        second: the other.
        known: known code, which says how rare things are.
    """
    ours, theirs = first.read, second.read
    if ours is None or theirs is None or not first.own.any() or not second.own.any():
        return None
    rows, others = np.flatnonzero(first.own), np.flatnonzero(second.own)
    index = build([Family("")], [(Version(0, ""), taken(theirs.app, others))])
    rare, held = _weighed(index, known)
    matched = match(taken(ours.app, rows), rare)
    families = tuple(
        replace(item, pairs=tuple(replace(pair, app=int(rows[pair.app])) for pair in item.pairs if not pair.inlined))
        for item in matched.families
        if item.decision != "not-shown"
    )
    found = families[0] if families else None
    shown = Matched(matched.regime, families, np.full(len(ours.app), -1, np.int32))
    compared = Compared(ours.program, ours.app, held, (), shown, ours.declared)
    number = {theirs.app.names[row]: row for row in reversed(others.tolist())}
    nodes = np.array([number[name] for name in index.node_name], np.int64)
    paired = np.unique([pair.app for pair in found.pairs] if found else []).astype(np.int64)
    own = OwnCode(
        first=len(rows),
        second=len(others),
        paired=len(paired),
        first_units=int(ours.app.size[rows].sum(dtype=np.int64)),
        paired_units=int(ours.app.size[paired].sum(dtype=np.int64)),
        kept=sum(ours.app.names[pair.app] == held.node_name[pair.node] for pair in found.pairs) if found else 0,
        decision=_decided(compared, found),
    )
    return Likened(compared, found, own, nodes)


def _decided(compared: Compared, found: FamilyMatch | None) -> Decision:
    """Whether the pairs show something: tools write classes that are alike in all apps that use them.

    At least two pairs have to share things that can be read, that are in no known code and in few ordinary apps. Some
    have to be allowed: one of the two may have been counted as an ordinary app itself.
    """
    if found is None:
        return "not-shown"
    telling, most = 0, compared.index.background // _FEW
    for pair in found.pairs[:STUDIED]:
        item = weighed(compared.app, compared.index, pair)
        kinds = (item.shared & np.uint64(KIND_MASK)).astype(np.int64)
        rare = (item.families == 0) & (item.background <= most) & ~np.isin(kinds, _FORMAL)
        telling += int(rare.sum()) >= ENOUGH
        if telling == ENOUGH:
            return found.decision
    return "too-little"


def taken(signatures: Signatures, rows: npt.NDArray[np.int64]) -> Signatures:
    """Some classes alone; what they name of others is left out.

    Args:
        signatures: of all.
        rows: which, ascending.
    """
    of, at = expand(Csr(signatures.start.astype(np.int32), np.arange(len(signatures.tokens), dtype=np.int32)), rows)
    tail, head = expand(signatures.graph, rows)
    number = np.full(len(signatures), -1, np.int64)
    number[rows] = np.arange(len(rows))
    inside = number[head] >= 0
    ends = np.arange(len(rows) + 1)
    return Signatures(
        names=tuple(signatures.names[row] for row in rows.tolist()),
        start=np.searchsorted(of, ends).astype(np.int64),
        tokens=signatures.tokens[at],
        graph=Csr(np.searchsorted(tail[inside], ends).astype(np.int32), number[head[inside]].astype(np.int32)),
        size=signatures.size[rows],
        unit=signatures.unit[rows],
        row=signatures.row[rows],
    )


def _weighed(index: Index, known: Index | None) -> tuple[Index, Index]:
    """The index with what known code and ordinary apps have counted: for the comparison, then for what is said of it.

    The second app is a family in the comparison; what is said counts the others alone.
    """
    if known is None:
        return index, replace(index, in_families=np.zeros_like(index.in_families))
    rows = known.rows_of(index.token)
    there = rows >= 0
    families = np.where(there, known.in_families[rows], 0).astype(np.int32)
    ordinary = np.where(there, known.in_background[rows], 0).astype(np.int32)
    counted = replace(index, in_background=ordinary, background=known.background)
    return (
        replace(counted, in_families=index.in_families + families),
        replace(counted, in_families=families),
    )


def facts_of_pairs(likened: Likened) -> Iterator[Fact]:
    """The pairs with most evidence, with what both have."""
    if likened.found is not None:
        yield from pairs_of(likened.compared, likened.found, LISTED)


def laid(likened: Likened, first: Identified, second: Identified, file: FileBeside, room: Room) -> Beside:
    """Lay the pairs with most evidence side by side.

    Args:
        likened: both.
        first: the one app.
        second: the other.
        file: what the second is.
        room: how much may be made.
    """
    found = likened.found
    if found is None or second.read is None:
        return Beside((file,), own=likened.own)
    pairs = [
        Pair("", rank, pair.app, int(likened.second[pair.node])) for rank, pair in enumerate(found.pairs[:LAID], 1)
    ]
    names = second.read.app.names
    classes = _of_libraries(first, second)
    classes |= {likened.compared.app.names[pair.app]: names[likened.second[pair.node]] for pair in found.pairs}
    sides = Sides(Side(likened.compared.program), Side(second.read.program), classes, room)
    return Beside((file,), tuple(beside(sides, pairs)), left=len(found.pairs) - len(pairs), own=likened.own)


def _of_libraries(first: Identified, second: Identified) -> dict[str, str]:
    """Classes of both apps that come from the same class of a known library."""
    if first.compared is None or second.compared is None:
        return {}
    theirs = _by_node(second.compared)
    return {name: theirs[node] for node, name in _by_node(first.compared).items() if node in theirs}


def _by_node(compared: Compared) -> dict[int, str]:
    found: dict[int, str] = {}
    for item in compared.matched.families:
        for pair in item.pairs if item.decision != "not-shown" else ():
            if not pair.inlined:
                found.setdefault(pair.node, compared.app.names[pair.app])
    return found
