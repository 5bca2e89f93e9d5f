"""Content with an inner order: JSON and its lines, parts of a form, MessagePack, property lists, XML, frames."""

import html
import re
from collections.abc import Iterator

import msgspec

from affidavit.artefact.plist import FEW_VALUES, PlistError, read_plist
from affidavit.network.personal.leaves import Values
from affidavit.network.personal.pieces import Piece, counted, leaves, named
from affidavit.network.personal.protobuf import fields

LARGEST = 8 << 20
"""Bytes of one document whose whole tree is made; values take up to twenty times their bytes."""
MOST_PARTS = 1_000
_JSON = msgspec.json.Decoder(float_hook=str)
_PAIR = re.compile(rb'"([^"\\]{1,100})"\s*:\s*(?:"((?:[^"\\]|\\.){0,65536})"|(-?\d[\d.eE+-]{0,40}))')
_TAG = re.compile(
    rb"<([\w:.-]{1,100})((?:\s{1,20}[\w:.-]{1,100}\s{0,9}=\s{0,9}(?:\"[^\"]{0,4096}\"|'[^']{0,4096}')){0,40})"
    rb"\s{0,20}/?>(?:\s*(<!\[CDATA\[)|([^<]*))"
)
_ATTRIBUTE = re.compile(rb"([\w:.-]{1,100})\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)')")
_NAME = re.compile(rb'name="?([^";\r\n]{0,100})', re.IGNORECASE)


def json(data: bytes) -> Values | None:
    """The values of a JSON document; None when it is none."""
    value = _value(data)
    return Values(lambda: iter((("json", value),))) if value else None


def _value(data: bytes) -> object:
    if len(data) > LARGEST:
        return None
    try:
        return _JSON.decode(data)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None


def lines(data: bytes) -> Values | None:
    """The values in lines of JSON; None when the first line is none."""
    found = data.splitlines()
    if len(found) < 2 or found[0][:1] not in b"{[" or _value(found[0]) is None:
        return None
    written = [(number, line) for number, line in enumerate(found) if line.strip()]
    return Values(lambda: ((f"ndjson[{number}]", _value(line) or line) for number, line in written))


def broken(data: bytes) -> list[Piece] | None:
    """Names and values in JSON that was cut off or damaged; None without any."""
    found = (
        (match[1].decode("utf-8", "replace"), _string(match[2]) if match[2] is not None else match[3])
        for match in _PAIR.finditer(data)
    )
    return counted("pair", found) or None


def _string(inner: bytes) -> bytes:
    value = _value(b'"' + inner + b'"')
    return value.encode() if isinstance(value, str) else inner


def parts(data: bytes, boundary: bytes) -> list[Piece] | None:
    """The parts of a multipart body (RFC 7578), by name; None when the boundary is not in it."""
    cut = data.split(b"--" + boundary, MOST_PARTS)
    if len(cut) < 2:
        return None
    found = []
    for part in cut[1:]:
        head, blank, body = part.partition(b"\r\n\r\n")
        if blank:
            name = _NAME.search(head)
            found.append((name[1].decode("utf-8", "replace") if name else "", body.removesuffix(b"\r\n")))
    return counted("multipart", found)


def first_boundary(data: bytes) -> bytes:
    """The boundary that a body without a content type begins with; empty when it does not look like one."""
    line = data[:200].partition(b"\r\n")[0]
    return line[2:] if line[:2] == b"--" and len(line) > 6 and b"isposition" in data[:600] else b""


def messagepack(data: bytes) -> Iterator[Piece] | None:
    """The values of a MessagePack map or array that uses up its bytes; None when it is none."""
    if not (0x80 <= data[0] <= 0x9F or 0xDC <= data[0] <= 0xDF) or len(data) > LARGEST:
        return None
    try:
        value = msgspec.msgpack.decode(data)
    except (msgspec.DecodeError, RecursionError, ValueError, TypeError):
        return None
    return leaves("msgpack", value) if value else None


def properties(data: bytes) -> Iterator[Piece] | None:
    """The values of a property list; None when it is none."""
    try:
        return leaves("plist", read_plist(data, FEW_VALUES))
    except PlistError:
        return None


def xml(data: bytes) -> list[Piece] | None:
    """Attributes and texts of XML or HTML, by element's name; None without any."""
    found: list[tuple[str, bytes]] = []
    at, closed = 0, data.rfind(b"]]>")
    while match := _TAG.search(data, at):
        tag, at = match[1].decode(), match.end()
        for attribute in _ATTRIBUTE.finditer(match[2]):
            value = attribute[2] if attribute[2] is not None else attribute[3]
            found.append((f"{tag}@{attribute[1].decode()}", _plain(value)))
        text = _plain(match[4] or b"")
        if match[3] is not None and at <= closed:
            end = data.index(b"]]>", at)
            text, at = data[at:end], end + 3
        if text.strip():
            found.append((tag, text.strip()))
    named_ = counted("xml", found)
    return [piece._replace(key=piece.key.rpartition("@")[2]) for piece in named_] or None


def _plain(data: bytes) -> bytes:
    return html.unescape(data.decode("utf-8", "replace")).encode("utf-8", "surrogatepass") if b"&" in data else data


def framed(data: bytes) -> list[Piece] | None:
    """The messages of a gRPC body: a flag, a length of four bytes, the message; None when it is none."""
    found: list[Piece] = []
    at = 0
    if len(data) < 5 or not any(data[1:5]):
        return None
    while at + 5 <= len(data) and data[at] < 2:
        end = at + 5 + int.from_bytes(data[at + 1 : at + 5], "big")
        if end > len(data) or len(found) >= MOST_PARTS:
            return None
        found.append(Piece(named("grpc", str(len(found))), data[at + 5 : end]))
        at = end
    return found if found and at == len(data) else None


def protocol(data: bytes) -> list[Piece] | None:
    """The fields of a protocol buffer; None when it is no plausible one."""
    found = fields(data)
    return [Piece(f"protobuf:{field.path}", field.data) for field in found] if found else None
