"""MaxMind DB files: countries or networks by prefix. Source: MaxMind DB File Format Specification, version 2.0.

A tree of nodes, each with two records; a record is a node, nothing, or data. Data are self-describing; only the few
fields that name a country or a network are used.
"""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from affidavit.model.errors import UnreadableError
from affidavit.network.snapshot.found import LONGEST, MOST, Found, Given, Reader, Span

_MARK = b"\xab\xcd\xefMaxMind.com"
_METADATA = 1 << 17
_DEPTH = 8
_ITEMS = 4_096
"""Of one map or list, and of all that one record is made of."""
_COUNTRIES = {"iptoasn": "country-as", "asn-country": "country-registration"}
"""By what a file's name begins with; others are taken to be made of feeds, or as `--table` says."""
_ADVICE = "name a file in MaxMind's format, version 2"
Answer = tuple[str, str]


class _Metadata(msgspec.Struct):
    node_count: int
    record_size: int
    ip_version: int
    build_epoch: int
    binary_format_major_version: int
    database_type: str = ""


class _Damaged(Exception):  # noqa: N818 - an end, not an error of the caller
    """A part of the file is not as it must be."""


def fits(given: Given) -> bool:
    """Whether the mark of the format is near its end."""
    return bytes(given.data[-_METADATA:]).rfind(_MARK) >= 0


def read(given: Given) -> Iterator[Found]:
    """The countries, or the networks with their names.

    Raises:
        UnreadableError: it is damaged, or has neither.
    """
    try:
        yield _read(given)
    except (_Damaged, msgspec.ValidationError, IndexError, struct.error, OSError, OverflowError, ValueError) as error:
        raise UnreadableError(f"{given.name}: damaged: {error}", advice=_ADVICE) from None


def _read(given: Given) -> Found:
    data = bytes(given.data)
    end = data.rfind(_MARK, max(0, len(data) - _METADATA))
    said = msgspec.convert(_decoded(data, end + len(_MARK), end + len(_MARK)), _Metadata)
    size = said.node_count * said.record_size // 4
    if said.record_size not in {24, 28, 32} or said.ip_version not in {4, 6} or size + 16 > end:
        raise _Damaged("its tree does not lie in the file")
    if said.binary_format_major_version != 2 or said.node_count > 4 * MOST:
        raise _Damaged("another version, or too many nodes")
    data = data[:end]
    answers: dict[int, Answer | None] = {}
    kinds: set[str] = set()
    found = Found("", "", datetime.fromtimestamp(said.build_epoch, UTC).date().isoformat())
    for first, bits, record in _leaves(data, said):
        if record not in answers:
            value = _decoded(data, record - said.node_count + size, size + 16)
            kind, answers[record] = _answer(value)
            kinds.add(kind)
        _add(found, first, bits, answers[record], said.ip_version)
    if len(kinds - {""}) != 1:
        raise UnreadableError(f"{given.name}: has no countries and no networks that are understood", advice=_ADVICE)
    name = given.name.rpartition("/")[2].lower()
    countries = next((kind for begin, kind in _COUNTRIES.items() if name.startswith(begin)), "country-geo")
    found.table = "asn" if kinds - {""} == {"asn"} else given.table or countries
    plain = said.database_type.lower() in {"", "asn", "country"}
    found.series = f"mmdb {name.partition('.')[0] if plain else said.database_type[:LONGEST]}"
    return found


def _leaves(data: bytes, said: _Metadata) -> Iterator[tuple[int, int, int]]:
    """First address, length of prefix and record of everything that has data, in order; each node is met once.

    Addresses of version 4 lie under 96 zeros of a tree of version 6; what leads to the same node from elsewhere, as
    6to4 does, is left out because that node was met before.
    """
    width = 128 if said.ip_version == 6 else 32
    met = bytearray(said.node_count)
    stack = [(0, 0, 0)]
    while stack:
        node, prefix, bits = stack.pop()
        if node >= said.node_count:
            if node > said.node_count:
                yield prefix << (width - bits), bits, node
            continue
        if met[node] or bits >= width:
            continue
        met[node] = 1
        left, right = _records(data, node, said.record_size)
        stack.extend(((right, prefix << 1 | 1, bits + 1), (left, prefix << 1, bits + 1)))


def _records(data: bytes, node: int, size: int) -> tuple[int, int]:
    at = node * size // 4
    if size == 24:
        return int.from_bytes(data[at : at + 3], "big"), int.from_bytes(data[at + 3 : at + 6], "big")
    if size == 32:
        return int.from_bytes(data[at : at + 4], "big"), int.from_bytes(data[at + 4 : at + 8], "big")
    middle = data[at + 3]
    left, right = int.from_bytes(data[at : at + 3], "big"), int.from_bytes(data[at + 4 : at + 7], "big")
    return (middle >> 4) << 24 | left, (middle & 15) << 24 | right


def _add(found: Found, first: int, bits: int, answer: Answer | None, version: int) -> None:
    """One range more, or a longer last one."""
    if answer is None:
        return
    width = 32 if version == 4 else 128
    four = version == 4 or (bits >= 96 and first < 1 << 32)
    spans = found.spans4 if four else found.spans6
    last = first + (1 << (width - bits)) - 1
    if spans and spans[-1].last == first - 1 and (spans[-1].value, spans[-1].title) == answer:
        spans[-1] = Span(spans[-1].first, last, *answer)
    else:
        spans.append(Span(first, last, *answer))
    if len(spans) > MOST:
        raise _Damaged(f"more than {MOST:,} ranges")


def _answer(value: Any) -> tuple[str, Answer | None]:
    """What a record says, and of which kind that is: a network with its name, or a country."""
    if not isinstance(value, dict):
        return "", None
    number = value.get("autonomous_system_number", value.get("asn"))
    if isinstance(number, str):
        digits = number.upper().removeprefix("AS")
        number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 10 else None
    if isinstance(number, int) and 0 < number < 1 << 32:
        title = value.get("autonomous_system_organization", value.get("as_name", value.get("name", "")))
        return "asn", (str(number), str(title)[:LONGEST])
    country = value.get("country", value.get("country_code", ""))
    code = country.get("iso_code", "") if isinstance(country, dict) else country
    if isinstance(code, str) and len(code) == 2 and code.isascii() and code.isalpha():
        return "country", (code.upper(), "")
    return "", None


def _decoded(data: bytes, at: int, base: int) -> Any:
    """The value at a place; pointers are relative to `base`."""
    return _Values(data, base).read(at, 0)[0]


class _Values:
    """What one record is made of; depth and number of values are bounded."""

    def __init__(self, data: bytes, base: int) -> None:
        self._data, self._base = data, base
        self._left = _ITEMS

    def read(self, at: int, depth: int) -> tuple[Any, int]:
        """A value, and where the next one begins."""
        self._left -= 1
        if depth > _DEPTH or self._left < 0:
            raise _Damaged("a record is too deep or too large")
        control = self._data[at]
        kind, at = control >> 5, at + 1
        if kind == 1:
            return self._pointed(control, at, depth)
        if kind == 0:
            kind, at = self._data[at] + 7, at + 1
        size = control & 31
        if size >= 29:
            extra = size - 28
            size = self._number(at, extra) + (0, 29, 285, 65821)[extra]
            at += extra
        if kind in {7, 11}:
            return self._items(at, depth, size, pairs=kind == 7)
        return (bool(size), at) if kind == 14 else (self._plain(at, kind, size), at + size)

    def _pointed(self, control: int, at: int, depth: int) -> tuple[Any, int]:
        extra = ((control >> 3) & 3) + 1
        high = 0 if extra == 4 else (control & 7) << 8 * extra
        place = self._base + high + self._number(at, extra) + (0, 2048, 526336, 0)[extra - 1]
        if self._data[place] >> 5 == 1:
            raise _Damaged("a pointer leads to a pointer")
        return self.read(place, depth + 1)[0], at + extra

    def _items(self, at: int, depth: int, size: int, *, pairs: bool) -> tuple[Any, int]:
        items: list[Any] = []
        for _ in range(min(size, _ITEMS) * (2 if pairs else 1)):
            item, at = self.read(at, depth + 1)
            items.append(item)
        if not pairs:
            return items, at
        return {key: item for key, item in zip(items[::2], items[1::2], strict=True) if isinstance(key, str)}, at

    def _plain(self, at: int, kind: int, size: int) -> Any:
        raw = self._data[at : at + size]
        if len(raw) != size:
            raise _Damaged("a value reaches past the end")
        if kind == 2:
            return raw.decode("utf-8", "replace")
        if kind in {3, 15}:
            return struct.unpack(">d" if kind == 3 else ">f", raw)[0]
        return raw if kind == 4 else int.from_bytes(raw, "big", signed=kind == 8)

    def _number(self, at: int, size: int) -> int:
        return int.from_bytes(self._data[at : at + size], "big")


MMDB = Reader("MaxMind DB", fits, read)
