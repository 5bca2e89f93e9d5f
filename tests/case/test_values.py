"""Values of claims: how each form is read, and when two of them can both hold."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.case.values import Names, Sentence, agree, leaves_open, read
from affidavit.model.errors import UsageError

ZONE = "America/New_York"


def both(form, one, other) -> bool:
    first, second = read(form, one, ZONE), read(form, other, ZONE)
    assert agree(first, second) == agree(second, first)
    return agree(first, second)


@pytest.mark.parametrize(
    ("one", "other", "hold"),
    [
        ("2020-11-12", "2020-11-12", True),
        ("2020-11-12", "2020-11-15", False),
        ("2020-11-12", "2020-11-12T23:59-05:00", True),
        ("2020-11-01..2020-11-30", "2020-11-15", True),
        ("2020-09-20", "2020-09-21T00:00-04:00", False),
        ("2020-09-20T18:00-04:00..2020-09-21T00:00-04:00", "2020-09-21T00:00-04:00", True),
        ("Saturday", "2020-09-19", True),
        ("Saturday", "2020-09-18", False),
        ("Saturday", "2020-09-14..2020-09-20", True),
        ("Saturday", "2020-09-14..2020-09-18", False),
        ("Saturday", "Saturday", True),
        ("Saturday", "Sunday", False),
        ("?", "2020-09-19", True),
    ],
)
def test_times_agree_when_they_overlap(one, other, hold):
    assert both("time", one, other) is hold


@pytest.mark.parametrize(
    ("one", "other", "hold"),
    [
        ("19000000..20000000", "19000000", True),
        ("10000000..99999999", "100000000..", False),
        ("..5", "6..", False),
        ("..5", "5..", True),
        ("19.9", "20", False),
    ],
)
def test_numbers_agree_when_they_overlap(one, other, hold):
    assert both("number", one, other) is hold


@pytest.mark.parametrize(
    ("one", "other", "hold"),
    [
        ("wechat", "tiktok", True),
        ("only wechat", "wechat, tiktok", False),
        ("only wechat", "wechat", True),
        ("only wechat, tiktok", "only tiktok, wechat", True),
        ("not user_use", "user_use", False),
        ("not user_use", "app_store_update", True),
        ("WeChat", "not wechat", False),
    ],
)
def test_names_agree_unless_one_denies_what_the_other_affirms(one, other, hold):
    assert both("names", one, other) is hold


def test_texts_agree_when_they_are_the_same_but_for_case_and_spaces():
    assert both("text", "Content delivery  services", "content delivery services")
    assert not both("text", "content delivery services", "content delivery network services")


def test_phrases_are_looked_for_in_the_sentence_of_the_register():
    sentence = Sentence("Serious questions on the First Amendment claim")
    assert agree(sentence, read("phrases", "first amendment", ZONE))
    assert agree(read("phrases", "First Amendment, not due process", ZONE), sentence)
    assert not agree(sentence, read("phrases", "due process", ZONE))
    assert not agree(sentence, read("phrases", "not first amendment", ZONE))


def test_a_weekday_and_what_is_called_unclear_leave_the_matter_open():
    assert leaves_open(read("time", "Saturday", ZONE))
    assert leaves_open(read("names", "?", ZONE))
    assert not leaves_open(read("time", "2020-09-19", ZONE))


def test_a_day_is_a_day_in_the_time_zone():
    midnight_in_london = "2020-09-20T00:00+01:00"
    assert not agree(read("time", "2020-09-20", ZONE), read("time", midnight_in_london, ZONE))
    assert agree(read("time", "2020-09-20", "Europe/London"), read("time", midnight_in_london, ZONE))


@pytest.mark.parametrize(
    ("form", "text", "says"),
    [
        ("time", "soon", "is no date"),
        ("time", "2020-09-21..2020-09-20", "ends before it begins"),
        ("number", "many", "is no number"),
        ("number", "..", "is no number"),
        ("number", "20,000,000", "is no number"),
        ("names", "wechat,", "has an empty name"),
        ("names", "not ", "has an empty name"),
        ("names", "", "has an empty name"),
    ],
)
def test_what_is_no_value_is_refused_with_advice(form, text, says):
    with pytest.raises(UsageError, match=says) as caught:
        read(form, text, ZONE)
    assert caught.value.advice


DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2021, 12, 31))
SPANS = st.tuples(DAYS, DAYS).map(sorted).map(lambda pair: f"{pair[0]}..{pair[1]}")
WORDS = st.lists(st.sampled_from(["a", "b", "c", "not a", "not b"]), min_size=1, max_size=3).map(", ".join)


@given(SPANS, SPANS)
def test_agreement_of_times_is_symmetric_and_is_overlap_of_days(one, other):
    first, last = one.split("..")
    begin, end = other.split("..")
    assert both("time", one, other) is (first <= end and begin <= last)


@given(WORDS, WORDS, st.booleans())
def test_agreement_of_names_is_symmetric(one, other, only):
    both("names", f"only {one}" if only else one, other)


@given(WORDS)
def test_names_agree_with_themselves_unless_they_contradict_themselves(words):
    value = read("names", words, ZONE)
    assert isinstance(value, Names)
    assert agree(value, value) is not bool(value.yes & value.no)


# What nobody has checked yet

FORMS = st.sampled_from(["time", "number", "names", "text", "phrases"])
ODD = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="0123456789-T:.+Z?, onlyt", max_size=30),
    st.sampled_from(
        ["0001-01-01", "9999-12-31", "2020-02-30", "2020-09-20..", "..2020-09-20", "only ", "not", "9" * 400]
    ),
)


@settings(deadline=None)
@given(FORMS, ODD)
def test_any_text_is_a_value_that_agrees_with_itself_or_is_refused(form, text):
    with suppress(UsageError):
        value = read(form, text, ZONE)
        assert agree(value, value) or isinstance(value, Names)


@settings(deadline=None)
@given(FORMS, ODD, ODD)
def test_agreement_of_any_two_values_is_symmetric(form, one, other):
    with suppress(UsageError):
        both(form, one, other)


@given(st.sampled_from(["Monday", "Friday", "Sunday"]), SPANS)
def test_a_weekday_agrees_with_a_span_when_one_of_its_days_is_one(name, span):
    first, last = (date.fromisoformat(day) for day in span.split(".."))
    days = {(first + timedelta(days=place)).strftime("%A") for place in range(min((last - first).days + 1, 7))}
    assert both("time", name, span) is (name in days)
