"""Snapshots of networks, made of a few lines."""

from collections.abc import Iterable
from hashlib import sha256

from affidavit.network.snapshot.build import Part, built
from affidavit.network.snapshot.found import Found, Key
from affidavit.network.snapshot.store import written
from affidavit.network.snapshot.table import Input
from affidavit.network.snapshot.view import Snapshot


def part(
    table: str,
    *rows: tuple[str, ...],
    date: str = "2026-06-01",
    series: str = "made",
    name: str = "made",
) -> Part:
    """One file's part of a snapshot: rows are (prefix or key, value, title, region)."""
    found = Found(table, series)
    for row in rows:
        if table in {"asn", "country-as", "country-geo", "country-registration", "prefix"}:
            found.add_text(*row)
        else:
            found.keys.append(Key(*row))
    digest = sha256(repr((table, rows, date, series, name)).encode()).hexdigest()
    return Part(found, Input(f"{name}.txt", digest, 1), name, date, "made", "")


def snapshot(parts: Iterable[Part], *, packed: bool = False, name: str = "made") -> Snapshot:
    """A snapshot, by way of its file."""
    return Snapshot(written(built(parts, name), packed=packed))
