"""Events in words: one sentence for what happened, one for what it does."""

import msgspec
import pytest

from affidavit.law.event_words import effect_in_words, event_brief
from affidavit.law.register import register
from affidavit.model.measure import Effect

EFFECTS = [
    ({"op": "schedule", "start": {"earliest": "2020-01-01", "latest": "2020-01-01"}}, "it applies from 2020-01-01"),
    (
        {"op": "schedule", "start": {"earliest": "2020-01-01", "latest": "2020-01-03", "literal": "soon"}},
        'it applies from some moment between 2020-01-01 and 2020-01-03 (in the words of the source: "soon")',
    ),
    ({"op": "block", "from": "2020-01-01"}, "suspended from 2020-01-01"),
    ({"op": "block", "from": "2020-01-01", "until": "2020-02-01"}, "suspended from 2020-01-01 until 2020-02-01"),
    ({"op": "unblock", "at": "2020-01-01", "of": ["a", "b"]}, "the suspension by a, b ends at 2020-01-01"),
    (
        {"op": "forbear", "from": "2020-01-01", "until": "2020-02-01", "covers_past_conduct": True},
        "not enforced from 2020-01-01 until 2020-02-01, also for what was done before",
    ),
    ({"op": "end", "at": "2020-01-01", "reason": "LIFTED"}, "it ends at 2020-01-01 (LIFTED)"),
    ({"op": "deadline", "due": "2020-01-01"}, "due on 2020-01-01 from now on"),
    (
        {"op": "amend", "field": "conditions_for_lifting", "start": "2020-01-01"},
        "changes conditions for lifting from 2020-01-01; no outcome depends on it",
    ),
    ({"op": "inform"}, ""),
]


@pytest.mark.parametrize(("raw", "words"), EFFECTS, ids=[f"{raw['op']}-{n}" for n, (raw, _) in enumerate(EFFECTS)])
def test_an_effect_is_told_with_its_dates_as_written(raw: dict[str, object], words: str) -> None:
    assert effect_in_words(msgspec.convert(raw, Effect)) == words  # type: ignore[arg-type]


def test_every_kind_of_effect_has_words() -> None:
    assert {raw["op"] for raw, _ in EFFECTS} == {kind.__struct_config__.tag for kind in Effect.__args__}  # type: ignore[attr-defined]


def test_a_court_and_its_case_are_named() -> None:
    text = event_brief(register(), "wx-e2", ["wx-1"], relied=True).text
    assert "U.S. WeChat Users Alliance v. Trump" in text
    assert "N.D. Cal." in text


def test_a_revoking_measure_is_named_by_its_title() -> None:
    text = event_brief(register(), "tt-eo-2", ["eo13942/s1a"], relied=True).text
    assert text.startswith("Revoked by Executive order protecting Americans' sensitive data")
    assert "86 FR" not in text, "it was printed two days after the event"


def test_an_event_that_makes_a_measure_says_which() -> None:
    assert "Commerce identification" in event_brief(register(), "wx-e1", ["wx-1"], relied=True).text


def test_an_event_lists_only_those_provisions_of_the_answer_that_it_is_about() -> None:
    made = event_brief(register(), "tt-e5", ["tt-1", "tt-2", "eo13942/s1a"], relied=True)
    assert made.concerns == ("tt-1",)


def test_every_event_of_the_register_can_be_told() -> None:
    for name in register().events:
        made = event_brief(register(), name, [], relied=False)
        assert made.text
        assert made.text[0].isupper()
        assert "_" not in made.text
