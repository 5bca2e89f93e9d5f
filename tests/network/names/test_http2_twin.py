"""Streams of HTTP/2 are those of a slow twin; frames are read up to their bounds."""

import hpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.names import http2
from affidavit.network.names.http2 import Data, Head, Reader
from tests.builders.secure import h2_frame, h2_headers
from tests.oracles import http2_frames as twin

TEXT = st.text("abcxyz-019", min_size=1, max_size=12)
HEADERS = st.lists(st.tuples(TEXT, st.one_of(st.just(""), TEXT)), min_size=1, max_size=5)


@st.composite
def side(draw) -> bytes:
    """Frames of some streams, among frames that say nothing of them."""
    encoder, parts = hpack.Encoder(), []
    for number in draw(st.lists(st.sampled_from([1, 3, 5]), min_size=1, max_size=6)):
        parts.append(h2_frame(draw(st.sampled_from([2, 4, 6, 8, 11])), 0, 0, draw(st.binary(max_size=8))))
        block = encoder.encode(draw(HEADERS))
        if draw(st.booleans()):
            parts.append(h2_frame(1, 0x24, number, bytes(5) + block))
        else:
            parts += h2_headers(block, number, last=draw(st.booleans()), pieces=draw(st.integers(1, 3)))
        body, padding = draw(st.binary(max_size=20)), draw(st.integers(0, 5))
        parts.append(h2_frame(0, draw(st.integers(0, 1)) | 8, number, bytes([padding]) + body + bytes(padding)))
    return b"".join(parts)


@settings(max_examples=50)
@given(side(), st.integers(1, 60), st.booleans())
def test_streams_are_those_of_the_twin(data, step, client):
    reader, found = Reader(client=client), {}
    whole = (http2.PREFACE if client else b"") + data
    for at in range(0, len(whole), step):
        for frame in reader.feed(whole[at : at + step]):
            headers, body, _ = found.get(frame.stream, ([], b"", False))
            if isinstance(frame, Head):
                found[frame.stream] = twin.Stream(headers + list(frame.headers), body, frame.last)
            elif isinstance(frame, Data):
                found[frame.stream] = twin.Stream(headers, body + frame.data, frame.last)
    assert (reader.problem, reader.held) == ("", 0)
    assert found == twin.streams(data)


@pytest.mark.parametrize(
    ("size", "read"), [(0, True), (16_384, True), (http2.MAX_FRAME, True), (http2.MAX_FRAME + 1, False)]
)
def test_frames_are_read_up_to_a_bound(size, read):
    reader = Reader(client=False)
    found = list(reader.feed(h2_frame(0, 1, 1, bytes(size))))
    assert [len(frame.data) for frame in found if isinstance(frame, Data)] == [size] * read
    assert (str(size) in reader.problem) != read


@pytest.mark.parametrize(
    ("content", "data"),
    [(b"\x00abc", b"abc"), (b"\x02abc", b"a"), (b"\x03abc", b""), (b"\x00", b""), (b"\x04abc", None), (b"", None)],
)
def test_padding_may_take_all_but_its_own_byte(content, data):
    reader = Reader(client=False)
    found = list(reader.feed(h2_frame(0, 8, 1, content)))
    assert found == ([Data(1, data, last=False)] if data is not None else [])
    assert bool(reader.problem) == (data is None)


@pytest.mark.parametrize(
    ("raw", "begins"),
    [
        ("000000040000000000", True),
        ("000012040000000000", True),
        ("000000040100000000", True),
        ("000000040200000000", False),
        ("000000040000000001", False),
        ("010000040000000000", False),
        ("000000000000000000", False),
        ("0000000400000000", False),
    ],
)
def test_a_server_begins_with_settings(raw, begins):
    assert http2.begins_server(bytes.fromhex(raw)) == begins


@pytest.mark.parametrize(
    ("block", "headers"),
    [
        ("828684418cf1e3c2e5f23a6ba0ab90f4ff", (":authority", "www.example.com")),
        ("400a637573746f6d2d6b65790d637573746f6d2d686561646572", ("custom-key", "custom-header")),
        ("040c2f73616d706c652f70617468", (":path", "/sample/path")),
        ("100870617373776f726406736563726574", ("password", "secret")),
        ("82", (":method", "GET")),
    ],
)
def test_the_published_heads_are_read(block, headers):
    """RFC 7541, appendices C.2 and C.4.1."""
    (found,) = Reader(client=False).feed(h2_frame(1, 5, 1, bytes.fromhex(block)))
    assert isinstance(found, Head)
    assert found.headers[-1] == headers
