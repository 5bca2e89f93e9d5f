"""QUIC at its bounds: frames that lie, pieces without end, packets in one datagram, tags that point elsewhere."""

import pytest

from affidavit.network.names import quic
from affidavit.network.names.tls import MAX_HELLO, Hello, More
from tests.builders.traffic import client_hello, crypto_frame, initial, varint

HELLO = client_hello("video.example.com", alpn=(b"h3",))


def look(content: bytes, **more) -> Hello | More | None:
    """What one packet with these frames says."""
    return quic.initial(initial(content, **more), quic.State())


@pytest.mark.parametrize(
    ("before", "named"),
    [
        (b"", True),
        (b"\x00" * 90, True),
        (b"\x01" * 5, True),
        (b"\x02\x00\x00\x00\x00", True),
        (b"\x02\x40\x64\x00\x02\x01" + b"\x01\x01" * 2, True),
        (b"\x03\x00\x00\x00\x00\x01\x02\x03", True),
        (b"\x02\x00\x00" + varint(1 << 40), False),
        (b"\x06\x00\x3f", False),
        (b"\x1c\x0a\x00\x00", False),
        (b"\x08\x00", False),
        (b"\x07\x00", False),
    ],
)
def test_frames_in_front_of_the_hello(before, named):
    found = look(before + crypto_frame(0, HELLO))
    assert isinstance(found, Hello) == named


def test_a_hello_that_is_cut_is_waited_for_at_every_byte():
    for cut in range(0, len(HELLO), 7):
        found = look(crypto_frame(0, HELLO[:cut]))
        assert isinstance(found, More)
        assert found.missing == (len(HELLO) - cut if cut >= 4 else 4 - cut)
    assert look(crypto_frame(0, b"\x02" + HELLO[1:])) is None, "a server's hello is none of a client's"


def test_a_hello_may_come_byte_by_byte_backwards():
    state = quic.State()
    for number, begin in enumerate(range(len(HELLO) - len(HELLO) % 40, -1, -40)):
        found = quic.initial(initial(crypto_frame(begin, HELLO[begin : begin + 40]), number=number, size=60), state)
        assert isinstance(found, Hello) == (begin == 0)
    assert (state.done, state.pieces) == (True, [])


def test_where_pieces_differ_the_first_one_holds():
    other = HELLO.replace(b"video.example.com", b"other.example.com")
    for first, second, name in ((HELLO, other, "video.example.com"), (other, HELLO, "other.example.com")):
        found = look(crypto_frame(0, first[:-1]) + crypto_frame(0, second))
        assert isinstance(found, Hello)
        assert found.server_name == name


def test_pieces_are_bounded_in_number_and_bytes():
    state = quic.State()
    for number in range(3):
        many = b"".join(crypto_frame(2 * at + 5, b"x") for at in range(120 * number, 120 * number + 120))
        assert isinstance(quic.initial(initial(many, number=number), state), More)
    assert len(state.pieces) == quic.MAX_PIECES
    state = quic.State()
    for number in range(quic.MAX_TRIES - 1):
        quic.initial(initial(crypto_frame(5, bytes(1_500)), number=number), state)
    assert state.held <= MAX_HELLO + 1_500
    far = quic.State()
    quic.initial(initial(crypto_frame(MAX_HELLO + 1, b"far") + crypto_frame(MAX_HELLO, b"near")), far)
    assert [offset for offset, _ in far.pieces] == [MAX_HELLO]


@pytest.mark.parametrize("cut", [0, 1, 5, 6, 15, 16, 30, 100, 1_000, -1])
def test_a_packet_that_is_cut_says_nothing(cut):
    whole = initial(crypto_frame(0, HELLO))
    assert quic.initial(whole[:cut], quic.State()) is None


def test_a_changed_byte_anywhere_in_a_packet_names_nothing():
    whole = initial(crypto_frame(0, HELLO), size=400)
    for at in range(0, len(whole), 11):
        changed = bytearray(whole)
        changed[at] ^= 0x10
        assert not isinstance(quic.initial(bytes(changed), quic.State()), Hello), at


def tags(rows: list[tuple[bytes, int]], values: bytes, count: int | None = None) -> bytes:
    """A packet of version 39 with a hello of tags, whose ends are as given."""
    table = b"".join(tag + end.to_bytes(4, "little") for tag, end in rows)
    head = b"\x0d12345678Q039\x01" + bytes(12) + b"\xa0\x01\x04\x00"
    return head + b"CHLO" + (len(rows) if count is None else count).to_bytes(2, "little") + bytes(2) + table + values


@pytest.mark.parametrize(
    ("rows", "values", "name"),
    [
        ([(b"SNI\x00", 9)], b"a.example", "a.example"),
        ([(b"VER\x00", 4), (b"SNI\x00", 13)], b"Q039a.example", "a.example"),
        ([(b"SNI\x00", 0)], b"", ""),
        ([(b"VER\x00", 4)], b"Q039", ""),
        ([(b"VER\x00", 9), (b"SNI\x00", 4)], b"a.exampleQ039", ""),
        ([(b"SNI\x00", 513)], b"x" * 513, ""),
        ([(b"SNI\x00", 512)], b"x" * 512, "x" * 255),
    ],
)
def test_tags_name_hosts_where_their_ends_say(rows, values, name):
    found = quic.initial(tags(rows, values), quic.State())
    assert isinstance(found, Hello)
    assert found.server_name == name


def test_tags_that_are_cut_or_too_many_name_nothing():
    whole = tags([(b"VER\x00", 4), (b"SNI\x00", 13)], b"Q039a.example")
    for cut in range(whole.index(b"CHLO") + 8, len(whole)):
        found = quic.initial(whole[:cut], quic.State())
        assert found == More(len(whole) - cut) or (isinstance(found, More) and cut < len(whole) - 13)
    assert quic.initial(tags([], bytes(2_000), count=129), quic.State()) is None
    assert isinstance(quic.initial(tags([], bytes(8 * 128), count=128), quic.State()), Hello)
