"""What is known of the families whose fingerprints the product has, and which registry packages they come from.

`knowledge/code_families` says what a family is and which class names belong to it: the longest of the prefixes of all
families decides, so that one artefact, often an app that kept its names, gives several families.
`knowledge/code_packages` says where the bytes were: a package of a registry, a file in it, both by digest.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from affidavit.identity.code.index import Family
from affidavit.knowledge import load
from affidavit.knowledge.pinned import Pinned, faults

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PREFIX = re.compile(r"[\w$-]+(/[\w$-]+)*/?")

CHECKS = ("code-family", "code-package")
"""Every check that `check` runs."""

Found = Iterator[tuple[str, str, str]]
"""Path, check and message."""


class Known(Struct, frozen=True, forbid_unknown_fields=True):
    """One family.

    Attributes:
        id: unique; that of ``knowledge/libraries`` where that has the family.
        title, vendor: words for a reader.
        kind: what it is to an app.
        classes: prefixes of its classes' internal names (``okhttp3/``).
        entity: id of the owner in ``knowledge/entities/organisations``, or empty.
        library: the library of ``knowledge/libraries`` that names tell it by, where that has another id.
        coordinates: group and artifact as Maven repositories have it, or empty.
        contains: families whose code its artefacts carry along.
    """

    id: str
    title: str
    vendor: str
    kind: Literal["sdk", "library", "support"]
    classes: tuple[str, ...]
    entity: str = ""
    library: str = ""
    coordinates: str = ""
    contains: tuple[str, ...] = ()


class FamilyDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of ``knowledge/code_families``."""

    source: str
    licence: str
    families: tuple[Known, ...]


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """The classes of one family in one file.

    Attributes:
        family: its id.
        version: as its publisher writes it; empty when the file does not say.
        stated: what says the version: the file's or package's name, a mark in META-INF, the manifest, a constant in
            the code, or nothing.
    """

    family: str
    version: str = ""
    stated: Literal["name", "mark", "manifest", "constant", "none"] = "none"


class Packed(Struct, frozen=True, forbid_unknown_fields=True):
    """A file in a package.

    Attributes:
        path: in the package; ``!/`` leads into a zip, and an empty path is the package itself.
        sha256: of the file, in hex.
        parts: families that are taken from it.
        background: whether it is an ordinary app, whose own classes count for rarity alone.
    """

    path: str
    sha256: str
    parts: tuple[Part, ...] = ()
    background: bool = False


class Package(Pinned, frozen=True, forbid_unknown_fields=True):
    """A package with the files that are taken from it; `date` is the day of its publication, or empty."""

    files: tuple[Packed, ...]
    date: str = ""


class PackageDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of ``knowledge/code_packages``."""

    source: str
    licence: str
    packages: tuple[Package, ...]


@cache
def known() -> Mapping[str, Known]:
    """Every family of the catalogue, by id.

    Raises:
        KnowledgeError: it was not compiled, or breaks its schema.
    """
    documents = load("code_families", FamilyDocument)
    return {item.id: item for path in sorted(documents) for item in documents[path].families}


@cache
def packages() -> tuple[Package, ...]:
    """Every package, in the order of the files.

    Raises:
        KnowledgeError: it was not compiled, or breaks its schema.
    """
    documents = load("code_packages", PackageDocument)
    return tuple(item for path in sorted(documents) for item in documents[path].packages)


def families() -> dict[str, Family]:
    """The families as an index has them, by id."""
    return {
        item.id: Family(item.id, item.title, item.vendor, item.entity, item.kind, item.contains)
        for item in known().values()
    }


def origins() -> dict[tuple[str, str], Package]:
    """For each family and version the package that its code comes from; files of one package may share one."""
    found = ((part, package) for package in packages() for file in package.files for part in file.parts)
    return {(part.family, part.version): package for part, package in found}


class Source(NamedTuple):
    """Where a version of a family can be had: the package of a registry, and the file in it."""

    part: Part
    package: Package
    file: Packed


def sources(family: str) -> list[Source]:
    """Every file that the fingerprints of a family were made of, the newest package first."""
    found = [
        Source(part, package, file)
        for package in packages()
        for file in package.files
        for part in file.parts
        if part.family == family
    ]
    return sorted(found, key=lambda item: item.package.date, reverse=True)


def owner(catalogue: Mapping[str, Known]) -> Callable[[str], str | None]:
    """A function from a class's internal name to the id of its family: that with the longest prefix of the name."""
    prefixes = {prefix: item.id for item in catalogue.values() for prefix in item.classes}
    lengths = sorted({len(prefix) for prefix in prefixes}, reverse=True)

    def of(name: str) -> str | None:
        heads = (prefixes.get(name[:length]) for length in lengths if length <= len(name))
        return next((family for family in heads if family is not None), None)

    return of


def check(typed: Mapping[str, Any], organisations: frozenset[str], libraries: frozenset[str]) -> Found:
    """What is wrong in the catalogue, as (path, check, message).

    Args:
        typed: documents as their types, by path; those of other sections are passed over.
        organisations: ids that ``knowledge/entities`` has.
        libraries: ids that ``knowledge/libraries`` has.
    """
    entries = [(path, item) for path, doc in typed.items() if isinstance(doc, FamilyDocument) for item in doc.families]
    boxes = [(path, item) for path, doc in typed.items() if isinstance(doc, PackageDocument) for item in doc.packages]
    ids = frozenset(item.id for _, item in entries)
    there: set[str] = set()
    for path, item in entries:
        for message in _family(item, ids, organisations, libraries):
            yield path, "code-family", f"{item.id}: {message}"
        for key in (item.id, *item.classes):
            if key in there:
                yield path, "code-family", f"{item.id}: {key!r} is there twice"
            there.add(key)
    given: dict[tuple[str, str], Package] = {}
    for path, box in boxes:
        for message in _package(box, ids, given):
            yield path, "code-package", f"{box.name} {box.version}: {message}"


def _family(
    item: Known, ids: frozenset[str], organisations: frozenset[str], libraries: frozenset[str]
) -> Iterator[str]:
    """What is wrong with one family by itself."""
    if not _ID.fullmatch(item.id):
        yield "its id has other characters than small letters, digits and hyphens"
    if item.entity and item.entity not in organisations:
        yield f"unknown organisation {item.entity!r}"
    if item.library and item.library not in libraries:
        yield f"unknown library {item.library!r}"
    yield from (f"contains an unknown family {name!r}" for name in item.contains if name not in ids)
    yield from (f"{prefix!r} is no prefix of a class" for prefix in item.classes if not _PREFIX.fullmatch(prefix))


def _package(box: Package, ids: frozenset[str], given: dict[tuple[str, str], Package]) -> Iterator[str]:
    """What is wrong with one package; `given` says which of those before it gives a family and version."""
    yield from faults(box, (file.sha256 for file in box.files), filter(None, [box.date]))
    for file in box.files:
        if not file.parts and not file.background:
            yield f"{file.path}: gives no family and is no ordinary app"
        for part in file.parts:
            if part.family not in ids:
                yield f"{file.path}: unknown family {part.family!r}"
            if bool(part.version) == (part.stated == "none"):
                yield f"{file.path}: {part.family} has a version and says what states it, or has neither"
            if given.setdefault((part.family, part.version), box) is not box:
                yield f"{file.path}: {part.family} {part.version or '(no version)'} is of another package too"
