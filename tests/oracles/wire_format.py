"""Protocol buffers read the obvious way: by recursion, one byte after the other, exceptions for what is wrong."""

import struct

HIGHEST = 100_000
DEEPEST = 32


class WrongError(Exception):
    """The bytes are no message."""


def values(data: bytes, path: str = "", depth: int = 1) -> list[tuple[str, bytes]]:
    """Every value with its path, numbers in each of their readings.

    Raises:
        WrongError: the bytes are no message.
    """
    found = []
    rest = list(data)
    if not rest:
        raise WrongError
    for number, kind, value in _fields(rest):
        here = f"{path}.{number}" if path else f"{number}"
        if kind == 2 and depth < DEEPEST and not _text(value):
            try:
                found += values(value, here, depth + 1)
                continue
            except WrongError:
                pass
        found += [(here, item) for item in _readings(kind, value)]
    return found


def _fields(rest: list[int]) -> list[tuple[int, int, bytes]]:
    """The fields of one level; all of them are read before any of what is in them."""
    found = []
    while rest:
        tag = _varint(rest)
        number, kind = tag >> 3, tag & 7
        if not 1 <= number <= HIGHEST:
            raise WrongError
        match kind:
            case 0:
                value = struct.pack("<Q", _varint(rest))
            case 1:
                value = _taken(rest, 8)
            case 2:
                value = _taken(rest, _varint(rest))
            case 5:
                value = _taken(rest, 4)
            case _:
                raise WrongError
        found.append((number, kind, value))
    return found


def _taken(rest: list[int], size: int) -> bytes:
    if size > len(rest):
        raise WrongError
    taken = bytes(rest[:size])
    del rest[:size]
    return taken


def _varint(rest: list[int]) -> int:
    digits = []
    while True:
        if not rest or len(digits) == 10:
            raise WrongError
        byte = rest.pop(0)
        digits.append(byte % 128)
        if byte < 128:
            break
    return sum(digit * 128**place for place, digit in enumerate(digits)) % 2**64


def _readings(kind: int, value: bytes) -> list[bytes]:
    if kind == 2:
        return [value]
    if kind == 0:
        (plain,) = struct.unpack("<q", value)
        (number,) = struct.unpack("<Q", value)
        zigzag = -(number // 2) - 1 if number % 2 else number // 2
        return [b"%d" % plain] + ([b"%d" % zigzag] if number >= 10_000 and zigzag != plain else [])
    (real,) = struct.unpack("<d" if kind == 1 else "<f", value)
    (number,) = struct.unpack("<Q" if kind == 1 else "<I", value)
    shown = [] if not 1e-6 < abs(real) < 1e12 else [repr(real).encode() if kind == 1 else b"%.7g" % real]
    return [*shown, b"%d" % number]


def _text(data: bytes) -> bool:
    try:
        return all(character in "\t\r\n" or character.isprintable() for character in data.decode())
    except UnicodeDecodeError:
        return False
