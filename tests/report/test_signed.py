"""Who signed, in words: only a signature that holds names a signer, and every refusal says why."""

import pytest
from msgspec.structs import replace

from affidavit.facts.reading import make_fact
from affidavit.model.fact import Subject
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.model.signing import (
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
from affidavit.report.signed import all_issues, certificates_first, lineage_rows, signature_rows, signed_by

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


def test_where_a_gap_can_hide_a_signature_nobody_is_said_to_have_signed_nothing():
    for kind in ("budget/signing", "tool/worker-died", "signing/malformed-block"):
        said = signed_by(facts(), [Limitation(kind, "why")])
        assert said == "not known: no signature found, and not everything was read"
    assert signed_by(facts(), [Limitation("text/too-many", "why")]) == "no signature found"


def test_two_schemes_that_do_not_hold_are_told_in_the_plural():
    found = facts(signature("v2", "refused", BROKEN), signature("v3", "refused", BROKEN))
    assert "v2 and v3 do not hold" in signed_by(found)


def test_what_the_registry_knows_of_the_signer_is_added():
    known = KnownSigner(DIGEST, "AOSP", "test key", "public-key", "x", "H")
    assert signed_by(facts(signature(), certificate(), known)) == (
        "CN=Maker (verified by v2, known as AOSP's, test key: a key that everybody has)"
    )


def test_the_source_stamp_signs_nothing_of_the_maker():
    stamp = replace(certificate("CN=Store", "source-stamp"), sha256="ef" * 32)
    known = KnownSigner("ef" * 32, "A store", "its stamp", "store", "x", "H")
    assert "CN=Store (verified" not in signed_by(facts(signature("source-stamp"), stamp))
    both = facts(signature(), signature("source-stamp"), certificate(), stamp, known)
    assert signed_by(both) == "CN=Maker (verified by v2)"


def test_a_scheme_with_several_images_is_named_once():
    twice = facts(signature("apple"), replace(signature("apple"), covers="the other"), certificate(scheme="apple"))
    assert signed_by(twice) == "CN=Maker (verified by apple)"
    one_bad = facts(signature("apple"), signature("apple", "refused"), certificate(scheme="apple"))
    assert signed_by(one_bad) == "CN=Maker (verified by apple, apple does not hold)"


def test_a_debug_key_is_named_after_what_holds():
    found = facts(signature(), certificate("C=US,O=Android,CN=Android Debug"))
    assert signed_by(found) == "C=US,O=Android,CN=Android Debug (verified by v2; a debug key: anybody may have it)"


def test_issues_of_signers_follow_those_of_the_scheme():
    mine = Issue("v2-sig-malformed-signer", "x")
    both = replace(signature("v2", "refused", BROKEN), signers=(Signer(DIGEST, issues=(mine,)),))
    assert all_issues(both) == (BROKEN, mine)


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
    assert len(lineage_rows(facts(lineage, lineage))) == 2  # as a split repeats it


def test_certificates_of_verified_signers_come_first():
    found = facts(certificate("CN=A", verified=False), certificate("CN=B"))
    assert [item.subject for item in certificates_first(found)] == ["CN=B", "CN=A"]


@pytest.mark.parametrize("outcome", ["verified", "refused", "undetermined"])
def test_every_outcome_has_a_sentence(outcome: str):
    assert signed_by(facts(signature("v2", outcome), certificate(verified=outcome == "verified")))
