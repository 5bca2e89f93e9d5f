"""Tokens of what classes declare: members, what they inherit from, methods of the platform that they override."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.framework import Framework
from affidavit.dalvik.resolve import ROOT
from affidavit.dalvik.strings import decode_mutf8
from affidavit.dalvik.unit import Unit
from affidavit.identity.code.tokens import I64, U64, Kind, token
from affidavit.identity.code.vocabulary import Vocabulary, above, looked_up

RANKS = 6
"""How often one descriptor of a member counts in a class."""
SHORTEST = 3
"""Characters of the shortest name that can be of an overridden method; renamers give shorter ones to all others."""
_TOPS = 64
"""Classes of the platform on the ways up that count."""
_PRIVATE, _STATIC = 0x2, 0x8
_INITIALISER = b"<clinit>"


class Declared:
    """Reads declarations of a program, unit by unit.

    Args:
        vocabulary: of the program.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._tops = tops(vocabulary)
        distinct = sorted(set(self._tops))
        numbers = {item: row for row, item in enumerate(distinct)}
        self._kind_of = np.array([numbers[item] for item in self._tops], np.int64)
        self._above = [above(item) for item in distinct]
        self._inherited = [[token(Kind.SUPER, name.encode()) for name in item] for item in distinct]
        self._members: dict[tuple[str, int], int] = {}
        self._overridden: dict[tuple[int, bytes, int], int] = {}

    def members(self, number: int, unit: Unit) -> tuple[I64, U64]:
        """(class, token) of methods and fields: the first of a kind, the second, and so on."""
        classes, contents, texts = self._contents(number, unit)
        order = np.lexsort((contents, classes))
        classes, contents = classes[order], contents[order]
        fresh = np.ones(len(order), np.bool_)
        fresh[1:] = (np.diff(classes) != 0) | (np.diff(contents) != 0)
        first = np.flatnonzero(fresh)
        rank = np.arange(len(order)) - np.repeat(first, np.diff(first, append=len(order)))
        keep = np.flatnonzero(rank < RANKS)
        keys, back = np.unique(contents[keep] * RANKS + rank[keep], return_inverse=True)
        made = [self._member(texts[key // RANKS], key % RANKS + 1) for key in keys.tolist()]
        return classes[keep], np.array(made, np.uint64)[back]

    def _contents(self, number: int, unit: Unit) -> tuple[I64, I64, list[str]]:
        """The class of each member, the number of its descriptor, and the descriptors."""
        vocabulary, local = self._vocabulary, self._vocabulary.local[number]
        methods = np.flatnonzero((local[unit.def_class] >= 0) & (unit.def_method >= 0))
        protos = unit.method_proto[unit.def_method[methods]]
        known = (protos >= 0) & ~_initialisers(unit, methods)
        methods, protos = methods[known], protos[known]
        fields = np.flatnonzero((local[unit.deffield_class] >= 0) & (unit.deffield_field >= 0))
        types = unit.field_type[unit.deffield_field[fields]]
        fields, types = fields[types >= 0], types[types >= 0]
        words: dict[str, int] = {}
        parts = [
            _worded(
                protos,
                unit.def_access[methods],
                "vs",
                lambda rows: vocabulary.blurred_protos(number, unit, rows),
                words,
            ),
            _worded(
                types,
                unit.deffield_access[fields],
                "FS",
                lambda rows: [vocabulary.blurred_type(number, row) for row in rows],
                words,
            ),
        ]
        classes = np.concatenate([local[unit.def_class[methods]], local[unit.deffield_class[fields]]])
        return classes, np.concatenate(parts), list(words)

    def _member(self, word: str, rank: int) -> int:
        made = self._members.get((word, rank))
        if made is None:
            made = self._members[word, rank] = member_token(word, rank)
        return made

    def inherited(self, number: int) -> tuple[I64, U64]:
        """(class, token) of the first classes and interfaces of the platform on each way up."""
        classes = self._vocabulary.local[number]
        classes = classes[classes >= 0]
        rows = [self._inherited[kind] for kind in self._kind_of[classes].tolist()]
        made = [item for row in rows for item in row]
        return np.repeat(classes, [len(row) for row in rows]), np.array(made, np.uint64)

    def overridden(self, number: int, unit: Unit) -> tuple[I64, U64]:
        """(class, token) of methods of the platform that methods override or implement."""
        local, name = self._vocabulary.local[number], looked_up(unit.method_name, unit.def_method)
        proto = looked_up(unit.method_proto, unit.def_method)
        _, begins, ends = unit.strings.blob()
        rows = np.flatnonzero(
            (unit.def_method >= 0)
            & (local[unit.def_class] >= 0)
            & (name >= 0)
            & (proto >= 0)
            & (unit.def_access & (_PRIVATE | _STATIC) == 0)
        )
        rows = rows[np.append(ends - begins, 0)[name[rows]] >= SHORTEST]
        classes = local[unit.def_class[rows]]
        keys = np.stack([self._kind_of[classes], name[rows], np.diff(unit.proto_params.start)[proto[rows]]], 1)
        distinct, back = _distinct(keys)
        made = [self.override_token(kind, unit.strings.raw(text), arity) for kind, text, arity in distinct.tolist()]
        found = np.array(made, np.uint64)[back]
        return classes[found != 0], found[found != 0]

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
        return self._tops[class_]


def member_token(word: str, rank: int) -> int:
    """The token of a member.

    Args:
        word: ``v`` for a method or ``F`` for a field, ``s`` and ``S`` when it is static, and the blurred descriptor.
        rank: the number of the member among those of its class with the same.
    """
    return token(Kind.MEMBER, f"{rank}{word}".encode())


def _initialisers(unit: Unit, methods: I64) -> npt.NDArray[np.bool_]:
    """Which defined methods are static initialisers: whether a class has one depends on the compiler."""
    name = unit.method_name[unit.def_method[methods]]
    _, begins, ends = unit.strings.blob()
    sizes = np.append(ends - begins, 0)
    likely = np.flatnonzero(sizes[name] == len(_INITIALISER))
    initialisers = [row for row in np.unique(name[likely]).tolist() if unit.strings.raw(row) == _INITIALISER]
    return np.isin(name, initialisers)


def _worded(
    indices: npt.NDArray[np.integer],
    access: npt.NDArray[np.integer],
    letters: str,
    describe: Callable[[list[int]], list[str]],
    words: dict[str, int],
) -> I64:
    """The number in `words` of each member of one sort, which are put into words once each."""
    used, back = np.unique(indices.astype(np.int64) * 2 + (access & _STATIC != 0), return_inverse=True)
    described = describe((used >> 1).tolist())
    made = [letters[key] + word for key, word in zip((used & 1).tolist(), described, strict=True)]
    return np.array([words.setdefault(word, len(words)) for word in made], np.int64)[back]


def _distinct(keys: npt.NDArray[np.integer]) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.intp]]:
    """The distinct rows of three small numbers, and which of them each row is."""
    packed = (keys[:, 0].astype(np.int64) << 40) | (keys[:, 1].astype(np.int64) << 8) | np.minimum(keys[:, 2], 255)
    _, first, back = np.unique(packed, return_index=True, return_inverse=True)
    return keys[first], back


def tops(vocabulary: Vocabulary) -> list[tuple[str, ...]]:
    """For each class, the first classes and interfaces of the platform on each way up, without Object, sorted."""
    platform: list[frozenset[str]] = []
    own: list[list[int]] = []
    for number, unit in enumerate(vocabulary.program.units):
        for parents in _parents(vocabulary, number, unit):
            platform.append(
                _bounded(vocabulary.program.types[item] for item in parents if vocabulary.is_platform(item))
            )
            own.append([int(vocabulary.number[item]) for item in parents if vocabulary.number[item] >= 0])
    met = bytearray(len(own))
    for class_ in range(len(own)):
        stack = [class_]
        while stack:
            here = stack[-1]
            if met[here]:
                stack.pop()
                if met[here] == 1 and own[here]:
                    platform[here] = _bounded(platform[here].union(*(platform[item] for item in own[here])))
                met[here] = 2
            else:
                met[here] = 1
                stack += [item for item in own[here] if not met[item]]
    return [tuple(sorted(item)) for item in platform]


def _parents(vocabulary: Vocabulary, number: int, unit: Unit) -> Iterator[list[int]]:
    """Super class and interfaces of each class that is used, as types of the program; without Object."""
    types = vocabulary.unit_types[number]
    above_ = types[unit.class_super].tolist()
    start, interfaces = unit.interfaces.start.tolist(), types[unit.interfaces.items].tolist()
    for row in np.flatnonzero(vocabulary.local[number] >= 0).tolist():
        yield [item for item in (above_[row], *interfaces[start[row] : start[row + 1]]) if item > ROOT]


def _bounded(names: Iterable[str]) -> frozenset[str]:
    """The names, the first by the alphabet when there are too many."""
    found = frozenset(names)
    return found if len(found) <= _TOPS else frozenset(sorted(found)[:_TOPS])
