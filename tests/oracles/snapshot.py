"""Slow twins of a whole snapshot: every row is looked at for every question."""

from collections.abc import Iterable, Sequence
from datetime import date
from ipaddress import IPv4Address, IPv6Address, ip_address

from affidavit.network.snapshot.build import Part

Said = tuple[str, str, str, str]
"""Kind of table, value, title, region."""


def told(parts: Iterable[Part], address: str) -> list[Said]:
    """What each table says of an address: the smallest of its ranges that hold it, of equal ones the first answer.

    Parts of one kind, series, date and name are one table; tables come in that order.
    """
    try:
        asked = ip_address(address)
    except ValueError:
        return []
    tables: dict[tuple[str, str, str, str], list[tuple[int, str, str, str]]] = {}
    for part in parts:
        found = part.found
        rows = tables.setdefault((found.table, found.series, part.date, part.name), [])
        for span in found.spans4 if asked.version == 4 else found.spans6:
            if span.first <= int(asked) <= span.last:
                rows.append((span.last - span.first, span.value, span.title, span.region))
    made = []
    for (table, *_), rows in sorted(tables.items()):
        if rows:
            _, value, title, region = min(rows)
            made.append((table, f"AS{value}" if table == "asn" else value, title, region))
    return made


def told_many4(parts: Sequence[Part], numbers: Iterable[int]) -> list[list[Said]]:
    """As `told`, of addresses of version 4 as numbers."""
    return [told(parts, str(IPv4Address(number))) for number in numbers]


def told_many6(parts: Sequence[Part], halves: Iterable[tuple[int, int]]) -> list[list[Said]]:
    """As `told`, of addresses of version 6 as halves."""
    return [told(parts, str(IPv6Address(high << 64 | low))) for high, low in halves]


def listed(parts: Iterable[Part], host: str) -> list[tuple[str, str]]:
    """(suffix, value) of every listed suffix of a plain host, longest first, owners before services; a key with ``=``
    is the whole host alone, and comes first of all.
    """
    rows = []
    for part in parts:
        for key, value, *_ in part.found.keys:
            exact = key.startswith("=")
            name = key.removeprefix("=")
            if name == host or (not exact and host.endswith(f".{name}")):
                rows.append((not exact, -len(name), part.found.table, name, value))
    best: dict[tuple[bool, str, str], str] = {}
    for exact, size, table, name, value in sorted(rows):
        del size
        best.setdefault((exact, table, name), value)
    return [(name, value) for (_, _, name), value in best.items()]


def of_day(parts: Iterable[Part], day: date | None) -> list[Part]:
    """The parts that answer for a day: of each kind and series those of the last day up to it, else of the first."""
    held: dict[tuple[str, str], list[Part]] = {}
    for part in parts:
        held.setdefault((part.found.table, part.found.series), []).append(part)
    chosen = []
    for group in held.values():
        days = sorted(part.date for part in group)
        wanted = days[0]
        for each in days:
            if day is None or date.fromisoformat(each) <= day:
                wanted = each
        chosen += [part for part in group if part.date == wanted]
    return chosen
