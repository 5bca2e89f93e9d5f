"""The proof of rotation of a v3 signer: the keys that it had, oldest first, each of which signed its successor.

Source: AOSP "APK Signature Scheme v3" (proof-of-rotation struct) and frameworks/base ``verifyProofOfRotationStruct``. A
node's signature is by the node before it, with the algorithm that that one names and that the signed part repeats.
"""

from itertools import pairwise
from typing import Final

from msgspec import Struct

from affidavit.signing.algorithms import algorithms
from affidavit.signing.fields import BrokenFieldError, Fields
from affidavit.signing.keys import holds, key_of
from affidavit.signing.outcome import Located, Node
from affidavit.signing.signer import FaultError, unusable_as

VERSION: Final = 1
_MAX_NODES: Final = 32
_MAX_VALUE: Final = 64 << 10
_MAX_LINEAGE: Final = 64 << 10
"""Bytes of a whole lineage; a key needs 1 to 2 KB of it."""


class Lineage(Struct, frozen=True):
    """The keys, oldest first, and the struct's `version`, which Android reads and does not look at."""

    nodes: tuple[Node, ...]
    version: int


class _Link(Struct, frozen=True):
    """One node as bytes: `signed` holds the certificate and `names`, the algorithm that it was signed with."""

    signed: bytes
    certificate: Located
    names: int
    flags: int
    next_algorithm: int
    signature: bytes


def check_lineage(fields: Fields, entry: str) -> Lineage:
    """Read a proof of rotation and check each of its links.

    Args:
        fields: the attribute's value.
        entry: path of the container, for the certificates' places.

    Raises:
        FaultError: ``malformed-lineage``, ``por-did-not-verify``.
        BoundError: there are more keys than are read here.
        UnsupportedKeyError: a link is signed by a key that cannot be checked here.
    """
    fields.rest(_MAX_LINEAGE, "a lineage")
    try:
        version = fields.number()
        links = [_read(item, entry) for item in fields.items(_MAX_NODES, "keys in a lineage")]
    except BrokenFieldError as error:
        raise FaultError("malformed-lineage", str(error)) from error
    keys = _keys(links)
    for number, (older, newer) in enumerate(pairwise(links)):
        _check(keys[number], older, newer, number + 2)
    return Lineage(tuple(Node(link.certificate, link.flags) for link in links), version)


def _read(item: Fields, entry: str) -> _Link:
    """One node."""
    signed = item.inner()
    flags, algorithm = item.number(), item.number()
    signature = item.inner().rest(_MAX_VALUE, "a signature")
    whole = signed.rest(_MAX_VALUE, "a node's signed part")
    certificate = signed.inner()
    der = certificate.rest(_MAX_VALUE, "a certificate")
    return _Link(whole, Located(der, entry, certificate.at), signed.number(), flags, algorithm, signature)


def _check(key: bytes, older: _Link, newer: _Link, number: int) -> None:
    """Whether a key signed its successor."""
    algorithm = algorithms().get(older.next_algorithm)
    if algorithm is None:
        raise FaultError("por-did-not-verify", f"key {number} is signed with an unknown algorithm")
    if newer.names != older.next_algorithm:
        detail = f"key {number} names the algorithm {newer.names:#06x}, the key before it {older.next_algorithm:#06x}"
        raise FaultError("por-did-not-verify", detail)
    with unusable_as("por-did-not-verify", f"key {number - 1}: "):
        good = holds(key, algorithm.family, algorithm.digest, newer.signature, newer.signed)
    if not good:
        raise FaultError("por-did-not-verify", f"key {number} is not signed by the key before it")


def _keys(links: list[_Link]) -> list[bytes]:
    """The key of each certificate, which must come once."""
    seen: set[bytes] = set()
    keys: list[bytes] = []
    for number, link in enumerate(links):
        with unusable_as("por-did-not-verify", f"key {number + 1}: "):
            keys.append(key_of(link.certificate.der))
        if link.certificate.der in seen:
            raise FaultError("por-did-not-verify", f"key {number + 1} comes twice")
        seen.add(link.certificate.der)
    return keys
