"""Snapshots out of parts: which files become one table, what identifies it, and in which order its answers lie."""

from hashlib import sha256

import msgspec
import numpy as np
import pytest

from affidavit.model.errors import UsageError
from affidavit.network.snapshot import build
from affidavit.network.snapshot.build import NOT_STATED, built, source_id
from affidavit.network.snapshot.table import Input
from tests.builders.networks import part, snapshot

A, B = Input("a", "aa" * 32, 1), Input("b", "bb" * 32, 2)


@pytest.mark.parametrize(
    ("changed", "tables"),
    [
        ({}, 1),
        ({"date": "2026-06-02"}, 2),
        ({"series": "other"}, 2),
        ({"name": "other"}, 2),
    ],
)
def test_files_of_one_origin_and_day_are_one_table(changed, tables):
    one = part("asn", ("192.0.2.0/24", "1"), name="x")
    other = part("asn", ("2001:db8::/32", "2"), **({"name": "x"} | changed))
    content = built([one, other], "mine")
    assert len(content.said) == tables
    inputs = {item.sha256 for said in content.said for item in said.inputs}
    assert inputs == {one.input.sha256, other.input.sha256}


def test_a_file_that_is_given_twice_counts_once():
    one = part("asn", ("192.0.2.0/24", "1"))
    once, twice = built([one], "mine"), built([one, one], "mine")
    assert once.said == twice.said
    assert all((once.arrays[0][name] == twice.arrays[0][name]).all() for name in once.arrays[0])


def test_the_id_is_the_digest_of_what_a_table_is_made_from():
    said = f"asn\nmade\n{'aa' * 32}\n{'bb' * 32}\n".encode()
    assert source_id("asn", "made", [A, B]) == source_id("asn", "made", [B, A]) == sha256(said).hexdigest()[:12]
    assert (
        len({source_id(*asked) for asked in [("asn", "made", [A]), ("asn", "made", [B]), ("prefix", "made", [A])]}) == 3
    )


@pytest.mark.parametrize(("licence", "shown"), [("", NOT_STATED), ("CC0-1.0", "CC0-1.0")])
def test_a_licence_that_nobody_states_is_not_left_blank(licence, shown):
    (source,) = snapshot([msgspec.structs.replace(part("asn", ("192.0.2.0/24", "1")), licence=licence)]).sources
    assert source.licence == shown


@pytest.mark.parametrize(("count", "fits"), [(0, True), (3, True), (4, False)])
def test_a_snapshot_has_so_many_tables_and_no_more(count, fits, monkeypatch):
    monkeypatch.setattr(build, "MOST", 3)
    parts = [part("asn", ("192.0.2.0/24", "1"), series=f"s{number}") for number in range(count)]
    if fits:
        assert len(built(parts, "mine").said) == count
        return
    with pytest.raises(UsageError, match="4 tables, where one snapshot has at most 3"):
        built(parts, "mine")


def test_networks_lie_by_number_and_other_answers_by_text():
    rows = [(f"192.0.{number}.0/24", str(number)) for number in (100, 20, 3)]
    asn, prefix = built([part("asn", *rows), part("prefix", *rows)], "mine").arrays
    assert asn["value"].tolist() == [3, 20, 100]
    assert prefix["v4.row"].tolist() == [-1, 2, -1, 1, -1, 0, -1]


def test_arrays_that_would_be_all_zeros_are_left_out():
    (arrays,) = built([part("asn", ("2001:db8::/32", "1"), ("2001:db9::/64", "2"))], "mine").arrays
    assert {name for name, array in arrays.items() if not len(array)} == {"v4.start", "v4.row", "v4.bits", "v6.low"}
    (arrays,) = built([part("asn", ("2001:db8::8/127", "1"))], "mine").arrays
    assert arrays["v6.low"].tolist() == [0, 8, 10]
    assert arrays["v6.bits"].tolist() == [0, 127, 0]


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        ([("a.com", "x"), ("a.com", "b")], "b"),
        ([("a.com", "b", "z"), ("a.com", "b", "y")], "b"),
        ([("a.com", "x")], "x"),
    ],
)
def test_of_two_answers_to_one_key_the_first_in_the_alphabet_counts(keys, value):
    (hit,) = snapshot([part("suffix-owner", *keys)]).suffixes("a.com")
    assert (hit.value, hit.title) == (value, min(key[2] if len(key) > 2 else "" for key in keys if key[1] == value))


def test_strings_of_all_tables_lie_once():
    content = built([part("prefix", ("192.0.2.0/24", "x", "y")), part("suffix-owner", ("y", "x"))], "mine")
    assert sorted(content.strings) == ["", "x", "y"]
    assert [array.dtype for array in (content.arrays[0]["value"], content.arrays[1]["key"])] == [np.uint32] * 2


@pytest.mark.parametrize(
    ("prefix", "address", "by"),
    [
        ("192.0.2.0/24", "192.0.2.1", "192.0.2.0/24"),
        ("192.0.2.7/32", "192.0.2.7", "192.0.2.7/32"),
        ("128.0.0.0/1", "255.255.255.255", "128.0.0.0/1"),
        ("2001:db8::/32", "2001:db8::1", "2001:db8::/32"),
        ("2001:db8::1/128", "2001:db8::1", "2001:db8::1/128"),
        ("8000::/1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "8000::/1"),
    ],
)
def test_a_published_prefix_is_named_as_it_was_published(prefix, address, by):
    assert [hit.by for hit in snapshot([part("prefix", (prefix, "x"))]).at(address)] == [by]
