"""Which algorithms a JAR signature may use at which API level, and which digests of a manifest a platform picks."""

import base64
import binascii
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from msgspec import Struct

from affidavit.knowledge import load
from affidavit.model.signing import ANY_LEVEL
from affidavit.signing.algorithms import DigestName, Family

JAVA: Final = -1
"""Stands where an API level is asked for: the rules of Java's own JAR files (JDK, ``sun.security.util``)."""
NEWER: Final = 18
"""First API level that picks the strongest digest that it knows, instead of going by ``Digest-Algorithms``."""

_MOST: Final = 100
"""Most algorithms of a ``Digest-Algorithms`` attribute that are looked at."""


class Kind(Struct, frozen=True, forbid_unknown_fields=True):
    """A signature algorithm; `digest` is empty where the SignerInfo's digest algorithm decides."""

    name: str
    family: Family
    digest: DigestName | None = None


class Support(Struct, frozen=True, forbid_unknown_fields=True):
    """Signature algorithms (names) that go with a digest algorithm in some ranges of API levels."""

    digest: DigestName
    signatures: tuple[str, ...]
    levels: tuple[tuple[int, ...], ...]


class ManifestDigest(Struct, frozen=True, forbid_unknown_fields=True):
    """A digest algorithm of manifests: see the head of ``knowledge/jar_signatures/algorithms.yaml``."""

    digest: DigestName
    title: str
    newer: str
    names: tuple[str, ...]
    since: int


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of ``knowledge/jar_signatures``; digests and signatures by object identifier."""

    source: str
    licence: str
    digests: dict[str, DigestName]
    signatures: dict[str, Kind]
    families: dict[str, str]
    support: tuple[Support, ...]
    manifest: tuple[ManifestDigest, ...]
    critical: dict[str, str]


class Pair(Struct, frozen=True):
    """How the signature of a SignerInfo is to be checked.

    Attributes:
        family: of the key. digest: over what is signed. attribute: over the signature file, in signed attributes.
        levels: ranges of API levels that know the pair, both ends included.
        title: in words.
    """

    family: Family
    digest: DigestName
    attribute: DigestName
    levels: tuple[tuple[int, int], ...]
    title: str

    def known_at(self, level: int) -> bool:
        """Whether a level knows it. Java's rules are those of the newest level."""
        asked = ANY_LEVEL if level == JAVA else level
        return any(first <= asked <= last for first, last in self.levels)


class Wanted(Struct, frozen=True):
    """A digest that a section states: its name as in the file, the algorithm, and the bytes (empty: no base64)."""

    name: str
    digest: DigestName
    expected: bytes


@cache
def table() -> Table:
    """The knowledge.

    Raises:
        KnowledgeError: knowledge was not compiled.
    """
    return load("jar_signatures", Table)["algorithms"]


@cache
def pairs() -> dict[tuple[str, str], Pair]:
    """Every pair that any level knows, by the object identifiers of its digest and signature algorithm."""
    known, found = table(), {}
    digests = {name: identifier for identifier, name in known.digests.items()}
    kinds = {kind.name: (identifier, kind) for identifier, kind in known.signatures.items()}
    for row in known.support:
        levels = tuple((item[0], item[1] if len(item) > 1 else ANY_LEVEL) for item in row.levels)
        for name in row.signatures:
            identifier, kind = kinds[name]
            digest = kind.digest or row.digest
            title = f"{known.families[kind.family]} with {digest_title(digest)}"
            found[digests[row.digest], identifier] = Pair(kind.family, digest, row.digest, levels, title)
    return found


def digest_title(digest: DigestName) -> str:
    """``SHA-256``, ``MD5``."""
    return digest.upper().replace("SHA", "SHA-")


def digest_class(level: int) -> int:
    """The lowest level that picks the same digests of a manifest as this one."""
    return level if level == JAVA else max(first for first in (0, 9, NEWER) if first <= max(level, 0))


def wanted(attributes: Mapping[str, bytes], suffix: str, level: int) -> tuple[Wanted, ...]:
    """The digests that a platform compares: one, or none when the section states none that the level knows.

    Java compares all that it knows.

    Args:
        attributes: of a section, names in lower case.
        suffix: of the attributes' names (``-Digest``, ``-Digest-Manifest``).
        level: API level, or `JAVA`.
    """
    found = []
    order = attributes.get("digest-algorithms") if JAVA < level < NEWER else None
    for key, name, digest in _keys(suffix, digest_class(level), order):
        value = attributes.get(key)
        if value is not None:
            found.append(Wanted(name, digest, _bytes(value)))
            if level != JAVA:
                break
    return tuple(found)


@lru_cache(maxsize=64)
def _keys(suffix: str, level: int, order: bytes | None) -> tuple[tuple[str, str, DigestName], ...]:
    """The attributes to look for, in the order of preference: name in lower case, name, algorithm."""
    known = table().manifest
    if level == JAVA:
        names = [(name, item) for item in known for name in item.names]
    elif level < NEWER:
        stated = (b"SHA SHA1" if order is None else order).decode("utf-8", "replace").split()[:_MOST]
        names = [(name, item) for name in stated for item in _named(name) if item.since <= level]
    else:
        names = [(item.newer, item) for item in known if item.newer]
    return tuple(((name + suffix).lower(), name + suffix, item.digest) for name, item in names)


def _named(name: str) -> list[ManifestDigest]:
    """The algorithm of that name, letter case aside; none when it is not known."""
    return [item for item in table().manifest if name.upper() in item.names]


def _bytes(value: bytes) -> bytes:
    """What base64 text says; empty, which no digest is, when it is none."""
    try:
        return base64.b64decode(b"".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
