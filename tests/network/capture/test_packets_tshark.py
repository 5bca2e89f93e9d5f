"""Real captures as tshark reads them: the same names, the same connections, the same bytes."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from affidavit.artefact.notes import Notes
from affidavit.network.capture import packets
from affidavit.network.capture.events import Answer, Event, Flow
from affidavit.network.names.hosts import split
from tests.builders.captures import source_of
from tests.conftest import CORPUS
from tests.oracles import tshark

CAPTURES = sorted(path for path in (CORPUS / "net").rglob("*.pcap*") if path.suffix in {".pcap", ".pcapng"})
FIELDS = (
    "tcp.stream",
    "udp.stream",
    "tcp.len",
    "udp.length",
    "tls.handshake.extensions_server_name",
    "gquic.tag.sni",
    "dns.qry.name",
    "http.host",
    "http.request.method",
    "http.request.uri",
    "ip.len",
)
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CAPTURES, reason="needs ../shared/data, absent here"),
    tshark.NEEDED,
]


@pytest.fixture(params=CAPTURES, ids=lambda path: path.stem.rpartition("__")[2])
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


def rows(path: Path) -> tuple[tshark.Packet, ...]:
    return tshark.dissected(path, FIELDS)


def told(path: Path, *names: str) -> set[str]:
    return {value for row in rows(path) for name in names for value in row[name]}


@cache
def events(path: Path) -> tuple[Event, ...]:
    return tuple(packets.read(source_of(path.read_bytes()), Notes([])))


def flows(path: Path) -> list[Flow]:
    return [event for event in events(path) if isinstance(event, Flow)]


def named(path: Path, *kinds: str) -> set[str]:
    return {name.value for flow in flows(path) for name in flow.names if name.basis in kinds}


def test_hellos_name_the_hosts_that_tshark_reads(path):
    expected = told(path, "tls.handshake.extensions_server_name", "gquic.tag.sni")
    assert named(path, "tls-sni", "quic-sni") == expected


def test_questions_are_those_that_tshark_reads(path):
    asked = {event.name for event in events(path) if isinstance(event, Answer)}
    assert asked == told(path, "dns.qry.name")


def test_requests_name_the_hosts_that_tshark_reads(path):
    """Two differences: devices that look for each other over UDP ask nobody by name (SSDP), and what a proxy is asked
    for is the target of CONNECT, whatever its Host header says (RFC 9112, section 3.2.3).
    """
    asked = [
        (row["http.request.method"][:1], row["http.request.uri"][:1], row["http.host"])
        for row in rows(path)
        if "ssdp" not in row["frame.protocols"]
    ]
    expected = {name for method, target, names in asked for name in (target if method == ["CONNECT"] else names)}
    assert named(path, "http-host", "connect") == {split(host)[0] for host in expected}


def test_connections_have_the_packets_and_bytes_that_tshark_counts(path):
    """One difference: of a datagram in fragments what its first one carries is counted."""
    counted: dict[tuple[str, str], list[int]] = {}
    for row in rows(path):
        if row["tcp.stream"]:
            kind, stream, size = "tcp", row["tcp.stream"][0], int(row["tcp.len"][0])
        elif row["udp.stream"]:
            kind, stream, size = "udp", row["udp.stream"][0], int(row["udp.length"][0]) - 8
            size = min(size, int((row["ip.len"] or ["65535"])[0]) - 28)
        else:
            continue
        found = counted.setdefault((kind, stream), [0, 0])
        found[0] += 1
        found[1] += size
    theirs = Counter((kind, *found) for (kind, _), found in counted.items())
    assert Counter((flow.transport, flow.records, flow.up + flow.down) for flow in flows(path)) == theirs
