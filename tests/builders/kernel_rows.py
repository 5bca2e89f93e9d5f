"""Rows that kernels of packet captures take and give, made and read in the terms of tests."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

import numpy as np

from affidavit.network.capture.flows import address
from affidavit.network.capture.layout import ASK, FLOW, FRAME, HALF, PACKET, Rows
from affidavit.network.kernels import flow_table, frames, interest
from tests.oracles.frames import Carried


def frame_rows(parts: Sequence[bytes], link: int = 101, wholes: Sequence[int] = ()) -> tuple[bytes, Rows]:
    """Frames one behind the other in one piece, 1 ms apart; `wholes`: how long they were on the wire."""
    rows, at = np.zeros(len(parts), FRAME), 0
    for index, part in enumerate(parts):
        whole = wholes[index] if wholes else len(part)
        rows[index] = (at, at, len(part), whole, index * 1_000, -1, -1, link, 0)
        at += len(part)
    return b"".join(parts), rows


def read_frame(part: bytes, link: int = 101, whole: int | None = None) -> tuple[int, Carried | None]:
    """What became of a frame that stands between others, and what it carries; as the slow reader gives it."""
    data, rows = frame_rows([b"\xff" * 3, part, b"\xff" * 3], link, [3, len(part) if whole is None else whole, 3])
    found, counts = np.zeros(1, PACKET), np.zeros(9, np.int64)
    frames.packets(data, rows[1:2], 1, found, counts)
    became = int(rows["seen"][1]) - 1
    assert counts.sum() == counts[became] == 1
    row = {name: int(found[name][0]) for name in found.dtype.names or ()}
    if not row["protocol"]:
        return became, None
    source = address(row["version"], row["source_high"], row["source_low"])
    target = address(row["version"], row["target_high"], row["target_low"])
    content = data[row["begin"] : row["begin"] + row["size"]]
    ends = (source, row["source"], target, row["target"])
    return became, Carried(row["protocol"], *ends, row["flags"], row["sequence"], content, row["whole"])


def packet_rows(*packets: dict[str, Any]) -> Rows:
    """Packets by their `ends` ((address, port), (address, port)) and whatever else their rows have; TCP by default."""
    rows = np.zeros(len(packets), PACKET)
    for row, packet in zip(rows, packets, strict=True):
        more = dict(packet)
        for side, (host, port) in zip(("source", "target"), more.pop("ends"), strict=True):
            found = ip_address(host)
            row[side], row["version"] = port, found.version
            row[f"{side}_high"], row[f"{side}_low"] = int(found) >> 64, int(found) & ((1 << 64) - 1)
        row["protocol"] = 6
        for name, value in more.items():
            row[name] = value
        if "whole" not in more:
            row["whole"] = row["size"]
    return rows


class Table:
    """A table of connections as the kernels have it, with all its columns.

    Args:
        most: rows.
    """

    def __init__(self, most: int = 8) -> None:
        self.flows = np.zeros(most, FLOW)
        self.halves = np.zeros(2 * most, HALF)
        self.slots = np.zeros(1 << (2 * most - 1).bit_length(), np.int32)
        self.free = np.arange(most - 1, -1, -1, dtype=np.int32)
        self.gone = np.zeros(most, np.int32)
        self.state = np.zeros(10, np.int64)
        self.state[1] = most

    def update(self, frame: Rows, packets: Rows, begin: int = 0) -> int:
        """Put packets in; how far it came."""
        table = (self.flows, self.halves, self.slots, self.free, self.gone, self.state)
        return int(flow_table.update(frame, packets, begin, len(packets), *table))

    def push_out(self, wanted: int) -> list[int]:
        """The rows that are given up."""
        flow_table.push_out(self.flows, self.slots, self.gone, self.state, wanted)
        return self.over

    @property
    def over(self) -> list[int]:
        """Rows that are gone and not yet released."""
        return self.gone[: self.state[2]].tolist()

    def release(self) -> None:
        """Make them free."""
        flow_table.release(self.flows, self.free, self.gone, self.state)

    def asked(self, data: bytes, frame: Rows, packets: Rows) -> Rows:
        """What has to be looked at, of packets that are in the table."""
        asks = np.zeros(2 * len(packets), ASK)
        found = interest.asked(data, frame, packets, 0, len(packets), self.flows, self.halves, asks, self.state)
        return asks[:found]

    def check(self) -> None:
        """Every row that is used is found from where its mark leads, and no other row is in a slot."""
        used = set(np.flatnonzero(self.flows["used"] == 1).tolist())
        assert sorted(self.slots[self.slots > 0] - 1) == sorted(used)
        mask = len(self.slots) - 1
        for row in used:
            at = int(self.flows["mark"][row]) & mask
            while self.slots[at] != row + 1:
                assert self.slots[at], "a search would end before this row"
                at = (at + 1) & mask
        free = self.free[: self.state[1]].tolist()
        assert sorted([*free, *self.over, *used]) == list(range(len(self.flows)))
