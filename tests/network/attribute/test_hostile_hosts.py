"""What only looks like a name below a listed one has no owner: a host ends where browsers end it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.attribute.asked import Asked
from affidavit.network.attribute.attribution import attribute
from affidavit.network.snapshot.suffixes import LONGEST, plain_host
from tests.builders.networks_asked import ask, shelf

ENDS = "/?#@\\:<>[]^| \t\n\r\x00\x1f\x7f"
"""WHATWG URL, section 3.1: forbidden host code points without the percent sign."""


def alone(host, **more):
    """The answer without tables."""
    return attribute([Asked(host, **more)], None).hosts[0]


@pytest.mark.parametrize("end", ENDS)
def test_what_stands_behind_the_end_of_a_host_owns_nothing(end):
    answer = alone(f"evil.example{end}.tiktok.com")
    assert (answer.owner, answer.customer, answer.claims) == ("", "", ())
    assert answer.host == f"evil.example{end}.tiktok.com"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example\uff0f.tiktok.com",  # FULLWIDTH SOLIDUS becomes /
        "evil.example\uff1f.tiktok.com",  # FULLWIDTH QUESTION MARK becomes ?
        "evil.example\u2100.tiktok.com",  # ACCOUNT OF becomes a/c
        "evil.example\u2048.tiktok.com",  # QUESTION EXCLAMATION MARK becomes ?!
        "evil.example\uff20www.tiktok.com",  # FULLWIDTH COMMERCIAL AT becomes @
        "evil.example\uff1a443.tiktok.com",  # FULLWIDTH COLON becomes :
        "\u0456.\ud800.tiktok.com",  # half a character
    ],
)
def test_letters_that_become_the_end_of_a_host_own_nothing(host):
    assert plain_host(host) == ""
    assert alone(host).owner == ""


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("www\u3002tiktok\u3002com", "www.tiktok.com"),  # IDEOGRAPHIC FULL STOP parts labels
        ("www\uff0etiktok\uff61com", "www.tiktok.com"),
        ("\uff34\uff29\uff2b\uff34\uff2f\uff2b.com", "tiktok.com"),  # full width letters are the same name
        ("tik\u00adtok.com", "tiktok.com"),  # a soft hyphen is nothing
        ("\u212a.tiktok.com", "k.tiktok.com"),  # KELVIN SIGN
        ("www.tiktok.com.", "www.tiktok.com"),
    ],
)
def test_other_spellings_of_the_same_name_have_the_same_owner(host, name):
    assert plain_host(host) == name
    assert alone(host).owner == "tiktok"


@pytest.mark.parametrize(
    "host",
    [
        "tiktok\u0441om.com",  # Cyrillic es
        "tikt\u043ek.com",  # Cyrillic o
        "t\u0131ktok.com",  # dotless i
        "tiktok.com\u0307",  # a mark above
    ],
)
def test_letters_that_only_look_alike_are_another_name(host):
    assert plain_host(host).startswith(("xn--", "tiktok.xn--"))
    assert alone(host).owner == ""


@pytest.mark.parametrize("host", ["tiktok.com..", "www..tiktok.com", ".tiktok.com", ".", "..", "...", ""])
def test_an_empty_label_makes_no_name(host):
    assert plain_host(host) == ""
    assert alone(host).owner == ""


def test_the_longest_name_and_one_letter_more():
    room = LONGEST - len(".tiktok.com")
    assert alone("a" * room + ".tiktok.com").owner == "tiktok"
    assert alone("a" * room + ".tiktok.com.").owner == "tiktok"
    assert alone("a" * (room + 1) + ".tiktok.com").owner == ""


def test_an_end_in_a_chain_or_a_certificate_tells_no_operator():
    tables = shelf()
    for name in ("evil.example/.edgekey.net", "evil.example@.akamaiedge.net", "x:443.fastly.net"):
        seen = {"contacted": True, "received": 1}
        assert ask("a.example", tables=tables, chain=(name,), **seen).operator == ""
        assert ask("a.example", tables=tables, certificates=(name,), **seen).operator == ""


@given(st.text(min_size=1, max_size=12), st.sampled_from(["tiktok.com", "qq.com", "akamaized.net", "myapp.com"]))
def test_whatever_stands_before_a_listed_name_it_is_a_name_or_owned_by_nobody(before, listed):
    name = plain_host(f"{before}.{listed}")
    assert not set(name) & set(ENDS)
    assert name == "" or name.endswith(f".{listed}")
    assert bool(alone(f"{before}.{listed}").owner) == bool(name)


@pytest.mark.parametrize(
    "host", ["", "https://www.tiktok.com/@x", "tiktok.com:443", "a..b", "1.2.3", "0x7f.1", "a\x1b[31m.b"]
)
def test_what_is_no_host_is_said_to_be_none(host):
    answer = alone(host)
    assert answer.why_no_place == "it is neither a host name nor an address"
    assert answer.missing == "S1 takes a host name or an address: this is neither"
