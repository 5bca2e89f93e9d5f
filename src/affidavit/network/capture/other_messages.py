"""What is said on a connection in another protocol than HTTP: WebSocket message by message, anything else as it is."""

from affidavit.network.capture.events import Message
from affidavit.network.capture.messages import CLIENT, SERVER, Ends, Exchange, Stamp
from affidavit.network.capture.streams import Piece
from affidavit.network.names import http1, websocket
from affidavit.network.names.http import Headers
from affidavit.network.names.http1 import Body, Room


class Raw:
    """A protocol that is not read here: what each side sent, as one message, when the connection ends."""

    def __init__(self, ends: Ends, room: Room, protocol: str) -> None:
        self._ends = ends
        self._protocol = protocol
        self._bodies = (Body(room), Body(room))
        self._stamp: Stamp | None = None

    @property
    def held(self) -> int:
        """Nothing but bodies."""
        return 0

    def feed(self, side: int, piece: Piece, stamp: Stamp) -> list[Message]:
        """Take bytes of one side, or a gap."""
        self._stamp = self._stamp or stamp
        if isinstance(piece, int):
            self._bodies[side].lack(piece)
        else:
            self._bodies[side].add(piece)
        return []

    def end(self, stamp: Stamp) -> list[Message]:
        """Nothing more comes."""
        sent, received = self._bodies
        if not sent.size and not received.size:
            return []
        exchange = Exchange(self._stamp or stamp, sent=sent, received=received, protocol=self._protocol)
        return [exchange.message(self._ends)]


class Socket:
    """A WebSocket that a request of HTTP has opened: each of its messages is one here, with that request's address.

    Args:
        ends: whose connection it is.
        room: that bodies share.
        opened: address and host of the request.
        answer: headers of the response, which say what was agreed.
    """

    def __init__(self, ends: Ends, room: Room, opened: tuple[str, str], answer: Headers) -> None:
        agreed = next((value.lower() for name, value in answer if name.lower() == "sec-websocket-extensions"), "")
        packed = "permessage-deflate" in agreed
        self._ends = ends
        self._room = room
        self._url, self._host = opened
        self._readers = (
            websocket.Reader(packed=packed, fresh="client_no_context_takeover" in agreed),
            websocket.Reader(packed=packed, fresh="server_no_context_takeover" in agreed),
        )
        self._said = ""

    @property
    def held(self) -> int:
        """Bytes that wait for more."""
        return self._readers[CLIENT].held + self._readers[SERVER].held

    def feed(self, side: int, piece: Piece, stamp: Stamp) -> list[Message]:
        """Take bytes of one side, or a gap."""
        reader = self._readers[side]
        said = [self._message(side, spoken, stamp) for spoken in reader.feed(piece)]
        if reader.problem and not self._said:
            self._said = reader.problem
            said.append(self._message(side, websocket.Spoken(b"", reader.problem), stamp))
        return said

    def end(self, stamp: Stamp) -> list[Message]:
        """Nothing more comes: a message that was begun is not whole."""
        return [
            self._message(side, websocket.Spoken(b"", http1.ENDED), stamp)
            for side, reader in enumerate(self._readers)
            if reader.held and not reader.problem
        ]

    def _message(self, side: int, spoken: websocket.Spoken, stamp: Stamp) -> Message:
        body = Body(self._room)
        body.add(spoken.data)
        exchange = Exchange(stamp, url=self._url, host=self._host, protocol="websocket", cut=spoken.cut)
        if side == CLIENT:
            exchange.sent = body
        else:
            exchange.received = body
        return exchange.message(self._ends)
