"""Connections of a packet capture: what names the other side of each, until it has ended or is given up.

Kernels count packets and tell which have to be looked at; this is the looking. What is remembered of a connection is
bounded, and so is how many there are at a time: those without a packet for longest are told first and forgotten.
"""

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Any, Final

import numpy as np

from affidavit.network.capture import clocks
from affidavit.network.capture.events import Answer, Event, Flow, Message, Where
from affidavit.network.capture.layout import ASK, FLOW, HALF, PACKET, Rows
from affidavit.network.capture.named import Known
from affidavit.network.capture.records import BATCH, Batch
from affidavit.network.kernels import flow_table, frames, interest
from affidavit.network.names import dns, hosts, http, resolved

MOST: Final = 1 << 17
"""Connections that are open at a time."""
PORTION: Final = 8
"""The share of them that is given up at once when no row is free."""
_TLS, _REST, _HTTP, _DNS, _DNS_TCP, _QUIC, _ALL, _BEGUN = range(1, 9)
_NUMBER, _FREE, _GONE, _BODIES, _SEALED, _HAND, _FRAMES, _SEED, _LATEST = range(9)
_DONE = 2
# Places in a row of `FLOW`.
_AT, _FRAME, _FIRST, _LAST, _APP, _SOURCE, _TARGET, _VERSION, _PROTOCOL = range(6, 15)
_CLIENT, _ODD = 17, 21


@lru_cache(1 << 16)
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
    """

    def __init__(self, apps: dict[int, str], most: int = MOST) -> None:
        self.counts = np.zeros(9, np.int64)
        self.answers = resolved.Answers()
        self._apps = apps
        self._most = most
        self._rows = np.zeros(BATCH, PACKET)
        self._flows = np.zeros(most, FLOW)
        self._halves = np.zeros(2 * most, HALF)
        self._slots = np.zeros(1 << (2 * most - 1).bit_length(), np.int32)
        self._free = np.arange(most - 1, -1, -1, dtype=np.int32)
        self._gone = np.zeros(most, np.int32)
        self._asks = np.zeros(2 * BATCH, ASK)
        self._state = np.zeros(9, np.int64)
        self._state[_FREE] = most
        # Nobody who makes a capture can know it, so nobody can make all addresses meet in one place of the table.
        self._state[_SEED] = hash(b"flows")
        self._known: dict[int, Known] = {}

    def take(self, batch: Batch) -> Iterator[Event]:
        """Put a batch in: what was asked and answered, and the connections that had to make room."""
        frames.packets(batch.data, batch.frames, batch.count, self._rows, self.counts)
        state, at = self._state, 0
        state[_FRAMES] = batch.first
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

    def end(self) -> Iterator[Event]:
        """The connections that are open when the capture ends."""
        rows = np.flatnonzero(self._flows["used"] == 1)
        rows = rows[np.argsort(self._flows["at"][rows], kind="stable")]
        for at in range(0, len(rows), BATCH):
            yield from self._told(rows[at : at + BATCH])

    def _looked(self, data: bytes, asks: Rows) -> Iterator[Event]:
        begun = asks["row"][asks["kind"] == _BEGUN]
        first = iter(self._flows[begun].tolist())
        for ask in asks.tolist():
            row, side, kind = ask[8], ask[9], ask[10]
            if kind == _BEGUN:
                self._begun(row, next(first))
                continue
            known = self._known.get(row)
            if known is None:
                known = self._known[row] = Known()
            content = data[ask[0] : ask[0] + ask[1]]
            if kind == _DNS:
                yield from self._asked_for(known, ask, content)
            elif kind == _HTTP:
                yield from self._request(known, ask, content)
            elif kind == _DNS_TCP:
                for message in known.messages(side, ask[3], content):
                    yield from self._asked_for(known, ask, message)
            elif self._hello(known, ask, content) and not self._state[_SEALED]:
                self._halves["mode"][2 * row + side] = _DONE

    @staticmethod
    def _hello(known: Known, ask: tuple[Any, ...], content: bytes) -> bool:
        """Look for a hello; whether no more of this side of the connection helps."""
        if ask[10] == _QUIC:
            return known.datagram(content)
        return known.segment(ask[9], ask[3], content, fresh=ask[10] == _TLS)

    def _begun(self, row: int, flow: tuple[Any, ...]) -> None:
        """Remember which names the client had for the address that it connects to."""
        if not len(self.answers):
            return
        client, server = self._sides(flow)
        found = self.answers.find(client[0], server[0], flow[_FIRST])
        if found is not None:
            self._known[row] = Known(told=found)

    @staticmethod
    def _sides(flow: tuple[Any, ...]) -> tuple[tuple[str, int], tuple[str, int]]:
        """Address and port of the client, and of the server."""
        version = flow[_VERSION]
        source = address(version, flow[0], flow[1]), flow[_SOURCE]
        target = address(version, flow[2], flow[3]), flow[_TARGET]
        return (target, source) if flow[_CLIENT] else (source, target)

    def _asked_for(self, known: Known, ask: tuple[Any, ...], content: bytes) -> Iterator[Event]:
        """Questions wait for their answer; an answer tells both."""
        found = dns.message(content)
        if found is None or not found.questions:
            return
        known.protocol = "dns"
        where, time, row, side = Where(ask[5], f"frame {ask[6] + 1}"), ask[4], ask[8], ask[9]
        if not found.answer:
            known.ask(found, where, time)
            return
        flow = self._flows[row].item()
        to = 2 if side == 0 else 0
        client = address(flow[_VERSION], flow[to], flow[to + 1])
        for name, kind in found.questions:
            asked = known.answered(found.number, name, kind)
            chain, addresses = dns.resolved(found, name)
            event = Answer(
                asked[0] if asked else where,
                time,
                client,
                name,
                self._app(flow[_APP]),
                chain,
                addresses,
            )
            self.answers.add(event)
            yield event

    def _request(self, known: Known, ask: tuple[Any, ...], content: bytes) -> Iterator[Event]:
        """The head of a request, as far as its first segment has it."""
        if content[:4] == b"PRI ":
            known.protocol = "http2"
            return
        known.protocol = known.protocol or "http"
        found = http.request(content)
        if found is None:
            return
        known.marks.add("cleartext")
        flow = self._flows[ask[8]].item()
        client, server = self._sides(flow)
        if found.method == "CONNECT":
            known.marks.add("proxied")
        if hosts.is_literal(found.host):
            known.marks.add("ip-literal")
        known.name("connect" if found.method == "CONNECT" else "http-host", found.host)
        yield Message(
            Where(ask[5], f"frame {ask[6] + 1}"),
            ask[4],
            found.host,
            server[0],
            server[1],
            found.method,
            http.url(found, "http", server[1]),
            app=self._app(flow[_APP]),
            client=client[0],
            request=found.headers,
            encrypted=False,
            cut="" if found.whole else "the head goes on in another segment",
        )

    def _app(self, number: int) -> str:
        return "" if number < 0 else self._apps.get(number, f"uid {number}")

    def _told(self, rows: Rows) -> Iterator[Event]:
        """Everything that is known of some connections, which are over."""
        rows = rows[np.argsort(self._flows["at"][rows], kind="stable")]
        halves = zip(self._halves[2 * rows].tolist(), self._halves[2 * rows + 1].tolist(), strict=True)
        for row, flow, (first, second) in zip(rows.tolist(), self._flows[rows].tolist(), halves, strict=True):
            known = self._known.pop(row, None)
            client, server = self._sides(flow)
            if known is not None and known.waiting:
                yield from self._unanswered(known, client[0], flow)
            up, down = (second, first) if flow[_CLIENT] else (first, second)
            event = Flow(
                Where(flow[_AT], f"frame {flow[_FRAME] + 1}"),
                flow[_FIRST],
                flow[_LAST],
                client[0],
                server[0],
                server[1],
                "tcp" if flow[_PROTOCOL] == 6 else "udp",
                up=up[0],
                down=down[0],
                records=first[1] + second[1],
                app=self._app(flow[_APP]),
            )
            if known is not None:
                known.tell(event)
            if not event.names:
                event.marks.add("no-name")
            if not down[1]:
                event.marks.add("one-sided")
            if flow[_ODD] or not clocks.is_plausible(flow[_FIRST]):
                event.marks.add("bad-clock")
            yield event

    def _unanswered(self, known: Known, client: str, flow: tuple[Any, ...]) -> Iterator[Event]:
        for (_, name, _), (where, time) in known.waiting.items():
            yield Answer(where, time, client, name, self._app(flow[_APP]))
