"""JAR signatures of several signers."""

from affidavit.signing.jar_reading import MAX_SIGNERS
from tests.builders.jar_signing import (
    APP,
    Info,
    Jar,
    block,
    manifest,
    signature_file,
)
from tests.signing.jars import at, second, signers, words


def test_two_signers_of_the_same_entries_hold():
    result = at(Jar(more=second()))
    assert result.holds
    assert len(set(signers(result))) == 2


def test_entries_signed_by_different_signers_are_refused():
    some = signature_file(manifest(APP), names=["classes.dex"])
    assert words(at(Jar(more=second(text=some)))) == ["jar-sig-zip-entry-signers-mismatch"]


def test_a_signer_of_no_entry_is_left_out():
    result = at(Jar(more=second(text=signature_file(manifest(APP), names=[]))))
    assert result.holds
    assert signers(result) == signers(at(Jar()))


def test_a_signer_who_is_passed_over_does_not_shift_the_others():
    over = signature_file(manifest(APP), version=False)
    jar = Jar(text=over, more=second())
    result = at(jar)
    assert result.holds
    assert result.signers[0].certificates[0].entry == "META-INF/SECOND.RSA"


def test_one_signer_who_does_not_hold_is_enough_to_refuse():
    result = at(Jar(more=second(made=block(Info(b"other", kind="rsa")))))
    assert words(result) == ["jar-sig-did-not-verify"]
    assert len(result.signers) == 1
    assert result.signers[0].algorithms == ()


def test_a_block_that_cannot_be_read_is_refused():
    result = at(Jar(more=second(made=b"x")))
    assert words(result) == ["jar-sig-parse-exception"]
    assert result.signers[0].certificates == ()


def test_more_signers_than_ten_are_refused():
    many = [item for number in range(MAX_SIGNERS) for item in second(f"S{number}", made=b"x")]
    assert words(at(Jar(more=many))) == ["jar-sig-max-signatures-exceeded"]
    assert "more than are checked" in at(Jar(more=many), java=True).undetermined
