"""Connections of TLS 1.2 and 1.3 decrypted with secrets out of a key log.

Sources: RFC 8446 (TLS 1.3), RFC 5246 (TLS 1.2). Both sides are fed in any order; what cannot be opened yet waits, and
what cannot be opened at all is counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from affidavit.network.kernels.cursor import ShortError
from affidavit.network.names import tls
from affidavit.network.names.keylog import KeyLog
from affidavit.network.names.sealing import SUITES, Open, Record, Suite, classic, modern, next_secret

CLIENT: Final = 0
SERVER: Final = 1
MOST_WAITING: Final = 1 << 20
"""Bytes of one side that wait for the other side's hello."""
_CHANGE, _ALERT, _HANDSHAKE, _DATA = 20, 21, 22, 23
_FINISHED, _KEY_UPDATE, _END_OF_EARLY = 20, 24, 5
_MOST_MESSAGE: Final = 1 << 18
_MOST_REFUSED: Final = 64


@dataclass(slots=True)
class _Side:
    """One direction.

    Attributes:
        raw: bytes that are not read yet. number: of the next record under the keys that hold. phase: ``plain``,
            ``handshake``, ``early`` or ``data``. talk: handshake messages that are not whole yet.
        secret: that the keys are from, in TLS 1.3. sealed: whether records are encrypted now.
    """

    raw: bytearray = field(default_factory=bytearray)
    number: int = 0
    phase: str = "plain"
    talk: bytearray = field(default_factory=bytearray)
    secret: bytes = b""
    open: Open | None = None
    sealed: bool = False
    refused: int = 0


class Session:
    """One connection.

    Attributes:
        problem: why it is not decrypted, or no longer; empty while all goes well.
        opened: bytes of content that were decrypted. hello: the client's.
    """

    def __init__(self, keys: KeyLog) -> None:
        self.problem = ""
        self.opened = 0
        self.hello: tls.Hello | None = None
        self._retried = False
        self._keys = keys
        self._secrets: dict[str, bytes] = {}
        self._server: tls.Server | None = None
        self._suite: Suite | None = None
        self._pair: tuple[Open, Open] | None = None
        self._sides = (_Side(), _Side())

    def feed(self, side: int, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Take bytes of one side, in order.

        Yields:
            (side, content) of each record of data that opens; the other side's may have waited for these bytes.
        """
        if self.problem:
            return
        self._sides[side].raw += data
        for which in (side, 1 - side, side):
            yield from self._read(which)
        if any(len(each.raw) > MOST_WAITING for each in self._sides):
            self._fail("one side of the connection is not in the capture")

    @property
    def held(self) -> int:
        """Bytes that wait for more."""
        return sum(len(each.raw) + len(each.talk) for each in self._sides)

    @property
    def has_keys(self) -> bool:
        """Whether the key log knows this connection."""
        return bool(self._secrets)

    def gap(self) -> None:
        """Bytes of a side are missing: no record behind them can be found with certainty."""
        self._fail("packets are missing in the capture")

    def _fail(self, problem: str) -> None:
        self.problem = self.problem or problem
        for each in self._sides:
            each.raw.clear()
            each.talk.clear()

    def _read(self, which: int) -> Iterator[tuple[int, bytes]]:
        """The records of a side that are whole and can be read by now."""
        side = self._sides[which]
        at = 0
        while not self.problem and len(side.raw) - at >= 5:
            size = side.raw[at + 3] << 8 | side.raw[at + 4]
            kind = side.raw[at]
            if not _CHANGE <= kind <= _DATA + 1 or side.raw[at + 1] != 3 or size > 18_432:
                self._fail("a record is malformed")
                return
            if len(side.raw) - at < 5 + size or self._waits(which, kind):
                break
            head, content = bytes(side.raw[at : at + 5]), bytes(side.raw[at + 5 : at + 5 + size])
            at += 5 + size
            plain = self._record(which, head, content)
            if plain:
                self.opened += len(plain)
                yield which, plain
        del side.raw[:at]

    def _waits(self, which: int, kind: int) -> bool:
        """Whether a record cannot be read before the other side's hello."""
        if which == SERVER:
            return self.hello is None
        return (
            self._server is None
            and self.hello is not None
            and (kind == _DATA or (kind == _CHANGE and not self._retried))
        )

    def _record(self, which: int, head: bytes, content: bytes) -> bytes | None:
        """One record; its content when it is data."""
        side, kind = self._sides[which], head[0]
        if side.sealed and kind == _HANDSHAKE and self._retried:
            return None  # the second hello, which has waited: nothing in clear follows it
        if not side.sealed or (kind == _CHANGE and self._is_modern()):
            if kind == _HANDSHAKE:
                self._messages(which, content)
            elif kind == _CHANGE and not self._is_modern():
                self._seal(which)
            elif kind == _DATA:
                self._fail("the handshake is not in the capture")
            return None
        plain = side.open(Record(side.number, head, content)) if side.open is not None else None
        if plain is not None and self._is_modern():
            plain = plain.rstrip(b"\x00")
            kind, plain = (plain[-1], plain[:-1]) if plain else (0, b"")
        if plain is None:
            return self._refused(which, head, content)
        side.number += 1
        if kind == _HANDSHAKE:
            self._messages(which, plain)
        return plain if kind == _DATA else None

    def _refused(self, which: int, head: bytes, content: bytes) -> bytes | None:
        """A record that does not open: data that a client sent early has keys of its own, or was refused."""
        side = self._sides[which]
        early = self._secrets.get("CLIENT_EARLY_TRAFFIC_SECRET")
        if which == CLIENT and side.phase == "handshake" and not side.number and side.refused < _MOST_REFUSED:
            side.refused += 1
            if early and side.refused == 1 and self._suite is not None:
                self._use(side, early, "early")
                return self._record(which, head, content)
            return None
        if side.phase == "early":  # the server has refused it, so that nothing has said where it ends
            self._use(side, self._secrets.get("CLIENT_HANDSHAKE_TRAFFIC_SECRET", b""), "handshake")
            side.refused = _MOST_REFUSED
            return None if self.problem else self._record(which, head, content)
        self._fail("a record does not open with the keys that were given")
        return None

    def _messages(self, which: int, content: bytes) -> None:
        """Handshake messages, as far as they are whole."""
        side = self._sides[which]
        side.talk += content
        while len(side.talk) >= 4 and not self.problem:
            size = 4 + int.from_bytes(side.talk[1:4], "big")
            if size > _MOST_MESSAGE:
                self._fail("a message of the handshake is malformed")
            if len(side.talk) < size:
                return
            message = bytes(side.talk[:size])
            del side.talk[:size]
            self._message(which, message)

    def _message(self, which: int, message: bytes) -> None:
        kind, side = message[0], self._sides[which]
        if not side.sealed:
            if kind == tls.CLIENT_HELLO and which == CLIENT:
                self._greeted(message)
            elif kind == tls.SERVER_HELLO and which == SERVER:
                self._answered(message)
        elif self._is_modern():
            names = ("CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0")
            if kind == _FINISHED and side.phase == "handshake":
                self._use(side, self._secrets.get(names[which], b""), "data")
            elif kind == _END_OF_EARLY and side.phase == "early":
                self._use(side, self._secrets.get("CLIENT_HANDSHAKE_TRAFFIC_SECRET", b""), "handshake")
                side.refused = _MOST_REFUSED
            elif kind == _KEY_UPDATE and side.phase == "data" and self._suite is not None:
                self._use(side, next_secret(side.secret, self._suite), "data")
        elif kind in (tls.CLIENT_HELLO, tls.SERVER_HELLO):
            self._fail("the connection agrees on new keys")

    def _greeted(self, message: bytes) -> None:
        found = tls.hello_message(message)
        if not isinstance(found, tls.Hello):
            self._fail("the client's hello is malformed")
            return
        self.hello = found
        self._secrets = self._keys.of(found.random)
        if not self._secrets:
            self._fail("no key for it was given")

    def _answered(self, message: bytes) -> None:
        try:
            found = tls.server_message(message)
        except ShortError:
            self._fail("the server's hello is malformed")
            return
        if found.retry:
            self._retried = True
            return
        self._server, self._suite = found, SUITES.get(found.cipher)
        if self._suite is None or found.version not in (0x0303, 0x0304):
            self._fail(f"version {found.version:#06x} with suite {found.cipher:#06x} is not decrypted")
        elif self.hello is None:
            self._fail("the client's hello is not in the capture")
        elif self._is_modern():
            for side, name in zip(self._sides, ("CLIENT", "SERVER"), strict=True):
                self._use(side, self._secrets.get(f"{name}_HANDSHAKE_TRAFFIC_SECRET", b""), "handshake")
        elif "CLIENT_RANDOM" not in self._secrets:
            self._fail("no key for it was given")
        else:
            randoms = found.random + self.hello.random
            master = self._secrets["CLIENT_RANDOM"]
            self._pair = classic(master, randoms, self._suite, mac_last=found.mac_last)

    def _seal(self, which: int) -> None:
        """From here on the records of a side are encrypted, in TLS 1.2."""
        side = self._sides[which]
        if self._pair is None:
            self._fail("the server's hello is not in the capture")
            return
        side.open, side.sealed, side.number, side.phase = self._pair[which], True, 0, "data"

    def _use(self, side: _Side, secret: bytes, phase: str) -> None:
        """From here on the records of a side have keys out of a secret, in TLS 1.3."""
        if not secret or self._suite is None:
            self._fail("a key that it takes was not given")
            return
        side.open, side.sealed, side.number = modern(secret, self._suite), True, 0
        side.secret, side.phase = secret, phase

    def _is_modern(self) -> bool:
        return self._retried or (self._server is not None and self._server.version == 0x0304)
