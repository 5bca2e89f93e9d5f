"""What is known of one connection of a packet capture beside its counts: its names, and pieces of hellos."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from affidavit.model.capture import Basis, Mark, Named
from affidavit.network.capture.events import Flow, Where
from affidavit.network.names import dns, hosts, quic, resolved, tls

NAMES: Final = 64
"""Names of one connection that are kept."""
WAITING: Final = 256
"""Questions of one connection that wait for their answer."""
PIECES: Final = 96
"""Segments of one side that are kept for a hello."""
HELD: Final = 128 << 10
"""Bytes of one side that are kept for a hello."""


@dataclass(slots=True)
class Side:
    """The start of one side of a stream, as far as it is there. What comes first at a place holds.

    Attributes:
        pieces: by where they begin. held: bytes of them. done: nothing more is wanted.
    """

    pieces: dict[int, bytes] = field(default_factory=dict)
    held: int = 0
    done: bool = False

    def put(self, place: int, content: bytes) -> None:
        """Keep a piece, if there is room."""
        if place not in self.pieces and len(self.pieces) < PIECES and self.held + len(content) <= HELD:
            self.pieces[place] = content
            self.held += len(content)

    def whole(self) -> bytes:
        """All bytes from the start up to the first gap."""
        parts: list[bytes] = []
        at = 0
        for place in sorted(self.pieces):
            content = self.pieces[place]
            if place > at:
                break
            if place + len(content) > at:
                parts.append(content[at - place :])
                at = place + len(content)
        return b"".join(parts)


@dataclass(slots=True)
class Known:
    """One connection.

    Attributes:
        protocol: as `Contact.protocol`. names, marks, ja3, ja4, certificates: as in `Flow`.
        told: what DNS had told its client. sides: starts of streams. packets: hello in datagrams.
        waiting: questions without an answer: (number, name, kind) -> where and when.
    """

    told: resolved.Found | None = None
    protocol: str = ""
    names: list[Named] = field(default_factory=list)
    marks: set[Mark] = field(default_factory=set)
    ja3: str = ""
    ja4: str = ""
    certificates: tuple[str, ...] = ()
    sides: dict[int, Side] = field(default_factory=dict)
    packets: quic.State | None = None
    waiting: dict[tuple[int, str, int], tuple[Where, int]] = field(default_factory=dict)

    def name(self, basis: Basis, value: str) -> None:
        """Add a name, once."""
        if value and len(self.names) < NAMES:
            named = Named(basis, value)
            if named not in self.names:
                self.names.append(named)

    def segment(self, side: int, place: int, content: bytes, *, fresh: bool) -> bool:
        """Take a segment of TLS, or one that came before it is known what it is; whether no more of its side helps."""
        if fresh and place == 0:
            self.protocol = "tls"
            if len(content) > 5 and content[5] == tls.CLIENT_HELLO and side not in self.sides:
                found = tls.hello(content)
                if isinstance(found, tls.Hello):
                    self.sides[side] = Side(done=True)
                    self._hello(found, "tls-sni")
                    return True
        start = self.sides.get(side)
        if start is None:
            start = self.sides[side] = Side()
        elif start.done:
            return True
        start.put(place, content)
        data = start.whole()
        if self.protocol == "tls" and data:
            start.done = self._client(data, len(start.pieces)) if data[5:6] == b"\x01" else self._server(data)
            if start.done:
                start.pieces.clear()
        return start.done

    def _client(self, data: bytes, pieces: int) -> bool:
        found = tls.hello(data)
        if isinstance(found, tls.Hello):
            if pieces > 1:
                self.marks.add("split-hello")
            self._hello(found, "tls-sni")
        return not isinstance(found, tls.More)

    def _server(self, data: bytes) -> bool:
        found = tls.server(data)
        if isinstance(found, tls.More):
            return False
        if found is None or found.version > 0x0303:
            return True
        if tls.lacking(data):
            return False
        self.certificates = tls.certificates(data)
        return True

    def datagram(self, content: bytes) -> bool:
        """Take a datagram of a client of QUIC; whether no more of them helps."""
        if self.packets is None:
            self.packets = quic.State()
        found = quic.initial(content, self.packets)
        if isinstance(found, (tls.Hello, tls.More)):
            self.protocol = "quic"
        if isinstance(found, tls.Hello):
            if self.packets.tries > 1:
                self.marks.add("split-hello")
            self._hello(found, "quic-sni")
        return self.packets.done

    def _hello(self, found: tls.Hello, basis: Basis) -> None:
        self.name(basis, found.server_name)
        self.ja3, self.ja4 = found.ja3, found.ja4
        if found.ech:
            self.marks.add("ech")
        if hosts.is_literal(found.server_name):
            self.marks.add("ip-literal")

    def messages(self, side: int, place: int, content: bytes) -> Iterator[bytes]:
        """Messages of DNS that a stream has so far and had not before."""
        start = self.sides.get(side)
        if start is None:
            start = self.sides[side] = Side()
        before = sum(1 for _ in dns.over_tcp(start.whole()))
        start.put(place, content)
        for at, message in enumerate(dns.over_tcp(start.whole())):
            if at >= before:
                yield message

    def ask(self, found: dns.Dns, where: Where, time: int) -> None:
        """Remember questions until they are answered; the first of equal ones holds."""
        for name, kind in found.questions:
            if len(self.waiting) < WAITING:
                self.waiting.setdefault((found.number, name, kind), (where, time))

    def answered(self, number: int, name: str, kind: int) -> tuple[Where, int] | None:
        """Where and when something was asked that is answered now; None when that was not seen."""
        return self.waiting.pop((number, name, kind), None)

    def tell(self, flow: Flow) -> None:
        """Put into an event what is known beside its counts."""
        flow.protocol = self.protocol
        flow.names = self.names
        flow.ja3, flow.ja4, flow.certificates = self.ja3, self.ja4, self.certificates
        flow.marks = self.marks
        if self.names:
            return
        if self.told is not None:
            flow.names = [Named("dns-answer", name) for name in self.told.names]
            if self.told.stale:
                flow.marks.add("stale-answer")
        elif self.certificates:
            flow.names = [Named("certificate", self.certificates[0])]
