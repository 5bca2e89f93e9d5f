"""Where a zip's central directory is, found as Android finds it (AOSP libziparchive, FindCentralDirectoryInfo).

Android looks backwards for the last end-of-central-directory record, wants nothing after its comment, and takes the
directory's absolute offset at its word. A file that breaks these rules is still read here, with a note that says so:
other readers open it, and what they see matters to whoever was handed the file.
"""

import struct
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from affidavit.artefact.notes import Notes

# Layouts and signatures: PKWARE APPNOTE, sections 4.3.12 (central header), 4.3.14-16 (ends of the directory).
CENTRAL_SIGNATURE: Final = b"PK\x01\x02"
_END_SIGNATURE: Final = b"PK\x05\x06"
_END: Final = struct.Struct("<4s4H2IH")
_END64_SIGNATURE: Final = b"PK\x06\x06"
_END64: Final = struct.Struct("<4sQ2H2I4Q")
_LOCATOR_SIGNATURE: Final = b"PK\x06\x07"
_LOCATOR: Final = struct.Struct("<4sIQI")
_WINDOW: Final = 0xFFFF + _END.size
"""How far back Android looks: the longest comment and the record itself."""
_CANDIDATES: Final = 64
"""End records that are tried before giving up on a file full of their signature."""


class Directory(msgspec.Struct, frozen=True):
    """Where the central directory is.

    Attributes:
        start: offset of its first record.
        stated_end: where its stated size ends it.
        end: offset of the end record (or the ZIP64 one): no record can pass it.
        count: entries that the end record states.
        shift: bytes to add to every stated offset; 0 unless the file has a prefix that its offsets do not count.
        record: offset of the end record. tail: offset after its comment.
        zip64: whether the ZIP64 end record was used.
    """

    start: int
    stated_end: int
    end: int
    count: int
    shift: int
    record: int
    tail: int
    zip64: bool


def find_directory(view: memoryview, notes: Notes, entry: str) -> Directory | None:
    """The central directory that Android uses, or the nearest thing to one; None when there is none.

    Args:
        view: the whole container.
        notes: takes what deviates from Android's rules.
        entry: path of the container inside the artefact, for the notes.
    """
    found = [(place, _read_end(view, place)) for place in _ends(view)]
    usable = [(index, directory) for index, (_, directory) in enumerate(found) if directory]
    if not usable:
        return None
    index, directory = usable[0]
    if index:
        notes.add(
            "container/end-record",
            f"the last of {len(found)} end records, which Android uses, leads to no central directory and Android "
            f"refuses the file; what is read here is what the record at {directory.record} leads to",
            entry,
        )
    _note_deviations(view, directory, notes, entry)
    for _, other in usable[1:]:
        if not other.shift and other.start != directory.start:
            notes.add(
                "container/second-directory",
                f"a second central directory starts at {other.start}; Android and this review read the one at "
                f"{directory.start}, a reader that takes the other sees different entries",
                entry,
            )
    return directory


def has_end_record(view: memoryview) -> bool:
    """Whether bytes end as a zip may: an end record, where Android looks for it, that leads to a directory."""
    window = bytes(view[-_WINDOW:])
    base = len(view) - len(window)
    return any(_read_end(view, base + at) is not None for at in _backwards(window))


def _note_deviations(view: memoryview, directory: Directory, notes: Notes, entry: str) -> None:
    """Say in which ways Android would refuse the file."""
    if directory.tail != len(view):
        notes.add(
            "container/trailing-bytes",
            f"the end record's comment ends at {directory.tail}, the file at {len(view)}; Android refuses such a file",
            entry,
        )
    if directory.shift:
        notes.add(
            "container/shifted-offsets",
            f"offsets are {directory.shift} bytes short of where the entries are; Android refuses such a file, other "
            "readers correct them as was done here",
            entry,
        )
    elif bytes(view[:4]) != b"PK\x03\x04":
        notes.add(
            "container/prefix",
            "the file does not start with an entry; Android 8 and later refuse such a file, since its first bytes "
            f"({bytes(view[:4]).hex()}) may be read as another format",
            entry,
        )


def _ends(view: memoryview) -> Iterator[int]:
    """Offsets of end-record signatures, last first; all of the file if Android's window holds none."""
    window = bytes(view[-_WINDOW:])
    base = len(view) - len(window)
    places = [base + at for at in _backwards(window)]
    if places or not base:
        yield from places
        return
    step = 1 << 24
    for start in range(max(0, base - step), -step, -step):
        low = max(0, start)
        places = [low + at for at in _backwards(bytes(view[low : low + step + _END.size]))]
        if places:
            yield from places
            return


def _backwards(data: bytes) -> Iterator[int]:
    """Offsets of the signature in `data`, last first, bounded."""
    at = len(data)
    for _ in range(_CANDIDATES):
        at = data.rfind(_END_SIGNATURE, 0, at)
        if at < 0:
            return
        if at + _END.size <= len(data):
            yield at


def _read_end(view: memoryview, record: int) -> Directory | None:
    """The directory that an end record leads to, if one is there."""
    _, _, _, here, count, size, start, comment = _END.unpack_from(view, record)
    tail = record + _END.size + comment
    plain = Directory(start, start + size, record, count, 0, record, tail, zip64=False)
    if 0xFFFF in (here, count, comment) or 0xFFFFFFFF in (size, start):
        # Android insists on the ZIP64 record here; a file with exactly 65,535 entries may have none.
        large = _read_end64(view, plain)
        if large is not None:
            return large
    if _is_directory(view, plain):
        return plain
    shift = record - size - start
    return moved if shift > 0 and _is_directory(view, moved := _moved(plain, shift)) else None


def _moved(directory: Directory, shift: int) -> Directory:
    """The same directory further back, for a file with an uncounted prefix."""
    return replace(directory, start=directory.start + shift, stated_end=directory.stated_end + shift, shift=shift)


def _is_directory(view: memoryview, directory: Directory) -> bool:
    """Whether a central record lies at its start, before its end."""
    start = directory.start
    return start + 46 <= directory.end and bytes(view[start : start + 4]) == CENTRAL_SIGNATURE


def _read_end64(view: memoryview, plain: Directory) -> Directory | None:
    """The ZIP64 reading of an end record, if its locator and record are in order."""
    at = plain.record - _LOCATOR.size
    if at < 0:
        return None
    signature, _, offset, _ = _LOCATOR.unpack_from(view, at)
    if signature != _LOCATOR_SIGNATURE or offset + _END64.size > at:
        return None
    signature, _, _, _, _, _, _, count, size, start = _END64.unpack_from(view, offset)
    large = Directory(start, start + size, offset, count, 0, plain.record, plain.tail, zip64=True)
    return large if signature == _END64_SIGNATURE and _is_directory(view, large) else None
