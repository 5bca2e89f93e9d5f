"""The steps of a method of a class file, in the words of Android's machine."""

import re
import struct
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final, cast

import numpy as np

from affidavit.dalvik import jvm
from affidavit.dalvik.jvm_pool import Interner, MalformedClassError, Pool, read_pool
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.identity.code.normal_step import Step, cases, plain

_TYPES: Final = {"i": "int", "l": "long", "f": "float", "d": "double", "b": "byte", "c": "char", "s": "short"}
_ARITHMETIC: Final = "add|sub|mul|div|rem|neg|shl|shr|ushr|and|or|xor"
_WORDS: Final = {
    "aconst_null": "const", "bipush": "const", "sipush": "const", "ldc": "const", "ldc_w": "const",
    "ldc2_w": "const", "iinc": "add-int", "wide": "wide", "lcmp": "cmp-long", "ifnull": "if-eqz",
    "ifnonnull": "if-nez", "tableswitch": "switch", "lookupswitch": "switch", "getstatic": "sget",
    "putstatic": "sput", "getfield": "iget", "putfield": "iput", "invokevirtual": "invoke-virtual",
    "invokespecial": "invoke-direct", "invokestatic": "invoke-static", "invokeinterface": "invoke-interface",
    "invokedynamic": "invoke-custom", "new": "new-instance", "newarray": "new-array", "anewarray": "new-array",
    "multianewarray": "new-array", "arraylength": "array-length", "athrow": "throw", "checkcast": "check-cast",
    "instanceof": "instance-of", "monitorenter": "monitor-enter", "monitorexit": "monitor-exit",
}  # fmt: skip
"""Words that no rule gives; what neither gives a word is left out."""
_RULES: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r"([ilfd])const_\w+"), lambda _: "const"),
    (re.compile(rf"([ilfd])({_ARITHMETIC})"), lambda found: f"{found[2]}-{_TYPES[found[1]]}"),
    (re.compile(r"([ilfd])2([ilfdbcs])"), lambda found: f"{_TYPES[found[1]]}-to-{_TYPES[found[2]]}"),
    (re.compile(r"([fd])(cmp[lg])"), lambda found: f"{found[2]}-{_TYPES[found[1]]}"),
    (re.compile(r"if(eq|ne|lt|ge|gt|le)"), lambda found: f"if-{found[1]}z"),
    (re.compile(r"if_[ia]cmp(eq|ne|lt|ge|gt|le)"), lambda found: f"if-{found[1]}"),
    (re.compile(r"[ilfdabcs]a(load|store)"), lambda found: "aget" if found[1] == "load" else "aput"),
    (re.compile(r"[ilfda]?return"), lambda _: "return"),
)
_CONSTANTS: Final = {"m1": -1} | {str(number): number for number in range(6)}
_NUMBERS: Final = {3: ">i", 4: ">i", 5: ">q", 6: ">q"}
_PRIMITIVES: Final = {4: "[Z", 5: "[C", 6: "[F", 7: "[D", 8: "[B", 9: "[S", 10: "[I", 11: "[J"}
_FOLDED: Final = frozenset(f"{name}-int" for name in _ARITHMETIC.split("|") if name != "neg")
_SMALL: Final = 1 << 15
_POOLS: Final = "pools of shown classes"
"""Key in ``unit.cache`` of the constant pools that were read."""
_NONE: Final = Pool(bytearray(), [], [], [], [], [], 0)


def steps(unit: Unit, owner: int) -> Iterator[Step]:
    """The steps of a method; they end before what cannot be decoded.

    A constant that the next instruction adds or compares by comes with that instruction, as Android's machine has it.
    """
    held: Step | None = None
    for step in _Reader(unit, owner).steps():
        if held is not None and step.op in _FOLDED and not step.value:
            number = -int(held.value) if step.op == "sub-int" else int(held.value)
            op = "add-int" if step.op == "sub-int" else step.op
            yield Step(step.at, op, value=str(number))
            held = None
            continue
        if held is not None:
            yield held
        held = step if step.op == "const" and step.kind is None and abs(int(step.value or _SMALL)) < _SMALL else None
        if held is None:
            yield step
    if held is not None:
        yield held


@cache
def _words() -> tuple[str, ...]:
    return tuple(map(_word, jvm.opcodes().names))


def _word(name: str) -> str:
    if name in _WORDS:
        return _WORDS[name]
    return next((make(found) for rule, make in _RULES if (found := rule.fullmatch(name))), "")


class _Reader:
    """The instructions of one method.

    Args:
        unit: the code. owner: row of the method among those that the unit defines.
    """

    def __init__(self, unit: Unit, owner: int) -> None:
        self._unit, self._start = unit, int(unit.def_code[owner])
        self._end = self._start + int(unit.def_units[owner])
        self._file = int(unit.class_entry[int(unit.def_class[owner])])
        self._data = unit.data[self._file]
        refs = unit.refs
        low, high = refs.owner.searchsorted(np.array([owner, owner + 1], refs.owner.dtype)).tolist()
        columns = (refs.offset[low:high].tolist(), refs.kind[low:high].tolist(), refs.target[low:high].tolist())
        self._named = {at: (RefKind(kind), target) for at, kind, target in zip(*columns, strict=True)}

    def steps(self) -> Iterator[Step]:
        """One for each instruction that has a word."""
        lengths, at = jvm.opcodes().lengths, self._start
        while at < self._end:
            try:
                opcode = self._data[at]
                length = lengths[opcode] or jvm.variable_length(self._data, at, self._start)
                if length <= 0 or at + length > self._end:
                    return
                word = _words()[opcode]
                step = self._step(at, word) if word else None
            except (IndexError, ValueError, struct.error):
                return
            if step is not None:
                yield step
            at += length

    def _step(self, at: int, word: str) -> Step | None:
        """One instruction, if it is no load or store in disguise."""
        data, pc, name = self._data, at - self._start, jvm.opcodes().names[self._data[at]]
        if at in self._named:
            kind, target = self._named[at]
            # An array of objects is named by what it holds; the step has the array's own type.
            more = "[" if name == "anewarray" else ""
            return Step(pc, self._naming(word, name, kind, target), kind, target, more)
        if name == "wide":
            return Step(pc, "add-int", value=str(plain(jvm.u2(data, at + 4), 16))) if data[at + 1] == jvm.IINC else None
        value = ""
        if name == "newarray":
            value = _PRIMITIVES.get(data[at + 1], "[?")
        elif name == "iinc":
            value = str(plain(data[at + 2], 8))
        elif name.endswith("switch"):
            value = self._cases(at, name)
        elif word == "const":
            value = self._constant(at, name)
        return Step(pc, word, value=value)

    def _naming(self, word: str, name: str, kind: RefKind, target: int) -> str:
        """The word of an instruction that names something, which depends on what that is."""
        if word == "const":
            return {RefKind.STRING: "const-string", RefKind.TYPE: "const-class"}.get(kind, f"const-{kind.name.lower()}")
        if name == "invokespecial" and kind is RefKind.METHOD and target >= 0:
            owner, method, _ = self._unit.method_parts(target)
            rows = np.flatnonzero(self._unit.class_entry == self._file).tolist()
            own = any(self._unit.class_name(row) == owner for row in rows)
            return word if own or method == "<init>" else "invoke-super"
        return word

    def _constant(self, at: int, name: str) -> str:
        """A number that is put on the stack; a fraction by its bits, as Android's machine has it."""
        data = self._data
        if name in ("bipush", "sipush"):
            return str(plain(data[at + 1], 8) if name == "bipush" else plain(jvm.u2(data, at + 1), 16))
        if name.startswith("ldc"):
            index, pool = data[at + 1] if name == "ldc" else jvm.u2(data, at + 1), self._pool()
            form = _NUMBERS.get(pool.tags[index]) if index < len(pool.tags) else None
            return str(struct.unpack_from(form, data, pool.at[index])[0]) if form else ""
        value = _CONSTANTS.get(name.rpartition("_")[2], 0)
        if name[0] in "fd":
            kinds = (">f", ">i") if name[0] == "f" else (">d", ">q")
            return str(struct.unpack(kinds[1], struct.pack(kinds[0], float(value)))[0])
        return str(value)

    def _pool(self) -> Pool:
        """The constants of the class file; none of a damaged one."""
        read = cast("dict[int, Pool]", self._unit.cache.setdefault(_POOLS, {}))
        if self._file not in read:
            try:
                read[self._file] = read_pool(bytes(self._data), Interner(), 0)
            except (IndexError, MalformedClassError, struct.error):
                read[self._file] = _NONE
        return read[self._file]

    def _cases(self, at: int, name: str) -> str:
        """The keys of a switch."""
        data, table = self._data, at + 4 - (at - self._start) % 4
        if name == "tableswitch":
            low = jvm.s4(data, table + 4)
            return cases(range(low, jvm.s4(data, table + 8) + 1))
        count = jvm.s4(data, table + 4)
        return cases(np.frombuffer(data, ">i4", 2 * count, table + 8)[::2].tolist())
