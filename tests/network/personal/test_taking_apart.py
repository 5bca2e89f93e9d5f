"""A message taken apart: which reader takes what, to which depth, number and size, and what is counted as unread."""

import base64
import gzip
import json
import plistlib
import random
import zlib

import brotli
import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.personal import decode
from affidavit.network.personal.decode import DEPTH, Decoded
from affidavit.network.personal.roots import Root
from tests.builders.planted import protobuf

NOISE = random.Random(11).randbytes(600)  # noqa: S311 - any bytes do
WORDS = b"plain words of nobody, and more of them"


def taken(data: bytes, reads: str = "", *codings: str) -> Decoded:
    return Decoded([Root("body", data, "", reads, codings)])


def paths(found: Decoded) -> list[str]:
    return [" ".join(node.path()) for node in found.nodes]


def leaves(found: Decoded) -> dict[str, bytes]:
    return {" ".join(node.path()[1:]): node.data for node in found.nodes if not node.parts}


# Which reader takes what


@pytest.mark.parametrize(
    ("data", "step"),
    [
        (b'{"a":"%s"}' % WORDS, "json:$.a"),
        (b'  \n["%s"]' % WORDS, "json:$[0]"),
        (b'"%s"' % WORDS, "json:$"),
        (b'{"n":1}\n{"a":"%s"}' % WORDS, "ndjson[1]:$.a"),
        (b'{"a":"%s","b":' % WORDS, "pair:a"),
        (b"<r><d>%s</d></r>" % WORDS, "xml:d"),
        (plistlib.dumps({"a": WORDS.decode()}), "plist:$.a"),
        (plistlib.dumps({"a": WORDS.decode()}, fmt=plistlib.FMT_BINARY), "plist:$.a"),
        (b'--boundary\r\nContent-Disposition: form-data; name="a"\r\n\r\n%s\r\n--boundary--' % WORDS, "multipart:a"),
        (b"v=1&a=%s" % WORDS.replace(b" ", b"+"), "form:a"),
        (msgspec.msgpack.encode({"a": WORDS.decode()}), "msgpack:$.a"),
        (protobuf(1, WORDS) + b"\x10\x01", "protobuf:1"),
        (protobuf(1, WORDS), "protobuf:1"),  # whose tag is a line feed: it could be a text
        (b"\0\0\0\0\x27" + WORDS, "grpc:0"),
        (WORDS.decode().encode("utf-16"), "utf-16-le"),
        (WORDS.decode().encode("utf-16-le"), "utf-16-le"),
        (WORDS.decode().encode("utf-16-be"), "utf-16-be"),
        (b"\xfe\xff" + WORDS.decode().encode("utf-16-be"), "utf-16-be"),
        (gzip.compress(WORDS, mtime=0), "gzip"),
        (zlib.compress(WORDS), "deflate"),
        (zlib.compress(WORDS)[2:-4], "deflate"),
        (brotli.compress(WORDS), "br"),
        (zstandard.ZstdCompressor().compress(WORDS), "zstd"),
        (b"\xff\xff" + WORDS + b"\xff\xff", "text"),
        (base64.b64encode(WORDS), "base64"),
        (WORDS.hex().encode(), "hex"),
    ],
)
def test_each_form_of_content_is_told_by_itself(data, step):
    assert leaves(taken(data)).get(step) == WORDS


@pytest.mark.parametrize(
    ("reads", "data", "step"),
    [
        ("form", b"=x", "form:"),
        ("form", b'{"a": 1}', "json:$.a"),  # a header that is wrong
        ("form", b"\xff\xffplain words here", "text"),
        ("cookies", b"a=1", "cookie:a"),
        ("segments", b"/a/b", "segment:2"),
        ("multipart:q", b'--q\r\nX: name="a"\r\n\r\nb\r\n--q--', "multipart:a"),
        ("multipart:q", b'{"a": 1}', "json:$.a"),  # a boundary that is not there
    ],
)
def test_what_headers_say_of_content_counts_where_it_can_be(reads, data, step):
    assert step in leaves(taken(data, reads))


@pytest.mark.parametrize(
    ("codings", "data"),
    [
        (("gzip",), gzip.compress(WORDS, mtime=0)),
        (("gzip", "br"), gzip.compress(brotli.compress(WORDS), mtime=0)),
        (("br", "deflate", "zstd"), brotli.compress(zlib.compress(zstandard.ZstdCompressor().compress(WORDS)))),
    ],
)
def test_codings_that_headers_tell_are_undone_in_their_order(codings, data):
    found = taken(data, "", *codings)
    assert leaves(found) == {" ".join(codings): WORDS}
    assert not found.unread


def test_what_is_read_as_told_is_what_comes_out_of_the_last_coding():
    found = taken(gzip.compress(b"=1&b c=2", mtime=0), "form", "gzip")
    assert leaves(found) == {"gzip form:": b"1", "gzip form:b c": b"2"}


def test_a_coding_that_is_not_there_leaves_the_body_as_it_is():
    assert leaves(taken(b'{"a": 1}', "", "gzip")) == {"json:$.a": b"1"}
    assert leaves(taken(gzip.compress(WORDS, mtime=0), "", "br")) == {"gzip": WORDS}


@pytest.mark.parametrize("size", [1, 3])
def test_an_odd_or_mixed_text_of_sixteen_bits_is_none(size):
    assert "utf-16-le" not in leaves(taken(WORDS.decode().encode("utf-16-le") + b"\0" * size + b"\x80"))


# Fields and their names


def test_a_content_in_another_one_is_called_as_the_field_that_holds_it():
    inner = base64.b64encode(b'["%s"]' % WORDS).decode()
    found = taken(json.dumps({"gaid": inner}).encode())
    (node,) = [node for node in found.nodes if node.data == WORDS]
    assert (node.key, node.depth, node.path()) == ("gaid", 3, ("body", "json:$.gaid", "base64", "json:$[0]"))


def test_contents_that_are_nothing_but_their_parts_are_marked():
    found = {
        node.step: node.parts for node in taken(json.dumps({"a": base64.b64encode(WORDS).decode()}).encode()).nodes
    }
    assert found == {"body": True, "json:$.a": False, "base64": False}


# Bounds


@pytest.mark.parametrize("levels", [DEPTH - 1, DEPTH, DEPTH + 1])
def test_documents_in_documents_are_read_to_the_depth(levels):
    data = "at the bottom"
    for _ in range(levels):
        data = json.dumps({"a": data})
    found = taken(data.encode())
    assert max(node.depth for node in found.nodes) == min(levels, DEPTH)
    assert bool(found.unread) is (levels > DEPTH)


@pytest.mark.parametrize(("most", "kept", "lost"), [(4, 4, False), (3, 3, True), (1, 1, True)])
def test_a_message_has_so_many_parts_and_the_next_one_is_counted(monkeypatch, most, kept, lost):
    monkeypatch.setattr(decode, "MOST", most)
    found = taken(b'["%s","%s","%s"]' % (WORDS, WORDS, WORDS))
    assert len(found.nodes) == kept
    assert bool(found.unread["too-large"]) is lost


@pytest.mark.parametrize("room", [30, 41, 60, 79, 80, 200])
def test_bytes_beyond_the_room_are_counted_to_the_last_one(monkeypatch, room):
    data = b'["%s"]' % WORDS
    monkeypatch.setattr(decode, "ROOM", room)
    found = taken(data)
    kept = sum(len(node.data) for node in found.nodes)
    assert kept <= room
    if room >= len(data):
        assert kept + found.unread["too-large"] == len(data) + len(WORDS)
    else:
        assert found.unread["too-large"] >= len(data) - room


def test_places_share_one_room(monkeypatch):
    monkeypatch.setattr(decode, "ROOM", 50)
    found = Decoded([Root("path", b"x" * 30), Root("query", b"y" * 30), Root("body", b"z" * 30)])
    assert [len(node.data) for node in found.nodes] == [30, 20]
    assert found.unread == {"too-large": 40}


# What is counted


@pytest.mark.parametrize(
    ("data", "unread"),
    [
        (b"", {}),
        (b"\x80", {"opaque": 1}),
        (NOISE, {"opaque": 600}),
        (WORDS, {}),
        (json.dumps({"a": base64.b64encode(NOISE).decode()}).encode(), {"opaque": 600}),
        (json.dumps({"a": base64.b64encode(NOISE[:60]).decode()}).encode(), {}),
        (json.dumps({"a": base64.b64encode(NOISE).decode(), "b": NOISE.hex()}).encode(), {"opaque": 1200}),
        (msgspec.msgpack.encode({"a": NOISE[:63]}), {}),
        (msgspec.msgpack.encode({"a": NOISE[:64]}), {"opaque": 64}),
    ],
)
def test_what_no_reader_takes_is_counted_by_its_bytes(data, unread):
    assert taken(data).unread == unread


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_stream_cut_off_anywhere_is_counted_or_looked_at_as_it_is(coding):
    text = json.dumps([number * 0.7310585 for number in range(60)]).encode()
    packed = {
        "gzip": lambda data: gzip.compress(data, mtime=0),
        "deflate": zlib.compress,
        "br": brotli.compress,
        "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
    }[coding](text)
    assert not taken(packed, "", coding).unread
    for at in range(20, len(packed) - 10, 13):
        found = taken(packed[:at], "", coding)
        opened = [node for node in found.nodes if node.step == coding]
        assert found.unread or any(node.step == "text" for node in found.nodes), at
        assert all(text.startswith(node.data) for node in opened)
        assert not opened or coding == "zstd" or found.unread["damaged"] == at


# Properties


@settings(max_examples=60)
@given(
    st.binary(max_size=200),
    st.sampled_from(["", "form", "cookies", "segments", "multipart:q"]),
    st.lists(st.sampled_from(["gzip", "deflate", "br", "zstd"]), max_size=2),
)
def test_any_bytes_are_taken_apart_the_same_way_twice(data, reads, codings):
    first, again = taken(data, reads, *codings), taken(data, reads, *codings)
    assert paths(first) == paths(again)
    assert first.unread == again.unread
    assert first.nodes[0].data == data
    assert all(node.parent is None or node.parent in first.nodes for node in first.nodes)


@settings(max_examples=40)
@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.text("xyz é", max_size=9), min_size=1, max_size=5))
def test_the_same_fields_are_reached_in_each_form_of_document(tree):
    def values(data: bytes) -> set[tuple[str, bytes]]:
        return {(node.key, node.data) for node in taken(data).nodes if node.depth == 1}

    expected = {(key, value.encode()) for key, value in tree.items() if value}
    assert values(json.dumps(tree).encode()) == expected
    assert values(msgspec.msgpack.encode(tree)) == expected
    assert values(plistlib.dumps(tree, fmt=plistlib.FMT_BINARY)) == expected


@pytest.mark.parametrize("before", ["", "f", "0x", "ff"])
def test_hexadecimal_digits_of_noise_are_counted_once(before):
    """Whatever is readable in it by chance, at even digits or at odd ones."""
    for seed in range(25):
        noise = random.Random(seed).randbytes(600)  # noqa: S311 - any bytes do
        assert taken(json.dumps({"a": before + noise.hex()}).encode()).unread["opaque"] <= 601, seed


@pytest.mark.parametrize("inner", [WORDS * 5, gzip.compress(NOISE[:200], mtime=0), protobuf(1, WORDS) * 5])
def test_hexadecimal_digits_behind_one_more_are_read(inner):
    found = taken(json.dumps({"a": "f" + inner.hex()}).encode())
    assert inner in {node.data for node in found.nodes if node.step == "hex"}
