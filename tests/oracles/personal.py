"""A path followed again, by other code: what of a message it leads to, and whether a value is there.

A step that looks into a text (``base64``, ``hex``) stands for any run of that code in it: following a path gives a set.
"""

import base64
import hashlib
import html
import json
import plistlib
import re
import zlib
from itertools import accumulate, pairwise
from urllib.parse import unquote_plus, unquote_to_bytes, urlsplit

import brotli
import msgspec
import zstandard

from affidavit.network.capture.events import Message
from tests.oracles.dex import uleb

HASHES = ("md5", "sha1", "sha256", "sha512")
_READABLE = re.compile("[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\udc80-\udcff]{6,}")
_TOKEN = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.([^.\[\]]+)')


def place(message: Message, name: str) -> bytes | None:
    rest = name.removeprefix("response-")
    headers, body = (
        (message.response, message.received) if name.startswith("response-") else (message.request, message.sent)
    )
    if rest.startswith("header:"):
        return next(value for header, value in headers if header == rest.removeprefix("header:")).encode()
    if rest == "body":
        return body
    parts = urlsplit(message.url)
    return {"host": parts.netloc, "path": parts.path, "query": parts.query}[rest].encode()


def follow(message: Message, path: tuple[str, ...]) -> set[bytes]:
    """What the steps lead to, as far as they decode; the last ones, which say how a value is written, are left out."""
    found = {place(message, path[0])}
    for step in path[1:]:
        if step in {*HASHES, "bytes"} or step.startswith(("decimals:", "e6", "e7")):
            break
        found = {item for data in found for item in one(data, step)}
    return found


def one(data: bytes, step: str) -> set[bytes]:
    kind, _, name = step.partition(":")
    try:
        if kind.startswith("ndjson["):
            kind, data = "json", data.splitlines()[int(kind[7:-1])]
        return {item for item in _STEPS[kind](data, name) if item}
    except Exception:  # noqa: BLE001 - the set holds runs of every kind, most of which are of another one
        return set()


def reaches(message: Message, path: tuple[str, ...], value: str) -> bool:
    """Whether a value is where a path leads."""
    spelt = {value, value.lower(), value.upper(), bare(value)} | _numbers(value)
    spelt |= {bare(value).upper(), "+" + bare(value), "00" + bare(value), value.partition("://")[2], value.rstrip("/")}
    spelt |= {value.partition("://")[2].rstrip("/"), ":".join(re.findall("..", bare(value)))} | _dashed(value)
    spelt |= {item.upper() for item in spelt} | {item.lower() for item in spelt}
    spelt.discard("")
    last = next((step for step in path if step in {*HASHES, "bytes"}), "")
    for data in follow(message, path):
        if last == "bytes":
            digits = bytes.fromhex(bare(value))
            mixed = digits[3::-1] + digits[5:3:-1] + digits[7:5:-1] + digits[8:]
            if any(item in data for item in (digits, digits[::-1], mixed)):
                return True
        elif last:
            digests = [hashlib.new(last, item.encode()).digest() for item in spelt]
            if any(item in data or item.hex().encode() in data.lower() for item in digests):
                return True
        elif any(item.lower().encode() in data.lower() for item in spelt):
            return True
    return False


def bare(text: str) -> str:
    return "".join(item for item in text.lower() if item.isalnum())


def _dashed(value: str) -> set[str]:
    ends = list(accumulate((8, 4, 4, 4, 12), initial=0))
    return {"-".join(bare(value)[a:b] for a, b in pairwise(ends))} if len(bare(value)) == 32 else set()


def _numbers(value: str) -> set[str]:
    return {str(int(value, 16))} if re.fullmatch("[0-9a-f]{16}", value) else set()


def _walk(value, path: str):
    for quoted, index, name in _TOKEN.findall(path.removeprefix("$")):
        value = value[int(index)] if index else value[json.loads(f'"{quoted}"') if quoted else name]
    return [value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")]


def _field(separator: bytes, read):
    def fields(data: bytes, name: str):
        wanted = re.sub(r"\[\d+\]$", "", name)
        pairs = (pair.strip().partition(b"=") for pair in data.split(separator))
        return {read(value) for key, _, value in pairs if read(key).decode("utf-8", "replace")[:100] in {name, wanted}}

    return fields


def _parts(data: bytes, name: str):
    mark = data.split(b"\r\n", 1)[0]
    parts = (part.partition(b"\r\n\r\n") for part in data.split(mark))
    return {body.removesuffix(b"\r\n") for head, _, body in parts if f'name="{name}"'.encode() in head}


def _runs(pattern: bytes, decode):
    def runs(data: bytes, _: str):
        found = re.findall(pattern, data) + re.findall(pattern, re.sub(rb"\s", b"", data))
        return {item for run in found for before in range(4) if (item := decode(run[before:]))}

    return runs


def _base64(run: bytes) -> bytes:
    run = run[: len(run) - (len(run) % 4 == 1)].replace(b"-", b"+").replace(b"_", b"/")
    return base64.b64decode(run + b"=" * (-len(run) % 4))


def _hex(run: bytes) -> bytes:
    run = re.sub(rb"[ :-]", b"", run)
    return bytes.fromhex(run[: len(run) // 2 * 2].decode())


def _jwt(data: bytes, name: str):
    tokens = re.findall(rb"eyJ[\w-]*\.[\w-]*\.[\w-]*", data)
    return {_base64(token.split(b".")[name == "payload"]) for token in tokens}


def _xml(data: bytes, _: str):
    return [
        html.unescape(item.decode("utf-8", "replace")).encode() for item in re.findall(rb"[\">]([^\"<>]+)[\"<]", data)
    ]


def _wire(data: bytes, name: str):
    """Every reading of the fields with this path, whatever their type."""
    number, _, rest = name.partition(".")
    at = 0
    while at < len(data):
        tag, at = uleb(data, at)
        value = b""
        if tag & 7 == 0:
            number_, at = uleb(data, at)
            value = str(number_).encode()
        elif tag & 7 == 2:
            size, at = uleb(data, at)
            value, at = data[at : at + size], at + size
        else:
            at += 8 if tag & 7 == 1 else 4
        if tag >> 3 == int(number):
            yield from _wire(value, rest) if rest else [value]


def _frames(data: bytes, name: str):
    at, found = 0, []
    while at < len(data):
        size = int.from_bytes(data[at + 1 : at + 5], "big")
        found.append(data[at + 5 : at + 5 + size])
        at += 5 + size
    return [found[int(name)]]


def _unescaped(data: bytes, _: str):
    def read(match):
        if match[0].startswith(b"\\x"):
            return bytes.fromhex(match[0][2:].decode())
        return json.loads(b'"' + match[0] + b'"').encode()

    return [re.sub(rb"(\\u[0-9A-Fa-f]{4})+|\\x[0-9A-Fa-f]{2}|\\[nrtbf\"/\\]", read, data)]


def _deflated(data: bytes, _: str):
    try:
        return [zlib.decompress(data)]
    except zlib.error:
        return [zlib.decompress(data, -15)]


_STEPS = {
    "gzip": lambda data, _: [zlib.decompress(data, 31)],
    "deflate": _deflated,
    "br": lambda data, _: [brotli.decompress(data)],
    "zstd": lambda data, _: [zstandard.ZstdDecompressor().decompressobj().decompress(data)],
    "form": _field(b"&", lambda data: unquote_plus(data.decode("latin-1"), "latin-1").encode("latin-1")),
    "segment": lambda data, number: [unquote_to_bytes(data.split(b"/")[int(number)])],
    "cookie": _field(b";", bytes),
    "json": lambda data, path: _walk(json.loads(data, parse_float=str), path),
    "multipart": _parts,
    "msgpack": lambda data, path: _walk(msgspec.msgpack.decode(data), path),
    "plist": lambda data, path: _walk(plistlib.loads(data), path),
    "xml": _xml,
    "grpc": _frames,
    "protobuf": _wire,
    "text": lambda data, _: [item.encode() for item in _READABLE.findall(data.decode("utf-8", "surrogateescape"))],
    "url": lambda data, _: [unquote_to_bytes(data), unquote_to_bytes(data.replace(b"+", b" "))],
    "unescape": _unescaped,
    "entities": lambda data, _: [html.unescape(data.decode()).encode()],
    "jwt": _jwt,
    "base64": _runs(rb"[A-Za-z0-9+/_-]{8,}", _base64),
    "hex": _runs(rb"[0-9A-Fa-f]{8,}|(?:[0-9A-Fa-f]{2}[ :-])+[0-9A-Fa-f]{2}", _hex),
    "utf-16-le": lambda data, _: [
        data.decode("utf-16-le", "ignore").encode(),
        data[1:].decode("utf-16-le", "ignore").encode(),
    ],
    "utf-16-be": lambda data, _: [
        data.decode("utf-16-be", "ignore").encode(),
        data[1:].decode("utf-16-be", "ignore").encode(),
    ],
}
