"""Days of records: in which forms they are read, and how they are counted beside the day asked about."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.model.screening import Days
from affidavit.network.screen.days import UNDATED, Calendar, day_in, iso, span_of
from tests.builders.records import screened

DAY = date(2020, 9, 20)
SECONDS = 1_600_596_000  # 2020-09-20T10:00:00Z


@pytest.mark.parametrize(
    "text",
    [
        "2020-09-20", "2020-09-20T23:59:59Z", "2020-09-20 10:00:00", "2020/09/20 10:00", "20200920", "20200920T100000Z",
        "20/Sep/2020:10:00:00 +0000", "[20/Sep/2020:10:00:00 +0000]", ' "2020-09-20" ', str(SECONDS), f"{SECONDS}000",
        f"{SECONDS}000000", f"{SECONDS}000000000", f"{SECONDS}.123", f"{SECONDS}123.5",
    ],
)  # fmt: skip
def test_a_day_is_read_in_the_forms_of_logs(text):
    assert day_in(text) == (DAY.toordinal(), DAY.toordinal())


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "10:00:00", "09/20/2020", "20.9.2020", "2020-9-20", "2020-09-200", "2020-13-01", "2020-02-30",
        "20/sep/2020", "31/Feb/2020:00", "20/Xyz/2020", "0", "160059600", "16005960000",
        "1994-12-31", "2100-01-01", "0000-00-00", "9999999999", "٢٠٢٠-٠٩-٢٠", "yesterday", "x" * 1_000_000,
    ],
)  # fmt: skip
def test_what_is_no_day_or_cannot_be_right_is_none(text):
    assert day_in(text) == UNDATED


@given(st.dates(date(1995, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_as_the_library_writes_it(day):
    at = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
    wanted = (day.toordinal(), day.toordinal())
    assert day_in(at.isoformat()) == wanted
    assert (
        day_in(f"{day.day:02}/{'JanFebMarAprMayJunJulAugSepOctNovDec'[3 * day.month - 3 : 3 * day.month]}/{day.year}:1")
        == wanted
    )
    micros = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert span_of(micros) == wanted
    if micros >= 10**15:  # before September 2001 seconds have nine digits
        assert day_in(str(micros)) == day_in(str(micros // 10**6)) == wanted


@given(st.text(max_size=60))
def test_any_text_has_a_day_or_none(text):
    first, last = day_in(text)
    assert first == last
    assert not first or "1995-01-01" <= iso(first) <= "2099-12-31"


def test_a_connection_has_all_days_from_its_beginning_to_its_end():
    second = 1_000_000
    begun, ended = SECONDS * second, (SECONDS + 2 * 86_400) * second
    assert [iso(day) for day in span_of(begun, ended)] == ["2020-09-20", "2020-09-22"]
    assert [iso(day) for day in span_of(-1, ended)] == ["2020-09-22", "2020-09-22"]
    assert span_of(ended, begun) == span_of(ended)
    assert span_of(-1) == span_of(0, 5) == UNDATED


@given(
    st.lists(st.one_of(st.none(), st.tuples(st.integers(-40, 40), st.integers(0, 20), st.integers(1, 5))), max_size=20)
)
def test_records_are_counted_as_by_asking_each(rows):
    asked = DAY.toordinal()
    calendar = Calendar(DAY)
    spans = []
    for row in rows:
        if row is None:
            calendar.see(UNDATED)
        else:
            start, length, count = row
            spans += [(asked + start, asked + start + length)] * count
            calendar.see(spans[-1], count)
    told = calendar.told()
    if not rows:
        assert told is None
        return
    assert told == Days(
        iso(min((first for first, _ in spans), default=0)),
        iso(max((last for _, last in spans), default=0)),
        before=sum(last < asked for _, last in spans),
        on=sum(asked in range(first, last + 1) for first, last in spans),
        after=sum(first > asked for first, _ in spans),
        undated=rows.count(None),
    )


def test_where_no_day_is_asked_about_none_is_told():
    calendar = Calendar(None)
    calendar.see((DAY.toordinal(), DAY.toordinal()))
    assert calendar.told() is None
    assert not calendar.is_asked(UNDATED)


# In each form of records


def log(*days):
    return "".join(f'v.tiktokv.com 192.0.2.1 - - [{day}:10:00:00 +0000] "GET / HTTP/1.1" 200 5\n' for day in days)


EACH = [
    # 19, 20, 20 and 22 September, and one without a day
    log("19/Sep/2020", "20/Sep/2020", "20/Sep/2020", "22/Sep/2020", "x"),
    "#Fields: date time cs-host sc-status sc-bytes\n"
    + "".join(
        f"{day} 10:00:00 v.tiktokv.com 200 5\n" for day in ("2020-09-19", *["2020-09-20"] * 2, "2020-09-22", "-")
    ),
    "".join(
        f'{{"timestamp": {at}, "host": "v.tiktokv.com", "status": 200}}\n'
        for at in (SECONDS - 86_400, SECONDS * 1_000, f'"{SECONDS}"', '"2020-09-22T00:00:00Z"', "null")
    ),
    "Transaction Date,Merchant Name\n"
    + "".join(f"{day},TikTok Ads\n" for day in ("2020-09-19", *["2020-09-20"] * 2, "2020-09-22", "")),
    "".join(
        f'{{"ts": {at}, "uid": "C", "id.orig_h": "192.0.2.1", "id.orig_p": 1, "id.resp_h": "198.51.100.1", '
        f'"id.resp_p": 443, "proto": "tcp", "server_name": "v.tiktokv.com"}}\n'
        for at in (SECONDS - 86_400.5, SECONDS, SECONDS + 1, SECONDS + 2 * 86_400, 0)
    ),
]


@pytest.mark.parametrize("text", EACH, ids=["combined", "w3c", "json", "payments", "zeek"])
def test_records_of_other_days_than_asked_about_are_counted(text):
    found, matches = screened(text, day=DAY)
    assert found.days == Days("2020-09-19", "2020-09-22", before=1, on=2, after=1, undated=1)
    assert [(item.count, item.first, item.last, item.on) for item in matches] == [(5, "2020-09-19", "2020-09-22", 2)]


@pytest.mark.parametrize("text", EACH, ids=["combined", "w3c", "json", "payments", "zeek"])
def test_without_a_day_asked_about_the_same_is_found_and_none_is_counted(text):
    found, matches = screened(text)
    assert found.days is None
    assert [item.on for item in matches] == [0]


@pytest.mark.parametrize(
    "text",
    [
        "Company;Date\nByteDance Ltd.;2019-01-01\n",
        "package_name,published,date\ncom.tencent.mm,yes,2019-01-01\n",
        "peer_asn,date\n138699,2019-01-01\n",
        "$ORIGIN akamaized.net.\n@ IN SOA a b ( 2019010100 1 1 1 1 )\ntiktokcdn.com IN CNAME a.\n",
    ],
)
def test_lists_and_zones_tell_how_it_stands_and_their_dates_are_other_dates(text):
    found, matches = screened(text, day=DAY)
    assert found.days is None
    assert [(item.first, item.last) for item in matches] == [("", "")] * len(matches) != []


def test_lines_of_a_log_are_counted_each_though_days_come_and_go():
    days = ["20/Sep/2020", "21/Sep/2020"] * 3 + ["20/Sep/2020"] * 3
    found, _ = screened(log(*days) + log(*(f"{day:02}/Oct/2020" for day in range(1, 32))), day=DAY)
    assert found.days == Days("2020-09-20", "2020-10-31", on=6, after=34)


def test_a_log_without_a_line_has_no_days():
    assert screened("hostname,status\n", day=DAY)[0].days is None
