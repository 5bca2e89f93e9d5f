"""Hellos say who is called: whole, split, disguised and broken ones."""

import datetime as dt
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.kernels.hello import is_grease
from affidavit.network.names import fingerprints, tls
from affidavit.network.names.tls import Hello, More
from tests.builders import traffic


def certificate(common: str, *names: str) -> bytes:
    """A certificate that signs itself, in DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    start = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(5)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=30))
    )
    if names:
        general = [x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name) for name in names]
        made = made.add_extension(x509.SubjectAlternativeName(general), critical=False)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def test_a_hello_says_name_protocols_and_versions():
    found = tls.hello(traffic.records(traffic.client_hello("Api.Example.com", grease=True)))
    assert isinstance(found, Hello)
    assert found.server_name == "Api.Example.com"
    assert found.alpn == ("h2", "http/1.1")
    assert found.versions == (0x0304, 0x0303)
    assert found.random == bytes(range(32))
    assert not found.ech


def test_what_follows_the_hello_does_not_matter():
    whole = traffic.records(traffic.client_hello())
    assert tls.hello(whole + b"\x14\x03\x03\x00\x01\x01" + b"GET / HTTP") == tls.hello(whole)
    assert tls.hello(memoryview(whole)) == tls.hello(whole)


@given(st.data())
def test_a_hello_that_is_cut_anywhere_never_gives_half_a_name(data):
    name = data.draw(st.sampled_from(["a.example", "long." * 30 + "example.com"]))
    message = traffic.client_hello(name)
    whole = traffic.records(message, data.draw(st.lists(st.integers(1, len(message)), max_size=5)))
    cut = data.draw(st.integers(0, len(whole) - 1))
    found = tls.hello(whole[:cut])
    assert isinstance(found, More)
    assert 0 < found.missing <= len(whole) + 9 - cut
    said = tls.hello(whole)
    assert isinstance(said, Hello)
    assert said.server_name == name


def test_what_is_no_hello_is_told_at_once():
    assert tls.hello(b"GET / HTTP/1.1\r\n") is None
    assert tls.hello(traffic.records(traffic.server_hello())) is None
    assert tls.hello(b"\x16\x02\x00\x00\x10\x01") is None
    assert tls.hello(b"\x16\x03\x01\xff\xff\x01") is None
    assert tls.hello(b"\x16\x03\x01\x00\x00\x01") is None
    assert tls.hello(b"\x16\x03\x01\x40\x00\x01\xff\xff\xff") is None, "16 MB are no hello"
    half = traffic.records(traffic.client_hello())[:60]
    assert tls.hello(b"\x16\x03\x01\x00\x20" + half[5:37] + b"\x17\x03\x03\x00\x10") is None


def test_lengths_that_lie_name_nothing():
    lying = traffic.extension(0, b"\x00\x20\x00\x00\x40example.com")
    found = tls.hello(traffic.records(traffic.client_hello(extensions=[lying])))
    assert isinstance(found, Hello)
    assert not found.server_name
    past = traffic.extension(0, b"")[:2] + b"\x7f\xff" + b"\x00\x0e\x00\x00\x0bexample.com"
    found = tls.hello(traffic.records(traffic.client_hello(extensions=[traffic.extension(23), past])))
    assert isinstance(found, Hello)
    assert not found.server_name


def test_names_of_other_kinds_and_odd_bytes_are_not_taken_for_hosts():
    other = traffic.extension(0, traffic.vector(b"\x07" + traffic.vector(b"x.example", 2), 2))
    found = tls.hello(traffic.records(traffic.client_hello(extensions=[other])))
    assert isinstance(found, Hello)
    assert not found.server_name
    odd = tls.hello(traffic.records(traffic.client_hello("a\x1b[31m\xffb")))
    assert isinstance(odd, Hello)
    assert odd.server_name == r"a\x1b[31m\xffb"
    long = tls.hello(traffic.records(traffic.client_hello("a" * 4_000)))
    assert isinstance(long, Hello)
    assert len(long.server_name) == 255


def test_an_encrypted_hello_is_marked():
    found = tls.hello(traffic.records(traffic.client_hello("public.example", ech=True)))
    assert isinstance(found, Hello)
    assert found.ech
    assert found.server_name == "public.example"


def test_the_fingerprint_of_the_published_example_of_ja4_is_met():
    ciphers = [0x002F, 0x0035, 0x009C, 0x009D, 0x1301, 0x1302, 0x1303, 0xC013, 0xC014, 0xC02B, 0xC02C, 0xC02F, 0xC030]
    ciphers += [0xCCA8, 0xCCA9]
    kinds = [0x001B, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002D, 0x000D, 0x0005, 0x0023, 0x0012, 0x002B, 0xFF01]
    kinds += [0x000B, 0x000A, 0x0015]
    signs = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601]
    made = fingerprints.ja4(0x0304, ciphers, kinds, signs, (b"h2", b"http/1.1"), quic=False)
    assert made == "t13d1516h2_8daaf6152771_e5627efa2ab1"


@pytest.mark.parametrize(
    ("alpn", "shown"),
    [((), "00"), ((b"",), "00"), ((b"h2",), "h2"), ((b"http/1.1",), "h1"), ((b"\xab\xcd",), "ad"), ((b"h",), "hh")],
)
def test_ja4_shows_the_ends_of_the_first_protocol(alpn, shown):
    assert fingerprints.ja4(0x0303, [], [], [], alpn, quic=True) == f"q12i0000{shown}_000000000000_000000000000"


def test_grease_changes_no_fingerprint():
    plain = tls.hello(traffic.records(traffic.client_hello()))
    greased = tls.hello(traffic.records(traffic.client_hello(grease=True)))
    assert isinstance(plain, Hello)
    assert isinstance(greased, Hello)
    assert (plain.ja3, plain.ja4) == (greased.ja3, greased.ja4)
    assert is_grease(0xFAFA)
    assert not is_grease(0x0A1A)
    assert not is_grease(0x0304)


def test_the_servers_hello_says_version_and_suite():
    found = tls.server(traffic.records(traffic.server_hello()) + b"\x16\x03\x03")
    assert (found.version, found.cipher, found.retry) == (0x0303, 0xC02F, False)
    found = tls.server(traffic.records(traffic.server_hello(0x0304, 0x1301)))
    assert (found.version, found.cipher) == (0x0304, 0x1301)
    assert tls.server(traffic.records(traffic.client_hello())) is None
    assert isinstance(tls.server(traffic.records(traffic.server_hello())[:20]), More)
    assert tls.server(b"\x16\x03\x03\x00\x08\x02\x00\x00\x04\x03\x03\x00\x00") is None


def test_a_certificate_names_hosts_and_the_stream_says_how_much_is_missing():
    leaf = certificate("common.example", "a.example", "*.b.example", "192.0.2.7")
    message = traffic.server_hello() + traffic.certificate_message(leaf, certificate("root"))
    whole = traffic.records(message, [50, 400])
    assert tls.certificates(whole) == ("a.example", "*.b.example", "192.0.2.7")
    for cut in range(1, len(whole)):
        found = tls.certificates(whole[:cut])
        assert isinstance(found, tls.More)
        assert 0 < found.missing <= len(whole)


def test_a_certificate_without_alternative_names_is_read_by_its_common_name():
    message = traffic.server_hello() + traffic.certificate_message(certificate("only.example"))
    assert tls.certificates(traffic.records(message)) == ("only.example",)


def test_no_certificate_is_waited_for_where_it_is_encrypted_or_broken():
    modern = traffic.records(traffic.server_hello(0x0304, 0x1301)) + b"\x17\x03\x03\x01\x00" + bytes(256)
    assert tls.certificates(modern) == ()
    broken = traffic.records(traffic.server_hello() + traffic.certificate_message(b"\x30\x03abc"))
    assert tls.certificates(broken) == ()
    assert tls.certificates(traffic.records(traffic.server_hello() + b"\x0b\xff\xff\xff")) == ()


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255))
def test_no_bytes_raise(data, at, value):
    whole = bytearray(traffic.records(traffic.client_hello()))
    whole[at % len(whole)] = value
    answer = bytearray(traffic.records(traffic.server_hello() + traffic.certificate_message(b"\x30\x82" + data)))
    answer[at % len(answer)] = value
    for read in (tls.hello, tls.server, tls.certificates, tls.hello_message, tls.certificate_names):
        for raw in (data, b"\x16\x03\x01" + data, bytes(whole), bytes(whole) + data, bytes(answer)):
            read(raw)
