"""The blobs of a code signature: a super blob that holds code directories, requirements, entitlements and the CMS.

Source: Apple's ``cs_blobs.h`` (XNU, ``osfmk/kern``). All numbers are big-endian.
"""

import hashlib
import struct
from typing import Final

from msgspec import Struct

SUPER, DIRECTORY, REQUIREMENTS, CMS = 0xFADE0CC0, 0xFADE0C02, 0xFADE0C01, 0xFADE0B01
ENTITLEMENTS, ENTITLEMENTS_DER = 0xFADE7171, 0xFADE7172
SLOT_DIRECTORY, SLOT_REQUIREMENTS, SLOT_ENTITLEMENTS, SLOT_DER, SLOT_CMS = 0, 2, 5, 7, 0x10000
SLOT_INFO, SLOT_RESOURCES = 1, 3
_ALTERNATES: Final = range(0x1000, 0x1005)
SEALS: Final = {
    1: "info",
    2: "requirements",
    3: "resources",
    4: "application",
    5: "entitlements",
    7: "entitlements-der",
}
"""What the special slots hold digests of (CSSLOT_*); others are named ``slot-N``."""
DIGESTS: Final = {1: ("sha1", 20), 2: ("sha256", 32), 3: ("sha256", 20), 4: ("sha384", 48), 5: ("sha512", 64)}
"""Algorithm and length, in bytes, of each hash type (CS_HASHTYPE_*); type 3 is cut."""
FLAGS: Final = {
    0x2: "adhoc", 0x10: "forced-library-validation", 0x100: "hard", 0x200: "kill", 0x400: "expires", 0x800: "restrict",
    0x1000: "enforcement", 0x2000: "library-validation", 0x10000: "runtime", 0x20000: "linker-signed",
}  # fmt: skip
_MAX_BLOBS: Final = 64
_MAX_SPECIAL: Final = 64
_MAX_TEXT: Final = 1_024


class MalformedError(ValueError):
    """A structure of the signature does not hold together; the message says which."""


class Blob(Struct, frozen=True):
    """One blob: its `slot`, `magic`, `offset` in the image, and bytes with its header."""

    slot: int
    magic: int
    offset: int
    data: bytes

    @property
    def content(self) -> bytes:
        """The bytes after the header."""
        return self.data[8:]


class Directory(Struct, frozen=True):
    """A code directory.

    Attributes:
        blob: where it is. flags: as written. identifier, team: as written.
        digest: algorithm. width: bytes of each digest.
        page: bytes that each digest covers; 0 when one covers all. limit: bytes of the image that are covered.
        pages: their digests, end to end. special: digests by slot, without those that are all zero.
    """

    blob: Blob
    flags: int
    identifier: str
    team: str
    digest: str
    width: int
    page: int
    limit: int
    pages: bytes
    special: dict[int, bytes]

    def digest_of(self, data: bytes | memoryview) -> bytes:
        """The digest of bytes as this directory writes it."""
        return hashlib.new(self.digest, data, usedforsecurity=False).digest()[: self.width]

    @property
    def whole_digest(self) -> bytes:
        """The directory's own digest."""
        return hashlib.new(self.digest, self.blob.data, usedforsecurity=False).digest()

    @property
    def cdhash(self) -> bytes:
        """The first 20 bytes of its own digest: the name that Apple's systems know code by."""
        return self.whole_digest[:20]


def read_blobs(image: memoryview, offset: int, size: int) -> tuple[Blob, ...]:
    """The blobs of a code signature.

    Args:
        image: all bytes of the image.
        offset: where the signature starts.
        size: bytes of the signature.

    Raises:
        MalformedError: it does not lie in the image, or a blob does not lie in it.
    """
    end = offset + size
    if end > len(image) or size < 12:
        raise MalformedError(f"the signature of {size} bytes at {offset} does not lie in the image")
    magic, length, count = struct.unpack_from(">III", image, offset)
    if magic != SUPER or length > size or count > _MAX_BLOBS or 12 + 8 * count > length:
        raise MalformedError(f"the super blob's header says {count} blobs in {length} bytes (magic {magic:#x})")
    found: list[Blob] = []
    for number in range(count):
        slot, start = struct.unpack_from(">II", image, offset + 12 + 8 * number)
        if start < 12 + 8 * count or start + 8 > length:
            raise MalformedError(f"blob {number} is said to lie at {start} of {length} bytes")
        kind, extent = struct.unpack_from(">II", image, offset + start)
        if extent < 8 or start + extent > length:
            raise MalformedError(f"blob {number} has {extent} bytes, which do not lie in the signature")
        if any(blob.slot == slot for blob in found):
            raise MalformedError(f"two blobs are of slot {slot:#x}")
        if sum(len(blob.data) for blob in found) + extent > length:
            raise MalformedError("blobs share bytes")
        found.append(Blob(slot, kind, offset + start, bytes(image[offset + start : offset + start + extent])))
    return tuple(found)


def blob_at(blobs: tuple[Blob, ...], slot: int) -> Blob | None:
    """The blob of a slot."""
    return next((blob for blob in blobs if blob.slot == slot), None)


def read_directories(blobs: tuple[Blob, ...]) -> tuple[Directory, ...]:
    """The code directories: the primary one, over which the CMS signature is made, first.

    Raises:
        MalformedError: there is no primary one, or one cannot be read.
    """
    if blob_at(blobs, SLOT_DIRECTORY) is None:
        raise MalformedError("there is no code directory")
    chosen = [blob for blob in blobs if blob.slot == SLOT_DIRECTORY or blob.slot in _ALTERNATES]
    return tuple(_directory(blob) for blob in sorted(chosen, key=lambda blob: blob.slot))


def _directory(blob: Blob) -> Directory:
    data = blob.data
    if blob.magic != DIRECTORY or len(data) < 44:
        raise MalformedError(f"the blob of slot {blob.slot:#x} is no code directory")
    version, flags, hashes, identifier, special, codes, limit = struct.unpack_from(">7I", data, 8)
    width, kind, _, shift = data[36:40]
    name, expected = DIGESTS.get(kind, ("", 0))
    if not name or width != expected:
        raise MalformedError(f"digests of type {kind} with {width} bytes are not known")
    if special > _MAX_SPECIAL or hashes < special * width or hashes + codes * width > len(data) or shift > 31:
        raise MalformedError(f"{special} special and {codes} code digests do not lie in the code directory")
    wide = struct.unpack_from(">Q", data, 56)[0] if version >= 0x20300 and len(data) >= 64 else 0
    team = struct.unpack_from(">I", data, 48)[0] if version >= 0x20200 and len(data) >= 52 else 0
    return Directory(
        blob=blob,
        flags=flags,
        identifier=_text(data, identifier),
        team=_text(data, team) if team else "",
        digest=name,
        width=width,
        page=1 << shift if shift else 0,
        limit=wide or limit,
        pages=data[hashes : hashes + codes * width],
        special=_special(data, hashes, special, width),
    )


def _special(data: bytes, hashes: int, count: int, width: int) -> dict[int, bytes]:
    """Digests by special slot, which lie before the first page's, the first slot last; zeros stand for none."""
    found = {slot: data[hashes - slot * width : hashes - (slot - 1) * width] for slot in range(1, count + 1)}
    return {slot: digest for slot, digest in found.items() if any(digest)}


def _text(data: bytes, offset: int) -> str:
    """Text up to the next NUL."""
    return data[offset : offset + _MAX_TEXT].partition(b"\0")[0].decode("utf-8", "backslashreplace")
