"""Records open with the right keys as the standards seal them, and with nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.names import sealing
from affidavit.network.names.sealing import SUITES, Record, Suite, classic, expand, modern, next_secret
from tests.oracles import tls_records

MASTER, RANDOMS = bytes(range(48)), bytes(range(64))
NEW = [0x1301, 0x1302, 0x1303, 0x1304]
OLD = [0xC02F, 0xC030, 0xCCA8, 0xC013, 0xC014, 0xC027, 0x3D, 0xC028]
SIZES = {"sha1": 20, "sha256": 32, "sha384": 48, "": 0}


@pytest.mark.parametrize(
    ("secret", "key", "nonce"),
    [
        (
            "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38",
            "3fce516009c21727d0f2e4e86ee403bc",
            "5d313eb2671276ee13000b30",
        ),
        (
            "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5",
            "17422dda596ed5d9acd890e3c63f5051",
            "5b78923dee08579033e523d9",
        ),
        (
            "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643",
            "9f02283b6c9c07efc26bb9f2ac92e356",
            "cf782b88dd83549aadf1e984",
        ),
    ],
)
def test_the_published_keys_of_a_handshake_are_met(secret, key, nonce):
    """RFC 8448, section 3: the server's of the handshake, the client's and the server's of the data."""
    assert expand(bytes.fromhex(secret), "key", 16, "sha256").hex() == key
    assert expand(bytes.fromhex(secret), "iv", 12, "sha256").hex() == nonce


def test_the_published_output_of_the_older_function_is_met():
    """The vector for SHA-256 that implementers of TLS 1.2 test with."""
    secret, seed = bytes.fromhex("9bbe436ba940f017b17652849a71db35"), bytes.fromhex("a0ba9f936cda311827a6f796ffd5198c")
    assert sealing._prf(secret, b"test label" + seed, 100, "sha256").hex() == (
        "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17"
        "abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66"
    )


@settings(max_examples=30)
@given(st.binary(min_size=32, max_size=48), st.text("abc ", max_size=9), st.integers(1, 90))
def test_secrets_are_derived_as_another_library_does(secret, label, size):
    for digest in ("sha256", "sha384"):
        assert expand(secret, label, size, digest) == tls_records.expanded(secret, label, size, digest)
        assert sealing._prf(secret, label.encode(), size, digest) == tls_records.prf(
            secret, label.encode(), size, digest
        )


@pytest.mark.parametrize("number", NEW)
def test_records_of_tls_1_3_open_by_their_number_alone(number):
    suite, secret = SUITES[number], bytes(range(32))
    parts = (suite.kind, suite.key, suite.digest)
    head, content = tls_records.sealed_13(secret, parts, 5, b"said\x17")
    opened = modern(secret, suite)
    assert opened(Record(5, head, content)) == b"said\x17"
    assert opened(Record(4, head, content)) is None
    assert opened(Record(5, b"\x17\x03\x01" + head[3:], content)) is None
    later = next_secret(secret, suite)
    assert later == tls_records.expanded(secret, "traffic upd", 32, suite.digest)
    assert modern(later, suite)(Record(5, head, content)) is None
    for cut in range(len(content)):
        assert opened(Record(5, head, content[:cut])) is None


def keys_of(suite: Suite, side: int) -> tuple[bytes, bytes, bytes]:
    """Keys of one side, cut out of the block of keys as RFC 5246, section 6.3 lists them."""
    sizes = (SIZES[suite.mac], suite.key, {"gcm": 4, "chacha": 12}.get(suite.kind, 0))
    block = tls_records.prf(MASTER, b"key expansion" + RANDOMS, 2 * sum(sizes), suite.digest)
    found, at = [], 0
    for size in sizes:
        found.append(block[at + side * size : at + (side + 1) * size])
        at += 2 * size
    return found[0], found[1], found[2]


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(
    ("number", "mac_last"), [*((number, False) for number in OLD), *((number, True) for number in OLD[3:])]
)
def test_records_of_tls_1_2_open_on_their_side_alone(number, mac_last, side):
    suite = SUITES[number]
    keys = keys_of(suite, side)
    pair = classic(MASTER, RANDOMS, suite, mac_last=mac_last)
    for said in (b"", b"x", b"fifteen bytes..", b"sixteen bytes...", b"y" * 300):
        head, content = tls_records.sealed_12(keys, (suite.kind, suite.mac), 9, said, mac_last=mac_last)
        record = Record(9, head, content)
        assert pair[side](record) == said
        assert pair[1 - side](record) is None
        assert pair[side](record._replace(number=10)) is None
        assert pair[side](record._replace(head=b"\x16" + head[1:])) is None
    assert classic(bytes(48), RANDOMS, suite, mac_last=mac_last)[side](record) is None


@pytest.mark.parametrize("number", [0xC02F, 0xCCA8, 0xC013, 0xC028])
def test_no_changed_byte_and_no_cut_record_opens(number):
    suite = SUITES[number]
    for mac_last in (False, True) if suite.mac else (False,):
        head, content = tls_records.sealed_12(
            keys_of(suite, 0), (suite.kind, suite.mac), 0, b"twenty bytes of text", mac_last=mac_last
        )
        opened = classic(MASTER, RANDOMS, suite, mac_last=mac_last)[0]
        assert opened(Record(0, head, content)) == b"twenty bytes of text"
        for at in range(len(content)):
            changed = bytearray(content)
            changed[at] ^= 0x80
            assert opened(Record(0, head, bytes(changed))) is None
            assert opened(Record(0, head, content[:at])) is None


@pytest.mark.parametrize("padding", [0, 1, 14])
def test_longer_padding_hides_nothing(padding):
    suite = SUITES[0xC013]
    head, content = tls_records.sealed_12(keys_of(suite, 0), ("cbc", "sha1"), 3, b"hidden size", padding=padding)
    assert len(content) == 48 + 16 * padding
    assert classic(MASTER, RANDOMS, suite, mac_last=False)[0](Record(3, head, content)) == b"hidden size"


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0x1301, ("gcm", 16, "sha256", "")),
        (0x1302, ("gcm", 32, "sha384", "")),
        (0x1303, ("chacha", 32, "sha256", "")),
        (0x1304, ("ccm", 16, "sha256", "")),
        (0xC02B, ("gcm", 16, "sha256", "")),
        (0xC030, ("gcm", 32, "sha384", "")),
        (0xCCA9, ("chacha", 32, "sha256", "")),
        (0x002F, ("cbc", 16, "sha256", "sha1")),
        (0xC00A, ("cbc", 32, "sha256", "sha1")),
        (0xC023, ("cbc", 16, "sha256", "sha256")),
        (0x006B, ("cbc", 32, "sha256", "sha256")),
        (0xC028, ("cbc", 32, "sha384", "sha384")),
    ],
)
def test_suites_are_what_their_names_at_iana_say(number, name):
    suite = SUITES[number]
    assert (suite.kind, suite.key, suite.digest, suite.mac) == name


def test_suites_that_are_not_opened_are_not_known():
    """RC4, 3DES, no encryption, and a tag of eight bytes."""
    assert not {0x0005, 0x000A, 0x0002, 0x1305, 0xC0AE} & set(SUITES)
