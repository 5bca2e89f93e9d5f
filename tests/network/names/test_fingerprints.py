"""Fingerprints are those that their authors publish, and stay the same when what does not count changes."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.kernels.hello import is_grease
from affidavit.network.names import fingerprints, tls
from affidavit.network.names.fingerprints import ja3, ja4, without_grease
from tests.builders import traffic

GREASE = [0x0A0A, 0x1A1A, 0x2A2A, 0x3A3A, 0x4A4A, 0x5A5A, 0x6A6A, 0x7A7A]
GREASE += [0x8A8A, 0x9A9A, 0xAAAA, 0xBABA, 0xCACA, 0xDADA, 0xEAEA, 0xFAFA]
NUMBERS = st.lists(st.integers(0, 0xFFFF), max_size=12)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0",
            "ada70206e40642a3e4461f35503241d5",
        ),
        ("769,4-5-10-9-100-98-3-6-19-18-99,,,", "de350869b8c85de67a350c8d186f11e6"),
    ],
)
def test_the_published_examples_of_ja3_are_met(line, expected):
    version, *lists = line.split(",")
    values = [[int(part) for part in each.split("-") if part] for each in lists]
    assert ja3(int(version), *values) == expected


def test_the_sixteen_numbers_of_grease_and_no_others_mean_nothing():
    """RFC 8701, section 2."""
    assert [value for value in range(1 << 16) if is_grease(value)] == GREASE
    assert without_grease(range(1 << 16)) == [value for value in range(1 << 16) if value not in GREASE]


@pytest.mark.parametrize(
    ("version", "shown"),
    [(0x0304, "13"), (0x0303, "12"), (0x0302, "11"), (0x0301, "10"), (0x0300, "s3"), (0x0002, "s2"), (0x7F1C, "00")],
)
def test_ja4_shows_the_version(version, shown):
    assert ja4(version, [], [], [], (), quic=False)[:4] == f"t{shown}i"


@pytest.mark.parametrize(("count", "shown"), [(0, "00"), (1, "01"), (99, "99"), (100, "99"), (1_000, "99")])
def test_ja4_counts_with_two_digits(count, shown):
    many = list(range(20, 20 + count))
    assert ja4(0x0303, many, [], [], (), quic=False)[4:8] == f"{shown}00"
    assert ja4(0x0303, [], many, [], (), quic=False)[4:8] == f"00{shown}"


@settings(max_examples=40)
@given(NUMBERS, NUMBERS, NUMBERS, st.randoms(use_true_random=False))
def test_clients_that_shuffle_look_the_same_but_not_in_ja3(ciphers, kinds, signs, shuffler):
    mixed = [list(ciphers), list(kinds)]
    for each in mixed:
        shuffler.shuffle(each)
    assert ja4(0x0304, *mixed, signs, (), quic=False) == ja4(0x0304, ciphers, kinds, signs, (), quic=False)
    same = mixed == [ciphers, kinds]
    assert (ja3(771, *mixed, [], []) == ja3(771, ciphers, kinds, [], [])) == same


def test_the_order_of_signatures_counts_and_name_and_protocols_do_not_count_twice():
    one, other = (ja4(0x0304, [1], [13], signs, (), quic=False) for signs in ([0x0403, 0x0804], [0x0804, 0x0403]))
    assert one != other
    assert one.split("_")[:2] == other.split("_")[:2]
    named, bare = ja4(0x0304, [1], [0, 16, 13], [5], (b"h2",), quic=False), ja4(0x0304, [1], [13], [5], (), quic=False)
    assert named.split("_")[1:] == bare.split("_")[1:]
    assert (named[:10], bare[:10]) == ("t13d0103h2", "t13i010100")


def test_the_fingerprints_of_a_hello_are_those_of_its_fields():
    found = tls.hello(traffic.records(traffic.client_hello("a.example", grease=True)))
    assert isinstance(found, tls.Hello)
    ciphers = "-".join(map(str, traffic.CIPHERS))
    line = f"771,{ciphers},0-10-11-13-16-43-51,29-23-24,0"
    assert found.ja3 == hashlib.md5(line.encode(), usedforsecurity=False).hexdigest()
    kinds = "000a,000b,000d,002b,0033_0403,0804,0401"
    sorted_ciphers = "009c,1301,1302,1303,c02b,c02f"
    parts = [hashlib.sha256(text.encode()).hexdigest()[:12] for text in (sorted_ciphers, kinds)]
    assert found.ja4 == "_".join(["t13d0607h2", *parts])


def test_a_hello_without_anything_has_a_fingerprint_too():
    bare = tls.hello(traffic.records(traffic.client_hello("", ciphers=(), extensions=())))
    assert isinstance(bare, tls.Hello)
    assert bare.ja4 == "t12i000000_000000000000_000000000000"
    assert bare.ja3 == fingerprints.ja3(0x0303, [], [], [], [])
    assert (bare.server_name, bare.alpn, bare.versions) == ("", (), (0x0303,))
