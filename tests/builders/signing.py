"""Assembles signed-looking APKs for the tests: real self-signed certificates in real structures, made-up signatures.

Layouts: AOSP "APK Signature Scheme v2" and "v3"; PKCS#7 by `cryptography`.
"""

import datetime as dt
import hashlib
import struct
from collections.abc import Sequence
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from tests.builders.zip import zip_of

V2, V3, V31, STAMP, PADDING = 0x7109871A, 0xF05368C0, 0x1B93AD61, 0x6DFF800D, 0x42726577
MAGIC = b"APK Sig Block 42"
START = dt.datetime(2020, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@cache
def key(kind: str = "ec"):
    """A private key, made once per run; of elliptic curves it is the same in every run."""
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    if kind == "dsa":
        return dsa.generate_private_key(2048)
    seed = hashlib.sha256(kind.encode()).digest()
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    return ec.derive_private_key(int.from_bytes(seed), ec.SECP256R1())


def name(**parts: str) -> x509.Name:
    """A name, its parts in the order given (``CN="x", O="y"``)."""
    types = {"CN": NameOID.COMMON_NAME, "O": NameOID.ORGANIZATION_NAME, "OU": NameOID.ORGANIZATIONAL_UNIT_NAME}
    types |= {"C": NameOID.COUNTRY_NAME, "E": NameOID.EMAIL_ADDRESS, "T": NameOID.TITLE}
    return x509.Name([x509.NameAttribute(types[part], value) for part, value in parts.items()])


def certificate(subject: x509.Name | None = None, kind: str = "ec", serial: int = 0x1234ABCD) -> bytes:
    """DER of a self-signed certificate."""
    subject = subject or name(C="DE", O="Example, Inc.", CN="Test")
    private = key(kind)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(private.public_key())
    builder = builder.serial_number(serial).not_valid_before(START).not_valid_after(START.replace(year=2045))
    digest = None if kind == "ed25519" else hashes.SHA256()
    signed = builder.sign(private, digest, ecdsa_deterministic=isinstance(private, ec.EllipticCurvePrivateKey) or None)
    return signed.public_bytes(serialization.Encoding.DER)


def prefixed(*items: bytes) -> bytes:
    """The items end to end, with their length before them."""
    joined = b"".join(items)
    return struct.pack("<I", len(joined)) + joined


def rotation(*certificates: bytes) -> bytes:
    """A proof-of-rotation attribute, with its length before it: the certificates oldest first."""
    nodes = [prefixed(prefixed(prefixed(der), bytes(4)), bytes(8), prefixed(bytes(64))) for der in certificates]
    return prefixed(struct.pack("<II", 0x3BA06F8C, 1), *nodes)


def signer(certificates: Sequence[bytes], *, levels: bool = False, attributes: bytes = b"") -> bytes:
    """A v2 signer, or with SDK `levels` a v3 one, with its length before it."""
    digests = prefixed(prefixed(struct.pack("<I", 0x0103), prefixed(bytes(32))))
    sdk = struct.pack("<II", 28, 0x7FFFFFFF) if levels else b""
    signed = prefixed(digests, prefixed(*map(prefixed, certificates)), sdk, prefixed(attributes))
    signature = prefixed(prefixed(struct.pack("<I", 0x0103), prefixed(bytes(64))))
    return prefixed(signed, sdk, signature, prefixed(bytes(64)))


def signers(*certificate_lists: Sequence[bytes], levels: bool = False) -> bytes:
    """The value of a v2 or v3 block."""
    return prefixed(*(signer(certificates, levels=levels) for certificates in certificate_lists))


def stamp(der: bytes) -> bytes:
    """The value of a source stamp block."""
    return prefixed(prefixed(der), prefixed(bytes(8)))


def block(*pairs: tuple[int, bytes], size: int | None = None) -> bytes:
    """An APK Signing Block; `size` lies in its last size field."""
    body = b"".join(struct.pack("<QI", len(value) + 4, number) + value for number, value in pairs)
    length = len(body) + 24
    return struct.pack("<Q", length) + body + struct.pack("<Q", length if size is None else size) + MAGIC


def with_block(apk: bytes, signing_block: bytes) -> bytes:
    """An APK with the block before its central directory (one without an archive comment)."""
    (start,) = struct.unpack_from("<I", apk, len(apk) - 6)
    end = bytearray(apk[start:])
    struct.pack_into("<I", end, len(end) - 6, start + len(signing_block))
    return apk[:start] + signing_block + bytes(end)


def apk(*pairs: tuple[int, bytes], **files: bytes) -> bytes:
    """A small APK with these pairs in its signing block; without pairs it has no block."""
    plain = zip_of({"AndroidManifest.xml": b"\x03\x00\x08\x00", **files})
    return with_block(plain, block(*pairs)) if pairs else plain


def pkcs7_signature(
    der: bytes, kind: str = "ec", more: Sequence[bytes] = (), content: bytes = b"Signature-Version: 1.0\r\n"
) -> bytes:
    """A detached PKCS#7 signature by the certificate's key; `more` certificates are carried along."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(x509.load_der_x509_certificate(der), key(kind), hashes.SHA256())
    for other in more:
        builder = builder.add_certificate(x509.load_der_x509_certificate(other))
    return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature])
