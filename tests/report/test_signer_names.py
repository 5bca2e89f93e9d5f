"""Names of signers: by versions where they differ, told apart where they are alike, with what is known of each key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from affidavit.model.signing import ANY_LEVEL, DEBUG_SUBJECT, KnownSigner, PlatformVerdict
from affidavit.report.overview import Facts
from affidavit.report.signer_names import debug_keys, in_words, is_debug, known_as, named_signers, notes_on
from tests.report.test_signed import DIGEST, certificate, facts

NEW, STAMP = "cd" * 32, "ef" * 32
DEBUG = "C=US,O=Android,CN=Android Debug"


def named(subject: str, digest: str, scheme: str = "v2", *, verified: bool = True):
    return replace(certificate(subject, scheme, verified=verified), sha256=digest)


def by(low: int, high: int, *signers: str) -> PlatformVerdict:
    return PlatformVerdict(low, high, "accepted" if signers else "refused", "v3", signers)


def said(found: Facts) -> str:
    return in_words(named_signers(found))


def known(digest: str, key: str = "public-key") -> KnownSigner:
    return KnownSigner(digest, "AOSP", "test key", key, "x", "H")


BOTH = (named("CN=Old", DIGEST), named("CN=New", NEW, "v3.1"))


def test_signers_that_all_versions_share_are_just_named():
    assert said(facts(*BOTH, by(24, 27, DIGEST, NEW), by(28, ANY_LEVEL, NEW, DIGEST))) == "CN=New; CN=Old"
    assert said(facts(*BOTH)) == "CN=Old; CN=New"


def test_a_rotated_key_says_from_which_version_on():
    found = facts(*BOTH, by(24, 27, DIGEST), by(28, 33, DIGEST), by(34, ANY_LEVEL, NEW))
    assert said(found) == "CN=New for Android 14 and later; CN=Old before"


def test_versions_that_do_not_just_follow_each_other_are_all_named():
    back = facts(*BOTH, by(24, 27, DIGEST), by(28, 33, NEW), by(34, ANY_LEVEL, DIGEST))
    assert said(back) == "CN=Old for Android 7.0 to 8.1 and Android 14 and later; CN=New for Android 9 to 13"
    gap = facts(*BOTH, by(24, 27, DIGEST), by(28, 33), by(34, ANY_LEVEL, NEW))
    assert said(gap) == "CN=New for Android 14 and later; CN=Old for Android 7.0 to 8.1"
    shared = facts(*BOTH, by(24, 27, DIGEST, NEW), by(28, ANY_LEVEL, NEW))
    assert said(shared) == "CN=New for Android 7.0 and later; CN=Old for Android 7.0 to 8.1"


def test_a_signer_on_whom_no_version_relies_is_told_from_those_on_whom_one_does():
    assert said(facts(*BOTH, by(24, ANY_LEVEL, NEW))) == "CN=New; CN=Old on whom no version relies"


def test_the_stamps_signer_is_none_and_neither_is_one_that_is_not_verified():
    others = (named("CN=Store", STAMP, "source-stamp"), named("CN=No", "11" * 32, verified=False))
    found = facts(*BOTH, *others, known(STAMP), known("11" * 32))
    assert said(found) == "CN=Old; CN=New"
    assert list(known_as(named_signers(found), found)) == []


def test_alike_names_of_two_keys_are_told_apart():
    found = facts(named("CN=A", DIGEST), named("CN=A", NEW), by(24, 27, DIGEST), by(28, ANY_LEVEL, NEW))
    assert said(found) == "CN=A [cdcdcdcd…] for Android 9 and later; CN=A [abababab…] before"


def test_a_signer_whose_certificate_was_not_read_is_not_passed_over():
    assert said(facts(by(24, ANY_LEVEL, NEW))) == "a certificate that was not read"


def test_many_signers_are_counted():
    many = [named(f"CN={number}", f"{number:064x}") for number in range(5)]
    assert said(facts(*many)) == "CN=0; CN=1; CN=2; 2 more"


def test_what_is_known_is_said_of_the_signer_of_whom_it_is():
    one = facts(BOTH[0], known(DIGEST))
    assert list(known_as(named_signers(one), one)) == ["known as AOSP's, test key: a key that everybody has"]
    two = facts(*BOTH, known(DIGEST, "maker"))
    assert list(known_as(named_signers(two), two)) == ["CN=Old known as AOSP's, test key"]


def test_a_debug_key_is_called_one():
    one = named_signers(facts(named(DEBUG, DIGEST)))
    assert list(debug_keys(one)) == ["a debug key: anybody may have it"]
    two = named_signers(facts(named(DEBUG, DIGEST), BOTH[1]))
    assert list(debug_keys(two)) == [f"{DEBUG} is a debug key: anybody may have it"]


def test_notes_are_on_verified_certificates_alone():
    found = facts(known(DIGEST))
    assert notes_on(named(DEBUG, DIGEST), found) == [
        "a debug key: anybody may have it",
        "known as AOSP's, test key: a key that everybody has",
    ]
    assert notes_on(named(DEBUG, DIGEST, verified=False), found) == []
    assert notes_on(named("CN=A", NEW), found) == []


@pytest.mark.parametrize(
    ("subject", "debug"), [(DEBUG, True), ("CN=Android Debugger", False), ("OU=Android Debug", False)]
)
def test_which_names_are_those_of_debug_keys(subject: str, debug: bool):
    assert is_debug(subject) is debug


@given(st.lists(st.sampled_from(["CN=Android Debug", "O=Android", ",", "CN=A", "r"])).map("".join))
def test_a_debug_key_is_one_of_whose_name_that_is_a_whole_part(subject: str):
    """The report and the rule use one pattern; it is compared with the parts of the name."""
    assert is_debug(subject) == ("CN=Android Debug" in subject.split(","))
    assert is_debug(subject) == (DEBUG_SUBJECT.search(subject) is not None)


@given(st.lists(st.sampled_from([(), (DIGEST,), (NEW,), (DIGEST, NEW)]), min_size=1, max_size=6))
def test_every_relied_signer_is_named_once_and_nobody_else(rows: list[tuple[str, ...]]):
    found = named_signers(facts(*(by(24 + at, 24 + at, *signers) for at, signers in enumerate(rows))))
    assert sorted(item.sha256 for item in found) == sorted({each for signers in rows for each in signers})
    assert len({bool(item.when) for item in found}) <= 1
