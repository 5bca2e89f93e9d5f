"""Each reader by itself: what it takes, the paths that it gives, and what it leaves to others."""

import base64
import json
import plistlib
import re
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.personal import pieces, protobuf, structures, texts
from affidavit.network.personal.runs import alphabet, runs
from tests.builders.planted import protobuf as field
from tests.oracles.personal import _wire as readings


def told(found) -> list[tuple[str, bytes]]:
    return [(piece.step, piece.data) for piece in found or ()]


# JSON


def test_leaves_of_json_come_in_order_with_their_paths_and_as_they_were_written():
    body = b'{"a": [1, 2.50, {"b c": "x", "d.e": null}], "$f": true, "g": 12345678901234567890123, "": "y"}'
    assert told(structures.json(body)) == [
        ("json:$.a[0]", b"1"),
        ("json:$.a[1]", b"2.50"),
        ('json:$.a[2]["b c"]', b"x"),
        ("json:$.g", b"12345678901234567890123"),
        ('json:$[""]', b"y"),
    ]


def test_fields_of_json_are_called_as_what_holds_them():
    found = list(structures.json(b'{"ids": ["x", ["y"]], "n": {"m": 1}}'))
    assert [piece.key for piece in found] == ["ids", "ids", "m"]


@pytest.mark.parametrize("body", [b"", b"{", b"[1,]", b"nothing", b"[]", b"{}", b'{"a": NaN}', b"[" * 100_000])
def test_what_is_no_json_or_holds_nothing_is_left_to_others(body):
    assert structures.json(body) is None


def test_names_without_end_are_cut():
    (piece,) = structures.json(json.dumps({"n" * 5_000: "x"}).encode())
    assert len(piece.step) < 150
    assert len(piece.key) == 100


@given(
    st.recursive(
        st.text(max_size=5) | st.integers(-9, 9),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    )
)
def test_a_tree_has_as_many_leaves_as_recursion_finds(tree):
    def count(item) -> int:
        if isinstance(item, dict | list):
            return sum(count(below) for below in (item.values() if isinstance(item, dict) else item))
        return 1

    assert len(list(pieces.leaves("json", tree))) == count(tree)


def test_lines_of_json_have_their_number():
    assert told(structures.lines(b'{"a": 1}\n\n{"b": [2]}\nrest')) == [
        ("ndjson[0]:$.a", b"1"),
        ("ndjson[2]:$.b[0]", b"2"),
        ("ndjson[3]:$", b"rest"),
    ]


@pytest.mark.parametrize("body", [b'{"a": 1}', b"a\nb", b'["a",\n"b"]'])
def test_other_lines_are_none(body):
    assert not structures.lines(body)


def test_pairs_are_saved_from_json_that_was_cut_off():
    assert told(structures.broken(b'{"a": "x\\n\\u00e9", "b": -1.5, "c": {"a": "y", "d": "unfin')) == [
        ("pair:a", "x\né".encode()),
        ("pair:b", b"-1.5"),
        ("pair:a[1]", b"y"),
    ]


# Others with an order


def test_parts_of_a_form_have_their_names_whatever_else_their_heads_say():
    body = (
        b'--q\r\nContent-Disposition: form-data; name="a"\r\n\r\none\r\n'
        b'--q\r\ncontent-type: image/png\r\ncontent-disposition: form-data; name=b; filename="c"\r\n\r\n\x89PNG\r\n\r\n'
        b"--q\r\nX: y\r\n\r\nnameless\r\n--q--\r\n"
    )
    assert told(structures.parts(body, b"q")) == [
        ("multipart:a", b"one"),
        ("multipart:b", b"\x89PNG\r\n"),
        ("multipart:", b"nameless"),
    ]
    assert structures.parts(body, b"other") is None
    assert structures.first_boundary(body) == b"q" or len(b"--q") <= 6


def test_a_boundary_that_no_header_tells_is_the_first_line():
    assert structures.first_boundary(b'--boundary7\r\nContent-Disposition: form-data; name="a"\r\n\r\n') == b"boundary7"
    assert structures.first_boundary(b"--boundary7\r\nsomething else\r\n\r\n") == b""


def test_messagepack_is_a_map_or_array_that_uses_up_its_bytes():
    packed = msgspec.msgpack.encode({"a": [1, "x", b"\xff"], 7: 1.5})
    assert told(structures.messagepack(packed)) == [
        ("msgpack:$.a[0]", b"1"),
        ("msgpack:$.a[1]", b"x"),
        ("msgpack:$.a[2]", b"\xff"),
        ("msgpack:$.7", b"1.5"),
    ]
    assert structures.messagepack(packed + b"\x01") is None
    assert structures.messagepack(msgspec.msgpack.encode("text")) is None


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_property_lists_of_both_forms_give_the_same(form):
    data = plistlib.dumps({"a": ["x", 5, b"\1\2"], "b": {"c": True}}, fmt=form)
    assert told(structures.properties(data)) == [
        ("plist:$.a[0]", b"x"),
        ("plist:$.a[1]", b"5"),
        ("plist:$.a[2]", b"\1\2"),
    ]
    assert structures.properties(b"<plist><dict>") is None


def test_elements_and_attributes_have_their_names():
    body = b"<?xml version='1.0'?><r x='1'><d id=\"a&amp;b\">t &lt;</d><d/><e><![CDATA[<raw>]]></e></r>"
    assert told(structures.xml(body)) == [
        ("xml:r@x", b"1"),
        ("xml:d@id", b"a&b"),
        ("xml:d", b"t <"),
        ("xml:e", b"<raw>"),
    ]
    assert structures.xml(b"<<<>>>") is None


def test_frames_have_to_fill_the_body():
    body = struct.pack(">BI", 0, 3) + b"abc" + struct.pack(">BI", 1, 2) + b"de"
    assert told(structures.framed(body)) == [("grpc:0", b"abc"), ("grpc:1", b"de")]
    assert structures.framed(body + b"\0") is None
    assert structures.framed(body[:-1]) is None
    assert structures.framed(bytes(40)) is None


# Protocol buffers


def test_fields_have_paths_by_number_and_numbers_every_reading():
    data = b"\x08\x96\x01" + field(2, b"text") + field(3, b"\x08\x05" + field(4, b"\xff\xfe")) + b"\x10\xa0\x8d\x06"
    assert [(item.path, item.data) for item in protobuf.fields(data)] == [
        ("1", b"150"),
        ("2", b"text"),
        ("3.1", b"5"),
        ("3.4", b"\xff\xfe"),
        ("2", b"100000"),
        ("2", b"50000"),
    ]


def test_fixed_numbers_are_read_as_what_people_would_write():
    data = b"\x09" + struct.pack("<d", 52.520008) + b"\x15" + struct.pack("<f", 13.405) + b"\x19" + struct.pack("<Q", 7)
    found = [(item.path, item.data) for item in protobuf.fields(data)]
    assert found[0] == ("1", b"52.520008")
    assert ("2", b"13.405") in found
    assert ("3", b"7") in found


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01",
        b"\x0b",
        b"\x0f\x01",
        b"\x0a\x05abc",
        b"\x08",
        b"\x08" + b"\xff" * 11,
        b"\xf8\xff\xff\xff\x0f\x01",
    ],
)
def test_what_is_no_message_is_none(data):
    assert protobuf.fields(data) is None


@given(
    st.lists(st.tuples(st.integers(1, 15), st.text("abc é漢0-", min_size=1, max_size=200)), min_size=1, max_size=6),
    st.integers(1, 15),
)
def test_texts_in_messages_are_where_recursion_finds_them(texts_, outer):
    data = field(outer, b"".join(field(number, text.encode()) for number, text in texts_) + b"\x08\x01")
    if protobuf.is_text(data):
        return
    for item in protobuf.fields(data):
        assert item.data in set(readings(data, item.path))


# Texts in texts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"a=1&b=x+y&a=%41&c", [("form:a", b"1"), ("form:b", b"x y"), ("form:a[1]", b"A"), ("form:c", b"")]),
        (b"only=one", [("form:only", b"one")]),
        (b"dGV4dA==", []),
        (b"a sentence = with blanks", []),
        (b"https://x.org/?a=b", []),
        (b"", []),
    ],
)
def test_a_form_is_told_by_its_shape(text, found):
    assert told(texts.form(text)) == found


def test_cookies_are_not_decoded():
    assert told(texts.cookies(b"a=1; b=%41=; c; a=2")) == [
        ("cookie:a", b"1"),
        ("cookie:b", b"%41="),
        ("cookie:c", b""),
        ("cookie:a[1]", b"2"),
    ]


@pytest.mark.parametrize(
    ("text", "step", "data"),
    [
        (b"x%20y%ZZ", "url", b"x y%ZZ"),
        (rb"a\u00e9\ud83d\ude00\x41\n\"", "unescape", 'aé😀A\n"'.encode()),
        (rb"\ud83d alone", "unescape", "� alone".encode()),
        (b"a&amp;b&#233;&#x41;", "entities", "a&béA".encode()),
        (b"at " + base64.b64encode(b"plain words, many") + b" end", "base64", b"plain words, many"),
        (b"ab" + base64.b64encode(b"plain words, many"), "base64", b"plain words, many"),
        (base64.urlsafe_b64encode(b"\xfb\xff plain words"), "base64", b"\xfb\xff plain words"),
        (b"0x" + b"plain words".hex().encode(), "hex", b"plain words"),
        (b"f" + b"plain words".hex().encode(), "hex", b"plain words"),
    ],
)
def test_a_code_in_a_text_is_read(text, step, data):
    assert (step, data) in told(texts.within(text))


@pytest.mark.parametrize(
    "text",
    [
        b"1209d0b9-b959-42e6-b921-aa5d9d08c1af",
        b"d41d8cd98f00b204e9800998ecf8427e",
        b"internationalisation",
        b"com.example.android.activities.MainActivity",
        b"100% of everything",
        b"C:\\Windows",
        b"Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36",
    ],
)
def test_plain_texts_are_no_code(text):
    assert told(texts.within(text)) == []


def test_tokens_are_read_in_two_parts_and_their_signature_is_not():
    head, body = ({"alg": "HS256", "typ": "JWT"}, {"sub": "jane"})
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, body)]
    text = b"Bearer " + b".".join([*parts, base64.urlsafe_b64encode(bytes(range(200, 232)))])
    assert told(texts.within(text)) == [
        ("jwt:header", json.dumps(head).encode()),
        ("jwt:payload", json.dumps(body).encode()),
    ]


# Runs

KIND = alphabet(b"ab+", 3)


@given(st.text("ab+ x", max_size=60).map(str.encode), st.integers(0, 5))
def test_runs_are_those_of_a_regular_expression(data, most):
    expected = [match.span() for match in re.finditer(rb"[ab+]{3,}", data)][:most]
    assert list(runs(data, KIND, most)) == expected
