"""How the tests of declared facts read a manifest that they describe."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from affidavit.artefact.arsc import ResourceTable, parse_arsc
from affidavit.artefact.axml import parse_axml
from affidavit.artefact.xmltree import Document
from affidavit.facts import declared
from affidavit.model.declared import Component
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from tests.builders.axml import E, Lies, binary, text

T = TypeVar("T")
ENTRY = "AndroidManifest.xml"


@dataclass
class Declared:
    """Facts and limitations of one manifest."""

    facts: list[Fact]
    limitations: list[Limitation]
    document: Document
    data: bytes = b""
    extra: dict[str, bytes] = field(default_factory=dict)

    def about(self, kind: type[T]) -> list[T]:
        return [fact.what for fact in self.facts if isinstance(fact.what, kind)]

    def one(self, kind: type[T]) -> T:
        (found,) = self.about(kind)
        return found

    def component(self, name: str) -> Component:
        return next(item for item in self.about(Component) if item.name.endswith(name))

    @property
    def kinds(self) -> set[str]:
        return {item.kind for item in (*self.limitations, *self.document.limitations)}


def declare(  # noqa: PLR0917 - each is optional and mostly named
    root: E,
    table: bytes | None = None,
    files: dict[str, bytes] | None = None,
    lies: Lies | None = None,
    base: E | None = None,
    entry: str = ENTRY,
) -> Declared:
    """Read a described manifest, in binary form."""
    above = parse_axml(binary(base)) if base else None
    return read(binary(root, lies or Lies()), table, (files or {}).get, base=above, entry=entry)


def declare_text(root: E) -> Declared:
    """Read a described manifest, in text form (as an AAR has it)."""
    return read(text(root), None, lambda _: None)


def read(
    data: bytes,
    table: bytes | None,
    files: Callable[[str], bytes | None],
    *,
    base: Document | None = None,
    entry: str = ENTRY,
) -> Declared:
    """Read the bytes of a manifest."""
    document = parse_axml(data, None, entry)
    resources: ResourceTable | None = parse_arsc(table, "resources.arsc") if table else None
    limitations: list[Limitation] = []
    facts = list(declared.extract(document, resources, entry, limitations, files, base))
    return Declared(facts, limitations, document, data)


def places_are_bytes(found: Declared, entry: str = ENTRY) -> Iterable[Fact]:
    """Facts whose place in the manifest is not the start of an element."""
    starts = {element.offset for element in found.document.walk()}
    return [fact for fact in found.facts if fact.place.entry == entry and fact.place.offset not in starts]
