"""Stretches of bytes of one kind, found by what C does fast: one translation, then searches for single bytes."""

from collections.abc import Iterator
from typing import NamedTuple

_IN, _OUT = b"x", b" "


class Alphabet(NamedTuple):
    """A kind of bytes as a table, and the shortest run that counts."""

    table: bytes
    least: int


def alphabet(kind: bytes, least: int) -> Alphabet:
    """The kind of the bytes given."""
    return Alphabet(bytes(_IN[0] if byte in kind else _OUT[0] for byte in range(256)), least)


def runs(data: bytes, kind: Alphabet, most: int) -> Iterator[tuple[int, int]]:
    """Begin and end of the longest stretches, in order; at most so many."""
    marked = data.translate(kind.table)
    wanted = _IN * kind.least
    at = marked.find(wanted)
    while at >= 0 and most:
        end = marked.find(_OUT, at)
        end = len(data) if end < 0 else end
        yield at, end
        most -= 1
        at = marked.find(wanted, end)
