"""Texts in texts: percent signs, forms, cookies, escapes, base64, hexadecimal digits, signed tokens."""

import binascii
import html
import math
import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote_to_bytes

from affidavit.network.personal.pieces import Piece, counted
from affidavit.network.personal.protobuf import fields, is_text
from affidavit.network.personal.runs import alphabet, runs
from affidavit.network.personal.structures import framed
from affidavit.network.personal.unpack import by_magic

MOST_RUNS = 2_000
"""Runs of base64 or hexadecimal digits in one text."""
OPAQUE = 128
"""Bytes from which a run that decodes to nothing known is taken for content that cannot be read."""
_WINDOW = 1_024
_SHORT = 256
_PLAIN = alphabet(bytes(range(0x20, 0x7F)) + b"\t\r\n", 8)
_FORM = re.compile(rb"[^\s=&<>{}\"]{1,200}=[^&\s]*(?:&[^&\s]*)*")
_NAME = re.compile(rb"[\w.\-\[\]$]{1,40}")
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_ESCAPE = re.compile(rb"(?:\\u[0-9A-Fa-f]{4})+|\\x[0-9A-Fa-f]{2}|\\[nrtbf\"'/\\]")
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_ENTITY = re.compile(rb"&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos);")
_JWT = re.compile(rb"(eyJ[\w-]{4,}+)(?:\.([\w-]{4,}+)\.[\w-]*+)?")
"""What begins like a token and is none is matched as well, so that no letter is looked at twice."""
_RUN = alphabet(string.ascii_letters.encode() + b"0123456789+/_-", 12)
_WRAPPED = re.compile(rb"[A-Za-z0-9+/_-]+(?:\r?\n[A-Za-z0-9+/_=-]*)+")
_IDENTIFIER = re.compile(rb"(?:0x)?[0-9a-fA-F-]+")
_DIGITS = alphabet(b"0123456789ABCDEFabcdef :-", 16)
_HEX = re.compile(rb"[0-9A-Fa-f]{16,}|[0-9A-Fa-f]{2}(?:[ :-][0-9A-Fa-f]{2}){5,}")
_READABLE = re.compile(
    rb"(?:[\x20-\x7e]|[\xc3-\xd9][\x80-\xbf]){8}|(?:[\x20-\x7e]\0){6}|(?:\0[\x20-\x7e]){6}|(?:[\xe3-\xe9][\x80-\xbf]{2}){3}"
)
_TEXTS = re.compile(
    rb"(?:[\x20-\x7e\t\r\n]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){12,65536}"
)
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_CHANCE = 16
_CONTROL = bytes(sorted({*range(0x20), 0x7F} - {*b"\t\r\n"}))
_RANDOM_BASE64, _RANDOM_HEX = 5.2, 3.7
"""Bits for each character from which a run may be encrypted: words and paths have fewer."""


def form(data: bytes, *, sure: bool = False) -> list[Piece] | None:
    """The fields of a form, decoded; None when it does not look like one and nobody says that it is."""
    if not sure and not (b"=" in data and _FORM.fullmatch(data)):
        return None
    pairs = [pair.partition(b"=") for pair in data.split(b"&") if pair]
    if not sure and len(pairs) == 1 and not (_NAME.fullmatch(pairs[0][0]) and pairs[0][2].strip(b"=")):
        return None
    return counted("form", ((_text(_plus(name)), _plus(value)) for name, _, value in pairs))


def cookies(data: bytes) -> list[Piece]:
    """The cookies of a header, as they are."""
    pairs = (pair.partition(b"=") for pair in data.split(b";"))
    return counted("cookie", ((_text(name.strip()), value.strip()) for name, _, value in pairs))


def segments(data: bytes) -> list[Piece]:
    """The segments of a path that hold anything, decoded, with their numbers."""
    found = enumerate(data.split(b"/"))
    return [Piece(f"segment:{number}", unquote_to_bytes(part)) for number, part in found if part]


def within(data: bytes) -> Iterable[Piece]:
    """Everything that a text may hold in other codes; percent signs come first, as they cut other codes into pieces."""
    return _within_short(data) if len(data) <= _SHORT else _within(data)


@lru_cache(1 << 14)
def _within_short(data: bytes) -> tuple[Piece, ...]:
    """Remembered, since apps send the same short texts over and over."""
    return tuple(_within(data))


def _within(data: bytes) -> Iterator[Piece]:
    if b"%" in data and _PERCENT.search(data):
        yield Piece("url", unquote_to_bytes(data))
        return
    if b"\\" in data and _ESCAPE.search(data):
        yield Piece("unescape", _ESCAPE.sub(_unescaped, data))
    if b"&" in data and _ENTITY.search(data):
        yield Piece("entities", html.unescape(data.decode()).encode("utf-8", "surrogatepass"))
    if tokens := list(_tokens(data)) if b"eyJ" in data else []:
        yield from tokens
    else:
        yield from _base64(data)
    yield from _hexadecimal(data)


def readable(data: bytes) -> Iterator[Piece]:
    """The texts in bytes that are of no known form."""
    after = 0
    for begin, end in runs(data, _PLAIN, MOST_RUNS):
        if begin >= after and (match := _TEXTS.match(data, begin)):
            after = max(match.end(), end)
            yield Piece("text", match[0])


def telling(data: bytes) -> bool:
    """Whether decoded bytes look like something rather than like noise."""
    return bool(_READABLE.search(data) or by_magic(data) or is_text(data))


def entropy(data: bytes) -> float:
    """Bits for each byte."""
    size = len(data)
    return -sum(count / size * math.log2(count / size) for count in Counter(data).values())


def _plus(data: bytes) -> bytes:
    return unquote_to_bytes(data.replace(b"+", b" "))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _unescaped(match: re.Match[bytes]) -> bytes:
    found = match[0]
    if found[:2] == b"\\u":
        return bytes.fromhex(found.replace(b"\\u", b"").decode()).decode("utf-16-be", "replace").encode()
    if found[:2] == b"\\x":
        return bytes.fromhex(found[2:].decode())
    return _CONTROLS.get(found[1:], found[1:])


def _tokens(data: bytes) -> Iterator[Piece]:
    """The two readable parts of JSON Web Tokens (RFC 7519); the third is a signature."""
    found = (match for match in _JWT.finditer(data) if match[2] is not None)
    for match in islice(found, MOST_RUNS):
        for name, part in (("header", match[1]), ("payload", match[2])):
            decoded = _decoded(part, 0)
            if decoded[:1] == b"{":
                yield Piece(f"jwt:{name}", decoded)


def _base64(data: bytes) -> Iterator[Piece]:
    if b"\n" in data and _WRAPPED.fullmatch(data):
        data = data.translate(None, b"\r\n=")
    end = 0
    for begin, end in runs(data, _RUN, MOST_RUNS):
        run = data[begin:end]
        if _IDENTIFIER.fullmatch(run):
            continue
        whole = _decoded(run, 0)
        if _worth(whole) or (len(whole) >= OPAQUE and entropy(run) >= _RANDOM_BASE64):
            yield Piece("base64", whole)
        for before in range(1, 4):  # a run may begin with letters that are not part of the code
            first = _decoded(run[:_WINDOW], before)
            if _READABLE.search(first) and _few_controls(first):
                yield Piece("base64", _decoded(run, before))
    if any(runs(data[end:], _RUN, 1)):  # there are more than are looked at
        yield Piece("base64", b"", "", "too-large", len(data) - end)


def _worth(data: bytes) -> bool:
    """Whether it is more than digits that happen to be read as a code: short bytes are often a message by chance."""
    return telling(data) or _in_order(data)


def _in_order(data: bytes) -> bool:
    """Whether the whole has a form, which noise of any length nearly never has."""
    return bool(by_magic(data) or framed(data) or (len(data) >= _CHANCE and fields(data)))


def _few_controls(data: bytes) -> bool:
    """Whether it may be a text; somewhere in much noise there are always some readable bytes."""
    return 50 * (len(data) - len(data.translate(None, _CONTROL))) <= len(data)


def _decoded(run: bytes, before: int) -> bytes:
    digits = run[before:].translate(_URL_SAFE)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def _hexadecimal(data: bytes) -> Iterator[Piece]:
    found = (match for begin, end in runs(data, _DIGITS, MOST_RUNS) for match in _HEX.finditer(data, begin, end))
    for match in islice(found, MOST_RUNS):
        run = match[0].translate(None, b" :-")
        for before in range(2):
            digits = run[before:]
            decoded = binascii.unhexlify(digits[: len(digits) & ~1])
            opaque = before == 0 and len(decoded) >= OPAQUE and entropy(run) >= _RANDOM_HEX
            noise = before and len(decoded) >= OPAQUE and not (_few_controls(decoded) or _in_order(decoded))
            if opaque or (_worth(decoded) and not noise):
                yield Piece("hex", decoded)
