"""Tokens of what classes declare: members, what they inherit from, methods of the platform that they override."""

from functools import cached_property

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.framework import Framework
from affidavit.dalvik.resolve import ROOT
from affidavit.dalvik.signatures import distinct
from affidavit.dalvik.strings import decode_mutf8
from affidavit.dalvik.unit import Unit
from affidavit.identity.code.compressed import ranges
from affidavit.identity.code.tokens import I64, U64, Kind, token
from affidavit.identity.code.vocabulary import Vocabulary, above, looked_up
from affidavit.identity.kernels import rows

RANKS = 6
"""How often one descriptor of a member counts in a class."""
SHORTEST = 3
"""Characters of the shortest name that can be of an overridden method; renamers give shorter ones to all others."""
_TOPS = 64
"""Classes of the platform on the ways up that count."""
_PRIVATE, _STATIC = 0x2, 0x8
_INITIALISER = b"<clinit>"
_ARITIES = 1 << 8
_OPEN, _DONE = 1, 2


class Declared:
    """Reads declarations of a program, unit by unit.

    Args:
        vocabulary: of the program, which stays an attribute.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._kind_of, self._tops = tops(vocabulary)
        self._above = [above(item) for item in self._tops]
        inherited = [[token(Kind.SUPER, name.encode()) for name in item] for item in self._tops]
        self._inherited = np.array([one for item in inherited for one in item], np.uint64)
        self._inherits = np.cumsum([0, *map(len, inherited)])
        self._overridden: dict[tuple[int, bytes, int], int] = {}
        self._words = len(vocabulary.prototypes.words)
        count = 2 * (self._words + len(vocabulary.blurred_words[0]))
        self._members = np.zeros(count * RANKS, np.uint64)
        self._ranking = np.full(count, -1, np.int64), np.zeros(count, np.int64)

    @cached_property
    def _names(self) -> list[bytes]:
        """The names of the program's methods, by number."""
        return list(self.vocabulary.program.resolution().signatures.names)

    @cached_property
    def _overriding(self) -> npt.NDArray[np.bool_]:
        """(2, N) which names some class here could override a method of: only Object's, and those of all that is above.

        The last column is of no name.
        """
        framework = Framework.load()
        every = sorted({name for item in self._above for name in item})
        found = np.zeros((2, len(self._names) + 1), np.bool_)
        for row, classes in enumerate((above(()), every)):
            known = {name.encode() for class_ in classes for name in framework.methods(class_)}
            found[row, :-1] = [len(name) >= SHORTEST and name in known for name in self._names]
        return found

    def members(self, number: int, unit: Unit) -> tuple[I64, U64]:
        """(class, token) of methods and fields: the first of a kind, the second, and so on."""
        local, made = self.vocabulary.local[number], self._members
        found = []
        for holders, words in (
            (local[unit.def_class], self._method_words(number, unit)),
            (local[unit.deffield_class], self._field_words(number, unit)),
        ):
            live = np.flatnonzero((holders >= 0) & (words >= 0))
            if np.any(np.diff(holders[live]) < 0):
                live = live[np.argsort(holders[live], kind="stable")]
            classes, of_live = holders[live], words[live]
            rank = np.empty(len(live), np.int64)
            rows.ranks(classes, of_live, *self._ranking, rank)
            keep = np.flatnonzero(rank < RANKS)
            found.append((classes[keep], of_live[keep] * RANKS + rank[keep]))
        keys = np.concatenate([key for _, key in found])
        for key in distinct(keys[made[keys] == 0]).tolist():
            made[key] = member_token(self._word(key // RANKS), key % RANKS + 1)
        return np.concatenate([classes for classes, _ in found]), made[keys]

    def _method_words(self, number: int, unit: Unit) -> I64:
        """The number of what each defined method is as a member; -1 for one that does not count as a member."""
        prototypes, signatures = self.vocabulary.prototypes, self.vocabulary.program.resolution().signatures
        proto = looked_up(signatures.protos_of(number), unit.def_method)
        known = proto >= 0
        known &= prototypes.arity[proto] >= 0
        # Whether a class has a static initialiser depends on the compiler.
        known &= looked_up(signatures.names_of(number), unit.def_method) != signatures.names.get(_INITIALISER, -1)
        return np.where(known, 2 * prototypes.word[proto] + (unit.def_access & _STATIC != 0), -1)

    def _field_words(self, number: int, unit: Unit) -> I64:
        """As for methods, of each defined field."""
        kinds = looked_up(unit.field_type, unit.deffield_field)
        words = self.vocabulary.blurred_words[1][self.vocabulary.unit_types[number][kinds]] + self._words
        return np.where(kinds >= 0, 2 * words + (unit.deffield_access & _STATIC != 0), -1)

    def _word(self, number: int) -> str:
        """What members are in words, by number."""
        word, static = divmod(number, 2)
        if word < self._words:
            return "vs"[static] + self.vocabulary.prototypes.words[word]
        return "FS"[static] + self.vocabulary.blurred_words[0][word - self._words]

    def inherited(self, number: int) -> tuple[I64, U64]:
        """(class, token) of the first classes and interfaces of the platform on each way up."""
        classes = self.vocabulary.local[number]
        classes = classes[classes >= 0]
        kinds = self._kind_of[classes]
        begins, counts = self._inherits[kinds], np.diff(self._inherits)[kinds]
        return np.repeat(classes, counts), self._inherited[ranges(begins, counts)]

    def overridden(self, number: int, unit: Unit) -> tuple[I64, U64]:
        """(class, token) of methods of the platform that methods override or implement."""
        signatures, local = self.vocabulary.program.resolution().signatures, self.vocabulary.local[number]
        name = looked_up(signatures.names_of(number), unit.def_method)
        live = (local[unit.def_class] >= 0) & (unit.def_access & (_PRIVATE | _STATIC) == 0)
        methods = np.flatnonzero(live & self._overriding[1][name])
        inherits = self._inherits[1:] > self._inherits[:-1]
        kinds = inherits[self._kind_of[local[unit.def_class[methods]]]].astype(np.int64)
        methods = methods[self._overriding[kinds, name[methods]]]
        arity = self.vocabulary.prototypes.arity[signatures.protos_of(number)[unit.def_method[methods]]]
        methods, arity = methods[arity >= 0], arity[arity >= 0]
        classes = local[unit.def_class[methods]]
        # No method of the platform has so many parameters that two would be taken for one.
        keys = (self._kind_of[classes] * len(self._names) + name[methods]) * _ARITIES + np.minimum(arity, _ARITIES - 1)
        every = distinct(keys)
        found = np.array([self._override(key) for key in every.tolist()], np.uint64)
        found = found[np.searchsorted(every, keys)]
        return classes[found != 0], found[found != 0]

    def _override(self, key: int) -> int:
        rest, arity = divmod(key, _ARITIES)
        kind, name = divmod(rest, len(self._names))
        return self.override_token(kind, self._names[name], arity)

    def override_token(self, kind: int, name: bytes, arity: int) -> int:
        """The token of a method that overrides one of the platform; 0 when it overrides none.

        Args:
            kind: which classes of the platform are above it.
            name: its name as it is stored.
            arity: how many parameters it has.
        """
        made = self._overridden.get((kind, name, arity))
        if made is None:
            text = decode_mutf8(name)
            found = Framework.load().overridden(self._above[kind], text, arity)
            made = 0 if found is None else token(Kind.OVERRIDE, f"{found}{text}/{arity}".encode())
            self._overridden[kind, name, arity] = made
        return made

    def kind(self, class_: int) -> int:
        """Which classes of the platform are above a class: equal for two that have the same."""
        return int(self._kind_of[class_])

    def tops(self, class_: int) -> tuple[str, ...]:
        """The first classes and interfaces of the platform on each way up from a class."""
        return self._tops[self.kind(class_)]


def member_token(word: str, rank: int) -> int:
    """The token of a member.

    Args:
        word: ``v`` for a method or ``F`` for a field, ``s`` and ``S`` when it is static, and the blurred descriptor.
        rank: the number of the member among those of its class with the same.
    """
    return token(Kind.MEMBER, f"{rank}{word}".encode())


def tops(vocabulary: Vocabulary) -> tuple[I64, list[tuple[str, ...]]]:
    """Which classes and interfaces of the platform are the first on each way up from a class, Object not counted.

    Returns:
        The kind of each class, and of each kind the sorted descriptors.
    """
    start, parents = _parents(vocabulary)
    sets = _Sets(vocabulary.program.types)
    found, own = sets.of_rows(start, parents, vocabulary.platform[parents]), vocabulary.number[parents]
    inside = np.flatnonzero(own >= 0)
    holders = np.repeat(np.arange(len(start) - 1), np.diff(start))[inside]
    begins = np.searchsorted(holders, np.arange(len(start))).tolist()
    above_, met = own[inside].tolist(), bytearray((np.bincount(holders, minlength=len(found)) == 0).tobytes())
    for class_ in np.unique(holders).tolist():
        stack = [class_]
        while stack:
            here = stack[-1]
            over = above_[begins[here] : begins[here + 1]]
            if not met[here]:
                met[here] = _OPEN
                more = [item for item in over if not met[item]]
                if more:
                    stack += more
                    continue
            stack.pop()
            if met[here] == _OPEN and len(over) == 1 and not found[here]:
                found[here] = found[over[0]]
            elif met[here] == _OPEN:
                found[here] = sets.union([found[here], *(found[item] for item in over)])
            met[here] = _DONE
    used, kinds = np.unique(np.array(found, np.int64), return_inverse=True)
    return kinds.astype(np.int64), [tuple(sorted(sets[number])) for number in used.tolist()]


def _parents(vocabulary: Vocabulary) -> tuple[I64, I64]:
    """Compressed rows: super class and interfaces of each class that is used, as types of the program; no Object."""
    holders, parents, first = [np.empty(0, np.int64)], [np.empty(0, np.int64)], 0
    for number, unit in enumerate(vocabulary.program.units):
        classes, types = np.flatnonzero(vocabulary.local[number] >= 0), vocabulary.unit_types[number]
        counts = np.diff(unit.interfaces.start)[classes]
        interfaces = unit.interfaces.items[ranges(unit.interfaces.start[classes], counts)]
        every = np.arange(first, first + len(classes))
        holder = np.concatenate([every, np.repeat(every, counts)])
        order = np.argsort(holder, kind="stable")
        holders.append(holder[order])
        parents.append(types[np.concatenate([unit.class_super[classes], interfaces])[order]].astype(np.int64))
        first += len(classes)
    holder, parent = np.concatenate(holders), np.concatenate(parents)
    counts = np.bincount(holder[parent > ROOT], minlength=first)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]), parent[parent > ROOT]


class _Sets:
    """Sets of classes of the platform, each once; number 0 is the empty one.

    Args:
        types: descriptors.
    """

    def __init__(self, types: list[str]) -> None:
        self._types = types
        self._numbers: dict[frozenset[str], int] = {frozenset(): 0}
        self._sets: list[frozenset[str]] = [frozenset()]
        self._unions: dict[tuple[int, ...], int] = {}

    def __getitem__(self, number: int) -> frozenset[str]:
        return self._sets[number]

    def of_rows(self, start: I64, types: I64, counted: npt.NDArray[np.bool_]) -> list[int]:
        """The set of those types of each row that count."""
        count = np.flatnonzero(counted)
        holders, types = np.repeat(np.arange(len(start) - 1), np.diff(start))[count], types[count]
        distinct_, back = np.unique(types, return_inverse=True)
        numbers = np.array([self._number([self._types[type_]]) for type_ in distinct_.tolist()], np.int64)
        found = np.zeros(len(start) - 1, np.int64)
        found[holders] = numbers[back]
        made, several = found.tolist(), np.flatnonzero(np.bincount(holders, minlength=len(found)) > 1)
        bounds = np.searchsorted(holders, np.stack([several, several + 1], 1)).tolist()
        items = numbers[back].tolist()
        for row, (begin, end) in zip(several.tolist(), bounds, strict=True):
            made[row] = self.union(items[begin:end])
        return made

    def union(self, numbers: list[int]) -> int:
        """The set of all that is in some sets."""
        key = tuple(numbers)
        made = self._unions.get(key)
        if made is None:
            made = self._unions[key] = self._number([name for number in key for name in self._sets[number]])
        return made

    def _number(self, names: list[str]) -> int:
        """The number of a set: of the first names by the alphabet when there are too many."""
        found = frozenset(names)
        found = found if len(found) <= _TOPS else frozenset(sorted(found)[:_TOPS])
        number = self._numbers.setdefault(found, len(self._sets))
        if number == len(self._sets):
            self._sets.append(found)
        return number
