"""Logs of requests in the Common and Combined forms: where the host stands, and what was answered."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.screen.access import LINE
from tests.builders.records import screened

END = "- - [20/Sep/2020:10:00:00 +0000]"


@pytest.mark.parametrize(
    "line",
    [
        f'v.tiktokv.com 192.0.2.1 {END} "GET / HTTP/1.1" 200 5',
        f'v.tiktokv.com:443 192.0.2.1 {END} "GET / HTTP/1.1" 200 5 "-" "agent"',
        f'v.tiktokv.com. 2001:db8::1 {END} "GET / HTTP/1.1" 200 5 "-" "agent" 0.003',
        'V.TIKTOKV.COM 192.0.2.1 - user [20/Sep/2020:10:00:00 +0000] "GET / HTTP/1.1" 206 5',
        f'192.0.2.1 {END} "GET http://v.tiktokv.com/a HTTP/1.1" 200 5 "-" "agent"',
        f'192.0.2.1 {END} "GET https://v.tiktokv.com:8443/a HTTP/1.1" 304 5',
        f'v.tiktokv.com 192.0.2.1 {END} "GET /\\"quoted\\" HTTP/1.1" 200 5 "-" "an \\"agent\\""',
    ],
)
def test_the_host_of_an_answered_request_is_found_wherever_the_log_has_it(line):
    found, matches = screened(line + "\n")
    assert (found.read, found.unread, found.lacks) == (1, 0, ())
    assert [(item.app, item.recorded, item.tier, item.size) for item in matches] == [
        ("tiktok", "v.tiktokv.com", "S4", 5)
    ]


@pytest.mark.parametrize(
    ("status", "size"), [("404", "12"), ("500", "12"), ("200", "0"), ("200", "-"), ("-", "7"), ("101", "7")]
)
def test_a_request_without_an_answer_that_has_content_is_weaker(status, size):
    _, matches = screened(f'v.tiktokv.com 192.0.2.1 {END} "GET / HTTP/1.1" {status} {size}\n')
    assert [(item.tier, item.size) for item in matches] == [("S2", 0)]
    assert any("whoever asks chooses the name" in text for text in matches[0].caveats)


@pytest.mark.parametrize(
    "line",
    [
        f'a.example 192.0.2.1 {END} "GET http://v.tiktokv.com/a HTTP/1.1" 200 5',
        f'192.0.2.1 {END} "GET /http://v.tiktokv.com/a HTTP/1.1" 200 5',
        f'a.example 192.0.2.1 {END} "GET / HTTP/1.1" 200 5 "-" "v.tiktokv.com"',
        f'a.example v.tiktokv.com {END} "GET / HTTP/1.1" 200 5',
        'a.example 192.0.2.1 - v.tiktokv.com [20/Sep/2020:10:00:00 +0000] "GET / HTTP/1.1" 200 5',
        f'v.tiktokv.com.evil.example 192.0.2.1 {END} "GET / HTTP/1.1" 200 5',
        f'xtiktokv.com 192.0.2.1 {END} "GET / HTTP/1.1" 200 5',
    ],
)
def test_a_name_that_stands_elsewhere_in_a_line_serves_nothing(line):
    assert screened(line + "\n")[1] == []


@pytest.mark.parametrize(
    ("referer", "count"),
    [
        ("https://www.tiktok.com/@a", 1),
        ("www.tiktok.com", 1),
        ("-", 0),
        ("https://tiktok.com.evil.example/", 0),
        ("", 0),
    ],
)
def test_pages_of_visitors_are_counted_when_they_are_the_app_s(referer, count):
    found, matches = screened(f'a.example 192.0.2.1 {END} "GET / HTTP/1.1" 200 5 "{referer}" "agent"\n')
    assert matches == []
    assert sum(item.count for item in found.asides) == count


def test_lines_of_another_form_are_counted_with_the_first_place():
    good = f'v.tiktokv.com 192.0.2.1 {END} "GET / HTTP/1.1" 200 5\n'
    found, matches = screened(good + "started\n\n" + good + "stopped\n")
    assert [(item.kind, item.where, item.count) for item in found.problems] == [("damaged", "line 2", 2)]
    assert [item.count for item in matches] == [2]


def slowly(line: str):
    """The parts of a line by splitting it at quotes and spaces; None when it has another form."""
    before, _, rest = line.partition(' "')
    head, bracket, _ = before.partition(" [")
    request, _, after = rest.partition('" ')
    words, numbers = head.split(" "), after.split(" ")
    if not bracket or not before.endswith("]") or len(words) not in {3, 4} or len(numbers) < 2:
        return None
    if not re.fullmatch(r"\d{3}|-", numbers[0]) or not re.fullmatch(r"\d+|-", numbers[1]):
        return None
    return (words[0] if len(words) == 4 else None, request, numbers[0], numbers[1])


WORD = st.sampled_from(["-", "a.example", "192.0.2.1", "user", "v.tiktokv.com:443"])


@given(
    st.lists(WORD, min_size=2, max_size=5),
    st.sampled_from(["GET / HTTP/1.1", "-", "", "GET http://a.example/ HTTP/1.0"]),
    st.sampled_from(["200", "404", "-", "20", "x"]),
    st.sampled_from(["0", "12", "-", "x"]),
    st.sampled_from(["", ' "-" "agent"', ' "https://a.example/" "agent" 0.1']),
)
def test_a_line_is_read_as_by_splitting_it(words, request_line, status, size, rest):
    line = f'{" ".join(words)} [20/Sep/2020:10:00:00 +0000] "{request_line}" {status} {size}{rest}'
    found, slow = LINE.match(line.encode()), slowly(line)
    assert (found is None) == (slow is None)
    if found is not None and slow is not None:
        assert tuple(None if part is None else part.decode() for part in (found[1], *found.groups()[2:5])) == slow


@given(st.binary(max_size=200).filter(lambda data: b"\n" not in data))
def test_any_line_is_read_or_counted(data):
    good = f'v.tiktokv.com 192.0.2.1 {END} "GET / HTTP/1.1" 200 5\n'.encode()
    found, matches = screened(good + data + b"\n" + good)
    assert 2 <= found.read + found.unread <= 3 + bool(found.unread)
    assert sum(item.count for item in matches if item.recorded == "v.tiktokv.com") >= 2
