"""A client's hello read the slow and obvious way: the whole message as nested lists, without bounds."""

from typing import NamedTuple


class Read(NamedTuple):
    """Fields of a hello, with its GREASE."""

    version: int
    ciphers: list[int]
    extensions: list[tuple[int, bytes]]


def hello(message: bytes) -> Read:
    """The fields of a well-formed message."""
    rest = message[4:]
    version, rest = int.from_bytes(rest[:2], "big"), rest[34:]
    _, rest = behind(rest, 1)
    suites, rest = behind(rest, 2)
    _, rest = behind(rest, 1)
    raw, _ = behind(rest, 2) if rest else (b"", b"")
    extensions = []
    while raw:
        kind = int.from_bytes(raw[:2], "big")
        content, raw = behind(raw[2:], 2)
        extensions.append((kind, content))
    return Read(version, pairs(suites), extensions)


def behind(data: bytes, width: int) -> tuple[bytes, bytes]:
    """What is behind a length of so many bytes, and the rest."""
    size = int.from_bytes(data[:width], "big")
    return data[width : width + size], data[width + size :]


def pairs(data: bytes) -> list[int]:
    """Numbers of two bytes."""
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data) - 1, 2)]


def meant(values: list[int]) -> list[int]:
    """Without GREASE, whose numbers have two equal bytes that end in A."""
    return [value for value in values if f"{value:04x}"[:2] != f"{value:04x}"[2:] or f"{value:04x}"[1] != "a"]


def joined(record_stream: bytes) -> bytes:
    """The content of records, one after the other."""
    found = b""
    while record_stream:
        content, record_stream = behind(record_stream[3:], 2)
        found += content
    return found
