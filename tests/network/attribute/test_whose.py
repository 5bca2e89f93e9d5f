"""Owner, customer and operator by names equal what trying every row gives, for any rows and any names."""

import msgspec
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from affidavit.network.attribute.asked import Asked
from affidavit.network.attribute.attribution import attribute
from affidavit.network.attribute.knowledge import Document, Entity, Known, Names, Origin, Zone, known
from affidavit.network.attribute.knowledge import Regions as Listed
from affidavit.network.snapshot.suffixes import plain_host
from tests.oracles import whose as oracle

ORIGINS = {"o": Origin("made", "2026-01-02", "facts")}
IDS = ["app", "shop", "cdn", "cloud"]
LABELS = ["a", "b", "a-b", "com", "r1", "7"]
SUFFIXES = st.lists(st.sampled_from(["a", "b", "com", "r1"]), min_size=1, max_size=3).map(".".join)
HOSTS = st.lists(st.sampled_from(LABELS), min_size=1, max_size=6).map(".".join).filter(plain_host)
SERVICES = st.sampled_from(["cdn", "cloud", "dns"])


def document(names, zones):
    """Knowledge of a few rows."""
    return Document(
        "made", "facts", ORIGINS, {key: Entity(key, "US", "o") for key in IDS}, names=names, zones=zones,
        regions={"r": Listed("o", {"r1": "SG"})},
    )  # fmt: skip


def answered(rows, host, chain=()):
    (answer,) = attribute([Asked(host, chain=chain)], None, Known({"x": rows})).hosts
    return answer


@st.composite
def documents(draw):
    """Names and zones, each suffix in one row of a kind, as the lint of knowledge demands."""
    domains = draw(st.lists(SUFFIXES, max_size=5, unique=True))
    suffixes = draw(st.lists(SUFFIXES, max_size=4, unique=True))
    names = tuple(Names(draw(st.sampled_from(IDS)), "o", domain) for domain in domains)
    zones = tuple(
        Zone(
            draw(st.sampled_from(IDS)),
            draw(SERVICES),
            draw(st.sampled_from(["customer", "anyone", "code"])),
            "o",
            suffix,
            regions=draw(st.sampled_from(["", "r"])),
        )
        for suffix in suffixes
    )
    return document(names, zones)


@settings(max_examples=200)
@given(documents(), HOSTS, st.lists(HOSTS, max_size=3).map(tuple))
@example(document((Names("app", "o", "a.b"),), (Zone("cdn", "cdn", "customer", "o", "com"),)), "a-b.com", ())
@example(document((Names("app", "o", "a.com"),), (Zone("cdn", "cdn", "customer", "o", "com"),)), "b.a.com", ())
@example(document((Names("app", "o", "a"),), (Zone("cdn", "cdn", "customer", "o", "b", regions="r"),)), "a.7.r1.b", ())
@example(document((Names("app", "o", "a"),), (Zone("cdn", "cdn", "customer", "o", "b"),)), "com", ("a.b",))
@example(document((Names("app", "o", "a"),), (Zone("cdn", "dns", "anyone", "o", "b"),)), "com", ("a.b", "b"))
def test_any_rows_and_any_names(rows, host, chain):
    answer = answered(rows, host, chain)
    assert (answer.owner, answer.customer, answer.operator) == oracle.whose(rows, host, chain)


SHIPPED = [*known().names, *known().zones]


@settings(max_examples=60)
@given(st.sampled_from(SHIPPED), st.sampled_from(SHIPPED), st.sampled_from(["", "a.", "x-", "r."]))
def test_a_listed_name_before_another_that_is_listed(first, second, before):
    rows = msgspec.structs.replace(
        document((), ()), names=tuple(set(known().names.values())), zones=tuple(set(known().zones.values()))
    )
    for host in (f"{before}{first}.{second}", f"{before}{first.replace('.', '-')}.{second}"):
        assume(plain_host(host) == host)
        (answer,) = attribute([Asked(host)], None).hosts
        assert (answer.owner, answer.customer, answer.operator) == oracle.whose(rows, host, ())


@pytest.mark.parametrize("labels", ["customer", "anyone", "code"])
@pytest.mark.parametrize(
    ("host", "spells"),
    [
        ("app.com.cdn.net", True),
        ("x.app.com.cdn.net", True),
        ("app-com.cdn.net", True),
        ("x-app-com.cdn.net", True),
        ("x.app-com.cdn.net", True),
        ("app-com.x.cdn.net", False),
        ("xapp.com.cdn.net", False),
        ("app.com.x.cdn.net", False),
        ("com.cdn.net", False),
        ("app.cdn.net", False),
        ("app--com.cdn.net", False),
        ("-.cdn.net", False),
    ],
)
def test_what_a_label_spells_counts_where_a_customer_chose_it(labels, host, spells):
    rows = document((Names("app", "o", "app.com"),), (Zone("cdn", "cdn", labels, "o", "cdn.net"),))
    answer = answered(rows, host)
    claims = [(item.value, item.counts) for item in answer.claims if item.about == "customer"]
    assert claims == ([("app", labels == "customer")] if spells and labels != "code" else [])
    assert answer.customer == ("app" if spells and labels == "customer" else "")


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("b.r1.cloud.net", "SG"),
        ("b.s3-r1.cloud.net", "SG"),
        ("r1.cloud.net", "SG"),
        ("b.r2.cloud.net", ""),
        ("r1.b.cloud.net", ""),
        ("b.xr1.cloud.net", ""),
        ("b.s3-s3-r1.cloud.net", ""),
        ("cloud.net", ""),
    ],
)
def test_a_region_counts_right_before_the_zone_and_after_a_word_of_its_own(host, place):
    zone = Zone("cloud", "cloud", "anyone", "o", "cloud.net", regions="r", before="s3-")
    assert answered(document((), (zone,)), host).place == place


def test_the_longest_listing_wins_and_on_a_tie_the_zone():
    rows = document(
        (Names("shop", "o", "cdn.net"), Names("app", "o", "app.cdn.net")),
        (Zone("cdn", "cdn", "customer", "o", "cdn.net"),),
    )
    found = {host: (answered(rows, host).owner, answered(rows, host).customer) for host in (
        "cdn.net", "x.cdn.net", "app.cdn.net", "x.app.cdn.net",
    )}  # fmt: skip
    assert found == {
        "cdn.net": ("cdn", ""),
        "x.cdn.net": ("cdn", ""),
        "app.cdn.net": ("cdn", "app"),
        "x.app.cdn.net": ("cdn", "app"),
    }
