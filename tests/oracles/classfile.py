"""The slow, obvious reading of a .class file, object by object, that `affidavit.dalvik.classfile` must agree with."""

import struct
from dataclasses import dataclass, field

from affidavit.dalvik.unit import RefKind, Unit

SIZES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
KINDS = {7: RefKind.TYPE, 8: RefKind.STRING, 9: RefKind.FIELD, 10: RefKind.METHOD, 11: RefKind.METHOD}
KINDS |= {15: RefKind.METHOD_HANDLE, 16: RefKind.PROTO, 17: RefKind.CALL_SITE, 18: RefKind.CALL_SITE}

ONE_BYTE = {0x10, 0x12, 0x15, 0x16, 0x17, 0x18, 0x19, 0x36, 0x37, 0x38, 0x39, 0x3A, 0xA9, 0xBC}
TWO_BYTES = {0x11, 0x13, 0x14, 0x84, *range(0x99, 0xA9), *range(0xB2, 0xB9), 0xBB, 0xBD, 0xC0, 0xC1, 0xC6, 0xC7}
NAMES_CONSTANT = {0x12, 0x13, 0x14, *range(0xB2, 0xBC), 0xBD, 0xC0, 0xC1, 0xC5}


@dataclass
class MethodRecord:
    """One method: its declaration, where its code lies, and (pc, opcode, kind, text) of every reference in it."""

    access: int
    name: bytes
    descriptor: bytes
    code: tuple[int, int] = (0, 0)
    refs: list[tuple[int, int, int, object]] = field(default_factory=list)
    instructions: int = field(default=0, compare=False)


@dataclass
class ClassRecord:
    """One class."""

    name: bytes
    parent: bytes
    access: int
    interfaces: list[bytes]
    fields: list[tuple[int, bytes, bytes]]
    methods: list[MethodRecord]
    source: bytes


class Cursor:
    """Reads big-endian numbers in order."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(">" + layout, self.data, self.at)
        self.at += struct.calcsize(">" + layout)
        return values

    def one(self, layout: str) -> int:
        return self.take(layout)[0]


class Constants:
    """The constant pool: index -> (tag, bytes)."""

    def __init__(self, cursor: Cursor) -> None:
        self.items: dict[int, tuple[int, bytes]] = {}
        count, index = cursor.one("H"), 1
        while index < count:
            tag = cursor.one("B")
            size = cursor.one("H") if tag == 1 else SIZES[tag]
            self.items[index] = (tag, cursor.data[cursor.at : cursor.at + size])
            cursor.at += size
            index += 2 if tag in {5, 6} else 1

    def utf8(self, index: int) -> bytes:
        tag, raw = self.items[index]
        assert tag == 1
        return raw

    def descriptor(self, index: int) -> bytes:
        """Descriptor of a class constant; empty for index 0."""
        if index == 0:
            return b""
        name = self.utf8(int.from_bytes(self.items[index][1], "big"))
        return name if name.startswith(b"[") else b"L" + name + b";"

    def text(self, index: int) -> object:
        """What a loadable constant says, in a form that `unit_records` can give too."""
        tag, raw = self.items[index]
        first = int.from_bytes(raw[:2], "big")
        if tag in {8, 16}:
            return self.utf8(first)
        if tag == 7:
            return self.descriptor(index)
        if tag in {9, 10, 11}:
            _, pair = self.items[int.from_bytes(raw[2:], "big")]
            name, kind = struct.unpack(">HH", pair)
            return (self.descriptor(first), self.utf8(name), self.utf8(kind))
        return first if tag in {17, 18} else None


def read_class(data: bytes) -> ClassRecord:
    """Read a well-formed class file."""
    cursor = Cursor(data, 8)
    constants = Constants(cursor)
    access, this, parent = cursor.take("HHH")
    interfaces = [constants.descriptor(cursor.one("H")) for _ in range(cursor.one("H"))]
    fields, methods = [], []
    for _ in range(cursor.one("H")):
        flags, name, descriptor = cursor.take("HHH")
        for _ in range(cursor.one("H")):
            _, size = cursor.take("HI")
            cursor.at += size
        fields.append((flags, constants.utf8(name), constants.utf8(descriptor)))
    for _ in range(cursor.one("H")):
        flags, name, descriptor = cursor.take("HHH")
        record = MethodRecord(flags, constants.utf8(name), constants.utf8(descriptor))
        for _ in range(cursor.one("H")):
            attribute, size = cursor.take("HI")
            if constants.utf8(attribute) == b"Code":
                (length,) = struct.unpack_from(">I", data, cursor.at + 4)
                read_code(data, cursor.at + 8, length, constants, record)
            cursor.at += size
        methods.append(record)
    source = b""
    for _ in range(cursor.one("H")):
        attribute, size = cursor.take("HI")
        if constants.utf8(attribute) == b"SourceFile":
            source = constants.utf8(int.from_bytes(data[cursor.at : cursor.at + 2], "big"))
        cursor.at += size
    own, above = constants.descriptor(this), constants.descriptor(parent)
    return ClassRecord(own, above, access, interfaces, fields, methods, source)


def read_code(data: bytes, start: int, length: int, constants: Constants, record: MethodRecord) -> None:
    """Step through a method's instructions."""
    record.code = (start if length else 0, length)
    code = Cursor(data, start)
    while code.at < start + length:
        pc = code.at - start
        opcode = code.one("B")
        record.instructions += 1
        if opcode in NAMES_CONSTANT:
            index = code.data[code.at] if opcode == 0x12 else struct.unpack_from(">H", data, code.at)[0]
            tag = constants.items[index][0]
            if tag in KINDS:
                record.refs.append((pc, opcode, int(KINDS[tag]), constants.text(index)))
        code.at += operand_bytes(code, opcode, pc)


def operand_bytes(code: Cursor, opcode: int, pc: int) -> int:
    """Bytes of an instruction after its opcode."""
    if opcode in {0xAA, 0xAB}:
        padding = 3 - pc % 4
        numbers = struct.unpack_from(">iii", code.data + bytes(8), code.at + padding)
        cases = 12 + 4 * (numbers[2] - numbers[1] + 1) if opcode == 0xAA else 8 + 8 * numbers[1]
        return padding + cases
    if opcode == 0xC4:
        return 5 if code.data[code.at] == 0x84 else 3
    if opcode in {0xB9, 0xBA, 0xC8, 0xC9}:
        return 4
    if opcode == 0xC5:
        return 3
    return 1 if opcode in ONE_BYTE else 2 if opcode in TWO_BYTES else 0


def type_text(unit: Unit, index: int) -> bytes:
    """Descriptor of a type of a unit."""
    return unit.strings.raw(int(unit.type_string[index])) if index >= 0 else b""


def target_text(unit: Unit, kind: int, target: int) -> object:
    """What a reference of a unit names, as `Constants.text` gives it."""
    raw = unit.strings.raw
    if kind == RefKind.FIELD:
        parts = unit.field_class[target], unit.field_name[target], unit.field_type[target]
        return (type_text(unit, parts[0]), raw(int(parts[1])), type_text(unit, parts[2]))
    if kind == RefKind.METHOD:
        parts = unit.method_class[target], unit.method_name[target], unit.method_proto[target]
        return (type_text(unit, parts[0]), raw(int(parts[1])), unit.proto(int(parts[2])).encode())
    if kind == RefKind.CALL_SITE:
        return int(target)
    texts = {RefKind.STRING: raw, RefKind.TYPE: lambda index: type_text(unit, index)}
    texts[RefKind.PROTO] = lambda index: unit.proto(index).encode()
    return texts[kind](target) if kind in texts else None


def unit_records(unit: Unit) -> list[ClassRecord]:
    """The same records, read back from a unit."""
    raw = unit.strings.raw
    classes = [
        ClassRecord(
            name=type_text(unit, int(unit.class_type[row])),
            parent=type_text(unit, int(unit.class_super[row])),
            access=int(unit.class_access[row]),
            interfaces=[type_text(unit, int(item)) for item in unit.interfaces.row(row)],
            fields=[],
            methods=[],
            source=raw(int(unit.class_source[row])) if unit.class_source[row] >= 0 else b"",
        )
        for row in range(len(unit.class_type))
    ]
    for row, index in enumerate(unit.deffield_field.tolist()):
        name, kind = raw(int(unit.field_name[index])), type_text(unit, int(unit.field_type[index]))
        classes[unit.deffield_class[row]].fields.append((int(unit.deffield_access[row]), name, kind))
    methods = []
    for row, index in enumerate(unit.def_method.tolist()):
        _, name, descriptor = target_text(unit, RefKind.METHOD, index)
        code = (int(unit.def_code[row]), int(unit.def_units[row]))
        methods.append(MethodRecord(int(unit.def_access[row]), name, descriptor, code))
        classes[unit.def_class[row]].methods.append(methods[-1])
    refs = unit.refs
    for row in range(len(refs)):
        kind, target = int(refs.kind[row]), int(refs.target[row])
        methods[refs.owner[row]].refs.append(
            (unit.site(row).pc, int(refs.opcode[row]), kind, target_text(unit, kind, target))
        )
    return classes
