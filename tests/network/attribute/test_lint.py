"""Knowledge of networks: what leads nowhere or contradicts itself is found before anybody relies on it."""

import msgspec
import pytest
import yaml

from affidavit.network.attribute import lint
from affidavit.network.attribute.knowledge import Document

GOOD = """
source: test
licence: facts
origins:
  o: {name: a list, date: "2026-01-02", licence: facts}
entities:
  group: {title: Group, seat: CN, registered: KY, from: o}
  cloud: {title: Cloud, seat: SG, from: o, held: [{parent: group, from: o, since: "2019-01-01"}], aka: [cloud-inc]}
numbers: [{entity: cloud, service: cloud, from: o, numbers: [64500]}]
anycast: [{entity: cloud, service: dns, from: o, prefixes: 10.8.0.0/16}]
names: [{entity: group, from: o, domains: group.example}]
headers: [{entity: cloud, from: o, name: x-cloud, holds: cache}]
zones: [{entity: cloud, service: cdn, labels: customer, from: o, suffixes: cdn.example, regions: r, before: oss-}]
regions: {r: {from: o, codes: {here: SG}}}
providers: {c: {entity: cloud, service: cloud, regions: r, from: o, aka: [d]}}
"""


def problems(text):
    return [
        (name, said)
        for _, name, said in lint.check({"networks/x.yaml": msgspec.convert(yaml.safe_load(text), Document)})
    ]


def test_what_is_right_has_no_problem():
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("from: o, domains", "from: q, domains", "no origin 'q'"),
        ("{entity: group, from: o, d", "{entity: grouq, from: o, d", "no entity 'grouq'"),
        ("parent: group", "parent: nobody", "no entity 'nobody'"),
        ("regions: r, before", "regions: q, before", "no regions 'q'"),
        ('"2026-01-02"', '"2026-1-2"', "origin 'o': '2026-1-2' is no date"),
        ('since: "2019-01-01"', 'since: "2019-01-01", until: "2018-01-01"', "entity 'cloud': ends before it begins"),
        ('since: "2019-01-01"', 'since: "last year"', "entity 'cloud': last year: no date"),
        ("seat: CN", "seat: EU", "entity 'group': 'EU' is no country"),
        ("here: SG", "here: Singapore", "regions 'r': 'Singapore' is no country"),
        ("domains: group.example", "domains: Group.example", "'Group.example' is no domain in lower case"),
        ("domains: group.example", "domains: 10.0.0.1", "'10.0.0.1' is no domain in lower case"),
        ("labels: customer", "labels: customers", "labels 'customers': one of anyone, code, customer"),
        ("regions: r, before", "before", "cdn.example: `before` without `regions`"),
        ("domains: group.example", "domains: group.example, use: ads", "use 'ads': only third-party is known"),
        ("name: x-cloud", "name: X-Cloud", "header 'X-Cloud': not in lower case"),
        ("x-cloud, holds: cache}", "x-cloud, holds: Cache}", "header 'x-cloud': not in lower case"),
        ("10.8.0.0/16", "10.8.0.1/16", "'10.8.0.1/16' is no range of addresses"),
        ("10.8.0.0/16", "10.8.0.1", "'10.8.0.1' is no range of addresses"),
        ("10.8.0.0/16", "10.8.0.0/16 10.8.0.0/16", "range 10.8.0.0/16 stands twice (also in networks/x.yaml)"),
        ("numbers: [64500]", "numbers: [64500, 64500]", "number AS64500 stands twice (also in networks/x.yaml)"),
        ("aka: [d]", "aka: [c]", "key c stands twice (also in networks/x.yaml)"),
        ("registered: KY", "held: [{parent: cloud, from: o}]", "entity 'cloud' is its own parent"),
    ],
)
def test_what_is_wrong_is_named(old, new, said):
    assert old in GOOD
    assert said in [message for _, message in problems(GOOD.replace(old, new))]


def test_a_wrong_word_is_no_schema():
    with pytest.raises(msgspec.ValidationError, match="serves"):
        problems(GOOD.replace("service: cdn", "serves: cdn"))
