"""A bundle of certificates in PEM: the names for which each is made out. Keys that lie beside them are passed over."""

import base64
import binascii
from collections.abc import Iterator
from typing import Any, Final

from affidavit.network.capture.source import Source
from affidavit.network.screen.account import Account
from affidavit.network.screen.tables import Row, numbered
from affidavit.signing.certificate import UnreadableCertificateError, parse_certificate

LARGEST: Final = 64 << 10
"""Bytes of the largest certificate in text form."""
_BEGIN: Final = b"-----BEGIN CERTIFICATE-----"
_END: Final = b"-----END CERTIFICATE-----"
_NAMES: Final = 1_000


def pem_rows(source: Source, account: Account) -> Iterator[Row]:
    """One row for each certificate: its subject, and each name for which it is made out."""
    for where, der in _certificates(source, account):
        try:
            subject = parse_certificate(der).subject
            names = _names(der)
        except UnreadableCertificateError as error:
            account.unread("damaged", f"a certificate cannot be read: {error}", where)
            continue
        yield Row(where, [("subject", subject), *(("subject alternative name", name) for name in names)])


def _certificates(source: Source, account: Account) -> Iterator[tuple[str, bytes]]:
    """(place, DER) of each certificate between its lines."""
    held: list[bytes] | None = None
    where, size = "", 0
    for number, line in numbered(source):
        text = line.strip()
        if text == _BEGIN:
            held, where, size = [], f"line {number}", 0
        elif held is not None and text == _END:
            try:
                yield where, base64.b64decode(b"".join(held), validate=True)
            except (binascii.Error, ValueError):
                account.unread("damaged", "a certificate is no base64", where)
            held = None
        elif held is not None and size + len(text) > LARGEST:
            account.unread("too-large", f"a certificate has more than {LARGEST >> 10} KiB", where)
            held = None
        elif text.startswith(b"-----BEGIN ") and b" CERTIFICATE" in text:
            account.unread("unsupported", "certificates between other marks are not read", f"line {number}")
        elif held is not None:
            held.append(text)
            size += len(text)
    if held is not None:
        account.unread("truncated", "the file ends inside a certificate", where)


def _names(der: bytes) -> list[str]:
    """DNS names of a certificate (RFC 5280, section 4.2.1.6).

    Raises:
        UnreadableCertificateError: they cannot be read.
    """
    from asn1crypto import x509  # noqa: PLC0415 - costs 50 ms that other records need not pay

    try:
        found: Any = x509.Certificate.load(der).subject_alt_name_value
        names = [] if found is None else list(found)[:_NAMES]
        return [str(name.native) for name in names if name.name == "dns_name"]
    except Exception as error:  # a third-party parser on hostile bytes: whatever it raises means "unreadable"
        raise UnreadableCertificateError(f"{type(error).__name__}: {str(error)[:200]}") from error
