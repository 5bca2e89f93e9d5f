"""Tricks with the zip around a JAR signature: files that a verifier and the platform read in two ways.

Sources: Android Security Bulletin of December 2017 (CVE-2017-13156, "Janus"; Android 8.1 and later refuse a file that
does not begin with a local header: libziparchive); bugs 8219321, 9695860 and 9950697 of 2013 ("master key").
"""

import struct
from collections.abc import Iterator
from typing import Final

from affidavit.artefact.directory import find_directory
from affidavit.artefact.notes import Notes
from affidavit.artefact.zip import Entry
from affidavit.model.signing import Issue
from affidavit.signing.jar_signer import folded, shown

FRONT_LEVEL: Final = 27
"""First API level all of whose devices refuse a file with something in front of the first local header."""
_LOCAL: Final = b"PK\x03\x04"
_EMPTY: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
"""Bytes of an end record without its comment."""
_DEX: Final = b"dex\n"
_LENGTHS: Final = struct.Struct("<2H")


def unopened(view: memoryview) -> str:
    """Why no Android version opens the zip, although it can be read here; empty when they do."""
    directory = find_directory(view, Notes([]), "")
    if directory is None:
        return "Android finds no central directory"
    if directory.tail != len(view):
        return (
            f"the end record's comment ends at {directory.tail}, the file at {len(view)}; Android refuses such a file"
        )
    if directory.shift:
        return f"all offsets are {directory.shift} bytes short; Android refuses such a file"
    after = directory.record + len(_EMPTY)
    last = bytes(view[after : len(view) - _END_SIZE + len(_EMPTY)]).rfind(_EMPTY)
    if last >= 0:
        return f"the last end record, at {after + last}, is not the one that leads to the entries; Android takes it"
    return ""


def front(view: memoryview, level: int) -> tuple[Issue, ...]:
    """What stands in front of the zip, which a v1 signature does not cover."""
    start = bytes(view[:4])
    if start in (_LOCAL, _EMPTY):
        return ()
    refused = level >= FRONT_LEVEL
    if start == _DEX:
        why = (
            "the file begins as a dex file and is a zip as well (Janus, CVE-2017-13156): "
            "devices without the fix of December 2017 run the code in front, which this signature does not cover"
        )
        return (Issue("jar-sig-janus", why, refused),)
    why = f"the file begins with {start.hex()} instead of a local header; what is in front is not covered"
    return (Issue("jar-sig-bytes-in-front", why, refused),)


def header_tricks(view: memoryview, entries: tuple[Entry, ...]) -> tuple[Issue, ...]:
    """Local headers that readers understand differently; the platform of today goes by the central directory."""
    return (
        *folded("jar-sig-header-length-trick", [*_long(view, entries)], error=False),
        *folded("jar-sig-local-method-differs", [*_methods(entries)], error=False),
    )


def _long(view: memoryview, entries: tuple[Entry, ...]) -> Iterator[str]:
    """Lengths that are negative to a reader of signed numbers."""
    for entry in entries:
        if entry.data < 0 or entry.header < 0:
            continue
        name, extra = _LENGTHS.unpack_from(view, entry.header + 26)
        if max(name, extra) >= 0x8000:
            yield (
                f"the local header of {shown(entry.raw)} states lengths of {name} and {extra}: "
                "Android before 4.4 without the fix reads them as negative (bug 9695860) and finds other bytes"
            )


def _methods(entries: tuple[Entry, ...]) -> Iterator[str]:
    for entry in entries:
        if "local-method-differs" in entry.oddities:
            yield f"{shown(entry.raw)} has another compression method in its local header"
