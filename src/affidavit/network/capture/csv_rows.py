"""Rows of tables with commas under a line of names."""

import csv
from collections.abc import Iterator
from typing import Final

from affidavit.network.capture.faults import Faults
from affidavit.network.capture.source import Source

COLUMNS: Final = 200
_MARK: Final = b"\xef\xbb\xbf"


def names_of(head: bytes) -> tuple[str, ...]:
    """The names in the first line of a table, in lower case; none when it is no such line."""
    line = head.removeprefix(_MARK).partition(b"\n")[0].rstrip(b"\r")
    names = tuple(name.strip().lower() for name in _fields(line)) if len(line) < 1 << 13 else ()
    return names if 1 < len(names) <= COLUMNS else ()


def rows(source: Source, faults: Faults, ends: str = "") -> Iterator[tuple[int, dict[str, str]]]:
    """(offset, row) for each line under the names, which may be said again.

    Args:
        source: the table.
        faults: counts lines with another number of columns.
        ends: the line after which nothing belongs to the table.
    """
    names: tuple[str, ...] = ()
    for at, line in source.lines():
        if not names:
            names = names_of(line)
            continue
        fields = _fields(line)
        if ends and fields == [ends]:
            return
        if len(fields) == len(names):
            if fields[0].lower() != names[0]:
                yield at, dict(zip(names, fields, strict=True))
        else:
            faults.add("capture/damaged", "rows have other columns than the table says", at)


def _fields(line: bytes) -> list[str]:
    text = line.decode("utf-8", "replace")
    if '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader((text,)), [])
    except csv.Error:
        return []
