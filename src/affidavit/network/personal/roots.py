"""Where in a message content lies: path, query, headers, body, of the request and of the response."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from affidavit.network.capture.events import Message

MOST_HEADERS = 300
_CODINGS = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate", "br": "br", "zstd": "zstd"}
_BOUNDARY = re.compile(r"boundary=\"?([^\";\s]{1,100})", re.IGNORECASE)


class Root(NamedTuple):
    """One place of a message.

    Attributes:
        place: ``path``, ``query``, ``header:Cookie``, ``body`` ...; those of a response begin with ``response-``.
        data: its bytes. key: of a header, its name.
        reads: how it is read whatever it looks like: ``form``, ``cookies``, ``segments`` or a multipart boundary; empty
            otherwise.
        codings: compressions that its headers declare, the last one applied first.
    """

    place: str
    data: bytes
    key: str = ""
    reads: str = ""
    codings: tuple[str, ...] = ()


def roots(message: Message, *, sent: bool) -> Iterator[Root]:
    """The places of one half of a message, in order."""
    before = "" if sent else "response-"
    headers = (message.request if sent else message.response)[:MOST_HEADERS]
    if sent:
        yield from _url(message.url)
    for name, value in headers:
        if not name.startswith(":"):
            reads = "cookies" if name.lower() == "cookie" else ""
            yield Root(f"{before}header:{name[:100]}", _bytes(value), name[:100], reads)
    body = message.sent if sent else message.received
    if body:
        yield Root(f"{before}body", body, "", _reads(headers), _codings(headers))


def header(headers: tuple[tuple[str, str], ...], wanted: str) -> str:
    """The value of a header; empty without."""
    return next((value for name, value in headers if name.lower() == wanted), "")


def _url(url: str) -> Iterator[Root]:
    rest = url.partition("#")[0]
    host = ""
    if "://" in rest:
        host, slash, rest = rest.partition("://")[2].partition("/")
        rest = slash + rest
        if "?" in host:
            host, _, query = host.partition("?")
            rest = f"?{query}"
    path, _, query = rest.partition("?")
    for place, text, reads in (("host", host, ""), ("path", path, "segments")):
        if len(text) > 1:
            yield Root(place, _bytes(text), reads=reads)
    if query:
        yield Root("query", _bytes(query), reads="form")


def _bytes(text: str) -> bytes:
    """Headers and addresses as they were sent: readers give bytes past ASCII as Latin-1 or as UTF-8."""
    return text.encode("utf-8", "surrogateescape")


def _reads(headers: tuple[tuple[str, str], ...]) -> str:
    kind = header(headers, "content-type").lower()
    if "x-www-form-urlencoded" in kind:
        return "form"
    found = _BOUNDARY.search(header(headers, "content-type")) if kind.startswith("multipart/") else None
    return f"multipart:{found[1]}" if found else ""


def _codings(headers: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    declared = header(headers, "content-encoding").lower().split(",")
    return tuple(_CODINGS[name.strip()] for name in reversed(declared) if name.strip() in _CODINGS)[:3]
