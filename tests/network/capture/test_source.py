import bz2
import gzip

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.capture import source as module
from affidavit.network.capture import unpacking
from affidavit.network.capture.source import Source
from tests.builders.captures import source_of

TEXT = b"".join(b"line %d of a log\n" % number for number in range(5_000))
PACKED = {
    "": TEXT,
    "gzip": gzip.compress(TEXT, mtime=0),
    "bzip2": bz2.compress(TEXT),
    "zstd": zstandard.compress(TEXT),
}


def kinds(source: Source) -> list[str]:
    return [unread.kind for unread in source.unread()]


@pytest.mark.parametrize("packed", PACKED)
def test_what_is_packed_reads_as_what_it_holds(packed):
    source = source_of(PACKED[packed])
    assert source.packed == packed
    assert b"".join(source.pieces(1_000)) == TEXT
    assert max(map(len, source.pieces(1_000))) <= 1_000
    assert [line for _, line in source.lines()] == TEXT.splitlines()
    assert source.head(20) == TEXT[:20]
    assert not kinds(source)


@pytest.mark.parametrize("packed", ["gzip", "bzip2", "zstd"])
def test_members_follow_each_other(packed):
    source = source_of(PACKED[packed] * 3)
    assert b"".join(source.pieces()) == TEXT * 3
    assert not kinds(source)


@pytest.mark.parametrize("packed", ["gzip", "bzip2", "zstd"])
def test_a_stream_that_ends_early_is_said(packed):
    source = source_of(PACKED[packed][:-9])
    assert TEXT.startswith(b"".join(source.pieces()))
    assert kinds(source) == ["capture/truncated"]


@pytest.mark.parametrize("packed", ["gzip", "bzip2", "zstd"])
def test_damage_is_said_and_what_came_before_it_is_kept(packed):
    source = source_of(PACKED[packed] + PACKED[packed][:6] + b"\xa5" * 500)
    assert b"".join(source.pieces())[: len(TEXT)] == TEXT
    assert kinds(source) == ["capture/damaged"]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, zstandard.compress])
def test_a_bomb_is_left_when_it_has_given_too_much(monkeypatch, pack):
    monkeypatch.setattr(unpacking, "FREE", 1 << 20)
    monkeypatch.setattr(unpacking, "RATIO", 1)
    source = source_of(pack(bytes(1 << 23)))
    assert sum(map(len, source.pieces())) <= 1 << 20
    assert kinds(source) == ["capture/bomb"]


def test_a_line_without_an_end_is_left_out_and_counted(monkeypatch):
    monkeypatch.setattr(module, "PIECE", 64)
    monkeypatch.setattr(module, "LONGEST", 100)
    source = source_of(b"one\n" + b"x" * 1_000 + b"\nthree\n" + b"y" * 500)
    assert list(source.lines(100)) == [(0, b"one"), (1_005, b"three")]
    [unread] = source.unread()
    assert (unread.kind, unread.records, unread.where.offset) == ("capture/too-large", 2, 4)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line), max_size=30), st.integers(1, 50))
def test_lines_stand_where_they_are_said_to_stand(monkeypatch_module, lines, piece):
    monkeypatch_module.setattr(module, "PIECE", piece)
    data = b"\n".join(lines)
    found = list(source_of(data).lines())
    assert [line for _, line in found] == [line.removesuffix(b"\r") for line in lines if line not in (b"", b"\r")]
    assert all(data[at:].startswith(line) for at, line in found)


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_reading_ends_when_the_time_is_over():
    def over() -> None:
        raise TimeoutError

    opened = source_of(TEXT)
    with pytest.raises(TimeoutError):
        list(Source(opened.handle, "x", opened.size, over).lines())
