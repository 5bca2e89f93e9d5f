"""A slow and obvious dex reader: struct by struct, one object per item, no bounds but Python's own. For valid files."""

import struct
from dataclasses import dataclass, field

from tests.builders.dex_code import TABLE

NO_INDEX = 0xFFFFFFFF
KINDS = ("string", "type", "field", "method", "call-site", "method-handle", "proto")


@dataclass
class Code:
    """Instructions of a method: (pc, opcode, kind or "", index or -1); payloads have opcode 0 and no kind."""

    offset: int
    units: int
    instructions: list[tuple[int, int, str, int]]


@dataclass
class Class:
    """A class definition."""

    name: str
    access: int
    super_: str
    interfaces: list[str]
    source: str
    static_strings: list[tuple[int, str]]
    fields: list[tuple[int, int]] = field(default_factory=list)
    methods: list[tuple[int, int, Code | None]] = field(default_factory=list)


@dataclass
class Dex:
    """All of it."""

    strings: list[str]
    string_bytes: list[bytes]
    types: list[str]
    protos: list[str]
    fields: list[tuple[str, str, str]]
    methods: list[tuple[str, str, str]]
    classes: list[Class]


def read(data: bytes) -> Dex:
    """Read a valid, little-endian dex file."""
    head = struct.unpack_from("<20I", data, 0x20)
    size_at = {name: (head[row], head[row + 1]) for row, name in enumerate(
        ["", "", "", "", "", "", "string", "", "type", "", "proto", "", "field", "", "method", "", "class"]
    ) if name}  # fmt: skip
    raw = [string_bytes(data, offset) for (offset,) in items(data, "<I", *size_at["string"])]
    strings = [text_of(one) for one in raw]
    types = [strings[index] for (index,) in items(data, "<I", *size_at["type"])]
    protos = []
    for _, returns, params in items(data, "<III", *size_at["proto"]):
        protos.append("(" + "".join(type_list(data, params, types)) + ")" + types[returns])
    fields = [
        (types[owner], strings[name], types[kind]) for owner, kind, name in items(data, "<HHI", *size_at["field"])
    ]
    methods = [(types[o], strings[name], protos[p]) for o, p, name in items(data, "<HHI", *size_at["method"])]
    classes = []
    for kind, access, parent, interfaces, source, _, members, values in items(data, "<8I", *size_at["class"]):
        item = Class(
            name=types[kind],
            access=access,
            super_="" if parent == NO_INDEX else types[parent],
            interfaces=type_list(data, interfaces, types),
            source="" if source == NO_INDEX else strings[source],
            static_strings=static_strings(data, values, strings),
        )
        if members:
            class_data(data, members, item)
        classes.append(item)
    return Dex(strings, raw, types, protos, fields, methods, classes)


def items(data: bytes, form: str, count: int, offset: int) -> list[tuple[int, ...]]:
    """A table."""
    size = struct.calcsize(form)
    return [struct.unpack_from(form, data, offset + size * row) for row in range(count)]


def uleb(data: bytes, at: int) -> tuple[int, int]:
    """Unsigned LEB128: value, position after it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def string_bytes(data: bytes, offset: int) -> bytes:
    """The MUTF-8 bytes of a string_data_item."""
    _, begin = uleb(data, offset)
    return data[begin : data.index(0, begin)]


def text_of(raw: bytes) -> str:
    """Decode MUTF-8 bit by bit; lone surrogates become escapes."""
    units, at = [], 0
    while at < len(raw):
        first = raw[at]
        if first < 0x80:
            units.append(first)
            at += 1
        elif first >> 5 == 0b110:
            units.append((first & 0x1F) << 6 | raw[at + 1] & 0x3F)
            at += 2
        else:
            units.append((first & 0x0F) << 12 | (raw[at + 1] & 0x3F) << 6 | raw[at + 2] & 0x3F)
            at += 3
    out, row = "", 0
    while row < len(units):
        unit = units[row]
        follower = units[row + 1] if row + 1 < len(units) else 0
        if 0xD800 <= unit < 0xDC00 and 0xDC00 <= follower < 0xE000:
            out += chr(0x10000 + ((unit - 0xD800) << 10) + (follower - 0xDC00))
            row += 1
        elif 0xD800 <= unit < 0xE000:
            out += f"\\u{unit:04x}"
        else:
            out += chr(unit)
        row += 1
    return out


def type_list(data: bytes, offset: int, types: list[str]) -> list[str]:
    """A type_list; none at offset 0."""
    if not offset:
        return []
    (count,) = struct.unpack_from("<I", data, offset)
    return [types[index] for (index,) in items(data, "<H", count, offset + 4)]


def static_strings(data: bytes, offset: int, strings: list[str]) -> list[tuple[int, str]]:
    """(position, text) of the strings in an encoded_array_item."""
    if not offset:
        return []
    count, at = uleb(data, offset)
    found = []
    for position in range(count):
        kind, extra = data[at] & 0x1F, data[at] >> 5
        assert kind not in {0x1C, 0x1D}
        size = 0 if kind in {0x1E, 0x1F} else extra + 1
        if kind == 0x17:
            found.append((position, strings[int.from_bytes(data[at + 1 : at + 1 + size], "little")]))
        at += 1 + size
    return found


def class_data(data: bytes, at: int, item: Class) -> None:
    """A class_data_item."""
    sizes = []
    for _ in range(4):
        size, at = uleb(data, at)
        sizes.append(size)
    for size in sizes[:2]:
        index = 0
        for _ in range(size):
            step, at = uleb(data, at)
            access, at = uleb(data, at)
            index += step
            item.fields.append((index, access))
    for size in sizes[2:]:
        index = 0
        for _ in range(size):
            step, at = uleb(data, at)
            access, at = uleb(data, at)
            offset, at = uleb(data, at)
            index += step
            item.methods.append((index, access, code(data, offset) if offset else None))


def table() -> list[tuple[int, str, str]]:
    """Width, mnemonic, kind of reference per opcode."""
    rows = [line.split("\t") for line in TABLE.read_text("ascii").splitlines() if not line.startswith("#")]
    return [(int(form[0]), name, "" if kind == "-" else kind) for _, name, form, kind in rows]


OPCODES = table()


def code(data: bytes, offset: int) -> Code:
    """A code_item's instructions."""
    (count,) = struct.unpack_from("<I", data, offset + 12)
    units = struct.unpack_from(f"<{count}H", data, offset + 16)
    found, pc = [], 0
    while pc < count:
        opcode = units[pc] & 0xFF
        width, name, kind = OPCODES[opcode]
        index = -1
        if units[pc] == 0x0100:
            width = 4 + 2 * units[pc + 1]
        elif units[pc] == 0x0200:
            width = 2 + 4 * units[pc + 1]
        elif units[pc] == 0x0300:
            width = 4 + (units[pc + 1] * (units[pc + 2] + (units[pc + 3] << 16)) + 1) // 2
        elif kind:
            index = units[pc + 1] + (units[pc + 2] << 16 if name == "const-string/jumbo" else 0)
        found.append((pc, opcode, kind, index))
        pc += width
    return Code(offset + 16, count, found)
