"""Questions to tables of networks, and how old the answers are."""

import mmap
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from affidavit.knowledge import NETWORKS
from affidavit.model.errors import UsageError
from affidavit.model.network import Source
from affidavit.network.snapshot import store
from affidavit.network.snapshot.numbers import all_parsed, parsed
from affidavit.network.snapshot.suffixes import PublicSuffix, plain_host, public_suffix, walk
from affidavit.network.snapshot.table import Hit, Open

DATED: Final = 180
"""Days after which a table is called dated: about 3.5 % of addresses change their network in a year (measured between
April 2025 and June 2026)."""
NO_COUNTRY: Final = 730
"""Days after which it says nothing of a country any more."""
_AT_ONCE: Final = 1 << 13
"""Texts that are read together: what is made of them stays near to the processor."""
_ADVICE: Final = "give a snapshot that `affidavit knowledge build networks` made"


class Age(msgspec.Struct, frozen=True):
    """How old a table is at an observation.

    Attributes:
        gap: days from the date of its data to the observation, negative when the data is younger; None without a day.
        dated: whether that is more than `DATED` days, either way. country: whether it may still say a country.
    """

    gap: int | None
    dated: bool
    country: bool


class View:
    """Tables that are asked together, for one day or for none."""

    def __init__(self, tables: Iterable[Open], day: date | None = None) -> None:
        self.tables = tuple(tables)
        self.day = day

    @property
    def sources(self) -> tuple[Source, ...]:
        """What the tables were made from."""
        return tuple(table.said.source for table in self.tables)

    def age(self, source: str) -> Age:
        """How old a table is on the day of the view.

        Args:
            source: `Source.id` of one of the tables.
        """
        table = self._by_id[source]
        return aged(table.said.source.date, self.day)

    def at(self, address: str) -> tuple[Hit, ...]:
        """What every table says of one address, in the order of the tables; nothing for what is no address."""
        number = parsed(address)
        if number is None:
            return ()
        found = [hit for table in self._with("v4.row") if (hit := table.at(number))]
        networks = [hit.value for hit in found if hit.table == "asn"]
        return (*found, *(hit for network in dict.fromkeys(networks) for hit in self.hosting(network)))

    def hosting(self, network: str) -> tuple[Hit, ...]:
        """What lists of hosting networks say of an AS number, given as ``AS64500``."""
        return self._listed(("hosting-as",), (network,))

    def region(self, provider: str, region: str) -> tuple[Hit, ...]:
        """Which country a provider's region is in, as tables of regions have it."""
        return self._listed(("region",), (f"{provider} {region}",))

    def suffixes(self, host: str) -> tuple[Hit, ...]:
        """Every listed suffix of a host's name, longest first, whole labels only."""
        name = plain_host(host)
        wanted = ("suffix-owner", "suffix-service")
        return self._listed(wanted, (f"={name}", *walk(name))) if name else ()

    def public_suffix(self, host: str) -> PublicSuffix | None:
        """The public suffix of a host by the first list; None without a list."""
        return public_suffix(plain_host(host), self._rules) if self._rules is not None else None

    def batch(self, addresses: npt.NDArray[np.uint32]) -> dict[str, npt.NDArray[np.int32]]:
        """Rows of many addresses of version 4, for each table of ranges by its `Source.id`; -1 without."""
        return {table.said.source.id: table.batch4(addresses) for table in self._with("v4.row")}

    def batch_text(self, addresses: Sequence[str]) -> dict[str, npt.NDArray[np.int32]]:
        """Rows of many addresses as text, for each table of ranges by its `Source.id`; -1 where `at` has no answer."""
        tables = self._with("v4.row")
        found = {table.said.source.id: np.empty(len(addresses), np.int32) for table in tables}
        for begin in range(0, len(addresses), _AT_ONCE):
            numbers = all_parsed(addresses[begin : begin + _AT_ONCE])
            for table in tables:
                found[table.said.source.id][begin : begin + _AT_ONCE] = table.batch(numbers)
        return found

    def batch6(self, high: npt.NDArray[np.uint64], low: npt.NDArray[np.uint64]) -> dict[str, npt.NDArray[np.int32]]:
        """Rows of many addresses of version 6, given as two halves."""
        return {table.said.source.id: table.batch6(high, low) for table in self._with("v6.row")}

    def hit(self, source: str, row: int) -> Hit:
        """The answer of a row that `batch` gave, without the range."""
        return self._by_id[source].hit(row)

    @cached_property
    def _by_id(self) -> dict[str, Open]:
        return {table.said.source.id: table for table in self.tables}

    @cached_property
    def _rules(self) -> dict[str, str] | None:
        for table in self.tables:
            if table.said.source.table == "public-suffix":
                sections = [table.hit(row).value for row in range(table.rows)]
                return {rule: sections[row] for rule, row in table.keys.items()}
        return None

    def _with(self, name: str) -> tuple[Open, ...]:
        """The tables that have an array."""
        return tuple(table for table in self.tables if name in table.arrays)

    def _listed(self, kinds: Iterable[str], keys: Iterable[str]) -> tuple[Hit, ...]:
        """What tables of some kinds say of keys, key by key."""
        asked = [table for kind in kinds for table in self.tables if table.said.source.table == kind]
        return tuple(
            table.hit(row, key.removeprefix("="))
            for key in keys
            for table in asked
            if (row := table.keys.get(key)) is not None
        )


class Snapshot(View):
    """One file of tables."""

    def __init__(self, data: bytes | memoryview, *, own: bool = False) -> None:
        """Check and open the bytes of a file.

        Args:
            data: the bytes.
            own: whether they were installed with this code; their digest is then not computed anew.

        Raises:
            KnowledgeError: it is no snapshot, of another version, or damaged.
        """
        self.name, self.digest, tables = store.opened(data, own=own)
        super().__init__(tables)


class Shelf:
    """Several snapshots, of which each question takes what was true on its day."""

    def __init__(self, snapshots: Iterable[Snapshot] = ()) -> None:
        self.snapshots = tuple(snapshots)
        distinct = {table.said.source.id: table for snapshot in self.snapshots for table in snapshot.tables}
        self._series: dict[tuple[str, str], list[Open]] = {}
        for table in sorted(distinct.values(), key=lambda table: (table.said.source.date, table.said.source.id)):
            self._series.setdefault((table.said.source.table, table.said.series), []).append(table)

    @property
    def sources(self) -> tuple[Source, ...]:
        """What all tables were made from."""
        return tuple(table.said.source for key in sorted(self._series) for table in self._series[key])

    def as_of(self, day: date | None) -> View:
        """The tables for a day: of each series the one with the latest date up to it, else the nearest; the newest
        without a day. Of tables of one kind, the nearest to the day comes first.
        """
        chosen = [table for tables in self._series.values() for table in _of_day(tables, day)]
        return View(sorted(chosen, key=lambda table: _order(table, day)), day)


def _of_day(tables: list[Open], day: date | None) -> list[Open]:
    """Of tables by date: those of the last date that is not after the day, else of the first.

    They are several where an origin has a file for each version of addresses.
    """
    dates = [table.said.source.date for table in tables]
    wanted = max((held for held in dates if day is None or held <= day.isoformat()), default=dates[0])
    return [table for table in tables if table.said.source.date == wanted]


def _order(table: Open, day: date | None) -> tuple[str, int, str, str]:
    held = date.fromisoformat(table.said.source.date)
    away = abs((day - held).days) if day else -held.toordinal()
    return (table.said.source.table, away, table.said.series, table.said.source.id)


def aged(dated: str, day: date | None) -> Age:
    """How old data of a date (ISO) is on a day."""
    if day is None:
        return Age(None, dated=False, country=True)
    gap = (day - date.fromisoformat(dated)).days
    return Age(gap, dated=abs(gap) > DATED, country=abs(gap) <= NO_COUNTRY)


def opened_file(path: Path) -> Snapshot:
    """The snapshot of a file, which stays mapped.

    Raises:
        UsageError: there is no such file.
        KnowledgeError: it is no snapshot, of another version, or damaged.
    """
    if path.exists() and not path.is_file():  # before it is opened: that of a pipe waits for whoever writes
        raise UsageError(f"{path}: a pipe, a device or a folder, where a file is expected", advice=_ADVICE)
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) if size else memoryview(b"")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", advice=_ADVICE) from error
    return Snapshot(data, own=path == NETWORKS)


def shelf(paths: Iterable[Path]) -> Shelf:
    """The snapshots of some files.

    Raises:
        UsageError: there is no such file.
        KnowledgeError: one is no snapshot, of another version, or damaged.
    """
    return Shelf(opened_file(path) for path in paths)
