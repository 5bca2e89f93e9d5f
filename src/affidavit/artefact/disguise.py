"""Dex files inside other bytes: behind a picture, at the end of a library, under a mask of one byte."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from affidavit.artefact.budget import Budget
from affidavit.artefact.nested import NESTED
from affidavit.artefact.notes import Notes
from affidavit.artefact.part import Part
from affidavit.artefact.zip import STORED, Entry

_DEX: Final = re.compile(rb"dex\n0[34]\d\0[\s\S]{24}([\s\S]{4})[\x70\x78]\0\0\0\x78\x56\x34\x12")
"""Magic, checksum and digest, then file size, header size and byte order (dex format, header_item)."""
_MAGIC: Final = b"dex\n0"
_SEVERAL: Final = b"041"
"""Version of a file that may hold several dex files, of which each is read."""
_HEADER: Final = 0x70
_MOST: Final = 64


def holds_dex(data: bytes, media: str) -> bool:
    """Whether an entry that is no archive holds a dex file which is not the entry itself."""
    return bool(_mask(data)) or any(True for _ in _places(data, media))


def open_disguised(data: bytes, path: str, media: str, budget: Budget, notes: Notes) -> Part | None:
    """The dex files that an entry holds, as a container: ``assets/a.png!/at-107.dex``, ``assets/a.bin!/mask-5a.dex``.

    Args:
        data: the entry's bytes.
        path: the entry's path.
        media: what its bytes are.
        budget: bounds what is read of them.
        notes: takes what cannot be read.

    Returns:
        None when it holds none.
    """
    key, prefix = _mask(data), f"{path}!/"
    entries: tuple[Entry, ...]
    if key:
        plain = data.translate(bytes(byte ^ key for byte in range(256)))
        entries = (_entry(prefix, f"mask-{key:02x}.dex", 0, len(plain)),)
        return Part(prefix, NESTED, memoryview(plain), entries, budget=budget, notes=notes)
    places = tuple(islice(_places(data, media), _MOST + 1))
    if len(places) > _MOST:
        notes.add(
            "code/hidden-dex", f"more than {_MOST} dex files lie behind each other in it; the rest was not read", path
        )
    entries = tuple(_entry(prefix, f"at-{start}.dex", start, size) for start, size in places[:_MOST])
    return Part(prefix, NESTED, memoryview(data), entries, budget=budget, notes=notes) if entries else None


def _entry(prefix: str, name: str, start: int, size: int) -> Entry:
    return Entry(name, name.encode(), prefix + name, -1, start, STORED, size, size, None)


def _places(data: bytes, media: str) -> Iterator[tuple[int, int]]:
    """Start and size of the dex files behind other bytes; of those that overlap, the first."""
    start = int(media == "dex")
    if (start and data[4:7] == _SEVERAL) or data.find(_MAGIC, start) < 0:
        return
    end = 0
    for found in _DEX.finditer(data, start):
        if found.start() >= end:
            size = min(int.from_bytes(found[1], "little"), len(data) - found.start())
            end = found.start() + size
            yield found.start(), size


def _mask(data: bytes) -> int:
    """The byte that, exclusive-or over the first ones, makes a dex header of them; 0 for none."""
    if len(data) < _HEADER or data[0] ^ data[1] != ord("d") ^ ord("e"):
        return 0
    key = data[0] ^ ord("d")
    return key if key and _DEX.match(bytes(byte ^ key for byte in data[:_HEADER])) else 0
