"""What dnsmasq wrote of questions and answers is what is read, whatever stands between the lines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.capture.events import Answer
from affidavit.network.capture.fields import LONGEST_HOST, MOST_ANSWERS
from tests.builders.captures import events_of, form_of

HEAD = "Mar 18 10:00:00 host dnsmasq[321]: "
NOISE = ["forwarded {} to 192.0.2.53", "config {} is NXDOMAIN", "reply other.example is 203.0.113.9", "started"]


def log(*lines: str, head: str = HEAD) -> bytes:
    return "".join(f"{head}{line}\n" for line in lines).encode()


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[str], list[tuple]]:
    """Lines of a log, and what they say: (name, client, chain, addresses)."""
    lines, told = [], []
    for number in range(draw(st.integers(1, 6))):
        name, client = f"q{number}.example", f"192.168.1.{draw(st.integers(1, 3))}"
        chain = tuple(f"c{number}-{link}.example" for link in range(draw(st.integers(0, 3))))
        hosts = [f"192.0.2.{one}" for one in draw(st.lists(st.integers(1, 9), max_size=3))]
        lines.append(f"query[{draw(st.sampled_from(['A', 'AAAA', 'type=65']))}] {name} from {client}")
        lines += [line.format(name) for line in draw(st.lists(st.sampled_from(NOISE), max_size=2))]
        word = draw(st.sampled_from(["reply", "cached"]))
        links = (name, *chain) if hosts else ()
        lines += [f"{word} {link} is <CNAME>" for link in links[:-1]]
        lines += [f"{word} {links[-1]} is {host}" for host in hosts]
        told.append((name, client, chain if hosts else (), tuple(dict.fromkeys(hosts))))
    return lines, told


def said(answer: Answer) -> tuple:
    return answer.name, answer.client, tuple(n for n, _ in answer.chain), tuple(a for a, _ in answer.addresses)


@settings(max_examples=60, deadline=None)
@given(questions())
def test_questions_and_answers_are_read_as_they_were_written(made):
    lines, told = made
    assert [said(answer) for answer in events_of(log(*lines))] == told


@pytest.mark.parametrize(
    "head",
    [
        "Mar 18 10:00:00 dnsmasq[1]: ",
        "2026-03-18T10:00:00+00:00 router dnsmasq[1]: ",
        "Mar 18 10:00:00 dnsmasq: ",
        "dnsmasq[1]: ",
        "Wed Mar 18 10:00:00 2026 daemon.info dnsmasq[1]: ",
        "dnsmasq: 7 192.168.1.2/5353 ",
    ],
)
def test_lines_of_every_syslog_are_known(head):
    data = log("query[A] a.example from 192.168.1.2", "reply a.example is 192.0.2.7", head=head)
    assert form_of(data) == "dnsmasq"
    [answer] = events_of(data)
    assert said(answer) == ("a.example", "192.168.1.2", (), ("192.0.2.7",))
    assert (answer.at, answer.where.offset) == (-1, 0)


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("192.0.2.7", ("192.0.2.7",)),
        ("2001:DB8::7", ("2001:db8::7",)),
        ("::ffff:192.0.2.7", ("192.0.2.7",)),
        ("0.0.0.0", ()),  # noqa: S104 - an answer of a filter
        ("::", ()),
        ("NXDOMAIN", ()),
        ("NODATA-IPv6", ()),
        ("SERVFAIL", ()),
        ("192.0.2.256", ()),
        ("INSECURE", ()),
    ],
)
def test_only_addresses_that_lead_somewhere_are_answers(value, addresses):
    [answer] = events_of(log("query[A] a.example from 192.168.1.2", f"reply a.example is {value}"))
    assert said(answer) == ("a.example", "192.168.1.2", (), addresses)


@pytest.mark.parametrize(("count", "kept"), [(MOST_ANSWERS, MOST_ANSWERS), (MOST_ANSWERS + 1, MOST_ANSWERS)])
def test_addresses_and_links_of_an_answer_have_a_bound(count, kept):
    hosts = [f"10.0.{number >> 8}.{number & 255}" for number in range(1, count + 1)]
    [answer] = events_of(log("query[A] a.example from ::1", *(f"reply a.example is {host}" for host in hosts)))
    assert said(answer)[3] == tuple(hosts[:kept])
    links = ["a.example", *(f"c{number}.example" for number in range(count))]
    [answer] = events_of(log("query[A] a.example from ::1", *(f"reply {link} is <CNAME>" for link in links)))
    assert said(answer)[2] == tuple(links[1 : kept + 1])


@pytest.mark.parametrize("length", [1, LONGEST_HOST, LONGEST_HOST + 1, 1_024, 1_025])
def test_names_are_bounded_and_those_beyond_all_bounds_are_no_question(length):
    answers = events_of(log("query[A] a.example from ::1", f"query[A] {'n' * length} from ::1"))
    assert [len(answer.name) for answer in answers[1:]] == ([min(length, LONGEST_HOST)] if length <= 1_024 else [])


@pytest.mark.parametrize("end", range(0, 60, 3))
def test_a_log_that_ends_within_a_line_tells_nothing_that_is_not_there(end):
    whole = log("query[A] a.example from 192.168.1.2", "query[A] b.example from 192.168.1.3")
    first = len(whole) // 2
    answers = events_of(whole[: first + end])
    assert said(answers[0]) == ("a.example", "192.168.1.2", (), ())
    assert all(whole.decode().count(answer.name) == 1 for answer in answers)
    assert len(answers) <= 2
