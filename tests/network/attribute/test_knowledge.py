"""Parents by day, keys of tables, and the rows on which answers about listed groups rest."""

from datetime import date

import msgspec
import pytest
import yaml

from affidavit.network.attribute.asked import Asked
from affidavit.network.attribute.attribution import attribute
from affidavit.network.attribute.knowledge import Document, Known, known

MADE = """
source: test
licence: facts
origins: {o: {name: a list, date: "2026-01-02", licence: facts}}
entities:
  shop: {title: Shop, seat: US, from: o, held: [
    {parent: old, from: o, until: "2019-12-31"},
    {parent: new, from: o, since: "2020-01-01", until: "2024-06-30"},
    {parent: fund, from: o, since: "2024-07-01"}], aka: [shop-inc]}
  old: {title: Old, seat: DE, from: o}
  new: {title: New, seat: CN, from: o, held: [{parent: top, from: o}]}
  top: {title: Top, seat: CN, from: o}
  fund: {title: Fund, seat: KY, from: o}
  hen: {title: Hen, seat: US, from: o, held: [{parent: egg, from: o}]}
  egg: {title: Egg, seat: US, from: o, held: [{parent: hen, from: o}]}
  lost: {title: Lost, seat: US, from: o, held: [{parent: nobody, from: o}]}
"""


@pytest.fixture(scope="module")
def made():
    return Known({"x": msgspec.convert(yaml.safe_load(MADE), Document)})


@pytest.mark.parametrize(
    ("day", "parents"),
    [
        ("2019-12-31", ["old"]),
        ("2020-01-01", ["new", "top"]),
        ("2024-06-30", ["new", "top"]),
        ("2024-07-01", ["fund"]),
        ("", ["fund"]),
    ],
)
def test_parents_are_those_of_the_day(made, day, parents):
    assert list(made.held_by("shop", day)) == parents


def test_each_parent_is_the_parent_of_the_one_before_as_its_own_row_says():
    zones = "zones: [{entity: shop, service: cdn, labels: code, from: o, suffixes: z.example}]\n"
    made = Known({"x": msgspec.convert(yaml.safe_load(MADE + zones), Document)})
    answer = attribute([Asked("a.z.example", day=date(2020, 1, 1))], None, made).hosts[0]
    said = [(item.value, item.by) for item in answer.claims if item.about == "parent"]
    assert said == [("new", "parent of shop"), ("top", "parent of new")]
    assert (answer.parent, answer.seat) == ("top", "CN")


def test_circles_and_unknown_parents_end(made):
    assert list(made.held_by("hen", "")) == ["egg"]
    assert list(made.held_by("lost", "")) == ["nobody"]
    assert list(made.held_by("nobody", "")) == []
    assert made.title("nobody") == "nobody"


def test_tables_name_entities_in_their_own_way(made):
    assert (made.entity_of["shop-inc"], made.entity_of["shop"]) == ("shop", "shop")


@pytest.mark.parametrize(
    ("number", "entity", "group"),
    [
        ("AS396986", "bytedance", "bytedance"),
        ("AS138699", "tiktok", "bytedance"),
        ("AS11983", "tiktok-usds", "tiktok-usds-jv"),
        ("AS137718", "volcano-engine", "bytedance"),
        ("AS150436", "byteplus", "bytedance"),
        ("AS45090", "tencent-cloud", "tencent"),
        ("AS132203", "tencent-cloud", "tencent"),
        ("AS37963", "alibaba-cloud", "alibaba"),
        ("AS55990", "huawei-cloud", "huawei"),
        ("AS20940", "akamai", "akamai"),
        ("AS16625", "akamai", "akamai"),
        ("AS63949", "linode", "akamai"),
        ("AS15169", "google", "alphabet"),
    ],
)
def test_networks_of_listed_groups_and_providers(number, entity, group):
    assert known().numbers[number].entity == entity
    assert [entity, *known().held_by(entity, "2026-11-22")][-1] == group


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("tiktokv.com", "tiktok"),
        ("musical.ly", "tiktok"),
        ("snssdk.com", "bytedance"),
        ("capcut.com", "capcut"),
        ("weixin.qq.com", "wechat"),
        ("qq.com", "tencent"),
        ("alipay.com", "ant-group"),
        ("camscanner.com", "intsig"),
    ],
)
def test_domains_of_listed_apps(name, entity):
    assert known().names[name].entity == entity


def test_clouds_that_host_strangers_say_so_and_own_no_app():
    clouds = {row.entity for row in known().numbers.values() if row.service == "cloud"}
    ours = {
        key for key in clouds if list(known().held_by(key, "")) in (["bytedance"], ["tencent"], ["alibaba"], ["huawei"])
    }
    assert ours == {"volcano-engine", "byteplus", "tencent-cloud", "alibaba-cloud", "huawei-cloud"}
    assert {known().entities[key].note.startswith("a cloud that hosts strangers") for key in ours} == {True}
    assert not {row.entity for row in known().names.values()} & ours


def test_every_source_of_a_row_can_be_named():
    for origin in known().origins:
        source = known().source(origin)
        assert source.table == "knowledge"
        assert all((source.id, source.name, source.date, source.licence))


def test_regions_have_one_country_each_and_hong_kong_its_own():
    codes = known().regions
    assert (codes["alibaba"].codes["cn-hongkong"], codes["tencent"].codes["ap-hongkong"]) == ("HK", "HK")
    assert (codes["huawei"].codes["ap-southeast-1"], codes["aws"].codes["ap-southeast-1"]) == ("HK", "SG")
