"""Source stamps for the tests: real signatures over the digests of really signed APKs, and every lie about them.

Layouts: AOSP apksig, ``V1SourceStampSigner`` and ``V2SourceStampSigner``.
"""

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.builders.block_signing import (
    EC,
    Link,
    Signing,
    attribute,
    content_kind,
    lineage,
    own_certificate,
    plain_apk,
    record,
    signed_by,
    v3,
    value_of,
)
from tests.builders.signing import START, V2, V3, V31, block, name, prefixed, with_block
from tests.oracles import contents

V1_STAMP, V2_STAMP = 0x2B09189E, 0x6DFF800D
POR, TIME = 0x9D6303F7, 0xE43C5946
MANIFEST = b"Manifest-Version: 1.0\r\n\r\n"
IDS = {"chunked-sha256": 1, "chunked-sha512": 2, "verity-sha256": 3}


def encoded(digests: Mapping[int, bytes]) -> bytes:
    """What a stamp signs of one scheme."""
    return b"".join(prefixed(struct.pack("<I", number), prefixed(value)) for number, value in sorted(digests.items()))


def stamp_lineage(*links: Link, version: int = 1) -> bytes:
    """The attribute with the keys of the stamp's signer, oldest first."""
    whole = lineage(*links, version=version)
    return attribute(POR, whole[8:])


def stamp_time(seconds: int) -> bytes:
    """The attribute with the stamp's time."""
    return attribute(TIME, struct.pack("<q", seconds))


@cache
def odd_key() -> tuple[bytes, bytes]:
    """A certificate with a key on a curve that Android does not have, and that key."""
    private = ec.derive_private_key(7, ec.SECP256K1())
    own = name(CN="odd")
    builder = x509.CertificateBuilder().subject_name(own).issuer_name(own).public_key(private.public_key())
    builder = builder.serial_number(7).not_valid_before(START).not_valid_after(START.replace(year=2045))
    der = builder.sign(private, hashes.SHA256(), ecdsa_deterministic=True).public_bytes(serialization.Encoding.DER)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return der, private.public_key().public_bytes(serialization.Encoding.DER, form)


@dataclass
class Stamp:
    """One stamp to make; what is None is as it should be.

    `data` replaces what is signed by scheme, `left_out` names schemes that are not stamped; `signatures` replaces
    signatures by algorithm; `shown` are the attributes' bytes when they are not those that were signed.
    """

    kind: str = "stamp"
    algorithms: Sequence[int] = (EC,)
    attributes: Sequence[bytes] | None = None
    certificate: bytes | None = None
    data: Mapping[int, bytes] = field(default_factory=dict)
    left_out: Sequence[int] = ()
    signatures: Mapping[int, bytes] = field(default_factory=dict)
    shown: bytes | None = None
    old: bool = False

    @property
    def der(self) -> bytes:
        return own_certificate(self.kind) if self.certificate is None else self.certificate

    def signed(self, data: bytes) -> bytes:
        """The list of signatures over some bytes."""
        made = [record(item, self.signatures.get(item) or signed_by(self.kind, item, data)) for item in self.algorithms]
        return prefixed(*made)

    def make(self, digests: Mapping[int, bytes]) -> bytes:
        """The value of the stamp's block over what the schemes state."""
        digests = {**digests, **self.data}
        if self.old:
            newest = max(scheme for scheme in digests if scheme != 31)
            return prefixed(prefixed(self.der), self.signed(digests[newest]))
        lists = [
            prefixed(struct.pack("<I", scheme), self.signed(data))
            for scheme, data in sorted(digests.items())
            if scheme not in self.left_out
        ]
        more = b""
        if self.attributes is not None:
            attributes = prefixed(*self.attributes)
            more = prefixed(attributes if self.shown is None else self.shown) + self.signed(attributes)
        return prefixed(prefixed(self.der), prefixed(*lists), more)


@dataclass
class Stamped:
    """An APK to stamp: its signers by scheme, and its entries; `app` is its Android manifest."""

    v2: Sequence[Signing] | None = (Signing(),)
    v3: Sequence[Signing] | None = (v3(),)
    v31: Sequence[Signing] | None = None
    manifest: bytes | None = MANIFEST
    entry: bytes | None = None
    announced: bool = True
    app: bytes = b"\x03\x00\x08\x00"

    def plain(self, der: bytes) -> bytes:
        files = {"AndroidManifest.xml": self.app}
        if self.manifest is not None:
            files["META-INF/MANIFEST.MF"] = self.manifest
        if self.announced:
            files["stamp-cert-sha256"] = hashlib.sha256(der).digest() if self.entry is None else self.entry
        return plain_apk(**files)

    def digests(self, plain: bytes) -> dict[int, bytes]:
        """What each scheme states."""
        found = {1: encoded({4: hashlib.sha256(self.manifest).digest()})} if self.manifest is not None else {}
        for scheme, signers in ((2, self.v2), (3, self.v3), (31, self.v31)):
            if signers is not None:
                kinds = {content_kind(item) for signer in signers for item in signer.algorithms}
                found[scheme] = encoded({IDS[kind]: contents.digest(plain, kind) for kind in kinds})
        return found

    def apk(self, *stamps: Stamp, more: Sequence[tuple[int, bytes]] = ()) -> bytes:
        """The signed APK with these stamps, the entry for the first, and `more` blocks."""
        plain = self.plain(stamps[0].der if stamps else own_certificate("stamp"))
        schemes = ((V2, self.v2), (V3, self.v3), (V31, self.v31))
        pairs = [(scheme, value_of(plain, *signers)) for scheme, signers in schemes if signers is not None]
        made = [(V1_STAMP if stamp.old else V2_STAMP, stamp.make(self.digests(plain))) for stamp in stamps]
        return with_block(plain, block(*pairs, *made, *more))
