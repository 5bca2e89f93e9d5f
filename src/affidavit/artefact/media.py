"""What bytes are, by their magic: the table is knowledge (``knowledge/media``), the name only tells texts apart."""

from functools import cache
from typing import Final

import msgspec

from affidavit.knowledge import load

_LOOK: Final = 512
"""Bytes looked at for text."""
_NOT_TEXT: Final = bytes(set(range(0x20)) - set(b"\t\n\f\r\x1b")) + b"\x7f"


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bytes that a format has at a fixed offset; `hex` may hold spaces."""

    hex: str
    at: int = 0


class Magic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One format: all `marks` must be there.

    Attributes:
        media: vocabulary word.
        title: what a person calls it.
        source: where the magic is written down.
    """

    media: str
    title: str
    source: str
    marks: tuple[Mark, ...]


class MediaTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of ``knowledge/media``: formats by magic, or texts by what they begin with and by name.

    Attributes:
        source, licence: where the facts come from, and on what terms.
        magics: formats by magic.
        texts: lower-case beginnings of a text (after white space) -> media.
        suffixes: last part of the name (lower case, without the dot) -> media, for bytes that are text.
    """

    source: str
    licence: str
    magics: tuple[Magic, ...] = ()
    texts: dict[str, str] = {}
    suffixes: dict[str, str] = {}


_Rule = tuple[tuple[tuple[int, bytes], ...], str]


@cache
def _tables() -> tuple[dict[int, tuple[_Rule, ...]], tuple[_Rule, ...], dict[str, str], dict[str, str]]:
    """Rules by first byte, rules without a mark at offset 0, beginnings of texts, suffixes of texts."""
    documents = [document for _, document in sorted(load("media", MediaTable).items())]
    by_first: dict[int, list[_Rule]] = {}
    elsewhere: list[_Rule] = []
    for magic in (magic for document in documents for magic in document.magics):
        marks = tuple(sorted((mark.at, bytes.fromhex(mark.hex)) for mark in magic.marks))
        rules = elsewhere if marks[0][0] else by_first.setdefault(marks[0][1][0], [])
        rules.append((marks, magic.media))
    # The most demanding rule first, so that a WebP is not just any RIFF.
    ordered = {first: tuple(sorted(rules, key=_demand)) for first, rules in by_first.items()}
    texts = {start: media for document in documents for start, media in document.texts.items()}
    suffixes = {suffix: media for document in documents for suffix, media in document.suffixes.items()}
    return ordered, tuple(sorted(elsewhere, key=_demand)), texts, suffixes


def _demand(rule: _Rule) -> tuple[int, _Rule]:
    """Sort key: rules that look at more bytes come first."""
    return -sum(len(data) for _, data in rule[0]), rule


def media_of(data: bytes | memoryview, name: str) -> str:
    """The media word of bytes: by magic, else a kind of text, else ``empty`` or ``unknown``.

    Args:
        data: the first 512 bytes at least, or all there are.
        name: entry name; only its suffix counts, and only to tell texts apart.
    """
    if not data:
        return "empty"
    head = bytes(data[:_LOOK])
    by_first, elsewhere, texts, suffixes = _tables()
    for marks, media in (*by_first.get(head[0], ()), *elsewhere):
        if all(head[at : at + len(mark)] == mark for at, mark in marks):
            return media
    return _text(head, name, texts, suffixes) if _is_text(head) else "unknown"


def _is_text(head: bytes) -> bool:
    """Whether bytes are UTF-8 text without control characters; the last character may be cut off."""
    if len(head.translate(None, _NOT_TEXT)) != len(head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= _LOOK - 3 and error.reason == "unexpected end of data"
    return True


def _text(head: bytes, name: str, texts: dict[str, str], suffixes: dict[str, str]) -> str:
    """Which text it is: by how it begins, then by the name's suffix."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:16].lower()
    for beginning, media in texts.items():
        if start.startswith(beginning.encode()):
            return media
    suffix = name.rpartition(".")[2].lower()
    return suffixes.get(suffix, "text")
