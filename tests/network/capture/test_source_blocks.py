"""Lines of a file, however its pieces fall, and what too long ones leave behind, packed or not."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.capture import source as module
from affidavit.network.capture import unpacking
from affidavit.network.capture.unpacking import UnpackError, packing, unpacked
from tests.builders.captures import source_of


def slow(data: bytes, longest: int) -> tuple[list[tuple[int, bytes]], list[int]]:
    """Lines that are not too long with their places, and the places of those that are."""
    found, left_out, at = [], [], 0
    for line in data.split(b"\n"):
        if len(line) > longest:
            left_out.append(at)
        elif line not in {b"", b"\r"}:
            found.append((at, line.removesuffix(b"\r")))
        at += len(line) + 1
    return found, left_out


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([b"", b"\r", b"a", b"ab\r", b"c" * 19, b"d" * 20, b"e" * 21, b"f" * 90]), max_size=9),
    st.integers(1, 64),
)
def test_lines_are_those_of_a_split_of_the_whole(lines, piece):
    data = b"\n".join(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PIECE", piece)
        patch.setattr(module, "LONGEST", 20)
        source = source_of(data)
        expected, left_out = slow(data, 20)
        assert list(source.lines(20)) == expected
        assert source.long_lines == len(left_out)
        assert source.long_at == (left_out[0] if left_out else -1)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"\x1f\x8b\x07\x00", ""),
        (b"\x1f\x8b", ""),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"\x28\xb5\x2f", ""),
        (b"BZh91AY&", "bzip2"),
        (b"BZh11AY&", "bzip2"),
        (b"BZh91AY", ""),
        (b"BZh9 log", ""),
        (b"", ""),
    ],
)
def test_how_a_file_is_packed_is_told_by_its_first_bytes(head, kind):
    assert packing(head) == kind


@pytest.mark.parametrize("end", range(1, 34))
def test_each_place_where_a_packed_file_may_end_is_said(end):
    whole = gzip.compress(b"some lines\n" * 9, mtime=0)
    assert len(whole) == 34
    found = []
    with pytest.raises(UnpackError) as raised:
        found.extend(unpacked("gzip", iter([whole[:end]]), end, 10))
    assert raised.value.kind == "capture/truncated"
    assert (b"some lines\n" * 9).startswith(b"".join(found))


@pytest.mark.parametrize("zeros", [1, 512, 20_000])
def test_zeros_behind_the_last_member_are_padding(zeros):
    source = source_of(gzip.compress(b"a line\n") + bytes(zeros))
    assert list(source.lines()) == [(0, b"a line")]
    assert not list(source.unread())


@pytest.mark.parametrize(("size", "kinds"), [(1_000, []), (1_001, ["capture/bomb"])])
def test_the_bound_of_what_comes_out_is_exact(monkeypatch, size, kinds):
    monkeypatch.setattr(unpacking, "FREE", 1_000)
    monkeypatch.setattr(unpacking, "RATIO", 1)
    source = source_of(gzip.compress(bytes(size)))
    given_ = b"".join(source.pieces())
    assert [unread.kind for unread in source.unread()] == kinds
    assert len(given_) == (0 if kinds else size)
