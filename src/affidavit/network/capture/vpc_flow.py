"""Flow logs of AWS VPCs, versions 2 to 5 and later: with a line of names, or in the order of version 2.

Source: Amazon VPC User Guide, "Flow log records".
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from affidavit.network.capture.events import Event
from affidavit.network.capture.faults import Faults
from affidavit.network.capture.merging import Merged, forward
from affidavit.network.capture.source import Source

_ORDER: Final = tuple(
    b"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action"
    b" log-status".split()
)
_NAMED: Final = re.compile(rb"(?:[a-z0-9-]+ )*(?:pkt-)?(?:srcaddr|dstaddr)(?: [a-z0-9-]+)*\r?\n")
_BARE: Final = re.compile(rb"(?:[0-9T:.-]+Z )?[2-9] (?:\d{12}|unknown) eni-[0-9a-f]+ ")
_EXPORTED: Final = re.compile(rb"\d{4}-\d\d-\d\dT[0-9:.]+Z$")
_BEHIND: Final = (b"0", b"-1")
_SECOND: Final = 1_000_000


def form(head: bytes) -> str:
    """``vpc-flow`` when the content is such a log."""
    return "vpc-flow" if _NAMED.match(head) or _BARE.match(head) else ""


class _Columns:
    """Where the fields are that matter; two that are put behind every line stand for those that the log has not."""

    def __init__(self, names: Sequence[bytes]) -> None:
        def at(*wanted: bytes, none: int = len(names)) -> int:
            return next((names.index(name) for name in wanted if name in names), none)

        self.names = tuple(names)
        self.width = len(names) + len(_BEHIND)
        self.source, self.target = at(b"pkt-srcaddr", b"srcaddr"), at(b"pkt-dstaddr", b"dstaddr")
        self.source_port, self.target_port = at(b"srcport"), at(b"dstport")
        self.protocol, self.amount = at(b"protocol"), at(b"bytes")
        self.begin, self.end = (at(name, none=len(names) + 1) for name in (b"start", b"end"))
        self.action, self.flags = at(b"action"), at(b"tcp-flags")


def read(source: Source) -> Iterator[Event]:
    """What the records of a log add up to."""
    reader = _Reader()
    for begin, lines in source.blocks():
        at = begin
        for line in lines:
            if reader.line(line, at):
                yield from reader.merged.flows()
            at += len(line) + 1
    yield from reader.merged.flows()
    yield from reader.faults.unread()


class _Reader:
    """The columns of the log, and what was read of it."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.merged = Merged(self.faults)
        self._columns = _Columns(_ORDER)

    def line(self, line: bytes, at: int) -> bool:
        """Take a line; whether there are so many connections now that they should be given up."""
        columns, parts = self._columns, line.split(b" ")
        parts += _BEHIND
        if len(parts) != columns.width:
            return self._other(line, parts, at)
        try:
            source, target = int(parts[columns.source_port]), int(parts[columns.target_port])
            span = int(parts[columns.begin]) * _SECOND, int(parts[columns.end]) * _SECOND
            amount, flags = int(parts[columns.amount]), int(parts[columns.flags])
        except ValueError:
            return self._other(line, parts, at)
        refused = parts[columns.action] == b"REJECT"
        if forward(source, target, flags):
            key = (parts[columns.target], target, parts[columns.protocol], refused)
            return self.merged.add(key, parts[columns.source], at, span, (amount, 0))
        key = (parts[columns.source], source, parts[columns.protocol], refused)
        return self.merged.add(key, parts[columns.target], at, span, (0, amount))

    def _other(self, line: bytes, parts: list[bytes], at: int) -> bool:
        """A line that is no record of the present columns: names, another beginning, nothing, or damage."""
        line = line.rstrip(b"\r ")
        if _NAMED.match(line + b"\n"):
            self._columns = _Columns(line.split(b" "))
        elif len(parts) == self._columns.width + 1 and _EXPORTED.match(parts[0]):
            # CloudWatch puts the time of each record before it.
            self._columns = _Columns((b"exported", *self._columns.names))
            return self.line(line, at)
        elif line.endswith(b"SKIPDATA"):
            self.faults.add("capture/truncated", "the provider left records out (SKIPDATA)", at)
        elif line and not line.endswith(b"NODATA"):
            self.faults.add("capture/damaged", "records have other fields than the log says", at)
        return False
