"""The APK Signing Block: where it is, what blocks it holds, and the certificates inside them, as bytes.

Sources: AOSP "APK Signature Scheme v2" (layout of the block and of a v2 signer), "APK Signature Scheme v3" and "v3.1"
(signer with SDK range), apksig's source stamp block. Nothing is verified here. All numbers are little-endian.
"""

import struct
from collections.abc import Callable, Iterator
from functools import partial

import msgspec

from affidavit.artefact.directory import find_directory
from affidavit.artefact.notes import Notes

MAGIC = b"APK Sig Block 42"
_FOOTER = struct.Struct("<Q16s")
_PROOF_OF_ROTATION = 0x3BA06F8C
_MAX_PAIRS = 256
_MAX_SIGNERS = 64
_MAX_CERTIFICATES = 64
_MAX_CERTIFICATE = 64 << 10

SCHEMES = {
    0x7109871A: "v2",
    0xF05368C0: "v3",
    0x1B93AD61: "v3.1",
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


class _BrokenError(ValueError):
    """A length passes what holds it."""


def find_blocks(view: memoryview) -> tuple[list[Block], str]:
    """The pairs of the APK Signing Block of a container, in their order; and what is wrong with it, or an empty text.

    The block lies directly before the central directory; without its magic there, there is none: no pairs, no fault.
    """
    directory = find_directory(view, Notes([]), "")
    end = directory.start if directory else 0
    if end < 32 or bytes(view[end - 16 : end]) != MAGIC:
        return [], ""
    size, _ = _FOOTER.unpack_from(view, end - _FOOTER.size)
    start = end - 8 - size
    if size < 24 or start < 0:
        return [], f"the block's size field says {size} bytes, which does not fit before the central directory"
    fault = "" if struct.unpack_from("<Q", view, start)[0] == size else "the block's two size fields differ"
    blocks: list[Block] = []
    at, last = start + 8, end - _FOOTER.size
    while at + 12 <= last:
        length, block_id = struct.unpack_from("<QI", view, at)
        if length < 4 or at + 8 + length > last:
            return blocks, f"pair {len(blocks)} has the length {length}, which passes the block's end"
        if len(blocks) == _MAX_PAIRS:
            return blocks, f"the block has more than {_MAX_PAIRS} pairs; the rest was not read"
        blocks.append(Block(block_id, at + 12, length - 4))
        at += 8 + length
    return blocks, fault or ("" if at == last else f"{last - at} bytes after the last pair belong to none")


def read_signers(view: memoryview, block: Block) -> Signers:
    """Signers and certificates of a v2, v3, v3.1 or source stamp block; other blocks have none (count -1, no fault)."""
    reading = _READINGS.get(block.scheme)
    if reading is None:
        return Signers(-1, ())
    found: list[SignedCertificate] = []
    count = -1
    try:
        for number, certificate in reading(view, block.offset, block.offset + block.size):
            count = number
            if certificate:
                found.append(certificate)
    except (_BrokenError, struct.error) as error:
        return Signers(count, tuple(found), str(error) or "a structure passes the end of the block")
    return Signers(max(count, 0), tuple(found))


def _signer_list(
    view: memoryview, start: int, end: int, *, levels: bool = False
) -> Iterator[tuple[int, SignedCertificate | None]]:
    """A sequence of signers, each starting with its signed data, which is digests, then certificates.

    In v3 (`levels`) two SDK levels follow, then attributes, one of which may be the lineage.
    """
    inner = _prefixed(view, start, end)
    for number, (signer_start, signer_end) in enumerate(_sequence(view, *inner, _MAX_SIGNERS)):
        yield number + 1, None
        signed_start, signed_end = _prefixed(view, signer_start, signer_end)
        _, digests_end = _prefixed(view, signed_start, signed_end)
        certificates = _prefixed(view, digests_end, signed_end)
        for position, (at, stop) in enumerate(_sequence(view, *certificates, _MAX_CERTIFICATES)):
            yield number + 1, _certificate(view, number, position, at, stop)
        if levels:
            for past in _lineage(view, number, certificates[1] + 8, signed_end):
                yield number + 1, past


def _lineage(view: memoryview, signer: int, start: int, end: int) -> Iterator[SignedCertificate]:
    """Certificates of the proof of rotation, oldest first (AOSP "APK Signature Scheme v3", proof-of-rotation struct).

    It is a version, then nodes, each starting with a signed part, which starts with its certificate.
    """
    for at, stop in _sequence(view, *_prefixed(view, start, end), _MAX_CERTIFICATES):
        if stop - at < 8 or struct.unpack_from("<I", view, at)[0] != _PROOF_OF_ROTATION:
            continue
        for position, (node, node_end) in enumerate(_sequence(view, at + 8, stop, _MAX_CERTIFICATES)):
            signed = _prefixed(view, node, node_end)
            yield _certificate(view, signer, position, *_prefixed(view, *signed), lineage=True)


def _stamp(view: memoryview, start: int, end: int) -> Iterator[tuple[int, SignedCertificate | None]]:
    """Source stamp: one signer, whose block starts with its certificate."""
    inner = _prefixed(view, start, end)
    at, stop = _prefixed(view, *inner)
    yield 1, _certificate(view, 0, 0, at, stop)


_Reading = Callable[[memoryview, int, int], Iterator[tuple[int, SignedCertificate | None]]]

_V3 = partial(_signer_list, levels=True)
_READINGS: dict[str, _Reading] = {"v2": _signer_list, "v3": _V3, "v3.1": _V3, "source-stamp": _stamp}


def _certificate(
    view: memoryview, signer: int, position: int, start: int, end: int, *, lineage: bool = False
) -> SignedCertificate:
    """The certificate between two offsets."""
    if end - start > _MAX_CERTIFICATE:
        raise _BrokenError(f"a certificate of {end - start} bytes is larger than is read here ({_MAX_CERTIFICATE})")
    return SignedCertificate(signer, position, start, bytes(view[start:end]), lineage)


def _prefixed(view: memoryview, start: int, end: int) -> tuple[int, int]:
    """Start and end of the value at `start`, which has its length before it and must end by `end`."""
    if start + 4 > end:
        raise _BrokenError(f"at {start} a length is expected, but what holds it ends at {end}")
    (length,) = struct.unpack_from("<I", view, start)
    if start + 4 + length > end:
        raise _BrokenError(f"the length {length} at {start} passes the end of what holds it, {end}")
    return start + 4, start + 4 + length


def _sequence(view: memoryview, start: int, end: int, most: int) -> Iterator[tuple[int, int]]:
    """The values of a sequence, each with its length before it."""
    for _ in range(most):
        if start >= end:
            return
        at, start = _prefixed(view, start, end)
        yield at, start
    if start < end:
        raise _BrokenError(f"a sequence has more than {most} items; the rest was not read")
