"""The dynamic symbols of an ELF file, found without section headers.

The dynamic section gives no count: it is DT_HASH's ``nchain`` (gABI, "Hash Table"), or the end of the last chain of
DT_GNU_HASH, or the size of the SHT_DYNSYM section, or the space up to the string table, in this order.
"""

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from affidavit.artefact.elf_reader import DT_STRTAB, NAME_LIMIT, Reader, Records

_DT_HASH, _DT_SYMTAB, _DT_GNU_HASH = 4, 6, 0x6FFFFEF5
_SHT_DYNSYM = 11
_SHN_UNDEF = 0
_STB_GLOBAL, _STB_WEAK, _STB_GNU_UNIQUE = 1, 2, 10
_STV_INTERNAL, _STV_HIDDEN = 1, 2

_MAX_SYMBOLS = 1_000_000
_MAX_TEXT = 64 << 20
_MAX_TABLE = 8 << 20


class Symbols(msgspec.Struct, frozen=True):
    """Names of dynamic symbols in the table's order.

    Attributes:
        imports: undefined ones.
        exports: defined ones that others can bind to (global or weak, not hidden).
        counted_by: what gave the table's length: ``hash``, ``gnu-hash``, ``section``, ``space`` or empty (no table).
    """

    imports: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()
    counted_by: str = ""


def read_symbols(reader: Reader, dynamic: dict[int, int], sections: Records) -> Symbols:
    """Read the dynamic symbols that the dynamic section's tags (tag -> value) lead to."""
    if _DT_SYMTAB not in dynamic:
        return Symbols()
    start = reader.offset_of(dynamic[_DT_SYMTAB])
    strings = reader.offset_of(dynamic.get(DT_STRTAB, -1))
    if start < 0 or strings < 0:
        reader.fault(
            "bad-symbol-table", "the dynamic symbol or string table is in no loaded segment: no symbol is known"
        )
        return Symbols()
    count, counted_by = _count(reader, dynamic, sections)
    if count > _MAX_SYMBOLS:
        reader.fault("many-symbols", f"{count} dynamic symbols are stated; the first {_MAX_SYMBOLS} were read", start)
        count = _MAX_SYMBOLS
    table = reader.table("symbol", start, count)
    if not len(table):
        return Symbols(counted_by=counted_by)
    undefined = table["shndx"] == _SHN_UNDEF
    bind, visibility = table["info"] >> 4, table["other"] & 3
    public = np.isin(bind, (_STB_GLOBAL, _STB_WEAK, _STB_GNU_UNIQUE))
    public &= ~np.isin(visibility, (_STV_INTERNAL, _STV_HIDDEN))
    named = table["name"] != 0
    imports, exports = table["name"][undefined & named], table["name"][~undefined & named & public]
    known = _plain_names(reader, strings, np.concatenate((imports, exports)))
    if known is not None:
        cut = len(imports)
        return Symbols(tuple(filter(None, known[:cut])), tuple(filter(None, known[cut:])), counted_by)
    names = _Names(reader, strings)
    return Symbols(imports=names.read(imports.tolist()), exports=names.read(exports.tolist()), counted_by=counted_by)


def _count(reader: Reader, dynamic: dict[int, int], sections: Records) -> tuple[int, str]:
    """How many dynamic symbols there are, and what says so."""
    header = reader.numbers(reader.offset_of(dynamic.get(_DT_HASH, -1)), 2)
    if len(header):
        return int(header[1]), "hash"
    count = _gnu_count(reader, dynamic.get(_DT_GNU_HASH, -1))
    if count >= 0:
        return count, "gnu-hash"
    size = reader.record("symbol").itemsize
    found = [int(row["size"]) // size for row in sections[sections["type"] == _SHT_DYNSYM][:1]]
    if found:
        return found[0], "section"
    space = reader.offset_of(dynamic[DT_STRTAB]) - reader.offset_of(dynamic[_DT_SYMTAB])
    reader.fault(
        "no-symbol-count", "no hash table says how many dynamic symbols there are; their space was taken for it"
    )
    return max(0, space) // size, "space"


def _gnu_count(reader: Reader, address: int) -> int:
    """Symbols that a GNU hash table covers and the unhashed ones before them; -1 when there is none or it is broken.

    The table is: bucket count, index of the first hashed symbol, Bloom words, shift; the Bloom words (as wide as an
    address); the buckets; then one hash per hashed symbol, whose lowest bit marks the end of a chain.
    """
    at = reader.offset_of(address) if address >= 0 else -1
    header = reader.numbers(at, 4)
    if not len(header):
        return -1
    buckets, first, bloom = (int(value) for value in header[:3])
    at += 16 + bloom * (reader.bits // 8)
    heads = reader.numbers(at, buckets)
    if len(heads) != buckets:
        reader.fault("bad-hash-table", "the GNU hash table passes the end of the file")
        return -1
    last = int(heads.max()) if buckets else 0
    if last < first:
        return first
    at += 4 * buckets + 4 * (last - first)
    chain = reader.numbers(at, max(0, len(reader.data) - at) // 4)
    ends = np.flatnonzero(chain[:_MAX_SYMBOLS] & 1)
    if not len(ends):
        reader.fault("bad-hash-table", "the last chain of the GNU hash table does not end")
        return -1
    return last + int(ends[0]) + 1


def _plain_names(reader: Reader, base: int, indices: npt.NDArray[np.unsignedinteger[Any]]) -> list[str] | None:
    """The names at these indices of the string table, read in bulk; None unless all are there, ASCII and few enough."""
    begins = indices.astype(np.int64) + base
    if not len(begins):
        return []
    first, last = int(begins.min()), int(begins.max())
    stop = reader.data.find(b"\0", last, last + NAME_LIMIT)
    text = reader.data[first : stop if stop >= 0 else last + NAME_LIMIT]
    few = len(text) <= _MAX_TABLE and len(begins) * (NAME_LIMIT + 1) <= _MAX_TEXT
    if last >= len(reader.data) or not few or not text.isascii():
        return None
    nuls = np.flatnonzero(np.frombuffer(text, np.uint8) == 0)
    begins -= first
    nexts = np.append(nuls, len(text))[np.searchsorted(nuls, begins)]
    plain = text.decode("ascii")
    ends = np.minimum(nexts, begins + NAME_LIMIT)
    return [plain[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]


class _Names:
    """Names of the dynamic string table, each read once, all together bounded."""

    def __init__(self, reader: Reader, base: int) -> None:
        self._reader = reader
        self._base = base
        self._known: dict[int, str] = {}
        self._left = _MAX_TEXT

    def read(self, indices: list[int]) -> tuple[str, ...]:
        """The names at these indices, those outside the file left out with a limitation."""
        return tuple(name for name in map(self._one, indices) if name)

    def _one(self, index: int) -> str:
        name = self._known.get(index)
        if name is None:
            name = self._known[index] = self._fresh(index)
        return name

    def _fresh(self, index: int) -> str:
        if self._base + index >= len(self._reader.data):
            self._reader.fault("bad-name", "a symbol's name lies outside the file")
            return ""
        if self._left <= 0:
            self._reader.fault("long-names", f"symbol names pass {_MAX_TEXT >> 20} MiB in all; later ones are left out")
            return ""
        name = self._reader.text(self._base + index)
        self._left -= len(name) + 1
        return name
