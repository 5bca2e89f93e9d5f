"""X.509 certificates and PKCS#7 signed data as plain values. asn1crypto is wrapped and imported on first use.

Sources: RFC 5280 (certificates), RFC 5652 (signed data), RFC 4514 (names as text).
"""

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from affidavit.signing.keys import may_stall

_SHORT = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
    "1.2.840.113549.1.9.1": "emailAddress",
}
"""Attribute types that have a short name (RFC 4514, section 3, and two in common use)."""

_KEYS = {"rsa": "RSA", "dsa": "DSA", "ec": "EC", "rsassa_pss": "RSA", "ed25519": "Ed25519", "ed448": "Ed448"}
_FAMILIES = {"rsassa_pkcs1v15": "RSA", "rsassa_pss": "RSA-PSS", "dsa": "DSA", "ecdsa": "ECDSA"}
_MAX_NAME_PARTS = 64
_MAX_VALUE = 512
_MAX_CERTIFICATES = 64


class UnreadableCertificateError(ValueError):
    """The bytes are no certificate or signed data that can be read; the message says what the reader objected to."""


class Parsed(msgspec.Struct, frozen=True):
    """A certificate. Names are RFC 4514 text, times ISO 8601 UTC, `serial` is hex, `key` such as ``RSA 2048``."""

    subject: str
    issuer: str
    serial: str
    not_before: str
    not_after: str
    key: str
    signature_algorithm: str
    sha256: str
    sha1: str
    md5: str


class SignedData(msgspec.Struct, frozen=True):
    """PKCS#7 signed data: how many signers, and its certificates (DER, whether a signer's own), signers' first."""

    signers: int
    certificates: tuple[tuple[bytes, bool], ...]


def parse_certificate(der: bytes) -> Parsed:
    """Read one certificate.

    Raises:
        UnreadableCertificateError: it cannot be read.
    """
    from asn1crypto import x509  # noqa: PLC0415 - costs 50 ms that unsigned artefacts need not pay

    if may_stall(der):
        raise UnreadableCertificateError("it may hold a number that would take too long to read")
    try:
        certificate = x509.Certificate.load(der)
        return _parsed(certificate, der)
    except Exception as error:  # a third-party parser on hostile bytes: whatever it raises means "unreadable"
        raise UnreadableCertificateError(f"{type(error).__name__}: {str(error)[:200]}") from error


def _parsed(certificate: Any, der: bytes) -> Parsed:
    body = certificate["tbs_certificate"]
    serial = body["serial_number"].native
    return Parsed(
        subject=_name(body["subject"]),
        issuer=_name(body["issuer"]),
        serial=f"{'-' if serial < 0 else ''}{abs(serial):x}",
        not_before=_time(body["validity"]["not_before"].native),
        not_after=_time(body["validity"]["not_after"].native),
        key=_key(body["subject_public_key_info"]),
        signature_algorithm=_signature(certificate["signature_algorithm"]),
        sha256=hashlib.sha256(der).hexdigest(),
        sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        md5=hashlib.md5(der, usedforsecurity=False).hexdigest(),
    )


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _signature(algorithm: Any) -> str:
    """``SHA256withRSA``, as Java's tools say it; the object identifier when the algorithm has no name here."""
    try:
        family, digest = _FAMILIES[str(algorithm.signature_algo)], str(algorithm.hash_algo)
    except (ValueError, KeyError):
        return str(algorithm["algorithm"].dotted)
    return f"{digest.upper()}with{family}"


def _key(info: Any) -> str:
    """Family and size of a public key (``RSA 2048``, ``EC 256``); the family alone where the size cannot be told."""
    family = str(info.algorithm)
    name = _KEYS.get(family, family)
    try:
        size = _bits(info, family)
    except (ValueError, TypeError, KeyError):
        return name
    return f"{name} {size}" if size else name


def _bits(info: Any, family: str) -> int:
    """Size of a key in bits; 0 where it does not apply."""
    if family in ("rsa", "rsassa_pss"):
        return int(abs(info["public_key"].parsed["modulus"].native).bit_length())
    if family == "dsa":
        return int(abs(info["algorithm"]["parameters"]["p"].native).bit_length())
    return _curve_bits(info) if family == "ec" else 0


def _curve_bits(info: Any) -> int:
    """Size of an elliptic curve: the number in its name (``secp521r1``), else its points' size in whole bytes."""
    form, curve = info.curve
    named = re.search(r"[0-9]{3}", str(curve)) if form == "named" else None
    return int(named[0]) if named else int(info.bit_size)


def _name(name: Any) -> str:
    """RFC 4514: the last part first, joined by commas, special characters escaped; long and numerous parts are cut."""
    parts = list(name.chosen)
    shown = ["+".join(_attribute(pair) for pair in list(part)[:_MAX_NAME_PARTS]) for part in parts[:_MAX_NAME_PARTS]]
    more = [f"…({len(parts) - _MAX_NAME_PARTS} more)"] if len(parts) > _MAX_NAME_PARTS else []
    return ",".join([*more, *reversed(shown)])


def _attribute(pair: Any) -> str:
    oid = str(pair["type"].dotted)
    value = pair["value"].native
    text = value if isinstance(value, str) else "#" + pair["value"].dump().hex()
    return f"{_SHORT.get(oid, oid)}={_escape(text) if isinstance(value, str) else text[:_MAX_VALUE]}"


def _escape(text: str) -> str:
    r"""Escapes of RFC 4514, section 2.4; controls and other unprintable characters as ``\XX`` of their UTF-8 bytes."""
    cut = text[:_MAX_VALUE]
    shown = "".join(_escape_character(character) for character in cut)
    if shown[:1] in ("#", " "):
        shown = "\\" + shown
    if cut.endswith(" ") and len(cut) > 1:
        shown = shown[:-1] + "\\ "
    return shown if len(cut) == len(text) else f"{shown}…({len(text) - len(cut)} more)"


def _escape_character(character: str) -> str:
    if character in ',+"\\<>;':
        return "\\" + character
    if character.isprintable():
        return character
    return "".join(f"\\{byte:02X}" for byte in character.encode("utf-8", "backslashreplace"))


def parse_signed_data(data: bytes) -> SignedData:
    """Read a PKCS#7 signature block file (``META-INF/*.RSA`` and the like).

    Raises:
        UnreadableCertificateError: it cannot be read.
    """
    from asn1crypto import cms  # noqa: PLC0415 - as above

    if may_stall(data):
        raise UnreadableCertificateError("it may hold a number that would take too long to read")
    try:
        content = cms.ContentInfo.load(data)["content"]
        signers = [_signer_id(info["sid"]) for info in content["signer_infos"]]
        found = []
        for choice in list(content["certificates"])[:_MAX_CERTIFICATES]:
            certificate = choice.chosen
            body = certificate["tbs_certificate"]
            identity = (body["issuer"].dump(), body["serial_number"].native)
            found.append((certificate.dump(), identity in signers))
    except Exception as error:  # as above
        raise UnreadableCertificateError(f"{type(error).__name__}: {str(error)[:200]}") from error
    return SignedData(len(signers), tuple(sorted(found, key=lambda item: not item[1])))


def _signer_id(sid: Any) -> tuple[bytes, int]:
    """Issuer's bytes and serial number of a signer; nothing matches one that is named by key identifier."""
    if sid.name != "issuer_and_serial_number":
        return b"", -1
    return sid.chosen["issuer"].dump(), sid.chosen["serial_number"].native
