"""Manifests and signature files (``.SF``) of JARs, as Android's own reader takes them.

Sources: "JAR File Specification" (sections, continuation lines); AOSP, ``StrictJarManifestReader`` and
``java.util.jar.Attributes.Name`` (what is refused, where a section ends, that the last of two equal attributes counts,
that a last line without line break does not).
"""

import re
import sys
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

MAX_BYTES: Final = 32 << 20
"""Longest text that is read; 200,000 entries with one digest each need 30 MB."""
MAX_HEADERS: Final = 400_000
"""Most attributes that are read; a zip has 65,535 entries, each of which needs two, in the manifest and in the file."""
MAX_LINES: Final = 3_000_000
"""Most line breaks that are read, in all texts of a signature together."""
_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_NAME: Final = re.compile(rb"[A-Za-z0-9_-]{1,70}")
_SHOWN: Final = 60


class Section(Struct, frozen=True):
    """A section.

    Attributes:
        name: the value of its first attribute if that is ``Name``, else None.
        attributes: names in lower case; values as bytes, lines joined.
        start, end: its bytes in the text, with the empty lines that follow.
        tight_end: the end with one empty line at most, as Java and apksig have it.
    """

    name: bytes | None
    attributes: dict[str, bytes]
    start: int
    end: int
    tight_end: int


class JarText(Struct, frozen=True):
    """A manifest or signature file.

    Attributes:
        data: the whole text.
        main: the first section.
        sections: the others.
        fault: why a platform refuses the text; empty when it takes it.
        oddities: what is not usual about it, as half sentences.
        cut: why it was not read to the end; empty when it was.
    """

    data: bytes
    main: Section
    sections: tuple[Section, ...] = ()
    fault: str = ""
    oddities: tuple[str, ...] = ()
    cut: str = ""


class _Header(Struct):
    """One attribute with its continuation lines, while it grows."""

    name: bytes
    value: bytes | bytearray


class _Draft(Struct):
    """A section while it grows; `tight_end` is -1 until an empty line follows."""

    start: int
    headers: list[_Header]
    tight_end: int = -1


class _FaultError(ValueError):
    """The text breaks the format."""


def parse_manifest(data: bytes, *, java: bool = False, most: int = MAX_HEADERS, lines: int = MAX_LINES) -> JarText:
    """Read a manifest or a signature file.

    Args:
        data: the text.
        java: whether a last line without line break counts, as it does in Java but not on Android.
        most: most attributes that are read.
        lines: most line breaks of a text that is read.
    """
    drafts, fault, cut = _drafts(data, most, lines)
    oddities = []
    if b"\0" in data:
        oddities.append("it has a NUL character, at which Android's reader gives up and apksig does not")
    if data[-1:] not in (b"\r", b"\n", b"") and not java and drafts and not fault and not cut:
        drafts[-1].headers.pop()
        oddities.append("its last line has no line break, so that Android does not count it")
    repeated: list[str] = []
    ends = [*(draft.start for draft in drafts[1:]), len(data)]
    sections = [_section(draft, end, repeated) for draft, end in zip(drafts, ends, strict=False) if draft.headers]
    oddities += repeated[:1]
    if not sections or sections[0].start:
        sections.insert(0, Section(None, {}, 0, 0, 0))
    return JarText(data, sections[0], tuple(sections[1:]), fault, tuple(oddities), cut)


def breaks(data: bytes) -> int:
    """Its line breaks; one of two characters counts twice."""
    return data.count(b"\n") + data.count(b"\r")


def _drafts(data: bytes, most: int, lines: int) -> tuple[list[_Draft], str, str]:
    """Sections as headers; a fault; why it was cut."""
    if len(data) > MAX_BYTES:
        return [], "", f"it has {len(data):,} bytes, more than are read here ({MAX_BYTES:,})"
    if breaks(data) > lines:
        return [], "", f"it has more lines than are read here ({lines:,} line breaks)"
    drafts: list[_Draft] = []
    count = 0
    try:
        for draft, header in _headers(data):
            if not draft.headers:
                drafts.append(draft)
            draft.headers.append(header)
            count += 1
            if count > most:
                return drafts, "", f"it has more than {most:,} attributes; the rest was not read"
    except _FaultError as error:
        return drafts, str(error), ""
    return drafts, "", ""


def _headers(data: bytes) -> Iterator[tuple[_Draft, _Header]]:
    """Each attribute when it begins, with its section; continuation lines are added to it afterwards.

    Raises:
        _FaultError: a line is neither an attribute nor a continuation.
    """
    at, draft, header = 0, _Draft(0, []), None
    for found in _LINE.finditer(data):  # one at a time: a list of all would take ten times the memory of the text
        line = found[0]
        body = line.rstrip(b"\r\n")
        if not body:
            if header is None:
                raise _FaultError("it begins with an empty line")
            if draft.tight_end < 0:
                draft.tight_end = at + len(line)
        elif draft.tight_end >= 0 or header is None or body[0] != 0x20:
            if draft.tight_end >= 0:
                draft = _Draft(at, [])
            header = _header(body, at)
            yield draft, header
        else:
            header.value = bytearray(header.value) if isinstance(header.value, bytes) else header.value
            header.value += body[1:]
        at += len(line)


def _header(body: bytes, at: int) -> _Header:
    """One line as an attribute: a name, a colon, a blank, a value."""
    name, colon, value = body.partition(b": ")
    if not colon or not _NAME.fullmatch(name):
        shown = body[:_SHOWN].decode("utf-8", "replace")
        raise _FaultError(f"the line at byte {at} is no attribute: {shown!a}")
    return _Header(name, value)


def _section(draft: _Draft, end: int, repeated: list[str]) -> Section:
    """A section that was read whole; `repeated` grows by attributes that occur twice."""
    attributes: dict[str, bytes] = {}
    for header in draft.headers:
        name, value = sys.intern(header.name.decode("ascii").lower()), bytes(header.value)
        if attributes.get(name, value) != value:
            repeated.append(f"a section has the attribute {name!r} twice; the last counts, for apksig the first")
        attributes[name] = value
    first = draft.headers[0]
    named = bytes(first.value) if first.name.lower() == b"name" else None
    draft.headers = []  # gives their memory back before the next one is made
    return Section(named, attributes, draft.start, end, end if draft.tight_end < 0 else draft.tight_end)
