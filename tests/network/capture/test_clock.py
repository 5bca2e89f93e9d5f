"""Times of captures: which can be right, how they are written, and what speaks against a whole recording."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.capture import clock
from affidavit.network.capture.clock import EARLIEST, LATEST, WIDEST, Clock

DAY = 86_400_000_000
NOW = 1_700_000_000_123_456


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOW, "2023-11-14T22:13:20.123456Z"),
        (EARLIEST, "1995-01-01T00:00:00.000000Z"),
        (EARLIEST - 1, ""),
        (LATEST - 1, "2099-12-31T23:59:59.999999Z"),
        (LATEST, ""),
        (0, ""),
        (-1, ""),
        (1 << 62, ""),
    ],
)
def test_a_time_is_text_only_where_it_can_be_right(at, text):
    assert clock.instant(at) == text
    assert clock.plausible(at) == bool(text)


@given(st.integers(EARLIEST, LATEST - 1))
def test_text_of_a_time_is_exact_to_the_microsecond(at):
    text = clock.instant(at)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text)
    passed = datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)
    assert (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds == at


@pytest.mark.parametrize(
    ("form", "times", "fault"),
    [
        ("pcap", [], ""),
        ("pcap", [-1, -1], ""),
        ("pcap", [NOW], ""),
        ("pcap", [NOW, NOW + WIDEST], ""),
        ("pcap", [NOW + WIDEST + 1, NOW], "its records span 366 days: the clock jumped, or files were joined"),
        ("har", [NOW, NOW + 1_000 * DAY], "its records span 1,000 days: the clock jumped, or files were joined"),
        ("mitmproxy", [NOW, NOW + 400 * DAY], "its records span 400 days: the clock jumped, or files were joined"),
        # Logs may last for years.
        ("zeek", [NOW, NOW + 4_000 * DAY], ""),
        ("vpc-flow", [NOW, NOW + 4_000 * DAY], ""),
        ("zeek", [NOW, 5], "of the times of its records, 1 cannot be right, the earliest of them before 1995"),
        (
            "pcapng",
            [0, NOW, LATEST],
            "of the times of its records, 2 cannot be right, the earliest of them before 1995",
        ),
        ("pcapng", [LATEST, NOW], "of the times of its records, 1 cannot be right, the earliest of them after 2099"),
        ("pcap", [7] * 1_234, "of the times of its records, 1,234 cannot be right, the earliest of them before 1995"),
    ],
)
def test_what_speaks_against_the_times_of_a_capture(form, times, fault):
    seen = Clock(form)
    for at in times:
        seen.see(at)
    assert seen.fault == fault
    right = [at for at in times if at >= 0]
    expected = ("", "") if fault or not right else (clock.instant(min(right)), clock.instant(max(right)))
    assert seen.span == expected


@pytest.mark.parametrize(("form", "jumped"), [("pcap", True), ("pcapng", True), ("bind", False)])
def test_times_that_cannot_be_right_do_not_make_a_recording_long(form, jumped):
    seen = Clock(form)
    for at in (0, NOW, LATEST + 5):
        seen.see(at)
    assert not seen.jumped
    seen.see(NOW - 2 * WIDEST)
    assert seen.jumped == jumped
