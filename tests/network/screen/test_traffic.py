"""Logs and captures of traffic: names asked for, names connected to, networks of operators; never who did it."""

import json
from datetime import date

import pytest

from affidavit.model.capture import Named
from affidavit.model.network import Source as Origin
from affidavit.network.capture.events import Answer, Flow, Message, Unread, Where
from affidavit.network.screen.account import Account
from affidavit.network.screen.traffic import read_traffic
from affidavit.network.snapshot.table import Hit
from tests.builders.records import screened, selectors, source, told

USER = "192.0.2.77"
NETWORKS = {"203.0.113.5": "AS138699", "203.0.113.6": "AS396986", "203.0.113.7": "AS132203", "203.0.113.8": "AS64500"}


class Tables:
    """Stands for a view of a snapshot: one table of networks."""

    day = date(2026, 6, 7)

    sources = (Origin("000000000000", "asn", "made", "2026-06-17", "facts"),)

    def at(self, address):
        known = NETWORKS.get(address)
        return (Hit("asn", known, "", "", "000000000000"),) if known else ()


def flow(server="198.51.100.1", names=(), **more):
    named = [Named("tls-sni", name) for name in names]
    return Flow(Where(10, "line 2"), -1, -1, USER, server, 443, "tcp", names=named, up=10, down=90, **more)


def read(*events, view=None):
    account = Account("flow-log", selectors())
    with source(b"x") as opened:
        read_traffic(opened, account, lambda _source, _notes: iter(events), view)
    return account.records("log", 1, "", "made", asked=False), account.matches("log")


def test_a_connection_under_a_name_of_the_app_carries_its_traffic():
    found, matches = read(
        flow(names=["v16.tiktokcdn.com"]), flow(names=["v16.tiktokcdn.com"]), flow(names=["a.example"])
    )
    assert told(matches) == ["tiktok carries S2"]
    assert (found.read, matches[0].count, matches[0].size, matches[0].where) == (3, 2, 200, "line 2")


def test_a_network_of_the_operator_is_told_by_its_number_and_a_cloud_is_set_aside():
    events = [flow(server=address) for address in NETWORKS]
    found, matches = read(*events, view=Tables())
    assert sorted((item.app, item.operator, item.recorded.partition(" ")[0]) for item in matches) == [
        ("", "bytedance", "AS396986"),
        ("tiktok", "bytedance", "AS138699"),
    ]
    assert [(item.why, item.count) for item in found.asides] == [
        ("an address in a cloud of the group, where most machines are strangers'", 1)
    ]
    assert found.lacks == ()
    assert all("tables of 2026-06-17 (10 days away)" in " ".join(item.caveats) for item in matches)


def test_without_tables_of_networks_it_is_said_that_addresses_tell_nothing():
    found, matches = read(flow(server="203.0.113.5"))
    assert matches == []
    assert found.lacks == ("addresses, as no snapshot of networks was at hand",)


def test_a_question_to_dns_shows_that_somebody_asked_and_no_more():
    chain = (("www.tiktok.com.edgesuite.net", 30),)
    _, matches = read(
        Answer(Where(-1, "line 3"), -1, USER, "www.tiktok.com.", chain=chain),
        Answer(Where(-1, "line 4"), -1, USER, "cdn.shop.example", chain=(("p16.tiktokcdn.com.akamaized.net", 30),)),
    )
    assert told(matches) == ["tiktok asks S1", "tiktok asks S1"]
    assert sorted(item.recorded for item in matches) == ["p16.tiktokcdn.com.akamaized.net", "www.tiktok.com"]


def test_the_app_that_a_phone_gives_traffic_to_is_on_the_phone():
    message = Message(Where(-1, "entries/0"), -1, "api.tiktokv.com", "", 443, "GET", "https://api.tiktokv.com/a")
    _, matches = read(flow(app="com.zhiliaoapp.musically"), message)
    assert told(matches) == ["tiktok carries S2", "tiktok has S2"]


def test_services_of_the_group_in_other_apps_are_set_aside():
    found, matches = read(flow(names=["api16.pangle.io"]), flow(names=["analytics.tiktok.com"]))
    assert matches == []
    assert len(found.asides) == 2


def test_what_a_reader_could_not_read_is_counted():
    found, _ = read(Unread("capture/damaged", "rows have fewer columns", Where(5, "line"), 7))
    assert [(item.kind, item.count, item.where) for item in found.problems] == [("damaged", 7, "line at byte 5")]


def test_no_address_of_anybody_is_kept():
    events = [flow(server=address, names=["v16.tiktokcdn.com"]) for address in NETWORKS]
    found, matches = read(*events, Answer(Where(-1, "line 3"), -1, USER, "www.tiktok.com"), view=Tables())
    said = repr(found) + repr(matches)
    assert USER not in said
    assert "203.0.113" not in said


def test_an_http_archive_is_read_as_traffic():
    entry = {
        "startedDateTime": "2026-01-01T00:00:00Z",
        "request": {"method": "GET", "url": "https://v16.tiktokcdn.com/a", "headers": []},
        "response": {"status": 200, "headers": [], "content": {}},
    }
    found, matches = screened(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    assert (found.kind, found.form, told(matches)) == ("flow-log", "har", ["tiktok carries S2"])


ZEEK = (
    "#separator \\x09\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tquery\tqtype_name\n"
    f"1600000000.0\tC1\t{USER}\t5353\t192.0.2.2\t53\twww.tiktok.com\tA\n"
)
BIND = (
    f"01-Jan-2026 00:00:00.000 queries: info: client @0x7f {USER}#5353 (www.tiktok.com): query: www.tiktok.com "
    "IN A +E(0)K (192.0.2.2)\n"
)
FLOWS = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
    "log-status\n"
    f"2 1 eni {USER} 203.0.113.5 5000 443 6 10 1000 1600000000 1600000060 ACCEPT OK\n"
)


@pytest.mark.parametrize(
    ("text", "kind", "form", "expected"),
    [
        (ZEEK, "dns-log", "zeek-dns", ["tiktok asks S1"]),
        (BIND, "dns-log", "bind-dns", ["tiktok asks S1"]),
        (
            f"Jan  1 00:00:00 dnsmasq[1]: query[A] www.tiktok.com from {USER}\n",
            "dns-log",
            "dnsmasq",
            ["tiktok asks S1"],
        ),
        (FLOWS, "flow-log", "vpc-flow", []),
    ],
)
def test_logs_of_everyday_tools_are_told_by_their_content(text, kind, form, expected):
    found, matches = screened(text)
    assert (found.kind, found.form, found.read, told(matches)) == (kind, form, 1, expected)
    assert USER not in repr(found) + repr(matches)


@pytest.mark.parametrize("day", [None, date(2020, 9, 20)])
def test_a_snapshot_of_networks_tells_addresses_for_the_day(day, tmp_path):
    from affidavit.network.snapshot.view import Shelf

    assert Shelf(()).as_of(day).sources == ()
    found, _ = read(flow(server="203.0.113.5"), view=Shelf(()).as_of(day))
    assert found.lacks  # no table of networks in it
