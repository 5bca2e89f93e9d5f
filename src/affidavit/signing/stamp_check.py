"""Whether the block of a source stamp holds: its certificate, its signatures, its attributes.

Sources: AOSP apksig and frameworks/base, ``SourceStampVerifier`` of each.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from affidavit.artefact.part import Part
from affidavit.model.signing import Issue
from affidavit.signing.algorithms import Algorithm, algorithms
from affidavit.signing.block import Block
from affidavit.signing.fields import Fields
from affidavit.signing.keys import holds, key_of
from affidavit.signing.outcome import Located
from affidavit.signing.signer import FaultError, unusable_as
from affidavit.signing.stamp_attributes import Attributes, read_attributes

V1_STAMP: Final = 0x2B09189E
V2_STAMP: Final = 0x6DFF800D
ENTRY: Final = "stamp-cert-sha256"
"""The entry that holds the SHA-256 of the stamp's certificate; as the signatures cover it, no other can be put in."""
NAMES: Final = {1: "v1", 2: "v2", 3: "v3", 31: "v3.1"}
"""Schemes by the numbers that stamps have for them."""
_MAX_ITEMS: Final = 64
_MAX_CERTIFICATE: Final = 64 << 10
_MAX_SIGNATURE: Final = 64 << 10
_MAX_ATTRIBUTES: Final = 1 << 20


class Found(msgspec.Struct):
    """What was found of a stamp so far.

    Attributes:
        certificate: the stamp's, when it can be read.
        algorithms: those whose signatures hold, in words.
        stamped: the schemes whose digests are signed.
        attributes: those of the stamp.
        issues: errors and warnings.
        undetermined: why it could not be checked to the end.
    """

    certificate: Located | None = None
    algorithms: tuple[str, ...] = ()
    stamped: tuple[int, ...] = ()
    attributes: Attributes = Attributes()
    issues: tuple[Issue, ...] = ()
    undetermined: str = ""

    def add(self, word: str, detail: str, *, error: bool = True) -> None:
        """Add an issue once; `word` without its prefix, `detail` without its full stop."""
        issue = Issue(f"source-stamp-{word}", f"{detail}.", error)
        self.issues = tuple(dict.fromkeys((*self.issues, issue)))


def check_block(found: Found, container: Part, block: Block, expected: bytes, digests: Mapping[int, bytes]) -> None:
    """Check certificate, then signatures, then attributes of a stamp; the first fault ends it.

    Args:
        found: what is found is put in here.
        container: the APK.
        block: of the stamp.
        expected: SHA-256 of the certificate that the APK announces.
        digests: by scheme, what must have been signed.

    Raises:
        FaultError: the stamp does not hold.
        BrokenFieldError: its block cannot be followed.
        BoundError, UnsupportedKeyError: it could not be checked to the end.
    """
    body = Fields(container.view, block.offset, block.offset + block.size).inner()
    der = body.inner()
    certificate = Located(der.rest(_MAX_CERTIFICATE, "a certificate"), container.prefix.removesuffix("!/"), der.at)
    with unusable_as("malformed-certificate", "the stamp's certificate: "):
        key = key_of(certificate.der)
    found.certificate = certificate
    actual = hashlib.sha256(certificate.der).digest()
    if actual != expected:
        raise FaultError(
            "certificate-mismatch-between-signature-block-and-apk",
            f"the stamp's certificate has the SHA-256 {actual.hex()}, the entry {ENTRY} says {expected[:64].hex()}",
        )
    if block.block_id == V1_STAMP:
        for newest in sorted(digests.keys() - {31})[-1:]:
            _one(found, key, newest, digests[newest], body.inner())
        return
    _every(found, key, body, digests)
    if len(body):
        signed = body.inner()
        data = signed.rest(_MAX_ATTRIBUTES, "the stamp's attributes")
        _signature(found, key, data, body.inner(), "the stamp's attributes")
        found.attributes = read_attributes(signed, certificate)
        found.issues += found.attributes.notes


def _every(found: Found, key: bytes, body: Fields, digests: Mapping[int, bytes]) -> None:
    """The signatures of a stamp of the second kind: one list for each scheme."""
    lists = {item.number(): item.inner() for item in body.inner().items(_MAX_ITEMS, "stamped schemes")}
    for scheme, data in digests.items():
        if scheme == 31:
            detail = "the stamp does not sign the digests of v3.1"
            found.add("signature-scheme-not-available", detail, error=False)
        elif scheme not in lists:
            detail = f"the file has a signature of {NAMES[scheme]}, whose digests the stamp does not sign"
            raise FaultError("no-signature", detail)
        else:
            _one(found, key, scheme, data, lists[scheme])


def _one(found: Found, key: bytes, scheme: int, data: bytes, signatures: Fields) -> None:
    """The signature over the digests of one scheme."""
    if not data:
        raise FaultError("nothing-signed", f"{NAMES[scheme]} states no digest that the stamp could sign")
    _signature(found, key, data, signatures, f"the digests of {NAMES[scheme]}")
    found.stamped = (*found.stamped, scheme)


def _signature(found: Found, key: bytes, data: bytes, signatures: Fields, what: str) -> None:
    """The strongest signature of a list whose algorithm is known."""
    known = list(_known(found, signatures))
    if not known:
        raise FaultError("no-signature", f"no signature of a known algorithm over {what}")
    algorithm, signature = max(known, key=lambda item: item[0].strength)
    with unusable_as("verify-exception", f"{algorithm.title} over {what}: "):
        fits = holds(key, algorithm.family, algorithm.digest, signature, data)
    if not fits:
        raise FaultError("did-not-verify", f"the {algorithm.title} signature does not fit {what}")
    found.algorithms = tuple(dict.fromkeys((*found.algorithms, algorithm.title)))


def _known(found: Found, signatures: Fields) -> Iterator[tuple[Algorithm, bytes]]:
    """The signatures whose algorithm is known; the others are noted."""
    for item in signatures.items(_MAX_ITEMS, "signatures"):
        number = item.number()
        signature = item.inner().rest(_MAX_SIGNATURE, "a signature")
        if algorithm := algorithms().get(number):
            yield algorithm, signature
        else:
            detail = f"a signature of the unknown algorithm {number:#x} was passed over"
            found.add("unknown-sig-algorithm", detail, error=False)
