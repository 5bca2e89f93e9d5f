"""Each kind of record: what is found in it, how strong it is, and what looks like a listed app and is none."""

import pytest

from affidavit.model.errors import UnreadableError, UsageError
from tests.builders import records
from tests.builders.records import screened, told

CLOUDFRONT = (
    "#Version: 1.0\n"
    "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status x-host-header\n"
    "2020-09-20\t00:00:00\tIAD\t1000\t192.0.2.1\tGET\td1.cloudfront.net\t/a\t200\tv16.tiktokcdn.com\n"
)
LINES = (
    '{"client_ip":"192.0.2.1","host":"lf16.tiktokcdn.com","response_status":200,"response_body_size":12}\n'
    '{"client_ip":"192.0.2.1","host":"example.com","response_status":200,"response_body_size":12}\n'
)
KNOWN = {
    "zone": (records.ZONE, "zone", "zone", 7, ["tiktok names S0", "tiktok serves S5", "tiktok serves S5"]),
    "log": (records.LOG, "access-log", "combined", 5, ["tiktok serves S2", "tiktok serves S4"]),
    "cloudfront": (CLOUDFRONT, "access-log", "w3c", 1, ["tiktok serves S4"]),
    "json lines": (LINES, "access-log", "json lines", 2, ["tiktok serves S4"]),
    "customers": (records.CUSTOMERS, "customers", "csv", 4, ["bytedance customer S5", "wechat customer S5"]),
    "exchange": (records.MEMBERS, "peers", "ix-f", 2, ["tiktok peers S5"]),
    "sessions": (records.SESSIONS, "peers", "csv", 3, ["tencent peers S5", "tiktok peers S5"]),
    "store": (records.LISTINGS, "listings", "csv", 4, ["tiktok offers S5", "wechat offers S5"]),
    "payments": (
        records.PAYMENTS,
        "merchants",
        "csv",
        4,
        ["tiktok pays-operator S5", "wechat pays S5", "wechat-pay pays S5"],
    ),
    "devices": (records.DEVICES, "installed", "csv", 4, ["tiktok has S5", "wechat has S5", "wechat has S5"]),
    "properties": (
        "hostname,origin\nwww.shop.example,origin.tiktokv.com\n",
        "names",
        "csv",
        1,
        ["tiktok serves S5"],
    ),
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_file_is_told_by_its_content_and_gives_the_known_answer(name):
    text, kind, form, read, expected = KNOWN[name]
    found, matches = screened(text)
    assert (found.kind, found.form, found.read, found.unread) == (kind, form, read, 0)
    assert told(matches) == expected


def test_a_log_counts_answered_requests_apart_from_those_that_anybody_can_send():
    _, matches = screened(records.LOG)
    by_tier = {item.tier: item for item in matches}
    assert (by_tier["S4"].count, by_tier["S4"].size, by_tier["S4"].where) == (2, 1300, "line 1")
    assert (by_tier["S2"].count, by_tier["S2"].size) == (1, 0)
    assert "whoever asks chooses the name" in by_tier["S2"].caveats[0]


def test_no_address_of_a_user_leaves_a_log():
    found, matches = screened(records.LOG)
    assert "192.0.2" not in repr(found) + repr(matches)
    found, matches = screened(LINES)
    assert "192.0.2" not in repr(found) + repr(matches)


def test_a_page_that_a_visitor_came_from_is_counted_and_is_no_match():
    found, _ = screened(records.LOG)
    assert [(item.count, item.example) for item in found.asides] == [(1, "www.tiktok.com")]


def test_a_session_by_a_route_server_is_said_to_be_one():
    _, matches = screened(records.MEMBERS)
    assert matches[0].arranged == "route server"
    _, matches = screened(records.SESSIONS)
    assert {(item.app or item.operator): item.arranged for item in matches} == {
        "tiktok": "bilateral",
        "tencent": "route server",
    }


def test_a_network_of_a_cloud_tells_no_app():
    _, matches = screened(records.SESSIONS)
    cloud = next(item for item in matches if item.operator == "tencent")
    assert (cloud.app, cloud.confidence) == ("", "L")
    assert any("a cloud" in text for text in cloud.caveats)


def test_a_package_under_another_certificate_is_doubted_apart_from_the_one_that_fits():
    _, matches = screened(records.DEVICES)
    wechat = {item.where: item for item in matches if item.app == "wechat"}
    assert (wechat["line 2"].confidence, wechat["line 3"].confidence) == ("H", "L")
    assert "another app may bear the name" in wechat["line 3"].caveats[0]


def test_a_payment_to_the_operator_is_none_through_the_app():
    _, matches = screened(records.PAYMENTS)
    ads = next(item for item in matches if item.app == "tiktok")
    assert (ads.tie, ads.recorded) == ("pays-operator", "TikTok Ads")


@pytest.mark.parametrize(
    "text",
    [
        "Company;Domain\nTencent Cloud;myqcloud.com\nGame;game.cos.ap-beijing.myqcloud.com\nShop;shop.volces.com\n",
        "hostname,cname\nads.shop.example,analytics.tiktok.com\nshop.example,pangle.io\n",
        "package_name,status\ncom.tencent.qqmusic,live\ncom.ss.android.ugc.aweme,live\nCOM.TENCENT.MM,live\n",
        "hostname,origin\ntiktok.com.evil.example,a.example\nnottiktok.com,b.example\ntiktok.com-cdn.example,c.example\n",
        "merchant,mcc\nLark Bakery,5462\nTikTokers Unite,8699\n",
        "subject,issuer\nCN=tiktok.com.evil.example,CN=CA\nCN=Tencent Cloud Gateway,CN=CA\n",
    ],
)
def test_what_looks_like_a_listed_app_or_is_another_service_of_its_group_is_no_match(text):
    found, matches = screened(text)
    assert not matches
    assert found.read == text.count("\n") - 1


def test_other_services_of_the_group_are_counted_with_why_they_are_set_aside():
    found, _ = screened("Company;Domain\nTencent Cloud;myqcloud.com\nGame;a.myqcloud.com\n")
    assert [(item.count, item.example) for item in found.asides] == [(2, "myqcloud.com"), (1, "Tencent Cloud")]


def test_columns_that_are_not_understood_are_named():
    found, _ = screened("package_name,status,colour\ncom.example.app,live,red\n")
    assert dict(found.columns) == {"package_name": "package", "status": "status"}
    assert found.ignored == ("colour",)


def test_what_a_person_says_comes_before_what_the_columns_tell():
    text = "package,name\ncom.tencent.mm,ByteDance\n"
    assert told(screened(text)[1]) == ["wechat offers S5"]
    found, matches = screened(text, kind="customers")
    assert (found.asked, told(matches)) == (True, ["bytedance customer S5"])
    with pytest.raises(UnreadableError, match="of the kind customers"):
        screened("colour,size\nred,1\n", kind="customers")


def test_an_inventory_of_digests_alone_says_that_nothing_could_be_compared():
    found, matches = screened("spki_sha256,note\n00ff,x\n")
    assert (found.kind, matches) == ("certificates", [])
    assert "no column is known" in found.lacks[0]


def test_a_log_without_virtual_hosts_says_that_nothing_could_be_compared():
    found, matches = screened('192.0.2.1 - - [20/Sep/2020:10:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "ua"\n')
    assert (found.read, matches) == (1, [])
    assert found.lacks == ("1 line without a virtual host, so that nothing in it could be compared",)


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02", b"a,b\n1,2\n", b"{", b"[1, 2]", "a,b\n".encode("utf-16")])
def test_what_nothing_tells_is_refused_with_advice(data):
    with pytest.raises(UnreadableError) as refused:
        screened(data)
    assert refused.value.advice


def test_a_kind_that_nobody_knows_is_refused():
    with pytest.raises(UsageError, match="unknown kind of records"):
        screened("a,b\n", kind="customerz")
