"""Containers that an entry holds: archives and compressed files that only the app's own code could open."""

import re
import struct
from collections.abc import Iterator
from typing import Final

from affidavit.artefact.budget import Budget
from affidavit.artefact.directory import find_directory, has_end_record
from affidavit.artefact.names import read_name
from affidavit.artefact.notes import Notes
from affidavit.artefact.part import Part
from affidavit.artefact.zip import DEFLATED, STORED, Entry, free_path, read_entries

NESTED: Final = "nested"
"""Role of a container that only the app's own code could open."""
UNREAD: Final = "container/nested-not-opened"
"""Kind of the limitation that what such a container holds, or a part of it, is unknown."""
_GZIP: Final = struct.Struct("<3sB4x2x")
"""RFC 1952: magic and method, flags, time, two more bytes."""
_GZIP_END: Final = struct.Struct("<2I")
_CHECKSUM, _EXTRA, _NAME, _COMMENT = 2, 4, 8, 16
_BLOCK: Final = 512
_LONG_NAME: Final = 1 << 16
_FILES: Final = frozenset(b"\x0007")
_OCTAL: Final = re.compile(rb" *([0-7]*)[ \0]*")


def read_container(view: memoryview, prefix: str, role: str, budget: Budget, notes: Notes) -> Part | None:
    """The part that a zip is; None when it has no entries.

    Args:
        view: its bytes.
        prefix: of its entries' paths.
        role: see `Part`.
        budget: bounds what is read.
        notes: takes what is wrong with it.
    """
    directory = find_directory(view, notes, prefix.removesuffix("!/"))
    if directory is None:
        return None
    entries = read_entries(view, directory, prefix, budget, notes)
    return Part(prefix, role, view, entries, budget=budget, notes=notes) if entries else None


def is_nested(data: bytes | memoryview, media: str) -> bool:
    """Whether an entry's bytes are a container that `open_nested` can open, or end like a zip behind something else."""
    return media in _READERS or has_end_record(memoryview(data))


def open_nested(view: memoryview, path: str, media: str, budget: Budget, notes: Notes) -> Part | None:
    """Open the container that an entry is.

    Args:
        view: the entry's bytes, held as long as the part is.
        path: the entry's path; those of the entries inside begin with it and ``!/``.
        media: media word of the bytes.
        budget: the one that bounds everything; nothing is inflated here.
        notes: takes what is wrong with the container.

    Returns:
        The part, or None when there is nothing in it that can be listed.
    """
    prefix = f"{path}!/"
    if media == "gzip":
        entries = _of_gzip(view, prefix)
    elif media == "tar":
        entries = tuple(_of_tar(view, prefix, budget, notes))
    else:
        return read_container(view, prefix, NESTED, budget, notes)
    return Part(prefix, NESTED, view, entries, budget=budget, notes=notes) if entries else None


def _of_gzip(view: memoryview, prefix: str) -> tuple[Entry, ...]:
    """The one file of a gzip (RFC 1952), under the name of the gzip without its suffix."""
    if len(view) < _GZIP.size + _GZIP_END.size:
        return ()
    start, flags = _GZIP.size, _GZIP.unpack_from(view)[1]
    if flags & _EXTRA:
        start += 2 + int.from_bytes(view[start : start + 2], "little")
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            start += bytes(view[start : start + _LONG_NAME]).find(b"\0") + 1
    start += 2 * bool(flags & _CHECKSUM)
    end = len(view) - _GZIP_END.size
    if start > end:
        return ()
    crc, size = _GZIP_END.unpack_from(view, end)
    name = prefix.removesuffix("!/").rpartition("/")[2]
    name = name[: -len(".gz")] if name.lower().endswith(".gz") and len(name) > len(".gz") else name
    raw = name.encode("utf-8", "surrogatepass")
    return (Entry(name, raw, prefix + name, -1, start, DEFLATED, end - start, size, crc),)


def _of_tar(view: memoryview, prefix: str, budget: Budget, notes: Notes) -> Iterator[Entry]:
    """The files of a tar (POSIX ustar, with GNU's long names); it ends at the first block that is no header."""
    at, long_name, taken = 0, b"", dict[str, int]()
    while at + _BLOCK <= len(view):
        budget.tick()
        head = bytes(view[at : at + _BLOCK])
        size = _octal(head[124:136])
        if head[257:262] != b"ustar" or size is None:
            if any(head):
                what = f"at byte {at} of the tar is no header that can be read; what follows is unknown"
                notes.add(UNREAD, what, prefix.removesuffix("!/"))
            return
        data, kind, at = at + _BLOCK, head[156], at + _BLOCK + -(-size // _BLOCK) * _BLOCK
        if kind == ord("L"):
            long_name = bytes(view[data : data + min(size, _LONG_NAME)]).rstrip(b"\0")
            continue
        raw, long_name = long_name or _tar_name(head), b""
        if kind not in _FILES:
            continue
        if budget.listed >= budget.entries:
            what = (
                f"the budget allows {budget.entries} entries in all; those from byte {data} of the tar on are unknown"
            )
            notes.add("budget/entries", what, prefix.removesuffix("!/"))
            return
        name, words = read_name(raw)
        if name in taken:
            name = free_path(name, taken)
        taken.setdefault(name, 1)
        budget.listed += 1
        yield Entry(name, raw, prefix + name, -1, data, STORED, size, size, None, tuple(sorted(words)))


def _tar_name(head: bytes) -> bytes:
    """The name in a header: POSIX ustar has the folders that did not fit in a field of their own."""
    name, folders = head[:100].partition(b"\0")[0], head[345:500].partition(b"\0")[0]
    return folders + b"/" + name if folders and head[257:263] == b"ustar\0" else name


def _octal(field: bytes) -> int | None:
    """A number of a header; None when it is none."""
    found = _OCTAL.fullmatch(field)
    return int(found[1] or b"0", 8) if found else None


_READERS: Final = frozenset({"gzip", "tar", "zip"})
