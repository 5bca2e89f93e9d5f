"""One of the two programs that stand side by side: its methods as lines with and without its own names."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np

from affidavit.dalvik.handles import call_site, method_handle
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.identity.code.normal_form import Body, Step, body
from affidavit.identity.code.prototypes import OWN
from affidavit.identity.code.vocabulary import Vocabulary
from affidavit.model.place import Place

LONGEST: Final = 300
"""Characters of one line."""
_KEYS: Final = {"eq": "eq", "ne": "eq", "lt": "lt", "ge": "lt", "gt": "gt", "le": "gt"}
"""A branch and its opposite are one, as compilers turn branches round."""
_FLAGS: Final = ((0x8, "static"), (0x400, "abstract"), (0x100, "native"))
_ALL: Final = 0x7FFF_FFFF

Member = tuple[str, str, str]
"""Class, name and descriptor, as one side has them."""


class Names(NamedTuple):
    """What own names of the app are called in the library: classes by descriptor, members as `Member` -> name."""

    classes: Mapping[str, str]
    members: Mapping[Member, str]

    def type(self, descriptor: str) -> str:
        """A type, or an array of it."""
        element = descriptor.lstrip("[")
        known = self.classes.get(element)
        return descriptor if known is None else "[" * (len(descriptor) - len(element)) + known


class Line(NamedTuple):
    """A line before it has words: what compares it, and its parts.

    Attributes:
        key: equal for lines that do the same, whatever own names they hold.
        at: address. op, kind, parts: the words; `parts` are what the instruction names, one by one, or its value.
    """

    key: str
    at: int
    op: str
    kind: RefKind | None
    parts: tuple[str, ...]


class Method(NamedTuple):
    """A method, a row of its unit's defined ones.

    Attributes:
        row, name, proto: as the unit has them. flags: words. shape: prototype with own types blurred.
        lines: of its code. cut: whether there are more.
    """

    row: int
    name: str
    proto: str
    flags: str
    shape: str
    lines: tuple[Line, ...]
    cut: bool


class Side:
    """The methods of a program, class by class.

    Args:
        program: the code.
    """

    def __init__(self, program: Program) -> None:
        self.program, self.vocabulary = program, Vocabulary(program)
        self.number = {name: row for row, name in enumerate(self.vocabulary.names)}
        self._makers: dict[RefKind, Callable[[int, Unit, Step], tuple[str, tuple[str, ...]]]] = {
            RefKind.METHOD: self._call,
            RefKind.FIELD: self._field,
            RefKind.TYPE: self._type,
            RefKind.STRING: _text,
            RefKind.CALL_SITE: _site,
            RefKind.METHOD_HANDLE: _handle,
        }

    def place(self, row: int) -> Place:
        """Where a class is defined."""
        number, class_row = self.vocabulary.place[row].tolist()
        unit = self.program.units[number]
        offset = int(unit.class_offset[class_row]) if unit.form == "dex" else -1
        return Place(unit.entries[int(unit.class_entry[class_row])], offset, class_=unit.class_name(class_row)[:200])

    def start(self, row: int, method: Method) -> Place | None:
        """The first instruction of a method of a class."""
        unit = self.program.units[int(self.vocabulary.place[row, 0])]
        offset = int(unit.def_code[method.row])
        return unit.place(method.row, offset, 0) if offset else None

    def methods(self, row: int, most: int, lines: int) -> tuple[list[Method], int]:
        """The methods of a class, at most so many of so many lines, and how many were left out."""
        number, class_row = self.vocabulary.place[row].tolist()
        unit = self.program.units[number]
        rows = np.flatnonzero(unit.def_class == class_row).tolist()
        return [self._method(number, unit, owner, lines) for owner in rows[:most]], max(0, len(rows) - most)

    def declared(self, row: int, most: int) -> tuple[Line, ...]:
        """What a class inherits from and which fields it has, as lines."""
        number, class_row = self.vocabulary.place[row].tolist()
        unit = self.program.units[number]
        types = [(".super", int(unit.class_super[class_row]))]
        types += [(".implements", int(each)) for each in unit.interfaces.row(class_row).tolist()]
        found = [self._line(number, unit, Step(-1, op, RefKind.TYPE, target)) for op, target in types if target >= 0]
        for each in np.flatnonzero(unit.deffield_class == class_row)[:most].tolist():
            static = ".field static" if unit.deffield_access[each] & 8 else ".field"
            found.append(self._line(number, unit, Step(-1, static, RefKind.FIELD, int(unit.deffield_field[each]))))
        return tuple(found)

    def _method(self, number: int, unit: Unit, owner: int, most: int) -> Method:
        reference = int(unit.def_method[owner])
        _, name, proto = unit.method_parts(reference)
        flags = " ".join(word for flag, word in _FLAGS if unit.def_access[owner] & flag)
        read: Body = body(unit, owner, most)
        lines = tuple(self._line(number, unit, step) for step in read.steps)
        blurred = self.vocabulary.blurred_proto(number, reference) if reference >= 0 else ""
        return Method(owner, name, proto, flags, blurred, lines, read.cut)

    def _line(self, number: int, unit: Unit, step: Step) -> Line:
        op = step.op
        if op.startswith("if-"):
            key = f"if-{_KEYS.get(op[3:5], op[3:5])}"
        else:
            key = "invoke" if op.startswith("invoke-") and step.kind is RefKind.METHOD else op
        make = self._makers.get(step.kind) if step.kind is not None else None
        if make is None or step.target < 0:
            return Line(f"{key} {step.value}", step.at, op, None, (step.value,))
        more, parts = make(number, unit, step)
        return Line(f"{key} {more}", step.at, op, step.kind, parts)

    def _call(self, number: int, unit: Unit, step: Step) -> tuple[str, tuple[str, ...]]:
        parts = unit.method_parts(step.target)
        target = int(self.program.resolution().targets[number][step.target])
        if target >= 0 and self.vocabulary.platform[target]:
            token = int(self.vocabulary.call_tokens(number, np.array([step.target]))[0])
            return f"{token:x}" if token else f"{self.program.types[target]}->{parts[1]}{parts[2]}", parts
        shape = self.vocabulary.blurred_proto(number, step.target)
        return f"{OWN}{'<init>' if parts[1] == '<init>' else ''}{shape}", parts

    def _field(self, number: int, unit: Unit, step: Step) -> tuple[str, tuple[str, ...]]:
        parts, owner = unit.field_parts(step.target), int(unit.field_class[step.target])
        if owner >= 0 and self.vocabulary.platform[self.vocabulary.unit_types[number][owner]]:
            return "->".join(parts), parts
        kind = int(unit.field_type[step.target])
        return f"{OWN}:{self.vocabulary.blurred_type(number, kind) if kind >= 0 else OWN}", parts

    def _type(self, number: int, unit: Unit, step: Step) -> tuple[str, tuple[str, ...]]:
        return (
            step.value + self.vocabulary.blurred_type(number, step.target),
            (step.value + unit.type_name(step.target),),
        )


def words(line: Line, names: Names) -> str:
    """A line in words, with the names that the library has for what it names."""
    if line.kind is RefKind.METHOD:
        owner, name, proto = line.parts
        known = names.members.get((owner, name, proto), name)
        return cut(f"{line.op} {names.type(owner)}->{known}{descriptor(proto, names)}")
    if line.kind is RefKind.FIELD:
        owner, name, kind = line.parts
        known = names.members.get((owner, name, kind), name)
        return cut(f"{line.op} {names.type(owner)}->{known}:{names.type(kind)}")
    if line.kind is RefKind.TYPE:
        return cut(f"{line.op} {names.type(line.parts[0])}")
    return cut(" ".join((line.op, *line.parts)).rstrip())


def descriptor(proto: str, names: Names) -> str:
    """A prototype with its types renamed."""
    if "L" not in proto:
        return proto
    made, at = "", 0
    while at < len(proto):
        end = proto.find(";", at) if proto[at] == "L" else at
        end = len(proto) - 1 if end < 0 else end
        made += names.type(proto[at : end + 1])
        at = end + 1
    return made


def cut(text: str) -> str:
    """A line, bounded."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…(+{len(text) - LONGEST})"


def _text(_: int, unit: Unit, step: Step) -> tuple[str, tuple[str, ...]]:
    text = unit.strings[step.target]
    return text, (f'"{cut(text)}"',)


def _site(_: int, unit: Unit, step: Step) -> tuple[str, tuple[str, ...]]:
    return "", (call_site(unit, step.target) if unit.form == "dex" else "",)


def _handle(_: int, unit: Unit, step: Step) -> tuple[str, tuple[str, ...]]:
    return "", (method_handle(unit, step.target) if unit.form == "dex" else "",)
