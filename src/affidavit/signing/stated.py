"""The digests of an APK's contents that its signers state, as they stand in the file: a source stamp signs them again.

Nothing is verified here: whether a signer's digests are those of the file is what the check of its scheme says.
Sources: AOSP "APK Signature Scheme v2" and "v3" (signed data); apksig, ``ContentDigestAlgorithm`` (the ids) and
``encodeAsSequenceOfLengthPrefixedPairsOfIntAndLengthPrefixedBytes`` (the bytes that a stamp signs).
"""

import hashlib
import struct
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import msgspec

from affidavit.signing.algorithms import Content, algorithms
from affidavit.signing.block import Block
from affidavit.signing.fields import BrokenFieldError, Fields

CONTENT_IDS: Final[dict[Content, int]] = {"chunked-sha256": 1, "chunked-sha512": 2, "verity-sha256": 3}
MANIFEST_ID: Final = 4
"""Content digest of scheme v1: SHA-256 over ``META-INF/MANIFEST.MF``."""
_MAX_SIGNERS: Final = 64
_MAX_DIGESTS: Final = 64
_MAX_DIGEST: Final = 1 << 10


class Stated(msgspec.Struct, frozen=True):
    """What one signer states.

    Attributes:
        certificate: offset of its own certificate's bytes in the container; -1 without one.
        digests: by content digest id; of several for one id the last.
    """

    certificate: int
    digests: dict[int, bytes]


def stated(view: memoryview, block: Block) -> tuple[Stated, ...]:
    """What each signer of a v2, v3 or v3.1 block states, in the block's order. Unknown algorithms are passed over.

    Raises:
        BrokenFieldError: a length passes what holds it.
        BoundError: the block has more signers or digests than are read here.
    """
    signers = Fields(view, block.offset, block.offset + block.size).inner()
    return tuple(_signer(signer) for signer in signers.items(_MAX_SIGNERS, "signers"))


def stated_by(view: memoryview, block: Block, certificate: int) -> dict[int, bytes]:
    """The digests of the signer whose own certificate is at an offset; signers that cannot be followed are passed over.

    Raises:
        BrokenFieldError: the list of signers passes the block's end.
        BoundError: the block has more signers or digests than are read here.
    """
    signers = Fields(view, block.offset, block.offset + block.size).inner()
    for signer in signers.items(_MAX_SIGNERS, "signers"):
        with suppress(BrokenFieldError):
            if (found := _signer(signer)).certificate == certificate:
                return found.digests
    return {}


def _signer(signer: Fields) -> Stated:
    signed = signer.inner()
    digests: dict[int, bytes] = {}
    for item in signed.inner().items(_MAX_DIGESTS, "digests of one signer"):
        algorithm = algorithms().get(item.number())
        value = item.inner().rest(_MAX_DIGEST, "a digest")
        if algorithm:
            digests[CONTENT_IDS[algorithm.content]] = value
    certificates = signed.inner()
    return Stated(certificates.inner().at if len(certificates) else -1, digests)


def merged(signers: tuple[Stated, ...]) -> dict[int, bytes]:
    """The digests of all signers by id; where several state one, the last signer's, as apksig and Android take it."""
    return {number: value for signer in signers for number, value in signer.digests.items()}


def manifest_digest(manifest: bytes) -> dict[int, bytes]:
    """The digests that scheme v1 counts as stating: that of its manifest."""
    return {MANIFEST_ID: hashlib.sha256(manifest).digest()}


def signed_bytes(digests: Mapping[int, bytes]) -> bytes:
    """What a source stamp signs of a scheme: its content digests in the order of their ids."""
    return b"".join(
        struct.pack("<III", 8 + len(value), number, len(value)) + value for number, value in sorted(digests.items())
    )
