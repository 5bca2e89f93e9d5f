"""What versions of a library differ in, where an app has code of it: its classes beside all forms of known ones."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from affidavit.identity.code.index import Index
from affidavit.identity.code.result import Pairing
from affidavit.identity.code.signatures import I64, U64, Signatures
from affidavit.identity.code.tokens import KIND_MASK, Kind

Flags = npt.NDArray[np.bool_]
_MASK, _PAIR = np.uint64(KIND_MASK), np.uint64(Kind.PAIR)


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
        rows = np.flatnonzero(wanted[index.node_family[index.node]])
        self._rows = rows[np.argsort(index.node[rows], kind="stable")]
        self._node = index.node[self._rows]
        self._equal: dict[int, dict[bytes, set[int]]] = {}

    def of(self, node: int) -> I64:
        """The signatures of a class, ascending."""
        low, high = np.searchsorted(self._node, [node, node + 1])
        found: I64 = self._rows[low:high]
        return found

    def family(self, number: int) -> I64:
        """The signatures of a family."""
        found: I64 = self._rows[self.index.node_family[self._node] == number]
        return found

    def equal(self, family: int, signature: int) -> set[int]:
        """The versions of a family in which any class has this form."""
        if family not in self._equal:
            found: dict[bytes, set[int]] = {}
            for row in self.family(family).tolist():
                found.setdefault(self.tokens(row).tobytes(), set()).update(self.index.of_version.row(row).tolist())
            self._equal[family] = found
        return self._equal[family][self.tokens(signature).tobytes()]

    def tokens(self, signature: int) -> U64:
        """The tokens of a signature that can tell versions apart.

        In which order two calls stand differs between a class file and what compilers make of it, so that it would tell
        how an artefact was published.
        """
        every = self.index.of(signature)
        telling: U64 = every[(every & _MASK) != _PAIR]
        return telling


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
        entry_item, entry_form: which form has which item, by item.
    """

    form: I64
    other: I64
    start: I64
    token: U64
    pair: I64
    present: Flags
    common: Flags
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


def variation(app: Signatures, forms: Forms, pairs: Sequence[Pairing], versions: Sequence[int]) -> Variation:
    """Classes of an app beside all forms of the classes that they come from.

    Args:
        app: its signatures.
        forms: of the index.
        pairs: of one family.
        versions: numbers of the family's versions.
    """
    index, place = forms.index, {number: at for at, number in enumerate(versions)}
    table = np.full((len(pairs), len(versions)), -1, np.int64)
    rows: list[int] = []
    other: list[tuple[int, int, int]] = []
    start = [0]
    for at, pair in enumerate(pairs):
        seen: dict[bytes, int] = {}
        for row in forms.of(pair.node).tolist():
            same = seen.setdefault(forms.tokens(row).tobytes(), len(rows))
            table[at, [place[number] for number in index.of_version.row(row).tolist()]] = same
            if same == len(rows):
                rows.append(row)
        if (table[at] != table[at, :1]).any():
            other += _elsewhere(at, table[at], forms, rows[start[-1] :], place)
        start.append(len(rows))
    bounds = np.array(start, np.int64)
    parts = [forms.tokens(row) for row in rows]
    tokens = np.concatenate([*parts, np.empty(0, np.uint64)])
    form = np.repeat(np.arange(len(rows)), [len(part) for part in parts])
    owner = np.repeat(np.arange(len(pairs)), np.diff(bounds))[form]
    order = np.lexsort((form, tokens, owner))
    tokens, form, owner = tokens[order], form[order], owner[order]
    fresh = np.ones(len(tokens), bool)
    fresh[1:] = (tokens[1:] != tokens[:-1]) | (owner[1:] != owner[:-1])
    item = np.cumsum(fresh) - 1
    token, pair_of = tokens[fresh], owner[fresh]
    return Variation(
        table,
        np.array(other, np.int64).reshape(-1, 3),
        bounds,
        token,
        pair_of,
        _present(app, pairs, token, pair_of),
        np.bincount(item, minlength=len(token)) == np.diff(bounds)[pair_of],
        item,
        form,
    )


def _elsewhere(
    pair: int, row: I64, forms: Forms, signatures: Sequence[int], place: dict[int, int]
) -> Iterator[tuple[int, int, int]]:
    """Versions that have a form of the class in another class."""
    family, first = int(forms.index.node_family[forms.index.node[signatures[0]]]), int(row.max()) + 1 - len(signatures)
    for at, signature in enumerate(signatures):
        for number in sorted(forms.equal(family, signature)):
            if row[place[number]] != first + at:
                yield pair, place[number], first + at


def _present(app: Signatures, pairs: Sequence[Pairing], token: U64, pair: I64) -> Flags:
    """Which items the classes of the app have."""
    mine = [app.of(item.app) for item in pairs]
    held = np.concatenate([*mine, np.empty(0, np.uint64)])
    distinct = np.unique(token)
    if not len(distinct):
        return np.zeros(0, bool)
    at = np.minimum(np.searchsorted(distinct, held), len(distinct) - 1)
    key = np.repeat(np.arange(len(pairs)), [len(part) for part in mine]) * len(distinct) + at
    found: Flags = np.isin(pair * len(distinct) + np.searchsorted(distinct, token), key[distinct[at] == held])
    return found
