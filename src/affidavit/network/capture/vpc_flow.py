"""Flow logs of AWS VPCs, versions 2 to 5 and later: with a line of names, or in the order of version 2.

Source: Amazon VPC User Guide, "Flow log records".
"""

import re
from collections.abc import Iterator, Sequence
from socket import inet_ntoa
from typing import Final

import numpy as np

from affidavit.model.capture import Mark
from affidavit.network.capture.events import Event, Flow, Where
from affidavit.network.capture.faults import Faults
from affidavit.network.capture.merging import Merged, forward, moment, protocol_of
from affidavit.network.capture.source import LONGEST, Source
from affidavit.network.kernels import flow_lines

MOST: Final = 50_000
"""Rows of the table; when it is full, all are given up and it begins anew."""
SLOTS: Final = 1 << 17

_ORDER: Final = tuple(
    b"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action"
    b" log-status".split()
)
_NAMED: Final = re.compile(rb"(?:[a-z0-9-]+ )*(?:pkt-)?(?:srcaddr|dstaddr)(?: [a-z0-9-]+)*\r?\n")
_BARE: Final = re.compile(rb"(?:[0-9T:.-]+Z )?[2-9] (?:\d{12}|unknown) eni-[0-9a-f]+ ")
_EXPORTED: Final = re.compile(rb"\d{4}-\d\d-\d\dT[0-9:.]+Z ")
_BEHIND: Final = (b"0",)
_DIGITS: Final = re.compile(rb"[0-9]{1,18}").fullmatch
_SECOND: Final = 1_000_000


def form(head: bytes) -> str:
    """``vpc-flow`` when the content is such a log."""
    return "vpc-flow" if _NAMED.match(head) or _BARE.match(head) else ""


class _Columns:
    """Where the fields are that matter; one that is put behind every line stands for those that the log has not."""

    def __init__(self, names: Sequence[bytes]) -> None:
        def at(*wanted: bytes) -> int:
            return next((names.index(name) for name in wanted if name in names), len(names))

        self.width = len(names) + len(_BEHIND)
        self.source, self.target = at(b"pkt-srcaddr", b"srcaddr"), at(b"pkt-dstaddr", b"dstaddr")
        self.source_port, self.target_port = at(b"srcport"), at(b"dstport")
        self.protocol, self.amount = at(b"protocol"), at(b"bytes")
        self.begin, self.end = at(b"start"), at(b"end")
        self.action, self.flags = at(b"action"), at(b"tcp-flags")
        self.timed = b"start" in names and b"end" in names
        self.roles = np.zeros(len(names), np.int64)
        for role, column in enumerate(
            (self.source, self.target, self.source_port, self.target_port, self.protocol, self.amount, self.begin,
             self.end, self.action, self.flags), flow_lines.SOURCE,
        ):  # fmt: skip
            if column < len(names):
                self.roles[column] = role


def read(source: Source) -> Iterator[Event]:
    """What the records of a log add up to."""
    reader, base, rest = _Reader(source.head(64)), 0, b""
    for piece in source.pieces():
        data = rest + piece
        end = data.rfind(b"\n") + 1
        yield from reader.lines(data[:end], base)
        base, rest = base + end, data[end:]
        if len(rest) > LONGEST:
            reader.faults.add("capture/too-large", "lines that are too long were not read", base)
            base, rest = base + len(rest), b""
    yield from reader.lines(rest + b"\n", base)
    yield from reader.flows()
    yield from reader.faults.unread()


class _Reader:
    """The columns of the log, and what was read of it: plain lines in one table, all others in the other.

    Args:
        head: the first bytes of the log. CloudWatch puts the time of each record before it.
    """

    def __init__(self, head: bytes) -> None:
        self.faults = Faults()
        self._merged = Merged(self.faults)
        self._columns = _Columns((b"exported", *_ORDER) if _EXPORTED.match(head) else _ORDER)
        self._table = np.empty((MOST, flow_lines.COLUMNS), np.int64)
        self._slots = np.zeros(SLOTS, np.intc)
        self._rows = 0

    def lines(self, data: bytes, base: int) -> Iterator[Event]:
        """Take whole lines; what had to be given up for them."""
        at = 0
        while at < len(data):
            at, self._rows = flow_lines.add(
                data, at, base, roles=self._columns.roles, table=self._table, slots=self._slots, rows=self._rows
            )
            if self._rows == MOST:
                yield from self.flows()
            elif at < len(data):
                end = data.index(b"\n", at)
                if self.line(data[at:end], base + at):
                    yield from self.flows()
                at = end + 1

    def flows(self) -> Iterator[Event]:
        """Give up all connections."""
        timed = self._columns.timed
        for row in self._table[: self._rows].tolist():
            yield _flow(row, timed=timed)
        self._rows = 0
        self._slots[:] = 0
        yield from self._merged.flows()

    def line(self, line: bytes, at: int) -> bool:
        """Take a line; whether there are so many connections now that they should be given up."""
        columns, parts = self._columns, line.rstrip(b"\r").split(b" ")
        parts += _BEHIND
        if len(parts) != columns.width:
            return self._other(line, at)
        try:
            source, target = _number(parts[columns.source_port]), _number(parts[columns.target_port])
            begun, ended = (_number(parts[at]) if columns.timed else -1 for at in (columns.begin, columns.end))
            amount, flags = _number(parts[columns.amount]), _number(parts[columns.flags])
        except ValueError:
            return self._other(line, at)
        span, refused = (begun * _SECOND, ended * _SECOND), parts[columns.action] == b"REJECT"
        if forward(source, target, flags):
            key = (parts[columns.target], target, parts[columns.protocol], refused)
            return self._merged.add(key, parts[columns.source], at, span, (amount, 0))
        key = (parts[columns.source], source, parts[columns.protocol], refused)
        return self._merged.add(key, parts[columns.target], at, span, (0, amount))

    def _other(self, line: bytes, at: int) -> bool:
        """A line that is no record of the present columns: names, nothing, or damage."""
        line = line.rstrip(b"\r ")
        if _NAMED.match(line + b"\n"):
            self._columns = _Columns(line.split(b" "))
        elif line.endswith(b"SKIPDATA"):
            self.faults.add("capture/truncated", "the provider left records out (SKIPDATA)", at)
        elif line and not line.endswith(b"NODATA"):
            self.faults.add("capture/damaged", "records have other fields than the log says", at)
        return False


def _number(text: bytes) -> int:
    """A number of a record.

    Raises:
        ValueError: it is none, or negative.
    """
    if not _DIGITS(text):
        raise ValueError(text)
    return int(text)


def _flow(row: list[int], *, timed: bool) -> Flow:
    """A row of the table of plain lines."""
    key = row[flow_lines.KEY] & (1 << 64) - 1
    up, down, client = row[flow_lines.UP], row[flow_lines.DOWN], row[flow_lines.CLIENT]
    marks: set[Mark] = {"one-sided"} if key & 255 or not down else set()
    begun, ended = (moment(row[at] * _SECOND) if timed else -1 for at in (flow_lines.BEGUN, flow_lines.ENDED))
    return Flow(
        Where(row[flow_lines.AT], "line"), begun, ended, inet_ntoa(client.to_bytes(4, "big")) if client >= 0 else "",
        inet_ntoa((key >> 32).to_bytes(4, "big")), key >> 16 & 0xFFFF, protocol_of(str(key >> 8 & 255)), up=up,
        down=down, marks=marks, records=row[flow_lines.RECORDS],
    )  # fmt: skip
