"""Content with an inner order and texts in texts: bounds, lengths that lie, every place where a body can be cut."""

import base64
import binascii
import json
import plistlib
import struct

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.personal import pieces, structures, texts


def told(found) -> list[tuple[str, bytes]] | None:
    return None if found is None else [(piece.step, piece.data) for piece in found]


def frame(data: bytes, flag: int = 0) -> bytes:
    return struct.pack(">BI", flag, len(data)) + data


# Frames of gRPC

FRAMES = frame(b"abc") + frame(b"", 1) + frame(b"de", 1)


def test_frames_cut_off_anywhere_are_frames_only_where_one_ends():
    assert [at for at in range(len(FRAMES) + 1) if structures.framed(FRAMES[:at])] == [8, 13, 20]


@pytest.mark.parametrize(
    "data",
    [
        frame(b"abc", 2),
        frame(b"abc") + frame(b"de", 2),
        b"\0\0\0\0\4abc",
        b"\0\xff\xff\xff\xffabc",
        b"\0\0\0\0\2abc",
        b"\0\0\0\0\0",
        b"\0\0\0\1",
    ],
)
def test_frames_with_another_flag_or_length_are_none(data):
    assert structures.framed(data) is None


def test_frames_have_a_number_that_is_read(monkeypatch):
    monkeypatch.setattr(structures, "MOST_PARTS", 3)
    assert len(structures.framed(frame(b"x") * 3)) == 3
    assert structures.framed(frame(b"x") * 4) is None


# MessagePack


def test_messagepack_cut_off_anywhere_is_none():
    packed = msgspec.msgpack.encode({"a": [1, "x", b"\xff"], "b": {"c": 1.5}})
    assert [at for at in range(1, len(packed) + 1) if structures.messagepack(packed[:at])] == [len(packed)]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("81 a1 61 01", [("msgpack:$.a", b"1")]),
        ("91 a1 78", [("msgpack:$[0]", b"x")]),
        ("de 00 01 a1 61 c4 01 ff", [("msgpack:$.a", b"\xff")]),
        ("df 00 00 00 01 a1 61 ff", [("msgpack:$.a", b"-1")]),
        ("dc 00 02 c3 02", [("msgpack:$[1]", b"2")]),
        ("dd 00 00 00 01 cb 40 4a 42 8f 5c 28 f5 c3", [("msgpack:$[0]", b"52.52")]),
        ("80", None),
        ("90", None),
        ("a1 78", None),
        ("c4 01 78", None),
        ("07", None),
        ("92 01", None),
        ("dd ff ff ff ff 01", None),
    ],
)
def test_messagepack_is_read_by_its_first_byte(data, found):
    assert told(structures.messagepack(bytes.fromhex(data))) == found


# Documents


@pytest.mark.parametrize(
    ("reader", "data"),
    [
        (structures.json, b'{"a":"x"}'),
        (structures.messagepack, msgspec.msgpack.encode({"a": "x"})),
    ],
)
def test_a_document_is_read_whole_up_to_a_size(monkeypatch, reader, data):
    monkeypatch.setattr(structures, "LARGEST", len(data))
    assert [piece.data for piece in reader(data)] == [b"x"]
    monkeypatch.setattr(structures, "LARGEST", len(data) - 1)
    assert reader(data) is None


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_a_property_list_cut_off_anywhere_is_none_or_has_no_other_value(form):
    data = plistlib.dumps({"ids": ["k7x9-44q2"]}, fmt=form).rstrip()
    for at in range(len(data)):
        assert [piece.data for piece in structures.properties(data[:at]) or ()] in ([], [b"k7x9-44q2"])


JSON = json.dumps({"id": 'k7x9 \\ "q', "n": {"lat": -52.5, "é": "ü"}}).encode()


def test_json_cut_off_anywhere_gives_the_pairs_that_are_whole():
    whole = [("pair:id", b'k7x9 \\ "q'), ("pair:lat", b"-52.5"), ("pair:\\u00e9", b"x")]
    for at in range(len(JSON)):
        found = dict(told(structures.broken(JSON[:at])) or [])
        assert ("pair:id" in found) == (at > JSON.index(b'",'))
        assert found.get("pair:id", whole[0][1]) == whole[0][1]
        assert whole[1][1].startswith(found.get("pair:lat", b""))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'{"a":"1","a":"2"', [("pair:a", b"1"), ("pair:a[1]", b"2")]),
        (b'{"a" : 1e5 ,', [("pair:a", b"1e5")]),
        (b'{"a":"\\ud83d\\ude00"', [("pair:a", "😀".encode())]),
        (b'{"a":"\\q"', [("pair:a", b"\\q")]),
        (b'{"a":true,"b":null', None),
        (b'{"":"x"', None),
        (b'{"' + b"n" * 100 + b'":1', [("pair:" + "n" * 100, b"1")]),
        (b'{"' + b"n" * 101 + b'":1', None),
    ],
)
def test_pairs_of_broken_json(data, found):
    assert told(structures.broken(data)) == found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"<a b='1' c = \"2\"/>", [("xml:a@b", b"1"), ("xml:a@c", b"2")]),
        (b"<a><b>1</b><b>2</b></a>", [("xml:b", b"1"), ("xml:b[1]", b"2")]),
        (b"<n:a x:y='1'>t</n:a>", [("xml:n:a@x:y", b"1"), ("xml:n:a", b"t")]),
        (b"<a>  </a>", None),
        (b"<a b=''/>", [("xml:a@b", b"")]),
        (b"<a>&#233;&lt;</a>", [("xml:a", "é<".encode())]),
        (b"<a><![CDATA[&lt;b]]></a>", [("xml:a", b"&lt;b")]),
        (b"<a>unfinished", [("xml:a", b"unfinished")]),
        (b"<a b='1", None),
        (b"</a>text", None),
        (b"<!-- a -->", None),
    ],
)
def test_elements_of_documents_that_nobody_checks(data, found):
    assert told(structures.xml(data)) == found


def test_an_attribute_is_a_field_of_its_own_name_and_a_text_one_of_its_element():
    assert [piece.key for piece in structures.xml(b"<device gaid='1'>x</device>")] == ["gaid", "device"]


# Multipart


def part(name: str, data: bytes) -> bytes:
    return b'--q\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), data)


def test_a_body_of_parts_cut_off_anywhere_gives_what_is_there():
    body = part("a", b"one") + part("b", b"two") + b"--q--\r\n"
    first, second = body.index(b"one"), body.index(b"two")
    for at in range(len(body)):
        found = dict(told(structures.parts(body[:at], b"q")) or [])
        assert ("multipart:a" in found) == (at >= first)
        assert ("multipart:b" in found) == (at >= second)
        assert b"one\r\n--q".startswith(found.get("multipart:a", b""))


def test_parts_have_a_number_and_names_that_come_again_too(monkeypatch):
    monkeypatch.setattr(structures, "MOST_PARTS", 3)
    found = told(structures.parts(part("a", b"x") * 4, b"q"))
    assert [step for step, _ in found] == ["multipart:a", "multipart:a[1]", "multipart:a[2]"]
    assert found[2][1].startswith(b"x\r\n--q")


# Names and paths


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("id", "json:$.id"),
        ("a-b$c", "json:$.a-b$c"),
        ("", 'json:$[""]'),
        ("a.b", 'json:$["a.b"]'),
        ("a b", 'json:$["a b"]'),
        ('q"\\', 'json:$["q\\"\\\\"]'),
        ("é", 'json:$["é"]'),
        ("n" * 100, "json:$." + "n" * 100),
        ("n" * 101, 'json:$["' + "n" * 100 + '"]'),
        (7, "json:$.7"),
        (None, "json:$.None"),
    ],
)
def test_a_name_in_a_path_is_quoted_where_it_is_not_plain(name, step):
    assert told(pieces.leaves("json", {name: 1})) == [(step, b"1")]


def test_leaves_are_texts_numbers_and_bytes_and_nothing_else():
    tree = {"a": [True, None, 0, 1.5, "", b"\xff", bytearray(b"x"), (2,), {}, []]}
    assert told(pieces.leaves("x", tree)) == [
        ("x:$.a[2]", b"0"),
        ("x:$.a[3]", b"1.5"),
        ("x:$.a[4]", b""),
        ("x:$.a[5]", b"\xff"),
        ("x:$.a[6]", b"x"),
        ("x:$.a[7][0]", b"2"),
    ]


# Texts in texts


@settings(max_examples=60)
@given(st.binary(max_size=40))
def test_a_form_gives_back_what_was_put_into_it(value):
    from urllib.parse import quote_plus

    body = b"v=1&x=" + quote_plus(value).encode()
    assert ("form:x", value) in told(texts.form(body, sure=True))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", []),
        (b"=x", [("form:", b"x")]),
        (b"a", [("form:a", b"")]),
        (b"a=b=c", [("form:a", b"b=c")]),
        (b"&&a=1&", [("form:a", b"1")]),
        (b"%61=%zz%4", [("form:a", b"%zz%4")]),
        (b"a[]=1&a[]=2", [("form:a[]", b"1"), ("form:a[][1]", b"2")]),
    ],
)
def test_a_form_that_headers_tell_is_read_whatever_it_looks_like(data, found):
    assert told(texts.form(data, sure=True)) == found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (b"/a//b%2Fc/", [("segment:1", b"a"), ("segment:3", b"b/c")]),
        (b"a+b", [("segment:0", b"a+b")]),
        (b"/", []),
    ],
)
def test_segments_of_a_path_keep_their_number_and_their_plus(path, found):
    assert told(texts.segments(path)) == found


@pytest.mark.parametrize("size", [8, 9, 10, 11, 12, 30])
def test_base64_of_words_is_read_from_twelve_digits_on(size):
    words = b"plain words and many more of them"[:size]
    found = told(texts.within(b"(" + base64.b64encode(words).rstrip(b"=") + b")"))
    assert (("base64", words) in found) is (len(base64.b64encode(words).rstrip(b"=")) >= 12)


@pytest.mark.parametrize("size", [5, 6, 7, 8, 30])
@pytest.mark.parametrize("separator", ["", " ", ":", "-"])
def test_hexadecimal_digits_of_words_are_read_from_sixteen_on_or_from_six_pairs(size, separator):
    words = b"plain words and many more of them"[:size]
    digits = binascii.hexlify(words, separator) if separator else binascii.hexlify(words)
    assert (("hex", words) in told(texts.within(b"(" + digits + b")"))) is (len(digits) >= 16)


def test_runs_in_one_text_have_a_number(monkeypatch):
    monkeypatch.setattr(texts, "MOST_RUNS", 3)
    code = base64.b64encode(b"words number one") + b" "
    found = list(texts.within(code * 20))
    assert [piece.step for piece in found if piece.data].count("base64") == 3
    lost = [(piece.problem, piece.lost) for piece in found if not piece.data]
    assert lost == [("too-large", len(b"== ") + 17 * len(code))]
    digits = b"words number one".hex().encode() + b". "
    assert [step for step, _ in told(texts.within(digits * 20))].count("hex") == 3


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"\0\1plain words here\0\2", [b"plain words here"]),
        (b"\0plain words\0other words\0", []),
        (b"\0" + b"x" * 12 + b"\0" + b"y" * 12, [b"x" * 12, b"y" * 12]),
        (b"\0" + b"x" * 11 + b"\0", []),
        (b"\xff" + "words of é and 漢".encode() + b"\xff", ["words of é and 漢".encode()]),
        (b"", []),
    ],
)
def test_texts_in_bytes_have_twelve_characters(data, found):
    assert [piece.data for piece in texts.readable(data)] == found


@pytest.mark.parametrize(
    ("data", "bits"), [(b"aaaa", 0), (b"ab", 1), (b"abcd" * 9, 2), (bytes(range(256)), 8), (b"aab", 0.918296)]
)
def test_entropy_is_that_of_the_bytes_as_they_are_spread(data, bits):
    assert texts.entropy(data) == pytest.approx(bits, abs=1e-6)


# What costs a hostile author little and a careless reader much


def test_paths_of_names_in_names_are_cut_and_no_more_is_made_than_is_asked_for():
    deep = {f"k{number}": 1 for number in range(50_000)}
    for _ in range(900):
        deep = {"k" * 100: deep}
    found = pieces.leaves("json", deep)
    first = next(found)
    assert first.step.startswith("json:$." + "k" * 100 + ".k")
    assert first.step.endswith("…")
    assert (len(first.step) < 1_200, first.key, first.data) == (True, "k0", b"1")
    assert [piece.key for piece in found] == [f"k{number}" for number in range(1, 50_000)]


@pytest.mark.parametrize("count", [1, 100_000])
def test_sections_of_xml_that_never_end_are_passed_over_in_one_go(count):
    assert structures.xml(b"<a><![CDATA[" * count) is None
    ended = b"<a><![CDATA[" * count + b"x]]><b>y</b><c><![CDATA[z"
    assert told(structures.xml(ended))[-1] == ("xml:b", b"y")


@pytest.mark.parametrize("tail", [b"", b".", b".eyJ", b" " + b"eyJhIjoxfQ.eyJiIjoyfQ.x"])
def test_what_only_begins_like_a_token_is_passed_over_in_one_go(tail):
    found = told(texts.within(b"eyJ" * 300_000 + tail))
    tokens = [(step, data) for step, data in found if step.startswith("jwt")]
    assert tokens == ([("jwt:header", b'{"a":1}'), ("jwt:payload", b'{"b":2}')] if b" " in tail else [])


@pytest.mark.parametrize("more", [0, 1])
def test_runs_that_are_not_looked_at_any_more_are_counted(more):
    run = b"Zx" * 8 + b" "
    data = run * (texts.MOST_RUNS + more)
    lost = [(piece.problem, piece.lost) for piece in texts.within(data) if piece.problem]
    assert lost == [("too-large", 1 + len(run))] * more
