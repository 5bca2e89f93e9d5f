"""Checked access to the bytes of one ELF file: tables of records, addresses, names."""

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

Records = npt.NDArray[np.void]

DT_STRTAB, DT_STRSZ = 5, 10
NAME_LIMIT = 1_024
"""Longest name read, in bytes."""

_RECORDS: dict[tuple[str, int], list[tuple[str, str]]] = {
    ("segment", 32): [
        (name, "u4") for name in ["type", "offset", "vaddr", "paddr", "filesz", "memsz", "flags", "align"]
    ],
    ("segment", 64): [
        ("type", "u4"),
        ("flags", "u4"),
        *((name, "u8") for name in ["offset", "vaddr", "paddr", "filesz", "memsz", "align"]),
    ],
    ("section", 32): [
        (name, "u4") for name in ["name", "type", "flags", "addr", "offset", "size", "link", "info", "align", "entsize"]
    ],
    ("section", 64): [
        ("name", "u4"),
        ("type", "u4"),
        *((name, "u8") for name in ["flags", "addr", "offset", "size"]),
        ("link", "u4"),
        ("info", "u4"),
        ("align", "u8"),
        ("entsize", "u8"),
    ],
    ("dynamic", 32): [("tag", "i4"), ("value", "u4")],
    ("dynamic", 64): [("tag", "i8"), ("value", "u8")],
    ("symbol", 32): [("name", "u4"), ("value", "u4"), ("size", "u4"), ("info", "u1"), ("other", "u1"), ("shndx", "u2")],
    ("symbol", 64): [("name", "u4"), ("info", "u1"), ("other", "u1"), ("shndx", "u2"), ("value", "u8"), ("size", "u8")],
}
"""Fields of the records, in their order in the file (gABI: Elf32_Phdr, Elf64_Phdr and so on)."""


class Reader(msgspec.Struct):
    """One ELF file while it is read.

    Attributes:
        entry: path for places. data: the whole file. bits: 32 or 64. order: ``<`` or ``>``.
        loads: (address, offset, bytes in the file) of each PT_LOAD segment.
        limitations: what could not be read so far.
    """

    entry: str
    data: bytes
    bits: int
    order: str
    loads: list[tuple[int, int, int]] = []
    limitations: list[Limitation] = []

    def fault(self, cause: str, detail: str, offset: int = -1) -> None:
        """Note a limitation; at most one of each cause, later ones are counted."""
        kind = f"native/{cause}"
        for index, known in enumerate(self.limitations):
            if known.kind == kind:
                self.limitations[index] = Limitation(kind, known.detail, known.place, known.count + 1)
                return
        self.limitations.append(Limitation(kind, detail, Place(self.entry, offset)))

    def record(self, what: str) -> "np.dtype[Any]":
        """Layout of a ``segment``, ``section``, ``dynamic`` or ``symbol`` record in this file's class and order."""
        return np.dtype([(name, self.order + form) for name, form in _RECORDS[what, self.bits]])

    def table(self, what: str, offset: int, count: int) -> Records:
        """`count` records at a file offset; fewer, with a limitation, when the file ends before them."""
        layout = self.record(what)
        room = max(0, len(self.data) - offset) // layout.itemsize if offset >= 0 else 0
        if count > room:
            detail = f"a table of {count} {what} records passes the end of the file; the first {room} were read"
            self.fault(f"truncated-{what}-table", detail, min(offset, len(self.data)))
        return np.frombuffer(self.data, layout, min(count, room), offset) if room and count else np.zeros(0, layout)

    def numbers(self, offset: int, count: int, size: int = 4) -> npt.NDArray[np.unsignedinteger[Any]]:
        """`count` unsigned numbers of `size` bytes; empty when the file ends before them."""
        if offset < 0 or count <= 0 or offset + count * size > len(self.data):
            return np.zeros(0, f"{self.order}u{size}")
        return np.frombuffer(self.data, f"{self.order}u{size}", count, offset)

    def offset_of(self, address: int) -> int:
        """File offset of the byte that is loaded at `address`; -1 when no segment has it in the file."""
        return self.loaded(address)[0]

    def loaded(self, address: int) -> tuple[int, int]:
        """File offset of the byte that is loaded at `address` and the bytes from there to the end of its segment in
        the file; -1 and 0 when no segment has it in the file.
        """
        for start, offset, size in self.loads:
            at = offset + address - start
            if start <= address < start + size and at < len(self.data):
                return at, min(start + size - address, len(self.data) - at)
        return -1, 0

    def name(self, dynamic: dict[int, int], index: int) -> str:
        """Name at `index` of the dynamic string table; empty, with a limitation, when it lies outside."""
        base = self.offset_of(dynamic.get(DT_STRTAB, -1))
        if base < 0 or index >= dynamic.get(DT_STRSZ, 0) or base + index >= len(self.data):
            self.fault("bad-name", "a name lies outside the dynamic string table")
            return ""
        return self.text(base + index)

    def text(self, offset: int) -> str:
        """Text up to the next NUL, at most `NAME_LIMIT` bytes; bytes that are not UTF-8 as visible escapes."""
        end = self.data.find(b"\0", offset, offset + NAME_LIMIT)
        raw = self.data[offset : end if end >= 0 else offset + NAME_LIMIT]
        return raw.decode("utf-8", "backslashreplace")
