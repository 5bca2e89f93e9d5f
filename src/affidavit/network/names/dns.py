"""DNS messages: questions, and answers with their chain of names and their time to live.

Sources: RFC 1035 (messages), RFC 3596 (AAAA), RFC 9460 (SVCB and HTTPS), RFC 6762 (mDNS) and RFC 4795 (LLMNR), which
have the same form. Compressed names are followed backwards alone, so that they end; everything is bounded.
"""

import struct
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from affidavit.network.kernels import dns_wire
from affidavit.network.names import hosts

A, CNAME, PTR, AAAA, SVCB, HTTPS = 1, 5, 12, 28, 64, 65
MAX_QUESTIONS = 16
MAX_RECORDS = 256
"""Records of all sections that are read."""
MAX_CHAIN = 16
"""Links of a chain of names that are followed; resolvers give up sooner."""
_QUERIES_ALONE = 0x7840
"""Bits of the flags that are zero in questions and their answers: other operations, and the one without a meaning."""
_HEAD = struct.Struct(">HHHHHH")


class Record(NamedTuple):
    """One record. `value`: an address, a name, or empty for kinds that are not read; `hints`: addresses in it."""

    name: str
    kind: int
    ttl: int
    value: str
    hints: tuple[str, ...] = ()


class Dns(NamedTuple):
    """A message.

    Attributes:
        number: that joins a question to its answer. answer: whether it is one. code: 0 when nothing went wrong.
        questions: (name, kind). records: of the answer and the sections behind it, in order.
        whole: whether all of it was there and read; what was read before a fault is kept.
    """

    number: int
    answer: bool
    code: int
    questions: tuple[tuple[str, int], ...]
    records: tuple[Record, ...]
    whole: bool = True


def message(data: bytes) -> Dns | None:
    """Read a message, as a datagram has it; over TCP, without the two bytes of its length.

    Returns:
        None when the bytes are none: a head that cannot be, or a question that cannot be read.
    """
    data = bytes(data[:65_535])
    if len(data) < 12:
        return None
    number, flags, asked, answers, authorities, additional = _HEAD.unpack_from(data)
    if flags & _QUERIES_ALONE or asked > MAX_QUESTIONS or not (asked or answers):
        return None
    read = dns_wire.questions(data, asked)
    if read is None:
        return None
    questions, at = read
    expected = answers + authorities + additional
    records = tuple(_records(data, at, min(expected, MAX_RECORDS)))
    if not asked and not records:
        return None
    return Dns(number, flags >> 15 == 1, flags & 0xF, questions, records, len(records) == expected)


def resolved(found: Dns, name: str) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]:
    """What an answer says of a name that was asked for.

    Returns:
        (name, seconds to live) of each CNAME from the name on, in order, and (address, seconds to live) of each
        address of the last one. Names of services (HTTPS, SVCB) that stand for the name count as links, their
        hints as addresses.
    """
    links: dict[str, Record] = {}
    owned: dict[str, list[tuple[str, int]]] = {}
    for record in found.records:
        owner = hosts.normal(record.name)
        if record.kind in (CNAME, SVCB, HTTPS) and record.value:
            links.setdefault(owner, record)
            owner = hosts.normal(record.value)
        elif record.kind in (A, AAAA) and record.value:
            owned.setdefault(owner, []).append((record.value, record.ttl))
        for hint in record.hints:
            owned.setdefault(owner, []).append((hint, record.ttl))
    chain: list[tuple[str, int]] = []
    seen = {at := hosts.normal(name)}
    while at in links and len(chain) < MAX_CHAIN:
        link = links[at]
        at = hosts.normal(link.value)
        if at in seen:
            break
        seen.add(at)
        chain.append((link.value, link.ttl))
    return tuple(chain), tuple(dict.fromkeys(owned.get(at, ())))


def over_tcp(data: bytes) -> Iterator[bytes]:
    """The messages of a stream, each without its length; the last one only if it is whole."""
    at = 0
    while at + 2 <= len(data):
        size = data[at] << 8 | data[at + 1]
        if at + 2 + size > len(data):
            return
        yield bytes(data[at + 2 : at + 2 + size])
        at += 2 + size


def _records(data: bytes, at: int, count: int) -> Iterator[Record]:
    for name, kind, ttl, begin, end in dns_wire.records(data, at, count):
        yield Record(name, kind, ttl, *_value(data, begin, end - begin, kind))


def _value(data: bytes, at: int, size: int, kind: int) -> tuple[str, tuple[str, ...]]:
    if kind == A and size == 4:
        return f"{data[at]}.{data[at + 1]}.{data[at + 2]}.{data[at + 3]}", ()
    if kind == AAAA and size == 16:
        return str(IPv6Address(data[at : at + 16])), ()
    if kind in (CNAME, PTR):
        found = dns_wire.name(data, at)
        return found[0] if found is not None else "", ()
    if kind in (SVCB, HTTPS) and size >= 3:
        return _service(data, at, at + size)
    return "", ()


def _service(data: bytes, at: int, end: int) -> tuple[str, tuple[str, ...]]:
    """The name that serves in place of the owner (empty when it is the owner), and the hints where it is (RFC 9460)."""
    found = dns_wire.name(data, at + 2)
    if found is None:
        return "", ()
    target, at = found
    hints: list[str] = []
    while at + 4 <= end and len(hints) < MAX_CHAIN:
        key, size = data[at] << 8 | data[at + 1], data[at + 2] << 8 | data[at + 3]
        raw = data[at + 4 : min(at + 4 + size, end)]
        at += 4 + size
        if key == 4:
            hints += [str(IPv4Address(raw[i : i + 4])) for i in range(0, len(raw) - 3, 4)]
        elif key == 6:
            hints += [str(IPv6Address(raw[i : i + 16])) for i in range(0, len(raw) - 15, 16)]
    return target, tuple(hints[:MAX_CHAIN])
