"""Assembles resource tables: packages, types, entries in every stored form; with lies where a test asks for them."""

import struct
from dataclasses import dataclass, field

from tests.builders.axml import BOOLEAN, INT_DEC, REFERENCE, STRING, Item, Raw, Ref, string_pool

NO_ENTRY = 0xFFFFFFFF
Config = bytes


def config(*, language: str = "", region: str = "", density: int = 0, sdk: int = 0, size: int = 64) -> Config:
    """A configuration record."""
    body = struct.pack(
        "<HH2s2sBBH4sHHHH", 0, 0, language.encode(), region.encode(), 0, 0, density, b"\0" * 4, 0, 0, sdk, 0
    )
    return struct.pack("<I", size) + body.ljust(size - 4, b"\0")


DEFAULT = config()


@dataclass(frozen=True)
class Bag:
    """An array or style: only its size matters here."""

    count: int = 1


@dataclass
class Kind:
    """One type chunk: entries by number in one configuration, and how they are stored."""

    name: str
    entries: dict[int, Item | Bag]
    config: Config = DEFAULT
    form: str = "plain"
    keys: dict[int, str] = field(default_factory=dict)
    claimed: int = 0


class Table:
    """One package 0x7f (or another) with the type chunks given; type numbers follow first use."""

    def __init__(self, kinds: list[Kind], *, package: int = 0x7F, utf8: bool = True, entry_tail: bytes = b"") -> None:
        self.kinds = kinds
        self.package = package
        self.utf8 = utf8
        self.values: list[str] = []
        self.keys: list[str] = []
        self.names = list(dict.fromkeys(kind.name for kind in kinds))
        self.entry_tail = entry_tail

    def id(self, kind: str, entry: int) -> int:
        """Resource id."""
        return self.package << 24 | (self.names.index(kind) + 1) << 16 | entry

    def build(self) -> bytes:
        """The whole table."""
        chunks = b"".join(self._kind(kind) for kind in self.kinds)
        types, keys = string_pool(self.names, utf8=self.utf8), string_pool(self.keys, utf8=self.utf8)
        specs = b"".join(
            struct.pack("<HHIBBHI", 0x0202, 16, 16, number, 0, 0, 0) for number in range(1, len(self.names) + 1)
        )
        name = "org.example.app".encode("utf-16-le").ljust(256, b"\0")
        size = 288 + len(types) + len(keys) + len(specs) + len(chunks)
        header = struct.pack("<HHII", 0x0200, 288, size, self.package) + name
        header += struct.pack("<IIIII", 288, len(self.names), 288 + len(types), len(self.keys), 0)
        package = header + types + keys + specs + chunks
        pool = string_pool(self.values, utf8=self.utf8)
        return struct.pack("<HHII", 0x0002, 12, 12 + len(pool) + len(package), 1) + pool + package

    def _kind(self, kind: Kind) -> bytes:
        offsets, data = self._entries(kind)
        count = kind.claimed or len(offsets)
        flags, table = 0, b""
        if kind.form == "sparse":
            flags = 1
            present = sorted((index, at // 4) for index, at in enumerate(offsets) if at != NO_ENTRY)
            table = b"".join(struct.pack("<HH", *pair) for pair in present)
            count = kind.claimed or len(present)
        elif kind.form == "offset16":
            flags = 2
            table = b"".join(struct.pack("<H", 0xFFFF if at == NO_ENTRY else at // 4) for at in offsets)
        else:
            table = struct.pack(f"<{len(offsets)}I", *offsets)
        table += b"\0" * (-len(table) % 4)
        header = 20 + len(kind.config)
        size = header + len(table) + len(data)
        number = self.names.index(kind.name) + 1
        fixed = struct.pack("<HHIBBHII", 0x0201, header, size, number, flags, 0, count, header + len(table))
        return fixed + kind.config + table + data

    def _entries(self, kind: Kind) -> tuple[list[int], bytes]:
        offsets, data = [], bytearray()
        for index in range(max(kind.entries, default=-1) + 1):
            if index not in kind.entries:
                offsets.append(NO_ENTRY)
                continue
            offsets.append(len(data))
            data += self._entry(kind, index, kind.entries[index])
        return offsets, bytes(data)

    def _entry(self, kind: Kind, index: int, value: Item | Bag) -> bytes:
        key = self._index(self.keys, kind.keys.get(index, f"{kind.name}_{index}"))
        if isinstance(value, Bag):
            items = b"".join(struct.pack("<IHBBI", item, 8, 0, INT_DEC, item) for item in range(value.count))
            return struct.pack("<HHIII", 16, 1, key, 0, value.count) + items
        number, data = self._value(value)
        if kind.form == "compact":
            return struct.pack("<HHI", key, 0x0008 | number << 8, data)
        return struct.pack("<HHIHBBI", 8, 0, key, 8, 0, number, data)

    def _value(self, value: Item) -> tuple[int, int]:
        if isinstance(value, Raw):
            return value.type, value.data
        if isinstance(value, Ref):
            return REFERENCE, value.id
        if isinstance(value, bool):
            return BOOLEAN, 0xFFFFFFFF if value else 0
        if isinstance(value, int):
            return INT_DEC, value & 0xFFFFFFFF
        return STRING, self._index(self.values, value)

    @staticmethod
    def _index(pool: list[str], text: str) -> int:
        if text not in pool:
            pool.append(text)
        return pool.index(text)
