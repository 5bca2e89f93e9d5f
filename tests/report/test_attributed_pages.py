"""The page of ``affidavit attribute``: words for every conclusion, and sources by the numbers that claims have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.model.network import Attributed, Claimed, NetworkRecord, Source, Strength
from affidavit.report.attributed import as_text
from affidavit.report.columns import cells_of
from tests.builders.networks_asked import ask

NAMES = (("a", "Amber Ltd."), ("b", "Birch Inc."), ("c", "Cedar GmbH"))
AA = Source("aa", "asn", "list one", "2026-06-17", "CC0")
AGED = "data of 2026-06-17, 181 days older than the observation"
BB = Source("bb", "prefix", "list two", "2026-06-18", "MIT", "by Birch")


def page(*hosts, sources=(), width=200):
    return as_text(NetworkRecord(sources, NAMES, hosts), width)


def line(item, label):
    """What stands beside a label."""
    (found,) = [text for text in page(item).splitlines() if text.startswith(f"  {label:13}")]
    return found[15:]


@pytest.mark.parametrize(
    ("given_names", "said"),
    [
        ({}, "not known"),
        ({"owner": "a"}, "Amber Ltd."),
        ({"owner": "a", "customer": "b"}, "Amber Ltd., used by Birch Inc."),
        ({"customer": "b"}, "not known, used by Birch Inc."),
        ({"owner": "unlisted"}, "unlisted"),
    ],
)
def test_whose_name_it_is(given_names, said):
    assert line(Attributed("x.example", "", "", **given_names), "whose name") == said


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ({}, "not known"),
        ({"service": "push"}, "not known"),
        ({"operator": "a"}, "Amber Ltd."),
        ({"operator": "a", "parent": "a", "seat": "DE"}, "Amber Ltd., seat DE"),
        ({"operator": "a", "parent": "c", "seat": "DE"}, "Amber Ltd.; last parent Cedar GmbH, seat DE"),
        ({"operator": "a", "service": "cdn", "parent": "c"}, "Amber Ltd., cdn; last parent Cedar GmbH"),
    ],
)
def test_who_runs_it(runs, said):
    assert line(Attributed("x.example", "", "", **runs), "who runs it") == said


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"place": "SG"}, "SG"),
        ({"why_no_place": "EU is not one country"}, "undetermined: EU is not one country"),
        ({}, "undetermined: no source that counts says"),
    ],
)
def test_where_it_is(where, said):
    assert line(Attributed("x.example", "", "", **where), "where") == said


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({"missing": "S1 takes more"}, "S0, served from: not shown; S1 takes more"),
        ({"strength": Strength.S3, "served": True, "missing": "S4 takes more"}, "S3, served from; S4 takes more"),
        ({"strength": Strength.S5, "served": True}, "S5, served from"),
    ],
)
def test_how_strong_it_is(shown, said):
    assert line(Attributed("x.example", "", "", **shown), "how strong") == said


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (
            Claimed("network", "AS64500", "Some Net", "192.0.2.0/24", "", "bb", "2026-06-18"),
            "network: Some Net AS64500; by 192.0.2.0/24 [2], data of 2026-06-18",
        ),
        (Claimed("operator", "a", "", "AS64500", "network", "aa"), "operator (network): Amber Ltd.; by AS64500 [1]"),
        (
            Claimed("country", "SG", "", "x", "region", "aa", "2026-06-17", 0),
            "country (provider's region): SG; by x [1], data of 2026-06-17, 0 days older than the observation",
        ),
        (
            Claimed("country", "SG", "", "x", "geo", "aa", "2026-06-17", 1),
            "country (feeds of use): SG; by x [1], data of 2026-06-17, 1 day older than the observation",
        ),
        (
            Claimed("country", "SG", "", "x", "geo", "aa", "2026-06-17", -180),
            "country (feeds of use): SG; by x [1], data of 2026-06-17, 180 days younger than the observation",
        ),
        (
            Claimed("country", "SG", "", "x", "as", "aa", "2026-06-17", 181, counts=False, why_not="no: never"),
            f"country (network's home): SG; by x [1], {AGED}: dated; does not count: no: never",
        ),
        (Claimed("seat", "KY", "", "a", "registered", "zz"), "seat (registered): KY; by a zz"),
    ],
)
def test_a_claim_in_words(claim, said):
    assert (
        "".join(page(Attributed("x.example", "", "", claims=(claim,)), sources=(AA, BB)).splitlines()[5][15:]) == said
    )


@pytest.mark.parametrize(
    ("host", "head"),
    [
        (Attributed("x.example", "", ""), "x.example"),
        (Attributed("x.example", "192.0.2.1", ""), "x.example at 192.0.2.1"),
        (Attributed("", "192.0.2.1", ""), "192.0.2.1"),
        (Attributed("x.example", "", "", asked_on="2026-06-09"), "x.example, on 2026-06-09"),
    ],
)
def test_the_head_of_a_host(host, head):
    assert page(host).splitlines()[0] == head


def test_hosts_stand_apart_in_the_order_asked_and_sources_end_the_page():
    blocks = page(Attributed("b.example", "", ""), Attributed("a.example", "", ""), sources=(AA, BB)).split("\n\n")
    assert [block.splitlines()[0] for block in blocks] == ["b.example", "a.example", "Claims rest on these sources:"]
    assert blocks[-1].splitlines()[1:] == [
        "  [1]          list one (asn); data of 2026-06-17; CC0",
        "  [2]          list two (prefix); data of 2026-06-18; MIT; by Birch",
    ]


def test_nothing_asked_is_a_page_without_sources():
    assert page() == "Claims rest on no source:\n"


def test_a_number_names_the_same_source_in_claims_and_below():
    answer = ask("b.s3.eu-west-1.amazonaws.com", "52.95.1.1")
    used = sorted({item.source for item in answer.claims})
    sources = tuple(Source(key, "made", f"list {key}", "2026-06-01", "CC0") for key in used)
    text = page(answer, sources=sources, width=2_000)
    below = dict(row[2:].split(maxsplit=1) for row in text.splitlines() if row.startswith("  ["))
    claims = [row for row in text.splitlines() if row.startswith("  claim")]
    assert len(claims) == len(answer.claims)
    for row, item in zip(claims, answer.claims, strict=True):
        number = row.partition(" [")[2].partition("]")[0]
        assert below[f"[{number}]"].startswith(f"list {item.source} ")


@given(st.text(max_size=300), st.text(max_size=300), st.integers(0, 120))
def test_whatever_names_hold_lines_stay_within_the_paper_and_begin_as_they_must(host, said, width):
    claim = Claimed("owner", said, said, host, source="aa", why_not=said, counts=False)
    made = page(Attributed(host, "192.0.2.1", "", claims=(claim,), why_no_place=said), sources=(AA,), width=width)
    head, *rest = made.removesuffix("\n").split("\n")
    assert head.endswith("192.0.2.1")
    assert all(not row or row.startswith("  ") or row == "Claims rest on these sources:" for row in rest)
    assert all(cells_of(row) <= max(width, 35) for row in rest if row != "Claims rest on these sources:")
    assert [row[2:15].strip() for row in rest if row.startswith("  ") and row[2] != " "] == [
        "whose name", "who runs it", "where", "how strong", "claim", "[1]",
    ]  # fmt: skip
