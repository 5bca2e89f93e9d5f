"""What readers of other people's files tell of networks, before it becomes a table."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Literal, NamedTuple

import msgspec

from affidavit.model.errors import UnreadableError

V4_END = 1 << 32
V6_END = 1 << 128
MOST = 8_000_000
"""Ranges or keys of one file; the whole table of the Internet's routes has about a million and a quarter."""
LONGEST = 300
"""Characters of a title, a region or a key."""


def day_of(text: str) -> str:
    """A day as ISO writes it with hyphens, by which days compare as text; empty for what is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


class Span(NamedTuple):
    """Addresses from `first` to `last`; `bits` is the length of the prefix as it was published, or 0."""

    first: int
    last: int
    value: str
    title: str = ""
    region: str = ""
    bits: int = 0


class Key(NamedTuple):
    """What a key leads to."""

    key: str
    value: str
    title: str = ""
    region: str = ""


class Given(msgspec.Struct, frozen=True, dict=True):
    """A file to read: what it is called, its bytes; `table`: what it holds, where a person or a pin says so."""

    name: str
    data: bytes | memoryview
    table: str = ""

    @cached_property
    def head(self) -> bytes:
        """Its first bytes, enough to tell what it is."""
        return bytes(self.data[: 1 << 16])

    def rows(self, delimiter: str = ",") -> Iterator[list[str]]:
        """Its lines as cells, without comments.

        Raises:
            UnreadableError: it is no text, or no table, or has too many lines.
        """
        lines = (line for line in io.StringIO(self.text()) if not line.startswith("#"))
        try:
            for count, row in enumerate(csv.reader(lines, delimiter=delimiter)):
                if count > MOST:
                    what = f"{self.name}: more than {MOST:,} rows"
                    raise UnreadableError(what, advice="build a snapshot of a part of it")
                yield row
        except csv.Error as error:
            raise UnreadableError(f"{self.name}: {error}", advice="name a file as its origin publishes it") from None

    def text(self) -> str:
        """All of it as text.

        Raises:
            UnreadableError: it is none.
        """
        try:
            return bytes(self.data).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UnreadableError(
                f"{self.name}: not text in UTF-8", advice="name a file as its origin publishes it"
            ) from None


class Found(msgspec.Struct):
    """What one file holds.

    Attributes:
        table: kind of table (`table.TABLES`). series: what it has in common with the same file of another day.
        date: of the data, ISO, when the file says so. licence, attribution: when the form alone tells them.
        spans4, spans6: ranges, which may lie in each other: the smaller one decides. keys: of a table of keys.
        left_out: rows that could not be used, as a count.
    """

    table: str
    series: str
    date: str = ""
    licence: str = ""
    attribution: str = ""
    spans4: list[Span] = msgspec.field(default_factory=list)
    spans6: list[Span] = msgspec.field(default_factory=list)
    keys: list[Key] = msgspec.field(default_factory=list)
    left_out: int = 0

    def add(self, network: IPv4Network | IPv6Network, value: str, title: str = "", region: str = "") -> None:
        """Add a published prefix."""
        first = int(network.network_address)
        span = Span(first, first + network.num_addresses - 1, value, title, region, network.prefixlen)
        (self.spans4 if network.version == 4 else self.spans6).append(span)

    def add_text(self, prefix: object, value: str, title: str = "", region: str = "") -> None:
        """Add a prefix as it is written; what is none, or all addresses at once, is left out and counted."""
        try:
            network = ip_network(str(prefix).strip(), strict=False)
        except ValueError:
            self.left_out += 1
            return
        if network.prefixlen:
            self.add(network, value, title[:LONGEST], region[:LONGEST])
        else:
            self.left_out += 1


class Reader(NamedTuple):
    """What reads one form of file: what to call the form, whether a file has it, what such a file holds."""

    form: str
    fits: Callable[[Given], bool]
    read: Callable[[Given], Iterable[Found]]


Version = Literal["v4", "v6"]
