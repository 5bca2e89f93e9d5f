"""The file of APK Signature Scheme v4 (``.idsig``) as plain values; nothing is checked here but lengths.

Sources: AOSP "APK Signature Scheme v4"; apksig, ``V4Signature`` (the layout, and the bytes that are signed); Linux as
Android has it, ``include/uapi/linux/incrementalfs.h`` (the largest size that a device takes). All numbers are
little-endian. After the signatures comes the hash tree of the APK, if the file has one.
"""

import struct
from typing import Final

import msgspec

from affidavit.signing.fields import BrokenFieldError, Fields
from affidavit.signing.outcome import Located
from affidavit.signing.signer import FaultError

VERSION: Final = 2
LARGEST: Final = 8096
"""Bytes that a device takes without the tree (``INCFS_MAX_SIGNATURE_SIZE``); its installer refuses more."""
_MAX_SIGNERS: Final = 64


class Hashing(msgspec.Struct, frozen=True):
    """How the tree is made: `algorithm` (1: SHA-256), `log2` of a block's size (12), `salt`; and the tree's `root`."""

    algorithm: int
    log2: int
    salt: bytes
    root: bytes


class Signing(msgspec.Struct, frozen=True):
    """One signature.

    Attributes:
        block: id of the block that it goes with; 0 for the first signature, which goes with v2 and v3.
        digest: of the APK's contents, as its v2 or v3 signer states it.
        certificate: empty bytes when there is none.
        additional: any bytes, signed too.
        key: SubjectPublicKeyInfo. algorithm: as in v2. signature: over `signed_bytes`.
    """

    block: int
    digest: bytes
    certificate: Located
    additional: bytes
    key: bytes
    algorithm: int
    signature: bytes


class IdsigFile(msgspec.Struct, frozen=True):
    """The whole file.

    Attributes:
        signings: the first signature, then those for other blocks.
        tree: the hash tree; None when the file ends before it. `cut` when it ends within it.
        trailing: bytes after the tree.
    """

    hashing: Hashing
    signings: tuple[Signing, ...]
    tree: memoryview | None
    cut: bool
    trailing: int

    def signing_for(self, block: int) -> Signing | None:
        """The signature that goes with a block: the first of that id."""
        return next((item for item in self.signings if item.block == block), None)


def read_idsig(data: bytes, entry: str) -> IdsigFile:
    """Read a v4 file.

    Args:
        data: the file.
        entry: its path, for the certificates' places; empty when it has none that could be cited.

    Raises:
        FaultError: ``v4-sig-malformed-signers``, ``v4-sig-version-not-current``, ``v4-sig-too-large``.
    """
    try:
        return _read(Fields(memoryview(data), 0, len(data)), entry)
    except BrokenFieldError as error:
        raise FaultError("v4-sig-malformed-signers", f"the v4 file cannot be followed: {error}") from error


def _read(fields: Fields, entry: str) -> IdsigFile:
    version = fields.number()
    if version != VERSION:
        raise FaultError(
            "v4-sig-version-not-current", f"the v4 file has the version {version}, Android knows {VERSION}"
        )
    hashing, signings = fields.inner(), fields.inner()
    if fields.at > LARGEST:
        detail = f"the v4 file has {fields.at} bytes before its tree, Android takes {LARGEST}"
        raise FaultError("v4-sig-too-large", detail)
    found = [_signing(signings, 0, entry)]
    while len(signings):
        if len(found) == _MAX_SIGNERS:
            raise FaultError("v4-sig-malformed-signers", f"the v4 file has more than {_MAX_SIGNERS} signatures")
        block = signings.number()
        found.append(_signing(signings.inner(), block, entry))
    tree, cut = _tree(fields)
    return IdsigFile(_hashing(hashing), tuple(found), tree, cut, len(fields))


def _hashing(fields: Fields) -> Hashing:
    algorithm = fields.number()
    (log2,) = fields.rest(LARGEST, "how the tree is made")[:1] or (0,)
    following = Fields(fields.view, fields.at + 1, max(fields.at + 1, fields.end))
    return Hashing(algorithm, log2, _value(following), _value(following))


def _signing(fields: Fields, block: int, entry: str) -> Signing:
    digest, certificate = _value(fields), fields.inner()
    place = Located(certificate.rest(LARGEST, "a certificate"), entry, certificate.at if entry else -1)
    additional, key = _value(fields), _value(fields)
    return Signing(block, digest, place, additional, key, fields.number(), _value(fields))


def _value(fields: Fields) -> bytes:
    return fields.inner().rest(LARGEST, "a value")


def _tree(fields: Fields) -> tuple[memoryview | None, bool]:
    """The tree, and whether the file ends within it."""
    if not len(fields):
        return None, False
    try:
        tree = fields.inner()
    except BrokenFieldError:
        fields.at = fields.end
        return None, True
    return tree.view[tree.at : tree.end], False


def signed_bytes(size: int, hashing: Hashing, signing: Signing) -> bytes:
    """What a signature is over: the APK's size, how its tree is made, and the signer's digest, certificate and data."""
    values = (hashing.salt, hashing.root, signing.digest, signing.certificate.der, signing.additional)
    body = struct.pack("<QIB", size, hashing.algorithm, hashing.log2)
    body += b"".join(struct.pack("<I", len(value)) + value for value in values)
    return struct.pack("<I", 4 + len(body)) + body
