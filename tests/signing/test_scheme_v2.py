"""APK Signature Scheme v2 as platforms check it: signers, contents and the announcement of a newer scheme."""

import pytest

from affidavit.artefact.budget import Budget
from affidavit.signing.block_schemes import BlockSchemes
from affidavit.signing.outcome import SchemeResult
from tests.builders.block_signing import (
    EC,
    EC_512,
    RSA,
    STRIPPING,
    VERITY_EC,
    VERITY_RSA,
    Signing,
    attribute,
    number,
    own_certificate,
    plain_apk,
    signed_apk,
    v3,
)
from tests.builders.signing import V2, block, prefixed, with_block


def at(data: bytes, level: int = 28, **budget: float) -> SchemeResult:
    found = BlockSchemes(memoryview(data), Budget(**budget)).v2(level)
    assert found is not None
    return found


def words(result: SchemeResult, *, error: bool = True) -> list[str]:
    return [issue.word for issue in result.every_issue if issue.error is error]


@pytest.mark.parametrize("level", [24, 27, 28, 33, 36])
def test_a_good_signature_holds_on_every_level(level):
    result = at(signed_apk(v2=[Signing()]), level)
    assert result.holds
    assert result.scheme == "v2"
    assert [item.der for item in result.signers[0].certificates] == [own_certificate("ec")]
    assert result.signers[0].algorithms == ("ECDSA with SHA-256",)
    assert "bytes of the file outside its signing block" in result.covers


def test_several_signers_must_all_hold():
    assert at(signed_apk(v2=[Signing(), Signing(kind="rsa", algorithms=(RSA,))])).holds
    result = at(signed_apk(v2=[Signing(), Signing(kind="rsa", algorithms=(RSA,), signatures={RSA: b"x"})]))
    assert words(result) == ["v2-sig-did-not-verify"]
    assert result.signers[0].issues == ()
    assert not result.holds


def test_ten_signers_are_taken_and_eleven_are_not():
    assert at(signed_apk(v2=[Signing()] * 10)).holds
    result = at(signed_apk(v2=[Signing()] * 11))
    assert words(result) == ["v2-sig-max-signatures-exceeded"]
    assert len(result.signers) == 10


@pytest.mark.parametrize("where", [0, 20, -30, -1])
def test_contents_that_changed_do_not_hold(where):
    plain = plain_apk(more=b"text")
    data = bytearray(signed_apk(v2=[Signing()], plain=plain))
    if where == -1:
        data += b"c"
        data[-3:-1] = b"\x01\0"
    else:
        data[where] ^= 1
    result = at(bytes(data))
    assert words(result) == ["v2-sig-apk-digest-did-not-verify"]
    assert result.covers == ""


@pytest.mark.parametrize("value", [b"", bytes(32), bytes(31), bytes(100)])
def test_a_wrong_digest_does_not_hold_whatever_its_length(value):
    made = Signing(digests={EC: value or b"\0"})
    assert words(at(signed_apk(v2=[made]))) == ["v2-sig-apk-digest-did-not-verify"]


def test_only_the_digest_of_the_checked_signature_matters():
    assert at(signed_apk(v2=[Signing(algorithms=(EC, EC_512), digests={EC: bytes(32)})])).holds
    assert words(at(signed_apk(v2=[Signing(algorithms=(EC, EC_512), digests={EC_512: bytes(64)})])))


@pytest.mark.parametrize(("kind", "algorithm"), [("ec", VERITY_EC), ("rsa", VERITY_RSA)])
def test_trees_hold_since_android_9(kind, algorithm):
    data = signed_apk(v2=[Signing(kind=kind, algorithms=(algorithm,))], pages=True)
    assert at(data, 28).holds
    assert "pages" in at(data, 28).covers
    assert words(at(data, 27)) == ["v2-sig-no-supported-signatures"]


def test_older_platforms_check_the_other_signature():
    data = signed_apk(v2=[Signing(algorithms=(EC, VERITY_EC), digests={VERITY_EC: bytes(40)})], pages=True)
    assert at(data, 27).holds
    assert words(at(data, 28)) == ["v2-sig-apk-digest-did-not-verify"]


def test_a_tree_needs_a_block_on_whole_pages():
    assert words(at(signed_apk(v2=[Signing(algorithms=(VERITY_EC,))]))) == ["v2-sig-verity-not-aligned"]


def announcing(scheme: int) -> Signing:
    return Signing(attributes=[attribute(STRIPPING, number(scheme))])


def test_a_v3_signature_that_was_taken_out_is_noticed_since_android_9():
    data = signed_apk(v2=[announcing(3)])
    assert words(at(data, 28)) == ["v2-sig-missing-apk-sig-referenced"]
    assert at(data, 27).holds
    assert words(at(data, 27), error=False) == ["v2-sig-missing-apk-sig-referenced"]


def test_an_announced_v3_signature_that_is_there_is_as_it_should_be():
    result = at(signed_apk(v2=[announcing(3)], v3=[v3()]))
    assert result.holds
    assert result.every_issue == ()


@pytest.mark.parametrize("scheme", [0, 2, 4, 2**32 - 1])
def test_other_announced_schemes_are_passed_over(scheme):
    result = at(signed_apk(v2=[announcing(scheme)]))
    assert result.holds
    assert words(result, error=False) == ["v2-sig-unknown-apk-sig-scheme-id"]


def test_an_announcement_that_breaks_off_is_refused_since_android_9():
    data = signed_apk(v2=[Signing(attributes=[attribute(STRIPPING, b"\x03\0")])])
    assert words(at(data, 28)) == ["v2-sig-malformed-additional-attribute"]
    assert at(data, 27).holds
    assert words(at(data, 27), error=False) == ["v2-sig-malformed-additional-attribute"]


def test_unknown_attributes_are_passed_over():
    result = at(signed_apk(v2=[Signing(attributes=[attribute(0x1234, b"x")])]))
    assert result.holds
    assert words(result, error=False) == ["v2-sig-unknown-additional-attribute"]


def test_a_block_without_signers_is_refused():
    assert words(at(signed_apk(v2=[]))) == ["v2-sig-no-signers"]


@pytest.mark.parametrize("value", [b"", b"\x01", b"\xff\xff\xff\xff", number(500) + bytes(8)])
def test_a_broken_list_is_refused(value):
    assert words(at(with_block(plain_apk(), block((V2, value))))) == ["v2-sig-malformed-signers"]


@pytest.mark.parametrize("tail", [b"\x01", b"\xff\xff\xff\xff", prefixed(b"\x09\0\0\0")])
def test_a_broken_signer_is_refused_after_good_ones(tail):
    plain = plain_apk()
    value = prefixed(Signing().make(plain), tail)
    result = at(with_block(plain, block((V2, value))))
    assert words(result) == ["v2-sig-malformed-signer"]
    assert len(result.signers) == 2


def test_bytes_after_the_list_are_ignored():
    plain = plain_apk()
    assert at(with_block(plain, block((V2, prefixed(Signing().make(plain)) + b"more")))).holds


def test_no_time_is_no_verdict():
    result = at(signed_apk(v2=[Signing()]), seconds=-1)
    assert "time budget" in result.undetermined
    assert not result.holds
    assert words(result) == []


def test_an_error_is_an_error_also_when_another_signer_could_not_be_checked():
    result = at(signed_apk(v2=[Signing(key=bytes(65_537)), Signing(signatures={EC: b"x"})]))
    assert words(result) == ["v2-sig-did-not-verify"]
    assert "public key" in result.undetermined


def test_more_signers_than_are_read_is_refused_all_the_same():
    result = at(signed_apk(v2=[Signing(algorithms=())] * 17))
    assert "v2-sig-max-signatures-exceeded" in words(result)


def test_answers_are_the_same_when_asked_again():
    found = BlockSchemes(memoryview(signed_apk(v2=[announcing(3)])), Budget())
    assert found.v2(24) is found.v2(26)
    assert found.v2(28) is found.v2(35)
    assert found.v2(24) != found.v2(28)
