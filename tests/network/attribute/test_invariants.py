"""Whatever is asked: what the answers say follows from their claims, and nothing is said without one."""

from datetime import date
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.attribute.asked import Asked
from affidavit.network.attribute.attribution import attribute
from affidavit.network.attribute.gathering import target_host
from affidavit.network.attribute.knowledge import known
from tests.builders import networks_asked
from tests.oracles import attribution as oracle

HOSTS = (
    "",
    "a.example",
    "www.tiktok.com",
    "vcs-va.tiktokv.com",
    "tiktokcdn.com.akamaized.net",
    "tiktokcdn.com.evil.example",
    "d1.cloudfront.net",
    "b.s3.eu-west-1.amazonaws.com",
    "stolen.shop.example",
    "x.tracker.example",
    "pangolin.snssdk.com",
    "43.156.1.1",
    "[2606:4700::1]",
    "0x7f.1",
    "com",
    "evil.github.io",
    "pay.weixin.qq.com",
    "b.oss-cn-hongkong.aliyuncs.com",
    "a..b",
    "xn--a.example",
    "t\u0456ktok.com",
    "-",
    "bytedns.net",
    "x.bytedns.net",
    "aliyun.com",
)
ADDRESSES = (
    "",
    "92.122.95.99",
    "43.156.1.1",
    "52.95.1.1",
    "52.95.2.1",
    "52.95.3.1",
    "52.95.4.1",
    "104.16.1.1",
    "61.1.1.1",
    "5.9.9.1",
    "5.9.9.200",
    "203.0.113.9",
    "10.0.0.1",
    "::ffff:43.156.1.1",
    "64:ff9b::5.9.9.200",
    "2001:db8::1",
    "nonsense",
    "1.2.3",
)
CHAINS = (
    "a.tiktokv.com.edgekey.net",
    "e1.akamaiedge.net",
    "x.akadns.net",
    "y.trafficmanager.net",
    "a.wscdns.com",
    "d1.cloudfront.net",
    "z.example",
    "",
    "b.bytedns.net",
    "lb.eu-central-1.elb.amazonaws.com",
)
DAYS = (None, date(1970, 1, 1), date(2021, 6, 9), date(2024, 6, 2), date(2026, 6, 9), date(2030, 1, 1))
MARKS = ("bad-clock", "proxied", "stale-answer", "one-sided", "ip-literal", "ech", "decrypted")
QUESTIONS = st.builds(
    Asked,
    st.sampled_from(HOSTS),
    st.sampled_from(ADDRESSES),
    st.lists(st.sampled_from(CHAINS), max_size=3).map(tuple),
    st.sampled_from(DAYS),
    looked_up=st.booleans(),
    contacted=st.booleans(),
    received=st.sampled_from((0, 1)),
    marks=st.frozensets(st.sampled_from(MARKS), max_size=2),
    certificates=st.sampled_from(((), ("*.akamai.net",), ("www.tiktok.com", "d1.cloudfront.net"), ("*",))),
    headers=st.sampled_from(((), ("server: AkamaiGHost",), ("x-amz-cf-id: x", "cf-ray: y"))),
    record=st.sampled_from(("", "", "", "a contract")),
)


@cache
def tables():
    return networks_asked.shelf("2024-01-01", "2026-06-01")


def answered(asked):
    found = attribute([asked], tables())
    return found.hosts[0], {item.id: item for item in found.sources}


@given(QUESTIONS)
def test_place_operator_and_tier_follow_from_the_claims(asked):
    answer, sources = answered(asked)
    assert answer.place == oracle.place(answer)
    assert bool(answer.place) != bool(answer.why_no_place)
    assert answer.operator in oracle.operator(answer)
    assert str(answer.strength) == oracle.strength(asked, answer, sources)
    assert answer.served == (str(answer.strength) >= "S3")
    assert bool(answer.missing) == (str(answer.strength) < "S5")


@given(QUESTIONS)
def test_every_claim_has_its_source_and_age_and_says_why_it_does_not_count(asked):
    answer, sources = answered(asked)
    for item in answer.claims:
        assert item.counts == (not item.why_not)
        assert item.source in sources
        assert item.date == sources[item.source].date
        assert item.gap == oracle.gap(asked, item, sources[item.source])
        if item.about == "country" and item.kind in {"registration", "as"}:
            assert not item.counts


@given(QUESTIONS)
def test_what_is_concluded_stands_in_a_claim(asked):
    answer, _ = answered(asked)
    claimed = {(item.about, item.value) for item in answer.claims}
    for about in ("owner", "customer", "operator"):
        value = getattr(answer, about)
        assert not value or (about, value) in claimed
    assert answer.service == "unknown" or ("service", answer.service) in claimed
    if answer.operator in known().entities:
        parents = [answer.operator, *known().held_by(answer.operator, answer.asked_on)]
        assert (answer.parent, answer.seat) == (parents[-1], known().entities[parents[-1]].seat)


@given(QUESTIONS)
def test_an_answer_depends_on_its_question_alone(asked):
    answer, _ = answered(asked)
    among = attribute([Asked("www.tiktok.com", "43.156.1.1"), asked, Asked("x.example", day=DAYS[2])], tables()).hosts[
        1
    ]
    assert among == answer


@given(QUESTIONS)
def test_without_tables_nothing_new_is_said(asked):
    answer, _ = answered(asked)
    (bare,) = attribute([asked], None).hosts
    said = {(item.about, item.value, item.by) for item in answer.claims}
    assert {
        (item.about, item.value, item.by) for item in bare.claims if item.about not in {"parent", "seat"}
    } <= said | {("owner", bare.owner, item.by) for item in bare.claims}
    assert str(bare.strength) <= str(answer.strength) or bare.operator != answer.operator


@given(st.text(max_size=60) | st.from_regex(r"https?://[a-z.{}@:#/\[\]]{0,20}", fullmatch=True))
def test_no_hole_becomes_a_part_of_a_host(value):
    host = target_host(value)
    assert not set(host) & set("{}/?#@ [")
    assert not host or host in value.lower()
