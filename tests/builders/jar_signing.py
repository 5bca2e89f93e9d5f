"""Signs JARs for the tests: manifest, signature file and PKCS#7 block, every part of which can be made to lie.

Formats: "JAR File Specification"; RFC 5652. The signatures are real ones by the keys of `tests.builders.signing`.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from asn1crypto import cms, core, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from tests.builders.signing import certificate, key
from tests.builders.zip import Item, build_zip

OIDS = {
    "md5": "1.2.840.113549.2.5",
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
    "rsa": "1.2.840.113549.1.1.1",
    "rsa-sha256": "1.2.840.113549.1.1.11",
    "dsa": "1.2.840.10040.4.1",
    "ec": "1.2.840.10045.2.1",
    "ec-sha256": "1.2.840.10045.4.3.2",
}
NAMES = {"sha1": "SHA1", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512", "md5": "MD5"}
APP = {"AndroidManifest.xml": b"\x03\x00\x08\x00", "classes.dex": b"dex\n035\0", "res/a.txt": b"hello " * 50}
"""What is signed when a test does not care."""


def digest(name: str, data: bytes) -> str:
    """Base64 of a digest."""
    return base64.b64encode(hashlib.new(name, data).digest()).decode()


def header(name: str, value: str, end: str = "\r\n") -> str:
    """An attribute, broken into lines of at most 72 bytes."""
    line = f"{name}: {value}"
    lines, line = [line[:70]], line[70:]
    while line:
        lines, line = [*lines, " " + line[:69]], line[69:]
    return "".join(part + end for part in lines)


def section(*headers: tuple[str, str], end: str = "\r\n") -> str:
    """Attributes and the empty line after them."""
    return "".join(header(*each, end=end) for each in headers) + end


def manifest(files: Mapping[str, bytes], digests: Sequence[str] = ("sha256",), main: Sequence[tuple[str, str]] = ()):
    """A manifest that lists the files."""
    parts = [section(("Manifest-Version", "1.0"), *main)]
    for name, data in files.items():
        stated = [(f"{NAMES[each]}-Digest", digest(each, data)) for each in digests]
        parts.append(section(("Name", name), *stated))
    return "".join(parts).encode()


def chunks(text: bytes) -> dict[str, bytes]:
    """The named sections of a manifest that `manifest` made, as they stand."""
    parts = [part + b"\r\n\r\n" for part in text.split(b"\r\n\r\n") if part]
    joined = {part.replace(b"\r\n ", b"").split(b"\r\n")[0]: part for part in parts}
    return {first[6:].decode(): part for first, part in joined.items() if first.startswith(b"Name: ")}


def signature_file(
    text: bytes,
    digests: Sequence[str] = ("sha256",),
    *,
    whole: bool = True,
    main: Sequence[tuple[str, str]] = (),
    names: Sequence[str] | None = None,
    version: bool = True,
) -> bytes:
    """A signature file over a manifest; without `whole` it has no digest of the whole."""
    stated = [("Signature-Version", "1.0")] if version else [("Created-By", "a test")]
    stated += [(f"{NAMES[each]}-Digest-Manifest", digest(each, text)) for each in digests if whole]
    parts = [section(*stated, *main)]
    for name, part in chunks(text).items():
        if names is None or name in names:
            parts.append(section(("Name", name), *[(f"{NAMES[each]}-Digest", digest(each, part)) for each in digests]))
    return "".join(parts).encode()


def signature(kind: str, name: str, data: bytes) -> bytes:
    """A signature by the key of that kind."""
    private, algorithm = key(kind), getattr(hashes, name.upper())()
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(data, padding.PKCS1v15(), algorithm)
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return private.sign(data, ec.ECDSA(algorithm))
    return private.sign(data, algorithm)


@dataclass
class Info:
    """One SignerInfo: `attributes` are pairs of type and values; `data` is what is signed without them."""

    data: bytes
    der: bytes = b""
    kind: str = "ec"
    digest: str = "sha256"
    algorithm: str = ""
    signed_digest: str = ""
    attributes: Sequence[tuple[str, Sequence[core.Asn1Value]]] | None = None
    signature: bytes | None = None
    serial: int | None = None
    by_key_identifier: bool = False

    def build(self) -> cms.SignerInfo:
        own = x509.Certificate.load(self.der or certificate(kind=self.kind))
        body = own["tbs_certificate"]
        sid = {"issuer": body["issuer"], "serial_number": self.serial or body["serial_number"].native}
        name = "subject_key_identifier" if self.by_key_identifier else "issuer_and_serial_number"
        fields = {
            "version": "v1",
            "sid": cms.SignerIdentifier(name, b"0123" if self.by_key_identifier else cms.IssuerAndSerialNumber(sid)),
            "digest_algorithm": {"algorithm": OIDS.get(self.digest, self.digest)},
            "signature_algorithm": {"algorithm": OIDS.get(self.algorithm or self.kind, self.algorithm)},
        }
        signed = self.data
        if self.attributes is not None:
            fields["signed_attrs"] = attribute_set(self.attributes)
            signed = b"\x31" + fields["signed_attrs"].dump()[1:]
        made = signature(self.kind, self.signed_digest or self.digest, signed)
        fields["signature"] = made if self.signature is None else self.signature
        return cms.SignerInfo(fields)


def attribute_set(attributes: Sequence[tuple[str, Sequence[core.Asn1Value]]]) -> cms.CMSAttributes:
    """Signed attributes in the order given, which DER would not allow."""
    parts = []
    for kind, values in attributes:
        content = core.ObjectIdentifier(kind).dump() + tlv(0x31, b"".join(value.dump() for value in values))
        parts.append(tlv(0x30, content))
    return cms.CMSAttributes.load(tlv(0x31, b"".join(parts)))


def tlv(tag: int, content: bytes) -> bytes:
    """DER of a value."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + content


def attributes_of(text: bytes, name: str = "sha256", content: str = "1.2.840.113549.1.7.1"):
    """The two attributes that RFC 5652 asks for."""
    found = [("1.2.840.113549.1.9.3", [core.ObjectIdentifier(content)])] if content else []
    return [*found, ("1.2.840.113549.1.9.4", [core.OctetString(hashlib.new(name, text).digest())])]


def block(*infos: Info, certificates: Sequence[bytes] | None = None, content_type: str = "signed_data") -> bytes:
    """A signature block file."""
    given = [info.der or certificate(kind=info.kind) for info in infos] if certificates is None else certificates
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "signer_infos": cms.SignerInfos.load(tlv(0x31, b"".join(info.build().dump() for info in infos))),
            **({"certificates": [x509.Certificate.load(each) for each in dict.fromkeys(given)]} if given else {}),
        }
    )
    if content_type != "signed_data":
        return cms.ContentInfo({"content_type": "data", "content": b"x"}).dump()
    return cms.ContentInfo({"content_type": content_type, "content": data}).dump()


@dataclass
class Jar:
    """A JAR to sign: what is not given follows from the rest, so that a test sets only the part that lies."""

    files: Mapping[str, bytes] = field(default_factory=lambda: dict(APP))
    digests: Sequence[str] = ("sha256",)
    manifest: bytes | None = None
    text: bytes | None = None
    block: bytes | None = None
    kind: str = "ec"
    name: str = "CERT"
    more: Sequence[Item] = ()
    digest: str = "sha256"
    prefix: bytes = b""

    def own_manifest(self) -> bytes:
        return manifest(self.files, self.digests) if self.manifest is None else self.manifest

    def own_text(self) -> bytes:
        return signature_file(self.own_manifest(), self.digests) if self.text is None else self.text

    def items(self) -> list[Item]:
        text = self.own_text()
        made = block(Info(text, kind=self.kind, digest=self.digest)) if self.block is None else self.block
        return [
            Item("META-INF/MANIFEST.MF", self.own_manifest()),
            Item(f"META-INF/{self.name}.SF", text),
            Item(f"META-INF/{self.name}.{self.kind.upper()}", made),
            *(Item(name, data) for name, data in self.files.items()),
            *self.more,
        ]

    def build(self) -> bytes:
        return build_zip(self.items(), prefix=self.prefix)
