"""What a fold keeps while it reads: a small record for each contact, look-up and the like, and so many at most."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from affidavit.model.capture import Basis, Mark, Named
from affidavit.network.capture.events import Where

TEXT: Final = 255
"""Most characters of a host, an app's name, or a name in a certificate."""
FEW: Final = 8
"""Most names, and most fingerprints, of one contact."""
MANY: Final = 32
"""Most addresses, links of a chain, and names in certificates."""
_NO_OFFSET: Final = 1 << 62

Key = TypeVar("Key")
Row = TypeVar("Row")


class Table(Generic[Key, Row]):
    """Rows by key, the first `most` of them.

    Attributes:
        passed_over: how often a row was not there and could not be added.
    """

    def __init__(self, most: int, new: Callable[[Where], Row]) -> None:
        self._rows: dict[Key, Row] = {}
        self._most, self._new = most, new
        self.passed_over = 0

    def __len__(self) -> int:
        return len(self._rows)

    def at(self, key: Key, where: Where) -> Row | None:
        """The row of a key, made when it is new; None when the table is full."""
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) >= self._most:
                self.passed_over += 1
                return None
            row = self._rows[key] = self._new(where)
        return row

    def get(self, key: Key) -> Row | None:
        """The row of a key, if there is one."""
        return self._rows.get(key)

    def items(self) -> Iterable[tuple[Key, Row]]:
        """Every key with its row, as they came."""
        return self._rows.items()


def taken(kept: dict[str, None], more: Iterable[str], most: int) -> None:
    """Add texts to an ordered set, up to its bound."""
    for text in more:
        if len(kept) >= most:
            return
        if text:
            kept.setdefault(clean(text))


def clean(text: str, most: int = TEXT) -> str:
    """Text that a fact can hold: bounded, and without halves of characters, which no JSON has."""
    return text[:most].encode("utf-8", "backslashreplace").decode("utf-8")


def host_of(text: str) -> str:
    """A host as facts have it: lower case, without a trailing dot or a port."""
    host = clean(text.strip()).lower()
    name, colon, port = host.rpartition(":")
    if colon and port.isdigit() and ":" not in name:
        host = name
    return host.rstrip(".")


def earlier(one: Where, other: Where) -> Where:
    """The place that comes first in the file."""
    return min(one, other, key=lambda item: item.offset if item.offset >= 0 else _NO_OFFSET)


@dataclass(slots=True)
class Span:
    """When something was seen first and last; -1 while it was not."""

    first: int = -1
    last: int = -1

    def see(self, at: int) -> None:
        """Take one time; -1 is none."""
        if at < 0:
            return
        self.first = at if self.first < 0 else min(self.first, at)
        self.last = max(self.last, at)


@dataclass(slots=True)
class ContactRow:
    """What a `Contact` is made of."""

    where: Where
    basis: Basis = "none"
    protocol: str = ""
    connections: int = 0
    up: int = 0
    down: int = 0
    requests: int = 0
    span: Span = field(default_factory=Span)
    names: dict[Named, None] = field(default_factory=dict)
    ja3: dict[str, None] = field(default_factory=dict)
    ja4: dict[str, None] = field(default_factory=dict)
    certificates: dict[str, None] = field(default_factory=dict)
    headers: dict[str, None] = field(default_factory=dict)
    marks: set[Mark] = field(default_factory=set)

    def name(self, names: Iterable[Named]) -> None:
        """Take names, up to the bound; that there were more is a mark."""
        for one in names:
            named = Named(one.basis, clean(one.value))
            if named in self.names or len(self.names) < FEW:
                self.names[named] = None
            else:
                self.marks.add("more-names")

    def speak(self, spoken: "ContactRow") -> None:
        """Take what messages in the connection told."""
        self.requests += spoken.requests
        self.name(spoken.names)
        taken(self.headers, spoken.headers, FEW)
        self.marks |= spoken.marks


@dataclass(slots=True)
class LookupRow:
    """What a `Lookup` is made of."""

    where: Where
    asked: int = 0
    ttl: int = -1
    span: Span = field(default_factory=Span)
    addresses: dict[str, None] = field(default_factory=dict)

    def lives(self, seconds: Iterator[int]) -> None:
        """Take times to live: the smallest counts."""
        for one in seconds:
            if one >= 0:
                self.ttl = one if self.ttl < 0 else min(self.ttl, one)


@dataclass(slots=True)
class CountRow:
    """How often something was seen, and how many bytes it had."""

    where: Where
    count: int = 0
    size: int = 0
