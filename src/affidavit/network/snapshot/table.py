"""One table of a snapshot as it lies in memory: ranges of addresses, or keys, and the rows that they lead to."""

from collections.abc import Callable, Mapping
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from typing import Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from affidavit.knowledge.arrays import Array
from affidavit.model.network import Source
from affidavit.network.kernels import ranges as kernel
from affidavit.network.snapshot.numbers import Numbers

Shape = Literal["ranges", "keys"]
TABLES: Final[Mapping[str, Shape]] = {
    "asn": "ranges",
    "country-as": "ranges",
    "country-geo": "ranges",
    "country-registration": "ranges",
    "hosting-as": "keys",
    "prefix": "ranges",
    "public-suffix": "keys",
    "region": "keys",
    "suffix-owner": "keys",
    "suffix-service": "keys",
}
"""Every kind of table. Of ``hosting-as`` the keys are AS numbers, of ``region`` a provider and its region with a space
between them, of ``public-suffix`` the rules of the list, else host names: an ``=`` before one means that name alone.
"""
_V6: Final = 1 << 64


class Input(msgspec.Struct, frozen=True):
    """A file that a table was made from: what it was called, hex SHA-256, bytes."""

    name: str
    sha256: str
    size: int


class Said(msgspec.Struct, frozen=True):
    """What a snapshot says of a table.

    Attributes:
        source: what claims name. series: what sources of different dates have in common: the newest that is not too
            new stands for all of them.
        inputs: the files that it was made from.
        prefix: what the values begin with when the rest of them are numbers, as ``AS``.
    """

    source: Source
    series: str
    inputs: tuple[Input, ...] = ()
    prefix: str = ""


class Hit(msgspec.Struct, frozen=True):
    """What one table says of an address or a host.

    Attributes:
        table: its kind. value: AS number, country, provider, owner, as the table has it. title: in words.
        by: the range, prefix, suffix or key that says so. source: `Source.id`. region: as the provider writes it.
    """

    table: str
    value: str
    title: str
    by: str
    source: str
    region: str = ""


Text = Callable[[int], str]
"""Gives the string of a number."""


class Open:
    """A table whose arrays were checked."""

    def __init__(self, said: Said, arrays: Mapping[str, Array], text: Text) -> None:
        self.said = said
        self.arrays = arrays
        self._text = text

    @property
    def rows(self) -> int:
        """How many different answers it has."""
        return len(self.arrays["value"])

    @property
    def ranges(self) -> tuple[int, int]:
        """How many ranges of addresses it has, of version 4 and of version 6."""
        return int((self._of("v4.row") >= 0).sum()), int((self._of("v6.row") >= 0).sum())

    def hit(self, row: int, by: str = "") -> Hit:
        """The answer of a row."""
        value = int(self.arrays["value"][row])
        source = self.said.source
        return Hit(
            table=source.table,
            value=f"{self.said.prefix}{value}" if self.said.prefix else self._text(value),
            title=self._text(int(self.arrays["title"][row])),
            by=by,
            source=source.id,
            region=self._text(int(self.arrays["region"][row])),
        )

    def at(self, address: IPv4Address | IPv6Address) -> Hit | None:
        """What it says of an address."""
        number, four = int(address), address.version == 4
        version = "v4" if four else "v6"
        at = self._before4(number) if four else self._before6(number)
        if at < 0 or (row := int(self.arrays[f"{version}.row"][at])) < 0:
            return None
        count = len(self.arrays[f"{version}.row"])
        begin = self._begin(version, at)
        end = self._begin(version, at + 1) if at + 1 < count else 1 << (32 if four else 128)
        bits = self._of(f"{version}.bits")
        return self.hit(row, _range(begin, end - 1, int(bits[at]) if len(bits) else 0, four=four))

    def batch4(self, addresses: npt.NDArray[np.uint32]) -> npt.NDArray[np.int32]:
        """The row of each address of version 4; -1 without."""
        if not len(self._of("v4.row")):
            return np.full(len(addresses), -1, np.int32)
        out = np.empty(len(addresses), np.int32)
        asked = np.ascontiguousarray(addresses)
        kernel.rows4(self.arrays["v4.start"], self.arrays["v4.row"], self._directory, asked, out)
        return out

    def batch6(self, high: npt.NDArray[np.uint64], low: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
        """The row of each address of version 6, given as two halves; -1 without."""
        out = np.full(len(high), -1, np.int32)
        if len(self._of("v6.row")):
            kernel.rows6(self.arrays["v6.high"], self._of("v6.low"), self.arrays["v6.row"], high, low, out)
        return out

    def batch(self, asked: Numbers) -> npt.NDArray[np.int32]:
        """The row of each of many addresses; -1 without, and for what is none."""
        out = self.batch4(asked.low.astype(np.uint32))
        out[asked.version != 4] = -1
        six = np.flatnonzero(asked.version == 6)
        if len(six):
            out[six] = self.batch6(asked.high[six], asked.low[six])
        return out

    @cached_property
    def keys(self) -> dict[str, int]:
        """Row by key."""
        return {
            self._text(key): row for key, row in zip(self._of("key").tolist(), self._of("row").tolist(), strict=True)
        }

    @cached_property
    def _directory(self) -> npt.NDArray[np.int32]:
        """Where addresses of each upper half begin among the ranges, so that a search is short."""
        uppers = np.arange(1, 1 << 16, dtype=np.uint32) << 16
        inside = self.arrays["v4.start"].searchsorted(uppers, "right")
        return np.concatenate([[1], inside, [len(self.arrays["v4.start"])]]).astype(np.int32)

    def _of(self, name: str) -> Array:
        """An array that the table may not have; one that would be nothing but zeros is left out."""
        found = self.arrays.get(name)
        return np.empty(0, np.int64) if found is None else found

    def _begin(self, version: str, at: int) -> int:
        if version == "v4":
            return int(self.arrays["v4.start"][at])
        low = self._of("v6.low")
        return int(self.arrays["v6.high"][at]) * _V6 + (int(low[at]) if len(low) else 0)

    def _before4(self, number: int) -> int:
        start = self._of("v4.start")
        return int(start.searchsorted(np.uint32(number), "right")) - 1 if len(start) else -1

    def _before6(self, number: int) -> int:
        highs, lows = self._of("v6.high"), self._of("v6.low")
        if not len(highs):
            return -1
        high = np.uint64(number // _V6)
        if not len(lows):
            return int(highs.searchsorted(high, "right")) - 1
        first, behind = (int(highs.searchsorted(high, side)) for side in ("left", "right"))
        return first + int(lows[first:behind].searchsorted(np.uint64(number % _V6), "right")) - 1


def _range(first: int, last: int, bits: int, *, four: bool) -> str:
    """A range as text: the published prefix, the prefix that it is, or both ends."""
    kind = IPv4Address if four else IPv6Address
    width = 32 if four else 128
    if bits:
        return f"{kind(first >> (width - bits) << (width - bits))}/{bits}"
    size = last - first + 1
    if size & (size - 1) == 0 and first % size == 0:
        return f"{kind(first)}/{width - size.bit_length() + 1}"
    return f"{kind(first)} - {kind(last)}"
