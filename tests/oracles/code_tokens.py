"""The tokens of a program, class by class and instruction by instruction: slow and obvious."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from affidavit.dalvik.framework import Framework
from affidavit.dalvik.opcodes import opcodes
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.facts.code import is_platform
from affidavit.identity.code.tokens import Kind
from affidavit.identity.code.vocabulary import _changed

WORD = (1 << 64) - 1
OBJECT = "Ljava/lang/Object;"
RUN_ENDS = ("if", "goto", "return", "throw", "packed-switch", "sparse-switch")


def token(kind: Kind, content: bytes) -> int:
    """FNV-1a over kind and content, then the last mixing of MurmurHash3; the lowest four bits are the kind."""
    value = 0xCBF29CE484222325
    for byte in (int(kind), *content):
        value = (value ^ byte) * 0x100000001B3 & WORD
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & WORD
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & WORD
    return (value ^ value >> 33) & ~15 | int(kind)


def of_program(program: Program, every: int = 1) -> dict[str, set[int]]:
    """The tokens of each class of dex code, or of one in `every`, by its name; not what static fields begin with."""
    reader = _Slow(program)
    found = {}
    for unit in program.units:
        for row in range(0, len(unit.class_type), every):
            if program.find_class(unit.class_name(row)) == (unit, row):
                found[unit.class_name(row)] = set(reader.of_class(unit, row))
    return found


def number_token(value: int) -> int | None:
    """The token of a literal, if it counts."""
    if abs(value) <= 64 or 0x7F010000 <= value < 0x7F800000:
        return None
    return token(Kind.LITERAL, abs(value).to_bytes(8, "little"))


class _Slow:
    def __init__(self, program: Program) -> None:
        self.program, self.framework = program, Framework.load()

    def outside(self, descriptor: str) -> bool:
        name = descriptor.lstrip("[")
        return len(name) > 1 and is_platform(name) and self.program.find_class(name) is None

    def of_class(self, unit: Unit, row: int) -> Iterator[int]:
        tops = self.tops(unit.class_name(row))
        yield from (token(Kind.SUPER, top.encode()) for top in tops)
        above = [item for top in sorted(tops) for item in self.framework.ancestors(top) if item != OBJECT]
        words: Counter[str] = Counter()
        for owner in np.flatnonzero(unit.def_class == row).tolist():
            yield from self.of_method(unit, owner)
            _, name, proto = unit.method_parts(int(unit.def_method[owner]))
            access = int(unit.def_access[owner])
            arity = len(unit.proto_params.row(int(unit.method_proto[unit.def_method[owner]])))
            if name != "<clinit>":
                words["vs"[access >> 3 & 1] + self.blurred(proto)] += 1
            definer = self.framework.overridden([*above, OBJECT], name, arity)
            if definer and not access & 0xA and len(name) > 2:
                yield token(Kind.OVERRIDE, f"{definer}{name}/{arity}".encode())
        for field in np.flatnonzero(unit.deffield_class == row).tolist():
            _, _, kind = unit.field_parts(int(unit.deffield_field[field]))
            words["FS"[int(unit.deffield_access[field]) >> 3 & 1] + self.blurred(kind)] += 1
        for word, count in words.items():
            yield from (token(Kind.MEMBER, f"{rank}{word}".encode()) for rank in range(1, min(count, 6) + 1))

    def tops(self, name: str) -> set[str]:
        place = self.program.find_class(name)
        if place is None:
            return {name} if is_platform(name) and name != OBJECT else set()
        unit, row = place
        parents = [int(unit.class_super[row]), *unit.interfaces.row(row).tolist()]
        return set().union(*(self.tops(unit.type_name(index)) for index in parents if index >= 0))

    def blurred(self, descriptor: str) -> str:
        if descriptor.startswith("("):
            inside, _, result = descriptor[1:].partition(")")
            parts = []
            while inside:
                size = len(inside) - len(inside.lstrip("[")) + 1
                if inside[size - 1] == "L":
                    size = inside.index(";") + 1
                parts.append(self.blurred(inside[:size]))
                inside = inside[size:]
            return f"({','.join(sorted(parts))}){self.blurred(result)}"
        name = descriptor.lstrip("[")
        own = len(name) > 1 and not self.outside(name)
        return descriptor[: len(descriptor) - len(name)] + ("X" if own else name)

    def of_method(self, unit: Unit, owner: int) -> Iterator[int]:
        """Calls, fields, types, texts, numbers, and what is made of several of them."""
        whole: set[int] = set(_numbers(unit, owner))
        previous = 0
        named: dict[int, list[tuple[int, int]]] = {}
        for row in np.flatnonzero(unit.refs.owner == owner).tolist():
            named.setdefault(int(unit.refs.offset[row]), []).append(
                (int(unit.refs.kind[row]), int(unit.refs.target[row]))
            )
        for at, op in _steps(unit, owner):
            for kind, target in named.get(at, ()):
                made = self.of_reference(unit, kind, target)
                if made is None:
                    continue
                if made & 15 == Kind.STRING:
                    yield made
                    continue
                whole.add(made)
                if made & 15 == Kind.CALL:
                    if previous:
                        yield token(Kind.PAIR, previous.to_bytes(8, "little") + made.to_bytes(8, "little"))
                    previous = made
            if op.mnemonic.startswith(RUN_ENDS):
                previous = 0
        yield from whole
        if len(whole) >= 3:
            yield token(Kind.METHOD, b"".join(made.to_bytes(8, "little") for made in sorted(whole)))

    def of_reference(self, unit: Unit, kind: int, target: int) -> int | None:
        if kind == RefKind.STRING:
            raw = unit.strings.raw(target)
            return token(Kind.STRING, raw) if len(raw) > 2 else None
        if kind == RefKind.TYPE:
            name = unit.type_name(target).lstrip("[")
            return token(Kind.TYPE, name.encode()) if self.outside(name) and name not in _changed().types else None
        if kind == RefKind.FIELD:
            holder, name, type_ = unit.field_parts(target)
            counts = self.outside(holder) and f"{holder}->{name}" not in _changed().fields
            return token(Kind.FIELD, f"{holder}{name}:{type_}".encode()) if counts else None
        called = self.program.framework_method(unit, target) if kind == RefKind.METHOD else None
        if called is None or not self.outside(called[0]):
            return None
        arity = len(unit.proto_params.row(int(unit.method_proto[target])))
        definer = self.framework.overridden(self.framework.ancestors(called[0]), called[1], arity) or called[0]
        if f"{definer}->{called[1]}" in _changed().methods:
            return None
        return token(Kind.CALL, (definer + called[1] + called[2]).encode())


def _steps(unit: Unit, owner: int) -> Iterator[tuple[int, object]]:
    """Offset and opcode of each instruction; payloads are stepped over."""
    data, at = unit.data[0], int(unit.def_code[owner])
    end = at + 2 * int(unit.def_units[owner])
    while at < end:
        form, size = int.from_bytes(data[at : at + 2], "little"), int.from_bytes(data[at + 2 : at + 4], "little")
        op = opcodes()[data[at]]
        yield at, op
        if form == 0x100:
            at += 8 + 4 * size
        elif form == 0x200:
            at += 4 + 8 * size
        elif form == 0x300:
            at += 8 + (size * int.from_bytes(data[at + 4 : at + 8], "little") + 1) // 2 * 2
        else:
            at += 2 * op.width


def _numbers(unit: Unit, owner: int) -> Iterator[int]:
    """Tokens of literals and arrays."""
    data = unit.data[0]
    for at, op in _steps(unit, owner):
        form = int.from_bytes(data[at : at + 2], "little")
        values: list[int] = []
        if form == 0x300:
            width, count = (
                int.from_bytes(data[at + 2 : at + 4], "little"),
                int.from_bytes(data[at + 4 : at + 8], "little"),
            )
            items = bytes(data[at + 8 : at + 8 + width * count])
            values = [int.from_bytes(items[i : i + width], "little", signed=True) for i in range(0, len(items), width)]
            if count > 5:
                resources = width == 4 and any(0x7F010000 <= value < 0x7F800000 for value in values)
                if not resources:
                    yield token(Kind.ARRAY, bytes(data[at + 2 : at + 8]) + items)
                continue
        elif op.mnemonic.startswith("const") and op.format[2] in "sihl":
            size = 2 * op.width - 2
            values = [int.from_bytes(data[at + 2 : at + 2 + size], "little", signed=True)]
            if op.mnemonic.endswith("high16"):
                values = [values[0] << (48 if "wide" in op.mnemonic else 16)]
        elif op.format == "22s":
            values = [int.from_bytes(data[at + 2 : at + 4], "little", signed=True)]
        elif op.format == "22b":
            values = [int.from_bytes(data[at + 3 : at + 4], "little", signed=True)]
        yield from (made for made in map(number_token, values) if made is not None)
