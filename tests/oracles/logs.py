"""Flow logs of collectors and clouds the obvious way: all of the log in memory, a dictionary for each record."""

import csv
import json
from collections import defaultdict
from typing import NamedTuple


class Total(NamedTuple):
    """What the records of one port of a server add up to."""

    up: int = 0
    down: int = 0
    records: int = 0
    clients: frozenset[str] = frozenset()


Totals = dict[tuple[str, int, str], Total]


def _sum(records: list[tuple[str, int, str, int, str, int, int]]) -> Totals:
    """Add up (source, its port, target, its port, protocol, bytes, bytes back): the lower port is the server's."""
    found: Totals = defaultdict(Total)
    for source, source_port, target, target_port, protocol, size, back in records:
        client, server, port, up, down = source, target, target_port, size, back
        if target_port > source_port:
            client, server, port, up, down = target, source, source_port, back, size
        before = found[server, port, protocol]
        found[server, port, protocol] = Total(
            before.up + up, before.down + down, before.records + 1, before.clients | {client}
        )
    return dict(found)


def nfdump(text: str) -> Totals:
    """Both of nfdump's tables."""
    lines = text.split("Summary\n", maxsplit=1)[0].splitlines()
    old = lines[0].startswith("ts,")
    names = ("sa", "sp", "da", "dp", "pr", "ibyt") if old else (
        "srcAddr", "srcPort", "dstAddr", "dstPort", "proto", "bytes",
    )  # fmt: skip
    records = []
    for row in csv.DictReader(lines):
        source, source_port, target, target_port, protocol, size = (row[name] for name in names)
        back = int(row["obyt"]) if old else 0
        records.append((source, int(source_port), target, int(target_port), protocol.lower(), int(size), back))
    return _sum(records)


def google(text: str) -> Totals:
    """Google Cloud's log, one record a line."""
    records = []
    for line in text.splitlines():
        payload = json.loads(line)["jsonPayload"]
        ends = payload["connection"]
        protocol = {6: "tcp", 17: "udp"}[ends["protocol"]]
        ports = ends["src_port"], ends["dest_port"]
        records.append((ends["src_ip"], ports[0], ends["dest_ip"], ports[1], protocol, int(payload["bytes_sent"]), 0))
    return _sum(records)
