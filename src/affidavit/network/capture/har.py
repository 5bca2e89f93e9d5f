"""HTTP archives (HAR 1.2) of browsers, proxies and test tools, entry by entry."""

import base64
import binascii
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final
from urllib.parse import urlencode

from affidavit.network.capture.events import Event, Message, Unread, Where
from affidavit.network.capture.fields import ENCRYPTED, Target, address_of, seconds, target_of, whole, written
from affidavit.network.capture.har_entry import Content, Entry, Header, PostData, Request, entry_of
from affidavit.network.capture.json_stream import BrokenError, Element, Reader
from affidavit.network.capture.source import Source

_START: Final = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{.*?"log"\s*:', re.DOTALL)
_LOCAL: Final = frozenset(
    {"data", "blob", "about", "file", "chrome", "chrome-extension", "moz-extension", "javascript"}
)
"""Schemes that browsers list and that reach no network."""
_BODILESS: Final = frozenset({"GET", "HEAD", "OPTIONS", "CONNECT", "TRACE", "DELETE"})
_CONTROL: Final = bytes((*range(9), *range(14, 32), 127))
_LOW, _HIGH = "\udc80", "\udcff"
_MAGIC: Final = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd", "deflate": b"\x78"}
_PROTOCOLS: Final = (("3", "http3"), ("2", "http2"))
Headers = tuple[tuple[str, str], ...]


def form(head: bytes) -> str:
    """``har`` when the content begins as an HTTP archive does."""
    return "har" if _START.match(head) else ""


def read(source: Source) -> Iterator[Event]:
    """The exchanges of an archive."""
    number = 0
    try:
        for element in Reader(source.pieces()).elements("log", "entries"):
            yield from _exchange(element, f"entries/{number}")
            number += 1
    except BrokenError as error:
        yield Unread(error.kind, f"after {number} entries, {error}", Where(error.offset, f"entries/{number}"))


def _exchange(element: Element, name: str) -> Iterator[Event]:
    where = Where(element.offset, name)
    if element.data is None:
        yield Unread("capture/too-large", "an entry is too large or too deep", where, size=element.size)
        return
    try:
        entry = entry_of(element.data)
    except ValueError as error:
        yield Unread("capture/damaged", f"an entry cannot be read: {error}"[:200], where, size=element.size)
        return
    if entry.request is None or not entry.request.url:
        yield Unread("capture/damaged", "an entry has no request with an address", where, size=element.size)
        return
    target = target_of(entry.request.url)
    if target.host:
        yield _message(entry, entry.request, target, where)
        yield from _socket(entry, entry.request.url, target, where)
    elif target.scheme not in _LOCAL:
        yield Unread("capture/damaged", "an entry's address names no host", where, size=element.size)


def _message(entry: Entry, request: Request, target: Target, where: Where) -> Message:
    method = (request.method or "")[:32]
    sent, cut_sent, plain_sent = _sent(request.post_data, method, request.body_size)
    response = entry.response
    received, cut_received, plain_received = _received(response.content if response else None)
    return Message(
        where=where,
        at=written(entry.started_date_time),
        host=target.host,
        server=address_of(entry.server_address),
        port=target.port,
        method=method,
        url=_valid(request.url or ""),
        request=_headers(request.headers, sent, plain=plain_sent),
        sent=sent,
        status=min(whole(response.status), 999) if response else 0,
        response=_headers(response.headers, received, plain=plain_received) if response else (),
        received=received,
        encrypted=target.scheme in ENCRYPTED,
        protocol=_protocol(request.http_version or (response.http_version if response else "") or ""),
        cut="; ".join(filter(None, (cut_sent, cut_received))),
    )


def _protocol(version: str) -> str:
    """``http``, ``http2`` or ``http3``, from what browsers write: ``HTTP/1.1``, ``h2``, ``http/2.0``, ``h3-29``."""
    digits = version.lower().removeprefix("http/").removeprefix("h")
    return next((name for digit, name in _PROTOCOLS if digits.startswith(digit)), "http")


def _sent(data: PostData | None, method: str, size: float | str | None) -> tuple[bytes | None, str, bool]:
    """What a request sends, why it is not whole, and whether it was taken from a text."""
    if data is not None and data.text:
        return *_bytes(data.text, data.encoding), True
    if data is not None and data.params:
        pairs = [(_valid(one.name or ""), _valid(one.value or "")) for one in data.params]
        return urlencode(pairs).encode(), "the request's body was put together from its parameters", True
    if whole(size):
        return None, "the request's body was not kept", False
    if data is not None or size == 0 or method in _BODILESS:
        return b"", "", False
    return None, "", False


def _received(content: Content | None) -> tuple[bytes | None, str, bool]:
    """What a response brings, why it is not whole, and whether it was taken from a text."""
    if content is not None and content.text:
        return *_bytes(content.text, content.encoding), True
    if content is None or content.size is None or whole(content.size):
        return None, "the response's body was not kept" if content and content.size else "", False
    return b"", "", False


def _bytes(text: str, encoding: str | None) -> tuple[bytes, str]:
    """The bytes of a body, and why they are not whole."""
    if encoding and encoding.lower() == "base64":
        try:
            return base64.b64decode(text, validate=False), ""
        except (binascii.Error, ValueError):
            return _encoded(text), "its base64 is damaged"
    return _encoded(text), ""


def _encoded(text: str) -> bytes:
    """The bytes that a writer made this text of.

    Bytes that are no text come as lone surrogates from programs in Python, and from browsers as the first 256
    characters.
    """
    try:
        plain = text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape") if _only_escapes(text) else text.encode("utf-8", "replace")
    if len(plain) != len(text) and (text[:2] == "\x1f\x8b" or len(plain.translate(None, _CONTROL)) < len(plain)):
        with suppress(UnicodeEncodeError):
            return text.encode("latin-1")
    return plain


def _only_escapes(text: str) -> bool:
    """Whether every surrogate in a text stands for a byte."""
    return not any("\ud800" <= one <= "\udfff" and not _LOW <= one <= _HIGH for one in set(text))


def _valid(text: str) -> str:
    """A text that can be written as UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _headers(headers: list[Header] | None, body: bytes | None, *, plain: bool) -> Headers:
    """Names and values as sent; not the encoding of a body that the writer of the archive has decoded."""
    found = []
    for header in headers or ():
        name, value = _valid(header.name or ""), _valid(header.value or "")
        if plain and name.lower() == "content-encoding" and not _still(value.strip().lower(), body or b""):
            continue
        found.append((name, value))
    return tuple(found)


def _still(encoding: str, body: bytes) -> bool:
    """Whether a body begins as one of this encoding does."""
    magic = _MAGIC.get(encoding.rpartition(",")[2].strip())
    return magic is not None and body.startswith(magic)


def _socket(entry: Entry, url: str, target: Target, where: Where) -> Iterator[Message]:
    """The messages of a WebSocket, in their order."""
    for number, message in enumerate(entry.socket_messages or ()):
        binary = message.opcode == 2
        content, cut = _bytes(message.data or "", "base64" if binary else "")
        sent = message.type == "send"
        yield Message(
            where=Where(where.offset, f"{where.name}/messages/{number}"),
            at=seconds(message.time),
            host=target.host,
            server=address_of(entry.server_address),
            port=target.port,
            method="",
            url=_valid(url),
            sent=content if sent else None,
            received=None if sent else content,
            encrypted=target.scheme in ENCRYPTED,
            protocol="websocket",
            cut=cut,
        )
