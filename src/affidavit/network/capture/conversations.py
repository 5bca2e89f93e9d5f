"""Connections of TCP read to the end: put in order, decrypted where keys are given, told as messages of HTTP.

A proxy's client speaks to somebody else after CONNECT: what follows is read anew, for the host that was asked for. All
that waits is bounded over all connections together; those without a packet for longest are given up first.
"""

from collections import OrderedDict
from typing import Final

from affidavit.model.capture import Mark
from affidavit.network.capture.events import Event, Unread
from affidavit.network.capture.http_messages import Plain
from affidavit.network.capture.messages import CLIENT, SERVER, Ends, Stamp
from affidavit.network.capture.other_messages import Raw
from affidavit.network.capture.streams import Piece, Stream
from affidavit.network.capture.talk import Talk
from affidavit.network.names.decrypt import Session
from affidavit.network.names.http1 import Room
from affidavit.network.names.keylog import KeyLog

MOST: Final = 2_048
"""Connections that are read at a time."""
MOST_HELD: Final = 96 << 20
"""Bytes that wait in all of them, without bodies."""
MOST_OVER: Final = 1 << 18
_MOST_TUNNELS: Final = 4
_MOST_FIRST: Final = 64


class Conversation:
    """One connection.

    Attributes:
        over: whether nothing more of it can be read. cleartext: whether something was read that nobody had encrypted.
        opened: bytes that were decrypted. sealed: whether something encrypted was in it, or may have been, that was
            not read.
    """

    __slots__ = (
        "_anew",
        "_ends",
        "_first",
        "_keys",
        "_room",
        "_session",
        "_streams",
        "_talk",
        "_tunnels",
        "cleartext",
        "opened",
        "over",
        "sealed",
    )

    def __init__(self, ends: Ends, keys: KeyLog, room: Room) -> None:
        self.over = self.cleartext = self.sealed = False
        self.opened = 0
        self._ends = ends
        self._keys = keys
        self._room = room
        self._streams = [Stream(), Stream()]
        self._anew = [False, False]
        self._tunnels = 0
        self._begin()

    def _begin(self) -> None:
        self._session: Session | None = None
        self._talk: Talk | None = None
        self._first: list[tuple[int, Piece]] = []

    def feed(self, side: int, place: int, segment: tuple[bytes, int], stamp: Stamp, *, fresh: bool) -> list[Event]:
        """Take a segment.

        Args:
            side: whose it is.
            place: where it begins in its stream.
            segment: its content, and how long it was on the wire.
            stamp: when and where it was seen.
            fresh: whether a handshake of TLS begins with it, from which on places are counted.
        """
        told: list[Event] = []
        if fresh and self._session is None and self._streams[side].next:
            self._anew_from(side, stamp, told)
        if self._anew[side]:
            self._anew[side], self._streams[side] = False, Stream(place)
        for piece in self._streams[side].feed(place, *segment):
            self._take(side, piece, stamp, told)
        return told

    def pour(self, side: int, place: int, data: bytes) -> bool:
        """Take a segment when it is in order and all of it is of a body that goes on after it; else `feed` has to."""
        stream, talk = self._streams[side], self._talk
        if place != stream.next or stream.held or talk is None or self._session is not None or self._anew[side]:
            return False
        known = talk.known
        if not isinstance(known, Plain) or not known.pour(side, data):
            return False
        stream.next += len(data)
        return True

    def end(self, stamp: Stamp) -> list[Event]:
        """Nothing more comes."""
        told: list[Event] = []
        for side in (CLIENT, SERVER):
            for piece in self._streams[side].end():
                self._take(side, piece, stamp, told)
        self.sealed = self.sealed or (self._tunnels > 0 and self._talk is None)
        self._finish(stamp, told)
        self.over = True
        return told

    @property
    def held(self) -> int:
        """Bytes that wait for more, without bodies."""
        inner = self._talk.held if self._talk is not None else 0
        if self._session is not None:
            inner += self._session.held
        return inner + self._streams[CLIENT].held + self._streams[SERVER].held

    def _anew_from(self, side: int, stamp: Stamp, told: list[Event]) -> None:
        self._finish(stamp, told)
        self._begin()
        self._streams[side], self._anew[1 - side] = Stream(), True

    def _finish(self, stamp: Stamp, told: list[Event]) -> None:
        if self._talk is not None:
            told += self._talk.end(stamp)
        session = self._session
        if session is not None and session.problem and session.has_keys:
            name = session.hello.server_name if session.hello is not None else self._ends.server
            detail = f"keys were given, but {session.problem}: {name}"
            told.append(Unread("capture/not-decrypted", detail, stamp.where))
        self._talk = self._session = None

    def _take(self, side: int, piece: Piece, stamp: Stamp, told: list[Event]) -> None:
        if self.over:
            return
        if self._session is None and self._talk is None:
            self._first.append((side, piece))
            if isinstance(piece, int):
                self.over = len(self._first) > _MOST_FIRST
                return
            if piece[:1] == b"\x16" and piece[1:2] in (b"", b"\x03"):
                self._session = Session(self._keys)
            else:
                self._talk = Talk(self._ends, self._room)
            first, self._first = self._first, []
            for which, held in first:
                self._take(which, held, stamp, told)
        elif self._session is not None:
            self._opened(self._session, side, piece, stamp, told)
        elif self._talk is not None:
            self._spoken(self._talk, side, piece, stamp, told)

    def _opened(self, session: Session, side: int, piece: Piece, stamp: Stamp, told: list[Event]) -> None:
        """A piece of a connection of TLS."""
        if isinstance(piece, int):
            session.gap()
        else:
            for which, content in session.feed(side, piece):
                self.opened += len(content)
                if self._talk is None:
                    name = session.hello.server_name if session.hello is not None else ""
                    self._talk = Talk(self._ends._replace(name=name or self._ends.name, encrypted=True), self._room)
                told += self._talk.feed(which, content, stamp)
        if self._talk is not None and self._talk.tunnel is not None:
            detail = "what goes through a proxy inside an encrypted connection to it is not read"
            told.append(Unread("capture/unsupported", detail, stamp.where))
            self.over = self.sealed = True
        if session.problem:
            self._finish(stamp, told)
            self.over = self.sealed = True

    def _spoken(self, talk: Talk, side: int, piece: Piece, stamp: Stamp, told: list[Event]) -> None:
        """A piece of a connection that is not encrypted."""
        told += talk.feed(side, piece, stamp)
        self.cleartext = self.cleartext or not (talk.known is None or isinstance(talk.known, Raw))
        tunnel, rest = talk.tunnel, talk.rest
        if tunnel is None:
            return
        if self._tunnels >= _MOST_TUNNELS:
            self.over = self.sealed = True
            return
        self._tunnels += 1
        self._ends = self._ends._replace(name=tunnel.host or self._ends.name, asked=tunnel.port)
        self._finish(stamp, told)
        self._begin()
        for which in (CLIENT, SERVER):
            if rest[which]:
                self._take(which, rest[which], stamp, told)


class Conversations:
    """Those that are read at the moment, by the number that the reader gives them.

    Attributes:
        given_up: how many were given up because there was no room.
    """

    def __init__(self, keys: KeyLog, most: int = MOST, most_held: int = MOST_HELD) -> None:
        self.given_up = 0
        self._keys = keys
        self._most = most
        self._most_held = most_held
        self._room = Room()
        self._held = 0
        self._open: OrderedDict[int, tuple[Conversation, int]] = OrderedDict()
        self._over: OrderedDict[int, tuple[frozenset[Mark], bool]] = OrderedDict()

    def wants(self, number: int) -> bool:
        """Whether more of a connection may tell something."""
        return number not in self._over

    def knows(self, number: int) -> bool:
        """Whether a connection is being read."""
        return number in self._open

    def open(self, number: int, ends: Ends) -> None:
        """Begin to read a connection."""
        self._open[number] = Conversation(ends, self._keys, self._room), 0

    def pour(self, number: int, side: int, place: int, data: bytes) -> bool:
        """Take a segment the quick way, if it is one of those; see `Conversation.pour`."""
        found = self._open.get(number)
        return found is not None and found[0].pour(side, place, data)

    def take(
        self, number: int, side: int, place: int, segment: tuple[bytes, int], stamp: Stamp, *, fresh: bool = False
    ) -> list[Event]:
        """Take a segment of a connection that was opened; see `Conversation.feed`."""
        found, before = self._open[number]
        told = found.feed(side, place, segment, stamp, fresh=fresh)
        held = found.held
        self._open[number] = found, held
        self._held += held - before
        self._open.move_to_end(number)
        if found.over:
            told += self.close(number, stamp)
        while self._open and (len(self._open) > self._most or self._held > self._most_held):
            self.given_up += 1
            told += self.close(next(iter(self._open)), stamp)
        return told

    def close(self, number: int, stamp: Stamp) -> list[Event]:
        """Tell what is left of a connection."""
        found, held = self._open.pop(number, (None, 0))
        self._held -= held
        if found is None:
            return []
        told = found.end(stamp)
        marks: set[Mark] = set()
        if found.opened:
            marks.add("decrypted")
        if found.cleartext:
            marks.add("cleartext")
        self._over[number] = frozenset(marks), found.sealed
        while len(self._over) > MOST_OVER:
            self._over.popitem(last=False)
        return told

    def forget(self, number: int) -> tuple[frozenset[Mark], bool]:
        """What is to be said of a connection that was closed; its number may be another's from here on.

        Returns:
            its marks, and whether something encrypted in it was not read.
        """
        return self._over.pop(number, (frozenset(), False))
