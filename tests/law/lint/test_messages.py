"""What a message of the linter is made of: where something is, what was expected there, and the nearest names."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.law.lint.draft import SECTIONS, Draft, at, moment, near, parts
from affidavit.law.lint.schema import convert
from affidavit.law.vocabulary import Jurisdictions
from affidavit.model.measure import Measure
from tests.builders.measures import PLACES, WORDS, child, small_register

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def test_parts_are_told_by_their_ids_and_by_their_fields():
    made = msgspec.convert(child(), Measure)
    named = [where for where, _ in parts(made)]
    assert named[0] == ""
    assert {
        "provision list-1",
        "exception list-x",
        "condition list-c",
        "proceeding court-1",
        "event l-1",
        "event l-1, effect, start, computed_from",
        "open question 1",
        "source DOCKET",
        "targets",
    } <= set(named)
    assert len(named) == len(set(named))


def test_a_place_is_words_and_a_colon_or_nothing():
    assert at("event l-1", "sources") == "event l-1, sources: "
    assert at("", "sources") == "sources: "
    assert at("event l-1") == "event l-1: "
    assert at("") == ""


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("wechta", ["wechat", "tiktok"], "unknown app 'wechta'; did you mean wechat?"),
        ("UX", ["US", "US-MT"], "unknown app 'UX'; did you mean US?"),
        ("us", ["US"], "unknown app 'us'; did you mean US?"),
        ("zzz", ["b", "a"], "unknown app 'zzz'; known are a, b"),
        ("zzz", [], "unknown app 'zzz'; there are none"),
    ],
)
def test_the_nearest_names_are_given_else_the_known_ones(name, known, said):
    assert near("app", name, known) == said


def test_a_long_list_is_cut_and_says_so():
    said = near("app", "?", [f"a{n:03}" for n in range(100)])
    assert said.endswith("a024 and 75 more")


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [("2020-09-18", "UTC", 1_600_387_200), ("18.9.2020", "UTC", None), ("2020-09-18", "Mars/Base", None),
     ("9999-12-31", "UTC", None), ("2020-09-18", "../x", None), ("2020-09-18", "", None)],
)  # fmt: skip
def test_what_is_no_date_or_has_no_zone_is_no_moment(text, zone, expected):
    assert moment(text, zone, "end" if text.startswith("9999") else "start") == expected


def test_an_empty_draft_knows_nothing():
    draft = Draft()
    assert (draft.measures, draft.apps, draft.jurisdictions, draft.shared) == ({}, {}, {}, {})
    assert draft.words.transactions == {}


def changed(**changes):
    made = child()
    made["events"][0] |= changes
    return made


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "has no 'source'; every object of this kind needs one"),
        ([], "is a list ([...]), should be an object (key: value)"),
        (None, "is nothing, should be an object (key: value)"),
        (changed(contested="yes"), "l-1, contested: is text, should be true or false"),
        (changed(sources="S001"), "l-1, sources: is text, should be a list ([...])"),
        (changed(sources=[1]), 'l-1, sources[0]: is a number, should be text; write it in quotes: "1"'),
        (changed(effect={"op": "schedule", "start": "2020-09-18"}), "l-1, effect.start: is text, should be an object"),
        (changed(effect={"op": "schedule", "start": {"earliest_": "x"}}), "l-1, effect.start: "),
        (changed(effect={"from": "x"}), "l-1, effect: has no 'op'"),
        (
            changed(effect={"op": "end", "at": "x", "reason": "EXPIRE"}),
            "l-1, effect.reason: unknown word 'EXPIRE'; did",
        ),
        (
            changed(effect={"op": "end", "at": "x", "reason": "ENDED"}),
            "l-1, effect.reason: unknown word 'ENDED'; did",
        ),
        (changed(weaker={"x": "?"}), "l-1, weaker (one of its values): "),
        (
            {**child(), "dates": {"signed": 2020}},
            "dates (one of its values): is a number, should be text; write it in q",
        ),
        ({**child(), "provisions": [[]]}, "provisions[0]: is a list ([...]), should be an object (key: value)"),
    ],
)
def test_what_the_type_says_becomes_a_sentence_with_its_place(document, said):
    made, wrong = convert(document, Measure)
    assert made is None
    assert wrong.startswith(said)


def test_other_tables_are_explained_in_the_same_way():
    places = small_register()[PLACES]
    places["jurisdictions"]["US"]["level"] = "federal"
    assert "unknown word" in convert(places, Jurisdictions)[1]
    words = small_register()[WORDS]
    del words["precedence"]
    assert convert(words, SECTIONS["law"])[1] == "has no 'precedence'; every object of this kind needs one"


def test_what_is_right_is_converted():
    made, wrong = convert(child(), Measure)
    assert wrong == ""
    assert made == msgspec.convert(child(), Measure)


@given(st.sampled_from(sorted(SECTIONS)), JSON)
def test_any_document_is_converted_or_explained_without_the_language_of_the_library(section, document):
    made, wrong = convert(document, SECTIONS[section])
    assert (made is None) == bool(wrong)
    assert "`" not in wrong


@given(st.sampled_from(sorted(child())), JSON)
def test_any_field_may_hold_anything(field, value):
    made, wrong = convert({**child(), field: value}, Measure)
    assert (made is None) == bool(wrong)
    assert not wrong.startswith("Expected")


@given(st.integers(0, 5), st.sampled_from(["effect", "sources", "applies_to", "weaker", "id", "unverified"]), JSON)
def test_any_field_of_an_event_may_hold_anything(place, field, value):
    document = child()
    document["events"][place][field] = value
    made, wrong = convert(document, Measure)
    assert (made is None) == bool(wrong)
    if wrong and field != "id":
        assert document["events"][place]["id"] in wrong
