"""Flow logs of Google Cloud (VPC) and Azure (network security groups and virtual networks), as JSON.

Sources: Google Cloud, "VPC Flow Logs records"; Microsoft, "Flow logging for network security groups" and "Virtual
network flow logs".
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from affidavit.network.capture.events import Event
from affidavit.network.capture.faults import Faults
from affidavit.network.capture.fields import port_of, whole, written
from affidavit.network.capture.json_stream import BrokenError, Reader
from affidavit.network.capture.merging import LARGEST, Merged, forward
from affidavit.network.capture.source import Source

_AZURE: Final = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"records"\s*:\s*\[')
_GCP: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
_TUPLES: Final = 100_000


def azure_form(head: bytes) -> str:
    """``azure-flow`` when the content is such a log."""
    return "azure-flow" if _AZURE.match(head) and (b'"flowTuples"' in head or b'"flowRecords"' in head) else ""


def gcp_form(head: bytes) -> str:
    """``gcp-flow`` when the content is such a log."""
    return "gcp-flow" if _GCP.match(head) and b'"src_ip"' in head and b'"dest_ip"' in head else ""


def read_azure(source: Source) -> Iterator[Event]:
    """What the records of Azure add up to."""
    yield from _read(source, _azure, "records")


def read_gcp(source: Source) -> Iterator[Event]:
    """What the records of Google Cloud add up to."""
    yield from _read(source, _gcp)


def _read(source: Source, pieces_of: Any, *path: str) -> Iterator[Event]:
    faults = Faults()
    merged = Merged(faults)
    try:
        for element in Reader(source.pieces()).elements(*path):
            try:
                pieces = list(pieces_of(msgspec.json.decode(element.data or b"")))
            except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
                faults.add("capture/damaged", "records have another form than the log's", element.offset)
                continue
            for client, server, port, protocol, refused, span, amounts in pieces:
                key = (server.encode("utf-8", "replace"), port, protocol.encode("utf-8", "replace"), refused)
                if merged.add(key, client.encode("utf-8", "replace"), element.offset, span, amounts):
                    yield from merged.flows()
    except BrokenError as error:
        faults.add(error.kind, str(error), error.offset)
    yield from merged.flows()
    yield from faults.unread()


_Row = tuple[str, str, int, str, bool, tuple[int, int], tuple[int, int]]


def _azure(record: Any) -> Iterator[_Row]:
    """The flows of a record: each is a text with commas."""
    groups = record["properties"]["flows"] if "properties" in record else record["flowRecords"]["flows"]
    for group in groups:
        for inner in group["flows"] if "flows" in group else group["flowGroups"]:
            for text in inner["flowTuples"][:_TUPLES]:
                yield _tuple(text.split(","))


def _tuple(fields: list[str]) -> _Row:
    """Who began a flow comes first. Older logs have seconds, letters, and the decision in a column of its own."""
    old = fields[5] in {"T", "U"}
    moment = whole(fields[0]) * (1_000_000 if old else 1_000) or -1
    refused = fields[7] == "D"
    up, down = (whole(fields[at]) if at < len(fields) else 0 for at in (10, 12))
    protocol = fields[5].lower() if old else fields[5]
    return fields[1], fields[2], port_of(fields[4]), protocol, refused, (moment, moment), (up, down)


def _gcp(record: Any) -> Iterator[_Row]:
    """One record of a connection, in the direction in which the bytes went."""
    payload = record.get("jsonPayload") or record.get("json_payload") or record
    ends = payload["connection"]
    client, server = str(ends["src_ip"]), str(ends["dest_ip"])
    source_port, target_port = port_of(ends.get("src_port")), port_of(ends.get("dest_port"))
    sent, back = min(whole(payload.get("bytes_sent")), LARGEST), 0
    if not forward(source_port, target_port):
        client, server, target_port, sent, back = server, client, source_port, 0, sent
    span = written(payload.get("start_time")), written(payload.get("end_time"))
    yield client, server, target_port, str(ends.get("protocol", "")), False, span, (sent, back)
