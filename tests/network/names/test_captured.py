"""Real traffic: hellos, fingerprints, answers and hosts are those that tshark reads, packet by packet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from affidavit.network.names import dns, hosts, http, quic, tls
from tests.conftest import CORPUS
from tests.oracles import tshark

CAPTURES = sorted(path for path in (CORPUS / "net").glob("*/*/*.pcap*") if path.suffix in {".pcap", ".pcapng"})
CAPTURES += sorted((CORPUS / "net" / "pcapdroid").glob("*.pcap"))
FIELDS = (
    "udp.stream",
    "udp.payload",
    "tcp.payload",
    "tcp.reassembled.data",
    "tls.handshake.extensions_server_name",
    "tls.handshake.ja3",
    "dns.qry.name",
    "dns.cname",
    "dns.a",
    "gquic.tag.sni",
    "http.host",
)


def frames(path: Path) -> tuple[tshark.Packet, ...]:
    return tshark.dissected(path, FIELDS)


def payloads(path: Path, kind: str) -> Iterator[tuple[tshark.Packet, bytes]]:
    for frame in frames(path):
        for raw in frame[kind]:
            yield frame, bytes.fromhex(raw)


pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CAPTURES, reason="needs ../shared/data, absent here"),
    tshark.NEEDED,
]


@pytest.fixture(params=CAPTURES, ids=lambda path: path.stem.rpartition("__")[2])
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_hellos_name_the_hosts_and_have_the_fingerprints_that_tshark_reads(path):
    names, prints = set(), set()
    for kind in ("tcp.payload", "tcp.reassembled.data"):
        for _, data in payloads(path, kind):
            found = tls.hello(data)
            if isinstance(found, tls.Hello):
                prints.add(found.ja3)
                names |= {found.server_name} - {""}
    assert names == {name for frame in frames(path) for name in frame["tls.handshake.extensions_server_name"]}
    assert prints == {value for frame in frames(path) for value in frame["tls.handshake.ja3"]}


def test_the_quic_of_the_captures_names_the_hosts_that_tshark_reads(path):
    states: dict[str, quic.State] = {}
    names = set()
    for frame, data in payloads(path, "udp.payload"):
        if data and (data[0] & 0x80 or data[9:10] == b"Q"):  # packets of QUIC that say their version
            found = quic.initial(data, states.setdefault(frame["udp.stream"][0], quic.State()))
            names |= {found.server_name} if isinstance(found, tls.Hello) else set()
    assert names - {""} == {name for frame in frames(path) for name in frame["gquic.tag.sni"]}


def test_dns_asks_and_answers_as_tshark_reads(path):
    asked, links, addresses = set(), set(), set()
    for frame, data in payloads(path, "udp.payload"):
        if not {"dns", "mdns", "llmnr"} & set(frame["frame.protocols"]):
            continue
        found = dns.message(data)
        if found is None:
            assert not frame["dns.qry.name"], "a question that is cut gives no name to anybody"
            continue
        asked |= {name for name, _ in found.questions}
        links |= {record.value for record in found.records if record.kind == dns.CNAME}
        addresses |= {record.value for record in found.records if record.kind == dns.A}
    assert asked == {name for frame in frames(path) for name in frame["dns.qry.name"]}
    assert links == {name for frame in frames(path) for name in frame["dns.cname"]}
    assert addresses == {name for frame in frames(path) for name in frame["dns.a"]}


def test_requests_name_the_hosts_that_tshark_reads(path):
    names = set()
    for kind in ("tcp.payload", "udp.payload", "tcp.reassembled.data"):
        for _, data in payloads(path, kind):
            found = http.request(data)
            names |= {found.header("host")} if found is not None else set()
    assert names - {""} == {name for frame in frames(path) for name in frame["http.host"]}
    assert all(hosts.split(name)[0] for name in names - {""})
