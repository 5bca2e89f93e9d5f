"""PKCS#7 signature block files (``META-INF/*.RSA``): who says to have signed, with what, over which bytes.

Sources: RFC 5652 (SignedData, SignerInfo); apksig, ``V1SchemeVerifier`` and ``Asn1BerParser`` for what Android takes:
BER as well as DER, signers named by issuer and serial number only, signed attributes in the order in which they stand.
Nothing is verified here.
"""

from typing import Any, Final

from msgspec import Struct

from affidavit.signing.keys import check_form, may_stall

MAX_BYTES: Final = 64 << 10
"""Largest block file that is read; one with a chain of three certificates has 6 KB."""
MAX_ITEMS: Final = 64
"""Most certificates, SignerInfos and signed attributes that are read."""
_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_KEY_USAGE: Final = "2.5.29.15"
_SET: Final = b"\x31"


class UnreadableSignedDataError(ValueError):
    """The bytes are no SignedData that Android would take."""


class BlockCertificate(Struct, frozen=True):
    """A certificate of the block file.

    Attributes:
        der: as in the file. offset: there, or -1.
        issuer, subject: the names in a form that can be compared. serial: its number.
        key: SubjectPublicKeyInfo as its bytes.
        critical: object identifiers of its critical extensions.
        may_sign: whether its key usage, if it states one, allows signatures.
    """

    der: bytes
    offset: int
    issuer: bytes
    subject: bytes
    serial: int
    key: bytes
    critical: tuple[str, ...]
    may_sign: bool


class SignedAttributes(Struct, frozen=True):
    """Attributes that are signed in place of the signature file.

    Attributes:
        data: what is signed: their bytes as they stand, with the tag of a set.
        content_type: object identifier; empty when it is not there.
        digest: of the signature file; None when it is not there.
    """

    data: bytes
    content_type: str
    digest: bytes | None


class SignerInfo(Struct, frozen=True):
    """One signer.

    Attributes:
        issuer, serial: of its certificate, as there; empty and -1 when it is named in another way.
        digest, signature_algorithm: object identifiers.
        signature: its bytes.
        attributes: the signed attributes; None without any.
        fault: why the attributes cannot be used; empty when they can.
    """

    issuer: bytes
    serial: int
    digest: str
    signature_algorithm: str
    signature: bytes
    attributes: SignedAttributes | None
    fault: str = ""


class SignedData(Struct, frozen=True):
    """A signature block file.

    Attributes:
        content_type: object identifier of what is signed.
        certificates, signers: in the file's order.
        cut: why not all were read; empty when all were.
    """

    content_type: str
    certificates: tuple[BlockCertificate, ...]
    signers: tuple[SignerInfo, ...]
    cut: str = ""

    def certificate_of(self, signer: SignerInfo) -> BlockCertificate | None:
        """The certificate that a signer names."""
        named = (signer.issuer, signer.serial)
        return next((item for item in self.certificates if signer.issuer and (item.issuer, item.serial) == named), None)

    def chain_of(self, leaf: BlockCertificate) -> tuple[BlockCertificate, ...]:
        """The certificate, its issuer, and so on, by their names alone; each is taken once."""
        left, chain = [item for item in self.certificates if item is not leaf], [leaf]
        while chain[-1].subject != chain[-1].issuer:
            found = next((item for item in left if item.subject == chain[-1].issuer), None)
            if found is None:
                break
            left.remove(found)
            chain.append(found)
        return tuple(chain)


def read_signed_data(data: bytes) -> SignedData:
    """Read a signature block file; bytes after its end are ignored, as Android does.

    Raises:
        UnreadableSignedDataError: it cannot be read.
    """
    from asn1crypto import cms  # noqa: PLC0415 - costs 50 ms that unsigned artefacts need not pay

    if len(data) > MAX_BYTES:
        return SignedData("", (), (), f"it has {len(data):,} bytes, more than are read here ({MAX_BYTES:,})")
    if may_stall(data):
        return SignedData("", (), (), "it may hold a number that would take too long to read")
    try:
        return _signed_data(cms.ContentInfo.load(data), data)
    except UnreadableSignedDataError:
        raise
    except Exception as error:  # a third-party parser on hostile bytes: whatever it raises means "unreadable"
        raise UnreadableSignedDataError(f"{type(error).__name__}: {ascii(str(error))[1:121]}") from error


def _signed_data(info: Any, data: bytes) -> SignedData:
    if info["content_type"].dotted != _SIGNED_DATA:
        raise UnreadableSignedDataError(f"its content is of the type {info['content_type'].dotted}, not signed data")
    content = info["content"]
    infos, stated = list(content["signer_infos"]), content["certificates"]
    choices = list(stated) if len(stated.contents or b"") else []
    cut = (
        "it lists more certificates or signers than are read here" if max(len(infos), len(choices)) > MAX_ITEMS else ""
    )
    return SignedData(
        str(content["encap_content_info"]["content_type"].dotted),
        tuple(_certificate(item.chosen, data) for item in choices[:MAX_ITEMS]),
        tuple(_signer(item) for item in infos[:MAX_ITEMS]),
        cut,
    )


def _certificate(certificate: Any, data: bytes) -> BlockCertificate:
    check_form(certificate)
    body, der = certificate["tbs_certificate"], certificate.dump()
    extensions = list(body["extensions"])[:MAX_ITEMS] if body["extensions"].contents else []
    usage = [item for item in extensions if item["extn_id"].dotted == _KEY_USAGE]
    return BlockCertificate(
        der=der,
        offset=data.find(der),
        issuer=_comparable(body["issuer"]),
        subject=_comparable(body["subject"]),
        serial=body["serial_number"].native,
        key=body["subject_public_key_info"].dump(),
        critical=tuple(item["extn_id"].dotted for item in extensions if item["critical"].native),
        may_sign=not usage or bool({"digital_signature", "non_repudiation"} & usage[0]["extn_value"].parsed.native),
    )


def _signer(info: Any) -> SignerInfo:
    named = info["sid"].name == "issuer_and_serial_number"
    sid = info["sid"].chosen
    attributes, fault = None, ""
    if type(info["signed_attrs"]).__name__ != "Void":  # the parser's word for "not there"
        try:
            attributes = _attributes(info["signed_attrs"])
        except UnreadableSignedDataError as error:
            fault = str(error)
    return SignerInfo(
        issuer=_comparable(sid["issuer"]) if named else b"",
        serial=sid["serial_number"].native if named else -1,
        digest=str(info["digest_algorithm"]["algorithm"].dotted),
        signature_algorithm=str(info["signature_algorithm"]["algorithm"].dotted),
        signature=bytes(info["signature"].native),
        attributes=attributes,
        fault=fault,
    )


def _attributes(stated: Any) -> SignedAttributes:
    """The two attributes that matter, each of which may occur once and have one value."""
    found: dict[str, Any] = {}
    for item in list(stated)[:MAX_ITEMS]:
        kind = item["type"].dotted
        if kind in found:
            raise UnreadableSignedDataError(f"the signed attribute {kind} occurs twice")
        found[kind] = item["values"]
    data = _SET + stated.dump()[1:]
    kind, digest = _only(found, _CONTENT_TYPE), _only(found, _MESSAGE_DIGEST)
    return SignedAttributes(
        data, str(kind.dotted) if kind is not None else "", bytes(digest.native) if digest is not None else None
    )


def _only(found: dict[str, Any], kind: str) -> Any:
    """The one value of an attribute; None when it is not there."""
    values = list(found.get(kind, ()))
    if len(values) > 1:
        raise UnreadableSignedDataError(f"the signed attribute {kind} has {len(values)} values")
    return values[0] if values else None


def _comparable(name: Any) -> bytes:
    """A distinguished name in the form in which equal names are equal (RFC 5280, section 7.1); else as it is."""
    try:
        return str(name.hashable).encode("utf-8", "surrogatepass")
    except Exception:  # noqa: BLE001 - as above: a name that cannot be read is equal to its own bytes only
        return bytes(name.dump())
