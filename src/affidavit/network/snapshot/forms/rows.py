"""Ranges in lines: first address, last address, then a country or an AS number with its name.

So are written ip-location-db's CSV files (``asn-ipv4.csv``, ``asn-country-ipv4-num.csv`` ...), iptoasn's TSV files, and
the text that tor's geoip-db-tool makes of IPFire's location database, which says in its head when that was made.
"""

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from socket import AF_INET, AF_INET6, inet_pton

from affidavit.model.errors import UnreadableError
from affidavit.network.snapshot.found import LONGEST, Found, Given, Reader, Span

_COUNTRY = re.compile(r"[A-Z]{2}")
_NUMBER = re.compile(r"[0-9]{1,10}")
_ROW = re.compile(
    rb"(?m)^\"?([0-9a-fA-F:.]+)\"?([,\t])\"?(?=[0-9]|[a-fA-F0-9]*:)([0-9a-fA-F:.]+)\"?[,\t]\"?([^\",\t\r\n]*)"
)
"""The second is no country, as in a geofeed: some are written in hexadecimal digits (DE)."""
_GENERATED = re.compile(r"Generated: *([^\r\n]+)")
_LICENCE = re.compile(r"License: *([^\r\n]+)")
_SERIES = (
    ("iptoasn", "country-as", "iptoasn"),
    ("asn-country", "country-registration", "ip-location-db asn-country"),
    ("geo-whois-asn-country", "country-geo", "ip-location-db geo-whois-asn-country"),
)
"""By what a file's name begins with."""
_COUNTRIES = ("country-as", "country-geo", "country-registration")


def fits(given: Given) -> bool:
    """Whether the first row has two addresses and something that they lead to."""
    return _ROW.search(_body(given.head)) is not None


def read(given: Given) -> Iterator[Found]:
    """The ranges of a file.

    Raises:
        UnreadableError: it does not say which kind of country it has, or has too many rows.
    """
    head = given.head.decode("utf-8", "replace")
    comments = "\n".join(line for line in head.splitlines() if line.startswith("#"))
    first = _ROW.search(_body(given.head))
    if first is None:
        return
    is_asn = _NUMBER.fullmatch(first[4].decode("ascii", "replace")) is not None
    table, series = _kind(given, comments, is_asn=is_asn)
    found = Found(table, series, _date(comments), *_licence(comments))
    _fill(found, given, first[2].decode(), is_asn=is_asn)
    yield found


def _body(head: bytes) -> bytes:
    """What follows the comments at the beginning."""
    lines = head.splitlines(keepends=True)
    return b"".join(lines[next((at for at, line in enumerate(lines) if not line.startswith(b"#")), len(lines)) :][:50])


def _kind(given: Given, comments: str, *, is_asn: bool) -> tuple[str, str]:
    if is_asn:
        return "asn", "iptoasn asn" if "iptoasn" in given.name.lower() else "ip-location-db asn"
    if "IPFire" in comments:
        return "country-geo", "ipfire"
    name = given.name.rpartition("/")[2].lower()
    for begin, table, series in _SERIES:
        if name.startswith(begin):
            return table, series
    if given.table in _COUNTRIES:
        return given.table, f"rows {given.table}"
    raise UnreadableError(
        f"{given.name}: says countries, but not what they are taken from",
        advice=f"say it with --table {', '.join(_COUNTRIES[:-1])} or {_COUNTRIES[-1]}",
    )


def _date(comments: str) -> str:
    said = _GENERATED.search(comments)
    try:
        return parsedate_to_datetime(said[1]).date().isoformat() if said else ""
    except ValueError:
        return ""


def _licence(comments: str) -> tuple[str, str]:
    """Licence and attribution, when the head tells them."""
    said = _LICENCE.search(comments)
    return (
        said[1].strip()[:LONGEST] if said else "",
        "IPFire Location (location.ipfire.org)" if "IPFire" in comments else "",
    )


def _fill(found: Found, given: Given, delimiter: str, *, is_asn: bool) -> None:
    for row in given.rows(delimiter):
        span, four = _span(row, is_asn=is_asn)
        if span is None:
            found.left_out += bool(row)
        else:
            (found.spans4 if four else found.spans6).append(span)


def _span(row: list[str], *, is_asn: bool) -> tuple[Span | None, bool]:
    """A row as a range, and whether it is of version 4; None for a row that says nothing of its addresses."""
    if len(row) < 3:
        return None, False
    try:
        (first, four), (last, same) = _address(row[0]), _address(row[1])
    except (ValueError, OSError):
        return None, False
    if first > last or four != same:
        return None, False
    if not is_asn:
        return (Span(first, last, row[2]) if _COUNTRY.fullmatch(row[2]) else None), four
    # iptoasn has the country between number and name, and 0 for what is not routed.
    if not _NUMBER.fullmatch(row[2]) or not 0 < int(row[2]) < 1 << 32:
        return None, four
    return Span(first, last, row[2], row[4 if len(row) > 4 else 3][:LONGEST] if len(row) > 3 else ""), four


def _address(text: str) -> tuple[int, bool]:
    """An address, written as one or as a number, and whether it is of version 4.

    Raises:
        ValueError: it is neither.
        OSError: the same.
    """
    if text.isdigit():
        if len(text) > 39 or (number := int(text)) >= 1 << 128:
            raise ValueError(text)
        return number, number < 1 << 32
    four = ":" not in text
    return int.from_bytes(inet_pton(AF_INET if four else AF_INET6, text), "big"), four


ROWS = Reader("rows of ranges", fits, read)
