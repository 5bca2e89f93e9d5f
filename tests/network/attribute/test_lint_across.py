"""Lint of knowledge of networks: what several documents say together, and the boundaries of each check."""

from pathlib import Path

import msgspec
import pytest
import yaml

from affidavit.knowledge import load
from affidavit.network.attribute import lint
from affidavit.network.attribute.knowledge import Document

HEAD = """
source: test
licence: facts
origins: {%s: {name: a list, date: "2026-01-02", licence: facts}}
"""
FIRST = HEAD % "o" + "entities: {shop: {title: Shop, seat: US, from: o, aka: [shop-inc]}}\n"


def problems(*texts):
    """What is wrong in some documents, by name of the file."""
    made = {
        f"networks/{number}.yaml": msgspec.convert(yaml.safe_load(text), Document) for number, text in enumerate(texts)
    }
    return list(lint.check(made))


def said(*texts):
    return [message for _, _, message in problems(*texts)]


def entities(**rows):
    """A document of entities that are held by others."""
    lines = []
    for key, held in rows.items():
        parents = ", ".join(f"{{parent: {name}, from: o}}" for name in held)
        lines.append(f"  {key}: {{title: {key}, seat: US, from: o, held: [{parents}]}}")
    return "\n".join((HEAD % "o", "entities:", *lines))


def test_rows_may_name_what_another_document_has():
    second = HEAD % "p" + "names: [{entity: shop, from: o, domains: shop.example}]"
    assert problems(FIRST, second) == []
    assert said(second) == ["no origin 'o'", "no entity 'shop'"]


def test_an_origin_of_two_documents_is_named_with_the_other_place():
    assert problems(FIRST, HEAD % "o") == [
        ("networks/1.yaml", "network-rows", "origin 'o' stands in networks/0.yaml as well")
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("names: [{entity: shop, from: o, domains: a.example}]", "domain a.example"),
        ("zones: [{entity: shop, service: cdn, labels: code, from: o, suffixes: a.example}]", "zone a.example"),
        ("numbers: [{entity: shop, service: cdn, from: o, numbers: [1]}]", "number AS1"),
        ("providers: {k: {entity: shop, service: cdn, from: o}}", "key k"),
    ],
)
def test_a_row_of_two_documents_is_named_with_the_other_place(rows, message):
    second, third = (HEAD % origin + rows for origin in "pq")
    assert problems(FIRST, second, third) == [
        ("networks/2.yaml", "network-rows", f"{message} stands twice (also in networks/1.yaml)")
    ]


def test_a_name_and_a_zone_of_the_same_suffix_are_no_contradiction():
    second = HEAD % "p" + (
        "names: [{entity: shop, from: o, domains: a.example}]\n"
        "zones: [{entity: shop, service: cdn, labels: code, from: o, suffixes: a.example}]"
    )
    assert problems(FIRST, second) == []


@pytest.mark.parametrize("name", ["shop", "shop-inc"])
def test_two_entities_under_one_key_would_hide_each_other(name):
    second = HEAD % "p" + f"entities: {{other: {{title: Other, seat: US, from: o, aka: [{name}]}}}}"
    assert f"entity {name} stands twice (also in networks/0.yaml)" in said(FIRST, second)


@pytest.mark.parametrize(
    ("rows", "circles"),
    [
        ({"a": ["a"]}, ["a"]),
        ({"a": ["b"], "b": ["a"]}, ["a", "b"]),
        ({"a": ["b"], "b": ["c"], "c": ["a"]}, ["a", "b", "c"]),
        ({"a": ["b"], "b": ["b"]}, ["b"]),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, []),
        ({"a": ["b", "c"], "b": [], "c": ["a"]}, ["a", "c"]),
    ],
)
def test_who_is_held_by_itself_is_named(rows, circles):
    expected = [f"entity {key!r} is its own parent" for key in circles]
    assert said(entities(**rows)) == expected


def test_a_long_line_of_parents_ends():
    rows = {f"e{number}": [f"e{number + 1}"] for number in range(300)} | {"e300": []}
    assert said(entities(**rows)) == []


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("a.example", True),
        ("xn--mnchen-3ya.example", True),
        ("qq.xn--fiqs8s", True),
        ("_dmarc.example", True),
        ("a-b.c-d.example", True),
        ("example", False),
        ("a..example", False),
        (".a.example", False),
        ("a.example.", False),
        ("-a.example", False),
        ("a-.example", False),
        ("a.1", False),
        ("192.0.2.1", False),
        ("*.a.example", False),
        ("a.example/x", False),
        ("m\u00fcnchen.example", False),
        ("A.example", False),
    ],
)
def test_what_is_a_domain(name, right):
    found = said(FIRST, HEAD % "p" + f"names: [{{entity: shop, from: o, domains: '{name}'}}]")
    assert found == ([] if right else [f"{name!r} is no domain in lower case"])


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("US", True), ("KY", True), ("", True),
        ("us", False), ("USA", False), ("U", False), ("U1", False),
        ("EU", False), ("AP", False), ("ZZ", False), ("XX", False),
    ],
)  # fmt: skip
def test_what_is_a_country(code, right):
    found = said(FIRST.replace("seat: US", f"seat: '{code}'"))
    assert found == ([] if right else [f"entity 'shop': {code!r} is no country"])


@pytest.mark.parametrize(
    ("since", "until", "message"),
    [
        ("2020-01-01", "2020-01-01", ""),
        ("2020-01-01", "2020-01-02", ""),
        ("2020-01-02", "2020-01-01", "ends before it begins"),
        ("", "2020-01-01", ""),
        ("2020-02-29", "", ""),
        ("2021-02-29", "", "2021-02-29: no date"),
        ("20200101", "", "20200101: no date"),
        ("2020-W01-1", "2020-01-01", "2020-W01-1, 2020-01-01: no date"),
    ],
)
@pytest.mark.parametrize("place", ["entity", "parent"])
def test_spans_of_time(place, since, until, message):
    span = f"from: o, since: '{since}', until: '{until}'"
    row = span if place == "entity" else f"from: o, held: [{{parent: top, {span}}}]"
    text = HEAD % "o" + f"entities: {{shop: {{title: S, seat: US, {row}}}, top: {{title: T, seat: US, from: o}}}}"
    assert said(text) == ([f"entity 'shop': {message}"] if message else [])


def test_documents_of_other_sections_are_passed_over():
    assert list(lint.check({"law/x.yaml": {"networks": 1}, "entities/y.yaml": None})) == []
    assert list(lint.check({})) == []


def test_what_came_along_has_no_problem_and_every_document_is_needed():
    documents = load("networks", Document)
    assert list(lint.check(documents)) == []
    assert {Path(path).stem for path in documents} == {
        "anycast", "entities", "headers", "names", "numbers", "regions", "zones",
    }  # fmt: skip
    without = {path: item for path, item in documents.items() if Path(path).stem != "entities"}
    assert {check for _, check, _ in lint.check(without)} == {"network-references"}
