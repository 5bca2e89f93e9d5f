"""What is counted while a file is read: alike records together, different ones apart, and never without end."""

import pytest

from affidavit.model.entity import Mark, Marks
from affidavit.model.network import Strength
from affidavit.network.screen import account as accounts
from affidavit.network.screen.account import Account, Seen
from affidavit.network.screen.groups import Groups, Selector, groups_of
from affidavit.network.screen.knowledge import extra
from affidavit.network.screen.selectors import Selectors, known_selectors

SEEN = Seen("host", "line 1")


def one(app="app", operator="", tie=None, confidence="H", value="app.example"):
    return Selector(app, operator, "domain", value, confidence, "made", (), tie)


@pytest.fixture
def account() -> Account:
    return Account("access-log", known_selectors())


def test_records_that_say_the_same_are_one_match_with_the_first_place(account):
    for number in range(3):
        account.add("serves", (one(),), "a.app.example", SEEN._replace(where=f"line {number + 1}", size=5))
    (match,) = account.matches("log")
    assert (match.count, match.size, match.where, match.tier) == (3, 15, "line 1", "S4")


@pytest.mark.parametrize(
    "other",
    [
        {"tier": Strength.S2},
        {"caveats": ("said",)},
        {"arranged": "bilateral"},
    ],
)
def test_records_that_differ_in_strength_or_in_what_is_said_stay_apart(account, other):
    account.add("serves", (one(),), "a", SEEN)
    account.add("serves", (one(),), "a", SEEN._replace(**other))
    assert len(account.matches("log")) == 2


def test_a_selector_may_say_what_a_record_shows(account):
    account.add("serves", (one(tie="pays"),), "a", SEEN)
    assert account.matches("log")[0].tie == "pays"


def test_what_is_recorded_is_cut_and_a_doubted_mark_is_unsure(account):
    account.add("serves", (one(),), "x" * 1_000, SEEN._replace(doubted=True))
    (match,) = account.matches("log")
    assert (len(match.recorded), match.confidence) == (256, "L")


def test_reasons_to_set_aside_are_counted_with_one_example_and_do_not_grow(account):
    for number in range(300):
        account.aside(f"reason {number}", f"example {number}")
    account.aside("reason 0", "another")
    account.aside("", "nothing")
    found = account.records("log", 1, "", "made", asked=False).asides
    assert len(found) == 101
    assert {item.why: item.count for item in found}["other reasons"] == 200
    assert next(item for item in found if item.why == "reason 0").example == "example 0"
    assert sum(item.count for item in found) == 301


def test_answers_are_remembered_for_a_bounded_number_of_hosts(monkeypatch):
    monkeypatch.setattr(accounts, "_REMEMBERED", 10)
    account = Account("access-log", known_selectors())
    for number in range(100):
        assert account.host(f"h{number}.tiktokv.com").selectors
        assert account.told(f"h{number}.tiktokv.com")
    assert account.host.cache_info().currsize == 10
    assert account._remembered.cache_info().currsize == 10


def test_a_field_with_several_hosts_tells_those_that_say_something(account):
    told = account.told("a.example, v.tiktokv.com; weixin.qq.com.evil.example, bugly.qq.com")
    assert [(host, bool(found.selectors), bool(found.why)) for host, found in told] == [
        ("v.tiktokv.com", True, False),
        ("bugly.qq.com", False, True),
    ]


# Selectors of made marks


def mark(value, **more):
    return Mark(value, "made", more.pop("confidence", "H"), **more)


def made(**marks) -> Selectors:
    zones = {"cdn.example": "customer", "open.example": "anyone", "opaque.example": "code"}
    others = {"ads.app.example": "advertising", "group.example": "the group's own"}
    groups = Groups(
        domains=(one("app", value="also.example", confidence="M"),), others=others, networks={}, zones=zones
    )
    return Selectors({"app": Marks(**{key: tuple(value) for key, value in marks.items()})}, (), extra(), groups)


def apps(found):
    return {item.app: (item.by, item.confidence) for item in found.selectors}


def test_a_domain_is_told_below_a_longer_one_of_another_app_as_well():
    tables = Selectors(
        {"app": Marks(domains=(mark("app.example"),)), "pay": Marks(domains=(mark("pay.app.example"),))}, (), extra(),
        Groups(),
    )  # fmt: skip
    assert set(apps(tables.host("x.pay.app.example"))) == {"app", "pay"}
    assert set(apps(tables.host("x.app.example"))) == {"app"}


def test_a_service_that_is_named_more_closely_than_the_app_sets_its_host_aside():
    tables = made(domains=[mark("app.example")])
    assert tables.host("x.ads.app.example") == tables.host("ads.app.example")
    assert tables.host("ads.app.example").why == "advertising"
    assert tables.host("badads.app.example").selectors


def test_labels_in_given_names_are_as_sure_as_whoever_chose_them():
    tables = made(domains=[mark("app.example")])
    assert apps(tables.host("x.app.example.cdn.example")) == {"app": ("label", "M")}
    assert apps(tables.host("x-app-example.cdn.example")) == {"app": ("label", "L")}
    assert apps(tables.host("app.example.open.example")) == {"app": ("label", "L")}
    assert apps(tables.host("app.example.opaque.example")) == {}
    assert apps(tables.host("cdn.example")) == {}
    assert apps(tables.host("xapp.example.cdn.example")) == {}


def test_domains_of_the_groups_are_told_beside_the_marks_and_never_twice():
    tables = made(domains=[mark("also.example")])
    (found,) = tables.host("x.also.example").selectors
    assert (found.app, found.confidence) == ("app", "H")


def test_certificates_are_those_of_a_package_or_of_all():
    tables = made(
        packages=[mark("org.app"), mark("org.app.light")],
        signers=[mark("aa" * 32, of=("org.app",)), mark("bb" * 32)],
    )
    assert tables.signers_of("app", "org.app") == {"aa" * 32, "bb" * 32}
    assert tables.signers_of("app", "org.app.light") == {"bb" * 32}
    assert tables.signers_of("other", "org.app") == frozenset()


def test_a_package_is_told_letter_by_letter_and_others_of_the_group_are_set_aside():
    tables = made(packages=[mark("org.app")])
    assert tables.package("org.app").selectors
    assert tables.package("org.App") == tables.package("org.app.x") == tables.package("") != tables.package("org.app")
    assert "Douyin" in tables.package("com.ss.android.ugc.aweme").why


def test_a_payment_is_told_by_its_longest_listed_beginning():
    tables = known_selectors()
    assert {item.value for item in tables.payment("TikTok Ads EU")} == {"tiktok ads"}
    assert {item.value for item in tables.payment("TIKTOK 4029357733")} == {"tiktok"}
    assert tables.payment("Shop TikTok Ads") == tables.payment("TikTokAds") == tables.payment("") == ()


def test_companies_are_told_once_for_each_app_by_what_tells_most():
    found = known_selectors().organisation("TIKTOK INC").selectors
    assert [(item.app, item.operator) for item in found] == [("tiktok", "bytedance")]
    assert known_selectors().organisation("TikTok Fan Club").selectors == ()


def test_groups_hold_no_name_or_network_of_strangers():
    groups = groups_of(extra().entities, {"bytedance", "tencent"})
    assert not {"google.com", "amazon.com", "facebook.com"} & {*groups.others, *(item.value for item in groups.domains)}
    assert {item.operator for items in groups.networks.values() for item in items} == {"bytedance", "tencent"}
    assert {item.app for item in groups.domains} <= set(extra().entities.values())
    assert set(groups.zones.values()) == {"customer", "anyone", "code"}
