"""A zip read as Android reads it: the central directory says what there is, a local header only where its bytes start.

The rules are those of AOSP libziparchive (ParseZipArchive, FindEntry), which the installer, the class loader and the
resource loader share. Where Android would refuse a file or an entry that other readers open, it is opened here too and
the deviation is said: as an oddity on the entry (words in ``knowledge/oddities``) or as a limitation on the container.
"""

import struct
from collections.abc import Iterator
from operator import attrgetter
from typing import Final

import msgspec

from affidavit.artefact.budget import Budget
from affidavit.artefact.directory import CENTRAL_SIGNATURE, Directory
from affidavit.artefact.names import read_name
from affidavit.artefact.notes import Notes

STORED: Final = 0
DEFLATED: Final = 8
# Layouts: PKWARE APPNOTE, sections 4.3.7 (local header), 4.3.12 (central header), 4.5.3 (ZIP64 extra field).
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_LOCAL_SIGNATURE: Final = b"PK\x03\x04"
_ENCRYPTED: Final = 0x0001
_DESCRIPTOR: Final = 0x0008
_ZIP64_EXTRA: Final = 1
_FULL: Final = 0xFFFFFFFF
_UNIX: Final = 3
_LINK: Final = 0o12
"""Writer's system and type of file that make an entry a symbolic link for Info-ZIP (APPNOTE 4.4.2, 4.4.15)."""
_LONGEST: Final = _CENTRAL.size + 3 * 0xFFFF
"""Bytes of the longest central record: its name, extra field and comment have 16-bit lengths."""
_NO_RECORD: Final = (b"",)
_MENDED: Final = 1_000
"""Broken central records that are stepped over before the rest is given up."""


class Entry(msgspec.Struct, eq=False):
    """One entry of a container, as the central directory states it.

    Attributes:
        name: printable text of the name. raw: the name's bytes. Neither is ever used as a file path.
        path: prefix of its part and the name; ``#2`` and so on is appended for further entries of one name.
        header: offset of the local header. data: offset of the first stored byte, -1 if there is no local header.
        method: compression method. compressed, size: stored and inflated bytes, as declared.
        crc: CRC-32 as declared; None for a bare file, which declares none.
        oddities: sorted vocabulary words; reading the entry may add to them.
    """

    name: str
    raw: bytes
    path: str
    header: int
    data: int
    method: int
    compressed: int
    size: int
    crc: int | None
    oddities: tuple[str, ...] = ()

    def mark(self, *words: str) -> None:
        """Add oddities."""
        self.oddities = tuple(sorted({*self.oddities, *words}))


class _Central(msgspec.Struct):
    """One central record, before its local header was looked at."""

    raw: bytes
    flags: int
    method: int
    crc: int
    compressed: int
    size: int
    header: int
    words: tuple[str, ...]


def read_entries(
    view: memoryview, directory: Directory, prefix: str, budget: Budget, notes: Notes
) -> tuple[Entry, ...]:
    """All entries, in the central directory's order.

    Args:
        view: the whole container.
        directory: where its central directory is.
        prefix: of the entries' paths.
        budget: bounds the number of entries; time is looked at now and then.
        notes: takes what breaks the directory.
    """
    container = prefix.removesuffix("!/")
    entries: list[Entry] = []
    first: dict[bytes, Entry] = {}
    taken: dict[str, int] = {}
    for central in _central_records(view, directory, budget, notes, container):
        entry = _entry(view, directory, central, prefix)
        if entry.path in taken:  # the name itself, or another one that looks the same once it is printable
            entry.path = free_path(entry.path, taken)
        twin = first.setdefault(central.raw, entry)
        if twin is not entry:
            twin.mark("duplicate-name")
            entry.mark("duplicate-name", "duplicate-ignored")
            notes.add(
                "container/duplicate-name",
                f"{entry.name!r} occurs more than once: Android 4.4 and later refuse the file, earlier ones run the "
                f"first, zipfile gives the last; the first is taken as the app's, a further one is {entry.path!r}",
                twin.path,
            )
        taken.setdefault(entry.path, 1)
        entries.append(entry)
    _mark_overlaps(entries)
    return tuple(entries)


def free_path(path: str, taken: dict[str, int]) -> str:
    """`path` with the next number that makes it unique; `taken` remembers the last number of each path."""
    number = taken.get(path, 1) + 1
    while f"{path}#{number}" in taken:
        number += 1
    taken[path] = number
    return f"{path}#{number}"


def _central_records(
    view: memoryview, directory: Directory, budget: Budget, notes: Notes, container: str
) -> Iterator[_Central]:
    """Walk the central directory; past a broken record, go on at the next one that can be found by its signature."""
    at, end = directory.start, directory.end
    unpack, fixed = _CENTRAL.unpack_from, _CENTRAL.size
    resume, mended = at, 0
    count = min(directory.count, max(0, budget.entries - budget.listed))
    for number in range(count):
        record = unpack(view, at) if at + fixed <= end else _NO_RECORD
        if record[0] != CENTRAL_SIGNATURE:
            what = f"record {number} of {directory.count} is not at {at}"
            at, mended = _resynchronise(view, resume, end), mended + 1
            if at < 0 or mended > _MENDED:
                _note_broken(notes, container, f"{what} and no further one follows")
                return
            _note_broken(notes, container, f"{what}; the one at {at} was taken instead")
            record = unpack(view, at)
        _, version, _, flags, method, _, _, crc, packed, size, name, extra, comment, _, _, attributes, header = record
        resume = at + fixed + name
        if resume > end:
            _note_broken(
                notes, container, f"the name of record {number} of {directory.count} passes the directory's end"
            )
            return
        central = _Central(bytes(view[at + fixed : resume]), flags, method, crc, packed, size, header, ())
        budget.listed += 1
        budget.tick()
        if version >> 8 == _UNIX and attributes >> 28 == _LINK:
            central.words = ("symbolic-link",)
        if _FULL in (packed, size, header):
            _widen(central, view[resume : min(resume + extra, end)])
        yield central
        at = resume + extra + comment
    if count < directory.count:
        _note_budget(notes, container, directory.count, budget.entries)
    elif at != directory.stated_end or at > end:
        _note_size(view, notes, container, directory, at)


def _resynchronise(view: memoryview, start: int, end: int) -> int:
    """Offset of the next central record at or after `start`, -1 if there is none."""
    found = bytes(view[start : min(end, start + _LONGEST)]).find(CENTRAL_SIGNATURE)
    return -1 if found < 0 or start + found + _CENTRAL.size > end else start + found


def _note_broken(notes: Notes, container: str, what: str) -> None:
    notes.add("container/broken-directory", f"central directory: {what}; Android refuses such a file", container)


def _note_budget(notes: Notes, container: str, count: int, bound: int) -> None:
    notes.add(
        "budget/entries",
        f"the container has {count} entries, the budget allows {bound} in all; the rest were not listed",
        container,
    )


def _note_size(view: memoryview, notes: Notes, container: str, directory: Directory, at: int) -> None:
    """The directory's stated size and the end of its counted records differ: uncounted entries, or a lie."""
    if bytes(view[at : at + 4]) == CENTRAL_SIGNATURE and at < directory.end:
        notes.add(
            "container/uncounted-entries",
            f"records of further entries follow the {directory.count} that are counted, at {at}; Android does not see "
            "them and they were not examined, a reader that goes by the directory's size does see them",
            container,
        )
    else:
        notes.add(
            "container/directory-size",
            f"the central directory's stated size ends it at {directory.stated_end}, its records end at {at}, the end "
            f"record begins at {directory.end}",
            container,
        )


def _widen(central: _Central, extra: memoryview) -> None:
    """Take 64-bit values from the ZIP64 extra field for those stated as all ones; other extra fields are ignored."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        values = extra[at + 4 : at + 4 + size]
        at += 4 + size
        if kind != _ZIP64_EXTRA:
            continue
        wide = iter(struct.unpack_from(f"<{len(values) // 8}Q", values))
        complete = len(values) >= 24  # some writers give all three whether needed or not, and Android takes them
        for field in ("size", "compressed", "header"):
            if complete or getattr(central, field) == _FULL:
                setattr(central, field, next(wide, getattr(central, field)))
        return
    central.words += ("zip64-missing",)


def _entry(view: memoryview, directory: Directory, central: _Central, prefix: str) -> Entry:
    """The entry with the start of its data, and with all that is odd in its two headers."""
    name, words = read_name(central.raw)
    header = central.header + directory.shift
    words += central.words
    if central.flags & _ENCRYPTED:
        words += ("encrypted-flag",)
    if central.method not in (STORED, DEFLATED):
        words += ("unknown-method",)
    data, more = _locate(view, directory, central, header)
    words += more
    return Entry(
        name,
        central.raw,
        prefix + name,
        header,
        data,
        central.method,
        central.compressed,
        central.size,
        central.crc,
        tuple(sorted(words)),
    )


def _locate(view: memoryview, directory: Directory, central: _Central, header: int) -> tuple[int, tuple[str, ...]]:
    """Where the entry's bytes start, from the local header's two lengths, and how else that header differs."""
    after = header + _LOCAL.size
    if after > len(view):
        return -1, ("no-local-header",)
    signature, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack_from(view, header)
    if signature != _LOCAL_SIGNATURE:
        return -1, ("no-local-header",)
    data = after + name + extra
    words: tuple[str, ...] = ()
    if method != central.method:
        words += ("local-method-differs",)
    if view[after : after + name] != central.raw:
        words += ("local-name-differs",)
    differs = (crc, packed, size) != (central.crc, central.compressed, central.size)
    if differs and not flags & _DESCRIPTOR and _FULL not in (packed, size):
        words += ("local-sizes-differ",)
    if data + central.compressed > directory.start:
        words += ("past-directory",)
    return data, words


def _mark_overlaps(entries: list[Entry]) -> None:
    """Mark entries that share bytes: no honest writer makes them, and a small file can hold a large one many times."""
    reach, owner = -1, None
    for entry in sorted(entries, key=attrgetter("header")):
        if entry.data < 0:
            continue
        if entry.header < reach and owner is not None:
            entry.mark("overlap")
            owner.mark("overlap")
        if entry.data + entry.compressed > reach:
            reach, owner = entry.data + entry.compressed, entry
