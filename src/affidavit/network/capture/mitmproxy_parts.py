"""Parts of mitmproxy's flows, whichever version wrote them."""

from itertools import islice
from typing import Final

from affidavit.network.capture.fields import LONGEST_HOST, MOST_ANSWERS, address_of, packed_address, port_of
from affidavit.network.capture.tnetstring import Item
from affidavit.network.kernels.netstrings import values

HEADERS: Final = 1_000
"""Headers of one message; servers refuse more than a hundred."""
_LIST, _DICTIONARY = ord("]"), ord("}")
_VALUE: Final = 1 << 16
_NOTHING: Final = Item(b"", 0, 0, ord("~"))
_CNAME, _A, _AAAA = 5, 1, 28


class Parts:
    """The members of a dictionary, with *nothing* for those that it has not."""

    def __init__(self, item: Item) -> None:
        self._data = item.data
        self._members = item.members()

    def __getitem__(self, name: str) -> Item:
        span = self._members.get(name.encode())
        return _NOTHING if span is None else Item(self._data, *span)

    def has(self, name: str) -> bool:
        """Whether there is something of this name."""
        return self._members.get(name.encode(), _NOTHING[1:])[2] != _NOTHING.kind

    def within(self, name: str) -> "Parts":
        """The members of the dictionary of this name."""
        return Parts(self[name])


def endpoint_of(item: Item) -> tuple[str, int]:
    """A host and port: a list that begins with them, which versions before 3 have in a dictionary."""
    if item.kind == _DICTIONARY:
        item = Parts(item)["address"]
    fields, _ = values(item.data, item.begin, item.end, 2) if item.kind == _LIST else ([], 0)
    if len(fields) < 2:
        return "", 0
    return Item(item.data, *fields[0]).text(), port_of(Item(item.data, *fields[1]).number())


def headers_of(item: Item) -> tuple[tuple[str, str], ...]:
    """Names and values."""
    found, data = [], item.data
    for pair in islice(item.items(), HEADERS):
        fields, _ = values(data, pair.begin, pair.end, 2) if pair.kind == _LIST else ([], 0)
        if len(fields) == 2:
            (begin, end, _), (value, last, _) = fields
            name = data[begin : min(end, begin + LONGEST_HOST)].decode("utf-8", "replace")
            found.append((name, data[value : min(last, value + _VALUE)].decode("utf-8", "replace")))
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


def url_of(scheme: str, host: str, port: int, path: str) -> str:
    """An absolute address, without a port that goes without saying."""
    shown = f"[{host}]" if ":" in host else host
    plain = (scheme, port) in {("http", 80), ("https", 443)} or not port
    return f"{scheme or 'http'}://{shown if plain else f'{shown}:{port}'}{path}"


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
        fields = Parts(record)
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
