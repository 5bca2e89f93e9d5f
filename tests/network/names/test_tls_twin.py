"""Hellos are read as their slow twin reads them; each length that lies, and each cut, names nobody."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.names import tls
from affidavit.network.names.tls import Hello, More
from tests.builders import traffic
from tests.builders.traffic import extension, numbers, protocols, server_name, vector
from tests.oracles import hello as twin

NUMBER = st.one_of(st.integers(0, 0xFFFF), st.sampled_from([0x0A0A, 0xFAFA, 0x0A1A, 0x1301]))
NAME = st.text("abcxyz019-.", min_size=1, max_size=40)
EXTENSION = st.one_of(
    NAME.map(lambda name: server_name(name.encode())),
    st.lists(st.binary(min_size=1, max_size=9), max_size=4).map(protocols),
    st.lists(NUMBER, max_size=6).map(lambda values: extension(10, vector(numbers(values), 2))),
    st.lists(NUMBER, max_size=6).map(lambda values: extension(13, vector(numbers(values), 2))),
    st.lists(NUMBER, max_size=6).map(lambda values: extension(43, vector(numbers(values), 1))),
    st.binary(max_size=5).map(lambda formats: extension(11, vector(formats, 1))),
    st.sampled_from([extension(0xFE0D, b"\x00" + bytes(30)), extension(0xFFCE, b"x"), extension(0x5A5A)]),
    st.tuples(NUMBER, st.binary(max_size=9)).filter(lambda row: row[0] > 60).map(lambda row: extension(*row)),
)


@settings(max_examples=60)
@given(st.lists(EXTENSION, max_size=9), st.lists(NUMBER, max_size=9), st.lists(st.integers(1, 200), max_size=4))
def test_hellos_are_read_as_the_slow_twin_reads_them(extensions, ciphers, sizes):
    stream = traffic.records(traffic.client_hello(extensions=extensions, ciphers=ciphers), sizes)
    found, theirs = tls.hello(stream), twin.hello(twin.joined(stream))
    assert isinstance(found, Hello)
    first: dict[int, bytes] = {}
    for kind, content in theirs.extensions:
        first.setdefault(kind, content)
    assert found.server_name == (twin.behind(first[0][3:], 2)[0].decode() if 0 in first else "")
    groups = twin.meant(twin.pairs(first.get(10, b"")[2:]))
    versions = twin.meant(twin.pairs(first.get(43, b"")[1:])) or [theirs.version]
    assert found.versions == tuple(versions)
    assert found.ech == bool({0xFE0D, 0xFFCE} & set(first))
    lists = [twin.meant(theirs.ciphers), twin.meant(list(first)), groups, list(first.get(11, b"")[1:])]
    line = ",".join([str(theirs.version), *("-".join(map(str, values)) for values in lists)])
    assert found.ja3 == hashlib.md5(line.encode(), usedforsecurity=False).hexdigest()
    told, rest = [], first.get(16, b"")[2:]
    while rest:
        name, rest = twin.behind(rest, 1)
        told.append(name)
    assert len(found.alpn) == len(told)
    assert found.ja4[1:8] == (
        f"{ {0x0304: '13', 0x0303: '12', 0x0302: '11', 0x0301: '10', 0x0300: 's3', 2: 's2'}.get(max(versions), '00') }"
        f"{'d' if 0 in first else 'i'}{len(lists[0]):02d}{len(lists[1]):02d}"
    )


def test_a_length_that_lies_never_names_another_host():
    """Each byte of a hello in turn is all values that move an end by one, and the largest."""
    whole = traffic.records(traffic.client_hello("api.example.com", ech=True))
    for at in range(len(whole)):
        for value in {0, 255, (whole[at] + 1) & 255, (whole[at] - 1) & 255}:
            found = tls.hello(whole[:at] + bytes([value]) + whole[at + 1 :])
            name = found.server_name if isinstance(found, Hello) else ""
            changed_inside = b"api.example.com" not in whole[:at] + bytes([value]) + whole[at + 1 :]
            assert name in ("", "api.example.com") or changed_inside, (at, value, name)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"", ""),
        (b"\x00\x00", ""),
        (b"\x00\x0c\x00\x00\x09a.example", "a.example"),
        (b"\x00\x0c\x00\x00\x09a.examplejunk", "a.example"),
        (b"\x00\x0b\x00\x00\x09a.example", ""),
        (b"\x00\x0c\x00\x00\x0aa.example", ""),
        (b"\x00\x0c\x01\x00\x09a.example", ""),
        (b"\x00\x14\x01\x00\x05other\x00\x00\x09b.example", "b.example"),
        (b"\x00\x18\x00\x00\x09a.example\x00\x00\x09b.example", "a.example"),
        (b"\x00\x03\x00\x00\x00", ""),
    ],
)
def test_the_list_of_server_names(raw, name):
    found = tls.hello(traffic.records(traffic.client_hello(extensions=[extension(0, raw)])))
    assert isinstance(found, Hello)
    assert found.server_name == name


def test_the_first_of_two_extensions_holds_and_those_before_a_fault_do():
    twice = [server_name(b"first.example"), server_name(b"second.example")]
    found = tls.hello(traffic.records(traffic.client_hello(extensions=twice)))
    assert isinstance(found, Hello)
    assert found.server_name == "first.example"
    broken = [server_name(b"first.example"), b"\x00\x10\x7f\xff\x00"]
    found = tls.hello(traffic.records(traffic.client_hello(extensions=broken)))
    assert isinstance(found, Hello)
    assert (found.server_name, found.alpn) == ("first.example", ())


@pytest.mark.parametrize(("count", "kept"), [(1, 1), (tls.MAX_NAMES, tls.MAX_NAMES), (200, tls.MAX_NAMES)])
def test_protocols_are_bounded(count, kept):
    found = tls.hello(traffic.records(traffic.client_hello(alpn=[b"p"] * count)))
    assert isinstance(found, Hello)
    assert len(found.alpn) == kept


def test_the_largest_hello_is_read_and_one_larger_is_not_waited_for():
    base = len(traffic.client_hello(extensions=[extension(21)]))
    largest = b"\x01" + tls.MAX_HELLO.to_bytes(3, "big")
    assert isinstance(tls.hello(b"\x16\x03\x01\x00\x04" + largest), More)
    more = b"\x01" + (tls.MAX_HELLO + 1).to_bytes(3, "big")
    assert tls.hello(b"\x16\x03\x01\x00\x04" + more) is None
    for padding in (16_000, 60_000):
        message = traffic.client_hello(extensions=[server_name(b"far.example"), extension(21, bytes(padding))])
        stream = traffic.records(message, [16_000] * 4)
        assert len(message) == base + padding + 20
        found = tls.hello(stream)
        assert isinstance(found, Hello)
        assert found.server_name == "far.example"


def test_a_hello_says_exactly_how_much_of_its_record_is_missing():
    """One record: after the length of the message is known, every byte that lacks is counted."""
    whole = traffic.records(traffic.client_hello())
    for cut in range(9, len(whole)):
        assert tls.hello(whole[:cut]) == More(len(whole) - cut)
    assert [tls.hello(whole[:cut]) for cut in range(6)] == [More(9 - cut) for cut in range(6)]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", (b"", False)),
        (b"\x16\x03\x01\x00\x02ab", (b"ab", False)),
        (b"\x16\x03\x01\x00\x02ab\x16\x03\x03\x00\x01c", (b"abc", False)),
        (b"\x16\x03\x01\x00\x02ab\x14\x03\x03\x00\x01\x01", (b"ab", True)),
        (b"\x16\x03\x01\x00\x04ab", (b"ab", False)),
        (b"\x16\x03\x01\x00", (b"", False)),
        (b"\x16\x02\x01\x00\x02ab", (b"", True)),
        (b"\x16\x03\x01\x00\x00", (b"", True)),
        (b"\x16\x03\x01\x41\x00", (b"", False)),
        (b"\x16\x03\x01\x41\x01", (b"", True)),
    ],
)
def test_records_of_a_handshake_are_joined_up_to_another_kind(data, found):
    assert tls.handshake(data, 100) == found


def test_a_servers_hello_that_is_cut_is_waited_for_and_never_half_read():
    whole = traffic.records(traffic.server_hello(0x0304, 0x1301, extension(16, b"\x00\x03\x02h2")))
    for cut in range(len(whole)):
        assert isinstance(tls.server(whole[:cut]), More)
    found = tls.server(whole)
    assert isinstance(found, tls.Server)
    assert (found.version, found.cipher, found.alpn, found.retry, found.mac_last) == (
        0x0304,
        0x1301,
        "h2",
        False,
        False,
    )


def test_a_server_that_asks_for_another_hello_and_one_that_authenticates_last_are_told():
    retry = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
    message = traffic.server_hello(0x0304, 0x1301)
    found = tls.server(traffic.records(message[:6] + retry + message[38:]))
    assert isinstance(found, tls.Server)
    assert found.retry
    found = tls.server(traffic.records(traffic.server_hello(0x0303, 0xC013, extension(22))))
    assert isinstance(found, tls.Server)
    assert found.mac_last
    bare = b"\x02" + vector(traffic.server_hello()[4:-2], 3)
    found = tls.server(traffic.records(bare))
    assert isinstance(found, tls.Server)
    assert (found.version, found.cipher) == (0x0303, 0xC02F), "a hello without extensions is one too"
