"""Reading within a budget: bombs cost what the budget allows, and it is always said which bound stopped them."""

import struct
import zlib

import pytest

from affidavit.artefact.budget import Budget
from affidavit.model.errors import BudgetError
from tests.artefact.reading import read_zip
from tests.builders.zip import Item, build_zip, deflated, zip_of

MB = 1 << 20
ZEROS = bytes(16 * MB)
BOMB = deflated(ZEROS, 9)


def test_declared_bomb_is_not_even_begun():
    read = read_zip(build_zip([Item("classes.dex", ZEROS, stream=BOMB)]), entry_bytes=MB)
    assert read.data("classes.dex") is None
    assert read.kinds == ["budget/entry-bytes"]
    assert read.budget.inflated == 0


@pytest.mark.parametrize("declared", [10, 0, 0xFFFFFFF0])
def test_bomb_that_declares_another_size_costs_the_bound_and_no_more(declared):
    lie = {"size": declared}
    read = read_zip(build_zip([Item("a", ZEROS, stream=BOMB, central=lie, local=lie)]), entry_bytes=4 * MB)
    assert read.data("a") is None
    assert read.kinds == ["budget/entry-bytes"]
    assert read.budget.inflated <= 5 * MB + 1


def test_all_entries_together_are_bounded():
    read = read_zip(zip_of({str(number): bytes(MB) for number in range(20)}), total_bytes=5 * MB)
    contents = [data for _, data in read.all()]
    assert sum(data is not None for data in contents) == 5
    assert read.kinds == ["budget/total-bytes"]
    assert read.budget.inflated <= 5 * MB


def test_overlapping_entries_are_bounded_together():
    items = [Item("0", ZEROS, stream=BOMB)]
    items += [Item(str(number), ZEROS, stream=BOMB, at=0, hidden=True) for number in range(1, 200)]
    data = build_zip(items)
    assert len(data) < 40_000
    read = read_zip(data)
    assert sum(data is not None for _, data in read.all()) == 2
    assert read.kinds == ["container/shared-bytes"]
    assert read.budget.inflated <= 32 * MB
    assert all("overlap" in entry.oddities for entry in read.part.entries)


def test_ratio_is_bounded():
    read = read_zip(build_zip([Item("a", ZEROS, stream=BOMB)]), ratio=100)
    assert read.data("a") is None
    assert read.kinds == ["budget/ratio"]
    assert read.data("a") is None
    assert len(read.limitations) == 1


def test_stored_entry_is_bounded_too():
    read = read_zip(build_zip([Item("a", bytes(2 * MB), 0)]), entry_bytes=MB)
    assert read.data("a") is None
    assert read.kinds == ["budget/entry-bytes"]


def test_a_zip_that_holds_itself_is_an_entry_like_any_other():
    # Nothing here opens what an entry holds, so a quine costs one reading of itself.
    inner = zip_of({"r/r.zip": b"x"})
    for _ in range(5):
        inner = zip_of({"r/r.zip": inner})
    read = read_zip(inner)
    assert read.data("r/r.zip")[:4] == b"PK\x03\x04"
    assert read.limitations == []


@pytest.mark.parametrize("stream", [b"", b"\xff\xff\xff", deflated(b"abc" * 999)[:-3], b"\x06" * 40])
def test_incomplete_stream_is_unread_and_said(stream):
    read = read_zip(build_zip([Item("a", b"abc" * 999, stream=stream)]))
    assert read.data("a") is None
    assert read.kinds == ["container/bad-deflate"]
    assert "content is unknown" in read.limitations[0].detail
    assert read.limitations[0].place.entry == "a"


def test_entry_that_is_really_encrypted_is_named_as_such():
    read = read_zip(build_zip([Item("a", b"abc", stream=b"\x8f" * 30, central={"flags": 1}, local={"flags": 1})]))
    assert read.data("a") is None
    assert read.kinds == ["container/encrypted-entry"]


def test_bytes_after_the_stream_are_ignored_as_android_does():
    read = read_zip(build_zip([Item("a", b"abc" * 99, stream=deflated(b"abc" * 99) + b"tail")]))
    assert read.data("a") == b"abc" * 99
    assert read.named("a").oddities == ()


def test_unknown_method_with_a_false_crc_is_read_as_the_platform_reads_it_now():
    lie = {"method": 77, "crc": 0}
    read = read_zip(build_zip([Item("a", b"plain bytes", 0, central=lie, local=lie)]))
    assert read.data("a") == b"plain bytes"
    assert read.named("a").oddities == ("bad-crc", "read-as-stored", "unknown-method")


def test_reading_again_says_nothing_twice():
    read = read_zip(build_zip([Item("a", b"abc", stream=b"\xff")]))
    assert [read.data("a") for _ in range(3)] == [None] * 3
    assert len(read.limitations) == 1


def test_time_budget_stops_a_long_walk(monkeypatch):
    data = bytes(80 * MB)
    lie = {"size": 1}
    read = read_zip(build_zip([Item("a", data, stream=deflated(data, 1), central=lie, local=lie)]), seconds=0)
    with pytest.raises(BudgetError):
        read.data("a")


def test_default_budget_reads_everything_that_deflate_can_hold():
    assert Budget().ratio > 1_032
    read = read_zip(build_zip([Item("a", ZEROS, stream=BOMB)]))
    assert read.data("a") == ZEROS


def test_many_failures_of_one_kind_are_folded_into_one_with_a_count():
    read = read_zip(build_zip([Item(str(number), b"abc", stream=b"\xff") for number in range(500)]))
    assert all(data is None for _, data in read.all())
    assert len(read.limitations) == 21
    assert sum(limitation.count for limitation in read.limitations) == 500


def test_zip64_sizes_are_taken_from_the_extra_field_only_when_asked_for():
    extra = struct.pack("<2H2Q", 1, 16, 3, 7)
    read = read_zip(build_zip([Item("a", b"abc" * 5, extra=extra)]))
    assert read.named("a").size == 15
    assert zlib.crc32(read.data("a")) == read.named("a").crc


def test_reading_again_is_not_counted_twice():
    read = read_zip(zip_of({"a": bytes(3 * MB)}), total_bytes=4 * MB)
    assert [len(read.data("a")) for _ in range(5)] == [3 * MB] * 5
    assert read.budget.inflated == 3 * MB
    assert read.limitations == []


def test_an_entry_that_was_refused_is_not_tried_again():
    lie = {"size": 10}
    read = read_zip(build_zip([Item("a", ZEROS, stream=BOMB, central=lie, local=lie)]), entry_bytes=MB)
    assert read.data("a") is None
    spent = read.budget.inflated
    assert read.data("a") is None
    assert read.budget.inflated == spent


def test_a_large_entry_may_not_be_as_steep_as_a_small_one():
    data = bytes(40 * MB)
    read = read_zip(build_zip([Item("a", data, stream=deflated(data, 9))]))
    assert read.data("a") is None
    assert read.kinds == ["budget/ratio"]
    assert str(32 * MB) in read.limitations[0].detail


def test_entries_that_overlap_within_reason_are_all_read():
    items = [Item("0", b"shared bytes" * 99)]
    items += [Item(str(number), b"shared bytes" * 99, at=0, hidden=True) for number in range(1, 30)]
    read = read_zip(build_zip(items))
    assert [data for _, data in read.all()] == [b"shared bytes" * 99] * 30
    assert read.limitations == []


def test_an_entry_that_lies_about_its_length_takes_nothing_from_those_it_overlaps():
    lie = {"compressed": 1 << 30}
    read = read_zip(build_zip([Item("a", b"abc" * 99, central=lie), Item("b", b"def" * 99)]))
    assert [data for _, data in read.all()] == [None, b"def" * 99]
    assert read.kinds == ["container/entry-out-of-bounds"]


def test_the_artefacts_size_bounds_what_it_may_inflate_to():
    read = read_zip(zip_of({str(number): bytes(MB) for number in range(9)}), free_bytes=4 * MB)
    assert sum(data is not None for _, data in read.all()) == 4
    read = read_zip(zip_of({str(number): bytes(MB) for number in range(9)}), free_bytes=4 * MB, size=MB)
    assert sum(data is not None for _, data in read.all()) == 9
