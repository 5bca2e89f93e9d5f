"""Assembles small dex files for the tests: valid by default, lying on request.

    DexBuilder().add_class("Lcom/x/A;", methods=[Method("run", "()V", code=[
        ("const-string", 0, "http://x"),
        ("invoke-virtual", [0], "Ljava/io/File;->delete()Z"),
        ("return-void",),
    ])]).build()

References are written as smali writes them: types ``Lcom/x/A;``, fields ``Lcom/x/A;->f:I``, methods
``Lcom/x/A;->m(I)V``, prototypes ``(I)V``; a `Handle` for const-method-handle, a `CallSite` for invoke-custom; a plain
number is taken as the index itself, right or wrong. See `dex_code` for instructions. Access flags are the format's own
(0x1 public, 0x8 static, 0x100 native, 0x400 abstract).
"""

import hashlib
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.builders.dex_code import assemble, labelled
from tests.builders.dex_pools import (
    OBJECT,
    CallSite,
    Class,
    Field,
    Handle,
    Method,
    Pools,
    shorty,
    split_member,
    split_proto,
    utf16,
)

NO_INDEX = 0xFFFFFFFF
__all__ = ["OBJECT", "CallSite", "Class", "DexBuilder", "Field", "Handle", "Method", "mutf8", "uleb"]


@dataclass
class DexBuilder:
    """Collects classes and writes one dex file. `sections` (after `build`) maps section names to (count, offset)."""

    classes: list[Class] = field(default_factory=list)
    extra_strings: list[str] = field(default_factory=list)
    sections: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add_class(self, name: str, super_: str | None = OBJECT, **more: Any) -> "DexBuilder":
        """Add a class; see `Class` for `more`."""
        self.classes.append(Class(name, super_, **more))
        return self

    def add_strings(self, *texts: str) -> "DexBuilder":
        """Add strings that nothing refers to."""
        self.extra_strings += texts
        return self

    def build(self, version: str = "", header: dict[str, int] | None = None, *, checksum: bool = True) -> bytes:
        """The dex file. `header` overrides fields of `HEADER` by name, whatever they should be."""
        return _Writer(self, Pools(self.classes, self.extra_strings)).write(version, header or {}, checksum)


HEADER = (
    *(
        "file_size",
        "header_size",
        "endian_tag",
        "link_size",
        "link_off",
        "map_off",
        "string_ids_size",
        "string_ids_off",
    ),
    *("type_ids_size", "type_ids_off", "proto_ids_size", "proto_ids_off", "field_ids_size", "field_ids_off"),
    *("method_ids_size", "method_ids_off", "class_defs_size", "class_defs_off", "data_size", "data_off"),
)


def mutf8(text: str) -> bytes:
    """Modified UTF-8: surrogates one by one, NUL as two bytes."""
    units = struct.unpack(f">{len(utf16(text)) // 2}H", utf16(text))
    return b"".join(b"\xc0\x80" if u == 0 else chr(u).encode("utf-8", "surrogatepass") for u in units)


def uleb(value: int) -> bytes:
    """Unsigned LEB128."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


class _Writer:
    """Lays out the sections: tables of fixed size first, then the data items, each kind together."""

    def __init__(self, builder: DexBuilder, pools: Pools) -> None:
        self.builder, self.pools = builder, pools
        self.classes = list(builder.classes)
        self.body = bytearray()
        self.base = 0
        self.map: list[tuple[int, int, int]] = []

    def write(self, version: str, header: dict[str, int], checksum: bool) -> bytes:
        """All of it."""
        pools = self.pools
        modern = bool(pools.site or pools.handle)
        magic = b"dex\n" + (version or ("038" if modern else "035")).encode() + b"\0"
        tables = (
            ("string_ids", 0x1, len(pools.string), 4),
            ("type_ids", 0x2, len(pools.type), 4),
            ("proto_ids", 0x3, len(pools.proto), 12),
            ("field_ids", 0x4, len(pools.field), 8),
            ("method_ids", 0x5, len(pools.method), 8),
            ("class_defs", 0x6, len(self.classes), 32),
            ("call_site_ids", 0x7, len(pools.site), 4),
            ("method_handles", 0x8, len(pools.handle), 8),
        )
        size = 0x78 if version == "041" else 0x70
        at = size
        self.map.append((0x0, 1, 0))
        for name, kind, count, width in tables:
            self.builder.sections[name] = (count, at if count else 0)
            if count:
                self.map.append((kind, count, at))
            at += count * width
        self.base = at
        rows = self.data_items()
        self.align(4)
        map_off = self.here()
        self.map.append((0x1000, 1, map_off))
        self.body += struct.pack("<I", len(self.map)) + b"".join(
            struct.pack("<HHII", k, 0, n, o) for k, n, o in self.map
        )
        total = self.base + len(self.body)
        values = {"file_size": total, "header_size": size, "endian_tag": 0x12345678, "link_size": 0, "link_off": 0}
        values |= {"map_off": map_off, "data_size": len(self.body), "data_off": self.base}
        for name, (count, offset) in self.builder.sections.items():
            values |= {f"{name}_size": count, f"{name}_off": offset}
        values |= header
        fixed = struct.pack("<20I", *(values[name] for name in HEADER))
        fixed += struct.pack("<2I", total, 0) if version == "041" else b""
        rest = fixed + rows + bytes(self.body)
        signature = hashlib.sha1(rest).digest()  # noqa: S324 - the format's own
        return magic + struct.pack("<I", zlib.adler32(signature + rest) if checksum else 0xBAD) + signature + rest

    def here(self) -> int:
        """Offset of the next data byte."""
        return self.base + len(self.body)

    def align(self, to: int) -> None:
        """Pad."""
        self.body += b"\0" * (-self.here() % to)

    def place(self, kind: int, items: Sequence[bytes], align: int = 1) -> list[int]:
        """Write data items of one kind, equal ones once, and give the offset of each; empty items have none (0)."""
        seen: dict[bytes, int] = {}
        for item in items:
            if item and item not in seen:
                self.align(align)
                seen[item] = self.here()
                self.body += item
        if seen:
            self.map.append((kind, len(seen), min(seen.values())))
        return [seen.get(item, 0) for item in items]

    def data_items(self) -> bytes:
        """Write the data section; give the id tables."""
        pools = self.pools
        methods = [(item, method) for item in self.classes for method in item.methods]
        codes = self.place(0x2001, [self.code_item(method) for _, method in methods], 4)
        code_of = dict(zip([(item.name, method.name, method.proto) for item, method in methods], codes, strict=True))
        protos = [split_proto(proto) for proto in pools.proto]
        lists = self.place(
            0x1001, [self.type_list(p) for p, _ in protos] + [self.type_list(c.interfaces) for c in self.classes], 4
        )
        texts = self.place(0x2002, [uleb(len(utf16(text)) // 2) + mutf8(text) + b"\0" for text in pools.string])
        data = self.place(0x2000, [self.class_data(item, code_of) for item in self.classes])
        arrays = self.place(0x2005, [self.values(c) for c in self.classes] + [self.site(s) for s in pools.site])
        rows = struct.pack(f"<{len(texts)}I", *texts)
        rows += b"".join(struct.pack("<I", pools.string[name]) for name in pools.type)
        for proto, offset in zip(pools.proto, lists, strict=False):
            rows += struct.pack("<III", pools.string[shorty(proto)], pools.type[split_proto(proto)[1]], offset)
        for member in pools.field:
            owner, name, last = split_member(member)
            rows += struct.pack("<HHI", pools.type[owner], pools.type[last], pools.string[name])
        for member in pools.method:
            owner, name, last = split_member(member)
            rows += struct.pack("<HHI", pools.type[owner], pools.proto[last], pools.string[name])
        for row, item in enumerate(self.classes):
            rows += self.class_def(item, lists[len(protos) + row], data[row], arrays[row])
        rows += struct.pack(f"<{len(pools.site)}I", *arrays[len(self.classes) :])
        for handle in pools.handle:
            member = (pools.method if handle.form > 3 else pools.field)[handle.member]
            rows += struct.pack("<HHHH", handle.form, 0, member, 0)
        return rows

    def type_list(self, names: Sequence[str]) -> bytes:
        """A type_list, empty for none."""
        return struct.pack(f"<I{len(names)}H", len(names), *self.pools.types(names)) if names else b""

    def code_item(self, method: Method) -> bytes:
        """A code_item without debug information."""
        if method.code is None:
            return b""
        units = assemble(method.code, self.pools.resolve)
        wide = sum(2 if name in {"J", "D"} else 1 for name in split_proto(method.proto)[0])
        ins = wide + (not method.access & 0x8)
        calls = [item[1] for item in method.code if not isinstance(item, str) and item[0].startswith("invoke")]
        outs = max((len(registers) for registers in calls), default=0)
        head = struct.pack("<HHHHII", max(method.registers, ins), ins, outs, len(method.tries), 0, len(units))
        return head + struct.pack(f"<{len(units)}H", *units) + self.tries(method, len(units))

    def tries(self, method: Method, units: int) -> bytes:
        """The try_items and handlers of a method, with what aligns them."""
        if not method.tries:
            return b""
        at, items, lists = labelled(method.code or ()), b"", uleb(len(method.tries))
        for first, end, handlers in method.tries:
            items += struct.pack("<IHH", at[first], at[end] - at[first], len(lists))
            named = {kind: label for kind, label in handlers.items() if kind is not None}
            lists += bytes([(-len(named) if None in handlers else len(named)) & 0x7F])
            lists += b"".join(uleb(self.pools.type[kind]) + uleb(at[label]) for kind, label in named.items())
            lists += uleb(at[handlers[None]]) if None in handlers else b""
        return b"\0\0" * (units & 1) + items + lists

    def class_def(self, item: Class, interfaces: int, data: int, values: int) -> bytes:
        """A class_def_item."""
        type_, string = self.pools.type, self.pools.string
        parent = NO_INDEX if item.super_ is None else type_[item.super_]
        source = NO_INDEX if item.source is None else string[item.source]
        return struct.pack("<8I", type_[item.name], item.access, parent, interfaces, source, 0, data, values)

    def class_data(self, item: Class, code_of: dict[tuple[str, str, str], int]) -> bytes:
        """A class_data_item."""
        if not item.fields and not item.methods:
            return b""
        fields = [(self.pools.field[f"{item.name}->{f.name}:{f.type_}"], f.access) for f in item.fields]
        methods = [
            (
                self.pools.method[f"{item.name}->{m.name}{m.proto}"],
                m.access,
                code_of[item.name, m.name, m.proto],
                m.direct,
            )
            for m in item.methods
        ]
        groups: list[list[tuple[int, ...]]] = [
            sorted(f for f in fields if f[1] & 0x8),
            sorted(f for f in fields if not f[1] & 0x8),
            sorted(m[:3] for m in methods if m[3]),
            sorted(m[:3] for m in methods if not m[3]),
        ]
        out = b"".join(uleb(len(group)) for group in groups)
        for group in groups:
            before = 0
            for index, *rest in group:
                out += uleb(index - before) + b"".join(uleb(value) for value in rest)
                before = index
        return out

    def values(self, item: Class) -> bytes:
        """The static values, up to the last one given."""
        statics = [f for f in item.fields if f.access & 0x8]
        statics.sort(key=lambda f: self.pools.field[f"{item.name}->{f.name}:{f.type_}"])
        while statics and statics[-1].value is None:
            statics.pop()
        return uleb(len(statics)) + b"".join(self.value(f) for f in statics) if statics else b""

    def value(self, item: Field) -> bytes:
        """An encoded_value: a string, an int, or the default of the type."""
        if isinstance(item.value, str):
            return b"\x77" + struct.pack("<I", self.pools.string[item.value])
        if item.value is None and item.type_[0] in "L[":
            return b"\x1e"
        return b"\x64" + struct.pack("<i", item.value or 0)

    def site(self, item: CallSite) -> bytes:
        """A call_site_item: bootstrap handle, name, method type."""
        handle, name = self.pools.handle[item.bootstrap], self.pools.string[item.name]
        values = (b"\x76", handle), (b"\x77", name), (b"\x75", self.pools.proto[item.proto])
        return b"\x03" + b"".join(tag + struct.pack("<I", value) for tag, value in values)
