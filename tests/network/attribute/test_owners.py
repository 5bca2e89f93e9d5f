"""The walk over a name's suffixes equals trying all of them, for names that resemble what is listed."""

from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.attribute.asked import Asked
from affidavit.network.attribute.attribution import attribute
from affidavit.network.attribute.knowledge import known
from affidavit.network.attribute.owners import longest
from affidavit.network.snapshot.suffixes import plain_host
from tests.oracles import suffixes

LABELS = st.sampled_from(["a", "b", "ab", "com", "x-y", "1"])
NAMES = st.lists(LABELS, min_size=1, max_size=5).map(".".join)
LISTED = sorted({*known().names, *known().zones})
NEAR = st.builds(
    lambda before, name, after: before + name + after,
    st.sampled_from(["", "a.", "x", "-", "a-", "."]),
    st.sampled_from(LISTED),
    st.sampled_from(["", ".", ".evil.example", ".akamaized.net", "x", ".com"]),
)


@given(st.sets(NAMES).map(lambda names: {name: name for name in names}), NAMES)
def test_any_list_and_any_name(rows, name):
    assert longest(rows, name) == suffixes.longest(rows, name)


@given(NEAR)
def test_names_near_those_that_are_listed(host):
    name = plain_host(host)
    assert longest(known().names, name) == (suffixes.longest(known().names, name) if name else None)


@given(NEAR)
def test_an_owner_is_never_told_by_what_stands_before_another_name(host):
    (answer,) = attribute([Asked(host)], None).hosts
    name = plain_host(host)
    fitting = [row for rows in (known().names, known().zones) if (row := suffixes.longest(rows, name))]
    assert answer.owner in {row.entity for _, row in fitting} | {""}
    assert bool(answer.owner) == bool(fitting and name)


def test_a_name_of_very_many_labels_is_none():
    (answer,) = attribute([Asked("a." * 20_000 + "tiktok.com")], None).hosts
    assert (answer.owner, answer.claims) == ("", ())


def test_a_dotted_end_and_capitals_change_nothing():
    answers = attribute([Asked("WWW.TikTok.com."), Asked("www.tiktok.com")], None).hosts
    assert answers[0] == answers[1]
