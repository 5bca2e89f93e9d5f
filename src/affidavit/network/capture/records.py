"""Files of packets, piece by piece: pcap and pcapng as batches of frames.

Nothing is kept behind the reader but what a section of pcapng says of itself: its interfaces, the names of apps, keys.
Formats: draft-ietf-opsawg-pcap-04, draft-ietf-opsawg-pcapng-03; PCAPdroid's custom block (its documentation).
"""

import struct
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from affidavit.network.capture.events import Unread, Where
from affidavit.network.capture.layout import FRAME, INTERFACE, Rows
from affidavit.network.capture.source import PIECE, Source
from affidavit.network.kernels import packets as kernel

BATCH: Final = 8_192
"""Frames of one batch."""
INTERFACES: Final = 4_096
"""Interfaces of a section; packets of later ones are left out and counted."""
APPS: Final = 65_536
"""Apps whose names are remembered."""
SECRETS: Final = 16 << 20
"""Bytes of keys in a capture that are kept."""
_OPTIONS: Final = 64
_HEAD: Final = 24
_LABEL: Final = 20
_MAGIC: Final = {
    0xA1B2C3D4: (0, 16),
    0xA1B23C4D: (1, 16),
    0xA1B2CD34: (0, 24),
}
"""First four bytes of pcap: whether its times are nanoseconds, and the bytes of a record's head, which a patch of 1999
made longer."""
_SECTION, _ORDER, _FACE, _SECRETS, _CUSTOM = 0x0A0D0D0A, 0x1A2B3C4D, 1, 10, 0xBAD
_KEY_LOG = 0x544C534B
_PCAPDROID = 62_652
_MORE, _CUT, _DAMAGED, _BLOCK = range(4)


def form(head: bytes) -> str:
    """``pcap``, ``pcapng`` or empty: what the first bytes of a file say that it is."""
    if len(head) < _HEAD:
        return ""
    big, little = int.from_bytes(head[:4], "big"), int.from_bytes(head[:4], "little")
    if big == _SECTION and _ORDER in (int.from_bytes(head[8:12], "big"), int.from_bytes(head[8:12], "little")):
        return "pcapng"
    return "pcap" if big in _MAGIC or little in _MAGIC else ""


@dataclass(slots=True)
class Batch:
    """Frames of one piece: `frames[:count]` lie in `data`, which holds until the next batch is asked for. `first`:
    number of the first one, from 0.
    """

    data: memoryview
    frames: Rows
    count: int
    first: int


class Walk:
    """One pass over a file of packets.

    Attributes:
        apps: names by their number, as far as the capture gives them. secrets: key logs that it holds.
        names: of its interfaces. left_out: packets of interfaces that were not described, or with lying lengths.
        unread: why it ended before the file did.
        read: frames so far.
    """

    def __init__(self, source: Source) -> None:
        self.apps: dict[int, str] = {}
        self.secrets: list[bytes] = []
        self.names: list[str] = []
        self.left_out = 0
        self.unread: list[Unread] = []
        self.read = 0
        self._source = source
        self._frames = np.zeros(BATCH, FRAME)
        self._faces = np.zeros(INTERFACES, INTERFACE)
        self._state = np.zeros(6, np.int64)
        self._shape: Rows | None = None
        self._base = self._held = 0
        self._open = False

    def batches(self) -> Iterator[Batch]:
        """All frames in order; what stands in the way of the rest is in `unread` afterwards."""
        # One buffer for all pieces: the system would clear the memory of each new one before it is written to.
        buffer = bytearray(2 * PIECE)
        rest = 0
        for piece in self._source.pieces():
            size = rest + len(piece)
            if size > len(buffer):
                buffer = buffer[:rest] + bytearray(size)
            buffer[rest:size] = piece
            at = yield from self._piece(memoryview(buffer)[:size])
            if at < 0:
                return
            rest = size - at
            buffer[:rest] = buffer[at:size]
            self._base += at
        if rest:
            detail = "the file ends within a record"
            self.unread.append(Unread("capture/truncated", detail, self._where(0), 1, rest))
        self.unread.extend(self._source.unread())

    def _piece(self, data: memoryview) -> Generator[Batch, None, int]:
        """The batches of one piece; how much of it was read, -1 when nothing more can be."""
        at, state = 0, self._state
        if not self._open:
            if len(data) < _HEAD:
                return 0
            at = self._begin(data)
        state[5] = self._base
        while at < len(data):
            state[0] = at
            count = self._step(data)
            if count:
                self._label(data, count)
                yield Batch(data, self._frames, count, self.read)
                self.read += count
            at, why = int(state[0]), int(state[1])
            if why == _BLOCK:
                after = self._block(data, at)
                if after == at:
                    break
                if after < 0:
                    why = _DAMAGED
                at = after
            if why == _DAMAGED:
                self._damaged(int(state[0]))
                return -1
            if why == _CUT:
                break
        self.left_out = int(state[4])
        return at

    def _step(self, data: memoryview) -> int:
        if self._shape is not None:
            return int(kernel.pcap(data, self._shape, self._frames, self._state))
        return int(kernel.pcapng(data, self._faces, self._frames, self._state))

    def _where(self, at: int) -> Where:
        return Where(self._base + at, f"frame {self.read + 1}")

    def _damaged(self, at: int) -> None:
        offset = self._base + at
        size = max(self._source.size - offset, 0) if not self._source.packed else 0
        detail = "a length in the file cannot be: what follows was not read"
        self.unread.append(Unread("capture/damaged", detail, self._where(at), 1, size))

    def _begin(self, data: memoryview) -> int:
        """Read the head of pcap; pcapng has none beside its blocks."""
        self._open = True
        if form(bytes(data[:_HEAD])) == "pcapng":
            return 0
        big = int.from_bytes(data[:4], "big") in _MAGIC
        nano, head = _MAGIC[int.from_bytes(data[:4], "big" if big else "little")]
        link = int.from_bytes(data[20:24], "big" if big else "little") & 0xFFFF
        self._shape = np.array([big, nano, head, link], np.int64)
        return 24

    def _label(self, data: memoryview, count: int) -> None:
        """Read the names of apps that are met for the first time."""
        apps = self._frames["app"][:count]
        if apps.max() < 0:
            return
        for number, row in zip(*(item.tolist() for item in np.unique(apps, return_index=True)), strict=True):
            at = int(self._frames["label"][row])
            if number >= 0 and at >= 0 and number not in self.apps and len(self.apps) < APPS:
                self.apps[number] = _text(bytes(data[at : at + _LABEL]).partition(b"\0")[0])

    def _block(self, data: memoryview, at: int) -> int:
        """Read a block that is no packet: the offset behind it, `at` when it is not whole, -1 when it cannot be."""
        kind = bytes(data[at : at + 4])
        if kind == b"\x0a\x0d\x0d\x0a":
            order = int.from_bytes(data[at + 8 : at + 12], "big")
            if order not in (_ORDER, int.from_bytes(_ORDER.to_bytes(4, "little"), "big")):
                return -1
            self._state[2] = order == _ORDER
            self._state[3] = 0
        sign = ">" if self._state[2] else "<"
        code, size = _pair(data, at, sign)
        if size < 12 or size & 3 or size > SECRETS:
            return -1
        if at + size > len(data):
            return at
        body = bytes(data[at + 8 : at + size - 4])
        if struct.unpack_from(f"{sign}I", data, at + size - 4)[0] != size:
            return -1
        if code == _SECTION:
            return at + size if len(body) >= 16 and struct.unpack_from(f"{sign}H", body, 4)[0] == 1 else -1
        if code == _FACE:
            self._face(body, sign)
        elif code == _SECRETS:
            self._secret(body, sign)
        elif code == _CUSTOM:
            self._app(body, sign)
        return at + size

    def _face(self, body: bytes, sign: str) -> None:
        """Keep what an interface is like: its link type, and what its clock counts."""
        if len(body) < 8 or self._state[3] >= INTERFACES:
            return
        link, snap = struct.unpack_from(f"{sign}HxxI", body)
        binary, power, offset = 0, 6, 0
        for code, value in _options(body, 8, sign):
            if code == 2 and len(self.names) < INTERFACES:
                self.names.append(_text(value))
            elif code == 9 and len(value) == 1:
                binary, power = value[0] >> 7, value[0] & 0x7F
            elif code == 14 and len(value) == 8:
                (offset,) = struct.unpack(f"{sign}q", value)
        self._faces[int(self._state[3])] = (link, binary, power, 0, offset, snap)
        self._state[3] += 1

    def _secret(self, body: bytes, sign: str) -> None:
        if len(body) < 8:
            return
        kind, size = _pair(body, 0, sign)
        if kind == _KEY_LOG and size <= len(body) - 8 and self._held + size <= SECRETS:
            self.secrets.append(body[8 : 8 + size])
            self._held += size

    def _app(self, body: bytes, sign: str) -> None:
        """PCAPdroid's block that names an app: version, kind 1, its number, two lengths, package and title."""
        if len(body) < 12 or struct.unpack_from(f"{sign}I", body)[0] != _PCAPDROID or body[5] != 1:
            return
        number, package, title = struct.unpack_from(f"{sign}iBB", body, 6)
        if 12 + package + title <= len(body) < 16 + package + title and number >= 0 and len(self.apps) < APPS:
            self.apps[number] = _text(body[12 : 12 + package])


def _pair(data: bytes | memoryview, at: int, sign: str) -> tuple[int, int]:
    first, second = struct.unpack_from(f"{sign}II", data, at)
    return first, second


def _options(body: bytes, at: int, sign: str) -> Iterator[tuple[int, bytes]]:
    for _ in range(_OPTIONS):
        if at + 4 > len(body):
            return
        code, size = struct.unpack_from(f"{sign}HH", body, at)
        if not code or at + 4 + size > len(body):
            return
        yield code, body[at + 4 : at + 4 + size]
        at += 4 + (size + 3 & ~3)


def _text(raw: bytes) -> str:
    return "".join(
        char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in raw.decode("utf-8", "replace")
    )
