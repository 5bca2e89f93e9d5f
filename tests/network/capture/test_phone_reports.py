from collections import Counter

import pytest

from affidavit.model.capture import Named
from affidavit.network.capture.events import Answer, Flow, Unread
from tests.builders.captures import events_of, form_of

NAMES = (
    "IPProto,SrcIP,SrcPort,DstIP,DstPort,UID,App,Proto,Status,Info,BytesSent,BytesRcvd,PktsSent,PktsRcvd,"
    "FirstSeen,LastSeen"
)


def row(**more: object) -> str:
    fields = {
        "IPProto": 6, "SrcIP": "10.215.173.1", "SrcPort": 40_000, "DstIP": "192.0.2.7", "DstPort": 443, "UID": 10_100,
        "App": "Shop", "Proto": "TLS", "Status": "Closed", "Info": "www.example.org", "BytesSent": 100,
        "BytesRcvd": 2_000, "PktsSent": 3, "PktsRcvd": 4, "FirstSeen": 1_700_000_000_123, "LastSeen": 1_700_000_001_000,
    } | more  # fmt: skip
    return ",".join(map(str, fields.values()))


def table(*rows: str) -> bytes:
    return "".join(f"{line}\n" for line in (NAMES, *rows)).encode()


def test_connections_of_pcapdroid_name_their_app():
    data = table(row())
    assert form_of(data) == "pcapdroid"
    [flow] = events_of(data)
    assert isinstance(flow, Flow)
    assert (flow.app, flow.server, flow.port, flow.transport, flow.protocol) == ("Shop", "192.0.2.7", 443, "tcp", "tls")
    assert (flow.up, flow.down, flow.names) == (100, 2_000, [Named("tls-sni", "www.example.org")])
    assert (flow.begun, flow.ended, flow.marks) == (1_700_000_000_123_000, 1_700_000_001_000_000, set())


def test_commas_in_the_name_of_an_app_move_no_column():
    [flow] = events_of(table(row(App="Shop, Cart, and more")))
    assert (flow.app, flow.server, flow.down) == ("Shop, Cart, and more", "192.0.2.7", 2_000)


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({"Proto": "QUIC", "IPProto": 17}, [Named("quic-sni", "www.example.org")]),
        ({"Proto": "HTTP", "Info": "www.example.org/a?b"}, [Named("log", "www.example.org")]),
        ({"Proto": "HTTP", "Info": "http://www.example.org:81/a"}, [Named("log", "www.example.org")]),
        ({"Info": ""}, []),
        ({"Info": "192.0.2.7"}, []),
        ({"Info": "no name at all"}, []),
    ],
)
def test_what_is_known_of_a_connection_gives_its_name(more, names):
    [flow] = events_of(table(row(**more)))
    assert flow.names == names


def test_questions_of_apps_are_look_ups():
    [answer] = events_of(table(row(Proto="DNS", IPProto=17, DstPort=53)))
    assert isinstance(answer, Answer)
    assert (answer.name, answer.app) == ("www.example.org", "Shop")


def test_rows_without_an_address_are_counted():
    flow, *unread = events_of(table(row(BytesRcvd=0), "6,1", row(DstIP="nowhere"), "7,1"))
    assert isinstance(flow, Flow)
    assert flow.marks == {"one-sided"}
    assert [(event.records, isinstance(event, Unread)) for event in unread] == [(2, True), (1, True)]


@pytest.mark.corpus
def test_a_real_report_of_trackercontrol(corpus):
    data = (corpus / "net/reporthar/fixtures__android__tracker-control-report.csv").read_bytes()
    assert form_of(data) == "trackercontrol"
    events = events_of(data)
    assert Counter(event.app for event in events) == {
        "com.entertainment.brokenscreen.prankapp": 50,
        "de.hafas.android.db": 7,
        "de.check24.check24": 5,
        "tld.sample.app": 3,
    }
    assert events[0].names == [Named("log", "o4504513611366400.ingest.sentry.io")]
    assert events[0].begun == 1_712_307_431_146_000
