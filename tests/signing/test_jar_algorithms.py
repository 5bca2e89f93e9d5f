"""Which signature algorithm and which digest each Android version takes in a JAR signature."""

import base64

import pytest

from affidavit.model.signing import ANY_LEVEL
from affidavit.signing.jar_algorithms import JAVA, digest_class, digest_title, pairs, table, wanted
from tests.builders.jar_signing import OIDS

SHA1, SHA256, SHA512, MD5 = (OIDS[name] for name in ("sha1", "sha256", "sha512", "md5"))


def levels(digest: str, signature: str) -> tuple[tuple[int, int], ...]:
    return pairs()[digest, signature].levels


@pytest.mark.parametrize(
    ("digest", "signature", "known", "unknown"),
    [
        (SHA1, OIDS["rsa"], (1, 17, 23, 24, 35), ()),
        (SHA256, OIDS["rsa"], (1, 8, 18, 35), (9, 17)),
        (SHA256, OIDS["ec"], (18, 35), (1, 8, 17)),
        (SHA256, OIDS["dsa"], (22, 35), (18, 21)),
        (MD5, "1.2.840.113549.1.1.4", (8, 21, 35), (9, 20)),
        (MD5, "1.2.840.113549.1.1.5", (21, 23), (20, 24)),
        (SHA1, "1.2.840.10040.4.3", (9, 35), (8,)),
        (SHA512, "1.2.840.113549.1.1.12", (21,), (20, 22)),
    ],
)
def test_levels_of_known_pairs(digest: str, signature: str, known: tuple[int, ...], unknown: tuple[int, ...]):
    pair = pairs()[digest, signature]
    assert [level for level in (*known, *unknown) if pair.known_at(level)] == list(known)


@pytest.mark.parametrize(
    ("digest", "signature"),
    [
        (SHA512, "2.16.840.1.101.3.4.3.4"),  # DSA with SHA-512, which no Android version has
        (SHA256, "1.2.840.113549.1.1.10"),  # RSA-PSS
        (SHA256, "1.3.101.112"),  # Ed25519
        ("1.2.3", OIDS["rsa"]),
    ],
)
def test_other_pairs_are_known_to_no_level(digest: str, signature: str):
    assert (digest, signature) not in pairs()


def test_a_signature_algorithm_that_names_a_digest_decides_which_one_is_signed():
    pair = pairs()[SHA1, "1.2.840.113549.1.1.11"]
    assert (pair.family, pair.digest, pair.attribute) == ("rsa", "sha256", "sha1")
    assert pair.title == "RSA PKCS#1 v1.5 with SHA-256"


def test_one_that_names_none_takes_the_digest_of_the_signer_info():
    assert pairs()[SHA512, OIDS["ec"]].digest == "sha512"
    assert pairs()[SHA512, OIDS["ec"]].title == "ECDSA with SHA-512"


def test_java_takes_what_the_newest_level_takes():
    assert pairs()[SHA256, OIDS["ec"]].known_at(JAVA)
    assert not pairs()[MD5, "1.2.840.113549.1.1.5"].known_at(JAVA)


def test_every_range_is_in_order_and_every_name_is_used():
    known = table()
    for pair in pairs().values():
        bounds = [bound for item in pair.levels for bound in item]
        assert bounds == sorted(bounds)
        assert bounds[-1] <= ANY_LEVEL
    assert {name for row in known.support for name in row.signatures} == {
        item.name for item in known.signatures.values()
    }
    assert len(pairs()) == sum(len(row.signatures) for row in known.support)
    assert levels(SHA256, OIDS["rsa"]) == ((0, 8), (18, ANY_LEVEL))


def stated(**values: str) -> dict[str, bytes]:
    return {name.replace("_", "-").lower(): base64.b64encode(text.encode()) for name, text in values.items()}


ALL = stated(
    MD5_Digest="m", SHA_Digest="s", SHA1_Digest="1", SHA_256_Digest="2", SHA_384_Digest="3", SHA_512_Digest="5"
)


@pytest.mark.parametrize(
    ("level", "order", "picked"),
    [
        (24, None, [b"5"]),
        (18, None, [b"5"]),
        (17, None, [b"s"]),
        (1, None, [b"s"]),
        (17, b"SHA-256 SHA1", [b"2"]),
        (17, b"sha-512", [b"5"]),
        (9, b"SHA-512 MD5", [b"5"]),
        (8, b"SHA-512 MD5", [b"m"]),
        (17, b"CRC32 SHA-3 MD5", [b"m"]),
        (17, b"CRC32", []),
        (18, b"MD5", [b"5"]),
    ],
)
def test_the_digest_that_a_level_picks(level: int, order: bytes | None, picked: list[bytes]):
    attributes = ALL | ({"digest-algorithms": order} if order else {})
    assert [item.expected for item in wanted(attributes, "-Digest", level)] == picked


def test_a_level_that_knows_none_of_those_stated_picks_none():
    assert wanted(stated(MD5_Digest="m"), "-Digest", 24) == ()
    assert wanted(stated(SHA_256_Digest="2"), "-Digest", 17) == ()
    assert wanted(stated(SHA_1_Digest="2"), "-Digest", 24) == ()
    assert wanted({}, "-Digest", 24) == ()


def test_java_compares_all_that_are_stated():
    assert {item.expected for item in wanted(ALL, "-Digest", JAVA)} == {b"m", b"s", b"1", b"2", b"3", b"5"}


def test_the_suffix_tells_digests_apart():
    attributes = stated(SHA_256_Digest_Manifest="w", SHA_256_Digest_Manifest_Main_Attributes="m")
    assert [item.expected for item in wanted(attributes, "-Digest-Manifest", 24)] == [b"w"]
    assert [item.name for item in wanted(attributes, "-Digest-Manifest-Main-Attributes", 24)] == [
        "SHA-256-Digest-Manifest-Main-Attributes"
    ]
    assert wanted(attributes, "-Digest", 24) == ()


@pytest.mark.parametrize("value", [b"", b"====", b"a", b"\xff\xff", b"Q Q = ="])
def test_base64_is_read_strictly_but_for_blanks(value: bytes):
    (item,) = wanted({"sha-256-digest": value}, "-Digest", 24)
    assert item.expected == (b"A" if value == b"Q Q = =" else b"")


@pytest.mark.parametrize(("level", "group"), [(JAVA, JAVA), (0, 0), (8, 0), (9, 9), (17, 9), (18, 18), (10_000, 18)])
def test_levels_that_pick_the_same_digests_are_one_group(level: int, group: int):
    assert digest_class(level) == group
    for order in (None, b"SHA-512 MD5"):
        attributes = ALL | ({"digest-algorithms": order} if order else {})
        assert wanted(attributes, "-Digest", level) == wanted(attributes, "-Digest", group)


def test_titles_of_digests():
    assert [digest_title(name) for name in ("md5", "sha1", "sha512")] == ["MD5", "SHA-1", "SHA-512"]
