"""Resource tables (``resources.arsc``), read lazily: opening walks chunk headers only, resolving decodes one entry.

Layout: androidfw's resource types header. A table chunk (0x0002) holds the pool of values and packages (0x0200); a
package holds pools of type and key names, then per type its entries, once for each configuration (0x0201). A resource
id is package << 24 | type << 16 | entry. Overlayable and staged-alias chunks do not change a value of the app itself.
"""

import struct
from collections.abc import Iterator

import msgspec

from affidavit.artefact import stringpool
from affidavit.artefact.budget import Budget
from affidavit.artefact.gaps import Gaps
from affidavit.artefact.resconfig import qualifiers
from affidavit.artefact.resstrings import PoolStrings
from affidavit.artefact.stringpool import StringPool, parse_pool
from affidavit.artefact.xmltree import DYNAMIC_REFERENCE, REFERENCE, STRING, value_text
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

_CHUNK = struct.Struct("<HHI")
_TYPE = struct.Struct("<BBHII")
_U32 = struct.Struct("<I")
_U16 = struct.Struct("<H")
_ENTRY = struct.Struct("<HHI")
_SPARSE_ITEM = struct.Struct("<HH")
_TABLE, _PACKAGE, _TYPE_CHUNK = 0x0002, 0x0200, 0x0201
_SPARSE, _OFFSET16 = 0x01, 0x02
_COMPLEX, _COMPACT = 0x0001, 0x0008
_NO_ENTRY = 0xFFFFFFFF
_MAX_CHUNKS = 200_000
_MAX_HOPS = 20
_MAX_LOOKUPS = 1_000_000
"""Entries looked at in all chunks together, for everything that is asked of one table."""


class TypeChunk(msgspec.Struct, frozen=True):
    """The entries of one type in one configuration: offset and size of the chunk, flags, counts, qualifiers as text."""

    offset: int
    size: int
    header: int
    flags: int
    count: int
    entries: int
    config: str


class Package(msgspec.Struct):
    """One package: name, the pools of type and key names, chunks by type number."""

    id: int
    name: str
    types: StringPool
    keys: StringPool
    chunks: dict[int, list[TypeChunk]] = {}


class Value(msgspec.Struct, frozen=True):
    """One stored value.

    Attributes:
        type, data: ``Res_value``. text: as text; empty for a bag (style, array, plurals), whose `type` is -1.
        offset: byte offset of the entry. config: its configuration, empty for the default one.
        key: index of its name.
    """

    type: int
    data: int
    text: str
    offset: int
    config: str
    key: int


class Resolved(msgspec.Struct, frozen=True):
    """What a resource id leads to.

    Attributes:
        value: the last value reached. via: ids followed, the asked one first.
        configs: every configuration that the asked resource has a value for, "" being the default.
        cycle: whether the references lead back to themselves (then `value` is the last one before that).
    """

    value: Value
    via: tuple[int, ...]
    configs: tuple[str, ...]
    cycle: bool = False


class ResourceTable(msgspec.Struct):
    """An opened table. `limitations` grows while values are resolved."""

    data: bytes
    entry: str = ""
    pool: StringPool = msgspec.field(default_factory=lambda: StringPool(b""))
    packages: dict[int, list[Package]] = {}
    limitations: list[Limitation] = []
    gaps: Gaps = msgspec.field(default_factory=lambda: Gaps([]))
    lookups: int = 0
    budget: Budget = msgspec.field(default_factory=Budget)

    def __post_init__(self) -> None:
        self.gaps = Gaps(self.limitations)

    def values(self, resource_id: int) -> Iterator[Value]:
        """Every value of one resource, one per configuration, in file order."""
        index = resource_id & 0xFFFF
        for _, chunk in self._chunks(resource_id):
            offset = _entry_offset(self.data, chunk, index)
            value = self._value(chunk, offset) if offset >= 0 else None
            if value:
                yield value

    def resolve(self, resource_id: int) -> Resolved | None:
        """Follow a resource to its value in the default configuration, or else in the first one that has it.

        At most 20 references are followed, as the platform does. None when the table has no such resource.
        """
        found: Resolved | None = None
        via: list[int] = []
        wanted = resource_id
        while True:
            value, configs = self._best(wanted)
            if value is None:
                return found
            via.append(wanted)
            found = Resolved(value, tuple(via), found.configs if found else configs)
            if value.type not in {REFERENCE, DYNAMIC_REFERENCE} or not value.data:
                return found
            wanted = value.data
            if wanted in via or len(via) > _MAX_HOPS:
                self.limit("resources/reference-cycle", f"references from @{resource_id:08x} do not end", value.offset)
                return Resolved(value, tuple(via), found.configs, cycle=True)

    def name(self, resource_id: int) -> str:
        """``type/key`` of a resource, empty when the table does not name it."""
        for package, chunk in self._chunks(resource_id):
            offset = _entry_offset(self.data, chunk, resource_id & 0xFFFF)
            value = self._value(chunk, offset) if offset >= 0 else None
            if value:
                return f"{package.types[(resource_id >> 16 & 0xFF) - 1]}/{package.keys[value.key]}"
        return ""

    def strings(self) -> PoolStrings:
        """The pool of values, for scanning in bulk."""
        return PoolStrings(self.pool, self.entry)

    def _chunks(self, resource_id: int) -> Iterator[tuple[Package, TypeChunk]]:
        """Where a resource may have values; no further ones once the bound on look-ups is reached."""
        for package in self.packages.get(resource_id >> 24, ()):
            for chunk in package.chunks.get(resource_id >> 16 & 0xFF, ()):
                self.budget.tick()
                self.lookups += 1
                if self.lookups > _MAX_LOOKUPS:
                    detail = f"more than {_MAX_LOOKUPS} look-ups; no further value is known"
                    self.limit("resources/too-many-lookups", detail, 0)
                    return
                yield package, chunk

    def _best(self, resource_id: int) -> tuple[Value | None, tuple[str, ...]]:
        """The value to take for one resource, and all its configurations."""
        values = list(self.values(resource_id))
        best = next((value for value in values if not value.config), values[0] if values else None)
        return best, tuple(sorted({value.config for value in values}))

    def _value(self, chunk: TypeChunk, offset: int) -> Value | None:
        """Decode the entry at `offset`; None (and a limitation) when it leaves its chunk."""
        data = self.data
        end = chunk.offset + chunk.size
        if offset + 8 > end:
            self._bad_entry(offset)
            return None
        size, flags, key = _ENTRY.unpack_from(data, offset)
        if flags & _COMPACT:
            return self._typed(flags >> 8, key, offset, chunk.config, size)
        if flags & _COMPLEX:
            return Value(-1, 0, "", offset, chunk.config, key)
        at = offset + size
        if at + 8 > end:
            self._bad_entry(offset)
            return None
        return self._typed(data[at + 3], _U32.unpack_from(data, at + 4)[0], offset, chunk.config, key)

    def _typed(self, kind: int, data: int, offset: int, config: str, key: int) -> Value:
        return Value(kind, data, self.pool[data] if kind == STRING else value_text(kind, data), offset, config, key)

    def _bad_entry(self, offset: int) -> None:
        self.limit("resources/bad-entry", "an entry leaves its chunk; it is taken as absent", offset)

    def limit(self, kind: str, detail: str, offset: int) -> None:
        """Record a limitation; alike ones are counted."""
        self.gaps.add(kind, detail, Place(self.entry, offset))


def _entry_offset(data: bytes, chunk: TypeChunk, index: int) -> int:
    """Byte offset of entry `index` of a chunk, or -1."""
    table = chunk.offset + chunk.header
    if chunk.flags & _SPARSE:
        offset = _sparse_offset(data, table, chunk.count, index)
    elif index >= chunk.count:
        return -1
    elif chunk.flags & _OFFSET16:
        short = _U16.unpack_from(data, table + 2 * index)[0]
        offset = _NO_ENTRY if short == 0xFFFF else short * 4
    else:
        offset = _U32.unpack_from(data, table + 4 * index)[0]
    return -1 if offset == _NO_ENTRY else chunk.offset + chunk.entries + offset


def _sparse_offset(data: bytes, table: int, count: int, index: int) -> int:
    """Binary search of (index, offset / 4) pairs sorted by index."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        key, offset = _SPARSE_ITEM.unpack_from(data, table + 4 * middle)
        if key == index:
            return int(offset) * 4
        low, high = (middle + 1, high) if key < index else (low, middle)
    return _NO_ENTRY


def parse_arsc(data: bytes | memoryview, entry: str = "", budget: Budget | None = None) -> ResourceTable:
    """Open a resource table; never raises on malformed bytes.

    Args:
        data: the whole file.
        entry: entry path, for places.
        budget: time and memory are looked at now and then, also when values are asked for later.

    Raises:
        BudgetError: time or memory ran out.
    """
    data = bytes(data)
    table = ResourceTable(data, entry, StringPool(data), budget=budget or Budget())
    kind, header, size = _CHUNK.unpack_from(data) if len(data) >= 12 else (0, 0, 0)
    if header < 8 or size > len(data) or kind != _TABLE:
        detail = f"the table's header has type 0x{kind:04x} and claims {size} of {len(data)} bytes"
        table.limit("resources/bad-header", detail, 0)
    if len(data) >= 12:
        _Walk(table).table(max(header, 8), len(data))
    return table


class _Walk:
    """One walk over the headers of a table."""

    def __init__(self, table: ResourceTable) -> None:
        self.table_ = table
        self.seen = 0

    def chunks(self, offset: int, end: int) -> Iterator[tuple[int, int, int, int]]:
        """Kind, offset, header size and size of the chunks between two offsets."""
        data = self.table_.data
        while offset + 8 <= end:
            kind, header, size = _CHUNK.unpack_from(data, offset)
            self.seen += 1
            self.table_.budget.tick()
            if header < 8 or header > size or size > end - offset or self.seen > _MAX_CHUNKS:
                self.table_.limit(
                    "resources/bad-chunk", "a chunk has an impossible size; its siblings after it were not read", offset
                )
                return
            yield kind, offset, header, size
            offset += size

    def table(self, offset: int, end: int) -> None:
        """The chunks of the table."""
        table = self.table_
        for kind, at, header, size in self.chunks(offset, end):
            if kind == stringpool.TYPE and not table.pool.claimed:
                table.pool = self.pool(at, at + size)
            elif kind == _PACKAGE:
                self.package(at, header, size)

    def pool(self, offset: int, end: int) -> StringPool:
        """A string pool, its problems stated."""
        pool = parse_pool(self.table_.data, offset, end)
        for problem in pool.problems:
            self.table_.limit("resources/bad-string-pool", problem, offset)
        return pool

    def package(self, offset: int, header: int, size: int) -> None:
        """One package: id u32, name of 128 units, type names' offset u32, last public u32, key names' offset u32."""
        data, end = self.table_.data, offset + size
        if header < 284:
            self.table_.limit("resources/bad-package", f"a package header has {header} bytes, not 284", offset)
            return
        number = _U32.unpack_from(data, offset + 8)[0] & 0xFF
        units = data[offset + 12 : offset + 268]
        name = stringpool.text_of_utf16(units).partition("\0")[0]
        types_at, keys_at = _U32.unpack_from(data, offset + 268)[0], _U32.unpack_from(data, offset + 276)[0]
        package = Package(number, name, self.pool(offset + types_at, end), self.pool(offset + keys_at, end))
        self.table_.packages.setdefault(number, []).append(package)
        for kind, at, head, length in self.chunks(offset + header, end):
            if kind == _TYPE_CHUNK:
                self.type(package, at, head, length)

    def type(self, package: Package, offset: int, header: int, size: int) -> None:
        """One type chunk: number u8, flags u8, reserved u16, count u32, start of entries u32, configuration."""
        data = self.table_.data
        if header < 24:
            self.table_.limit("resources/bad-type", f"a type header has {header} bytes", offset)
            return
        number, flags, _, count, entries = _TYPE.unpack_from(data, offset + 8)
        width = 2 if flags & _OFFSET16 and not flags & _SPARSE else 4
        room = (size - header) // width
        if count > room:
            self.table_.limit("resources/bad-type", f"a type claims {count} entries, there is room for {room}", offset)
        config = qualifiers(data[offset + 20 : offset + header])
        chunk = TypeChunk(offset, size, header, flags, min(count, room), entries, config)
        package.chunks.setdefault(number, []).append(chunk)
