"""Signature files of scheme v4 for the tests: real trees and real signatures over real APKs, and every lie about them.

Layout: AOSP apksig, ``V4Signature``.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.builders.block_signing import EC, own_certificate, public_key, signed_by
from tests.builders.signing import prefixed
from tests.oracles import merkle

V31_BLOCK = 0x1B93AD61
ROOT = object()
"""Stands for the APK's own tree."""


@dataclass
class V4:
    """One signature to make; what is None is as it should be.

    `digest` is that of the v2 or v3 signer; `signature` replaces the one that is made.
    """

    digest: bytes
    kind: str = "ec"
    algorithm: int = EC
    certificate: bytes | None = None
    additional: bytes = b""
    key: bytes | None = None
    signature: bytes | None = None
    block: int = V31_BLOCK

    @property
    def der(self) -> bytes:
        return own_certificate(self.kind) if self.certificate is None else self.certificate

    def make(self, size: int, hashing: bytes) -> bytes:
        """The signing info over an APK of a size."""
        body = struct.pack("<Q", size) + hashing
        body += prefixed(self.digest) + prefixed(self.der) + prefixed(self.additional)
        signed = struct.pack("<I", 4 + len(body)) + body
        signature = signed_by(self.kind, self.algorithm, signed) if self.signature is None else self.signature
        key = public_key(self.kind) if self.key is None else self.key
        values = prefixed(self.digest) + prefixed(self.der) + prefixed(self.additional) + prefixed(key)
        return values + struct.pack("<I", self.algorithm) + prefixed(signature)


@dataclass
class IdsigOf:
    """The v4 file of an APK; `more` are the signatures after the first. `tree` may be left out (None) or replaced."""

    apk: bytes
    first: V4
    more: Sequence[V4] = ()
    version: int = 2
    algorithm: int = 1
    log2: int = 12
    salt: bytes = b""
    root: bytes | None = None
    tree: bytes | object | None = field(default_factory=lambda: ROOT)
    size: int | None = None
    trailing: bytes = b""

    def make(self) -> bytes:
        root = merkle.root(self.apk) if self.root is None else self.root
        hashing = struct.pack("<IB", self.algorithm, self.log2) + prefixed(self.salt) + prefixed(root)
        size = len(self.apk) if self.size is None else self.size
        signings = self.first.make(size, hashing)
        signings += b"".join(struct.pack("<I", item.block) + prefixed(item.make(size, hashing)) for item in self.more)
        tree = merkle.tree(self.apk) if self.tree is ROOT else self.tree
        end = prefixed(tree) if isinstance(tree, bytes) else b""
        return struct.pack("<I", self.version) + prefixed(hashing) + prefixed(signings) + end + self.trailing
