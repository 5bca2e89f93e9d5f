"""Frames of WebSockets become messages: the published examples, bounds, and frames that lie."""

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.names import websocket
from affidavit.network.names.http1 import LARGE, MISSING
from affidavit.network.names.websocket import Reader


def read(*pieces: bytes | int, packed: bool = False, fresh: bool = False) -> tuple[list[tuple[bytes, str]], Reader]:
    reader, found = Reader(packed=packed, fresh=fresh), []
    for piece in pieces:
        found += reader.feed(piece)
    return [tuple(spoken) for spoken in found], reader


def frame(data: bytes, kind: int = 2, *, last: bool = True, mask: bytes = b"", bits: int = 0) -> bytes:
    """A frame as RFC 6455, section 5.2 draws it."""
    size, flag = len(data), 0x80 if mask else 0
    if size < 126:
        length = bytes([flag | size])
    elif size < 1 << 16:
        length = bytes([flag | 126]) + size.to_bytes(2, "big")
    else:
        length = bytes([flag | 127]) + size.to_bytes(8, "big")
    content = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data)) if mask else data
    return bytes([(0x80 if last else 0) | bits | kind]) + length + mask + content


@pytest.mark.parametrize(
    ("raw", "messages"),
    [
        ("810548656c6c6f", [b"Hello"]),
        ("818537fa213d7f9f4d5158", [b"Hello"]),
        ("010348656c 80026c6f", [b"Hello"]),
        ("890548656c6c6f", []),
        ("8a8537fa213d7f9f4d5158", []),
        ("010348656c 890548656c6c6f 80026c6f", [b"Hello"]),
        ("8100", [b""]),
        ("80026c6f", []),
        ("880203e8", []),
        ("010348656c 810548656c6c6f 80026c6f", [b"Hello"]),
    ],
)
def test_the_published_frames_are_read(raw, messages):
    """RFC 6455, section 5.7; then control frames between pieces, and pieces that continue nothing."""
    found, reader = read(bytes.fromhex(raw))
    assert found == [(data, "") for data in messages]
    assert (reader.problem, reader.held) == ("", 0)


@pytest.mark.parametrize(
    ("raw", "messages"),
    [
        ("c107f248cdc9c90700", [b"Hello"]),
        ("4103f248cd 8004c9c90700", [b"Hello"]),
        ("c107f248cdc9c90700 c107f248cdc9c90700", [b"Hello", b"Hello"]),
        ("c107f248cdc9c90700 c105f200110000", [b"Hello", b"Hello"]),
        ("c10b000500faff48656c6c6f00", [b"Hello"]),
        ("c10df248050000 00ffffcac9c90700", [b"Hello"]),
        ("c107f248cdc9c90700 810548656c6c6f", [b"Hello", b"Hello"]),
    ],
)
def test_the_published_packed_frames_are_read(raw, messages):
    """RFC 7692, section 7.2.3."""
    found, reader = read(bytes.fromhex(raw), packed=True)
    assert found == [(data, "") for data in messages]
    assert not reader.problem


def test_a_message_whose_last_block_says_so_is_whole():
    """RFC 7692, section 7.2.3.4."""
    final = bytes.fromhex("c108f348cdc9c9070000")
    found, reader = read(final * 2, packed=True, fresh=True)
    assert found == [(b"Hello", "")] * 2
    assert not reader.problem
    found, reader = read(final * 2, packed=True)
    assert found[0] == (b"Hello", "")
    assert "ends the stream" in reader.problem, "what follows may rest on a window that is gone"


def test_without_an_agreement_packed_frames_are_not_read():
    found, reader = read(bytes.fromhex("c107f248cdc9c90700"))
    assert not found
    assert "no known kind" in reader.problem


def test_a_window_goes_on_only_where_it_was_agreed():
    data = bytes.fromhex("c107f248cdc9c90700 c105f200110000")
    assert read(data, packed=True)[0][1] == (b"Hello", "")
    found, reader = read(data, packed=True, fresh=True)
    assert found[0] == (b"Hello", "")
    assert found[1][1] == reader.problem == "a message cannot be unpacked"


@settings(max_examples=40)
@given(st.lists(st.binary(max_size=300), max_size=5), st.data())
def test_pieces_of_any_size_give_the_messages_back(messages, data):
    whole = b""
    for message in messages:
        mask = data.draw(st.sampled_from([b"", b"\x01\x02\x03\x04", bytes(4)]))
        cut = data.draw(st.integers(0, len(message)))
        whole += frame(message[:cut], 1, last=False, mask=mask) + frame(b"ping", 9) + frame(message[cut:], 0, mask=mask)
    step = data.draw(st.integers(1, 40))
    found, reader = read(*(whole[at : at + step] for at in range(0, len(whole), step)))
    assert found == [(message, "") for message in messages]
    assert reader.held == 0


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, websocket.MOST])
def test_sizes_are_written_in_three_ways(size):
    found, reader = read(frame(b"m" * size, mask=b"\xff\x00\xff\x00"))
    assert found == [(b"m" * size, "")]
    assert not reader.problem


def test_the_largest_frame_and_the_largest_message_are_bounded():
    head = frame(b"m" * (websocket.MOST + 1))[:10]
    found, reader = read(head)
    assert not found
    assert str(websocket.MOST + 1) in reader.problem
    parts = frame(b"m" * websocket.MOST, 1, last=False) + frame(b"x", 0)
    found, reader = read(parts + frame(b"next"))
    assert found == [(b"m" * websocket.MOST, LARGE), (b"next", "")]
    packed = frame(b"m" * websocket.MOST, 1, last=False, bits=0x40) + frame(b"x", 0)
    found, reader = read(packed + frame(b"next"), packed=True)
    assert [cut for _, cut in found] == [LARGE]
    assert "too large" in reader.problem, "what follows is compressed against it"


def test_a_bomb_is_unpacked_to_the_bound_alone():
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = (packer.compress(bytes(8 << 20)) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]
    found, reader = read(frame(data, bits=0x40), packed=True)
    assert [(len(plain), cut) for plain, cut in found] == [(websocket.MOST, LARGE)]
    assert reader.problem


@pytest.mark.parametrize("bits", [0x10, 0x20, 0x30, 0x50])
def test_bits_without_a_meaning_end_the_reading(bits):
    found, reader = read(frame(b"ok"), frame(b"odd", bits=bits), frame(b"later"), packed=True)
    assert found == [(b"ok", "")]
    assert reader.problem
    assert reader.held == 0


def test_after_a_gap_nothing_is_read():
    found, reader = read(frame(b"one"), frame(b"two")[:3], 7, frame(b"three"))
    assert found == [(b"one", "")]
    assert (reader.problem, reader.held) == (MISSING, 0)


def test_what_is_not_whole_waits():
    whole = frame(b"w" * 200, mask=b"abcd")
    for cut in range(len(whole)):
        found, reader = read(whole[:cut])
        assert (found, reader.held, reader.problem) == ([], cut, "")
