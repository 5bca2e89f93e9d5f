"""What is spoken on a connection is told by its first bytes, and read as that."""

from collections.abc import Iterator
from typing import Final

from affidavit.network.capture.events import Message
from affidavit.network.capture.http_messages import Framed, Plain
from affidavit.network.capture.messages import CLIENT, SERVER, Ends, Exchange, Stamp
from affidavit.network.capture.other_messages import Raw, Socket
from affidavit.network.capture.streams import Piece
from affidavit.network.names import http, http2
from affidavit.network.names.http1 import Room

_LOOK: Final = 64


class Talk:
    """One connection.

    Attributes:
        known: what reads it, once that is told. tunnel: the exchange by which a proxy has connected the client to
            somebody else: what follows it is another talk. rest: what each side has said in it already.
    """

    def __init__(self, ends: Ends, room: Room) -> None:
        self.known: Plain | Framed | Socket | Raw | None = None
        self.tunnel: Exchange | None = None
        self.rest = (b"", b"")
        self._ends = ends
        self._room = room
        self._first: tuple[list[tuple[Piece, Stamp]], list[tuple[Piece, Stamp]]] = ([], [])

    def feed(self, side: int, piece: Piece, stamp: Stamp) -> Iterator[Message]:
        """Take bytes of one side, or a gap."""
        if self.known is None:
            self._first[side].append((piece, stamp))
            self.known = self._told(side)
            if self.known is None:
                return
            for which in (CLIENT, SERVER):
                for held, when in self._first[which]:
                    yield from self._feed(which, held, when)
                self._first[which].clear()
        else:
            yield from self._feed(side, piece, stamp)

    def end(self, stamp: Stamp) -> Iterator[Message]:
        """Nothing more comes."""
        if self.known is None and any(self._first):
            self.known = self._raw()
            for which in (CLIENT, SERVER):
                for held, when in self._first[which]:
                    yield from self.known.feed(which, held, when)
        if self.known is not None:
            yield from self.known.end(stamp)

    @property
    def held(self) -> int:
        """Bytes that wait for more, without bodies."""
        return self.known.held if self.known is not None else 0

    def _feed(self, side: int, piece: Piece, stamp: Stamp) -> Iterator[Message]:
        known = self.known
        if known is None:
            return
        yield from known.feed(side, piece, stamp)
        if not isinstance(known, Plain) or known.switched is None:
            return
        rest = known.rest(CLIENT), known.rest(SERVER)
        switched = known.switched
        if switched.method == "CONNECT":
            self.tunnel, self.rest = switched, rest
            return
        if switched.protocol == "websocket":
            self.known = Socket(self._ends, self._room, (switched.url, switched.host), switched.response)
        else:
            self.known = Raw(self._ends, self._room, switched.protocol)
        for which in (CLIENT, SERVER):
            if rest[which]:
                yield from self.known.feed(which, rest[which], stamp)

    def _told(self, side: int) -> Plain | Framed | Raw | None:
        data = b"".join(piece for piece, _ in self._first[side] if isinstance(piece, bytes))[:_LOOK]
        if (side == CLIENT and data.startswith(http2.PREFACE)) or (side == SERVER and http2.begins_server(data)):
            return Framed(self._ends, self._room)
        if http.starts(data) and not http2.PREFACE.startswith(data[: len(http2.PREFACE)]):
            return Plain(self._ends, self._room)
        if len(data) >= len(http2.PREFACE) or len(self._first[side]) > _LOOK:
            return self._raw()
        return None

    def _raw(self) -> Raw:
        return Raw(self._ends, self._room, "tls" if self._ends.encrypted else "tcp")
