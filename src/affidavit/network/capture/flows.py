"""Connections of a packet capture: what names the other side of each, until it has ended or is given up.

Kernels count packets and tell which have to be looked at; this is the looking. What is remembered of a connection is
bounded, and so is how many there are at a time: those without a packet for longest are told first and forgotten.
"""

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Final, NamedTuple

import numpy as np

from affidavit.model.capture import Mark
from affidavit.network.capture import clock, messages
from affidavit.network.capture.conversations import Conversations
from affidavit.network.capture.events import Answer, Event, Flow, Message, Where
from affidavit.network.capture.layout import ASK, FLOW, HALF, PACKET, Rows
from affidavit.network.capture.named import Known
from affidavit.network.capture.records import BATCH, Batch
from affidavit.network.kernels import flow_table, frames, interest
from affidavit.network.names import dns, hosts, http, resolved
from affidavit.network.names.http2 import PREFACE
from affidavit.network.names.keylog import KeyLog

MOST: Final = 1 << 13
"""Connections that are open at a time."""
PORTION: Final = 8
"""The share of them that is given up at once when no row is free."""
_TLS, _REST, _HTTP, _DNS, _DNS_TCP, _QUIC, _ALL, _BEGUN = range(1, 9)
_NUMBER, _FREE, _GONE, _BODIES, _SEALED, _HAND, _FRAMES, _SEED, _LATEST, _LEFT = range(10)
_DONE = 2
_SPOKEN: Final = frozenset({_HTTP, _ALL})
_SEALED_TOO: Final = frozenset({_TLS, _REST})
_ENOUGH: Final = 1 << 30
_READ: Final[frozenset[Mark]] = frozenset({"cleartext", "decrypted"})
_SOURCE, _TARGET = ("source_high", "source_low", "source"), ("target_high", "target_low", "target")
_ENDS: Final = ("version", "client", *_SOURCE, *_TARGET, "app", "first")
_ASKED: Final = ("row", "kind", "half", "place", "begin", "size", "whole", "at", "frame", "time")
_COUNTED: Final = ("at", "frame", "last", "app", "protocol", "odd")


class Ask(NamedTuple):
    """A packet that has to be looked at."""

    row: int
    kind: int
    side: int
    place: int
    begin: int
    size: int
    whole: int
    at: int
    frame: int
    time: int


class Ends(NamedTuple):
    """Who talks to whom: addresses as text, the app's number, when it began, and on which side the client is."""

    client: str
    client_port: int
    server: str
    server_port: int
    app: int
    first: int
    side: int


@lru_cache(MOST)
def address(version: int, high: int, low: int) -> str:
    """An address as text."""
    if version == 4:
        return f"{low >> 24}.{low >> 16 & 255}.{low >> 8 & 255}.{low & 255}"
    return str(IPv6Address(high << 64 | low))


class Flows:
    """The open connections of one capture.

    Args:
        most: how many there may be at a time.
        apps: names of apps by their number; it may grow.

    Attributes:
        counts: what became of frames, as `frames.packets` counts it. answers: what clients were told by DNS.
        keys: what opens encrypted connections; it may grow. talks: connections that are read to their end.
    """

    def __init__(self, apps: dict[int, str], most: int = MOST) -> None:
        self.counts = np.zeros(9, np.int64)
        self.answers = resolved.Answers()
        self.keys = KeyLog()
        self.talks = Conversations(self.keys)
        self._apps = apps
        self._most = most
        self._rows = np.zeros(BATCH, PACKET)
        self._flows = np.zeros(most, FLOW)
        self._halves = np.zeros(2 * most, HALF)
        self._slots = np.zeros(1 << (2 * most - 1).bit_length(), np.int32)
        self._free = np.arange(most - 1, -1, -1, dtype=np.int32)
        self._gone = np.zeros(most, np.int32)
        self._asks = np.zeros(2 * BATCH, ASK)
        self._state = np.zeros(10, np.int64)
        self._state[_FREE] = most
        # Nobody who makes a capture can know it, so nobody can make all addresses meet in one place of the table.
        self._state[_SEED] = hash(b"flows")
        self._known: dict[int, Known] = {}
        self._ends: dict[int, Ends] = {}
        self._clients = self._flows["client"]

    def take(self, batch: Batch) -> Iterator[Event]:
        """Put a batch in: what was asked and answered, and the connections that had to make room."""
        frames.packets(batch.data, batch.frames, batch.count, self._rows, self.counts)
        state, at = self._state, 0
        state[_FRAMES], state[_BODIES], state[_SEALED] = batch.first, 1, len(self.keys) > 0
        while at < batch.count:
            table = (self._flows, self._halves)
            until = flow_table.update(
                batch.frames, self._rows, at, batch.count, *table, self._slots, self._free, self._gone, state
            )
            found = interest.asked(batch.data, batch.frames, self._rows, at, until, *table, self._asks, state)
            if found:
                yield from self._looked(batch.data, self._asks[:found])
            if until < batch.count and not state[_GONE]:
                flow_table.push_out(self._flows, self._slots, self._gone, state, max(self._most // PORTION, 1))
            if state[_GONE]:
                yield from self._told(self._gone[: state[_GONE]])
                flow_table.release(self._flows, self._free, self._gone, state)
            at = until

    @property
    def left(self) -> int:
        """Packets that were not looked at because their connection had too many before them."""
        return int(self._state[_LEFT])

    def end(self) -> Iterator[Event]:
        """The connections that are open when the capture ends."""
        rows = np.flatnonzero(self._flows["used"][: self._state[_NUMBER]] == 1)
        rows = rows[np.argsort(self._flows["at"][rows], kind="stable")]
        for at in range(0, len(rows), BATCH):
            yield from self._told(rows[at : at + BATCH])

    def _looked(self, data: memoryview, asks: Rows) -> list[Event]:
        events: list[Event] = []
        begun = asks["row"][asks["kind"] == _BEGUN]
        ends = map(_ends, *_columns(self._flows, begun, _ENDS)) if len(begun) else iter(())
        sealed = bool(self._state[_SEALED])
        spoken = _SPOKEN | _SEALED_TOO if sealed else _SPOKEN
        everything = self._known
        pour = self._poured
        for values in zip(*(asks[name].tolist() for name in _ASKED), strict=True):
            row, kind, side, place, begin, size, whole = values[:7]
            if kind == _BEGUN:
                self._begun(row, next(ends))
                continue
            content = bytes(data[begin : begin + size])
            if kind == _ALL and size == whole and not sealed and pour(row, side, place, content):
                continue
            ask = Ask._make(values)
            known = everything.get(row)
            if known is None:
                known = everything[row] = Known()
            if kind == _DNS:
                self._asked_for(known, ask, content, events)
            else:
                self._named(known, ask, content, events)
            if kind in spoken:
                events += self._spoken(known, ask, content)
        return events

    def _named(self, known: Known, ask: Ask, content: bytes, events: list[Event]) -> None:
        """What a packet says of names."""
        if ask.kind == _HTTP:
            self._request(known, content)
        elif ask.kind == _DNS_TCP:
            for part in known.messages(ask.side, ask.place, content):
                self._asked_for(known, ask, part, events)
        elif ask.kind == _ALL and known.protocol != "tls":
            return
        elif self._hello(known, ask, content) and not self._state[_SEALED]:
            self._halves["mode"][2 * ask.row + ask.side] = _DONE

    @staticmethod
    def _hello(known: Known, ask: Ask, content: bytes) -> bool:
        """Look for a hello; whether no more of this side of the connection helps."""
        if ask.kind == _QUIC:
            return known.datagram(content)
        return known.segment(ask.side, ask.place, content, fresh=ask.kind == _TLS)

    def _begun(self, row: int, ends: Ends) -> None:
        """Remember which names the client had for the address that it connects to."""
        self._ends[row] = ends
        found = self.answers.find(ends.client, ends.server, ends.first)
        if found is not None:
            self._known[row] = Known(told=found)

    def _between(self, row: int) -> Ends:
        """Who talks in a connection; turned round when its hello has come from the other side."""
        ends = self._ends[row]
        if ends.side != self._clients.item(row):
            ends = self._ends[row] = _turned(ends)
        return ends

    def _asked_for(self, known: Known, ask: Ask, content: bytes, events: list[Event]) -> None:
        """Questions wait for their answer; an answer tells both."""
        found = dns.message(content)
        if found is None or not found.questions:
            return
        known.protocol = "dns"
        if not found.answer:
            for name, (at, frame, time) in known.ask(found, (ask.at, ask.frame, ask.time)):
                ends = self._between(ask.row)
                events.append(Answer(_where(at, frame), time, ends.client, name, self._app(ends.app)))
            return
        ends = self._between(ask.row)
        to_client = bool(ask.side) != bool(ends.side)
        client = ends.client if to_client else ends.server
        for name, kind in found.questions:
            asked = known.answered(found.number, name, kind)
            chain, addresses = dns.resolved(found, name)
            event = Answer(
                _where(*asked[:2]) if asked else _where(ask.at, ask.frame),
                ask.time,
                client,
                name,
                self._app(ends.app),
                chain,
                addresses,
            )
            self.answers.add(event)
            events.append(event)

    @staticmethod
    def _request(known: Known, content: bytes) -> None:
        """The host that a request names, as far as its first segment has it."""
        if content[:4] == b"PRI ":
            if PREFACE.startswith(content[: len(PREFACE)]):
                known.protocol = "http2"
                known.marks.add("cleartext")
            return
        known.protocol = known.protocol or "http"
        found = http.request(content)
        if found is None:
            return
        known.marks.add("cleartext")
        if found.method == "CONNECT":
            known.marks.add("proxied")
        if hosts.is_literal(found.host):
            known.marks.add("ip-literal")
        known.name("connect" if found.method == "CONNECT" else "http-host", found.host)

    def _spoken(self, known: Known, ask: Ask, content: bytes) -> Iterator[Event]:
        """What is said on a connection that is not encrypted, or whose keys are given."""
        ends, row = self._between(ask.row), ask.row
        side = int(ask.side != ends.side)
        if not self.talks.wants(row):
            return
        if not self.talks.knows(row):
            self.talks.open(row, messages.Ends(ends.client, ends.server, ends.server_port, self._app(ends.app)))
        stamp = messages.Stamp(ask.time, _where(ask.at, ask.frame))
        fresh = ask.kind == _TLS and ask.place == 0
        yield from _naming(known, self.talks.take(row, side, ask.place, (content, ask.whole), stamp, fresh=fresh))
        if not self.talks.wants(row):
            self._halves["asked"][2 * row : 2 * row + 2] = _ENOUGH

    def _poured(self, row: int, side: int, place: int, content: bytes) -> bool:
        """Take a segment the quick way when it is the next of a body that goes on after it."""
        return self.talks.knows(row) and self.talks.pour(row, int(side != self._between(row).side), place, content)

    def _app(self, number: int) -> str:
        return "" if number < 0 else self._apps.get(number) or f"uid {number}"

    def _told(self, rows: Rows) -> Iterator[Event]:
        """Everything that is known of some connections, which are over."""
        rows = rows[np.argsort(self._flows["at"][rows], kind="stable")]
        places = self._flows["client"][rows]
        ups, downs = self._halves[2 * rows + places], self._halves[2 * rows + 1 - places]
        each = zip(
            rows.tolist(),
            *_columns(self._flows, rows, _COUNTED),
            *(half[name].tolist() for half in (ups, downs) for name in ("bytes", "packets")),
            strict=True,
        )
        for row, at, frame, last, app, protocol, odd, up, sent, down, received in each:
            known, ends = self._known.pop(row, None), self._between(row)
            del self._ends[row]
            event = Flow(
                _where(at, frame),
                ends.first,
                last,
                ends.client,
                ends.server,
                ends.server_port,
                "tcp" if protocol == 6 else "udp",
                "",
                self._app(app),
                up,
                down,
                records=sent + received,
            )
            if known is not None:
                yield from self._ended(known, row, event)
            if not event.names:
                event.marks.add("no-name")
            if not received:
                event.marks.add("one-sided")
            if odd or not clock.plausible(ends.first):
                event.marks.add("bad-clock")
            yield event

    def _ended(self, known: Known, row: int, event: Flow) -> Iterator[Event]:
        """What has waited for more in a connection that is over; `event` is told what is known of it."""
        if self.talks.knows(row):
            yield from _naming(known, self.talks.close(row, messages.Stamp(event.ended, event.where)))
        for (_, name, _), (at, frame, time) in known.waiting.items():
            yield Answer(_where(at, frame), time, event.client, name, event.app)
        known.tell(event)
        marks, sealed = self.talks.forget(row)
        event.marks |= marks
        if sealed:  # a part of it was read: it must not be taken for all
            event.marks -= _READ


def _naming(known: Known, events: list[Event]) -> list[Event]:
    """Hosts that requests ask for are names of their connection; those of HTTP/1 in clear were read before."""
    for event in events:
        if isinstance(event, Message) and event.method and (event.encrypted or event.protocol == "h2"):
            known.name("http2-authority" if event.protocol == "h2" else "http-host", event.host)
    return events


def _where(at: int, frame: int) -> Where:
    return Where(at, f"frame {frame + 1}")


def _columns(table: Rows, rows: Rows, names: tuple[str, ...]) -> list[list[int]]:
    return [table[name][rows].tolist() for name in names]


def _ends(*row: int) -> Ends:
    version, side, high, low, port, other_high, other_low, other_port, app, first = row
    source, target = address(version, high, low), address(version, other_high, other_low)
    ends = Ends(source, port, target, other_port, app, first, 0)
    return _turned(ends) if side else ends


def _turned(ends: Ends) -> Ends:
    return Ends(ends.server, ends.server_port, ends.client, ends.client_port, ends.app, ends.first, 1 - ends.side)
