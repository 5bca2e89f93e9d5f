"""API levels in words: versions have names, ranges are sentences, and no level is lost or added."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.model.signing import ANY_LEVEL
from affidavit.report.android_versions import android, levels, listed, ranges


def test_android_versions_have_names_and_ranges_are_read_as_sentences():
    assert (android(24), android(36), android(99)) == ("Android 7.0", "Android 16", "API level 99")
    assert levels(24, ANY_LEVEL) == "Android 7.0 and later"
    assert levels(24, 27) == "Android 7.0 to 8.1"
    assert levels(28, 28) == "Android 9"
    assert levels(33, 40) == "Android 13 to API level 40"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], ""),
        ([(24, 27), (28, ANY_LEVEL)], "Android 7.0 and later"),
        ([(28, ANY_LEVEL), (24, 30)], "Android 7.0 and later"),
        ([(24, 25), (28, 28)], "Android 7.0 to 7.1 and Android 9"),
        ([(24, 40), (28, 28)], "Android 7.0 to API level 40"),
    ],
)
def test_ranges_that_touch_or_overlap_are_one(found: list[tuple[int, int]], said: str):
    assert ranges(found) == said


@given(st.lists(st.tuples(st.integers(41, 60), st.integers(0, 9)), max_size=6))
def test_ranges_name_exactly_the_levels_that_are_in_them(pairs: list[tuple[int, int]]):
    wanted = {level for low, length in pairs for level in range(low, low + length + 1)}
    words = ranges((low, low + length) for low, length in pairs).replace(" and ", ", ")
    named: set[int] = set()
    for part in filter(None, words.split(", ")):
        low, _, high = part.replace("API level ", "").partition(" to ")
        named |= set(range(int(low), int(high or low) + 1))
    assert named == wanted


@given(st.integers(1, 60), st.integers(1, 60) | st.just(ANY_LEVEL))
def test_every_range_has_words(first: int, last: int):
    assert levels(first, max(first, last)).startswith(("Android", "API level"))


def test_words_are_listed_as_a_sentence_has_them():
    assert [listed(["a", "b", "c"][:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]
