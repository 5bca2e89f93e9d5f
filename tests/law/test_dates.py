"""What a written date means, in every form, at every edge and in every time zone."""

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.law.dates import FOREVER, begun, counted, day_of, instant, local, until
from affidavit.model.errors import UsageError
from affidavit.model.measure import Days
from tests.oracles.register import moment

NEW_YORK = "America/New_York"
ZONES = [NEW_YORK, "UTC", "Asia/Kolkata", "America/Havana", "Asia/Beirut", "Pacific/Apia", "Europe/Brussels"]
EDGES = ["start", "noon", "end"]


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "edge", "meant"),
    [
        ("2020-09-18", "start", "2020-09-18T04:00:00"),
        ("2020-09-18", "noon", "2020-09-18T16:00:00"),
        ("2020-09-18", "end", "2020-09-19T03:59:59"),
        ("2021-01-05", "noon", "2021-01-05T17:00:00"),
        ("2021-11", "start", "2021-11-30T05:00:00"),
        ("2020-02", "noon", "2020-02-29T17:00:00"),
        ("2021-11", "end", "2021-12-01T04:59:59"),
        ("2020-09-27T20:30:00-04:00", "noon", "2020-09-28T00:30:00"),
        ("2020-09-27T20:30:00Z", "start", "2020-09-27T20:30:00"),
        ("2020-09-27T20:30:00", "end", "2020-09-28T00:30:00"),
        ("2020-09-27T20:30", "end", "2020-09-28T00:30:00"),
        ("2020-09-27T20:30-04:00", "end", "2020-09-28T00:30:00"),
        ("1883-11-18", "start", "1883-11-18T04:56:02"),
    ],
)
def test_a_date_in_new_york(text: str, edge: str, meant: str):
    assert instant(text, NEW_YORK, edge) == utc(meant)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("2020-03-08", 23), ("2020-11-01", 25), ("2020-11-02", 24), ("2021-03-14", 23)],
)
def test_a_day_is_as_long_as_the_clock_makes_it(text: str, hours: int):
    assert instant(text, NEW_YORK, "end") - instant(text, NEW_YORK, "start") == hours * 3_600 - 1


def test_the_same_day_is_another_time_elsewhere():
    assert instant("2020-06-29", "Asia/Kolkata", "start") == utc("2020-06-28T18:30:00")
    assert instant("2024-01-01", "America/Denver", "start") == utc("2024-01-01T07:00:00")
    assert instant("2023-03-15", "Europe/Brussels", "start") == utc("2023-03-14T23:00:00")


def test_standard_time_in_summer_is_an_hour_later():
    """The trap of the TikTok list: it says Eastern Standard Time for a day of daylight time."""
    daylight = instant("2020-09-27T23:59:00-04:00", NEW_YORK, "start")
    standard = instant("2020-09-27T23:59:00-05:00", NEW_YORK, "start")
    assert standard - daylight == 3_600
    assert local(standard, NEW_YORK) == datetime(2020, 9, 28, 0, 59, tzinfo=ZoneInfo(NEW_YORK))


@given(
    st.one_of(
        st.dates(date(1800, 1, 1), date(2200, 1, 1)).map(date.isoformat),
        st.dates(date(1900, 1, 1), date(2200, 1, 1)).map(lambda day: day.isoformat()[:7]),
        st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.isoformat(timespec="seconds")),  # noqa: DTZ001 - local time is meant
        st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1)).map(  # noqa: DTZ001 - the offset is written after it
            lambda at: at.isoformat(timespec="seconds") + "+05:30"
        ),
    ),
    st.sampled_from(ZONES),
    st.sampled_from(EDGES),
)
def test_agrees_with_plain_arithmetic(text: str, zone: str, edge: str):
    assert instant(text, zone, edge) == int(moment(text, zone, edge).timestamp())


@given(st.dates(date(1800, 1, 1), date(2200, 1, 1)), st.sampled_from(ZONES))
def test_edges_are_in_order_and_days_do_not_overlap(day: date, zone: str):
    start, noon, end = (instant(day.isoformat(), zone, edge) for edge in EDGES)
    assert start < noon < end
    assert instant(date.fromordinal(day.toordinal() + 1).isoformat(), zone, "start") == end + 1


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("text", ["0001-01-01", "0001-01", "0001-01-01T00:00:00+14:00", "9999-12-30T23:59:59-12:00"])
def test_the_ends_of_the_calendar_are_dates(zone: str, edge: str, text: str):
    assert isinstance(instant(text, zone, edge), int)


NO_DATES = [
    "",
    " ",
    "2020",
    "2020-9-18",
    "2020-02-30",
    "2021-02-29",
    "2020-13",
    "2020-00",
    "2020-13-01",
    "0000-01-01",
    "0000-01",
    "10000-01-01",
    "-2020-01-01",
    "2020-09-18 ",
    " 2020-09-18",
    "2020-09-18\n",
    "2020-09-18T",
    "2020-09-18T25:00",
    "2020-09-18T12:61",
    "2020-09-18T12:00:60",
    "2020-09-18T12:00:00.5",
    "2020-09-18T12:00:00+25:00",
    "2020-09-18T12:00:00+1:00",
    "2020-09-18T12:00:00 EST",
    "2020-09-18t12:00:00",
    "20200918",
    "2020-W38-5",
    "18.09.2020",
    "09/18/2020",
    "yesterday",
    "٢٠٢٠-٠٩-١٨",
    "2020-09-1８",
    "2020‐09‐18",
    "2020-09-18\x00",
    "\u202e2020-09-18",
    "2020-09-18T12:00:00" + "0" * 10_000,
    "9" * 10_000,
    "2020-09-18" * 1_000,
]


@pytest.mark.parametrize("text", NO_DATES)
@pytest.mark.parametrize("edge", EDGES)
def test_other_text_is_refused_with_an_example(text: str, edge: str):
    with pytest.raises(UsageError, match="is no date") as caught:
        instant(text, NEW_YORK, edge)
    assert "2020-09-21" in caught.value.advice


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_refused(text: str):
    with suppress(UsageError):
        assert isinstance(instant(text, NEW_YORK, "noon"), int)


def test_what_is_refused_is_not_repeated_at_length():
    with pytest.raises(UsageError) as caught:
        instant("9" * 10_000, NEW_YORK, "noon")
    assert len(str(caught.value)) < 100


def test_the_last_day_of_the_calendar_has_no_end():
    assert instant("9999-12-31", NEW_YORK, "noon") > utc("9999-12-31T00:00:00")
    with pytest.raises(UsageError, match="is no date"):
        instant("9999-12-31", NEW_YORK, "end")


def test_the_day_of_a_month_is_its_last():
    assert day_of("2021-02") == date(2021, 2, 28)
    assert day_of("2024-02") == date(2024, 2, 29)
    assert day_of("2021-06-09") == date(2021, 6, 9)
    assert day_of("2021-06-09T23:00:00-04:00") == date(2021, 6, 9)


@pytest.mark.parametrize(
    ("base", "days", "day"),
    [
        ("2020-08-06", 45, "2020-09-20"),
        ("2020-08-14", 90, "2020-11-12"),
        ("2021-06-09", 60, "2021-08-08"),
        ("2021-06-09", 120, "2021-10-07"),
        ("2021-06-09", 180, "2021-12-06"),
        ("2024-04-24", 270, "2025-01-19"),
        ("2025-01-20", 75, "2025-04-05"),
        ("2025-09-25", 120, "2026-01-23"),
        ("2023-02-27", 30, "2023-03-29"),
    ],
)
def test_counting_days_gives_the_dates_of_the_orders(base: str, days: int, day: str):
    assert counted(Days(base, days)) == date.fromisoformat(day)


@pytest.mark.parametrize("days", [10**7, -(10**7), 10**12])
def test_a_count_beyond_the_calendar_is_refused(days: int):
    with pytest.raises(UsageError, match="beyond the calendar"):
        counted(Days("2020-08-06", days))


@pytest.mark.parametrize(
    ("text", "zone"), [("0001-01-01T00:00:00", "Asia/Kolkata"), ("9999-12-31T23:00:00-05:00", NEW_YORK)]
)
def test_a_clock_shows_no_time_beyond_the_calendar(text: str, zone: str):
    moment = instant(text, zone, "noon")
    with pytest.raises(UsageError, match="beyond the calendar"):
        local(moment, zone)


def test_what_counts_until_a_day_counts_until_its_last_second_and_no_date_takes_in_everything():
    assert until("2020-09-18", "America/New_York") == instant("2020-09-19", "America/New_York", "start") - 1
    assert until("", "America/New_York") == FOREVER
    with pytest.raises(UsageError):
        until("soon", "America/New_York")


def test_what_has_a_date_has_begun_from_its_first_second_on():
    first = instant("2021-06-09", NEW_YORK, "start")
    assert not begun("2021-06-09", NEW_YORK, first - 1)
    assert begun("2021-06-09", NEW_YORK, first)
    assert begun("", NEW_YORK, -(1 << 40)), "without a date it always had"
