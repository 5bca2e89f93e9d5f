"""Compressed content opened bounded: no more comes out than is allowed, whatever the stream says of itself."""

import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import brotli
import zstandard

RATIO = 256
"""Bytes out for each byte in; text does not come near it, bombs live far above it."""
ROOM = 64 << 10
"""Bytes that may come out whatever went in."""
_WINDOW = 32 << 20


class Unpacked(NamedTuple):
    """What a stream gave.

    Attributes:
        data: what came out before the end or the problem. problem: empty, ``damaged`` or ``too-large``.
    """

    data: bytes
    problem: str


def unpack(name: str, data: bytes, most: int) -> Unpacked:
    """Open one stream.

    Args:
        name: ``gzip``, ``deflate`` (zlib's or raw), ``br`` or ``zstd``.
        data: the stream.
        most: bytes that may come out.
    """
    return _OPENERS[name](data, min(most, ROOM + RATIO * len(data)))


def by_magic(data: bytes) -> str:
    """The compression that the first bytes name; empty without."""
    if data[:3] == b"\x1f\x8b\x08":
        return "gzip"
    if data[:4] == b"\x28\xb5\x2f\xfd":
        return "zstd"
    if data[:1] == b"\x78" and len(data) > 6 and int.from_bytes(data[:2], "big") % 31 == 0:
        return "deflate"
    return ""


def _zlib(data: bytes, most: int, window: int) -> Unpacked:
    out = bytearray()
    rest = data
    while rest:
        machine = zlib.decompressobj(window)
        try:
            out += machine.decompress(rest, most - len(out) + 1)
        except zlib.error:
            return Unpacked(bytes(out), "damaged")
        if len(out) > most:
            return Unpacked(bytes(out[:most]), "too-large")
        if not machine.eof:
            return Unpacked(bytes(out), "damaged")
        rest = machine.unused_data if window == _GZIP and machine.unused_data[:2] == b"\x1f\x8b" else b""
        if rest and len(out) >= most:
            return Unpacked(bytes(out), "too-large")
    return Unpacked(bytes(out), "")


_GZIP = 16 + zlib.MAX_WBITS


def _gzip(data: bytes, most: int) -> Unpacked:
    return _zlib(data, most, _GZIP)


def _deflate(data: bytes, most: int) -> Unpacked:
    """``deflate`` means zlib's form; some senders leave its frame out (RFC 9110, section 8.4.1.2)."""
    framed = _zlib(data, most, zlib.MAX_WBITS)
    return framed if framed.data or framed.problem != "damaged" else _zlib(data, most, -zlib.MAX_WBITS)


def _brotli(data: bytes, most: int) -> Unpacked:
    machine: Any = brotli.Decompressor()
    out = bytearray()
    feed = data
    try:
        while not machine.is_finished():
            given = machine.process(feed, output_buffer_limit=most - len(out) + 1)
            out += given
            if len(out) > most:
                return Unpacked(bytes(out[:most]), "too-large")
            if not given and not machine.is_finished() and machine.can_accept_more_data():
                return Unpacked(bytes(out), "damaged")
            feed = b""
    except brotli.error:
        return Unpacked(bytes(out), "damaged")
    return Unpacked(bytes(out), "")


def _zstd(data: bytes, most: int) -> Unpacked:
    out = bytearray()
    machine = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    try:
        with machine.stream_reader(data, read_across_frames=True) as reader:
            while piece := reader.read(min(1 << 20, most - len(out) + 1)):
                out += piece
                if len(out) > most:
                    return Unpacked(bytes(out[:most]), "too-large")
    except zstandard.ZstdError:
        return Unpacked(bytes(out), "damaged")
    whole = bool(out) or len(data) < 18
    return Unpacked(bytes(out), "" if whole else "damaged")


_OPENERS: dict[str, Callable[[bytes, int], Unpacked]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
