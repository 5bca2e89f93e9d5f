"""What a source stamp says besides: the keys that its signer had over time, and when it was made.

Source: AOSP apksig, ``SourceStampVerifier.parseStampAttributes`` (internal/apk/stamp) and ``SourceStampConstants`` (the
ids). The lineage is the proof of rotation of APK Signature Scheme v3.
"""

from datetime import UTC, datetime
from typing import Final

import msgspec

from affidavit.model.signing import Issue
from affidavit.signing.fields import BrokenFieldError, Fields
from affidavit.signing.lineage import VERSION, check_lineage
from affidavit.signing.outcome import Located, Node
from affidavit.signing.signer import FaultError

PROOF_OF_ROTATION: Final = 0x9D6303F7
STAMP_TIME: Final = 0xE43C5946
_MAX_ATTRIBUTES: Final = 64


class Attributes(msgspec.Struct, frozen=True):
    """The attributes that are known.

    Attributes:
        lineage: oldest key first; empty when the signer had no other key.
        moment: ISO 8601 UTC, or a count of seconds where that has no date; empty when the stamp states none.
        notes: warnings about attributes that are not known.
    """

    lineage: tuple[Node, ...] = ()
    moment: str = ""
    notes: tuple[Issue, ...] = ()


def read_attributes(signed: Fields, certificate: Located) -> Attributes:
    """The attributes of a stamp, whose signature over them was checked.

    Args:
        signed: the signed bytes: one list of attributes with its length before it.
        certificate: the stamp's own, which must be the last of the lineage.

    Raises:
        FaultError: ``malformed-attribute``, ``invalid-timestamp``, ``malformed-lineage``, ``por-did-not-verify``,
            ``por-cert-mismatch``.
        BrokenFieldError: the list passes the end of the signed bytes.
        BoundError, UnsupportedKeyError: an attribute could not be checked.
    """
    lineage: tuple[Node, ...] = ()
    moment = ""
    notes: list[Issue] = []
    for number, item in enumerate(signed.inner().items(_MAX_ATTRIBUTES, "attributes of a stamp"), 1):
        try:
            name = item.number()
            if name == PROOF_OF_ROTATION:
                lineage = _lineage(item, certificate)
            elif name == STAMP_TIME:
                moment = _moment(item)
            else:
                detail = f"the stamp's attribute {name:#x} is unknown and was passed over."
                notes.append(Issue("source-stamp-unknown-attribute", detail, error=False))
        except BrokenFieldError as error:
            raise FaultError("malformed-attribute", f"number {number}: {error}") from error
    return Attributes(lineage, moment, tuple(notes))


def _moment(item: Fields) -> str:
    """When the stamp was made: seconds since 1970 in eight bytes, signed; what follows them is not looked at."""
    low = item.number()
    seconds = low + (item.level() << 32)
    if seconds <= 0:
        raise FaultError("invalid-timestamp", f"the stamp's time is {seconds} seconds after the start of 1970")
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return f"{seconds} seconds after the start of 1970"


def _lineage(item: Fields, certificate: Located) -> tuple[Node, ...]:
    """The keys of the stamp's signer, each but the oldest signed by the one before it."""
    lineage = check_lineage(item, certificate.entry)
    if lineage.version != VERSION:
        raise FaultError("malformed-lineage", f"the lineage has the unknown version {lineage.version}")
    if not lineage.nodes:
        raise FaultError("malformed-lineage", "the lineage names no key")
    if lineage.nodes[-1].certificate.der != certificate.der:
        raise FaultError("por-cert-mismatch", "the lineage does not end with the stamp's certificate")
    return lineage.nodes
