"""Tables that apps on a phone write: columns, bounds, and what their values say."""

import pytest

from affidavit.network.capture.events import Answer
from tests.builders.captures import events_of, form_of

NAMES = (
    "IPProto,SrcIP,SrcPort,DstIP,DstPort,UID,App,Proto,Status,Info,BytesSent,BytesRcvd,PktsSent,PktsRcvd,"
    "FirstSeen,LastSeen"
)
ROW = (
    "6,10.215.173.1,40000,192.0.2.7,443,10100,Shop,TLS,Closed,www.example.org,100,2000,3,4,1700000000123,1700000001000"
)
COLUMNS = NAMES.split(",")
TRACKER = "uid,daddr,time,uncertain,tracker,category,package,app"


def changed(**more: str) -> list:
    fields = dict(zip(COLUMNS, ROW.split(","), strict=True)) | more
    return events_of(f"{NAMES}\n{','.join(fields.values())}\n".encode())


@pytest.mark.parametrize(
    ("column", "value", "what", "expected"),
    [
        ("IPProto", "17", "transport", "udp"),
        ("IPProto", "1", "transport", "icmp"),
        ("IPProto", "58", "transport", "icmp"),
        ("IPProto", "132", "transport", ""),
        ("IPProto", "", "transport", ""),
        ("SrcIP", "", "client", ""),
        ("SrcIP", "fe80::1%wlan0", "client", "fe80::1"),
        ("DstIP", "2001:DB8::7", "server", "2001:db8::7"),
        ("DstPort", "0", "port", 0),
        ("DstPort", "65535", "port", 65_535),
        ("DstPort", "65536", "port", 0),
        ("DstPort", "", "port", 0),
        ("App", "", "app", ""),
        ("App", "a" * 300, "app", "a" * 200),
        ("App", ",,,", "app", ",,,"),
        ("Proto", "HTTPS", "protocol", "tls"),
        ("Proto", "QUIC", "protocol", "quic"),
        ("Proto", "TLS.Google", "protocol", "tls"),
        ("Proto", "SSH", "protocol", "ssh"),
        ("Proto", "", "protocol", ""),
        ("Proto", "x" * 30, "protocol", "x" * 20),
        ("BytesSent", "", "up", 0),
        ("BytesSent", "-1", "up", 0),
        ("BytesSent", "9" * 18, "up", 10**18 - 1),
        ("BytesSent", "9" * 19, "up", 0),
        ("BytesRcvd", "0", "marks", {"one-sided"}),
        ("BytesRcvd", "1", "marks", set()),
        ("FirstSeen", "", "begun", -1),
        ("FirstSeen", "0", "begun", -1),
        ("FirstSeen", "1", "begun", 1_000),
        ("LastSeen", "x", "ended", -1),
    ],
)
def test_each_column_of_pcapdroid_says_what_it_says(column, value, what, expected):
    [flow] = changed(**{column: value})
    assert getattr(flow, what) == expected


@pytest.mark.parametrize(
    ("info", "name"),
    [
        ("www.example.org", "www.example.org"),
        ("www.example.org.", "www.example.org."),
        ("*.example.org", "*.example.org"),
        ("_dns.example.org", "_dns.example.org"),
        ("www.example.org:8443", "www.example.org"),
        ("www.example.org/a/b", "www.example.org"),
        ("https://user@www.example.org/a", "www.example.org"),
        ("localhost", ""),
        ("http://", ""),
        ("192.0.2.7/a", ""),
        ("[2001:db8::1]:443", ""),
        ("a..b", ""),
    ],
)
def test_the_name_in_what_is_known_of_a_connection(info, name):
    event = changed(Info=info)[0]
    assert [one.value for one in event.names] == ([name] if name else [])


def test_a_question_without_a_name_is_a_connection():
    [event] = changed(Proto="DNS", Info="")
    assert (event.protocol, event.names) == ("dns", [])
    [event] = changed(Proto="DNS")
    assert isinstance(event, Answer)


@pytest.mark.parametrize("count", range(1, len(COLUMNS)))
def test_a_row_that_ends_early_is_counted_and_the_next_is_read(count):
    short = ",".join(ROW.split(",")[:count])
    flow, unread = events_of(f"{NAMES}\n{short}\n{ROW}\n".encode())
    assert (flow.server, flow.where.offset) == ("192.0.2.7", len(NAMES) + len(short) + 2)
    assert (unread.kind, unread.records, unread.where.offset) == ("capture/damaged", 1, len(NAMES) + 1)


@pytest.mark.parametrize(
    ("host", "server", "names"),
    [
        ("a.example", "", ["a.example"]),
        (" a.example ", "", ["a.example"]),
        ("192.0.2.7", "192.0.2.7", []),
        ("2001:DB8::7", "2001:db8::7", []),
    ],
)
def test_hosts_of_trackercontrol(host, server, names):
    data = f"{TRACKER}\n1,{host},1700000000123,0,T,C,org.app,App\n".encode()
    assert form_of(data) == "trackercontrol"
    [flow] = events_of(data)
    assert (flow.server, [one.value for one in flow.names], flow.app) == (server, names, "org.app")
    assert flow.begun == flow.ended == 1_700_000_000_123_000
