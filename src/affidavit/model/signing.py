"""Signatures present. Nothing here is verified: `verified` exists so that the statement says so."""

from msgspec import Struct


class SigningBlock(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="signing-block"):
    """A signature scheme's data, or another block of the APK Signing Block.

    Attributes:
        scheme: ``v1``, ``v2``, ``v3``, ``v3.1``, ``v4``, ``source-stamp``, ``padding``, ``dependency-info``,
            ``play-metadata`` or ``unknown``.
        block_id: hex of the block's id, or empty for v1.
        size: bytes.
        signers: how many signers it lists; -1 when that could not be read.
        verified: always "not verified" in this version.
    """

    scheme: str
    size: int
    block_id: str = ""
    signers: int = -1
    verified: str = "not verified"


class Certificate(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="certificate"):
    """A certificate that a signature block carries. Names are RFC 4514 strings, times are ISO 8601 UTC.

    `chain` is true for a further certificate that came with a signer's own, such as its issuer's. `scheme` is the
    block's, or ``v3-lineage`` (``v3.1-lineage``) for the keys that the signer had over time.
    """

    scheme: str
    subject: str
    issuer: str
    serial: str
    not_before: str
    not_after: str
    key: str
    signature_algorithm: str
    sha256: str
    sha1: str
    chain: bool = False
    verified: str = "not verified"
