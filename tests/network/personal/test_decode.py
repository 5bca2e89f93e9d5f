"""Taking messages apart ends, whatever they hold, and what could not be read is counted."""

import base64
import gzip
import json
import random
import zlib

import brotli
import msgspec
import pytest
import zstandard

from affidavit.network.personal import decode
from affidavit.network.personal.decode import DEPTH, MOST, ROOM, Decoded
from affidavit.network.personal.profile import read_profile
from affidavit.network.personal.roots import roots
from affidavit.network.personal.seek import Seeker
from affidavit.network.personal.unpack import RATIO, unpack
from affidavit.network.personal.unpack import ROOM as LITTLE
from tests.builders.planted import message, protobuf

NOISE = random.Random(7).randbytes(4_096)  # noqa: S311 - any bytes do
ANYBODY = Seeker()


def decoded(**more) -> Decoded:
    return Decoded(roots(message(**more), sent=True))


def unread(**more) -> dict[str, int]:
    facts = (item.fact for item in ANYBODY.seek(message(**more)))
    return {fact.why: fact.size for fact in facts if hasattr(fact, "why")}


def nested(depth: int) -> bytes:
    data = b"at the very bottom"
    for _ in range(depth):
        data = base64.b64encode(data)
    return data


# Bombs


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_no_stream_gives_more_than_is_allowed(name):
    plain = bytes(20 << 20)
    packed = {
        "gzip": lambda: gzip.compress(plain, mtime=0),
        "deflate": lambda: zlib.compress(plain),
        "br": lambda: brotli.compress(plain, quality=5),
        "zstd": lambda: zstandard.ZstdCompressor().compress(plain),
    }[name]()
    found = unpack(name, packed, ROOM)
    assert found.problem == "too-large"
    assert len(found.data) <= min(ROOM, LITTLE + RATIO * len(packed))
    assert unread(request=(("Content-Encoding", name),), sent=packed)["too-large"] == len(packed)


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_streams_that_end_too_early_give_what_they_have(name):
    plain = json.dumps([number * 0.7310585 for number in range(900)]).encode()
    packed = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "br": brotli.compress,
        "zstd": zstandard.ZstdCompressor().compress,
    }[name](plain)
    assert unpack(name, packed, ROOM) == (plain, "")
    found = unpack(name, packed[:-2_000], ROOM)
    assert plain.startswith(found.data)
    assert found.problem or not found.data
    assert unpack(name, NOISE, ROOM).problem


def test_a_member_after_the_other_is_read():
    assert unpack("gzip", gzip.compress(b"one ") + gzip.compress(b"two"), ROOM).data == b"one two"


def test_a_stream_that_gives_itself_ends():
    """The smallest quine there is: what comes out is opened again, to the usual depth."""
    data = gzip.compress(b"x" * 1_000, mtime=0)
    for _ in range(20):
        data = gzip.compress(data, mtime=0)
    found = decoded(sent=data)
    assert max(node.depth for node in found.nodes) == DEPTH
    assert found.unread["too-large"]


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 500_000,
        b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
        b'["' * 3 + b"\\" * 100_000,
        b"\x91" * 500_000,
        b"\xdd\x7f\xff\xff\xff" + b"\x01" * 100,
        b"<a " * 100_000,
        b"<a b='" * 50_000,
        b"%25" * 200_000,
        b"&amp;" * 100_000,
        b"--x\r\n" * 50_000,
        b"eyJh." * 100_000,
        b"a=" * 200_000,
        b"bplist00" + b"\xff" * 5_000,
        b"\0\0\0\0\0" * 50_000,
        (base64.b64encode(b"123456789012") + b" ") * 20_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_content_made_to_exhaust_a_reader_does_not(body):
    found = decoded(sent=body)
    assert len(found.nodes) <= MOST
    assert sum(len(node.data) for node in found.nodes) <= ROOM
    assert max(node.depth for node in found.nodes) <= DEPTH


def test_base64_of_base64_goes_to_the_depth_and_the_rest_is_counted():
    assert any(node.data == b"at the very bottom" for node in decoded(sent=nested(DEPTH)).nodes)
    found = decoded(sent=nested(DEPTH + 1))
    assert not any(node.data == b"at the very bottom" for node in found.nodes)
    assert found.unread["too-large"] == len(nested(1))


def test_messages_in_messages_are_one_step_and_bounded():
    def in_each_other(times: int) -> Decoded:
        data = b"\x08\x01"
        for _ in range(times):
            data = protobuf(1, data + b"\x10\xff\x01")
        return decoded(sent=data)

    assert max(node.depth for node in in_each_other(20).nodes) == 1
    assert max(node.depth for node in in_each_other(1_000).nodes) == DEPTH


def test_a_message_has_a_number_of_parts(monkeypatch):
    monkeypatch.setattr(decode, "MOST", 100)
    body = json.dumps([{"id": f"value {number}"} for number in range(500)]).encode()
    found = decoded(sent=body)
    assert len(found.nodes) == 100
    assert found.unread["too-large"]
    assert Seeker(read_profile(b"typed: [value 499 of many]")).seek(message(sent=body)) is not None


def test_a_body_is_read_as_far_as_there_is_room():
    found = decoded(sent=b"plain words, " * (ROOM // 10))
    assert found.unread["too-large"] > 0
    assert sum(len(node.data) for node in found.nodes) <= ROOM


# What could not be read


@pytest.mark.parametrize(
    ("body", "size"),
    [
        (NOISE, 4_096),
        (b"\x16\xf1\x03\x00\x20" + NOISE[:300], 305),
        (json.dumps({"data": base64.b64encode(NOISE).decode()}).encode(), 4_096),
        (json.dumps({"data": NOISE.hex()}).encode(), 4_096),
        (b"tt-data=" + base64.urlsafe_b64encode(NOISE), 4_096),
        (gzip.compress(NOISE, mtime=0), 4_096),
        (protobuf(1, b"v1") + protobuf(2, NOISE), 4_096),
    ],
    ids=["noise", "MMTLS", "base64", "hex", "form", "gzip", "protobuf"],
)
def test_encrypted_content_is_counted_wherever_it_lies(body, size):
    assert unread(sent=body) == {"opaque": size}


@pytest.mark.parametrize(
    "body",
    [
        b"plain words",
        json.dumps({"sha256": "9f" * 32, "id": "1209d0b9-b959-42e6-b921-aa5d9d08c1af"}).encode(),
        b"/a/very/long/path/of/words/that/has/the/letters/of/base64/and/nothing/else/in/it/at/all" * 4,
        b"x" * 5_000,
        msgspec.msgpack.encode({"a": [1, 2, {"b": "words"}]}),
        protobuf(1, b"words") + protobuf(2, b"\x08\x01"),
        b"",
    ],
)
def test_readable_content_is_not_counted(body):
    assert not unread(sent=body)


def test_what_a_capture_did_not_keep_is_counted():
    headers = (("content-length", "77"),)
    assert unread(request=headers, sent=None) == {"not-kept": 77}
    assert unread(request=headers, sent=b"some words", cut="truncated") == {"not-kept": 67}
    assert unread(request=(("Content-Length", "٣"),), sent=None) == {}


def test_damaged_streams_are_counted_and_their_beginning_is_read():
    packed = gzip.compress(json.dumps({"words": "plain " * 50, "noise": NOISE.hex()}).encode(), mtime=0)
    assert unread(request=(("Content-Encoding", "gzip"),), sent=packed[:-1_000])["damaged"] == len(packed) - 1_000


def test_bodies_that_a_capture_has_opened_already_are_read_as_they_are():
    found = decoded(request=(("Content-Encoding", "gzip"),), sent=b'{"a": {"b": "plain words"}}')
    assert ("body", "json:$.a.b") in {node.path() for node in found.nodes}


def test_answers_are_not_counted_as_sent():
    assert unread(received=NOISE) == {}
