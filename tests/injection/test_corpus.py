"""The corpus is large, says what each text is for, and holds what the rules have to find."""

from collections import Counter

from tests.injection.corpus import batches, payloads
from tests.oracles.visible import hidden


def test_there_are_hundreds_of_distinct_texts_each_with_an_aim():
    assert len(payloads()) >= 200
    assert len({item.text for item in payloads()}) == len(payloads())
    assert all(item.aims and item.aims == item.aims.strip() for item in payloads())


def test_every_class_has_several():
    assert min(Counter(item.kind for item in payloads()).values()) >= 5


def test_batches_hold_each_text_once():
    assert [item for batch in batches(7) for item in batch] == list(payloads())


def test_controls_marks_of_direction_and_halves_of_pairs_are_among_them():
    letters = {letter for item in payloads() for letter in item.text}
    assert {"\x1b", "\x9b", "\0", "\r", "\n", "\u202e", "\u2028", "\u200b", "\ufeff", "\ud800"} <= letters
    assert sum(hidden(letter) for letter in letters) > 60


def test_what_a_bundle_can_hold_is_utf_8():
    for item in payloads():
        item.utf8.encode("utf-8")
        assert item.utf8 == item.text or "\\ud" in item.utf8
