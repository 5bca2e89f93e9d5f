"""What is known of one connection of a packet capture beside its counts: its names, and pieces of hellos."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from affidavit.model.capture import Basis, Mark, Named
from affidavit.network.capture.events import Flow
from affidavit.network.names import dns, hosts, quic, resolved, tls

NAMES: Final = 64
"""Names of one connection that are kept; that there were more is a mark."""
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
        needed: bytes without which it is not worth while to look again.
        begin: what stands before it was read and let go.
    """

    pieces: dict[int, bytes] = field(default_factory=dict)
    held: int = 0
    done: bool = False
    needed: int = 0
    begin: int = 0

    def put(self, place: int, content: bytes) -> None:
        """Keep a piece, if there is room."""
        if place not in self.pieces and len(self.pieces) < PIECES and self.held + len(content) <= HELD:
            self.pieces[place] = content
            self.held += len(content)

    def whole(self) -> bytes:
        """All bytes from `begin` up to the first gap."""
        parts: list[bytes] = []
        at = self.begin
        for place in sorted(self.pieces):
            content = self.pieces[place]
            if place > at:
                break
            if place + len(content) > at:
                parts.append(content[at - place :])
                at = place + len(content)
        return b"".join(parts)

    def drop(self, size: int) -> None:
        """Let go of the first bytes."""
        self.begin += size
        for place in [place for place, content in self.pieces.items() if place + len(content) <= self.begin]:
            self.held -= len(self.pieces.pop(place))


_FINISHED = Side(done=True)


@dataclass(slots=True)
class Known:
    """One connection.

    Attributes:
        protocol: as `Contact.protocol`. names, marks, ja3, ja4, certificates: as in `Flow`.
        told: what DNS had told its client. sides: starts of streams. packets: hello in datagrams.
        waiting: questions without an answer: (number, name, kind) -> offset, frame, time.
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
    waiting: dict[tuple[int, str, int], tuple[int, int, int]] = field(default_factory=dict)

    def name(self, basis: Basis, value: str) -> None:
        """Add a name, once."""
        named = Named(basis, value)
        if not value or named in self.names:
            return
        if len(self.names) < NAMES:
            self.names.append(named)
        else:
            self.marks.add("more-names")

    def segment(self, side: int, place: int, content: bytes, *, fresh: bool) -> bool:
        """Take a segment of TLS, or one that came before it is known what it is; whether no more of its side helps."""
        start = self.sides.get(side)
        if fresh and place == 0:
            self.protocol = "tls"
            if start is None:
                missing = self._read(content, 1)
                if not missing:
                    self.sides[side] = _FINISHED
                    return True
        if start is None:
            start = self.sides[side] = Side()
        elif start.done:
            return True
        start.put(place, content)
        if self.protocol != "tls" or start.held < start.needed:
            return False
        data = start.whole()
        if data:
            missing = self._read(data, len(start.pieces))
            start.needed = len(data) + missing
            if not missing:
                self.sides[side] = _FINISHED
                return True
        return False

    def _read(self, data: bytes, pieces: int) -> int:
        return self._client(data, pieces) if data[5:6] == b"\x01" else self._server(data)

    def _client(self, data: bytes, pieces: int) -> int:
        """Read a hello; how many bytes it lacks, as far as known."""
        found = tls.hello(data)
        if isinstance(found, tls.Hello):
            if pieces > 1:
                self.marks.add("split-hello")
            self._hello(found, "tls-sni")
        return found.missing if isinstance(found, tls.More) else 0

    def _server(self, data: bytes) -> int:
        """Read the names of a certificate; how many bytes it lacks, as far as known."""
        found = tls.server(data)
        if isinstance(found, tls.More):
            return found.missing
        if found is None or found.version > 0x0303:
            return 0
        names = tls.certificates(data)
        if isinstance(names, tls.More):
            return names.missing
        self.certificates = names
        return 0

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
        start.put(place, content)
        for found in dns.over_tcp(start.whole()):
            start.drop(2 + len(found))
            yield found

    def ask(self, found: dns.Dns, seen: tuple[int, int, int]) -> list[tuple[str, tuple[int, int, int]]]:
        """Remember questions and where they were seen until they are answered; the first of equal ones holds.

        Returns:
            Those that have waited for longest, when there are too many.
        """
        for name, kind in found.questions:
            self.waiting.setdefault((found.number, name, kind), seen)
        if len(self.waiting) <= WAITING:
            return []
        over = list(self.waiting)[: len(self.waiting) - WAITING]
        return [(key[1], self.waiting.pop(key)) for key in over]

    def answered(self, number: int, name: str, kind: int) -> tuple[int, int, int] | None:
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
