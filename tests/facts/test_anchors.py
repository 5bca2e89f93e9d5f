"""Bulk search by anchors gives what the patterns themselves give."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.facts import anchors, endpoint_text
from affidavit.facts.endpoint_roles import Reading, read_mark, tables
from affidavit.facts.endpoint_text import Mark, find_marks, find_wide_marks

PIECES = [b"http://", b"a.b.com", b"\0", b'"', b":", b"://", b":\\/\\/", b"@", b"me@x.io", b"::1", b".7", b"\xff", b"-"]
WIDE = [piece.decode("latin-1").encode("utf-16-le") for piece in PIECES]


def plainly(data: bytes, item: anchors.Anchored) -> list[int]:
    """Starts of all matches, but those that do not follow one of the letters asked for."""
    return [
        found.start()
        for found in item.pattern.finditer(data)
        if not item.before or (found.start() and data[found.start() - 1] in item.before)
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60), st.integers(1, 40))
def test_bulk_matches_are_those_of_the_patterns(pieces, step):
    data = b"".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anchors, "LITTLE", 0)
        patch.setattr(anchors, "_STEP", step)
        bulk = anchors.matches(data, endpoint_text._ANCHORED)
        for item, found in zip(endpoint_text._ANCHORED, bulk, strict=True):
            starts = [match.start() for match in found]
            if not item.before:
                assert starts == plainly(data, item)
            else:
                assert set(plainly(data, item)) == set(starts)


def test_much_data_is_searched_like_little():
    source = random.Random(7)  # noqa: S311 - not for secrets
    data = b"".join(source.choice([*PIECES, source.randbytes(9)]) for _ in range(40_000))
    assert len(data) > anchors.LITTLE
    expected = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anchors, "LITTLE", len(data) + 1)
        expected = [mark for mark in find_marks(data, tables().schemes) if mark.form]
    assert [mark for mark in find_marks(data, tables().schemes) if mark.form] == expected


def slow_wide(data: bytes) -> list[Mark]:
    """Every alignment searched, whatever stands there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(endpoint_text, "_shifts", lambda _: (0, 1))
        return list(find_wide_marks(data, tables().schemes))


def readings(marks: Iterable[Mark]) -> list[tuple[int, Reading]]:
    """What the marks turn out to be, without those that are nothing."""
    judged = ((mark.offset, read_mark(mark)) for mark in marks)
    return [(offset, reading) for offset, reading in judged if reading is not None]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, *WIDE]), max_size=40))
def test_alignments_without_a_sign_hold_no_endpoint(pieces):
    data = b"".join(pieces)
    assert readings(find_wide_marks(data, tables().schemes)) == readings(slow_wide(data))
    assert endpoint_text.has_wide_url(data) == (b":\0/\0/\0" in data)
