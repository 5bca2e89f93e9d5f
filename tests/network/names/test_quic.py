"""QUIC's first packets are opened, and what is in them is put together in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.names import quic
from affidavit.network.names.tls import Hello, More
from tests.builders import traffic
from tests.builders.traffic import client_hello, crypto_frame, initial

HELLO = client_hello("video.example.com", alpn=(b"h3",))
V2 = 0x6B3343CF


def name_of(*datagrams: bytes) -> list[str]:
    """Names that a connection's datagrams give, one after the other."""
    state = quic.State()
    found = [quic.initial(datagram, state) for datagram in datagrams]
    return [item.server_name for item in found if isinstance(item, Hello)]


@pytest.mark.parametrize("version", traffic.SALTS)
def test_every_version_is_opened(version):
    state = quic.State()
    found = quic.initial(initial(crypto_frame(0, HELLO), version=version, token=b"tok", number=3), state)
    assert isinstance(found, Hello)
    assert found.server_name == "video.example.com"
    assert found.alpn == ("h3",)
    assert found.ja4.startswith("q13d")
    assert state.done
    assert quic.initial(initial(crypto_frame(0, HELLO), version=version), state) is None, "it is said once"


def test_the_published_packet_of_version_1_is_opened():
    """The first bytes of RFC 9001, appendix A.2, whose keys the appendix lists."""
    keys = quic._keys(1, bytes.fromhex("8394c8f03e515708"))
    assert keys.nonce.to_bytes(12, "big").hex() == "fa044b2f42a3fd3b46fb255c"
    assert keys.mask.update(bytes.fromhex("d1b1c98dd7689fb8ec11d242b123dc9b"))[:5].hex() == "437b9aec36"
    assert quic._keys(V2, bytes.fromhex("8394c8f03e515708")).nonce.to_bytes(12, "big").hex() == (
        "91f73e2351d8fa91660e909f"
    )


@given(st.data())
def test_pieces_are_put_in_order_over_frames_and_datagrams(data):
    cuts = sorted(data.draw(st.sets(st.integers(1, len(HELLO) - 1), max_size=8)))
    pieces = [(begin, HELLO[begin:end]) for begin, end in zip([0, *cuts], [*cuts, len(HELLO)], strict=True)]
    pieces += data.draw(st.lists(st.sampled_from(pieces), max_size=3))
    pieces = data.draw(st.permutations(pieces))
    groups = [pieces[at : at + 2] for at in range(0, len(pieces), 2)]
    frames = [b"\x01\x00" + b"".join(crypto_frame(*piece) for piece in group) for group in groups]
    state, said, missing = quic.State(), [], True
    for number, content in enumerate(frames):
        found = quic.initial(initial(content, number=number, size=100), state)
        if isinstance(found, Hello):
            said.append(found.server_name)
        missing = isinstance(found, More)
    assert said == ["video.example.com"]
    assert not missing


def test_a_piece_that_is_missing_gives_no_name():
    state = quic.State()
    found = quic.initial(initial(crypto_frame(100, HELLO[100:])), state)
    assert isinstance(found, More)
    assert isinstance(quic.initial(initial(crypto_frame(0, HELLO[:90]), number=1), state), More)
    assert isinstance(quic.initial(initial(crypto_frame(80, HELLO[80:110]), number=2), state), Hello)


def test_packets_of_one_datagram_are_all_opened():
    first = initial(crypto_frame(0, HELLO[:100]), size=100)
    assert name_of(first + initial(crypto_frame(100, HELLO[100:]), number=1, size=100)) == ["video.example.com"]
    early = b"\xd0\x00\x00\x00\x01\x08" + bytes(8) + b"\x00" + traffic.varint(40) + bytes(40)
    assert name_of(early + initial(crypto_frame(0, HELLO))) == ["video.example.com"]


def test_keys_hold_when_the_server_has_given_the_connection_another_number():
    original = b"\x83\x94\xc8\xf0\x3e\x51\x57\x08"
    first = initial(crypto_frame(0, HELLO[:150]))
    second = initial(crypto_frame(150, HELLO[150:]), to=b"\xaa\xbb\xcc\xdd", keyed_by=original, number=1)
    assert name_of(first, second) == ["video.example.com"]
    assert name_of(second) == []


def test_a_retry_starts_the_connection_anew():
    retry = b"\xf0\x00\x00\x00\x01\x00\x04abcd" + bytes(40)
    assert name_of(retry, initial(crypto_frame(0, HELLO), to=b"abcd", token=bytes(40))) == ["video.example.com"]


def test_acknowledgements_are_passed_over():
    answered = b"\x02\x00\x00\x01\x00\x00\x00" + b"\x03\x00\x00\x00\x00\x01\x01\x01"
    assert name_of(initial(answered + crypto_frame(0, HELLO))) == ["video.example.com"]
    assert name_of(initial(b"\x1c\x00\x00\x00" + crypto_frame(0, HELLO))) == []


def test_the_servers_packets_and_negotiation_say_nothing():
    assert name_of(initial(crypto_frame(0, HELLO), side="server")) == []
    negotiation = b"\x80\x00\x00\x00\x00\x04abcd\x04efgh" + b"\x00\x00\x00\x01"
    assert name_of(negotiation) == []


def tagged(name: bytes, *, before: int = 0) -> bytes:
    """A hello of tags, with some values before the name."""
    rows = [(b"PAD\x00", before), (b"SNI\x00", before + len(name)), (b"VER\x00", before + len(name) + 4)]
    table = b"".join(tag + end.to_bytes(4, "little") for tag, end in rows)
    return b"CHLO" + len(rows).to_bytes(2, "little") + bytes(2) + table + bytes(before) + name + b"Q039"


def test_the_quic_before_tls_names_its_host_in_a_tag():
    head = b"\x0d" + b"12345678" + b"Q039" + b"\x01" + bytes(12) + b"\xa0\x01\x04\x00"
    assert name_of(head + tagged(b"www.example.com", before=300)) == ["www.example.com"]
    long = b"\xd3Q046\x50" + b"12345678" + bytes(4) + bytes(12) + b"\xa0\x01\x04\x00"
    assert name_of(long + tagged(b"www.example.com")) == ["www.example.com"]
    assert isinstance(quic.initial(head + tagged(b"www.example.com", before=300)[:340], quic.State()), More)
    assert name_of(head.replace(b"Q039", b"X039") + tagged(b"www.example.com")) == []


def test_a_connection_that_never_names_anything_is_given_up():
    state = quic.State()
    for number in range(quic.MAX_TRIES):
        assert not state.done
        quic.initial(initial(crypto_frame(1_000 + number * 7, bytes(5)), number=number, size=50), state)
    assert state.done
    assert len(state.pieces) <= quic.MAX_PIECES


@given(st.binary(max_size=120), st.integers(0, 1_300), st.integers(0, 255))
def test_no_bytes_raise(data, at, value):
    whole = bytearray(initial(crypto_frame(0, HELLO)))
    whole[at % len(whole)] = value
    inside = initial(data, size=20)
    head = b"\x0d12345678Q039" + bytes(17)
    for raw in (data, bytes(whole), inside, whole[:20] + data, head + b"CHLO" + data, b"\xc0\x00\x00\x00\x01" + data):
        state = quic.State()
        quic.initial(bytes(raw), state)
        quic.initial(inside, state)
