"""Lists of names and numbers: suffixes, owners of domains, networks that host."""

import json

import pytest

from affidavit.network.snapshot.forms import names
from affidavit.network.snapshot.found import LONGEST, Given

BEGIN, END = "// ===BEGIN ICANN DOMAINS===\n", "// ===END ICANN DOMAINS===\n"


def rules(text: str):
    given = Given("list.dat", text.encode())
    assert names.is_suffixes(given)
    (found,) = names.suffixes(given)
    return found


def owned(text: str, name: str = "acme", table: str = ""):
    given = Given(name, text.encode(), table)
    assert names.is_domains(given)
    (found,) = names.domains(given)
    return found


def hosting(text: str):
    given = Given("bad-asn.txt", text.encode())
    assert names.is_networks(given)
    (found,) = names.networks(given)
    return found


def test_rules_have_the_section_that_they_stand_in():
    private = "// ===BEGIN PRIVATE DOMAINS===\nblogspot.com\n// ===END PRIVATE DOMAINS===\n"
    found = rules(f"// VERSION: 2026-10-22_08-11-00_UTC\nbefore\n{BEGIN}com\n{END}between\n{private}after\n")
    assert [(key.key, key.value) for key in found.keys] == [("com", "icann"), ("blogspot.com", "private")]
    assert (found.date, found.licence, found.left_out) == ("2026-10-22", "MPL-2.0", 0)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("co.uk", "co.uk"),
        ("CO.UK", "co.uk"),
        ("  co.uk  ", "co.uk"),
        ("co.uk and what follows is no rule", "co.uk"),
        ("co.uk\tthe same", "co.uk"),
        ("*.ck", "*.ck"),
        ("!www.ck", "!www.ck"),
        ("公司.cn", "xn--55qx5d.cn"),
        ("*.公司.cn", "*.xn--55qx5d.cn"),
        ("// co.uk", None),
        ("", None),
        ("a..b", ""),
        ("*.", ""),
        ("!", ""),
        ("192.0.2.1", ""),
        (".com", ""),
    ],
)
def test_a_line_is_a_rule_up_to_the_first_space(line, key):
    found = rules(f"{BEGIN}{line}\n{END}")
    assert [item.key for item in found.keys] == ([key] if key else [])
    assert found.left_out == (key == "")


def test_a_list_without_a_version_says_no_day():
    assert rules(BEGIN + "com\n").date == ""


@pytest.mark.parametrize(
    ("listed", "keys", "left_out"),
    [
        ({"name": "A & B", "domains": ["a.com"]}, [("a.com", "a-b", "A & B")], 0),
        ({"name": "A", "domains": ["*.A.com", "b.com."]}, [("a.com", "a", "A"), ("b.com", "a", "A")], 0),
        ({"name": "A", "domains": ["192.0.2.1", "", "a b.com"]}, [], 3),
        ({"name": "???", "domains": ["a.com"]}, [], 1),
        ({"name": "A", "homepage": "x", "categories": ["y"], "domains": []}, [], 0),
        ({"name": "A"}, [], 0),
        ({"name": "x" * 400, "domains": ["a.com"]}, [("a.com", "x" * LONGEST, "x" * LONGEST)], 0),
    ],
)
def test_entities_own_domains(listed, keys, left_out):
    given = Given("entities.json", json.dumps([{"name": "B", "domains": ["z.com"]}, listed]).encode())
    assert names.is_entities(given)
    (found,) = names.entities(given)
    assert [tuple(key)[:3] for key in found.keys[1:]] == keys
    assert (found.left_out, found.series) == (left_out, "third-party-web")


@pytest.mark.parametrize(
    ("line", "key", "region"),
    [
        ("a.com", "a.com", ""),
        ("domain:a.com", "a.com", ""),
        ("full:a.com", "=a.com", ""),
        ("a.com @cn", "a.com", "@cn"),
        ("full:a.com @ads # why", "=a.com", "@ads"),
        ("a.com # why", "a.com", ""),
        ("a.com\r", "a.com", ""),
        ("keyword:acme", None, ""),
        ("regexp:a.com", None, ""),
        ("include:other", None, ""),
        ("192.0.2.1", None, ""),
    ],
)
def test_a_line_of_domains_is_a_name_below_or_alone(line, key, region):
    found = owned(f"first.com\n{line}\nlast.com\n")
    assert [(item.key, item.region) for item in found.keys[1:-1]] == ([(key, region)] if key else [])
    assert found.left_out == (key is None)


@pytest.mark.parametrize(
    ("name", "table", "expected"),
    [
        ("acme", "", ("suffix-owner", "list acme", "acme", "acme")),
        ("data/Acme Corp.txt", "", ("suffix-owner", "list Acme Corp", "acme-corp", "Acme Corp")),
        ("cloudfront", "suffix-service", ("suffix-service", "list cloudfront", "cloudfront", "cloudfront")),
        ("acme", "asn", ("suffix-owner", "list acme", "acme", "acme")),
    ],
)
def test_domains_are_of_whom_the_file_is_called_after(name, table, expected):
    found = owned("a.com\n", name, table)
    assert (found.table, found.series, found.keys[0].value, found.keys[0].title) == expected


@pytest.mark.parametrize(
    "text", ["", "\n", "# a.com\n", "a b c\n", "word\n", "a.com\n<html>\nb.com\n", "x:a.com\n", "a.com!\n"]
)
def test_other_text_is_no_list_of_domains(text):
    assert not names.is_domains(Given("x", text.encode()))


@pytest.mark.parametrize(
    ("line", "key", "title"),
    [
        ("AS64500", "AS64500", ""),
        ("as64500", "AS64500", ""),
        ("64500", "AS64500", ""),
        ("AS064500", "AS64500", ""),
        ("AS64500 # Example", "AS64500", "Example"),
        ('64500,"Example, Inc."', "AS64500", "Example, Inc."),
        ("64500\tExample", "AS64500", "Example"),
        ("AS64500 - Example", "AS64500", "Example"),
        (f"64500 {'x' * 400}", "AS64500", "x" * LONGEST),
        ("AS4294967295", "AS4294967295", ""),
        ("AS4294967296", None, ""),
        ("AS0", None, ""),
        ("99999999999", None, ""),
        ("ASX", None, ""),
        ("; AS64500", "", ""),
        ("# AS64500", "", ""),
    ],
)
def test_a_network_is_a_number_with_words_behind(line, key, title):
    # What decides the form are the first fifty lines.
    found = hosting("64496\n" * 50 + line + "\n")
    assert [(item.key, item.value, item.title) for item in found.keys[50:]] == ([(key, key, title)] if key else [])
    assert found.left_out == (key is None)


@pytest.mark.parametrize("text", ["", "# x\n", "1.2.3.4\n", "64500\nexample.com\n", "64500\n192.0.2.0/24\n"])
def test_other_text_is_no_list_of_networks(text):
    assert not names.is_networks(Given("x", text.encode()))


@pytest.mark.parametrize(
    ("name", "key"),
    [("A & B, Inc.", "a-b-inc"), ("--", ""), ("Ünï", "n"), ("a" * 400, "a" * LONGEST), (5, "5"), ("", "")],
)
def test_keys_have_small_letters_and_numbers(name, key):
    assert names.slug(name) == key
