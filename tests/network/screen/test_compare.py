"""One row compared: what each column adds, weakens or sets aside, case by case."""

import pytest

from affidavit.model.entity import Mark, Marks
from affidavit.network.screen import compare
from affidavit.network.screen.account import Account
from affidavit.network.screen.columns import kind_named, lacking
from affidavit.network.screen.compare import Comparer
from affidavit.network.screen.groups import Groups
from affidavit.network.screen.knowledge import columns, extra
from affidavit.network.screen.selectors import Selectors
from affidavit.network.screen.tables import Row
from tests.builders.records import screened, selectors, told

SHA, OTHER, MD5 = "aa" * 32, "bb" * 32, "cc" * 16


def compared(kind, *rows, tables=None):
    """The matches and the account of rows of (column, value)."""
    account = Account(kind, tables or selectors())
    comparer = Comparer(account)
    for number, fields in enumerate(rows, 1):
        comparer.row(Row(f"line {number}", list(fields.items())))
    comparer.close()
    return account.matches("records"), account.records("records", 0, "", "made", asked=False)


# Requests: what came back

ANSWERED = [
    ({"status": "200", "bytes": "5"}, "S4", 5),
    ({"status": "399", "bytes": "1"}, "S4", 1),
    ({"status": "200"}, "S4", 0),
    ({"bytes": "5"}, "S4", 5),
    ({}, "S4", 0),
    ({"status": " 200 ", "bytes": " 7 "}, "S4", 7),
    ({"status": "200 OK", "bytes": "5"}, "S4", 5),
    ({"status": "", "bytes": "5"}, "S4", 5),
    ({"status": "200", "bytes": "9" * 18}, "S4", int("9" * 18)),
    ({"status": "200", "bytes": "9" * 19}, "S4", 0),
    ({"status": "200", "bytes": "many"}, "S4", 0),
    ({"status": "200", "bytes": "٣"}, "S4", 0),
    ({"status": "199", "bytes": "5"}, "S2", 0),
    ({"status": "400", "bytes": "5"}, "S2", 0),
    ({"status": "404 Not Found", "bytes": "5"}, "S2", 0),
    ({"status": "-", "bytes": "5"}, "S2", 0),
    ({"status": "0", "bytes": "5"}, "S2", 0),
    ({"status": "200", "bytes": "0"}, "S2", 0),
    ({"status": "200", "bytes": "-"}, "S2", 0),
]


@pytest.mark.parametrize(("fields", "tier", "size"), ANSWERED, ids=repr)
def test_a_request_is_as_strong_as_what_went_back(fields, tier, size):
    (match,), _ = compared("access-log", {"host": "v.tiktokv.com", **fields})
    assert (match.tier, match.size) == (tier, size)
    assert (compare.ASKER in match.caveats) == (tier == "S2")


def test_the_strength_of_a_request_is_none_of_other_tables():
    (match,), _ = compared("names", {"hostname": "v.tiktokv.com", "status": "404", "bytes": "0", "target": "x.example"})
    assert match.tier == "S5"


# Sessions with networks

SESSIONS = [
    ("bilateral", "bilateral"),
    ("Bilateral", "bilateral"),
    ("direct", "bilateral"),
    ("private peering", "bilateral"),
    ("PNI", "bilateral"),
    ("paid transit", "bilateral"),
    ("rs", "route server"),
    ("RS ", "route server"),
    ("route server", "route server"),
    ("route-server", "route server"),
    ("multilateral", "route server"),
    ("MLP", "route server"),
    ("bilateral and route server", "route server"),
    ("public", ""),
    ("port", ""),
    ("", ""),
    ("overseas", ""),
]


@pytest.mark.parametrize(("said", "arranged"), SESSIONS)
def test_a_session_is_arranged_as_its_record_says(said, arranged):
    (match,), _ = compared("peers", {"asn": "AS138699", "session": said})
    assert (match.app, match.arranged) == ("tiktok", arranged)
    assert any("no arrangement" in text for text in match.caveats) == (arranged == "route server")


@pytest.mark.parametrize("number", ["138699", "AS138699", "as 138699", "ASN138699", "2.7627"])
def test_a_network_is_the_same_in_every_writing_of_its_number(number):
    (match,), _ = compared("peers", {"peer_asn": number})
    assert (match.recorded, match.selector.split()[0]) == (number, "AS138699")


@pytest.mark.parametrize("number", ["13869", "1386990", "0.138699", "65536.0", "2.7627.1", "-138699", "64500 138699"])
def test_a_number_that_is_not_the_network_s_tells_nothing(number):
    assert compared("peers", {"peer_asn": number})[0] == []


# Packages and their certificates


def signed(*digests, of=("org.app",)):
    marks = Marks(
        packages=(Mark("org.app", "made", "H"),), signers=tuple(Mark(each, "made", "H", of=of) for each in digests)
    )
    return Selectors({"app": marks}, (), extra(), Groups())


SIGNERS = [
    # the register's, the record's, sure, what is said
    ((SHA,), SHA, "H", "is one that the register has"),
    ((SHA,), ":".join(["AA"] * 32), "H", "is one that the register has"),
    ((SHA, OTHER), OTHER, "H", "is one that the register has"),
    ((SHA,), OTHER, "L", "is none that the register has"),
    ((SHA,), MD5, "H", ""),
    ((MD5,), SHA, "H", ""),
    ((SHA,), "unknown", "H", ""),
    ((SHA,), "", "H", ""),
    ((), OTHER, "H", ""),
]


@pytest.mark.parametrize(("known", "record", "sure", "said"), SIGNERS, ids=range(len(SIGNERS)))
def test_a_package_is_as_sure_as_the_certificate_beside_it(known, record, sure, said):
    (match,), _ = compared("installed", {"package": "org.app", "signer": record}, tables=signed(*known))
    assert match.confidence == sure
    assert any(said in text for text in match.caveats) if said else not any("register" in t for t in match.caveats)


def test_a_certificate_of_another_package_of_the_app_is_none_of_this_one():
    (match,), _ = compared(
        "installed", {"package": "org.app", "signer": OTHER}, tables=Selectors(
            {"app": Marks(
                packages=(Mark("org.app", "made", "H"), Mark("org.light", "made", "H")),
                signers=(Mark(SHA, "made", "H", of=("org.app",)), Mark(OTHER, "made", "H", of=("org.light",))),
            )}, (), extra(), Groups(),
        ),
    )  # fmt: skip
    assert match.confidence == "L"


# Subjects of certificates

SUBJECTS = [
    ("CN=a.tiktokcdn.com", ["tiktok serves S5"]),
    ("CN = a.tiktokcdn.com, O = Example", ["tiktok serves S5"]),
    ("O=Example,commonName=*.tiktokcdn.com", ["tiktok serves S5"]),
    ("/C=US/O=Example/CN=a.tiktokcdn.com", ["tiktok serves S5"]),
    ("C=US+CN=a.tiktokcdn.com", ["tiktok serves S5"]),
    ("a.tiktokcdn.com", ["tiktok serves S5"]),
    ('O="TikTok, Inc.",CN=example.com', ["tiktok customer S5"]),
    ("O=TikTok\\, Inc.,CN=example.com", ["tiktok customer S5"]),
    ("organizationName=ByteDance Ltd.,CN=v.tiktokv.com", ["bytedance customer S5", "tiktok serves S5"]),
    ("OU=TikTok Inc.,CN=example.com", []),
    ("L=a.tiktokcdn.com,CN=example.com", []),
    ("XCN=a.tiktokcdn.com,CN=example.com", []),
    ("CN=example.com\\,CN=a.tiktokcdn.com", []),
    ("CN=TikTok", []),
    ("", []),
]


@pytest.mark.parametrize(("subject", "expected"), SUBJECTS)
def test_a_subject_tells_by_its_common_name_and_organisation_alone(subject, expected):
    matches, _ = compared("certificates", {"subject": subject})
    assert told(matches) == expected


# Customers and payments

CUSTOMERS = [
    ({"customer": "ByteDance Ltd."}, ["bytedance customer S5"]),
    ({"customer": "  bytedance  LTD "}, ["bytedance customer S5"]),
    ({"customer": "weixin.qq.com"}, ["wechat customer S5"]),
    ({"domain": "weixin.qq.com;example.com"}, ["wechat customer S5"]),
    ({"name": "TikTok Inc."}, ["tiktok customer S5"]),
    ({"domain": "ByteDance"}, []),
    ({"customer": "ByteDance Supplier"}, []),
    ({"customer": "The ByteDance"}, []),
    ({"customer": "Ltd."}, []),
    ({"country": "ByteDance", "account": "ByteDance"}, []),
]


@pytest.mark.parametrize(("fields", "expected"), CUSTOMERS, ids=repr)
def test_a_customer_is_told_by_the_whole_name_or_by_a_domain(fields, expected):
    assert told(compared("customers", fields)[0]) == expected


PAYMENTS = [
    ("WECHAT PAY*SHOP", ["wechat pays S5", "wechat-pay pays S5"]),
    ("wechat pay", ["wechat pays S5", "wechat-pay pays S5"]),
    ("WeChatPay 123", ["wechat pays S5", "wechat-pay pays S5"]),
    ("TIKTOK ADS 12", ["tiktok pays-operator S5"]),
    ("ByteDance Inc.", ["bytedance pays-operator S5"]),
    ("SHOP*WECHAT PAY", []),
    ("We Chat Pay", []),
    ("PAYPAL *TIKTOKER", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), PAYMENTS)
def test_a_payment_is_told_by_how_its_description_begins(text, expected):
    matches, _ = compared("merchants", {"descriptor": text})
    assert sorted(set(told(matches))) == expected


# What a row says besides


def test_an_origin_of_the_app_is_said_to_be_one():
    (match,), _ = compared("names", {"hostname": "www.shop.example", "origin": "v.tiktokv.com"})
    assert (match.tie, match.column) == ("serves", "origin")
    assert any("fetched from there" in text for text in match.caveats)


def test_a_target_is_a_mere_name_unless_the_row_tells_an_app_by_itself():
    row = {"hostname": "www.shop.example", "cname": "v.tiktokv.com"}
    (match,), _ = compared("names", row)
    assert (match.tie, match.tier, match.column) == ("names", "S0", "cname")
    both, _ = compared("names", row | {"hostname": "www.tiktok.com"})
    assert [(item.tie, item.column) for item in both] == [("serves", "hostname")]


def test_each_host_of_a_field_is_told_and_each_app_once_for_it():
    (one, two), _ = compared("certificates", {"san": "DNS:a.tiktokcdn.com, DNS:b.example, DNS:wechat.com"})
    assert sorted((item.app, item.recorded) for item in (one, two)) == [
        ("tiktok", "a.tiktokcdn.com"),
        ("wechat", "wechat.com"),
    ]


@pytest.mark.parametrize(
    ("referer", "many"),
    [
        ("https://www.tiktok.com/@a", 1),
        ("https://a.example/" + "x" * 600 + ",www.tiktok.com", 0),
        ("https://bugly.qq.com/", 0),
        ("-", 0),
    ],
)
def test_a_page_in_a_table_is_counted_as_where_a_visitor_came_from(referer, many):
    matches, found = compared("access-log", {"host": "a.example", "status": "200", "referer": referer})
    assert matches == []
    assert sum(item.count for item in found.asides if item.why == compare.VISITOR) == many


def test_two_columns_of_one_role_are_both_compared():
    matches, found = compared("certificates", {"san": "a.tiktokcdn.com", "dns_names": "b.tiktokcdn.com"})
    assert sorted((item.column, item.recorded) for item in matches) == [
        ("dns_names", "b.tiktokcdn.com"),
        ("san", "a.tiktokcdn.com"),
    ]
    assert dict(found.columns) == {"san": "san", "dns_names": "san"}


def test_columns_are_kept_in_mind_up_to_a_bound_and_compared_beyond_it():
    rows = [{f"colour {number}": "red"} for number in range(compare._COLUMNS)]
    matches, found = compared("names", *rows, {"hostname": "v.tiktokv.com"})
    assert len(found.ignored) == compare._COLUMNS
    assert [item.recorded for item in matches] == ["v.tiktokv.com"]


@pytest.mark.parametrize("kind", [item.kind for item in columns().kinds])
def test_a_table_lacks_something_until_one_column_can_tell(kind):
    known = kind_named(kind)
    tell = {*known.serves, *known.names, *known.customer, *known.peers, *known.pays, *known.has, *known.offers}
    assert all(role in lacking(known, ["colour", ""]) for role in tell)
    assert not any(lacking(known, ["colour", role]) for role in tell)


def test_a_row_of_no_fields_is_read_and_tells_nothing():
    matches, found = compared("customers", {}, {"customer": ""})
    assert (matches, found.read) == ([], 2)


def test_a_log_in_a_table_has_no_address_of_a_user_in_its_account():
    found, matches = screened("client_ip,host,status\n192.0.2.7,v.tiktokv.com,200\n192.0.2.7,a.example,404\n")
    assert told(matches) == ["tiktok serves S4"]
    assert "192.0.2.7" not in repr(found) + repr(matches)


def test_what_stands_in_place_of_a_number_and_is_none_is_counted():
    found, matches = screened("asn,session\n396986.0,direct\nn/a,direct\nAS396986,direct\n")
    assert [item.count for item in matches] == [1]
    assert [(item.count, item.example) for item in found.asides if "AS number" in item.why] == [(2, "396986.0")]
