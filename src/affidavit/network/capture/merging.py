"""Records of flow logs put together: one connection for all records of a port of a server.

A log has a record for each client, each direction and each minute. Which end is the server is told by who began, where
the log says so, and else by the lower port.
"""

from collections.abc import Iterator
from typing import Final

from affidavit.model.capture import Mark
from affidavit.network.capture.events import Flow, Where
from affidavit.network.capture.faults import Faults
from affidavit.network.capture.fields import LATEST, address_of

MOST: Final = 50_000
"""Connections that are put together at a time; when there are more, all are given up and it begins anew."""
PROTOCOLS: Final = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmp", "t": "tcp", "u": "udp", "icmp6": "icmp"}
"""Numbers (IANA) and names of protocols that have a word here."""
SYN, ACK = 2, 16
LARGEST: Final = 1 << 62
Key = tuple[bytes, int, bytes, bool]


def forward(source: int, target: int, flags: int = 0) -> bool:
    """Whether a record goes from the client to the server.

    Args:
        source: port of the sender.
        target: port of the receiver.
        flags: TCP flags that the sender has set, or 0 where the log does not say.
    """
    if flags & SYN:
        return not flags & ACK
    return target <= source


class Merged:
    """Connections while they are put together.

    Args:
        faults: counts records that name no address.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._rows: dict[Key, list[int]] = {}
        self._clients: dict[Key, bytes] = {}

    def add(self, key: Key, client: bytes, at: int, span: tuple[int, int], amounts: tuple[int, int]) -> bool:
        """Add a record.

        Args:
            key: server, its port, protocol, and whether it was refused.
            client: the other end.
            at: offset of the record.
            span: microseconds of its begin and end, -1 unknown.
            amounts: bytes that went up and down.

        Returns:
            Whether there are so many now that all should be given up.
        """
        row = self._rows.get(key)
        if row is None:
            self._rows[key] = [at, *span, *amounts, 1]
            self._clients[key] = client
            return len(self._rows) >= MOST
        begun, ended = span
        if 0 <= begun < row[1] or row[1] < 0:
            row[1] = begun
        row[2] = max(row[2], ended)
        row[3] += amounts[0]
        row[4] += amounts[1]
        row[5] += 1
        if self._clients[key] != client:
            self._clients[key] = b""
        return False

    def flows(self) -> Iterator[Flow]:
        """Give up all, in the order in which they were first met; without a client where they had several."""
        rows, clients = self._rows, self._clients
        self._rows, self._clients = {}, {}
        for key, (at, begun, ended, up, down, records) in rows.items():
            server, port, transport, refused = key
            marks: set[Mark] = {"one-sided"} if refused or not down else set()
            ends = _address(clients[key]), _address(server)
            if not ends[1]:
                self._faults.add("capture/damaged", "records name no address", at, records)
                continue
            yield Flow(
                Where(at, "line"), moment(begun), moment(ended), *ends, port if 0 < port < 1 << 16 else 0,
                protocol_of(transport.decode("ascii", "replace")), up=min(up, LARGEST), down=min(down, LARGEST),
                marks=marks, records=records,
            )  # fmt: skip


def protocol_of(text: str) -> str:
    """The word for a protocol, or what the log calls it."""
    text = text.lower()
    return PROTOCOLS.get(text, text[:8])


def moment(time: int) -> int:
    """A time in microseconds, or -1 when it cannot be one."""
    return time if 0 <= time < LATEST else -1


def _address(text: bytes) -> str:
    return address_of(text.decode("ascii", "replace"))
