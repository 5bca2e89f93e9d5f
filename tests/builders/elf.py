"""Assembles small ELF shared objects for the tests: valid by default, lying on request.

    ElfBuilder(bits=64, imports=["dlopen"], exports=["JNI_OnLoad"], needed=["libc.so"]).build()

The whole file is one loaded segment at `BASE`. Sources: System V ABI (gABI); GNU hash table as binutils writes it.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

BASE = 0x20000
GLOBAL_FUNCTION = 0x12
HIDDEN = 2


def gnu_hash(name: bytes) -> int:
    value = 5381
    for byte in name:
        value = (value * 33 + byte) & 0xFFFFFFFF
    return value


def note(owner: bytes, kind: int, content: bytes, order: str = "<") -> bytes:
    """One note, padded to four bytes."""
    name = owner + b"\0"
    head = struct.pack(order + "III", len(name), len(content), kind)
    return head + name.ljust(len(name) + 3 & ~3, b"\0") + content.ljust(len(content) + 3 & ~3, b"\0")


def android_note(api: int, ndk: str, order: str = "<") -> bytes:
    """The note that the NDK's start files carry: API level, NDK release, build number."""
    return note(
        b"Android", 1, struct.pack(order + "I", api) + ndk.encode().ljust(64, b"\0") + b"123456".ljust(64, b"\0"), order
    )


@dataclass
class ElfBuilder:
    """A shared object. `hash_tables` is any of ``sysv`` and ``gnu``; `sections` any of ``dynsym`` and ``symtab``.

    `tags` adds raw dynamic tags, `dynamic_address` and `sizes` lie about where and how long things are.
    """

    bits: int = 64
    order: str = "<"
    machine: int = 183
    kind: int = 3
    imports: Sequence[str] = ()
    exports: Sequence[str] = ()
    hidden: Sequence[str] = ()
    needed: Sequence[str] = ()
    soname: str = ""
    runpath: str = ""
    tags: Sequence[tuple[int, int]] = ()
    hash_tables: Sequence[str] = ("gnu",)
    sections: Sequence[str] = ()
    notes: bytes = b""
    relro: bool = True
    stack: int | None = 6
    dynamic_address: int | None = None
    sizes: dict[str, int] = field(default_factory=dict)

    def build(self) -> bytes:
        """The file's bytes."""
        self._strings = b"\0"
        self._count = 2 + bool(self.notes) + self.relro + (self.stack is not None)
        header, segment = (64, 56) if self.bits == 64 else (52, 32)
        self._body = bytearray(header + segment * self._count)
        symbols = self._symbols()
        tags = self._tags(symbols)
        dynamic = self._put(b"".join(self._words(tag, value) for tag, value in tags))
        size = len(self._body) - dynamic
        self._notes = self._put(self.notes)
        sections = self._sections(symbols)
        self._body[: header + segment * self._count] = self._head(sections) + self._segments(dynamic, size)
        return bytes(self._body)

    def _words(self, *values: int) -> bytes:
        mask = (1 << self.bits) - 1
        return struct.pack(
            f"{self.order}{len(values)}{'Q' if self.bits == 64 else 'I'}", *(value & mask for value in values)
        )

    def _put(self, data: bytes) -> int:
        """Append bytes, aligned to eight; give their offset."""
        self._body += bytes(-len(self._body) % 8)
        offset = len(self._body)
        self._body += data
        return offset

    def _name(self, text: str | bytes) -> int:
        raw = text.encode() if isinstance(text, str) else text
        offset = len(self._strings)
        self._strings += raw + b"\0"
        return offset

    def _symbols(self) -> dict[str, int]:
        """Offsets of the symbol table and its hash tables; names join the string table."""
        buckets = max(1, len(self.exports) // 2)
        exports = sorted(self.exports, key=lambda name: gnu_hash(name.encode()) % buckets)
        table = self._symbol("", 0, 0)
        table += b"".join(self._symbol(name, 0, 0) for name in self.imports)
        table += b"".join(self._symbol(name, 1, HIDDEN) for name in self.hidden)
        table += b"".join(self._symbol(name, 1, 0) for name in exports)
        first = 1 + len(self.imports) + len(self.hidden)
        count = first + len(exports)
        offsets = {"symbols": self._put(table), "count": self.sizes.get("symbols", count), "length": len(table)}
        if "sysv" in self.hash_tables:
            offsets["sysv"] = self._put(struct.pack(self.order + "IIII", 1, offsets["count"], 0, 0))
        if "gnu" in self.hash_tables:
            offsets["gnu"] = self._put(self._gnu(exports, first, buckets))
        return offsets

    def _symbol(self, name: str, section: int, visibility: int) -> bytes:
        index = self._name(name) if name else 0
        info = GLOBAL_FUNCTION if name else 0
        if self.bits == 64:
            return struct.pack(self.order + "IBBHQQ", index, info, visibility, section, 0, 0)
        return struct.pack(self.order + "IIIBBH", index, 0, 0, info, visibility, section)

    def _gnu(self, exports: list[str], first: int, buckets: int) -> bytes:
        hashes = [gnu_hash(name.encode()) for name in exports]
        heads, chain = [0] * buckets, []
        for index, value in enumerate(hashes):
            bucket = value % buckets
            heads[bucket] = heads[bucket] or first + index
            last = index + 1 == len(hashes) or hashes[index + 1] % buckets != bucket
            chain.append(value & ~1 | last)
        head = struct.pack(self.order + "IIII", self.sizes.get("buckets", buckets), first, 1, 5) + self._words(0)
        return head + struct.pack(f"{self.order}{buckets}I", *heads) + struct.pack(f"{self.order}{len(chain)}I", *chain)

    def _tags(self, symbols: dict[str, int]) -> list[tuple[int, int]]:
        tags = [(1, self._name(name)) for name in self.needed]
        tags += [(14, self._name(self.soname))] if self.soname else []
        tags += [(29, self._name(self.runpath))] if self.runpath else []
        tags += [(4, symbols["sysv"] + BASE)] if "sysv" in symbols else []
        tags += [(0x6FFFFEF5, symbols["gnu"] + BASE)] if "gnu" in symbols else []
        self._string_offset = self._put(self._strings)
        tags += [(5, self._string_offset + BASE), (10, self.sizes.get("strings", len(self._strings)))]
        return [*tags, (6, symbols["symbols"] + BASE), *self.tags, (0, 0)]

    def _sections(self, symbols: dict[str, int]) -> int:
        """Offset of the section headers; 0 without any."""
        if not self.sections:
            return 0
        kinds = {"dynsym": 11, "symtab": 2}
        table = b""
        for name in ["", *self.sections]:
            kind, offset, size = kinds.get(name, 0), symbols["symbols"], symbols["length"]
            if self.bits == 64:
                table += struct.pack(self.order + "IIQQQQIIQQ", 0, kind, 0, 0, offset, size, 0, 0, 8, 24)
            else:
                table += struct.pack(self.order + "10I", 0, kind, 0, 0, offset, size, 0, 0, 4, 16)
        return self._put(table)

    def _head(self, sections: int) -> bytes:
        ident = b"\x7fELF" + bytes([2 if self.bits == 64 else 1, 1 if self.order == "<" else 2, 1]).ljust(12, b"\0")
        header, segment, section = (64, 56, 64) if self.bits == 64 else (52, 32, 40)
        count = self.sizes.get("segments", self._count)
        body = struct.pack(self.order + "HHI", self.kind, self.machine, 1) + self._words(0, header, sections)
        stated = 1 + len(self.sections) if sections else 0
        return ident + body + struct.pack(self.order + "IHHHHHH", 0, header, segment, count, section, stated, 0)

    def _segments(self, dynamic: int, size: int) -> bytes:
        whole = len(self._body)
        rows = [(1, 5, 0, whole), (2, 6, dynamic, size)]
        rows += [(4, 4, self._notes, len(self.notes))] if self.notes else []
        rows += [(0x6474E552, 4, dynamic, size)] if self.relro else []
        rows += [(0x6474E551, self.stack, 0, 0)] if self.stack is not None else []
        table = b""
        for kind, flags, offset, length in rows:
            address = self.dynamic_address if kind == 2 and self.dynamic_address is not None else offset + BASE
            if self.bits == 64:
                table += struct.pack(self.order + "IIQQQQQQ", kind, flags, offset, address, address, length, length, 8)
            else:
                table += struct.pack(self.order + "8I", kind, offset, address, address, length, length, flags, 8)
        return table
