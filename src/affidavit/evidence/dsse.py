"""Signing and checking in a DSSE envelope (Dead Simple Signing Envelope, protocol and envelope version 1.0.2).

The signature covers `preauth(payload type, payload)`, so the type is bound, and a reader uses exactly the bytes that
it verified. One envelope has one spelling here: canonical JSON, standard padded base64, one Ed25519 signature, and a
key id that is the SHA-256 of the raw public key. Every other spelling is refused, so every byte is under the signature.
"""

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct

from affidavit.evidence.canonical import decode_strict, encode
from affidavit.model.errors import VerificationError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"
"""Media type of an in-toto Statement (in-toto Attestation Framework, envelope layer)."""

KEY_BYTES = 32
"""Length of a raw Ed25519 public key (RFC 8032, section 5.1.5)."""

SIGNATURE_BYTES = 64
"""Length of an Ed25519 signature (RFC 8032, section 5.1.6)."""


class Signature(Struct, frozen=True):
    """One signature: id of the key, and base64 of the 64 bytes of Ed25519."""

    keyid: str
    sig: str


class Envelope(Struct, frozen=True, rename={"payload_type": "payloadType"}):
    """A DSSE envelope; `payload` is base64."""

    payload: str
    payload_type: str
    signatures: tuple[Signature, ...]


def key_id(public: bytes) -> str:
    """SHA-256 (hex) of a raw public key."""
    return hashlib.sha256(public).hexdigest()


def preauth(payload_type: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding, the bytes that are signed."""
    name = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def encode_base64(data: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str, name: str) -> bytes:
    """Decode the one base64 spelling of some bytes; `name` is what messages call it.

    Raises:
        VerificationError: not base64, or another spelling of the same bytes (white space, stray trailing bits).
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationError(
            f"{name}: not base64: {error}", advice="the file was changed; ask for it again"
        ) from error
    if encode_base64(data) != text:
        raise VerificationError(f"{name}: not canonical base64", advice="the file was changed; ask for it again")
    return data


def seal(payload: bytes, key: "Ed25519PrivateKey") -> bytes:
    """Sign an in-toto Statement; gives the canonical bytes of the envelope. Ed25519 is deterministic: so is this."""
    signature = Signature(
        key_id(key.public_key().public_bytes_raw()), encode_base64(key.sign(preauth(PAYLOAD_TYPE, payload)))
    )
    return encode(Envelope(encode_base64(payload), PAYLOAD_TYPE, (signature,)))


def read_envelope(data: bytes, name: str) -> tuple[bytes, Signature]:
    """Payload and signature of an envelope, before any check of the signature.

    Raises:
        VerificationError: not the one spelling of an envelope with one signature over an in-toto Statement.
    """
    envelope = decode_strict(data, Envelope, name)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise VerificationError(
            f"{name}: payload type {envelope.payload_type[:80]!r} where {PAYLOAD_TYPE!r} is expected",
            advice="this is an envelope of something else; check what you were sent",
        )
    if len(envelope.signatures) != 1:
        raise VerificationError(
            f"{name}: {len(envelope.signatures)} signatures where one is expected",
            advice="this version of affidavit writes and checks exactly one signature",
        )
    return decode_base64(envelope.payload, f"{name} payload"), envelope.signatures[0]


def check_signature(payload: bytes, signature: Signature, public: bytes, name: str) -> None:
    """Check one signature over an in-toto Statement with a raw public key (32 bytes).

    Raises:
        VerificationError: it does not hold; the message says which part is wrong.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - costly import, needed only to check
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - the same

    advice = "do not rely on this bundle; ask the signer for it again"
    if len(public) != KEY_BYTES:
        raise VerificationError(f"{name}: an Ed25519 public key has 32 bytes, this one {len(public)}", advice=advice)
    if signature.keyid != key_id(public):
        raise VerificationError(f"{name}: key id is not the SHA-256 of the public key", advice=advice)
    raw = decode_base64(signature.sig, f"{name} signature")
    if len(raw) != SIGNATURE_BYTES:
        raise VerificationError(f"{name}: an Ed25519 signature has 64 bytes, this one {len(raw)}", advice=advice)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(raw, preauth(PAYLOAD_TYPE, payload))
    except (InvalidSignature, ValueError) as error:
        raise VerificationError(
            f"{name}: the signature is not this key's signature of the payload", advice=advice
        ) from error
