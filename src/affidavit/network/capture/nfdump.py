"""Flows as nfdump writes them in CSV, and other collectors with one of its two lines of names.

Source: nfdump(1), ``-o csv``. Its times have no zone and are taken as UTC.
"""

from collections.abc import Iterator
from typing import Final

from affidavit.network.capture.csv_rows import names_of, rows
from affidavit.network.capture.events import Event
from affidavit.network.capture.faults import Faults
from affidavit.network.capture.fields import port_of, whole, written
from affidavit.network.capture.merging import Merged, forward
from affidavit.network.capture.source import Source

_OLD: Final = {"ts", "sa", "da", "sp", "dp", "pr"}
_NEW: Final = {"firstseen", "proto", "srcaddr", "dstaddr", "srcport", "dstport"}
_SECOND: Final = 1_000_000


def form(head: bytes) -> str:
    """``nfdump`` when the names are those of its tables."""
    names = set(names_of(head))
    return "nfdump" if names >= _OLD or names >= _NEW else ""


def read(source: Source) -> Iterator[Event]:
    """What the flows add up to."""
    faults = Faults()
    merged = Merged(faults)
    for at, row in rows(source, faults, ends="Summary"):
        source_port, target_port = (port_of(_one(row, *names)) for names in (("sp", "srcport"), ("dp", "dstport")))
        ends = [_one(row, *names).strip() for names in (("sa", "srcaddr"), ("da", "dstaddr"))]
        begun = written(_one(row, "ts", "firstseen").strip())
        sent, back = whole(_one(row, "ibyt", "bytes").strip()), whole(row.get("obyt", "").strip())
        if not forward(source_port, target_port):
            ends.reverse()
            sent, back, target_port = back, sent, source_port
        key = (ends[1].encode(), target_port, _one(row, "pr", "proto").strip().encode(), False)
        if merged.add(key, ends[0].encode(), at, (begun, _ended(row, begun)), (sent, back)):
            yield from merged.flows()
    yield from merged.flows()
    yield from faults.unread()


def _one(row: dict[str, str], *names: str) -> str:
    return next((row[name] for name in names if name in row), "")


def _ended(row: dict[str, str], begun: int) -> int:
    if "te" in row:
        return written(row["te"].strip())
    try:
        return begun + round(float(row.get("duration", "0")) * _SECOND) if begun >= 0 else -1
    except (ValueError, OverflowError):
        return begun
