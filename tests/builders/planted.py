"""Messages with a value planted in them: in some code, at some place."""

import base64
import gzip
import hashlib
import html
import json
import plistlib
import struct
import zlib
from urllib.parse import quote, quote_from_bytes, quote_plus

import brotli
import msgspec
import zstandard

from affidavit.network.capture.events import Message, Where


def message(url: str = "https://api.example.net/v1/a", **more) -> Message:
    host = url.split("/")[2]
    return Message(Where(-1, "entries/0"), -1, host, "192.0.2.1", 443, "POST", url, **more)


# Codes: bytes to bytes. Those of `ONCE` cannot be undone, or leave no text behind: nothing else goes inside of them.


def _hashed(name, spell=lambda text: text, write=lambda digest: digest.hex()):
    return lambda data: write(hashlib.new(name, spell(data.decode()).encode()).digest()).encode()


def _b64(digest):
    return base64.b64encode(digest).decode()


def protobuf(number: int, data: bytes) -> bytes:
    size, out = len(data), bytearray([number << 3 | 2])
    while size > 0x7F:
        out.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes(out) + bytes([size]) + data


def _escaped(data):
    return "".join(f"\\u{ord(item):04x}" if ord(item) < 0x10000 else item for item in data.decode()).encode()


def _jwt(data):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    return b".".join([part({"alg": "HS256"}), part({"sub": data.decode()}), base64.urlsafe_b64encode(b"\x9c" * 32)])


def _packed(data):
    return msgspec.msgpack.encode({"device": [{"id": data.decode()}]})


ONCE = {
    "upper": bytes.upper,
    "md5": _hashed("md5"),
    "sha1": _hashed("sha1"),
    "sha256": _hashed("sha256"),
    "sha512": _hashed("sha512"),
    "sha1 of upper": _hashed("sha1", str.upper),
    "sha256 of lower": _hashed("sha256", str.lower),
    "SHA256": _hashed("sha256", write=lambda digest: digest.hex().upper()),
    "md5 in base64": _hashed("md5", write=_b64),
    "sha1 in base64": _hashed("sha1", write=_b64),
    "sha256 in base64": _hashed("sha256", write=_b64),
    "sha512 in base64": _hashed("sha512", write=lambda digest: base64.urlsafe_b64encode(digest).decode()),
    "UTF-16 LE": lambda data: data.decode().encode("utf-16-le"),
    "UTF-16 BE": lambda data: data.decode().encode("utf-16-be"),
    "UTF-16 with mark": lambda data: data.decode().encode("utf-16"),
}
TEXT = {
    "percent": lambda data: quote_from_bytes(data, safe="").encode(),
    "percent, all": lambda data: "".join(f"%{byte:02X}" for byte in data).encode(),
    "percent, twice": lambda data: quote(quote_from_bytes(data, safe=""), safe="").encode(),
    "base64": base64.b64encode,
    "base64, bare": lambda data: base64.b64encode(data).rstrip(b"="),
    "base64, URL": base64.urlsafe_b64encode,
    "base64, in a text": lambda data: b"id:" + base64.b64encode(data) + b";v=1",
    "base64 of more, one before": lambda data: base64.b64encode(b"\xff" + data + b"\xfe"),
    "base64 of more, two before": lambda data: base64.b64encode(b"\xff\xfd" + data + b"\xfe"),
    "base64 behind letters": lambda data: b"idX" + base64.b64encode(data),
    "base64 in lines": lambda data: b"\n".join(
        base64.b64encode(data)[at : at + 20] for at in range(0, 2 * len(data), 20)
    ),
    "hex": lambda data: data.hex().encode(),
    "HEX": lambda data: data.hex().upper().encode(),
    "hex, colons": lambda data: data.hex(":").encode(),
    "hex, blanks": lambda data: data.hex(" ").encode(),
    "hex, 0x": lambda data: b"0x" + data.hex().encode(),
    "backslash x": lambda data: "".join(f"\\x{byte:02x}" for byte in data).encode(),
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zlib": zlib.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
    "gRPC frame": lambda data: struct.pack(">BI", 0, len(data)) + data,
    "protobuf": lambda data: protobuf(1, protobuf(3, b"\x01\x02\xff") + protobuf(2, data)) + b"\x10\x05",
}
WRITTEN = {  # of texts alone
    "JSON": lambda data: json.dumps({"a": [{"id": data.decode()}]}).encode(),
    "JSON in JSON": lambda data: json.dumps({"a": json.dumps({"id": data.decode()})}, ensure_ascii=False).encode(),
    "backslash u": _escaped,
    "entities": lambda data: "".join(f"&#{ord(item)};" for item in data.decode()).encode(),
    "JWT": _jwt,
    "MessagePack": _packed,
    "property list": lambda data: plistlib.dumps({"a": data.decode()}),
    "property list, binary": lambda data: plistlib.dumps({"a": [data.decode()]}, fmt=plistlib.FMT_BINARY),
    "XML text": lambda data: f"<r><d>{html.escape(data.decode())}</d></r>".encode(),
    "XML attribute": lambda data: f'<r><d id="{html.escape(data.decode())}"/></r>'.encode(),
    "JSON lines": lambda data: b'{"n":1}\n' + json.dumps({"id": data.decode()}).encode() + b"\n",
    "form": lambda data: f"v=1&id={quote_plus(data)}".encode(),
}
ALONE = {"base64, in a text", "base64 of more, one before", "base64 of more, two before", "base64 behind letters"}
"""Codes that put something beside what they hold, which has no beginning of its own then: texts alone stand that."""
CODES = {"as it is": bytes, **ONCE, **TEXT, **WRITTEN}


def is_text(data: bytes) -> bool:
    try:
        return data.decode().isprintable()
    except UnicodeDecodeError:
        return False


def coded(data: bytes, *names: str) -> bytes | None:
    """The codes one in the other, the first one innermost; None when one of them cannot hold what is inside."""
    for name in names:
        if name in (*WRITTEN, *ALONE) and not is_text(data.replace(b"\n", b"")):
            return None
        data = CODES[name](data)
    return data


# Places: what is planted is put so that it travels there whole.


def _carried(data: bytes) -> str:
    return data.decode() if is_text(data) else base64.b64encode(data).decode()


def _multipart(data: bytes) -> Message:
    parts = b'--zz\r\nContent-Disposition: form-data; name="v"\r\n\r\n1\r\n'
    parts += b'--zz\r\nContent-Disposition: form-data; name="blob"\r\n\r\n' + data + b"\r\n--zz--\r\n"
    return message(request=(("Content-Type", "multipart/form-data; boundary=zz"),), sent=parts)


def _body(kind: str, data: bytes, coding: str = "") -> Message:
    headers = (("Content-Type", kind), *([("Content-Encoding", coding)] if coding else []))
    return message(request=headers, sent=data)


def _deep(data: bytes) -> bytes:
    tree = {"id": _carried(data), "v": [1, 2.5, None, True]}
    for name in ("events", "de vice", "ctx"):
        tree = {name: [tree], "t": "x"}
    return json.dumps(tree, ensure_ascii=False).encode()


PLACES = {
    "query": lambda data: message(f"https://api.example.net/v1?v=1&x={quote_plus(data)}"),
    "path": lambda data: message(f"https://api.example.net/v1/{quote(data, safe='')}/z"),
    "header": lambda data: message(request=(("X-Thing", _carried(data)),)),
    "cookie": lambda data: message(request=(("Cookie", f"a=1; b={quote(data, safe='')}; c=2"),)),
    "form": lambda data: _body("application/x-www-form-urlencoded", f"v=1&x={quote_plus(data)}".encode()),
    "JSON": lambda data: _body("application/json", _deep(data)),
    "multipart": _multipart,
    "protobuf": lambda data: _body(
        "application/x-protobuf", protobuf(1, b"\x08\x96\x01" + protobuf(7, data)) + b"\x10\x01"
    ),
    "body": lambda data: _body("application/octet-stream", data),
    "gzip body": lambda data: _body("application/json", gzip.compress(_deep(data), mtime=0), "gzip"),
    "deflate body": lambda data: _body("application/json", zlib.compress(_deep(data))[2:-4], "deflate"),
    "br body": lambda data: _body("application/json", brotli.compress(_deep(data)), "br"),
    "zstd body": lambda data: _body("text/plain", zstandard.ZstdCompressor().compress(data), "zstd"),
    "gzip, undeclared": lambda data: _body("application/json", gzip.compress(_deep(data), mtime=0)),
}
