"""The APK Signing Block: where it is, what blocks it holds, and the certificates inside them, as bytes.

Sources: AOSP "APK Signature Scheme v2" (layout of the block and of a v2 signer), "APK Signature Scheme v3" and "v3.1"
(signer with SDK range), apksig's source stamp block. Nothing is verified here. All numbers are little-endian.
"""

import struct
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import msgspec

from affidavit.artefact.directory import find_directory
from affidavit.artefact.notes import Notes
from affidavit.signing.fields import BoundError, BrokenFieldError, Fields
from affidavit.signing.sections import FOOTER, MAGIC

_PROOF_OF_ROTATION = 0x3BA06F8C
_MAX_PAIRS = 256
_MAX_SCANNED = 1 << 18
_MAX_SIGNERS = 16
_MAX_CERTIFICATES = 64
_MAX_CERTIFICATE = 64 << 10

V2_BLOCK: Final = 0x7109871A
V3_BLOCK: Final = 0xF05368C0
V31_BLOCK: Final = 0x1B93AD61
SCHEMES = {
    V2_BLOCK: "v2",
    V3_BLOCK: "v3",
    V31_BLOCK: "v3.1",
    0x2B09189E: "source-stamp",
    0x6DFF800D: "source-stamp",
    0x42726577: "padding",
    0x504B4453: "dependency-info",
    0x2146444E: "play-metadata",
}
"""Vocabulary word of each block id that is known; any other is ``unknown``."""


class Block(msgspec.Struct, frozen=True):
    """One id-value pair: `offset` and `size` are those of the value in the container."""

    block_id: int
    offset: int
    size: int

    @property
    def scheme(self) -> str:
        """The vocabulary word of its id."""
        return SCHEMES.get(self.block_id, "unknown")


class SignedCertificate(msgspec.Struct, frozen=True):
    """A certificate's bytes: `offset` in the container, number of its `signer`, `position` in that signer's list.

    `lineage` is true when the list is that of the keys which the signer had over time (v3 proof of rotation).
    """

    signer: int
    position: int
    offset: int
    der: bytes
    lineage: bool = False


class Signers(msgspec.Struct, frozen=True):
    """What a signer list says: how many signers (-1 when it is broken before the first), and their certificates."""

    count: int
    certificates: tuple[SignedCertificate, ...]
    fault: str = ""


class Pairs(msgspec.Struct, frozen=True):
    """The pairs of a block.

    Attributes:
        blocks: in their order; past `_MAX_PAIRS`, only the first of each scheme.
        fault: what is wrong with their lengths, or how many were left out.
        unread: why blocks may be there that were not looked for; empty when all were.
    """

    blocks: list[Block]
    fault: str = ""
    unread: str = ""


def find_blocks(view: memoryview) -> tuple[list[Block], str]:
    """The pairs of the APK Signing Block of a container, in their order; and what is wrong with it, or an empty text.

    The block lies directly before the central directory; without its magic there, there is none: no pairs, no fault.
    """
    directory = find_directory(view, Notes([]), "")
    end = directory.start if directory else 0
    if end < 32 or bytes(view[end - 16 : end]) != MAGIC:
        return [], ""
    size, _ = FOOTER.unpack_from(view, end - FOOTER.size)
    start = end - 8 - size
    if size < FOOTER.size or start < 0:
        return [], f"the block's size field says {size} bytes, which does not fit before the central directory"
    fault = "" if struct.unpack_from("<Q", view, start)[0] == size else "the block's two size fields differ"
    pairs = read_pairs(view, start + 8, end - FOOTER.size)
    return pairs.blocks, fault or pairs.fault


def read_pairs(view: memoryview, at: int, last: int) -> Pairs:
    """The id-value pairs between two offsets. Android reads them until it comes to the id that it looks for."""
    blocks: list[Block] = []
    seen: set[int] = set()
    count = 0
    while at + 12 <= last:
        length, block_id = struct.unpack_from("<QI", view, at)
        if length < 4 or at + 8 + length > last:
            return Pairs(blocks, f"pair {count} has the length {length}, which passes the block's end")
        if count == _MAX_SCANNED:
            unread = f"the block has more than {_MAX_SCANNED} pairs; the rest was not read"
            return Pairs(blocks, unread, unread)
        if count < _MAX_PAIRS or (block_id in SCHEMES and block_id not in seen):
            blocks.append(Block(block_id, at + 12, length - 4))
            seen.add(block_id)
        count += 1
        at += 8 + length
    if count > _MAX_PAIRS:
        return Pairs(
            blocks, f"the block has {count} pairs, more than {_MAX_PAIRS}; of the rest, only schemes are listed"
        )
    return Pairs(blocks, "" if at == last else f"{last - at} bytes after the last pair belong to none")


def read_signers(view: memoryview, block: Block) -> Signers:
    """Signers and certificates of a v2, v3, v3.1 or source stamp block; other blocks have none (count -1, no fault)."""
    reading = _READINGS.get(block.scheme)
    if reading is None:
        return Signers(-1, ())
    found: list[SignedCertificate] = []
    count = -1
    try:
        for number, certificate in reading(Fields(view, block.offset, block.offset + block.size)):
            count = number
            if certificate:
                found.append(certificate)
    except (BrokenFieldError, BoundError) as error:
        return Signers(count, tuple(found), str(error))
    return Signers(max(count, 0), tuple(found))


def _signer_list(value: Fields, *, levels: bool = False) -> Iterator[tuple[int, SignedCertificate | None]]:
    """A sequence of signers, each starting with its signed data, which is digests, then certificates.

    In v3 (`levels`) two SDK levels follow, then attributes, one of which may be the lineage.
    """
    for number, signer in enumerate(value.inner().items(_MAX_SIGNERS, "signers")):
        yield number + 1, None
        signed = signer.inner()
        signed.inner()
        for position, item in enumerate(signed.inner().items(_MAX_CERTIFICATES, "certificates")):
            yield number + 1, _certificate(item, number, position)
        if levels:
            signed.level()
            signed.level()
            for past in _lineage(signed.inner(), number):
                yield number + 1, past


def _lineage(attributes: Fields, signer: int) -> Iterator[SignedCertificate]:
    """Certificates of the proof of rotation, oldest first (AOSP "APK Signature Scheme v3", proof-of-rotation struct).

    It is a version, then nodes, each starting with a signed part, which starts with its certificate.
    """
    for item in attributes.items(_MAX_CERTIFICATES, "attributes"):
        if len(item) < 8 or item.number() != _PROOF_OF_ROTATION:
            continue
        item.number()
        for position, node in enumerate(item.items(_MAX_CERTIFICATES, "keys in a lineage")):
            yield _certificate(node.inner().inner(), signer, position, lineage=True)


def _stamp(value: Fields) -> Iterator[tuple[int, SignedCertificate | None]]:
    """Source stamp: one signer, whose block starts with its certificate."""
    yield 1, _certificate(value.inner().inner(), 0, 0)


_Reading = Callable[[Fields], Iterator[tuple[int, SignedCertificate | None]]]

_V3 = partial(_signer_list, levels=True)
_READINGS: dict[str, _Reading] = {"v2": _signer_list, "v3": _V3, "v3.1": _V3, "source-stamp": _stamp}


def _certificate(item: Fields, signer: int, position: int, *, lineage: bool = False) -> SignedCertificate:
    return SignedCertificate(signer, position, item.at, item.rest(_MAX_CERTIFICATE, "a certificate"), lineage)
