"""What was done to code that likeness of classes does not survive whole: hidden texts, hidden calls, split classes.

It is told from the code alone, by what most classes do alike, so that it is said of apps of which nothing is known too.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import I32, RefKind, Unit
from affidavit.identity.code.signatures import I64
from affidavit.identity.code.vocabulary import looked_up
from affidavit.knowledge import load
from affidavit.model.limitation import Limitation
from affidavit.wording import plural

_Flags = npt.NDArray[np.bool_]
_TEXT, _METHOD, _INVOKE = "Ljava/lang/String;", "Ljava/lang/reflect/Method;", b"invoke"
_STATIC = 0x8
_HELD = (
    "families of known code that are not found may be there, and shares and versions of those found are less certain"
)


class Cuts(Struct, frozen=True):
    """The document ``knowledge/code_disguises/cuts``.

    Attributes:
        fewest: classes of which a share means anything; where there are fewer, the share is of so many.
        reflecting: share of classes that call methods by reflection, themselves or all through one class.
        decoding: share of the classes with texts that hand texts to one class, which gives texts back.
        split: share of classes whose methods stand in a class of their own.
    """

    source: str
    licence: str
    date: str
    fewest: int
    reflecting: float
    decoding: float
    split: float


def disguises(program: Program, regime: str) -> Iterator[Limitation]:
    """What comparing code with known code suffers from.

    Args:
        program: the app's code.
        regime: what the comparison itself told (`Matched.regime`).
    """
    cuts, seen = load("code_disguises", Cuts)["cuts"], Seen(program)
    every = max(seen.coded, cuts.fewest)
    if regime == "strings-hidden" or seen.decoding >= cuts.decoding * max(seen.texts, cuts.fewest):
        yield Limitation("identity/texts-hidden", f"texts of the app's code are encrypted or left out: {_HELD}")
    if seen.reflecting >= cuts.reflecting * every:
        detail = f"{_of(seen.reflecting, seen.coded)} call methods by reflection, where no call is seen: {_HELD}"
        yield Limitation("identity/calls-hidden", detail, count=seen.reflecting)
    if seen.split >= cuts.split * every:
        detail = (
            f"{_of(seen.split, seen.coded)} have methods in classes made for them, apart from their fields: {_HELD}"
        )
        yield Limitation("identity/classes-split", detail, count=seen.split)


def _of(count: int, every: int) -> str:
    return f"{count:,} of {plural(every, 'class', 'classes')} with code"


class Seen:
    """Counts of classes in dex files.

    Attributes:
        coded: with code. texts: with texts. decoding: those that hand texts to the class to which most do.
        reflecting: those that call methods by reflection themselves, or through the class through which most do.
        split: those with methods in another class.
    """

    def __init__(self, program: Program) -> None:
        """Counts.

        Args:
            program: the code.
        """
        names = program.types
        self._text, self._method = (names.index(name) if name in names else -2 for name in (_TEXT, _METHOD))
        self._size = len(names) + 1
        self._own, coded, texts, split, direct = (np.zeros(self._size, bool) for _ in range(5))
        units = list(zip(program.units, program.table().unit_types, strict=True))
        units = [(unit, types) for unit, types in units if unit.form == "dex"]
        for unit, types in units:
            self._own[types[unit.class_type]] = True
            coded[_home(unit, types, np.flatnonzero(unit.def_code > 0))] = True
            texts[_home(unit, types, unit.refs.owner[unit.refs.kind == RefKind.STRING])] = True
            direct[self._pairs(unit, types, self._invoked(unit, types)) % self._size] = True
        for flags in (self._own, coded, texts, direct):
            flags[-1] = False
        through, decoders = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for unit, types in units:
            split[self._helped(unit, types)] = True
            target = types[unit.method_class]
            through.append(self._pairs(unit, types, direct[target]))
            decoders.append(self._pairs(unit, types, self._on_texts(unit, types) & self._own[target]))
        self.coded, self.texts, self.split = (int(np.count_nonzero(flags)) for flags in (coded, texts, split))
        self.decoding = self._most(decoders)
        self.reflecting = max(int(np.count_nonzero(direct)), self._most(through))

    def _invoked(self, unit: Unit, types: I32) -> _Flags:
        """Method references that call a method by reflection."""
        found: _Flags = types[unit.method_class] == self._method
        for row in np.flatnonzero(found).tolist():
            found[row] = unit.strings.raw(int(unit.method_name[row])) == _INVOKE
        return found

    def _on_texts(self, unit: Unit, types: I32) -> _Flags:
        """Method references that take one text and give one."""
        start, items = unit.proto_params.start, np.append(unit.proto_params.items, np.int32(-1))
        one = (np.diff(start) == 1) & (types[unit.proto_return] == self._text)
        one &= types[items[start[:-1]]] == self._text
        found: _Flags = np.append(one, False)[unit.method_proto]
        return found

    def _pairs(self, unit: Unit, types: I32, wanted: _Flags) -> I64:
        """(class of a method reference that is wanted, class whose code names it), as one number, distinct."""
        rows = np.flatnonzero(unit.refs.kind == RefKind.METHOD)
        rows = rows[np.append(wanted, False)[unit.refs.target[rows]]]
        home = _home(unit, types, unit.refs.owner[rows]).astype(np.int64)
        target = types[unit.method_class[unit.refs.target[rows]]].astype(np.int64)
        some = (home >= 0) & (home != target)
        return np.unique(target[some] * self._size + home[some])

    def _helped(self, unit: Unit, types: I32) -> I64:
        """Classes for which another stands, all of static methods, of which half or more are handed such an object."""
        rows = np.flatnonzero(unit.def_class >= 0)
        owner = unit.def_class[rows]
        bare = np.ones(len(unit.class_type), bool)
        bare[unit.deffield_class[unit.deffield_class >= 0]] = False
        bare[owner[(unit.def_access[rows] & _STATIC) == 0]] = False
        proto = looked_up(unit.method_proto, unit.def_method[rows])
        start, items = np.append(unit.proto_params.start, unit.proto_params.start[-1]), unit.proto_params.items
        some = (proto >= 0) & (start[proto + 1] > start[proto])
        first = np.full(len(rows), -1, np.int64)
        first[some] = types[items[start[proto[some]]]]
        handed = bare[owner] & self._own[first] & (first != types[unit.class_type[owner]])
        pairs, often = np.unique(owner[handed].astype(np.int64) * self._size + first[handed], return_counts=True)
        methods = np.bincount(owner, minlength=len(bare))
        found: I64 = (pairs % self._size)[2 * often >= methods[pairs // self._size]]
        return found

    def _most(self, pairs: list[I64]) -> int:
        """How many classes name the class that most do."""
        every = np.unique(np.concatenate(pairs)) // self._size
        return int(np.unique(every, return_counts=True)[1].max(initial=0))


def _home(unit: Unit, types: I32, methods: npt.NDArray[np.integer]) -> I32:
    """The class of each of some methods, among all types; -1 for one that cannot be read."""
    found: I32 = types[looked_up(unit.class_type, looked_up(unit.def_class, methods))]
    return found
