"""Who signed, in words: only a signature that holds names a signer, and every refusal says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from affidavit.facts.reading import make_fact
from affidavit.model.fact import Subject
from affidavit.model.identity import Package
from affidavit.model.place import Place
from affidavit.model.signing import (
    ANY_LEVEL,
    Certificate,
    Issue,
    KnownSigner,
    LineageKey,
    PlatformVerdict,
    Signature,
    Signer,
    SigningBlock,
    SigningLineage,
)
from affidavit.report.overview import Facts
from affidavit.report.signed import (
    accepted,
    android,
    certificates_first,
    levels,
    lineage_rows,
    platform_rows,
    signature_rows,
    signed_by,
)

DIGEST = "ab" * 32
BROKEN = Issue("v2-sig-did-not-verify", "The first signature.")


def certificate(subject: str = "CN=Maker", scheme: str = "v2", *, verified: bool = True) -> Certificate:
    return Certificate(
        scheme, subject, subject, "1", "", "", "RSA 2048", "SHA256withRSA", DIGEST, "cd", verified=verified
    )


def facts(*about: Subject, entry: str = "") -> Facts:
    return Facts([make_fact(what, Place(entry), "x/1") for what in about])


def signature(scheme: str = "v2", outcome: str = "verified", *issues: Issue) -> Signature:
    return Signature(scheme, outcome, (Signer(DIGEST),), issues, "all 9 bytes")


def verdict(low: int, high: int, outcome: str = "accepted", scheme: str = "v2") -> PlatformVerdict:
    signers = (DIGEST,) if outcome == "accepted" else ()
    return PlatformVerdict(low, high, outcome, scheme, signers, () if signers else (BROKEN,))


def test_android_versions_have_names_and_ranges_are_read_as_sentences():
    assert (android(24), android(36), android(99)) == ("Android 7.0", "Android 16", "API level 99")
    assert levels(24, ANY_LEVEL) == "Android 7.0 and later"
    assert levels(24, 27) == "Android 7.0 to 8.1"
    assert levels(28, 28) == "Android 9"
    assert levels(33, 40) == "Android 13 to API level 40"


def test_a_verified_signer_is_named_with_the_schemes_that_hold():
    found = facts(signature("v3"), signature("v2"), certificate(), certificate("CN=Other", verified=False))
    assert signed_by(found) == "CN=Maker (verified by v2 and v3)"


def test_a_scheme_that_does_not_hold_is_said_beside_those_that_do():
    found = facts(signature("v2"), signature("v1", "refused", BROKEN), signature("v3", "undetermined"), certificate())
    assert signed_by(found) == "CN=Maker (verified by v2, v1 does not hold, v3 not checked to the end)"


def test_nobody_is_named_as_signer_when_nothing_holds():
    found = facts(SigningBlock("v2", 9), signature("v2", "refused", BROKEN), certificate(verified=False))
    assert signed_by(found) == (
        "nobody whose signature was verified (v2 does not hold, the file names CN=Maker, not verified)"
    )
    assert signed_by(facts(SigningBlock("v2", 9))) == "nobody whose signature was verified (none was checked)"
    assert signed_by(facts()) == "no signature found"


def test_two_schemes_that_do_not_hold_are_told_in_the_plural():
    found = facts(signature("v2", "refused", BROKEN), signature("v3", "refused", BROKEN))
    assert "v2 and v3 do not hold" in signed_by(found)


def test_what_the_registry_knows_of_the_signer_is_added():
    known = KnownSigner(DIGEST, "AOSP", "test key", "public-key", "x", "H")
    assert signed_by(facts(signature(), certificate(), known)) == (
        "CN=Maker (verified by v2, known as AOSP's, test key: a key that everybody has)"
    )


def test_the_source_stamp_signs_nothing_of_the_maker():
    found = facts(signature("source-stamp"), certificate("CN=Store", "source-stamp"))
    assert "CN=Store (verified" not in signed_by(found)


def test_many_signers_are_counted():
    many = [certificate(f"CN={number}") for number in range(5)]
    assert signed_by(facts(signature(), *many)) == "CN=0; CN=1; CN=2; 2 more (verified by v2)"


def test_decisions_of_versions_are_one_sentence():
    both = facts(verdict(1, 23), verdict(24, ANY_LEVEL, "refused"))
    assert accepted(both) == "accepted by Android 1.0 to 6.0; refused by Android 7.0 and later"
    assert accepted(facts(verdict(21, 23), verdict(24, ANY_LEVEL))) == "accepted by Android 5.0 and later"
    some = facts(verdict(1, 20), verdict(21, 23, "refused"), verdict(24, 27, "refused"), verdict(28, ANY_LEVEL))
    assert accepted(some) == "accepted by Android 1.0 to 4.4W and Android 9 and later; refused by Android 5.0 to 8.1"
    assert accepted(facts(verdict(21, ANY_LEVEL, "undetermined"))) == "no version's decision could be determined"
    assert accepted(facts()) == ""


def test_rows_say_who_or_why_not():
    rows = platform_rows(facts(verdict(1, 23), verdict(24, ANY_LEVEL, "refused")))
    assert rows[0] == ("Android 1.0 to 6.0", "accepted", "v2", DIGEST)
    assert rows[1].why == "a signature does not fit the signed data: The first signature."


def test_splits_are_shown_only_where_they_are_not_accepted():
    base = [make_fact(what, Place("base.apk"), "x/1") for what in (verdict(1, 23), verdict(24, ANY_LEVEL))]
    split = [make_fact(verdict(24, ANY_LEVEL, "refused"), Place("split.apk"), "x/1")]
    package = make_fact(Package("a.b"), Place("base.apk!/AndroidManifest.xml"), "x/1")
    rows = platform_rows(Facts([package, *base, *split]))
    assert [row.versions for row in rows] == [
        "Android 1.0 to 6.0",
        "Android 7.0 and later",
        "split.apk: Android 7.0 and later",
    ]
    assert accepted(Facts([package, *base, *split])) == "accepted by Android 1.0 and later"


def test_signatures_and_lineages_are_rows():
    note = Issue("jar-sig-unprotected-zip-entry", "META-INF/x.", error=False)
    ((where, scheme, outcome, said),) = signature_rows(facts(signature("v1", "verified", note)))
    assert (where, scheme, outcome) == ("the file itself", "v1", "verified")
    assert said == "all 9 bytes; entries that the signature does not cover (a note): META-INF/x."
    lineage = SigningLineage("v3", (LineageKey(DIGEST, ("auth", "rollback")), LineageKey("ef" * 32)), verified=True)
    assert lineage_rows(facts(lineage)) == [
        ("v3, verified", DIGEST, "auth and rollback"),
        ("v3, verified", "ef" * 32, ""),
    ]
    assert lineage_rows(facts(replace(lineage, verified=False)))[0][0] == "v3, not verified"


def test_certificates_of_verified_signers_come_first():
    found = facts(certificate("CN=A", verified=False), certificate("CN=B"))
    assert [item.subject for item in certificates_first(found)] == ["CN=B", "CN=A"]


@given(st.integers(1, 60), st.integers(1, 60) | st.just(ANY_LEVEL))
def test_every_range_has_words(first: int, last: int):
    assert levels(first, max(first, last)).startswith(("Android", "API level"))


@pytest.mark.parametrize("outcome", ["verified", "refused", "undetermined"])
def test_every_outcome_has_a_sentence(outcome: str):
    assert signed_by(facts(signature("v2", outcome), certificate(verified=outcome == "verified")))
