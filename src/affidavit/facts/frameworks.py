"""Development frameworks, by the names that they leave in entries, native libraries and classes."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import msgspec

from affidavit.facts.marks import Code, EntryNames, first_classes, read_fields
from affidavit.facts.reading import bounded, make_fact
from affidavit.knowledge import load
from affidavit.model.fact import Fact
from affidavit.model.identity import Framework
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

NAME = "frameworks"
VERSION = 1

_HERMES_MAGIC = bytes.fromhex("c61fbc03c103191f")
_BUNDLES = ("assets/index.android.bundle", "assets/main.jsbundle")
_VERSION_LIMIT = 64
_SEARCHED = 64 << 20


class VersionMark(msgspec.Struct, frozen=True):
    """Where a framework's version is written.

    Attributes:
        entry: entries to try in turn (one or several names). library: or a native library.
        key: field of a text file. find: or a pattern whose groups, joined by dots, are the version. Without either, the
            whole text is the version.
        within: bytes from the file's start in which to look.
    """

    entry: str | tuple[str, ...] = ()
    library: str = ""
    key: str = ""
    find: str = ""
    within: int = _SEARCHED


class Marks(msgspec.Struct, frozen=True):
    """One framework and its marks (format: ``knowledge/frameworks/languages.yaml``)."""

    name: str
    title: str
    entries: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    version: VersionMark | None = None


class Document(msgspec.Struct, frozen=True):
    """One document of the section ``frameworks``."""

    source: str
    licence: str
    date: str
    frameworks: tuple[Marks, ...]


def extract(
    names: Sequence[str],
    program: Code | None,
    read: Callable[[str], bytes | None],
    limitations: list[Limitation],
) -> Iterator[Fact]:
    """Facts about frameworks.

    Args:
        names: entry paths, as `Place.entry` has them.
        program: the code, if it was read; without it, class names are not looked at.
        read: gives an entry's bytes by its path, or None.
        limitations: grows by version files that could not be read.

    Yields:
        One `Framework` per framework found, at its first mark: entry, then native library, then class prefix.
    """
    entries = EntryNames(names)
    known = [marks for _, document in sorted(load("frameworks", Document).items()) for marks in document.frameworks]
    classes = class_places(program, [prefix for marks in known for prefix in marks.packages])
    for marks in known:
        found = first_mark(marks, entries, classes)
        if found:
            mark, place = found
            version = _version(marks.version, entries, read, limitations) if marks.version else ""
            yield _fact(Framework(marks.name, mark, version), place)
    yield from _hermes_bundle(entries, read)


def class_places(program: Code | None, prefixes: Sequence[str]) -> dict[str, Place]:
    """Per class prefix, the first class that has it."""
    found: dict[str, Place] = {}
    for unit in program.units if program else ():
        for prefix, row in first_classes(unit, [prefix for prefix in prefixes if prefix not in found]).items():
            entry = unit.entries[int(unit.class_entry[row])]
            found[prefix] = Place(entry, int(unit.class_offset[row]), unit.class_name(row))
    return found


class Marked(Protocol):
    """What is known by marks: `Marks`, and packers."""

    @property
    def entries(self) -> Sequence[str]:
        """Entry paths, or beginnings of paths."""
        ...

    @property
    def libraries(self) -> Sequence[str]:
        """File names of native libraries."""
        ...

    @property
    def packages(self) -> Sequence[str]:
        """Beginnings of class descriptors."""
        ...


def first_mark(marks: Marked, entries: EntryNames, classes: dict[str, Place]) -> tuple[str, Place] | None:
    """The first mark that is there, entry, native library or class of `class_places`, and where it is."""
    for pattern in marks.entries:
        if path := entries.entry(pattern):
            return f"entry:{pattern}", Place(path)
    for pattern in marks.libraries:
        if path := entries.library(pattern):
            return f"native:{path.rpartition('/')[2]}", Place(path)
    for prefix in marks.packages:
        if prefix in classes:
            return f"class:{prefix}", classes[prefix]
    return None


def _version(
    mark: VersionMark, entries: EntryNames, read: Callable[[str], bytes | None], limitations: list[Limitation]
) -> str:
    """The version that the bytes state; empty when they state none."""
    wanted = (mark.entry,) if isinstance(mark.entry, str) else mark.entry
    paths = [entries.library(mark.library)] if mark.library else [entries.entry(name) for name in wanted]
    for path in paths:
        if path is None:
            continue
        data = read(path)
        if data is None:
            detail = "a file that states a framework's version could not be read: the version is unknown"
            limitations.append(Limitation("container/unread-version", detail, Place(path)))
        elif version := _stated(mark, data):
            return bounded(version, _VERSION_LIMIT)
    return ""


def _stated(mark: VersionMark, data: bytes) -> str:
    """The version in one file's bytes."""
    if mark.find:
        found = re.search(mark.find.encode(), data[: mark.within])
        return ".".join(group.decode("utf-8", "backslashreplace") for group in found.groups()) if found else ""
    if mark.key:
        fields = read_fields(data)
        return fields.get(mark.key) or read_fields(data, as_json=True).get(mark.key, "")
    text = data[: mark.within].split(b"\n")[0].decode("utf-8", "backslashreplace").strip()
    return text if text[:1].isdigit() else ""


def _hermes_bundle(entries: EntryNames, read: Callable[[str], bytes | None]) -> Iterator[Fact]:
    """A JavaScript bundle that Hermes compiled: its header has a magic and the version of its bytecode."""
    for name in _BUNDLES:
        path = entries.entry(name)
        data = read(path) if path else None
        if path and data and data[:8] == _HERMES_MAGIC and len(data) >= 12:
            version = int.from_bytes(data[8:12], "little")
            yield _fact(Framework("hermes-bytecode", f"entry:{name}", str(version)), Place(path, 0))


def _fact(what: Framework, place: Place) -> Fact:
    return make_fact(what, place, f"{NAME}/{VERSION}")
