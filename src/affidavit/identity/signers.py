"""Whose certificates sign an app: verified certificates looked up in the registry of known signers.

A name in a certificate is what its maker wrote. The registry names a holder only with a source from outside the file.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal

from msgspec import Struct

from affidavit.facts.reading import make_fact
from affidavit.knowledge import load
from affidavit.model.fact import Fact
from affidavit.model.signing import Certificate, KnownSigner

NAME = "signers"
VERSION = 1


class KnownKey(Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the registry; see `KnownSigner`."""

    holder: str
    what: str
    key: Literal["public-key", "maker", "store", "sample"]
    confidence: Literal["H", "M", "L"]
    source: str


class KnownKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of ``knowledge/signers``; keys are SHA-256 (hex) of certificates."""

    source: str
    licence: str
    signers: dict[str, KnownKey]


@cache
def known_keys() -> dict[str, KnownKey]:
    """The registry.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    return {digest: key for file in load("signers", KnownKeys).values() for digest, key in file.signers.items()}


def extract(facts: Iterable[Fact]) -> Iterator[Fact]:
    """A fact for each certificate that is verified and known, at the place of its first appearance.

    Raises:
        KnowledgeError: as `known_keys`.
    """
    seen: set[str] = set()
    for fact in facts:
        what = fact.what
        if isinstance(what, Certificate) and what.verified and what.sha256 not in seen and what.sha256 in known_keys():
            seen.add(what.sha256)
            yield make_fact(signer_of(what.sha256), fact.place, f"{NAME}/{VERSION}")


def signer_of(sha256: str) -> KnownSigner:
    """What the registry says of a certificate in it.

    Raises:
        KeyError: it is not in it.
    """
    known = known_keys()[sha256]
    return KnownSigner(sha256, known.holder, known.what, known.key, known.source, known.confidence)
