"""Text XML (the manifest of an AAR), into the same tree as binary XML.

Expat reads it with namespaces. A document type declaration ends the reading: entities can make a small file huge or
name other files, and no build tool writes one into a manifest.
"""

import re
from xml.parsers import expat

from affidavit.artefact.budget import Budget
from affidavit.artefact.stringpool import text_of_utf8
from affidavit.artefact.xmltree import STRING, Attribute, Document, Element, TreeBuilder

_SEPARATOR = "\n"
_DECLARED = re.compile(rb"\A(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?encoding[ \t\r\n]*=[ \t\r\n]*[\"']([^\"']{1,40})")
_ENCODINGS = frozenset({b"utf-8", b"utf-16", b"iso-8859-1", b"us-ascii"})
"""Encodings that Expat reads by itself. For any other it would ask Python, which behind walls can load none: then the
same bytes would be read in one process and not in the other.
"""
_ATTRIBUTE = re.compile(rb"[ \t\r\n]+([^ \t\r\n=/>]{1,512})[ \t\r\n]*=[ \t\r\n]*(?:\"[^\"]*\"|'[^']*')")
_NAME = re.compile(rb"<[^ \t\r\n/>]*")


class _Refused(Exception):  # noqa: N818 - control flow out of a callback, never seen outside
    """The document declares a document type."""


class _Full(Exception):  # noqa: N818 - control flow out of a callback, never seen outside
    """A bound is reached."""


def parse_text(data: bytes, entry: str, budget: Budget | None = None) -> Document:
    """Read text XML; what is malformed ends the reading with a limitation and keeps what came before.

    Raises:
        BudgetError: time or memory ran out.
    """
    document = Document(None, binary=False, entry=entry)
    declared = _DECLARED.match(data)
    if declared and declared[1].lower() not in _ENCODINGS:
        name = text_of_utf8(declared[1])
        document.limit("manifest/malformed-xml", f"the XML is in the encoding {name!r}, which is not read here", 0)
        document.limit("manifest/unreadable", "no root element was found in the XML")
        return document
    reader = _Reader(data, document, budget or Budget())
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        document.limit("manifest/malformed-xml", f"the XML is not well-formed: {error}", reader.parser.ErrorByteIndex)
    except _Refused:
        document.limit(
            "manifest/entity-declaration",
            "the XML declares a document type; it was not read past that",
            reader.offset(),
        )
    except _Full:
        pass
    except (ValueError, LookupError) as error:
        document.limit("manifest/malformed-xml", f"the XML cannot be decoded: {error}")
    if document.root is None:
        document.limit("manifest/unreadable", "no root element was found in the XML")
    return document


class _Reader:
    """Expat's callbacks."""

    def __init__(self, data: bytes, document: Document, budget: Budget) -> None:
        self.data = data
        self.budget = budget
        self.builder = TreeBuilder(document)
        self.parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        self.parser.ordered_attributes = True
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def offset(self) -> int:
        """Byte offset of what is being reported."""
        return self.parser.CurrentByteIndex

    def _refuse(self, *_: object) -> None:
        raise _Refused

    def _start(self, name: str, pairs: list[str]) -> None:
        self.budget.tick()
        if self.builder.full():
            raise _Full
        offset = self.offset()
        offsets = self._offsets(offset, len(pairs) // 2)
        attributes = []
        for index in range(0, len(pairs), 2):
            namespace, _, local = pairs[index].rpartition(_SEPARATOR)
            place = offsets.get(local, offset)
            attributes.append(Attribute(local, namespace, 0, pairs[index + 1], STRING, 0, place))
        namespace, _, local = name.rpartition(_SEPARATOR)
        self.builder.start(Element(local, namespace, tuple(attributes), offset))

    def _end(self, _: str) -> None:
        self.builder.end()

    def _text(self, text: str) -> None:
        self.builder.text(text)

    def _offsets(self, start: int, count: int) -> dict[str, int]:
        """Where each attribute's name starts, by local name; empty where the encoding is not a superset of ASCII."""
        found: dict[str, int] = {}
        tag = _NAME.match(self.data, start)
        at = tag.end() if tag else start
        while len(found) < count and (match := _ATTRIBUTE.match(self.data, at)):
            name = text_of_utf8(match[1])
            if not name.startswith("xmlns"):
                found.setdefault(name.rpartition(":")[2], match.start(1))
            at = match.end()
        return found
