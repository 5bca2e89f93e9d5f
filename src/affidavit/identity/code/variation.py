"""What versions of a library differ in, where an app has code of it: its classes beside all forms of known ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.signatures import distinct
from affidavit.dalvik.unit import Csr
from affidavit.identity.code.compressed import flat, ranges
from affidavit.identity.code.declared import member_token
from affidavit.identity.code.index import Index
from affidavit.identity.code.result import Pairing
from affidavit.identity.code.signatures import I32, I64, U64, Signatures
from affidavit.identity.code.tokens import KIND_MASK, Kind

Flags = npt.NDArray[np.bool_]
_MASK, _PAIR = np.uint64(KIND_MASK), np.uint64(Kind.PAIR)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
VALUES = np.uint64(member_token("s()[X", 2))
"""Compilers since Java 15 list the values of an enumeration in a method of its own, beside the one that gives them."""


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """The forms of the classes of one family.

    Attributes:
        row, node: its signatures, ascending, and their classes.
        same: for each a number that those with the same telling tokens share (`telling`).
        versions: compressed rows: versions in which any class has the form with that number.
    """

    row: I64
    node: I32
    same: I64
    versions: Csr


class Forms:
    """The forms of the classes of some families."""

    def __init__(self, index: Index, families: Iterable[int]) -> None:
        """Finds them.

        Args:
            index: of known code.
            families: numbers of those that will be asked for.
        """
        wanted = np.zeros(len(index.families), bool)
        wanted[np.fromiter(families, np.int64)] = True
        self.index = index
        family = index.node_family[index.node]
        rows = np.flatnonzero(wanted[family])
        self._rows = rows[np.argsort(family[rows], kind="stable")]
        self._family = family[self._rows]

    def rows(self, number: int) -> I64:
        """The signatures of a family, ascending."""
        low, high = np.searchsorted(self._family, [number, number + 1])
        found: I64 = self._rows[low:high]
        return found

    def of(self, number: int) -> Family:
        """The forms of a family."""
        rows = self.rows(number)
        token, form = telling(self.index, rows)
        mixed = (self.index.token[token] ^ (self.index.token[token] >> np.uint64(29))) * _SPREAD
        marks = np.zeros((len(rows), 2), np.uint64)
        some, first = np.unique(form, return_index=True)
        if len(some):
            marks[some, 0] = np.add.reduceat(mixed, first)
            marks[some, 1] = np.add.reduceat(mixed ^ (mixed >> np.uint64(32)), first)
        order = np.lexsort((marks[:, 1], marks[:, 0]))
        same = np.zeros(len(rows), np.int64)
        same[order[1:]] = np.cumsum((marks[order[1:]] != marks[order[:-1]]).any(axis=1))
        place, version = flat(self.index.of_version.start, self.index.of_version.items, rows)
        every = max(len(self.index.versions), 1)
        held = distinct(same[place] * every + version)
        start = np.searchsorted(held, np.arange(same.max(initial=-1) + 2) * every)
        return Family(rows, self.index.node[rows], same, Csr(start.astype(np.int32), (held % every).astype(np.int32)))


def telling(index: Index, rows: I64) -> tuple[I32, I64]:
    """The tokens of some signatures that can tell versions apart, as rows of `Index.token`; and of which each is.

    In which order two calls stand differs between a class file and what compilers make of it, and so does a method that
    newer compilers add: they would tell how an artefact was published.

    Args:
        index: of known code.
        rows: the signatures.
    """
    of, token = flat(index.start, index.rows, rows)
    kept = ((index.token[token] & _MASK) != _PAIR) & (index.token[token] != VALUES)
    return token[kept], of[kept]


@dataclass(frozen=True, slots=True, eq=False)
class Variation:
    """Parallel arrays over items, each a token of a class in any of its forms, and over entries, each one of a form.

    Attributes:
        form: (pairs, versions) the form, numbered over all pairs, that each version has, or -1 without the class.
        other: (pair, version, form) of versions that have one of the forms in another class: classes without a name of
            their own are numbered anew when one is added, and copies and moved classes are no difference.
        start: (pairs + 1,) forms of each pair.
        token, pair: of each item, by pair, then by token. present: whether the class of the app has it.
        common: whether all forms of the class have it.
        more: of each pair, how many tokens the class of the app has that no form has.
        entry_item, entry_form: which form has which item, by item.
    """

    form: I64
    other: I64
    start: I64
    token: U64
    pair: I64
    present: Flags
    common: Flags
    more: I64
    entry_item: I64
    entry_form: I64

    @property
    def kind(self) -> I64:
        """The kind of each item."""
        return (self.token & np.uint64(KIND_MASK)).astype(np.int64)

    @property
    def differs(self) -> Flags:
        """For each pair whether versions differ in it."""
        found: Flags = (self.form != self.form[:, :1]).any(axis=1)
        return found


def variation(
    app: Signatures, forms: Forms, family: int, pairs: Sequence[Pairing], versions: Sequence[int]
) -> Variation:
    """Classes of an app beside all forms of the classes that they come from.

    Args:
        app: its signatures.
        forms: of the index.
        family: number of one.
        pairs: of the family.
        versions: numbers of the family's versions.
    """
    index, known = forms.index, forms.of(family)
    place = np.full(len(index.versions), -1, np.int64)
    place[list(versions)] = np.arange(len(versions))
    nodes = np.array([pair.node for pair in pairs], np.int64)
    owner, at = _ranges(np.searchsorted(known.node, nodes), np.searchsorted(known.node, nodes, "right"))
    different, first, inverse = np.unique(
        owner * (len(known.row) + 1) + known.same[at], return_index=True, return_inverse=True
    )
    order = np.argsort(first)
    number = np.empty(len(different), np.int64)
    number[order] = np.arange(len(different))
    own, version = flat(index.of_version.start, index.of_version.items, known.row[at])
    table = np.full((len(pairs), len(versions)), -1, np.int64)
    table[owner[own], place[version]] = number[inverse][own]
    chosen = at[first[order]]
    owner = owner[first[order]]
    rows, form = telling(index, known.row[chosen])
    key = owner[form] * len(index.token) + rows
    order = np.argsort(key, kind="stable")
    key, form = key[order], form[order]
    fresh = np.ones(len(key), bool)
    fresh[1:] = key[1:] != key[:-1]
    item = np.cumsum(fresh) - 1
    pair_of, rows = np.divmod(key[fresh], max(len(index.token), 1))
    bounds = np.searchsorted(owner, np.arange(len(pairs) + 1)).astype(np.int64)
    present = _present(app, pairs, index.token[rows], pair_of)
    own = np.array([np.count_nonzero((app.of(item.app) & _MASK) != _PAIR) for item in pairs], np.int64)
    return Variation(
        table,
        _elsewhere(table, owner, known.same[chosen], known, place),
        bounds,
        index.token[rows],
        pair_of,
        present,
        np.bincount(item, minlength=len(rows)) == np.diff(bounds)[pair_of],
        own - np.bincount(pair_of[present], minlength=len(pairs)),
        item,
        form,
    )


def elsewhere(forms: Forms, family: int, varied: Variation) -> Flags:
    """Which items are there and in further classes of the family too, in any version: they may come from there.

    Args:
        forms: of the index.
        family: number of one.
        varied: classes of the app beside those of the family.
    """
    index, rows = forms.index, forms.rows(family)
    asked = distinct(varied.token[varied.present & ~varied.common])
    token, of = telling(index, rows)
    held = index.token[token]
    some = np.isin(held, asked)
    nodes = max(len(index.node_name), 1)
    key = distinct(np.searchsorted(asked, held[some]) * nodes + index.node[rows][of[some]])
    many = np.bincount(key // nodes, minlength=len(asked)) > 1
    found: Flags = np.isin(varied.token, asked[many])
    return found


def _ranges(low: I64, high: I64) -> tuple[I64, I64]:
    """(number of the range, what it goes over) of some ranges."""
    of = np.repeat(np.arange(len(low)), high - low)
    return of, ranges(low, high - low)


def _elsewhere(table: I64, owner: I64, same: I64, known: Family, place: I64) -> I64:
    """Versions that have a form of a class in another class; see `Variation`.

    Args:
        table: form of each pair and version.
        owner: pair of each form.
        same: number of each in the family.
        known: the family.
        place: column of each version.
    """
    form = np.flatnonzero((table != table[:, :1]).any(axis=1)[owner])
    of, version = flat(known.versions.start, known.versions.items, same[form])
    pair, form, column = owner[form][of], form[of], place[version]
    other = table[pair, column] != form
    return np.stack([pair[other], column[other], form[other]], 1)


def _present(app: Signatures, pairs: Sequence[Pairing], token: U64, pair: I64) -> Flags:
    """Which items the classes of the app have."""
    mine = [app.of(item.app) for item in pairs]
    held = np.concatenate([*mine, np.empty(0, np.uint64)])
    different = distinct(token)
    if not len(different):
        return np.zeros(0, bool)
    at = np.minimum(np.searchsorted(different, held), len(different) - 1)
    key = np.repeat(np.arange(len(pairs)), [len(part) for part in mine]) * len(different) + at
    found: Flags = np.isin(pair * len(different) + np.searchsorted(different, token), key[different[at] == held])
    return found
