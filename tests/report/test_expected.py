"""An answer about a day after the state of knowledge is told as what was expected, not as a fact."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.law.ask import Resolver
from affidavit.law.brief import brief
from affidavit.law.register import register
from affidavit.model.determination import Question
from affidavit.report.expected import as_expected, is_expected


@pytest.mark.parametrize(
    ("on", "known", "expected"),
    [
        ("2020-09-21", "2020-09-18", True),
        ("2020-09-20", "2020-09-18", True),
        ("2020-09-19", "2020-09-18", False),
        ("2020-09-18", "2020-09-18", False),
        ("2020-09-18", "2020-09-21", False),
        ("2020-09-27T21:00:00-04:00", "2020-09-26", False),
        ("2020-09-27T21:00:00-04:00", "2020-09-25", True),
        ("2020-09-21", "2020-09-20T11:00:00-04:00", True),
        ("2020-09-21", "2020-09-20T13:00:00-04:00", False),
        ("2020-09-21T12:00:00-04:00", "2020-09-20T15:59:00+00:00", True),
        ("2020-09-21T12:00:00-04:00", "2020-09-20T16:01:00+00:00", False),
        ("2020-09-21", "", False),
        ("", "2020-09-21", False),
        ("whenever", "2020-09-21", False),
    ],
)
def test_more_than_a_day_ahead_of_what_was_known_is_an_expectation(on, known, expected):
    assert is_expected(on, known) is expected


def test_an_expectation_is_led_by_that_word_and_a_fact_is_left_as_it_is():
    told = "An app store must not deliver updates."
    assert as_expected(told, "2020-09-21", "2020-09-18") == (
        "Expected, as known then: an app store must not deliver updates."
    )
    assert as_expected(told, "2020-09-21", "2020-09-21") == told
    assert as_expected("", "2020-09-21", "2020-09-18") == "Expected, as known then: "


@given(on=st.dates(date(2020, 1, 1), date(2026, 6, 1)), ahead=st.integers(-3, 3), hour=st.integers(0, 23))
def test_it_is_the_rule_by_which_the_register_notes_it(on, ahead, hour):
    known = on - timedelta(days=ahead)
    resolver = Resolver(register())
    for knew in (known.isoformat(), datetime.combine(known, time(hour), UTC).isoformat()):
        at = f"{on.isoformat()}T12:00:00+00:00"
        made = brief(resolver, Question("wechat", "app_store_update", "app_store", at, knew))
        noted = any("this is what was to be expected then" in text for text in made.notes)
        if "T" in knew:
            assert is_expected(at, knew) == noted
        made = brief(resolver, Question("wechat", "app_store_update", "app_store", on.isoformat(), known.isoformat()))
        noted = any("this is what was to be expected then" in text for text in made.notes)
        assert is_expected(on.isoformat(), known.isoformat()) == noted
