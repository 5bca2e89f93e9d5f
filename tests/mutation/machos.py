"""Mach-O files: headers, load commands, the blobs of a code signature (Apple, ``mach-o/loader.h``, ``cs_blobs.h``)."""

import struct
from random import Random

from tests.mutation.fields import Field, one_of, poke, u32

_THIN = {b"\xcf\xfa\xed\xfe": 32, b"\xce\xfa\xed\xfe": 28}
"""Bytes of the header, by magic; programs for iOS are little-endian."""
_FAT = b"\xca\xfe\xba\xbe"
_SIGNATURE = 0x1D
_MOST = 500
_DIRECTORY = (4, 4, 4, 4, 4, 4, 4, 4, 4, 1, 1, 1, 1, 4, 4, 4, 4, 8, 8, 8)
"""Widths of the fields of a code directory, magic and length first."""


def _start(draw: Random, data: bytes) -> int:
    """Where an image starts: some image of a file for several."""
    if data[:4] != _FAT:
        return 0
    count = int.from_bytes(data[4:8], "big")
    at = 8 + 20 * draw.randrange(max(min(count, 16), 1))
    return int.from_bytes(data[at + 8 : at + 12], "big")


def commands(data: bytes, start: int) -> list[tuple[int, int, int]]:
    """Offset, kind and size of the load commands of the image at `start`."""
    at = start + _THIN.get(data[start : start + 4], len(data))
    found = []
    while at + 8 <= len(data) and len(found) < min(u32(data, start + 16), _MOST):
        kind, size = struct.unpack_from("<2I", data, at)
        found.append((at, kind, size))
        if size < 8:
            break
        at += size
    return found


def pick(draw: Random, data: bytes) -> Field | None:
    """A field of the file's header, of an image's, of a load command, or of the code signature."""
    if data[:4] == _FAT and draw.random() < 0.2:
        return Field(4 + 4 * draw.randrange(8), 4, "big")
    start = _start(draw, data)
    found = commands(data, start)
    if not found:
        return None
    if draw.random() < 0.15:
        return one_of(draw, start, (4,) * 8)
    signature = next((at for at, kind, _ in found if kind == _SIGNATURE), 0)
    if signature and draw.random() < 0.5:
        return _of_signature(draw, data, start + u32(data, signature + 8))
    at, _, size = draw.choice(found)
    return Field(at + 4 * draw.randrange(max(min(size, 96) // 4, 1)), 4)


def _of_signature(draw: Random, data: bytes, at: int) -> Field:
    """The index of the blobs, or a blob's own header or content."""
    count = int.from_bytes(data[at + 8 : at + 12], "big")
    if draw.random() < 0.3:
        return Field(at + 4 * draw.randrange(3 + 2 * min(count, 8)), 4, "big")
    slot = at + 12 + 8 * draw.randrange(max(min(count, 8), 1))
    blob = at + int.from_bytes(data[slot + 4 : slot + 8], "big")
    return one_of(draw, blob, _DIRECTORY, "big") if draw.random() < 0.7 else Field(blob + draw.randrange(400), 1)


def mutate(draw: Random, data: bytes) -> bytes:
    """A program with some fields overwritten."""
    return poke(draw, data, pick)
