"""What apps on a phone write of the connections of other apps: PCAPdroid and TrackerControl, as CSV.

Both say which app a connection is of. PCAPdroid does not quote: an app's name may hold commas.
"""

import re
from collections.abc import Iterator
from typing import Final

from affidavit.model.capture import Named
from affidavit.network.capture.csv_rows import names_of, rows
from affidavit.network.capture.events import Answer, Event, Flow, Where
from affidavit.network.capture.faults import Faults
from affidavit.network.capture.fields import address_of, port_of, target_of, whole
from affidavit.network.capture.merging import PROTOCOLS
from affidavit.network.capture.source import Source

_PCAPDROID: Final = ("ipproto", "srcip", "srcport", "dstip", "dstport", "uid", "app", "proto")
_TRACKER: Final = {"uid", "daddr", "time", "package"}
_NAME: Final = re.compile(r"[A-Za-z0-9_*-]+(?:\.[A-Za-z0-9_-]+)+\.?$")
_BEFORE: Final = 6
"""Columns before the app's name."""
_THOUSAND: Final = 1_000
_PROTOCOLS: Final = {"tls": "tls", "https": "tls", "quic": "quic", "http": "http", "dns": "dns"}


def pcapdroid_form(head: bytes) -> str:
    """``pcapdroid`` when the names are those of its connections."""
    return "pcapdroid" if names_of(head)[: len(_PCAPDROID)] == _PCAPDROID else ""


def trackercontrol_form(head: bytes) -> str:
    """``trackercontrol`` when the names are those of its report."""
    return "trackercontrol" if set(names_of(head)) >= _TRACKER else ""


def read_pcapdroid(source: Source) -> Iterator[Event]:
    """The connections of each app."""
    faults, names = Faults(), tuple[str, ...]()
    for at, line in source.lines():
        if not names:
            names = names_of(line)
            continue
        fields = line.decode("utf-8", "replace").split(",")
        beyond = len(fields) - len(names)
        if beyond < 0:
            faults.add("capture/damaged", "rows have fewer columns than the table says", at)
            continue
        app = ",".join(fields[_BEFORE : _BEFORE + 1 + beyond])
        fields[_BEFORE : _BEFORE + 1 + beyond] = [app]
        event = _connection(dict(zip(names, fields, strict=True)), Where(at, "line"))
        if event is None:
            faults.add("capture/damaged", "rows name no address", at)
        else:
            yield event
    yield from faults.unread()


def _connection(row: dict[str, str], where: Where) -> Event | None:
    server = address_of(row["dstip"])
    if not server:
        return None
    begun, ended = (whole(row.get(key, "")) * _THOUSAND or -1 for key in ("firstseen", "lastseen"))
    protocol = _PROTOCOLS.get(row["proto"].lower().partition(".")[0], row["proto"].lower()[:20])
    info = row.get("info", "")
    name = target_of(info).host if "://" in info else info.partition("/")[0].partition(":")[0]
    name = name if _NAME.match(name) and not address_of(name) else ""
    client, app = address_of(row["srcip"]), row["app"][:200]
    if protocol == "dns" and name:
        return Answer(where, begun, client, name, app)
    named = Named("tls-sni" if protocol == "tls" else "quic-sni" if protocol == "quic" else "log", name)
    return Flow(
        where, begun, ended, client, server, port_of(row["dstport"]), PROTOCOLS.get(row["ipproto"], ""), protocol, app,
        whole(row.get("bytessent", "")), whole(row.get("bytesrcvd", "")), [named] if name else [],
        marks=set() if whole(row.get("bytesrcvd", "")) else {"one-sided"},
    )  # fmt: skip


def read_trackercontrol(source: Source) -> Iterator[Event]:
    """Whom each app contacted; the report has names without addresses."""
    faults = Faults()
    for at, row in rows(source, faults):
        host, moment = row["daddr"].strip(), whole(row["time"]) * _THOUSAND or -1
        address = address_of(host)
        if not address and not _NAME.match(host):
            faults.add("capture/damaged", "rows name no host", at)
            continue
        names = [] if address else [Named("log", host)]
        yield Flow(Where(at, "line"), moment, moment, "", address, 0, "", app=row["package"][:200], names=names)
    yield from faults.unread()
