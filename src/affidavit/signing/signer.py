"""One signer of a v2, v3 or v3.1 block, as bytes: what is signed, by which key, with which algorithms.

Sources: AOSP "APK Signature Scheme v2" and "v3" (layouts of a signer). Nothing is checked here but lengths. Android
reads a record whose algorithm it does not choose only as far as its id, so what is wrong behind that does not matter to
it: such a record has no value here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from msgspec import Struct

from affidavit.model.signing import ANY_LEVEL
from affidavit.signing.fields import BrokenFieldError, Fields
from affidavit.signing.keys import UnsupportedKeyError, UnusableKeyError
from affidavit.signing.outcome import Located

_MAX_RECORDS: Final = 256
_MAX_CERTIFICATES: Final = 64
_MAX_LISTED: Final = 32 << 10
"""Bytes of all certificates of a signer together; three of them have some 5 KB."""
_MAX_SIGNED: Final = 1 << 20
_MAX_VALUE: Final = 64 << 10
_SHORTEST: Final = 8
"""Bytes that a record has at least: its id and the length of its value."""


class FaultError(Exception):
    """Android refuses the signer: `word` is the issue's without the scheme's prefix, the message its detail."""

    def __init__(self, word: str, detail: str) -> None:
        super().__init__(detail)
        self.word = word


@contextmanager
def unusable_as(word: str, before: str = "") -> Iterator[None]:
    """Makes a fault of a key that cannot be used; one that only this tool cannot check stays what it is.

    Args:
        word: of the fault.
        before: in front of what is wrong with the key.

    Raises:
        FaultError: the key cannot be used.
    """
    try:
        yield
    except UnsupportedKeyError:
        raise
    except UnusableKeyError as error:
        raise FaultError(word, f"{before}{error}") from error


class Record(Struct, frozen=True):
    """A signature, a digest or an attribute.

    Attributes:
        id: of the algorithm or attribute.
        value: None when its length passes its record's end.
        at: the value's offset in the container.
    """

    id: int
    value: bytes | None
    at: int


class Signer(Struct, frozen=True):
    """The outside of one signer.

    Attributes:
        signed: the signed data.
        min_sdk, max_sdk: API levels that it states outside the signed data (v3), signed numbers; all in v2.
        tail: signatures and key, for `read_signatures`.
        broken: what is wrong with its lengths, if anything; then the other fields say nothing.
    """

    signed: Fields
    min_sdk: int
    max_sdk: int
    tail: Fields
    broken: str = ""


class Signatures(Struct, frozen=True):
    """What stands beside the signed data: the `signatures` in their order, and the public `key`."""

    signatures: tuple[Record, ...]
    key: bytes


class SignedContent(Struct, frozen=True):
    """What the signed data say.

    Attributes:
        digests: of the contents, by algorithm.
        certificates: the signer's own first.
        min_sdk, max_sdk: as in `Signer`.
        attributes: in their order.
    """

    digests: tuple[Record, ...]
    certificates: tuple[Located, ...]
    min_sdk: int
    max_sdk: int
    attributes: tuple[Record, ...]


def read_signer(fields: Fields, *, levels: bool) -> Signer:
    """The outside of a signer; `levels` for v3 and v3.1. Never raises: see `Signer.broken`."""
    fields = fields.again()
    try:
        signed = fields.inner()
        low, high = (fields.level(), fields.level()) if levels else (1, ANY_LEVEL)
    except BrokenFieldError as error:
        return Signer(fields, 1, ANY_LEVEL, fields, str(error))
    return Signer(signed, low, high, fields)


def read_signatures(signer: Signer) -> Signatures:
    """Its signatures and its key.

    Raises:
        FaultError: ``malformed-signer``, ``malformed-signature``.
        BoundError: there is more than is read here.
    """
    fields = signer.tail.again()
    try:
        listed, key = fields.inner(), fields.inner()
    except BrokenFieldError as error:
        raise FaultError("malformed-signer", str(error)) from error
    return Signatures(_records(listed, "malformed-signature", "signatures"), key.rest(_MAX_VALUE, "a public key"))


def signed_bytes(signer: Signer) -> bytes:
    """The signed data.

    Raises:
        BoundError: they are more than is read here.
    """
    return signer.signed.rest(_MAX_SIGNED, "signed data")


def read_certificates(signer: Signer, entry: str) -> tuple[Located, ...]:
    """The certificates, as far as they can be read; `entry` is the path of the container.

    Raises:
        FaultError: ``malformed-signer``.
        BoundError: there is more than is read here.
    """
    fields = signer.signed.again()
    try:
        fields.inner()
        listed = fields.inner()
        listed.rest(_MAX_LISTED, "a list of certificates")
        items = listed.items(_MAX_CERTIFICATES, "certificates")
        return tuple(Located(item.rest(_MAX_VALUE, "a certificate"), entry, item.at) for item in items)
    except BrokenFieldError as error:
        raise FaultError("malformed-signer", str(error)) from error


def read_content(signer: Signer, entry: str, *, levels: bool) -> SignedContent:
    """What the signed data say.

    Raises:
        FaultError: ``malformed-signer``, ``malformed-digest``, ``malformed-additional-attribute``.
        BoundError: there is more than is read here.
    """
    certificates = read_certificates(signer, entry)
    fields = signer.signed.again()
    try:
        digests, _ = fields.inner(), fields.inner()
        low, high = (fields.level(), fields.level()) if levels else (1, ANY_LEVEL)
        attributes = fields.inner()
    except BrokenFieldError as error:
        raise FaultError("malformed-signer", str(error)) from error
    return SignedContent(
        _records(digests, "malformed-digest", "digests"),
        certificates,
        low,
        high,
        _listed(attributes, "malformed-additional-attribute", "attributes", _attribute),
    )


def _records(fields: Fields, word: str, what: str) -> tuple[Record, ...]:
    return _listed(fields, word, what, _record)


def _listed(fields: Fields, word: str, what: str, read: Callable[[Fields], Record]) -> tuple[Record, ...]:
    """Records of one kind."""
    found: list[Record] = []
    try:
        for item in fields.items(_MAX_RECORDS, what):
            found.append(read(item))  # noqa: PERF401 - how many came before a broken one is part of the detail
    except BrokenFieldError as error:
        raise FaultError(word, f"number {len(found) + 1}: {error}") from error
    return tuple(found)


def _record(item: Fields) -> Record:
    """An id and a value with its length before it."""
    if len(item) < _SHORTEST:
        raise BrokenFieldError(f"at {item.at} are {len(item)} bytes, fewer than an id and a length")
    number = item.number()
    try:
        value = item.inner()
    except BrokenFieldError:
        return Record(number, None, item.at)
    return Record(number, value.rest(_MAX_VALUE, "a signature or digest"), value.at)


def _attribute(item: Fields) -> Record:
    """An id and a value that takes the rest."""
    number = item.number()
    return Record(number, item.rest(_MAX_SIGNED, "an attribute"), item.at)
