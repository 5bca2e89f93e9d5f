"""Public suffixes as the list's algorithm has them; names that are none get no answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.snapshot.suffixes import ICANN, PRIVATE, plain_host, public_suffix, walk
from tests.oracles.networks import suffix_labels

RULES = {
    "com": ICANN,
    "net": ICANN,
    "co.uk": ICANN,
    "uk": ICANN,
    "*.ck": ICANN,
    "!www.ck": ICANN,
    "akamaized.net": PRIVATE,
    "blogspot.com": PRIVATE,
    "*.compute.amazonaws.com": PRIVATE,
    "xn--fiqs8s": ICANN,
}
LABEL = st.sampled_from(["a", "b", "c", "ck", "www"])


def asked(host):
    found = public_suffix(plain_host(host), RULES)
    return found.icann, found.private, found.registrable_icann, found.registrable_private


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("tiktokcdn.com.akamaized.net", ("net", "akamaized.net", "akamaized.net", "com.akamaized.net")),
        ("akamaized.net", ("net", "akamaized.net", "akamaized.net", "")),
        ("www.example.co.uk.", ("co.uk", "co.uk", "example.co.uk", "example.co.uk")),
        ("com", ("com", "com", "", "")),
        ("a.b.ck", ("b.ck", "b.ck", "a.b.ck", "a.b.ck")),
        ("www.ck", ("ck", "ck", "www.ck", "www.ck")),
        ("x.www.ck", ("ck", "ck", "www.ck", "www.ck")),
        ("ck", ("ck", "ck", "", "")),
        (
            "i.eu.compute.amazonaws.com",
            ("com", "eu.compute.amazonaws.com", "amazonaws.com", "i.eu.compute.amazonaws.com"),
        ),
        ("WWW.Example.COM", ("com", "com", "example.com", "example.com")),
        ("例え.中国", ("xn--fiqs8s", "xn--fiqs8s", "xn--r8jz45g.xn--fiqs8s", "xn--r8jz45g.xn--fiqs8s")),
        ("host.unlisted", ("unlisted", "unlisted", "host.unlisted", "host.unlisted")),
    ],
)
def test_suffixes_by_both_sections(host, expected):
    assert asked(host) == expected


@pytest.mark.parametrize(
    "host",
    [
        "221.167.1.2", "167.221", "0x7f.1", "127.0.0.1.", "::1", "[2001:db8::1]", "2001:db8::1", "fe80::1%eth0",
        "", ".", ".com", "a..com", "a" * 254, "\ud800.com", "x.0x1f", "1",
    ],
)  # fmt: skip
def test_an_address_or_what_is_no_name_has_no_suffix(host):
    assert plain_host(host) == ""
    assert asked(host) == ("", "", "", "")


def test_a_listed_suffix_is_told_from_a_guessed_one():
    assert public_suffix("a.com", RULES).listed
    assert not public_suffix("a.unlisted", RULES).listed


@given(
    st.lists(LABEL, min_size=1, max_size=5),
    st.lists(st.tuples(st.sampled_from(["", "*.", "!"]), st.lists(LABEL, min_size=2, max_size=3)), max_size=8),
)
def test_any_rules_are_read_as_the_algorithm_says(labels, drawn):
    rules = {mark + ".".join(rule) for mark, rule in drawn}
    # An exception is one to a rule with a wildcard, as the list's format has it.
    rules = {rule for rule in rules if not rule.startswith("!") or "*." + rule.partition(".")[2] in rules}
    name = ".".join(labels)
    found = public_suffix(name, dict.fromkeys(rules, ICANN))
    assert found.icann == ".".join(labels[-suffix_labels(name, rules) :])


@given(st.lists(st.from_regex(r"[a-z]{1,5}", fullmatch=True), min_size=1, max_size=6))
def test_ends_of_a_name_are_its_last_labels(labels):
    assert list(walk(".".join(labels))) == [".".join(labels[at:]) for at in range(len(labels))]


def test_a_name_is_walked_by_whole_labels():
    assert list(walk("a.bc.d")) == ["a.bc.d", "bc.d", "d"]
