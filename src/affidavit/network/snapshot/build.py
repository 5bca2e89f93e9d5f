"""A snapshot out of what readers found in files."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np

from affidavit.knowledge.arrays import Arrays
from affidavit.model.errors import UsageError
from affidavit.model.network import Source
from affidavit.network.snapshot.flatten import flattened
from affidavit.network.snapshot.found import V4_END, V6_END, Found, Key, Span
from affidavit.network.snapshot.store import MOST, Content
from affidavit.network.snapshot.table import TABLES, Input, Said

NOT_STATED = "not stated"
Row = tuple[str, str, str]
"""Value, title, region."""


class Part(msgspec.Struct, frozen=True):
    """What one file gives to a table, with what is known of where it comes from.

    Attributes:
        found: what it holds. input: the file. name: origin and version, as people call it.
        date: of the data, ISO. licence, attribution: as its origin has them.
    """

    found: Found
    input: Input
    name: str
    date: str
    licence: str
    attribution: str


def built(parts: Iterable[Part], name: str) -> Content:
    """The content of a snapshot: files of one origin, version and date become one table of each kind.

    Args:
        parts: what was read.
        name: what the snapshot calls itself.

    Raises:
        UsageError: there are too many tables.
    """
    groups: dict[tuple[str, str, str, str], list[Part]] = {}
    for part in parts:
        key = (part.found.table, part.found.series, part.date, part.name)
        groups.setdefault(key, []).append(part)
    if len(groups) > MOST:
        raise UsageError(f"{len(groups):,} tables, where one snapshot has at most {MOST:,}", advice="build several")
    strings: dict[str, int] = {"": 0}
    said, arrays = [], []
    for key in sorted(groups):
        group = sorted(groups[key], key=lambda part: part.input.sha256)
        said.append(_said(group))
        arrays.append(_arrays(group, strings, numbered=bool(said[-1].prefix)))
    return Content(name, tuple(said), tuple(arrays), tuple(strings))


def source_id(table: str, series: str, inputs: Iterable[Input]) -> str:
    """What identifies a table: first 12 hex digits of SHA-256 over its kind and series and the digests of its files, a
    line each.
    """
    lines = [table, series, *sorted(item.sha256 for item in inputs)]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()[:12]


def _said(group: Sequence[Part]) -> Said:
    first = group[0]
    inputs = tuple({part.input.sha256: part.input for part in group}.values())
    table = first.found.table
    source = Source(
        id=source_id(table, first.found.series, inputs),
        table=table,
        name=first.name,
        date=first.date,
        licence=first.licence or NOT_STATED,
        attribution=first.attribution,
    )
    return Said(source, first.found.series, inputs, "AS" if table == "asn" else "")


def _arrays(group: Sequence[Part], strings: dict[str, int], *, numbered: bool) -> Arrays:
    """The arrays of a table; strings that are new get the next numbers."""
    founds = [part.found for part in group]
    if TABLES[founds[0].table] == "keys":
        return _keys([key for found in founds for key in found.keys], strings)
    four = flattened((span for found in founds for span in found.spans4), V4_END)
    six = flattened((span for found in founds for span in found.spans6), V6_END)
    answers = {(span.value, span.title, span.region) for pieces in (four, six) for _, span in pieces if span}
    rows = sorted(answers, key=lambda row: (int(row[0]), row) if numbered else (0, row))
    number = {row: at for at, row in enumerate(rows)}
    begins = [begin for begin, _ in six]
    low = np.array([begin & 0xFFFFFFFFFFFFFFFF for begin in begins], np.uint64)
    return {
        "v4.start": np.array([begin for begin, _ in four], np.uint32),
        "v4.row": _row_numbers(four, number),
        "v4.bits": _bits(four),
        "v6.high": np.array([begin >> 64 for begin in begins], np.uint64),
        "v6.low": low if low.any() else low[:0],
        "v6.row": _row_numbers(six, number),
        "v6.bits": _bits(six),
    } | _rows(rows, strings, numbered=numbered)


def _keys(keys: Iterable[Key], strings: dict[str, int]) -> Arrays:
    """A table of keys; of two answers to one key, the first in the alphabet counts."""
    held: dict[str, Row] = {}
    for item in sorted(set(keys)):
        held.setdefault(item.key, (item.value, item.title, item.region))
    rows = sorted(set(held.values()))
    number = {row: at for at, row in enumerate(rows)}
    pairs = sorted((strings.setdefault(key, len(strings)), number[row]) for key, row in held.items())
    return {
        "key": np.array([key for key, _ in pairs], np.uint32),
        "row": np.array([row for _, row in pairs], np.uint32),
    } | _rows(rows, strings, numbered=False)


def _rows(rows: Sequence[Row], strings: dict[str, int], *, numbered: bool) -> Arrays:
    made: Arrays = {}
    for at, name in enumerate(("value", "title", "region")):
        texts = [row[at] for row in rows]
        numbers = (
            map(int, texts)
            if numbered and name == "value"
            else (strings.setdefault(text, len(strings)) for text in texts)
        )
        made[name] = np.array(list(numbers), np.uint32)
    return made


def _row_numbers(pieces: Iterable[tuple[int, Span | None]], number: Mapping[Row, int]) -> np.ndarray:
    return np.array([number[span.value, span.title, span.region] if span else -1 for _, span in pieces], np.int32)


def _bits(pieces: Iterable[tuple[int, Span | None]]) -> np.ndarray:
    """Lengths of published prefixes; nothing when there is none."""
    made = np.array([span.bits if span else 0 for _, span in pieces], np.uint8)
    return made if made.any() else made[:0]
