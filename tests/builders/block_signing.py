"""Signs APKs for the tests with APK Signature Scheme v2, v3 and v3.1: real keys, real digests, real signatures.

Everything that is signed or said can be set to something else, so that each check has a file that fails it alone. A
signer is made from the APK as it was before the block is put in, which is what its digests cover. Layouts: AOSP "APK
Signature Scheme v2", "v3".
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from tests.builders.signing import PADDING, V2, V3, V31, block, certificate, key, name, prefixed, with_block
from tests.builders.zip import zip_of
from tests.oracles import contents

RSA_PSS, RSA_PSS_512, RSA, RSA_512, EC, EC_512, DSA = 0x101, 0x102, 0x103, 0x104, 0x201, 0x202, 0x301
VERITY_RSA, VERITY_EC, VERITY_DSA = 0x421, 0x423, 0x425
UNKNOWN = 0x7777
HIGHEST = 0x7FFFFFFF
STRIPPING, ROTATION, ROTATION_MIN, DEV_RELEASE = 0xBEEFF00D, 0x3BA06F8C, 0x559F8B02, 0xC2A6B3BA
WIDE = {RSA_PSS_512, RSA_512, EC_512}
VERITY = {VERITY_RSA, VERITY_EC, VERITY_DSA}


def content_kind(algorithm: int) -> str:
    """Which digest of the contents an algorithm protects."""
    if algorithm in VERITY:
        return "verity-sha256"
    return "chunked-sha512" if algorithm in WIDE else "chunked-sha256"


def signed_by(kind: str, algorithm: int, data: bytes) -> bytes:
    """A signature by a key of the tests."""
    private = key(kind)
    digest = hashes.SHA512() if algorithm in WIDE else hashes.SHA256()
    if isinstance(private, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
        return private.sign(data, pss if algorithm in {RSA_PSS, RSA_PSS_512} else padding.PKCS1v15(), digest)
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return private.sign(data, ec.ECDSA(digest, deterministic_signing=True))
    return private.sign(data, digest)


@cache
def own_certificate(kind: str) -> bytes:
    """The certificate of a key of the tests."""
    return certificate(name(CN=kind), kind=kind)


def public_key(kind: str) -> bytes:
    """SubjectPublicKeyInfo of a key of the tests."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key(kind).public_key().public_bytes(serialization.Encoding.DER, form)


def record(number: int, value: bytes) -> bytes:
    """A signature or digest of a signer."""
    return prefixed(struct.pack("<I", number), prefixed(value))


def attribute(number: int, value: bytes = b"") -> bytes:
    """An attribute of a signer."""
    return prefixed(struct.pack("<I", number), value)


def number(value: int) -> bytes:
    return struct.pack("<I", value)


@dataclass
class Signing:
    """One signer to make; what is None is as it should be.

    `levels` makes it one of v3; `inner_levels` are those inside the signed data. `names` are the algorithms that the
    digests name. `digests` and `signatures` replace values by algorithm; `spoil` changes the signed data after signing.
    """

    kind: str = "ec"
    algorithms: Sequence[int] = (EC,)
    attributes: Sequence[bytes] = ()
    levels: tuple[int, int] | None = None
    inner_levels: tuple[int, int] | None = None
    certificates: Sequence[bytes] | None = None
    names: Sequence[int] | None = None
    digests: Mapping[int, bytes] = field(default_factory=dict)
    signatures: Mapping[int, bytes] = field(default_factory=dict)
    key: bytes | None = None
    signed: bytes | None = None
    spoil: Callable[[bytes], bytes] = bytes

    def make(self, plain: bytes) -> bytes:
        """The signer over an APK, with its length before it."""
        signed = self.signed_data(plain) if self.signed is None else self.signed
        made = [
            record(item, self.signatures.get(item, b"") or signed_by(self.kind, item, signed))
            for item in self.algorithms
        ]
        outer = struct.pack("<ii", *self.levels) if self.levels else b""
        shown = public_key(self.kind) if self.key is None else self.key
        return prefixed(prefixed(self.spoil(signed)), outer, prefixed(*made), prefixed(shown))

    def signed_data(self, plain: bytes) -> bytes:
        names = self.algorithms if self.names is None else self.names
        digests = [record(item, self.digests.get(item) or contents.digest(plain, content_kind(item))) for item in names]
        listed = [own_certificate(self.kind)] if self.certificates is None else self.certificates
        inner = self.inner_levels or self.levels
        levels = struct.pack("<ii", *inner) if inner else b""
        return prefixed(*digests) + prefixed(*map(prefixed, listed)) + levels + prefixed(*self.attributes)


def v3(low: int = 28, high: int = HIGHEST, **how: object) -> Signing:
    """A v3 signer for a range of API levels."""
    return Signing(levels=(low, high), **how)


@dataclass
class Link:
    """A key of a lineage: `algorithm` is the one that it signs the next with; other fields replace what is true."""

    kind: str
    algorithm: int = EC
    flags: int = 31
    der: bytes | None = None
    names: int | None = None
    signature: bytes | None = None


def lineage(*links: Link, version: int = 1) -> bytes:
    """A proof-of-rotation attribute, oldest key first."""
    nodes = []
    before: Link | None = None
    for link in links:
        named = (before.algorithm if before else 0) if link.names is None else link.names
        signed = prefixed(link.der or own_certificate(link.kind)) + number(named)
        signature = b"" if before is None else signed_by(before.kind, before.algorithm, signed)
        own = signature if link.signature is None else link.signature
        nodes.append(prefixed(prefixed(signed), number(link.flags), number(link.algorithm), prefixed(own)))
        before = link
    return attribute(ROTATION, number(version) + b"".join(nodes))


def plain_apk(**files: bytes) -> bytes:
    """An APK without signature."""
    return zip_of({"AndroidManifest.xml": b"\x03\x00\x08\x00", **files})


def aligned(plain: bytes) -> bytes:
    """The same with zeros before its central directory, up to a page."""
    (start,) = struct.unpack_from("<I", plain, len(plain) - 6)
    return with_block(plain, bytes(-start % 4096))


def value_of(plain: bytes, *signers: Signing) -> bytes:
    """The value of a scheme's block."""
    return prefixed(*(signer.make(plain) for signer in signers))


def padded(*pairs: tuple[int, bytes]) -> bytes:
    """A signing block of whole pages."""
    rest = -(len(block(*pairs)) + 12) % 4096
    return block(*pairs, (PADDING, bytes(rest)))


def signed_apk(
    *,
    v2: Sequence[Signing] | None = None,
    v3: Sequence[Signing] | None = None,
    v31: Sequence[Signing] | None = None,
    plain: bytes | None = None,
    pages: bool = False,
) -> bytes:
    """An APK with these signers; `pages` puts the block on whole pages, as the Merkle tree needs it."""
    plain = plain_apk() if plain is None else plain
    plain = aligned(plain) if pages else plain
    schemes = ((V2, v2), (V3, v3), (V31, v31))
    pairs = [(scheme, value_of(plain, *signers)) for scheme, signers in schemes if signers is not None]
    return with_block(plain, padded(*pairs) if pages else block(*pairs))
