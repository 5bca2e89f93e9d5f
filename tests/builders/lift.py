"""Takes real dex files apart into what `DexBuilder` assembles, so that tests can rearrange real apps.

    classes = lift(data)             # one tests.builders.dex_pools.Class each
    split(classes, 2)                # dex files with every other class
    outlined(classes)                # each body in a method of its own, which the old method calls
    renamed(files)                   # other names for packages and classes, everywhere in the app

Debug information and annotations are left behind. Reads tables by the product's reader and code by its own.
"""

import codecs
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.statics import static_strings
from affidavit.dalvik.unit import Unit
from tests.builders.dex import DexBuilder
from tests.builders.dex_code import Instruction, table
from tests.builders.dex_pools import Class, Field, Method, split_proto
from tests.oracles.dex import uleb

_PAYLOADS = {0x0100, 0x0200, 0x0300}
_MOVED = "moved$"


def lift(data: bytes) -> list[Class]:
    """Every class of a dex file."""
    unit = read_dex("classes.dex", data)
    words = struct.unpack_from(f"<{8 * len(unit.class_type)}I", data, int(unit.class_offset[0]))
    values = dict(zip(static_strings(unit).field_row.tolist(), static_strings(unit).string.tolist(), strict=True))
    return [_class(unit, row, words[8 * row + 1], values) for row in range(len(unit.class_type))]


def _class(unit: Unit, row: int, access: int, values: dict[int, int]) -> Class:
    fields = []
    for at in (unit.deffield_class == row).nonzero()[0].tolist():
        _, name, kind = unit.field_parts(int(unit.deffield_field[at]))
        value = unit.strings[values[at]] if at in values else None
        fields.append(Field(name, kind, int(unit.deffield_access[at]), value))
    return Class(
        unit.class_name(row),
        unit.type_name(int(unit.class_super[row])) or None,
        [unit.type_name(item) for item in unit.interfaces.row(row).tolist()],
        [_method(unit, at) for at in (unit.def_class == row).nonzero()[0].tolist()],
        fields,
        access,
    )


def _method(unit: Unit, at: int) -> Method:
    _, name, proto = unit.method_parts(int(unit.def_method[at]))
    access, begin, size = int(unit.def_access[at]), int(unit.def_code[at]), int(unit.def_units[at])
    if not begin:
        return Method(name, proto, None, access)
    data = bytes(unit.data[0])
    registers, _, _, tries = struct.unpack_from("<4H", data, begin - 16)
    units = struct.unpack_from(f"<{size}H", data, begin)
    ranges = list(_tries(unit, data, begin + 2 * (size + (size & 1)), tries))
    code = _code(unit, units, {at for first, end, handlers in ranges for at in (first, end, *handlers.values())})
    named = [(f":{a:x}", f":{b:x}", {kind: f":{to:x}" for kind, to in to.items()}) for a, b, to in ranges]
    return Method(name, proto, code, access, registers, named)


def _tries(unit: Unit, data: bytes, at: int, count: int) -> Iterator[tuple[int, int, dict[str | None, int]]]:
    """Ranges with their handlers, in code units."""
    lists = at + 8 * count
    for row in range(count):
        first, length, offset = struct.unpack_from("<IHH", data, at + 8 * row)
        where = lists + offset
        size, where = _sleb(data, where)
        handlers: dict[str | None, int] = {}
        for _ in range(abs(size)):
            kind, where = uleb(data, where)
            handlers[unit.type_name(kind)], where = uleb(data, where)
        if size <= 0:
            handlers[None], where = uleb(data, where)
        yield first, first + length, handlers


def _sleb(data: bytes, at: int) -> tuple[int, int]:
    value, end = uleb(data, at)
    bits = 7 * (end - at)
    return value - (1 << bits) if value >> (bits - 1) else value, end


@cache
def _opcodes() -> dict[int, tuple[str, str, str]]:
    return {value: (name, form, kind) for name, (value, form, kind) in table().items()}


def _code(unit: Unit, units: Sequence[int], places: set[int]) -> list[Instruction]:
    """Instructions, with a label at each of `places` and wherever a branch leads."""
    items: list[tuple[int, tuple[object, ...]]] = []
    targets, at = set(places), 0
    while at < len(units):
        if units[at] in _PAYLOADS:
            at += _payload_size(units, at)
            continue
        form = _opcodes()[units[at] & 0xFF][1]
        width = int(form[0])
        item = _instruction(unit, units, at, units[at : at + width], targets)
        items.append((at, item))
        at += width
    code: list[Instruction] = []
    for start, item in items:
        if start in targets:
            code.append(f":{start:x}")
        code.append(item)
    end = items[-1][0] + int(_opcodes()[units[items[-1][0]] & 0xFF][1][0]) if items else 0
    return [*code, *(f":{place:x}" for place in sorted(targets) if place >= end)]


def _payload_size(units: Sequence[int], at: int) -> int:
    if units[at] == 0x0100:
        return 4 + 2 * units[at + 1]
    if units[at] == 0x0200:
        return 2 + 4 * units[at + 1]
    return 4 + ((units[at + 2] | units[at + 3] << 16) * units[at + 1] + 1) // 2


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value


def _instruction(
    unit: Unit, units: Sequence[int], at: int, raw: Sequence[int], targets: set[int]
) -> tuple[object, ...]:
    """One instruction as the builder writes it."""
    name, form, kind = _opcodes()[raw[0] & 0xFF]
    high, wide = raw[0] >> 8, (raw[1] | raw[2] << 16) if len(raw) > 2 else 0
    if name in {"packed-switch", "sparse-switch", "fill-array-data"}:
        return (name, high, *_table(units, at, at + _signed(wide, 32), targets))
    if form[-1] == "t":
        distance = {"10t": _signed(high, 8), "30t": _signed(wide, 32)}.get(form)
        to = at + (_signed(raw[1], 16) if distance is None else distance)
        targets.add(to)
        registers = {"21t": [high], "22t": [high & 15, high >> 4]}.get(form, [])
        return (name, *registers, f":{to:x}")
    if kind != "-":
        return _naming(unit, name, form, kind, raw)
    if form == "51l":
        return (name, high, _signed(sum(part << 16 * row for row, part in enumerate(raw[1:])), 64))
    return (name, *_plain(form, high, raw, wide))


def _plain(form: str, high: int, raw: Sequence[int], wide: int) -> list[int]:
    """Operands of formats without references and branches."""
    if form in {"10x", "12x", "11n", "11x"}:
        nibbles = {"12x": [high & 15, high >> 4], "11n": [high & 15, _signed(high >> 4, 4)], "11x": [high]}
        return nibbles.get(form, [])
    if form in {"23x", "22b"}:
        last = raw[1] >> 8
        return [high, raw[1] & 255, last if form == "23x" else _signed(last, 8)]
    if form == "22s":
        return [high & 15, high >> 4, _signed(raw[1], 16)]
    if form in {"31i", "32x"}:
        return [high, _signed(wide, 32)] if form == "31i" else [raw[1], raw[2]]
    return [high, raw[1] if form == "22x" else _signed(raw[1], 16)]


def _naming(unit: Unit, name: str, form: str, kind: str, raw: Sequence[int]) -> tuple[object, ...]:
    """An instruction that names something."""
    high, index = raw[0] >> 8, raw[1] | (raw[2] << 16 if form == "31c" else 0)
    says = {
        "string": lambda: unit.strings[index],
        "type": lambda: unit.type_name(index),
        "field": lambda: "{}->{}:{}".format(*unit.field_parts(index)),
        "method": lambda: "{}->{}{}".format(*unit.method_parts(index)),
    }[kind]()
    if form == "35c":
        packed = [raw[2] >> shift & 15 for shift in (0, 4, 8, 12)] + [high & 15]
        return (name, packed[: high >> 4], says)
    if form == "3rc":
        return (name, [raw[2] + row for row in range(high)], says)
    return (name, high & 15, high >> 4, says) if form == "22c" else (name, high, says)


def _table(units: Sequence[int], at: int, payload: int, targets: set[int]) -> tuple[object, ...]:
    """The operands that stand for a payload."""
    kind, size = units[payload], units[payload + 1]
    data = struct.pack(f"<{len(units) - payload}H", *units[payload:])
    if kind == 0x0300:
        count = units[payload + 2] | units[payload + 3] << 16
        values = [int.from_bytes(data[8 + row * size : 8 + (row + 1) * size], "little") for row in range(count)]
        return size, values
    first = 1 if kind == 0x0100 else size
    keys = struct.unpack_from(f"<{first}i", data, 4)
    to = [at + step for step in struct.unpack_from(f"<{size}i", data, 4 + 4 * first)]
    targets.update(to)
    labels = [f":{place:x}" for place in to]
    return (keys[0], labels) if kind == 0x0100 else (dict(zip(keys, labels, strict=True)),)


def assembled(classes: Sequence[Class]) -> bytes:
    """One dex file."""
    return DexBuilder(list(classes)).build()


def split(classes: Sequence[Class], count: int) -> list[bytes]:
    """`count` dex files, last classes first, dealt out in turn."""
    turned = list(reversed(classes))
    return [assembled(turned[row::count]) for row in range(count) if turned[row::count]]


def outlined(classes: Sequence[Class]) -> list[Class]:
    """Each body that is no constructor's moves to a method of its own, which the old one calls."""
    return [
        replace(item, methods=[part for method in item.methods for part in _outlined(item, method)]) for item in classes
    ]


def _outlined(item: Class, method: Method) -> list[Method]:
    if method.code is None or method.name.startswith("<") or item.access & 0x200:
        return [method]
    params, returns = split_proto(method.proto)
    static = bool(method.access & 0x8)
    count = sum(2 if kind in {"J", "D"} else 1 for kind in params) + (not static)
    call = f"invoke-{'static' if static else 'direct'}/range"
    code: list[Instruction] = [(call, list(range(2, 2 + count)), f"{item.name}->{_MOVED}{method.name}{method.proto}")]
    if returns == "V":
        code.append(("return-void",))
    else:
        suffix = "-wide" if returns in {"J", "D"} else "-object" if returns[0] in "L[" else ""
        code += [(f"move-result{suffix}", 0), (f"return{suffix}", 0)]
    moved = replace(method, name=_MOVED + method.name, access=(method.access & 0x8) | 0x2)
    return [replace(method, code=code, registers=2 + count, tries=()), moved]


def renamed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same app with other names of the same length for the packages and classes that its dex files define.

    Checksums of dex files and the order of their strings are wrong afterwards, which no reading depends on.
    """
    dexes = [read_dex(name, data) for name, data in files.items() if name.endswith(".dex")]
    names = {unit.class_name(row)[1:-1] for unit in dexes for row in range(len(unit.class_type))}
    known = sorted({name for name in names if "/" in name}, key=len, reverse=True)
    return {path: _renamed(data, known) for path, data in files.items()}


def _renamed(data: bytes, names: Sequence[str]) -> bytes:
    for name in names:
        for text in (name, name.replace("/", ".")):
            for form in ("utf-8", "utf-16-le"):
                old, new = text.encode(form), codecs.encode(text, "rot13").encode(form)
                if old in data:
                    data = re.sub(re.escape(old) + (rb"(?![\w$])" if form == "utf-8" else rb""), new, data)
    return data
