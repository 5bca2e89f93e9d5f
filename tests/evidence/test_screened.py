"""What the law asks of those whose records touch a listed app: scenarios of 2020 and 2025, after the measures."""

import pytest

from affidavit.model.errors import UsageError
from tests.builders import records
from tests.builders.screenings import elements, outcomes, screening

WEIXIN = "$ORIGIN weixin.qq.com.\n@ IN SOA a b ( 1 2 3 4 5 )\nopen IN A 192.0.2.1\n"
HOST, CDN, NETWORK, STORE = "hosting_provider", "cdn_provider", "network_provider", "app_store"
PAYMENT, COMPANY, AGENCY = "payment_provider", "business_user", "federal_agency"
LATER = records.LOG.replace("20/Sep/2020", "13/Nov/2020")
KNOWN = [
    # The WeChat list of 18 September: from the 20th, at an hour that the sources leave open; blocked on the 19th.
    (HOST, "2020-09-20", "2020-09-18", [WEIXIN], "wechat", "internet_hosting", "UNCERTAIN"),
    (HOST, "2020-09-21", "2020-09-18", [WEIXIN], "wechat", "internet_hosting", "PROHIBITED"),
    (HOST, "2020-09-20", "2020-09-20", [WEIXIN], "wechat", "internet_hosting", "ENJOINED"),
    (HOST, "2020-09-27", "2020-09-27", [WEIXIN], "wechat", "internet_hosting", "ENJOINED"),
    (HOST, "2025-01-19", "2025-01-19", [WEIXIN], "wechat", "internet_hosting", "REVOKED"),
    # The TikTok list: hosting, delivery, transit from 12 November 2020; blocked by then.
    (CDN, "2020-09-18", "2020-09-18", [records.ZONE], "tiktok", "cdn", "ANNOUNCED_NOT_EFFECTIVE"),
    (CDN, "2020-09-20", "2020-09-20", [records.ZONE], "tiktok", "cdn", "ANNOUNCED_NOT_EFFECTIVE"),
    (CDN, "2020-09-27", "2020-09-27", [records.LOG], "tiktok", "cdn", "ANNOUNCED_NOT_EFFECTIVE"),
    (CDN, "2020-11-13", "2020-11-13", [records.LOG], "tiktok", "cdn", "ENJOINED"),
    (CDN, "2020-11-13", "2020-09-19", [records.LOG], "tiktok", "cdn", "PROHIBITED"),
    (NETWORK, "2020-09-20", "2020-09-20", [records.MEMBERS], "tiktok", "transit_peering", "ANNOUNCED_NOT_EFFECTIVE"),
    (NETWORK, "2020-11-13", "2020-11-13", [records.SESSIONS], "tiktok", "transit_peering", "ENJOINED"),
    # Stores: TikTok was to be barred on the 20th, then put off to the 27th.
    (STORE, "2020-09-21", "2020-09-18", [records.LISTINGS], "tiktok", "app_store_update", "PROHIBITED"),
    (STORE, "2020-09-20", "2020-09-20", [records.LISTINGS], "tiktok", "app_store_update", "ANNOUNCED_NOT_EFFECTIVE"),
    (STORE, "2020-09-20", "2020-09-20", [records.LISTINGS], "wechat", "app_store_update", "ENJOINED"),
    # The Act of 2024: from 19 January 2025, stores and hosting alone; the order of the 20th reaches back.
    (STORE, "2025-01-19", "2025-01-19", [records.LISTINGS], "tiktok", "app_store_distribution", "PROHIBITED"),
    (STORE, "2025-01-19", "2025-01-21", [records.LISTINGS], "tiktok", "app_store_update", "PROHIBITED_NOT_ENFORCED"),
    (CDN, "2025-01-19", "2025-01-19", [records.LOG], "tiktok", "cdn", "REVOKED"),
    # Payments were in the WeChat list alone.
    (PAYMENT, "2020-09-21", "2020-09-18", [records.PAYMENTS], "wechat", "payment_service", "PROHIBITED"),
    (PAYMENT, "2020-09-20", "2020-09-20", [records.PAYMENTS], "wechat", "payment_service", "ENJOINED"),
    (PAYMENT, "2020-09-20", "2020-09-20", [records.PAYMENTS], "tiktok", "any_with_operator", "AUTHORITY_ONLY"),
    # Using the apps was left out of both lists; government devices came in 2023.
    (COMPANY, "2020-09-20", "2020-09-20", [records.DEVICES], "wechat", "user_use", "EXCEPTED"),
    (AGENCY, "2025-01-19", "2025-01-19", [records.DEVICES], "tiktok", "install_on_government_device", "PROHIBITED"),
]


@pytest.mark.parametrize("case", KNOWN, ids=lambda case: f"{case[0]} {case[1]} {case[2]} {case[4]} {case[5]}")
def test_a_scenario_has_its_known_answer(case):
    actor, on, known, files, app, act, outcome = case
    made = screening(actor, on, known, *files)
    assert outcomes(made)[(app, act)] == outcome


def test_no_payment_through_tiktok_is_barred_as_no_list_has_it():
    made = screening(PAYMENT, "2020-09-21", "2020-09-18", records.PAYMENTS)
    assert not [act for apps, act in outcomes(made) if "tiktok" in apps and act == "payment_service"]


def test_every_app_of_an_operator_that_is_told_alone_is_asked_about_once_for_all():
    made = screening(HOST, "2025-01-19", "2025-01-19", records.CUSTOMERS)
    alone = [item for item in made.touched if item.through == "bytedance"]
    assert {"tiktok", "capcut", "lemon8", "lark"} <= {item.app for item in alone}
    hosting = [item for item in made.asks if item.matches and item.obligation.transaction == "internet_hosting"]
    barred = [item for item in hosting if item.obligation.outcome == "PROHIBITED"]
    assert sorted(app for item in barred for app in item.apps) == sorted(item.app for item in alone)
    assert len(barred) == 2  # TikTok apart: a list of 2020, since revoked, was about it as well
    assert {element.shown for item in barred for element in item.elements} == {"in part", "not shown"}


def test_an_app_that_is_told_itself_takes_its_operator_s_records_as_well():
    made = screening(HOST, "2020-09-20", "2020-09-20", records.CUSTOMERS, records.LOG)
    (tiktok,) = [item for item in made.touched if item.app == "tiktok"]
    assert tiktok.through == ""
    by_id = {item.id: item for item in made.matches}
    assert {by_id[name].tie for name in tiktok.matches} == {"serves", "customer"}


# What the words of the law need


def test_answered_requests_show_delivery_and_no_contract():
    assert elements(screening(CDN, "2020-11-13", "2020-11-13", LATER), "cdn") == ["shown", "not shown", "not shown"]


def test_requests_of_another_day_show_a_part_and_those_of_a_span_that_holds_the_day_all_of_it():
    assert elements(screening(CDN, "2020-11-13", "2020-11-13", records.LOG), "cdn")[0] == "in part"
    assert elements(screening(CDN, "2020-11-13", "2020-11-13", records.LOG + LATER), "cdn")[0] == "shown"
    assert elements(screening(CDN, "2020-11-13", "2020-11-13", LATER.replace("13/Nov/2020", "-")), "cdn")[0] == "shown"


def test_a_request_that_was_not_answered_shows_no_delivery():
    refused = LATER.replace(" 200 1234 ", " 403 9 ").replace(" 206 66 ", " 404 9 ")
    assert elements(screening(CDN, "2020-11-13", "2020-11-13", refused), "cdn")[0] == "in part"


def test_a_bilateral_session_is_direct_and_one_by_a_route_server_is_not():
    direct = screening(NETWORK, "2020-11-13", "2020-11-13", "peer_asn,session_type\n138699,bilateral\n")
    assert elements(direct, "transit_peering") == ["shown", "shown", "not shown"]
    served = screening(NETWORK, "2020-11-13", "2020-11-13", records.MEMBERS)
    assert elements(served, "transit_peering") == ["shown", "not shown", "not shown"]
    silent = screening(NETWORK, "2020-11-13", "2020-11-13", "peer_asn,city\n138699,Ashburn\n")
    assert elements(silent, "transit_peering") == ["shown", "in part", "not shown"]


def test_a_session_with_a_cloud_shows_no_network_of_the_app():
    made = screening(NETWORK, "2020-11-13", "2020-11-13", "peer_asn,session_type\n45090,bilateral\n")
    assert {item.through for item in made.touched} == {"tencent"}
    assert "shown" not in elements_of_app(made, "wechat")


def elements_of_app(made, app):
    return [
        element.shown
        for item in made.asks
        if app in item.apps and item.obligation.transaction == "transit_peering"
        for element in item.elements
    ]


def test_a_hosting_provider_s_zone_shows_a_part_of_hosting_alone():
    assert elements(screening(HOST, "2020-09-20", "2020-09-20", WEIXIN), "internet_hosting") == ["in part", "not shown"]


def test_a_listing_is_an_offer_and_its_territory_is_not_shown():
    made = screening(STORE, "2025-01-19", "2025-01-19", "package_name,status\ncom.zhiliaoapp.musically,live\n")
    (asked,) = [item for item in made.asks if item.obligation.transaction == "app_store_update"]
    assert [element.shown for element in asked.elements] == ["shown", "not shown"]
    assert all(element.needs for element in asked.elements if element.shown != "shown")


def test_a_package_under_another_certificate_shows_a_part_at_most():
    other = "Bundle ID,Device Group,Certificate SHA256\ncom.tencent.mm,field," + "1" * 64 + "\n"
    made = screening(COMPANY, "2020-09-20", "2020-09-20", other)
    assert elements(made, "user_use") == ["in part"]


# What is not said


def test_records_without_a_listed_app_bring_up_no_law():
    clean = "Company;Domain\nNoodle House;noodles.example\nTencent Cloud;myqcloud.com\n"
    made = screening(HOST, "2020-09-20", "2020-09-20", clean)
    assert (made.matches, made.touched, made.asks) == ((), (), ())
    assert "2 records of 1 file were compared" in made.searched[0]


def test_an_app_that_is_merely_named_is_listed_and_not_asked_about():
    made = screening(CDN, "2020-09-20", "2020-09-20", "hostname,cname\nwww.shop.example,www.tiktok.com\n")
    assert [(item.tie, item.tier) for item in made.matches] == [("names", "S0")]
    assert (made.touched, made.asks) == ((), ())


def test_what_bears_on_acts_of_another_role_is_said_to():
    made = screening(PAYMENT, "2020-09-20", "2020-09-20", records.LOG)
    assert not outcomes(made)
    assert "host it; deliver its content (CDN)" in made.unasked[0]


def test_an_operator_that_ran_no_listed_app_there_is_said_to():
    made = screening(HOST, "2020-09-20", "2020-09-20", "Company;Domain\nTikTok USDS Joint Venture LLC;a.example\n")
    assert made.touched == ()
    assert made.unasked == (
        "TikTok USDS Joint Venture LLC ran no listed app there on that date, so far as the register knows",
    )


def test_what_could_not_be_read_is_counted_in_what_was_searched():
    made = screening(CDN, "2020-09-20", "2020-09-20", records.LOG + "garbage\n")
    assert "1 record could not be read: what is in them was not compared" in made.searched


def test_the_order_of_files_changes_no_match():
    def told(*files):
        made = screening(HOST, "2020-09-20", "2020-09-20", *files)
        return sorted((item.app, item.tie, item.recorded, item.tier, item.count) for item in made.matches)

    assert told(records.ZONE, records.LOG) == told(records.LOG, records.ZONE)


def test_a_role_that_the_register_does_not_have_is_refused():
    with pytest.raises((UsageError, KeyError)):
        screening("plumber", "2020-09-20", "2020-09-20", records.LOG)
