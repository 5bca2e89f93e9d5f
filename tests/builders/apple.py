"""Makes Apple code signatures, provisioning profiles and IPAs for the tests, with real keys, certificates and CMS.

Layouts: XNU's cs_blobs.h; CMS by asn1crypto (RFC 5652), certificates by `cryptography`.
"""

import datetime as dt
import hashlib
import plistlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from asn1crypto import cms as asn1_cms
from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.builders.zip import zip_of

START = dt.datetime(2020, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
REQUIREMENTS = struct.pack(">III", 0xFADE0C01, 12, 0)
TYPES = {"sha1": (1, 20), "sha256": (2, 32), "sha384": (4, 48), "sha512": (5, 64)}


@dataclass(frozen=True)
class Identity:
    """Who signs: a key, its certificate, and those that lead to a root."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: bytes
    others: tuple[bytes, ...] = ()


@cache
def private_key(kind: str = "rsa", number: int = 0):
    """A key, made once per run; `number` tells several apart."""
    return rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())


def _name(common: str, unit: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    parts += [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit)] if unit else []
    return x509.Name(parts)


def certificate(
    subject, key, issuer, issuer_key, *, authority: bool = False, code: bool = True, serial: int = 7
) -> bytes:
    """DER of a certificate."""
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(serial).not_valid_before(START).not_valid_after(START.replace(year=2045))
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = builder.add_extension(identifier, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    if code:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=True)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@cache
def identity(kind: str = "rsa", *, code: bool = True, authority: bool = True, team: str = "TEAM123456") -> Identity:
    """A signer below an intermediate (which may lack the right to issue) below a root."""
    root_key, middle_key, own_key = private_key("ec", 1), private_key("rsa", 2), private_key(kind, 3)
    root, middle, own = _name("Test Root"), _name("Test Intermediate"), _name("Apple Development: Test", team)
    leaf = certificate(own, own_key, middle, middle_key, code=code)
    between = certificate(middle, middle_key, root, root_key, authority=authority, code=False)
    top = certificate(root, root_key, root, root_key, authority=True, code=False)
    return Identity(own_key, leaf, (between, top))


def cms(
    content: bytes,
    who: Identity,
    *,
    digest: str = "sha256",
    detached: bool = True,
    cdhashes: Sequence[bytes] = (),
    digests: Sequence[bytes] = (),
    signers: int = 1,
    certificates: Sequence[bytes] | None = None,
    by_key: bool = False,
) -> bytes:
    """CMS signed data as codesign makes it."""
    own = asn1_x509.Certificate.load(who.certificate)
    attributes = [
        {"type": "content_type", "values": ["data"]},
        {"type": "signing_time", "values": [asn1_cms.Time(name="utc_time", value=core.UTCTime(START))]},
        {"type": "message_digest", "values": [hashlib.new(digest, content).digest()]},
    ]
    if cdhashes:
        listed = core.OctetString(plistlib.dumps({"cdhashes": list(cdhashes)}))
        attributes.append({"type": "1.2.840.113635.100.9.1", "values": [listed]})
    attributes += [{"type": "1.2.840.113635.100.9.2", "values": [_pair(item)]} for item in digests]
    signed = asn1_cms.CMSAttributes([asn1_cms.CMSAttribute(item) for item in attributes])
    kind = "rsassa_pkcs1v15" if isinstance(who.key, rsa.RSAPrivateKey) else f"{digest}_ecdsa"
    info = asn1_cms.SignerInfo({
        "version": "v1",
        "sid": _signer_id(own, by_key=by_key),
        "digest_algorithm": {"algorithm": digest},
        "signed_attrs": signed,
        "signature_algorithm": {"algorithm": kind},
        "signature": _sign(who, signed.dump(), digest),
    })  # fmt: skip
    ders = [who.certificate, *who.others] if certificates is None else certificates
    loaded = [asn1_x509.Certificate.load(der) for der in ders]
    return asn1_cms.ContentInfo({
        "content_type": "signed_data",
        "content": asn1_cms.SignedData({
            "version": "v1",
            "digest_algorithms": [{"algorithm": digest}],
            "encap_content_info": {"content_type": "data", "content": None if detached else content},
            "certificates": [asn1_cms.CertificateChoices("certificate", item) for item in loaded],
            "signer_infos": [info] * signers,
        }),
    }).dump()  # fmt: skip


def _signer_id(own: asn1_x509.Certificate, *, by_key: bool) -> asn1_cms.SignerIdentifier:
    """How the signer's certificate is named: by issuer and number, or by its key's identifier."""
    if by_key:
        return asn1_cms.SignerIdentifier("subject_key_identifier", own.key_identifier)
    numbered = {"issuer": own.issuer, "serial_number": own.serial_number}
    return asn1_cms.SignerIdentifier("issuer_and_serial_number", numbered)


class _Digests(core.Sequence):
    _fields = [("algorithm", core.ObjectIdentifier), ("digest", core.OctetString)]  # noqa: RUF012 - asn1crypto's way


def _pair(digest: bytes) -> core.Sequence:
    """Value of the attribute 9.2: the algorithm (SHA-256) and the digest of a code directory."""
    return _Digests({"algorithm": "2.16.840.1.101.3.4.2.1", "digest": digest})


def _sign(who: Identity, data: bytes, digest: str) -> bytes:
    algorithm = getattr(hashes, digest.upper())()
    if isinstance(who.key, rsa.RSAPrivateKey):
        return who.key.sign(data, padding.PKCS1v15(), algorithm)
    return who.key.sign(data, ec.ECDSA(algorithm))


@dataclass(frozen=True)
class Sealing:
    """What a signature is made over, and by whom; `signer` None makes an ad-hoc one.

    `digests` gives a code directory for each, the first being the primary one; `names` says whether the signer names
    all of them; `spoil` changes the slot's blob after sealing; `unsealed` leaves slots out of the directories.
    """

    identifier: str = "org.example.app"
    team: str = "TEAM123456"
    digests: tuple[str, ...] = ("sha256",)
    info: bytes | None = None
    resources: bytes | None = None
    entitlements: Mapping[str, object] | None = None
    der: bytes | None = None
    signer: Identity | None = field(default_factory=identity)
    names: bool = True
    page: int = 12
    flags: int = 0
    limit: int = -1
    spoil: int = -1
    unsealed: tuple[int, ...] = ()


def blob(magic: int, content: bytes) -> bytes:
    """A blob with its header."""
    return struct.pack(">II", magic, 8 + len(content)) + content


def code_directory(code: bytes, sealing: Sealing, digest: str, special: Mapping[int, bytes]) -> bytes:
    """A code directory of version 0x20400 over `code`."""
    kind, width = TYPES[digest]
    limit = len(code) if sealing.limit < 0 else sealing.limit
    page = 1 << sealing.page if sealing.page else max(limit, 1)
    slots = max(special, default=0)
    seals = b"".join(
        hashlib.new(digest, special[slot]).digest() if slot in special else bytes(width) for slot in range(slots, 0, -1)
    )
    pages = [hashlib.new(digest, code[at : min(at + page, limit)]).digest() for at in range(0, limit, page)]
    texts = sealing.identifier.encode() + b"\0" + sealing.team.encode() + b"\0"
    identifier, team = 88, 88 + len(sealing.identifier.encode()) + 1
    start = 88 + len(texts) + len(seals)
    fixed = struct.pack(
        ">7I4BIIIIQQQQ",
        0x20400, sealing.flags, start, identifier, slots, len(pages), limit,
        width, kind, 0, sealing.page, 0, 0, team if sealing.team else 0, 0, 0, 0, 0, 0,
    )  # fmt: skip
    return blob(0xFADE0C02, fixed + texts + seals + b"".join(pages))


def super_blob(code: bytes, sealing: Sealing) -> bytes:
    """The code signature of an image whose other bytes are `code`."""
    blobs = {2: REQUIREMENTS}
    if sealing.entitlements is not None:
        blobs[5] = blob(0xFADE7171, plistlib.dumps(dict(sealing.entitlements)))
    if sealing.der is not None:
        blobs[7] = blob(0xFADE7172, sealing.der)
    special = {**blobs}
    special |= {1: sealing.info} if sealing.info is not None else {}
    special |= {3: sealing.resources} if sealing.resources is not None else {}
    special = {slot: data for slot, data in special.items() if slot not in sealing.unsealed}
    made = [code_directory(code, sealing, digest, special) for digest in sealing.digests]
    blobs |= {0: made[0]} | {0x1000 + number: data for number, data in enumerate(made[1:])}
    if sealing.signer is not None:
        whole = [hashlib.new(digest, data).digest() for digest, data in zip(sealing.digests, made, strict=True)]
        named = [item[:20] for item in whole] if sealing.names else []
        blobs[0x10000] = blob(0xFADE0B01, cms(made[0], sealing.signer, cdhashes=named))
    if sealing.spoil in blobs:
        blobs[sealing.spoil] = blobs[sealing.spoil][:-1] + bytes([blobs[sealing.spoil][-1] ^ 1])
    return joined(blobs)


def joined(blobs: Mapping[int, bytes]) -> bytes:
    """The super blob of blobs by slot."""
    at = 12 + 8 * len(blobs)
    index = b""
    for slot, data in blobs.items():
        index += struct.pack(">II", slot, at)
        at += len(data)
    return struct.pack(">III", 0xFADE0CC0, at, len(blobs)) + index + b"".join(blobs.values())


def der_value(value: object) -> bytes:
    """A value in the DER form of entitlements."""
    if isinstance(value, bool):
        return _tlv(0x01, b"\xff" if value else b"\0")
    if isinstance(value, int):
        return _tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))
    if isinstance(value, str):
        return _tlv(0x0C, value.encode())
    if isinstance(value, list):
        return _tlv(0x30, b"".join(map(der_value, value)))
    assert isinstance(value, dict)
    return _tlv(0xB0, b"".join(_tlv(0x30, der_value(key) + der_value(value[key])) for key in sorted(value)))


def der_entitlements(content: Mapping[str, object]) -> bytes:
    """Entitlements in DER."""
    return _tlv(0x70, b"\x02\x01\x01" + der_value(dict(content)))


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    width = (size.bit_length() + 7) // 8
    return bytes([tag, 0x80 | width]) + size.to_bytes(width, "big") + content


def resource_list(files: Mapping[str, bytes], *, weak: bool = False, **further: object) -> bytes:
    """CodeResources over files, by name below the bundle; `further` are items of ``files2`` as they stand."""
    old = {name: hashlib.sha1(data, usedforsecurity=False).digest() for name, data in files.items()}
    if weak:
        return plistlib.dumps({"files": old})
    new = {name: {"hash": old[name], "hash2": hashlib.sha256(data).digest()} for name, data in files.items()}
    return plistlib.dumps({"files": old, "files2": {**new, **further}, "rules2": {"^.*": True}})


def profile(content: Mapping[str, object], who: Identity | None = None) -> bytes:
    """A provisioning profile."""
    return cms(plistlib.dumps(dict(content)), who or identity(), detached=False)


def ipa(files: Mapping[str, bytes], name: str = "My") -> bytes:
    """An IPA with one app: its files by name below its folder."""
    return zip_of({f"Payload/{name}.app/{path}": data for path, data in files.items()})
