"""Snapshots say what a look at every row says: one address or many, as numbers, halves or text, of any day."""

from datetime import date, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.snapshot.build import built
from affidavit.network.snapshot.store import unpacked, written
from affidavit.network.snapshot.view import Shelf, Snapshot, View
from tests.builders.networks import part, snapshot
from tests.oracles.snapshot import listed, of_day, told, told_many4, told_many6

FOUR = st.one_of(
    st.integers(0, 40),
    st.integers(0xFFF0, 0x20010),
    st.integers(0xFFFFFFE0, 0xFFFFFFFF),
    st.integers(0, 0xFFFFFFFF),
)
HALF = st.one_of(st.integers(0, 40), st.integers((1 << 64) - 40, (1 << 64) - 1), st.integers(0, (1 << 64) - 1))
SIX = st.tuples(HALF, HALF)
PREFIX4 = st.tuples(FOUR, st.integers(1, 32)).map(lambda item: str(ip_network(item, strict=False)))
PREFIX6 = st.tuples(SIX, st.integers(1, 128)).map(
    lambda item: (
        str(ip_network((item[0][0] << 64 | item[0][1], item[1]), strict=False))
        if item[0][0] or item[0][1] > 0xFFFFFFFF
        else "2001:db8::/32"
    )
)
NUMBER = st.sampled_from(["1", "2", "10", "4294967295"])
WORD = st.sampled_from(["a", "b", ""])
ROW = st.tuples(st.one_of(PREFIX4, PREFIX6), NUMBER, WORD, WORD)
PARTS = st.lists(
    st.tuples(st.sampled_from(["asn", "prefix", "country-geo"]), st.lists(ROW, max_size=8), st.sampled_from("xy")),
    max_size=4,
).map(lambda drawn: [part(table, *rows, series=series) for table, rows, series in drawn])


def as_said(hits):
    return [(hit.table, hit.value, hit.title, hit.region) for hit in hits]


def by_rows(view: View, found: dict[str, np.ndarray], count: int):
    """What rows of a batch mean, for each address, in the order of the tables."""
    return [
        as_said(view.hit(source, int(rows[at])) for source, rows in found.items() if rows[at] >= 0)
        for at in range(count)
    ]


def edges(parts, version):
    """Addresses at the ends of ranges, and beside them."""
    width = 32 if version == 4 else 128
    spans = [span for each in parts for span in (each.found.spans4 if version == 4 else each.found.spans6)]
    near = {at for span in spans for at in (span.first - 1, span.first, span.last, span.last + 1)}
    return sorted(at for at in near if 0 <= at < 1 << width)


@settings(max_examples=25)
@given(PARTS, st.lists(FOUR, max_size=12), st.booleans())
def test_many_addresses_of_version_4(parts, asked, packed):
    view = snapshot(parts, packed=packed)
    asked += edges(parts, 4)
    expected = told_many4(parts, asked)
    assert by_rows(view, view.batch(np.array(asked, np.uint32)), len(asked)) == expected
    assert [as_said(view.at(str(IPv4Address(number)))) for number in asked] == expected


@settings(max_examples=25)
@given(PARTS, st.lists(SIX, max_size=12), st.booleans())
def test_many_addresses_of_version_6(parts, asked, packed):
    view = snapshot(parts, packed=packed)
    asked += [(at >> 64, at & (1 << 64) - 1) for at in edges(parts, 6)]
    high, low = (np.array([pair[side] for pair in asked], np.uint64) for side in (0, 1))
    assert by_rows(view, view.batch6(high, low), len(asked)) == told_many6(parts, asked)


@settings(max_examples=25)
@given(PARTS, SIX)
def test_one_address_of_version_6_that_carries_none_of_version_4(parts, pair):
    at = max(pair[0], 1 << 40) << 64 | pair[1]
    for number in (at, *(edge for edge in edges(parts, 6) if edge >> 100)):
        if number >> 32 != 0x0064FF9B << 64:
            text = str(IPv6Address(number))
            assert as_said(snapshot(parts).at(text)) == told(parts, text)


TEXT = st.one_of(
    FOUR.map(lambda number: str(IPv4Address(number))),
    SIX.map(lambda pair: str(IPv6Address(max(pair[0], 1 << 40) << 64 | pair[1]))),
    st.text(alphabet="0123456789.\n\0é ", max_size=12),
    st.sampled_from(["", "0.0.0.9", "255.255.255.255", "256.0.0.1", "01.0.0.1", "::1", "0.0.0.1\n", "\ud800", "1.1.1"]),
)


@settings(max_examples=30)
@given(PARTS, st.lists(TEXT, max_size=12))
def test_many_texts(parts, texts):
    view = snapshot(parts)
    assert by_rows(view, view.batch_text(texts), len(texts)) == [told(parts, text) for text in texts]


@pytest.mark.parametrize("count", [0, 1, 2, 70_000])
def test_batches_of_any_length_give_a_row_for_each(count):
    parts = [part("asn", ("0.0.0.0/16", "1"), ("0.1.0.0/17", "2"), ("2001:db8::/32", "3"))]
    view = snapshot(parts)
    numbers = np.arange(count, dtype=np.uint32)
    (rows,) = view.batch(numbers).values()
    values = [view.hit(view.sources[0].id, row).value for row in (0, 1)]
    assert [values[row] for row in rows.tolist()] == ["AS1" if at < 1 << 16 else "AS2" for at in range(count)]
    (texts,) = view.batch_text([str(IPv4Address(int(number))) for number in numbers]).values()
    assert (texts == rows).all()
    (six,) = view.batch6(np.full(count, 0x20010DB8 << 32, np.uint64), np.zeros(count, np.uint64)).values()
    assert (len(six), set(six.tolist())) == (count, {2} if count else set())


def test_a_table_of_one_version_has_no_row_for_the_other():
    view = snapshot([part("asn", ("192.0.2.0/24", "1"))])
    assert [rows.tolist() for rows in view.batch6(np.zeros(2, np.uint64), np.ones(2, np.uint64)).values()] == [[-1, -1]]
    view = snapshot([part("asn", ("2001:db8::/32", "1"))])
    assert [rows.tolist() for rows in view.batch(np.zeros(2, np.uint32)).values()] == [[-1, -1]]
    view = snapshot([part("suffix-owner", ("a.com", "a"))])
    assert view.batch(np.zeros(2, np.uint32)) == view.batch_text(["192.0.2.1"]) == {}


NAME = st.lists(st.sampled_from(["a", "b", "com"]), min_size=1, max_size=4).map(".".join)
KEYS = st.lists(st.tuples(st.builds(str.__add__, st.sampled_from(["", "="]), NAME), st.sampled_from("xyz")), max_size=8)


@settings(max_examples=40)
@given(KEYS, KEYS, NAME)
def test_listed_suffixes(owners, services, host):
    parts = [part("suffix-owner", *owners), part("suffix-service", *services)]
    found = snapshot(parts).suffixes(host)
    assert [(hit.by, hit.value) for hit in found] == listed(parts, host)


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["s", "t"]), st.sampled_from("ab")), max_size=6, unique=True),
    st.one_of(st.none(), st.integers(-2, 6)),
    st.integers(0, 3),
)
def test_the_tables_of_a_day(drawn, asked, split):
    first = date(2026, 1, 1)
    parts = [
        part("country-geo", ("192.0.2.0/24", f"{name}{at}"), date=str(first + timedelta(at)), series=series, name=name)
        for at, series, name in drawn
    ]
    day = None if asked is None else first + timedelta(asked)
    view = Shelf([snapshot(parts[:split]), snapshot(parts[split:])]).as_of(day)
    chosen = of_day(parts, day)
    assert sorted(as_said(view.at("192.0.2.1"))) == sorted(told(chosen, "192.0.2.1"))
    assert {view.age(source.id).gap for source in view.sources} == {
        None if day is None else (day - date.fromisoformat(each.date)).days for each in chosen
    }


@settings(max_examples=25)
@given(PARTS)
def test_packing_changes_no_answer_and_no_byte(parts):
    content = built(parts, "x")
    mapped = written(content, packed=False)
    assert unpacked(written(content, packed=True)) == mapped
    assert Snapshot(mapped).digest == mapped[-32:].hex()
