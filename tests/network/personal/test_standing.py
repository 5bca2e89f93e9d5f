"""Known values found by machine are those that a look at every byte finds; what is not kept is said with its size."""

import json
import re
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.model.capture import Disclosure, Undecoded
from affidavit.network.capture.events import Message, Where
from affidavit.network.personal.profile import Profile, Value, read_profile
from affidavit.network.personal.seek import Seeker
from tests.builders.planted import message

SERIAL = "r58m30abcde"
OWNER = Seeker(Profile((Value("serialNumber", "id", SERIAL),)))
NOBODY = Seeker()


def known(seeker: Seeker, **more) -> list[Disclosure]:
    found = (item.fact for item in seeker.seek(message(**more)))
    return [fact for fact in found if isinstance(fact, Disclosure) and fact.method == "known-value"]


def unread(**more) -> dict[str, int]:
    found = (item.fact for item in NOBODY.seek(message(**more)))
    return {fact.why: fact.size for fact in found if isinstance(fact, Undecoded)}


# Where a value stands


@settings(max_examples=80)
@given(st.text("aZ0 .,-_:é", max_size=4), st.text("aZ0 .,-_:é", max_size=4), st.booleans())
def test_a_value_stands_where_no_letter_or_digit_goes_on(before, behind, upper):
    """The slow reading: a regular expression over the text. Letters past ASCII are bytes like signs."""
    text = before + (SERIAL.upper() if upper else SERIAL) + behind
    stands = re.search(rf"(?<![A-Za-z0-9]){SERIAL}(?![A-Za-z0-9])", text, re.IGNORECASE)
    assert bool(known(OWNER, sent=text.encode())) is bool(stands)


@settings(max_examples=40)
@given(st.lists(st.sampled_from([SERIAL, SERIAL.upper(), SERIAL[:-1], "x", f"x{SERIAL}", "7"]), min_size=1, max_size=5))
def test_each_field_with_a_value_is_said_and_no_other(values):
    body = json.dumps({f"f{number}": value for number, value in enumerate(values)}).encode()
    expected = [("body", f"json:$.f{number}") for number, value in enumerate(values) if value.lower() == SERIAL]
    assert [fact.path for fact in known(OWNER, sent=body)] == expected


def test_a_value_across_two_places_is_in_neither():
    url = f"https://api.example.net/{SERIAL[:5]}?{SERIAL[5:]}"
    assert not known(OWNER, url=url, request=(("A", SERIAL[:4]), ("B", SERIAL[4:])))


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ({"url": f"https://api.example.net/a?x={SERIAL}&x={SERIAL}"}, [("query", "form:x")]),
        ({"url": f"https://api.example.net/a?x={quote(quote('/' + SERIAL, safe=''))}"}, [("query", "form:x")]),
        ({"url": f"https://{SERIAL}.example.net/"}, [("host",)]),
        ({"url": f"https://api.example.net/{SERIAL}/{SERIAL}"}, [("path", "segment:1"), ("path", "segment:2")]),
        ({"request": (("X-A", SERIAL), ("X-B", SERIAL))}, [("header:X-A",), ("header:X-B",)]),
        ({"response": (("Set-Cookie", f"id={SERIAL}; Path=/"),)}, [("response-header:Set-Cookie",)]),
        ({"sent": b'{"a":1}\n{"a":"%s"}' % SERIAL.encode()}, [("body", "ndjson[1]:$.a")]),
    ],
)
def test_a_value_is_said_once_at_each_place_that_differs(place, path):
    found = [fact.path for fact in known(OWNER, **place)]
    assert [tuple(step for step in steps if step != "url") for steps in found] == path


def test_two_values_of_one_field_are_told_apart_and_come_in_the_order_of_the_profile():
    owner = Seeker(read_profile(b"email: [orla.q@example.ie, jane.p@example.org]"), reveal=True)
    found = known(owner, sent=b"jane.p@example.org,orla.q@example.ie")
    assert [fact.shown for fact in found] == ["orla.q@example.ie", "jane.p@example.org"]


def test_a_known_value_is_not_said_again_by_its_name_or_form():
    owner = Seeker(read_profile(b"email: jane.p@example.org"))
    facts = [item.fact for item in owner.seek(message(sent=b'{"email": "jane.p@example.org"}'))]
    assert [fact.method for fact in facts] == ["known-value"]


def test_of_whom_a_fact_tells_is_taken_from_the_message():
    made = Message(Where(7, "entries/3"), -1, "API.example.net", "198.51.100.9", 443, "POST", "/", sent=SERIAL.encode())
    (found,) = OWNER.seek(made)
    assert found.where == Where(7, "entries/3")
    assert (found.fact.host, found.fact.address, found.fact.sent) == ("api.example.net", "198.51.100.9", True)


# What is not kept


@pytest.mark.parametrize(
    ("length", "sent", "cut", "size"),
    [
        ("10", None, "", {"not-kept": 10}),
        ("0", None, "", {}),
        ("-5", None, "", {}),
        ("", None, "", {}),
        ("1e3", None, "", {}),
        ("9" * 30, None, "", {"not-kept": 1 << 50}),
        ("10", b"words", "", {}),
        ("10", b"words", "truncated", {"not-kept": 5}),
        ("3", b"words", "truncated", {"not-kept": 0}),
        ("", b"words", "truncated", {"not-kept": 0}),
    ],
)
def test_what_a_capture_did_not_keep_is_what_the_header_says_less_what_is_there(length, sent, cut, size):
    assert unread(request=(("Content-Length", length),), sent=sent, cut=cut) == size
