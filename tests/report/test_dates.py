"""Dates for a reader: figures and words say the same day, and what is no date passes through unchanged."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.report.dates import day_in_words, in_words, written

INSTANTS = st.builds(
    lambda seconds, minutes: datetime.fromtimestamp(seconds, timezone(timedelta(minutes=minutes))),
    st.integers(0, 4_000_000_000),
    st.integers(-14 * 60, 14 * 60),
)


@pytest.mark.parametrize(
    ("text", "shown", "exact"),
    [
        ("2020-09-18T00:00:00-04:00", "2020-09-18", "2020-09-18"),
        ("2020-09-27T20:30:00-04:00", "2020-09-27 20:30", "2020-09-27 20:30 (UTC-04:00)"),
        ("2020-09-27T20:30:05-04:00", "2020-09-27 20:30:05", "2020-09-27 20:30:05 (UTC-04:00)"),
        ("2020-09-27T20:30:00", "2020-09-27 20:30", "2020-09-27 20:30"),
        ("2020-09-18", "2020-09-18", "2020-09-18"),
        ("", "", ""),
    ],
)
def test_a_time_stands_only_where_it_is_needed(text, shown, exact):
    assert written(text) == shown
    assert written(text, offset=True) == exact


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2020-09-21", "21 September 2020"),
        ("2020-09-27T20:30:00-04:00", "27 September 2020, 20:30 (UTC-04:00)"),
        ("2020-09-27T20:30:00", "27 September 2020, 20:30"),
        ("2021-11", "2021-11"),
        ("2021-02-30", "2021-02-30"),
        ("2021-13-01", "2021-13-01"),
        ("promptly", "promptly"),
        ("", ""),
    ],
)
def test_dates_are_written_as_people_write_them(text, words):
    assert day_in_words(text) == words


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_day_can_be_read_back_from_its_words(day):
    assert day_in_words(day.isoformat()) == f"{day.day} {day:%B} {day.year}"


@given(INSTANTS)
def test_figures_and_words_keep_the_day_and_the_time(moment):
    assert written(moment.isoformat(), offset=True).startswith(f"{moment:%Y-%m-%d}")
    assert f"{moment.day} {moment:%B} {moment.year}, {moment:%H:%M} (UTC" in day_in_words(moment.isoformat())


@given(st.text(max_size=40))
def test_any_text_can_be_asked(text):
    assert isinstance(written(text, offset=True), str)
    assert isinstance(in_words(text), str)
    assert day_in_words(f"x{text}") == f"x{text}"


def test_a_sentence_keeps_all_but_its_dates():
    told = in_words("From 2020-09-27T20:30:00-04:00 on, as of 2020-09-21; see S003-2020-09-21 and 12020-09-21.")
    assert told == (
        "From 27 September 2020, 20:30 (UTC-04:00) on, as of 21 September 2020; see S003-2020-09-21 and 12020-09-21."
    )
