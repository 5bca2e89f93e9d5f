"""Parts of mitmproxy's flows, whichever version wrote them."""

from itertools import islice
from typing import Final

from affidavit.network.capture.fields import LONGEST_HOST, MOST_ANSWERS, address_of, packed_address, port_of
from affidavit.network.capture.tnetstring import Item

HEADERS: Final = 1_000
"""Headers of one message; servers refuse more than a hundred."""
_NOTHING: Final = Item(b"", 0, 0, ord("~"))
_CNAME, _A, _AAAA = 5, 1, 28


class Parts:
    """The members of a dictionary, with *nothing* for those that it has not."""

    def __init__(self, members: dict[str, Item]) -> None:
        self._members = members

    def __getitem__(self, name: str) -> Item:
        return self._members.get(name, _NOTHING)

    def has(self, name: str) -> bool:
        """Whether there is something of this name."""
        return self[name].kind != _NOTHING.kind

    def within(self, name: str) -> "Parts":
        """The members of the dictionary of this name."""
        return Parts(self[name].members())


def endpoint_of(item: Item) -> tuple[str, int]:
    """A host and port: a list that begins with them, which versions before 3 have in a dictionary."""
    members = item.members()
    if members:
        item = members.get("address", _NOTHING)
    fields = list(islice(item.items(), 2)) if item.kind == ord("]") else []
    return (fields[0].text(), port_of(fields[1].number())) if len(fields) == 2 else ("", 0)


def headers_of(item: Item) -> tuple[tuple[str, str], ...]:
    """Names and values."""
    found = []
    for pair in islice(item.items(), HEADERS):
        fields = list(islice(pair.items(), 2))
        if len(fields) == 2:
            found.append((fields[0].text(), fields[1].text(1 << 16)))
    return tuple(found)


def host_of(host: str, headers: tuple[tuple[str, str], ...]) -> str:
    """The host of a request: what it names itself, if the proxy knew no more than an address."""
    if host and not address_of(host):
        return host
    for name, value in headers:
        if name.lower() in {"host", ":authority"} and value:
            named = value[: value.rfind("]") + 1].strip("[]") if value[0] == "[" else value.partition(":")[0]
            return named[:LONGEST_HOST]
    return host


def body_of(side: Parts, whose: str) -> tuple[bytes | None, str]:
    """The bytes of a body as they were sent, and why there are none."""
    for name in ("content", "body"):
        content = side[name].content()
        if content is not None:
            return content, ""
    kept_not = side.has("headers") and not side.has("content")
    return None, f"the {whose}'s body was not kept" if kept_not else ""


def protocol_of(version: str) -> str:
    """``http``, ``http2`` or ``http3``."""
    return {"HTTP/2": "http2", "HTTP/3": "http3"}.get(version.partition(".")[0], "http")


def answers_of(item: Item) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]:
    """The chain of names and the addresses of a DNS answer, with their seconds to live."""
    chain, addresses = [], []
    for record in islice(item.items(), MOST_ANSWERS):
        fields = Parts(record.members())
        kind, ttl, data = int(fields["type"].number()), int(fields["ttl"].number()), fields["data"].content() or b""
        if kind == _CNAME:
            chain.append((_name(data), ttl))
        elif kind in {_A, _AAAA} and (address := packed_address(data)):
            addresses.append((address, ttl))
    return tuple(chain), tuple(addresses)


def _name(data: bytes) -> str:
    """A name in the form of DNS messages; nothing in it points elsewhere, as nothing else is there."""
    labels, at = [], 0
    while at < min(len(data), LONGEST_HOST) and 0 < data[at] < 64:
        labels.append(data[at + 1 : at + 1 + data[at]].decode("ascii", "replace"))
        at += 1 + data[at]
    return ".".join(labels)
