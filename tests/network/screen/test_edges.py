"""Edges of zones, tables, names and traffic: bounds one by one, records cut anywhere, and lines made to hold up."""

import pytest

from affidavit.model.capture import Named
from affidavit.network.capture.events import Flow, Message, Where
from affidavit.network.screen import tables, zones
from affidavit.network.screen.account import Account, Seen
from affidavit.network.screen.groups import Selector
from affidavit.network.screen.names import LONGEST, fingerprint_of, host_of, hosts_in, number_of, package_of
from affidavit.network.screen.tables import flat
from affidavit.network.screen.traffic import read_traffic
from tests.builders.records import screened, selectors, source, told

HEAD = "$ORIGIN tiktokcdn.com.\n@ IN SOA a b ( 1 2 3 4 5 )\n"

# Zones

RECORDS = [
    # a line, whether it is a record of v.tiktokcdn.com
    ("v A 192.0.2.1", True),
    ("v 300 A 192.0.2.1", True),
    ("v 1h30m IN A 192.0.2.1", True),
    ("v 9999999999 A 192.0.2.1", True),
    ("v IN 1W2D A 192.0.2.1", True),
    ("v ch TXT x", True),
    ("v TYPE65280 \\# 0", True),
    ("V.TikTokCDN.com. A 192.0.2.1", True),
    ("v A ( 192.0.2.1 )", True),
    ("v ( A 192.0.2.1 )", True),
    ('v TXT "a;b" ; remark', True),
    ('v TXT "a', True),
    ("v", False),
    ("v 300", False),
    ("v IN", False),
    ("v 99999999999 A 192.0.2.1", False),
    ("v 1h30 A 192.0.2.1", False),
    ("v 192.0.2.1", False),
    ("; v A 192.0.2.1", False),
    ("vv A 192.0.2.1", False),
    ("v.tiktokcdn.com.x A 192.0.2.1", False),
    ("v\\.x A 192.0.2.1", False),
    ("v. A 192.0.2.1", False),
]


@pytest.mark.parametrize(("line", "is_one"), RECORDS)
def test_a_line_of_a_zone_is_a_record_of_its_owner_or_none(line, is_one):
    _, matches = screened(HEAD + line + "\n")
    assert ("v.tiktokcdn.com" in {item.recorded for item in matches}) == is_one


TARGETS = [
    ("CNAME v.tiktokv.com.", True),
    ("DNAME v.tiktokv.com.", True),
    ("NS v.tiktokv.com.", True),
    ("PTR v.tiktokv.com.", True),
    ("MX 10 v.tiktokv.com.", True),
    ("SRV 1 2 443 v.tiktokv.com.", True),
    ("HTTPS 1 v.tiktokv.com. alpn=h2", True),
    ("ALIAS V.TIKTOKV.COM.", True),
    ("MX v.tiktokv.com.", False),
    ("SRV 1 2 v.tiktokv.com.", False),
    ("CNAME", False),
    ("CNAME v.tiktokv.com", False),
    ("CAA 0 issue v.tiktokv.com.", False),
    ("TXT v.tiktokv.com.", False),
]


@pytest.mark.parametrize(("record", "points"), TARGETS)
def test_a_record_points_to_the_name_where_its_type_has_one(record, points):
    found, matches = screened(f"$ORIGIN a.example.\n@ IN SOA a b ( 1 2 3 4 5 )\nshop IN {record}\n")
    assert told(matches) == ["tiktok names S0"] * points
    assert (found.read, found.unread) == (2, 0)


def test_a_zone_that_is_cut_anywhere_tells_no_name_that_it_does_not_have():
    text = HEAD + 'v 300 IN TXT ( "a" ;\n "b" )\n  IN A 192.0.2.1\nw.tiktokcdn.com. IN A 192.0.2.2\n'
    whole = {item.recorded for item in screened(text)[1]}
    for end in range(len(HEAD), len(text) + 1):
        found, matches = screened(text[:end], kind="zone")
        assert {item.recorded for item in matches} <= whole
        assert found.unread <= 1


@pytest.mark.parametrize("more", [0, 1])
def test_a_bracket_stays_open_for_a_number_of_lines(more, monkeypatch):
    monkeypatch.setattr(zones, "_LINES", 10)
    found, _ = screened(HEAD + "v TXT (\n" + "x\n" * (9 + more) + ")\n")
    assert found.unread == more


@pytest.mark.parametrize(
    "line",
    [
        "v " + "1" * 200_000 + "x A 192.0.2.1",
        "v " + "1h" * 100_000 + "x",
        "v TXT " + '"' * 99_999,
        "v TXT " + "(" * 99_999,
        "v TXT " + '\\"' * 99_999 + '"',
        "v " + "A " * 99_999,
        "a." * 99_999 + " A 192.0.2.1",
    ],
    ids=range(7),
)
def test_no_line_of_a_zone_holds_its_reader_up(line):
    """A quadratic reading of any of them takes minutes."""
    found, matches = screened(f"{HEAD}{line}\n)\nw A 192.0.2.2\n")
    assert "w.tiktokcdn.com" in {item.recorded for item in matches} or found.unread


# Fields of objects

BOUNDS = [
    ({f"f{n}": "x" for n in range(tables._FIELDS)}, tables._FIELDS),
    ({f"f{n}": 1 for n in range(tables._FIELDS + tables._VALUES + 9)}, tables._FIELDS + tables._VALUES),
    ({"a": ["x"] * tables._VALUES}, tables._VALUES),
    ({"a": ["x"] * (tables._VALUES + 1)}, tables._VALUES),
    ({"a": [["x"] * 600, ["y"] * 700]}, tables._FIELDS + tables._VALUES),
    ({"a": {"b": {"c": {"d": {"e": {"f": "x"}}}}}}, 1),
    ({"a": {"b": {"c": {"d": {"e": {"f": {"g": "x"}}}}}}}, 0),
    ({"a": [], "b": {}}, 0),
    ({}, 0),
]


@pytest.mark.parametrize(("item", "many"), BOUNDS, ids=range(len(BOUNDS)))
def test_fields_of_an_object_are_looked_at_up_to_their_bounds(item, many):
    assert len(flat(item)) == many


def test_values_of_every_kind_are_written_as_a_table_would_have_them():
    item = {"a": None, "b": True, "c": False, "d": 0, "e": 1.5, "f": "", "g": [1, None], "h": {"i": "x"}}
    assert flat(item) == [
        ("a", ""), ("b", "true"), ("c", "false"), ("d", "0"), ("e", "1.5"), ("f", ""), ("g", "1"), ("g", ""),
        ("h.i", "x"),
    ]  # fmt: skip
    assert flat({"n" * 999: "x"}) == flat({"n" * LONGEST: "x"})


# Names


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://www.tiktok.com\\@evil.example", "www.tiktok.com"),
        ("https://evil.example\\@www.tiktok.com", "evil.example"),
        ("https://a@b@www.tiktok.com/", "www.tiktok.com"),
        ("www。tiktok。com", "www.tiktok.com"),
        ("ｗｗｗ.tiktok.com", "www.tiktok.com"),
        ("www.tіktok.com", "www.xn--tktok-n2e.com"),
        ("www.tiktok.com?a=b", "www.tiktok.com"),
        ("www.tiktok.com#a", "www.tiktok.com"),
        ("//www.tiktok.com", ""),
        ("www.tiktok.com:", ""),
        ("www.tiktok.com:80:80", ""),
        ("**.tiktok.com", ""),
        ("www\\.tiktok.com", ""),
        ("[2001:db8::1]:443", ""),
    ],
)
def test_a_host_is_read_as_browsers_and_zones_do(text, host):
    assert host_of(text) == host


@pytest.mark.parametrize("more", [0, 1])
def test_names_are_taken_up_to_their_length(more):
    label = "a" * (63 + more)
    assert bool(host_of(f"{label}.example")) == (not more)
    long = ".".join(["a" * 50] * 4 + ["b" * (LONGEST - 4 * 51 + more - 8)]) + ".example"
    assert (len(long), bool(host_of(long))) == (LONGEST + more, not more)
    name = "a." + "b" * (LONGEST - 2 + more)
    assert package_of(name) == ("" if more else name)
    assert number_of(str(2**32 - 1 + more)) == (-1 if more else 2**32 - 1)
    assert number_of(f"65535.{65535 + more}") == (-1 if more else 2**32 - 1)
    assert number_of(f"1.{65535 + more}") == (-1 if more else (1 << 16) + 65535)
    assert fingerprint_of("a" * (64 + more)) == ("" if more else "a" * 64)
    assert len(list(hosts_in(",".join(f"h{n}.example" for n in range(1_000 + more))))) == 1_000


# Traffic


def read(*events):
    account = Account("flow-log", selectors())
    with source(b"x") as opened:
        read_traffic(opened, account, lambda _source, _notes: iter(events), None)
    return account.records("log", 1, "", "made", asked=False), account.matches("log")


def flow(*names, **more):
    return Flow(Where(-1, "line 1"), -1, -1, "", "", 443, "tcp", names=[Named("dns", name) for name in names], **more)


def test_a_connection_counts_its_bytes_once_for_each_name_and_unknown_ones_as_none():
    twice = ("v.tiktokv.com", "v.tiktokv.com")
    found, (match,) = read(flow(*twice, up=-1, down=7, records=1), flow(*twice, up=5, down=-1, records=3))
    assert (match.count, match.size, found.read) == (2, 12, 4)
    assert found.lacks == ()  # no address was in it, so that none could have been asked about


def test_a_connection_that_nothing_came_back_on_is_told_apart():
    _, matches = read(flow("v.tiktokv.com"), flow("v.tiktokv.com", marks=("one-sided",)))
    assert sorted(any("nothing came back" in text for text in item.caveats) for item in matches) == [False, True]


def test_an_exchange_without_a_host_is_told_by_its_address_of_a_page():
    urls = ("https://v.tiktokv.com/a", "/a", "")
    found, (match,) = read(*(Message(Where(7, "message"), -1, "", "", 443, "GET", url) for url in urls))
    assert (found.read, match.recorded, match.where) == (3, "v.tiktokv.com", "message at byte 7")


# Counting


def test_an_account_has_the_same_order_whatever_came_first():
    chosen = [Selector(app, "", "domain", f"{app}.example", "H", "made") for app in ("b", "a", "c")]
    orders = []
    for order in (chosen, chosen[::-1]):
        account = Account("zone", selectors())
        for item in order:
            account.add("serves", (item,), item.value, Seen("host", "line 1"))
            account.unread(item.app, "bad", "line 1", 2)
            account.aside(item.app)
        made = account.records("zone", 1, "", "zone", asked=False)
        orders.append((account.matches("zone"), made.problems, made.asides, made.unread))
    assert orders[0] == orders[1]
    assert orders[0][3] == 6
