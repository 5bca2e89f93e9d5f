"""Build tools that left their name and version in the bytes: metadata files, and marker strings in dex files."""

import json
from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np

from affidavit.dalvik.unit import Unit
from affidavit.facts.marks import Code, EntryNames, encodable, read_fields
from affidavit.facts.reading import bounded, make_fact
from affidavit.knowledge import load
from affidavit.model.fact import Fact
from affidavit.model.identity import BuildTool
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

NAME = "build-tools"
VERSION = 1

_VERSION_LIMIT = 128
_TEXT_LIMIT = 1_024
_MARKERS_READ = 64
_TILDE = ord("~")


class Tool(msgspec.Struct, frozen=True):
    """A tool that a file names: the value of `key`, or the first word behind `after` at the value's start."""

    name: str
    key: str
    after: str = ""


class MetadataFile(msgspec.Struct, frozen=True):
    """A file that tools write; `json` tells a JSON object from lines of keys and values."""

    entry: str
    tools: tuple[Tool, ...]
    json: bool = False


class Document(msgspec.Struct, frozen=True):
    """One document of the section ``build_tools``."""

    source: str
    licence: str
    date: str
    files: tuple[MetadataFile, ...] = ()
    markers: tuple[str, ...] = ()


def extract(
    names: Sequence[str],
    program: Code | None,
    read: Callable[[str], bytes | None],
    limitations: list[Limitation],
) -> Iterator[Fact]:
    """Facts about build tools. Arguments as in `frameworks.extract`.

    Yields:
        `BuildTool`: those that files name, then those that marker strings name, each once.
    """
    entries = EntryNames(names)
    documents = [document for _, document in sorted(load("build_tools", Document).items())]
    for document in documents:
        for file in document.files:
            yield from _from_file(file, entries, read, limitations)
    markers = {name for document in documents for name in document.markers}
    seen: set[str] = set()
    for unit in program.units if program else ():
        yield from _from_strings(unit, markers, seen)


def _from_file(
    file: MetadataFile, entries: EntryNames, read: Callable[[str], bytes | None], limitations: list[Limitation]
) -> Iterator[Fact]:
    """Tools that one metadata file names."""
    path = entries.entry(file.entry)
    if path is None:
        return
    data = read(path)
    if data is None:
        detail = "a file in which build tools state their versions could not be read"
        limitations.append(Limitation("container/unread-version", detail, Place(path)))
        return
    fields = read_fields(data, as_json=file.json)
    for tool in file.tools:
        value = fields.get(tool.key, "")
        if value and value.startswith(tool.after):
            version = (value[len(tool.after) :].split() or [""])[0] if tool.after else value
            text = bounded(f"{tool.key}: {value}", _TEXT_LIMIT)
            yield _fact(BuildTool(tool.name, bounded(version, _VERSION_LIMIT), text), Place(path))


def _from_strings(unit: Unit, markers: set[str], seen: set[str]) -> Iterator[Fact]:
    """Tools that strings of the form ``~~R8{...}`` name; strings in `seen` are left out, new ones join it."""
    for index in tilde_strings(unit):
        text = unit.strings[index]
        name, brace, _ = text[2:].partition("{")
        if brace and name in markers and text not in seen:
            seen.add(text)
            version = bounded(marker_field(text[2 + len(name) :], "version"), _VERSION_LIMIT)
            yield _fact(BuildTool(name.lower(), version, bounded(text, _TEXT_LIMIT)), Place(*unit.strings.place(index)))


def tilde_strings(unit: Unit) -> list[int]:
    """The first strings of a unit that start with two tildes."""
    blob, start, end = unit.strings.blob()
    raw = np.frombuffer(blob, np.uint8)
    long = np.flatnonzero(end - start >= 4)
    long = long[raw[start[long]] == _TILDE]
    found: list[int] = long[raw[start[long] + 1] == _TILDE][:_MARKERS_READ].tolist()
    return found


def marker_field(document: str, key: str) -> str:
    """A text in a marker's JSON object; empty when it is none or cannot be read."""
    try:
        fields = json.loads(document)
    except (ValueError, RecursionError):
        return ""
    value = fields.get(key, "") if isinstance(fields, dict) else ""
    return encodable(value) if isinstance(value, str) else ""


def _fact(what: BuildTool, place: Place) -> Fact:
    return make_fact(what, place, f"{NAME}/{VERSION}")
