"""The signer's block: made as codesign makes it, checked as OpenSSL checks it, refused for each thing that is wrong."""

import shutil
import subprocess
from functools import cache

import pytest
from asn1crypto import cms as asn1_cms
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.signing.apple.cms import check_cms
from tests.builders.apple import Identity, cms, identity

CONTENT = b"a code directory" * 20
KNOWN = "apple-root-not-known"


def words(made) -> list[str]:
    return [issue.word for issue in made.issues]


@pytest.mark.parametrize("kind", ["rsa", "ec"])
@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384"])
def test_a_detached_signature_holds_over_its_content(kind, digest):
    who = identity(kind)
    made = check_cms(cms(CONTENT, who, digest=digest), CONTENT, code=True)
    assert words(made) == [KNOWN]
    assert made.algorithm.endswith(f"with SHA-{digest[3:]}")
    assert made.certificates[0] == who.certificate
    assert set(made.certificates) == {who.certificate, *who.others}
    assert made.chain.certificates == (who.certificate, *who.others)


def test_a_signature_that_carries_its_content_gives_it():
    made = check_cms(cms(CONTENT, identity(), detached=False), None, code=False)
    assert (words(made), made.content) == ([KNOWN], CONTENT)


def test_a_signer_that_is_named_by_its_key_is_found():
    who = identity()
    made = check_cms(cms(CONTENT, who, by_key=True), CONTENT, code=True)
    assert (words(made), made.certificates[0]) == ([KNOWN], who.certificate)
    alone = cms(CONTENT, who, by_key=True, certificates=who.others)
    assert words(check_cms(alone, CONTENT, code=True))[0] == "apple-cms-no-certificate"


def test_a_key_of_another_kind_than_the_algorithm_is_left_open():
    rsa, ec = identity("rsa"), identity("ec")
    raw = cms(CONTENT, Identity(ec.key, rsa.certificate, rsa.others))
    made = check_cms(raw, CONTENT, code=True)
    assert (words(made), made.algorithm) == (["apple-cms-algorithm", KNOWN], "")


def test_content_that_was_changed_is_refused():
    made = check_cms(cms(CONTENT, identity()), CONTENT + b"x", code=True)
    assert (words(made), made.algorithm) == (["apple-cms-digest", KNOWN], "")


def test_a_signature_by_another_key_is_refused():
    raw = bytearray(cms(CONTENT, identity()))
    raw[-1] ^= 1
    made = check_cms(bytes(raw), CONTENT, code=True)
    assert (words(made), made.algorithm) == (["apple-cms-signature", KNOWN], "")


def test_attributes_that_were_changed_are_refused():
    raw = cms(CONTENT, identity())
    at = raw.rindex(b"200102030405Z")
    made = check_cms(raw[:at] + b"210102030405Z" + raw[at + 13 :], CONTENT, code=True)
    assert "apple-cms-signature" in words(made)


def test_the_signer_names_further_directories_in_both_attributes():
    short, whole = [bytes([number]) * 20 for number in range(2)], [b"w" * 32]
    made = check_cms(cms(CONTENT, identity(), cdhashes=short, digests=whole), CONTENT, code=True)
    assert words(made) == [KNOWN]
    assert set(made.digests) >= {*short, *whole}


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"signers": 0}, "apple-cms-signers"),
        ({"signers": 2}, "apple-cms-signers"),
        ({"certificates": ()}, "apple-cms-no-certificate"),
        ({"digest": "sha224"}, "apple-cms-algorithm"),
        ({"digest": "md5"}, "apple-cms-algorithm"),
    ],
)
def test_what_no_apple_signature_has_is_said(options, word):
    made = check_cms(cms(CONTENT, identity(), **options), CONTENT, code=True)
    assert words(made)[0] == word
    assert not made.algorithm


def test_a_certificate_that_is_not_for_code_is_said_where_code_is_signed():
    who = identity(code=False)
    assert words(check_cms(cms(CONTENT, who), CONTENT, code=True)) == ["apple-not-for-code", KNOWN]
    assert words(check_cms(cms(CONTENT, who), CONTENT, code=False)) == [KNOWN]


@pytest.mark.parametrize(
    "data", [b"", b"0", b"\x30\x80", bytes(500), b"\x30\x84\xff\xff\xff\xff" + bytes(90), b"\x30" * 900]
)
def test_what_is_no_cms_is_one_issue(data):
    assert words(check_cms(data, CONTENT, code=True)) == ["apple-cms-malformed"]


def test_a_block_that_is_too_large_is_not_read():
    assert words(check_cms(bytes((1 << 20) + 1), CONTENT, code=True)) == ["apple-cms-malformed"]


@cache
def signed_content() -> bytes:
    """One signature for all examples: to make it costs more than to check it."""
    return cms(CONTENT, identity())


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_change_is_an_issue_or_changes_nothing_that_is_signed(data):
    raw = bytearray(signed_content())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    made = check_cms(bytes(raw), CONTENT, code=True)
    assert words(made)
    if made.algorithm and made.certificates[0] != identity().certificate:
        assert made.chain.certificates == made.certificates[:1]  # a changed certificate is one that nobody issued


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_openssl_says_the_same(kind, changed, tmp_path):
    (tmp_path / "block").write_bytes(cms(CONTENT, identity(kind)))
    content = CONTENT + b"x" * changed
    (tmp_path / "content").write_bytes(content)
    command = [
        "openssl",
        "cms",
        "-verify",
        "-binary",
        "-noverify",
        "-inform",
        "DER",
        "-in",
        "block",
        "-content",
        "content",
    ]
    done = subprocess.run([*command, "-out", "out"], cwd=tmp_path, capture_output=True, timeout=60, check=False)
    made = check_cms((tmp_path / "block").read_bytes(), content, code=True)
    assert (done.returncode == 0) == bool(made.algorithm) == (not changed)


def test_a_signer_without_signed_attributes_is_malformed():
    made = asn1_cms.ContentInfo.load(cms(CONTENT, identity()))
    del made["content"]["signer_infos"][0]["signed_attrs"]
    found = check_cms(made.dump(force=True), CONTENT, code=True)
    assert (words(found)[0], found.algorithm) == ("apple-cms-malformed", "")


def test_an_attribute_that_names_directories_and_is_no_property_list_names_none():
    raw = cms(CONTENT, identity(), cdhashes=[b"d" * 20])
    found = check_cms(raw.replace(b"<?xml", b"junk!"), CONTENT, code=True)
    assert found.digests == ()
    assert "apple-cms-signature" in words(found)
