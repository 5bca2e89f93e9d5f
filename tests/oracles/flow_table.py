"""The table of connections the slow and obvious way: dictionaries, and a search through all that are open."""

from dataclasses import dataclass, field
from typing import Any

YEAR = 31_557_600_000_000
Ends = tuple[tuple[str, int], tuple[str, int]]


@dataclass
class Open:
    """One connection."""

    row: int
    number: int
    ends: Ends
    protocol: int
    client: int
    sure: bool
    first: int
    last: int
    frame: int
    odd: bool = False
    ended: int = 0
    recent: int = 0
    packets: list[int] = field(default_factory=lambda: [0, 0])
    bytes: list[int] = field(default_factory=lambda: [0, 0])
    bases: list[int | None] = field(default_factory=lambda: [None, None])


class Table:
    """Connections by row, and the rows that are free: the one that was freed last is used first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.open: dict[int, Open] = {}
        self.free = list(range(most - 1, -1, -1))
        self.over: list[int] = []
        self.numbers = 0
        self.latest = 0
        self.hand = 0

    def put(self, packet: dict[str, Any], time: int, index: int) -> tuple[int, int] | None:
        """The row and side of a packet; None when there is no room for its connection."""
        one, other = packet["ends"]
        protocol, flags = packet.get("protocol", 6), packet.get("flags", 0)
        sequence, syn = packet.get("sequence", 0), protocol == 6 and bool(flags & 2)
        found, side = None, 0
        for flow in self.open.values():
            if flow.protocol == protocol and flow.ends in ((one, other), (other, one)):
                found, side = flow, int(flow.ends != (one, other))
        if found is not None and syn and not flags & 16:
            begun = found.bases[side]
            if found.ended or (begun is not None and begun != (sequence + 1) % (1 << 32)):
                if not self.free:
                    return None
                self.close(found.row)
                found = None
        if found is None:
            if not self.free:
                return None
            side, client = 0, int(one[1] < 1024 <= other[1])
            if syn:
                client = int(bool(flags & 16))
            row = self.free.pop()
            found = Open(row, self.numbers, (one, other), protocol, client, syn, time, time, index)
            self.open[row] = found
            self.numbers += 1
        self.count(found, side, packet, time)
        return found.row, side

    def count(self, flow: Open, side: int, packet: dict[str, Any], time: int) -> None:
        flow.recent = min(flow.recent + 1, 2)
        flow.last = max(flow.last, time)
        flow.odd = flow.odd or 0 <= time < self.latest - YEAR
        self.latest = max(self.latest, time)
        flow.packets[side] += 1
        flow.bytes[side] += packet.get("whole", packet.get("size", 0))
        if packet.get("protocol", 6) == 6:
            flags = packet.get("flags", 0)
            if flags & 2 and flow.bases[side] is None:
                flow.bases[side] = (packet.get("sequence", 0) + 1) % (1 << 32)
            if flags & 5:
                flow.ended |= 1 << side

    def close(self, row: int) -> None:
        del self.open[row]
        self.over.append(row)

    def push_out(self, wanted: int) -> list[int]:
        """Go round the rows; each that had a packet since gets another chance for it."""
        for _ in range(3 * self.most):
            if wanted <= 0:
                break
            self.hand %= self.most
            flow = self.open.get(self.hand)
            if flow is not None and flow.recent:
                flow.recent -= 1
            elif flow is not None:
                self.close(flow.row)
                wanted -= 1
            self.hand += 1
        return self.over

    def release(self) -> None:
        self.free += self.over
        self.over = []
