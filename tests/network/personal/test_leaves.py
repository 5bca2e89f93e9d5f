"""Values that nothing can come of are left out together, and what is found stays what it is without that."""

import base64
import json
import string
from contextlib import contextmanager
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.model.capture import Undecoded
from affidavit.network.capture.events import Message
from affidavit.network.capture.har import read
from affidavit.network.capture.source import Source
from affidavit.network.personal import decode, leaves, literals, patterns
from affidavit.network.personal.decode import Decoded
from affidavit.network.personal.leaves import Screen, Values
from affidavit.network.personal.literals import Literals
from affidavit.network.personal.profile import Profile, Value
from affidavit.network.personal.roots import Root
from affidavit.network.personal.seek import Seeker, Sought
from affidavit.network.personal.values import forms
from tests.builders.planted import CODES, coded, message

VALUES = (
    Value("advertisingId", "uuid", "1209d0b9-b959-42e6-b921-aa5d9d08c1af"),
    Value("androidId", "id", "8d2c41f09ab37e65"),
    Value("email", "email", "jane.planted@example.org"),
    Value("phoneNumber", "phone", "+49 151 23456789"),
    Value("name", "name", "Jané Planted"),
    Value("latitude", "degrees", "52.520008", 0),
    Value("longitude", "degrees", "13.404954", 0),
)
OWNER, ANYBODY = Seeker(Profile(VALUES)), Seeker()
HOSTS = ("api2.branch.io", "graph.facebook.com", "collect.example.net")
FORMS = [form.data for value in VALUES for form in forms(value)]


@contextmanager
def screening(on: bool):
    with patch.object(leaves, "FEWEST", 1 if on else 1 << 62):
        yield


def both(seeker: Seeker, asked: Message) -> list[Sought]:
    """What is found, which is the same with and without leaving out."""
    with screening(on=True):
        fast = list(seeker.seek(asked))
    with screening(on=False):
        assert fast == list(seeker.seek(asked))
    return fast


def check(seeker: Seeker, host: str, body: bytes, answer: bytes = b"") -> list[Sought]:
    return both(seeker, message(f"https://{host}/v1", sent=body, received=answer or None))


TELLING = [
    *(
        "356938035643809",
        "3c:5a:b4:71:62:e3",
        "jane@example.org",
        "+4915123456789",
        "52.5200,13.4049",
        "1.2345; 1.2345",
    ),
    *("5c1f77a0-9d3e-4b26-8a41-0e8f5b6d7c92", "a=b", "a=b&c=%64", "%41%42", '{"a": "b"}', "[1]", '"text"', ' {"a":1}'),
    *("<a b='c'>d</a>", "--x\r\nContent-Disposition", "-", "--", "---x", "\\u0041bcdef", "a&amp;b", "&lt;x", "eyJ"),
    *("eyJhIjoxfQ.eyJiIjoyfQ.c", base64.b64encode(b"jane.planted@example.org").decode(), "d29yZHMgaW4gaXQ="),
    *("68656c6c6f20776f726c6421", "68 65 6c 6c 6f 20 77", "ThreadPoolExecutor.java", "1700000000000"),
    *("2026-11-22 10:11:12", "\x08\x01\x12\x05hello", "\n\x05hello", "a\nb", "\0", "x\0y", "é", "日本語日本語", "\x7f"),
    *(
        "\u200b",
        "name=jane",
        "user=jane@b.org",
        "12.34567",
        "12.3456 7.65432",
        " ",
        "      x",
        "-1.5",
        "0x1234567890abcdef",
        "9" * 15,
        "f" * 16,
    ),
]
TEXT = st.one_of(
    st.sampled_from(TELLING),
    st.text(string.ascii_lowercase + " .-", max_size=24),
    st.text(string.printable, max_size=24),
    st.text("0123456789abcdefyJ+/-_:. ", max_size=30),
    st.text(max_size=8),
    st.sampled_from(FORMS).map(lambda data: data.decode("latin-1")),
    st.tuples(st.sampled_from(VALUES), st.sampled_from(sorted(CODES))).map(
        lambda chosen: (coded(chosen[0].text.encode(), chosen[1]) or b"").decode("latin-1")
    ),
    st.sampled_from(VALUES).map(lambda value: f"x {value.text} y"),
)
KEY = st.sampled_from(
    ["a", "b", "", "id", "email", "advertiser_id", "lat", "lon", "user_data", "a b", "x" * 120, "é", "brand", "0"]
)
LEAF = st.one_of(TEXT, st.integers(-(1 << 70), 1 << 70), st.floats(allow_nan=False), st.booleans(), st.none())
TREE = st.recursive(
    LEAF, lambda inner: st.one_of(st.lists(inner, max_size=6), st.dictionaries(KEY, inner, max_size=6)), max_leaves=25
)
LINE = st.one_of(TREE.map(json.dumps), st.sampled_from(["", " ", "no JSON", "{", "é", "{}", "null"]))
BODY = st.one_of(
    TREE.map(lambda tree: json.dumps(tree).encode()),
    TREE.map(lambda tree: json.dumps(tree, ensure_ascii=False).encode("utf-8", "replace")),
    st.lists(LINE, min_size=2, max_size=8).map(lambda lines: "\n".join(lines).encode("utf-8", "replace")),
    TREE.map(lambda tree: json.dumps({"a": json.dumps({"b": tree, "lat": 52.52, "lon": 13.4})}).encode()),
    TREE.map(lambda tree: json.dumps(tree)[:-1].encode()),
)


@given(BODY, st.sampled_from(HOSTS), st.booleans())
def test_what_is_found_does_not_depend_on_it(body, host, known):
    check(OWNER if known else ANYBODY, host, body, body)


def test_what_is_found_in_real_archives_does_not_depend_on_it(corpus):
    found = 0
    for path in sorted((corpus / "net" / "reporthar").glob("*.har")):
        with path.open("rb") as file:
            events = list(read(Source(file.fileno(), path.name, path.stat().st_size)))
        for event in events:
            if isinstance(event, Message):
                found += len(both(OWNER, event)) + len(both(ANYBODY, event))
    assert found > 100


@given(BODY, st.integers(1, 30), st.integers(1, 200))
def test_limits_fall_where_they_fall_without_it(body, most, room):
    with patch.object(decode, "MOST", most), patch.object(decode, "ROOM", len(body) + room):
        check(OWNER, HOSTS[0], body)


@given(BODY, st.integers(1, 12))
def test_so_does_the_limit_of_occurrences(body, most):
    with patch.object(literals, "MOST_HITS", most):
        check(OWNER, HOSTS[2], body, body)


def test_room_is_taken_by_what_is_left_out():
    text = "words that are long enough to be read once more " * 3
    body = json.dumps([*["some words"] * 50, base64.b64encode(text.encode()).decode()]).encode()
    whole = len(body) + 50 * len("some words") + 4 * (len(text) // 3)
    for room, lost in ((whole + len(text), 0), (whole + len(text) - 1, 1), (whole + 10, len(text) - 10)):
        with patch.object(decode, "ROOM", room):
            found = Decoded([Root("body", body)], Screen(Literals([]), lambda _: False, decode.barren))
        assert (found.passed, len(found.nodes), found.unread["too-large"]) == (50, 3, lost)


def test_occurrences_across_values_count_as_they_did():
    spelt = json.dumps(list(VALUES[2].text) * 10)  # beside the zeros between contents it is UTF-16
    body = json.dumps([spelt] * 4).encode()
    with patch.object(literals, "MOST_HITS", 40):
        (said,) = check(OWNER, HOSTS[2], body)
    assert isinstance(said.fact, Undecoded)


@given(st.lists(TEXT.filter(lambda text: "\0" not in text), min_size=1, max_size=12))
def test_nothing_comes_of_what_is_left_out(texts):
    body = json.dumps(texts).encode()
    screen = Screen(Literals([]), lambda _: False, decode.barren)
    with screening(on=True):
        kept = {node.step for node in Decoded([Root("body", body)], screen).nodes}
    for number, text in enumerate(texts):
        if text and f"json:$[{number}]" not in kept:
            alone = Decoded([Root("body", json.dumps([text]).encode())])
            assert [node.data for node in alone.nodes[1:]] == [text.encode()]
            assert not alone.unread
            assert not list(patterns.candidates(text.encode()))
            assert alone.nodes[1].text or len(text.encode()) < leaves.SMALL


def test_short_words_and_numbers_are_left_out():
    body = json.dumps(
        [{"number": at, "word": "some words", "at": 1_700_000_000_000 + at} for at in range(1_000)]
    ).encode()
    decoded = Decoded([Root("body", body)], Screen(Literals([]), lambda _: False, decode.barren))
    assert (len(decoded.nodes), decoded.passed) == (1, 3_000)
    assert decoded.nodes[0].parts


@pytest.mark.parametrize("place", ["header:X", "query", "path"])
def test_of_other_places_than_bodies_nothing_is_left_out(place):
    body = json.dumps(["word"] * 100).encode()
    decoded = Decoded([Root(place, body)], Screen(Literals([]), lambda _: False, decode.barren))
    assert (len(decoded.nodes), decoded.passed) == (101, 0)


def test_one_telling_value_among_thousands_is_said_with_its_place():
    rows = [{"id": at, "name": f"word {at}", "more": [{"x": at}, ["y"]]} for at in range(2_000)]
    rows[1_234]["more"][1].append("for jane.planted@example.org alone")
    rows[1_700]["email"] = "someone@example.com"
    said = check(OWNER, HOSTS[2], json.dumps(rows).encode())
    assert [(item.fact.property, item.fact.method, item.fact.path[1]) for item in said] == [
        ("email", "known-value", "json:$[1234].more[1][1]"),
        ("email", "key", "json:$[1700].email"),
    ]


def test_a_document_of_nothing_but_arrays_is_given_up_early():
    deep = json.loads("[" * 200 + "]" * 200)
    values = Values(lambda: iter([("json", [deep] * 10_000), ("json", [[]] * 1_000_000)]))
    assert values.telling(Screen(Literals([]), lambda _: False, decode.barren), "", 50_000, 1 << 20) is None


def test_deep_documents_are_walked_alike():
    deep: object = [[at, f"word {at}", {"a": [at]}] for at in range(100)]
    for at in range(400):
        deep = [deep] if at % 3 else {"email" if at == 300 else "k": deep}
    screen = Screen(Literals([]), lambda key: key == "k", decode.barren)
    told = Values(lambda: iter([("json", deep)])).telling(screen, "", 1_000, 1 << 20)
    assert told is not None
    expected = [piece for piece in leaves.leaves("json", deep) if piece.key == "k"]
    assert (len(expected), told.passed) == (200, 100)
    assert told.pieces == expected
    check(OWNER, HOSTS[2], json.dumps(deep).encode())


def test_a_tree_read_from_another_format_is_walked_alike():
    tree = msgspec.json.decode(b'{"a": {"b": [[1, "x"], {"c": "y"}]}, "d": []}')
    values = Values(lambda: iter([("json", tree), ("json", "alone")]))
    with screening(on=True):
        told = values.telling(Screen(Literals([]), lambda _: True, decode.barren), "", 100, 100)
    assert told is not None
    assert told.pieces == list(values)
    assert (told.passed, told.size) == (0, 0)
