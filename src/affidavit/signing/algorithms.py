"""The signature algorithms of APK Signature Scheme v2 and later."""

from functools import cache
from typing import Literal

import msgspec

from affidavit.knowledge import load

Family = Literal["rsa", "rsa-pss", "ec", "dsa"]
DigestName = Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]
Content = Literal["chunked-sha256", "chunked-sha512", "verity-sha256"]


class Algorithm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One algorithm.

    Attributes:
        id: as it stands in the block.
        title: in words.
        family: of the key, with the padding. digest: over the signed data.
        content: which digest of the APK's contents a signature with it protects.
        min_sdk: first API level that knows it.
        strength: what a platform prefers, higher first.
    """

    id: int
    title: str
    family: Family
    digest: DigestName
    content: Content
    min_sdk: int
    strength: int


class Algorithms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of ``knowledge/signature_algorithms``."""

    source: str
    licence: str
    algorithms: tuple[Algorithm, ...]


@cache
def algorithms() -> dict[int, Algorithm]:
    """Every known algorithm by its id.

    Raises:
        KnowledgeError: knowledge was not compiled.
    """
    return {item.id: item for item in load("signature_algorithms", Algorithms)["block"].algorithms}
