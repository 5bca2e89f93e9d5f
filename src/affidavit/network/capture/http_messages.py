"""What two sides of a connection say in HTTP/1 or HTTP/2, as messages: each request with its response.

Requests and responses of HTTP/1 are joined in their order, those of HTTP/2 by their stream. A half whose other half is
not there is a message too.
"""

from collections import deque
from collections.abc import Iterable
from functools import partial
from typing import Final

from affidavit.network.capture.events import Message
from affidavit.network.capture.messages import CLIENT, SERVER, Ends, Exchange, Stamp
from affidavit.network.capture.streams import Piece
from affidavit.network.names import hosts, http, http1, http2
from affidavit.network.names.http1 import Body, Room

MOST_OPEN: Final = 1_024
"""Requests of one connection that wait for their response; what is older is given up as it is."""
MOST_TRAILERS: Final = 256


class Plain:
    """HTTP/1 on one connection.

    Attributes:
        switched: the exchange after which another protocol is spoken: through a proxy, or by an upgrade.
    """

    __slots__ = ("_current", "_ends", "_readers", "_room", "_waiting", "switched")

    def __init__(self, ends: Ends, room: Room) -> None:
        self.switched: Exchange | None = None
        self._ends = ends
        self._room = room
        self._waiting: deque[Exchange] = deque()
        # A reader that knew this object would be in a circle with it, which only the collector of garbage could end.
        self._readers = (http1.Reader(room), http1.Reader(room, partial(_method, self._waiting)))
        self._current: list[Exchange | None] = [None, None]

    def feed(self, side: int, piece: Piece, stamp: Stamp) -> list[Message]:
        """Take bytes of one side, or a gap."""
        said: list[Message] = []
        for found in self._readers[side].feed(piece):
            self._take(side, found, stamp, said)
            if self.switched is not None:
                break
        return said

    def pour(self, side: int, data: bytes) -> bool:
        """Take bytes when they are all of a body that goes on after them."""
        return self._readers[side].pour(data)

    def rest(self, side: int) -> bytes:
        """Bytes of a side that were read past the last message of HTTP."""
        return self._readers[side].rest

    def end(self, stamp: Stamp) -> list[Message]:
        """Nothing more comes."""
        said: list[Message] = []
        for side in (CLIENT, SERVER):
            found = self._readers[side].end()
            if found is not None:
                self._take(side, found, stamp, said)
        while self._waiting:
            said.append(self._waiting.popleft().message(self._ends))
        return said

    @property
    def held(self) -> int:
        """Bytes that wait for more, without bodies, which have a bound of their own."""
        return self._readers[CLIENT].held + self._readers[SERVER].held

    def _take(self, side: int, found: http1.Message, stamp: Stamp, said: list[Message]) -> None:
        if isinstance(found.head, http.Response):
            self._answer(found, found.head, stamp, said)
            return
        exchange = self._current[CLIENT]
        if exchange is None or exchange.sent is not found.body:
            exchange = self._current[side] = self._asked(found.head, found.body, stamp)
            self._waiting.append(exchange)
        exchange.asked = found.whole
        self._ready(said)

    def _asked(self, head: http.Request, body: Body, stamp: Stamp) -> Exchange:
        ends = self._ends
        port = ends.port if ends.asked < 0 else ends.asked
        url = http.url(head, "https" if ends.encrypted else "http", port)
        if url.startswith(("/", "*")) and ends.name:
            url = f"{'https' if ends.encrypted else 'http'}://{ends.name}{url}"
        return Exchange(stamp, head.headers, head.method, url, head.host, head.port, body)

    def _answer(self, found: http1.Message, head: http.Response, stamp: Stamp, said: list[Message]) -> None:
        if head.status < 200 and head.status != 101:
            return
        exchange = self._current[SERVER]
        if exchange is None or exchange.received is not found.body:
            exchange = _unanswered(self._waiting)
            if exchange is None:
                exchange = Exchange(stamp, asked=True)
                self._waiting.append(exchange)
            exchange.status, exchange.response, exchange.received = head.status, head.headers, found.body
            self._current[SERVER] = exchange
        exchange.answered = found.whole
        if head.status == 101 or (exchange.method == "CONNECT" and head.status < 300):
            self._switch(exchange, head)
        if exchange.answered:
            exchange.asked = exchange.asked or not exchange.method or self.switched is not None
        self._ready(said)

    def _switch(self, exchange: Exchange, head: http.Response) -> None:
        """Another protocol follows this response."""
        self.switched = exchange
        exchange.answered = exchange.asked = True
        if head.status == 101:
            exchange.protocol = head.header("upgrade").lower()[:32] or "unknown"
        for reader in self._readers:
            reader.switch()

    def _ready(self, said: list[Message]) -> None:
        """Exchanges at the front that are whole, and those for which there is no room."""
        while self._waiting:
            first = self._waiting[0]
            if not (first.asked and first.answered) and len(self._waiting) <= MOST_OPEN:
                return
            self._waiting.popleft()
            said.append(first.message(self._ends))


def _unanswered(waiting: Iterable[Exchange]) -> Exchange | None:
    return next((exchange for exchange in waiting if exchange.received is None), None)


def _method(waiting: Iterable[Exchange]) -> str:
    """Of the request that the next response answers; empty when it was not seen."""
    exchange = _unanswered(waiting)
    return exchange.method if exchange is not None else ""


class Framed:
    """HTTP/2 on one connection."""

    def __init__(self, ends: Ends, room: Room) -> None:
        self._ends = ends
        self._room = room
        self._readers = (http2.Reader(client=True), http2.Reader(client=False))
        self._open: dict[int, Exchange] = {}

    def feed(self, side: int, piece: Piece, stamp: Stamp) -> list[Message]:
        """Take bytes of one side; after a gap, nothing of that side can be read."""
        reader = self._readers[side]
        said: list[Message] = []
        if isinstance(piece, int):
            reader.problem = reader.problem or http1.MISSING
        else:
            for frame in reader.feed(piece):
                said += self._take(side, frame, stamp)
        if reader.problem:
            said += self._given_up(reader.problem)
        return said

    def end(self, stamp: Stamp) -> list[Message]:
        """Nothing more comes."""
        del stamp
        return self._given_up(next((reader.problem for reader in self._readers if reader.problem), http1.ENDED))

    @property
    def held(self) -> int:
        """Bytes that wait for more, without bodies."""
        return self._readers[CLIENT].held + self._readers[SERVER].held

    def _given_up(self, why: str) -> list[Message]:
        for exchange in self._open.values():
            exchange.cut = exchange.cut or ("" if exchange.asked and exchange.answered else why)
        said = [exchange.message(self._ends) for exchange in self._open.values()]
        self._open.clear()
        return said

    def _take(self, side: int, frame: http2.Frame, stamp: Stamp) -> list[Message]:
        said: list[Message] = []
        stream = frame.stream
        if isinstance(frame, http2.Head) and frame.promised:
            stream = frame.promised
            self._head(CLIENT, frame._replace(stream=stream), stamp)
        elif isinstance(frame, http2.Head):
            self._head(side, frame, stamp)
        elif isinstance(frame, http2.Data):
            self._body(side, frame, stamp)
        exchange = self._open.get(stream)
        if exchange is not None and isinstance(frame, http2.Reset):
            exchange.cut = "the stream was given up"
            exchange.asked = exchange.answered = True
        if exchange is not None and exchange.asked and exchange.answered:
            said.append(self._open.pop(stream).message(self._ends))
        while len(self._open) > MOST_OPEN:
            oldest = self._open.pop(next(iter(self._open)))
            oldest.cut = oldest.cut or f"more than {MOST_OPEN} requests were open"
            said.append(oldest.message(self._ends))
        return said

    def _exchange(self, side: int, stream: int, stamp: Stamp) -> Exchange | None:
        """The exchange of a stream; a side that ended it before has nothing to add."""
        found = self._open.get(stream)
        if found is None:
            if side == SERVER or not stream:
                return None
            found = self._open[stream] = Exchange(stamp, protocol="h2")
        return None if (found.asked if side == CLIENT else found.answered) else found

    def _head(self, side: int, frame: http2.Head, stamp: Stamp) -> None:
        exchange = self._exchange(side, frame.stream, stamp)
        if exchange is None:
            return
        special = {name: value for name, value in frame.headers if name.startswith(":")}
        headers = tuple((name, value) for name, value in frame.headers if not name.startswith(":"))
        if side == SERVER:
            self._response(exchange, special.get(":status", ""), headers)
            exchange.answered = frame.last
            return
        if not exchange.method:
            self._request(exchange, special, headers)
        else:
            exchange.request += headers[: max(MOST_TRAILERS - len(exchange.request), 0)]
        exchange.asked = frame.last

    def _request(self, exchange: Exchange, special: dict[str, str], headers: http.Headers) -> None:
        authority = special.get(":authority", "") or next((value for key, value in headers if key == "host"), "")
        host, port = hosts.split(authority)
        exchange.method = special.get(":method", "")[:32]
        exchange.host, exchange.port = hosts.text(host.encode("latin-1")), port
        exchange.sent, exchange.request = Body(self._room), headers
        scheme = special.get(":scheme", "https" if self._ends.encrypted else "http")
        exchange.url = f"{scheme}://{authority or self._ends.name}{special.get(':path', '')}"

    def _response(self, exchange: Exchange, status: str, headers: http.Headers) -> None:
        number = int(status) if status.isascii() and status.isdigit() and len(status) == 3 else 0
        if exchange.status >= 200:
            exchange.response += headers[: max(MOST_TRAILERS - len(exchange.response), 0)]
        else:
            exchange.status, exchange.response = number, headers
            exchange.received = exchange.received or Body(self._room)

    def _body(self, side: int, frame: http2.Data, stamp: Stamp) -> None:
        exchange = self._exchange(side, frame.stream, stamp)
        if exchange is None:
            return
        body = exchange.sent if side == CLIENT else exchange.received
        if body is not None:
            body.add(frame.data)
        if side == CLIENT:
            exchange.asked = frame.last
        else:
            exchange.answered = frame.last
