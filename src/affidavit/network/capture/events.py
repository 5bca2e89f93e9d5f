"""What readers of captures tell, one event after the other: no reader keeps more than it needs for the next one.

Readers yield events in the order of the file; `fold` makes facts of them. Times are microseconds since 1970 in UTC, -1
when the file has none. Addresses are text as `ipaddress` writes it; hosts are as they were sent, bounded to 255
characters.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from affidavit.model.capture import Mark, Named


class Where(NamedTuple):
    """A place in the file: byte offset (-1 when it has none), and what finds it in words (``frame 12``,
    ``entries/3``).
    """

    offset: int
    name: str


@dataclass(slots=True)
class Flow:
    """One connection, when it has ended or is given up."""

    where: Where
    begun: int
    ended: int
    client: str
    server: str
    port: int
    transport: str
    protocol: str = ""
    app: str = ""
    up: int = 0
    down: int = 0
    names: list[Named] = field(default_factory=list)
    ja3: str = ""
    ja4: str = ""
    certificates: tuple[str, ...] = ()
    marks: set[Mark] = field(default_factory=set)
    records: int = 1


@dataclass(slots=True)
class Answer:
    """A DNS question of a client, with the answer if it was seen.

    Attributes:
        chain: (name, seconds to live) of each CNAME in order. addresses: (address, seconds to live).
    """

    where: Where
    at: int
    client: str
    name: str
    app: str = ""
    chain: tuple[tuple[str, int], ...] = ()
    addresses: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class Message:
    """One HTTP request with its response, or half of it. Bodies are as sent, still encoded as their headers say.

    Attributes:
        url: absolute where it is known. request, response: headers in order, names as sent.
        sent, received: bodies; None when the capture did not keep them. status: 0 without a response.
        server: address, or empty. cut: why a body is not whole; empty when it is.
    """

    where: Where
    at: int
    host: str
    server: str
    port: int
    method: str
    url: str
    app: str = ""
    client: str = ""
    request: tuple[tuple[str, str], ...] = ()
    sent: bytes | None = None
    status: int = 0
    response: tuple[tuple[str, str], ...] = ()
    received: bytes | None = None
    encrypted: bool = True
    protocol: str = "http"
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read: it becomes a limitation of this kind (`knowledge/limitations`)."""

    kind: str
    detail: str
    where: Where
    records: int = 1
    size: int = 0


Event = Flow | Answer | Message | Unread
