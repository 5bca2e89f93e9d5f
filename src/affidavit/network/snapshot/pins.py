"""Packages of registries that have tables of networks: which, by digest, of which day, under which licence."""

from collections.abc import Iterator, Mapping
from functools import cache

from msgspec import Struct

from affidavit.knowledge import load
from affidavit.knowledge.pinned import Pinned, faults
from affidavit.network.snapshot.table import TABLES


class Member(Struct, frozen=True, forbid_unknown_fields=True):
    """A file in a package.

    Attributes:
        path: in the package. sha256: of the file, in hex. table: what it holds, where it does not tell itself.
        date: of its data, where it is another one than the package's.
    """

    path: str
    sha256: str
    table: str = ""
    date: str = ""


class Package(Pinned, frozen=True, forbid_unknown_fields=True):
    """A package with the files that are read of it.

    Attributes:
        date: of its data, ISO. licence, attribution: of the data, not of the code around it.
        ship: whether its tables are in the snapshot that comes along; `why`: why not.
        files: those that are read.
    """

    date: str
    licence: str
    attribution: str
    ship: bool
    files: tuple[Member, ...]
    why: str = ""


class PackageDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of ``knowledge/network_packages``."""

    source: str
    licence: str
    packages: tuple[Package, ...]


class Known(Struct, frozen=True):
    """What is known of a file by its digest."""

    name: str
    date: str
    licence: str
    attribution: str
    table: str


REGISTRIES: Mapping[str, str] = {"npm": "npm", "pypi": "PyPI", "debian": "Debian"}


@cache
def packages() -> tuple[Package, ...]:
    """Every package.

    Raises:
        KnowledgeError: it was not compiled, or breaks its schema.
    """
    documents = load("network_packages", PackageDocument)
    return tuple(package for path in sorted(documents) for package in documents[path].packages)


@cache
def by_digest() -> Mapping[str, Known]:
    """What is known of a file, by its SHA-256."""
    return {
        member.sha256: Known(
            f"{REGISTRIES[package.registry]} {package.name} {package.version}",
            member.date or package.date,
            package.licence,
            package.attribution,
            member.table,
        )
        for package in packages()
        for member in package.files
    }


def problems(documents: Mapping[str, PackageDocument]) -> Iterator[tuple[str, str]]:
    """Path of the document and what is wrong with it."""
    for path, document in sorted(documents.items()):
        for package in document.packages:
            where = f"{package.name} {package.version}"
            days = (package.date, *(member.date for member in package.files if member.date))
            for fault in faults(package, (member.sha256 for member in package.files), days):
                yield path, f"{where}: {fault}"
            for member in package.files:
                if member.table and member.table not in TABLES:
                    yield path, f"{where}: {member.path}: no kind of table is called {member.table!r}"
            if not package.ship and not package.why:
                yield path, f"{where}: is not shipped, and does not say why"
