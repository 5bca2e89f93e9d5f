"""Real captures as nDPI reads them: its own expected results say for each connection who is asked, how much, by whom.

Two readings of the same packets, one line against one connection by its ends. Where they differ, a table says why.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from pathlib import Path

import pytest

from affidavit.artefact.notes import Notes
from affidavit.network.capture import packets
from affidavit.network.capture.events import Answer, Flow, Message
from affidavit.network.names.tls import MAX_NAMES
from tests.builders.captures import source_of
from tests.conftest import CORPUS
from tests.oracles import packets as slow

RESULTS = sorted((CORPUS / "net/ndpi/result").glob("*.out"))
pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not RESULTS, reason="needs ../shared/data, absent here")]

Ends = tuple[str, frozenset[tuple[str, int]]]
"""Transport, and (address, port) of both sides."""

_LINE = re.compile(
    r"\t(?P<number>\d+)\t(?P<transport>TCP|UDP) (?P<one>\S+):(?P<port>\d+) <?-> (?P<other>\S+):(?P<other_port>\d+) "
    r"(?P<told>\[.*)"
)
_COUNTS = re.compile(r"\[(\d+) pkts/(\d+) bytes <?-> (\d+) pkts/(\d+) bytes\]")
_ANSWER = re.compile(r"\[Hostname/SNI: [^]]+\]\[([0-9a-f.:]+)\]")

LOCAL = "a name that a machine gives itself in its own network: nobody is asked by it"
OTHER_NAMES = {
    ("android", 17): ("lucas-imac", f"DHCP: {LOCAL}"),
    ("android", 52): ("239.255.255.250:1900", "SSDP: devices that look for each other ask a group, and nobody by name"),
    ("android", 53): ("239.255.255.250:1900", "SSDP: devices that look for each other ask a group, and nobody by name"),
    ("viber", 13): ("viber.com", "STUN: the realm of an account (RFC 8489, section 14.9) is a text, and no host"),
    ("wechat", 42): ("lbjamwptxz", f"NetBIOS: {LOCAL}"),
    ("wechat", 44): ("giovanni-pc", f"NetBIOS: {LOCAL}"),
    ("wechat", 67): ("iphonedimonica", f"DHCP: {LOCAL}"),
    ("whatsapp_login_chat", 4): ("lucas-imac", f"DHCP: {LOCAL}"),
}
"""(capture, number of the line) -> what nDPI calls a host, and why it is none: no name of ours is in these."""

UNNAMED = {
    ("http2", 1): ("127.0.0.1", "nDPI reads no heads of HTTP/2; the request asks for http://127.0.0.1:29518/"),
}
"""(capture, number of the line) -> whom a request asks for of which nDPI says nothing, and why."""

FIRST_TWO = "nDPI takes the first two characters of the protocol, JA4 its first and its last (http/1.1: h1)"
OTHER_FINGERPRINTS = {
    "t00d0307ht_55b375c5d22e_1472448224a5": ("t00d0307h1", FIRST_TWO),
    "t00d0309ht_55b375c5d22e_2d3f7b9fe3d5": ("t00d0309h1", FIRST_TWO),
    "t12d1407ht_efec8f3cafed_1b2d6ce873a4": ("t12d1407h1", FIRST_TWO),
    "t12d1409ht_c866b44c5a26_b39be8c56a14": ("t12d1409h1", FIRST_TWO),
    "t12d1409ht_c866b44c5a26_e08eabe7240f": ("t12d1409h1", FIRST_TWO),
    "t12d1410ht_c866b44c5a26_f88f2b2eb673": ("t12d1410h1", FIRST_TWO),
    "t13d1712h0_5b57614c22b0_3f5d972527c0": (
        "t13d1712h2",
        "the one protocol is h2, which nDPI reads when others follow",
    ),
    "t12d220300_5fd681855ab9_1ea9011b3dfa": (
        "t12i220300",
        "the hello has no server name, as nDPI says beside: i, not d",
    ),
}
"""JA4 as nDPI has it -> its first part by the description of JA4, and what differs; the other parts are equal."""


@dataclass(frozen=True)
class Line:
    """What nDPI says of a connection; the first of each pair is of the side that it names first."""

    number: int
    first: tuple[str, int]
    ends: Ends
    packets: tuple[int, int]
    sizes: tuple[int, int]
    told: str

    def said(self, name: str) -> str:
        found = re.search(rf"\[{re.escape(name)}: ([^]]*)\]", self.told)
        return found[1] if found else ""


@dataclass
class Connection:
    """What our reader says of everything between two ends."""

    flows: list[Flow] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    def spoken(self) -> set[str]:
        """Names that were said in the connection itself, in small letters as nDPI has them: names have no case (RFC
        4343).
        """
        names = {
            one.value for flow in self.flows for one in flow.names if one.basis not in {"dns-answer", "certificate"}
        }
        names |= {answer.name for answer in self.answers} | {message.host for message in self.messages}
        return {name.lower() for name in names}


@cache
def lines(result: Path) -> tuple[Line, ...]:
    """The connections of TCP and UDP: what else nDPI lists (ICMP, IGMP) connects nobody to a port."""
    found = []
    for match in filter(None, map(_LINE.fullmatch, result.read_text().splitlines())):
        one, other = (
            (match[name].strip("[]"), int(match[port])) for name, port in (("one", "port"), ("other", "other_port"))
        )
        sent, up, received, down = map(int, _COUNTS.search(match["told"]).groups())
        ends = (match["transport"].lower(), frozenset((one, other)))
        found.append(Line(int(match["number"]), one, ends, (sent, received), (up, down), match["told"]))
    return tuple(found)


@cache
def connections(result: Path) -> dict[Ends, Connection]:
    data = (result.parents[1] / "pcap" / result.stem).read_bytes()
    ends: dict[str, Ends] = {}
    for number, frame in enumerate(slow.frames(data)):
        if (carried := slow.carried(frame)) is not None:
            protocol, one, port, other, other_port, *_ = carried
            ends[f"frame {number + 1}"] = (
                "tcp" if protocol == 6 else "udp",
                frozenset(((one, port), (other, other_port))),
            )
    found: dict[Ends, Connection] = {}
    for event in packets.read(source_of(data), Notes([])):
        for kind, name in ((Flow, "flows"), (Answer, "answers"), (Message, "messages")):
            if isinstance(event, kind):
                getattr(found.setdefault(ends[event.where.name], Connection()), name).append(event)
    return found


@pytest.fixture(params=RESULTS, ids=lambda path: path.name.partition(".")[0])
def result(request: pytest.FixtureRequest) -> Path:
    return request.param


def capture(result: Path) -> str:
    return result.name.partition(".")[0]


def pairs(result: Path) -> list[tuple[Line, Connection]]:
    return [(line, connections(result)[line.ends]) for line in lines(result)]


def test_connections_are_those_that_ndpi_lists(result):
    assert {line.ends for line in lines(result)} == set(connections(result))
    assert all(len(found.flows) == 1 for found in connections(result).values())


def test_connections_have_the_packets_that_ndpi_counts(result):
    assert [found.flows[0].records for _, found in pairs(result)] == [sum(line.packets) for line in lines(result)]


def test_each_side_has_the_share_of_bytes_that_ndpi_says_it_carries(result):
    """nDPI counts whole frames, we what they carry; it gives the share of the one in the other, as whole percents. It
    names first who is seen first, which in a capture that begins in the middle may be the server.
    """
    for line, found in pairs(result):
        (flow,) = found.flows
        up, down = (flow.up, flow.down) if line.first[0] == flow.client else (flow.down, flow.up)
        shares = [f"{100 * size / (whole + 1):.0f}" for size, whole in zip((up, down), line.sizes, strict=True)]
        assert "/".join(shares) == line.said("Goodput ratio"), line


def test_the_host_that_ndpi_names_is_among_those_of_the_connection(result):
    for line, found in pairs(result):
        host, other = line.said("Hostname/SNI"), OTHER_NAMES.get((capture(result), line.number))
        if other is not None:
            assert (host, found.spoken()) == (other[0], set())
        elif host:
            assert host in found.spoken(), line


def test_where_ndpi_names_nobody_nothing_was_said_in_the_connection(result):
    for line, found in pairs(result):
        if not line.said("Hostname/SNI"):
            name, _ = UNNAMED.get((capture(result), line.number), ("", ""))
            assert found.spoken() == {name} - {""}, line


def test_answers_have_the_address_that_ndpi_reads_in_them(result):
    """0.0.0.0 is its way to say that there was none."""
    for line, found in pairs(result):
        if (answer := _ANSWER.search(line.told)) is not None:
            told = {address for one in found.answers for address, _ in one.addresses}
            assert str(ip_address(answer[1])) in (told or {"0.0.0.0"}), line  # noqa: S104 - no address to listen on


def test_certificates_name_the_hosts_that_ndpi_reads(result):
    """It knows no bound; we keep the first of them."""
    for line, found in pairs(result):
        named = [name for name in line.said("ServerNames").split(",") if name]
        assert list(found.flows[0].certificates) == named[:MAX_NAMES], line


def test_requests_are_for_the_address_that_ndpi_reads(result):
    for line, found in pairs(result):
        if line.said("URL"):
            first, status = found.messages[0], line.said("StatusCode")
            assert first.url == f"http://{line.said('URL')}"
            assert not status or str(first.status) == status, "it stops reading before some of the responses"


def test_hellos_have_the_fingerprints_that_ndpi_computes(result):
    for line, found in pairs(result):
        theirs = line.said("JA4")
        head, _ = OTHER_FINGERPRINTS.get(theirs, (theirs.partition("_")[0], ""))
        expected = (line.said("JA3C"), "_".join((head, *theirs.split("_")[1:])))
        assert (found.flows[0].ja3, found.flows[0].ja4) == expected, line


def test_what_is_said_to_differ_is_in_the_results():
    every = [(capture(result), line) for result in RESULTS for line in lines(result)]
    assert set(OTHER_NAMES) | set(UNNAMED) <= {(name, line.number) for name, line in every}
    assert set(OTHER_FINGERPRINTS) <= {line.said("JA4") for _, line in every}
    assert len(every) == 297
    assert sum(bool(line.said("Hostname/SNI")) for _, line in every) == 193
