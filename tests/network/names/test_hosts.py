"""Names are told from addresses, and compared as names are."""

import pytest

from affidavit.network.names import hosts


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "[2001:db8::1]", "2001:db8::1", "fe80::1%eth0", "0x7f.1", "2130706433", "10.0.0.1."]
)
def test_addresses_are_no_names(host):
    assert hosts.is_literal(host)


@pytest.mark.parametrize("host", ["example.com", "1.example", "10.0.0.1.nip.example", "", "0x7f.example", "a:b"])
def test_names_are_no_addresses(host):
    assert not hosts.is_literal(host)


@pytest.mark.parametrize(
    ("authority", "parts"),
    [
        ("example.com", ("example.com", -1)),
        ("example.com:8443", ("example.com", 8443)),
        ("user:word@example.com:1", ("example.com", 1)),
        ("[2001:db8::1]:443", ("2001:db8::1", 443)),
        ("[2001:db8::1]", ("2001:db8::1", -1)),
        ("2001:db8::1", ("2001:db8::1", -1)),
        ("example.com:99999", ("example.com", -1)),
        ("example.com:٣", ("example.com", -1)),
        ("", ("", -1)),
    ],
)
def test_an_authority_is_taken_apart(authority, parts):
    assert hosts.split(authority) == parts


def test_odd_bytes_are_written_out_and_bounded():
    assert hosts.text(b"a\x00\xe9b c") == r"a\x00\xe9b\x20c"
    assert len(hosts.text(b"\xff" * 1_000)) == hosts.MOST


@pytest.mark.parametrize(
    ("size", "kept"), [(0, 0), (1, 1), (hosts.MOST, hosts.MOST), (hosts.MOST + 1, hosts.MOST), (5_000, hosts.MOST)]
)
def test_names_are_kept_up_to_their_longest(size, kept):
    assert hosts.text(b"n" * size) == "n" * kept
    assert hosts.split("n" * size) == ("n" * kept, -1)
    assert hosts.split(f"[{'a' * size}]:1") == ("a" * kept, 1)


@pytest.mark.parametrize(
    ("port", "number"),
    [
        ("0", 0),
        ("1", 1),
        ("65535", 65_535),
        ("65536", -1),
        ("00080", 80),
        ("000080", -1),
        ("-1", -1),
        ("", -1),
        (" 1", -1),
    ],
)
def test_ports_are_numbers_of_two_bytes(port, number):
    assert hosts.split(f"a.example:{port}") == ("a.example", number)
    assert hosts.split(f"[::1]:{port}") == ("::1", number)


@pytest.mark.parametrize(
    ("host", "same"),
    [("A.Example", "a.example"), ("a.example.", "a.example"), ("a.example..", "a.example."), (".", "")],
)
def test_names_are_compared_without_case_and_root(host, same):
    assert hosts.normal(host) == same
