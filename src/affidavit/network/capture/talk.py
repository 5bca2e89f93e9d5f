"""What is spoken on a connection is told by its first bytes, and read as that."""

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

    __slots__ = ("_ends", "_first", "_room", "known", "rest", "tunnel")

    def __init__(self, ends: Ends, room: Room) -> None:
        self.known: Plain | Framed | Socket | Raw | None = None
        self.tunnel: Exchange | None = None
        self.rest = (b"", b"")
        self._ends = ends
        self._room = room
        self._first: tuple[list[tuple[Piece, Stamp]], list[tuple[Piece, Stamp]]] = ([], [])

    def feed(self, side: int, piece: Piece, stamp: Stamp) -> list[Message]:
        """Take bytes of one side, or a gap."""
        if self.known is not None:
            return self._feed(self.known, side, piece, stamp)
        self._first[side].append((piece, stamp))
        self.known = self._told(side)
        return self._again() if self.known is not None else []

    def end(self, stamp: Stamp) -> list[Message]:
        """Nothing more comes."""
        said: list[Message] = []
        if self.known is None and any(self._first):
            self.known = self._raw()
            said = self._again()
        return said + self.known.end(stamp) if self.known is not None else said

    @property
    def held(self) -> int:
        """Bytes that wait for more, without bodies."""
        return self.known.held if self.known is not None else 0

    def _again(self) -> list[Message]:
        """What came before it was told what is spoken."""
        said: list[Message] = []
        for which in (CLIENT, SERVER):
            for held, when in self._first[which]:
                if self.known is not None:
                    said += self._feed(self.known, which, held, when)
            self._first[which].clear()
        return said

    def _feed(self, known: Plain | Framed | Socket | Raw, side: int, piece: Piece, stamp: Stamp) -> list[Message]:
        said = known.feed(side, piece, stamp)
        if isinstance(known, Plain) and known.switched is not None:
            said += self._switch(known, known.switched, stamp)
        return said

    def _switch(self, known: Plain, switched: Exchange, stamp: Stamp) -> list[Message]:
        """Another protocol follows the last message of HTTP."""
        rest = known.rest(CLIENT), known.rest(SERVER)
        if switched.method == "CONNECT":
            self.tunnel, self.rest = switched, rest
            return []
        if switched.protocol == "websocket":
            self.known = Socket(self._ends, self._room, (switched.url, switched.host), switched.response)
        else:
            self.known = Raw(self._ends, self._room, switched.protocol)
        said: list[Message] = []
        for which in (CLIENT, SERVER):
            if rest[which]:
                said += self.known.feed(which, rest[which], stamp)
        return said

    def _told(self, side: int) -> Plain | Framed | Raw | None:
        data = b"".join(piece for piece, _ in self._first[side] if isinstance(piece, bytes))[:_LOOK]
        if (side == CLIENT and data.startswith(http2.PREFACE)) or (side == SERVER and http2.begins_server(data)):
            return Framed(self._ends, self._room)
        if http.starts(data):
            return Plain(self._ends, self._room)
        if len(data) >= len(http2.PREFACE) or len(self._first[side]) > _LOOK:
            return self._raw()
        return None

    def _raw(self) -> Raw:
        return Raw(self._ends, self._room, "tls" if self._ends.encrypted else "tcp")
