"""A side of HTTP/2 read the slow way: all frames first, then heads with a table of their own."""

from typing import NamedTuple

from hpack import Decoder


class Stream(NamedTuple):
    """What one side said on a stream."""

    headers: list[tuple[str, str]]
    body: bytes
    ended: bool


def streams(data: bytes) -> dict[int, Stream]:
    """Streams of a side whose frames are well-formed, without its preface."""
    decoder, found, block = Decoder(), {}, b""
    while data:
        size, kind, flags = int.from_bytes(data[:3], "big"), data[3], data[4]
        number, content, data = int.from_bytes(data[5:9], "big"), data[9 : 9 + size], data[9 + size :]
        if kind not in {0, 1, 9}:
            continue
        if flags & 8 and kind != 9:
            content = content[1 : len(content) - content[0]]
        headers, body, ended = found.get(number, ([], b"", False))
        if kind == 0:
            found[number] = Stream(headers, body + content, bool(flags & 1))
            continue
        block += content[5:] if flags & 32 and kind == 1 else content
        ended = bool(flags & 1) if kind == 1 else ended
        if flags & 4:
            headers, block = headers + [tuple(pair) for pair in decoder.decode(block)], b""
        found[number] = Stream(headers, body, ended)
    return found
