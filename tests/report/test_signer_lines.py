"""Lines of `affidavit signers`: alike ones are folded and counted, long ones cut at a sentence; each line says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from affidavit.facts.reading import make_fact
from affidavit.model.fact import Fact, Subject
from affidavit.model.identity import Package
from affidavit.model.place import Place
from affidavit.model.signing import ANY_LEVEL, Issue, KnownSigner, PlatformVerdict, Signer
from affidavit.report.overview import Facts
from affidavit.report.signer_lines import (
    LONG,
    WHERE,
    certificate_lines,
    cut,
    signature_lines,
    split_lines,
    verdict_line,
)
from affidavit.report.text import HIDDEN
from affidavit.report.verdicts import row_of
from tests.report.test_signed import DIGEST, certificate, facts, signature, verdict

PACKAGE = make_fact(Package("a.b"), Place("base.apk!/AndroidManifest.xml"), "x/1")
NOTE = Issue("jar-sig-unprotected-zip-entry", "META-INF/x.", error=False)
DIFFER = Issue("split-signers-differ", "the split is another's.")


def at(entry: str, *about: Subject) -> list[Fact]:
    return [make_fact(what, Place(entry), "x/1") for what in about]


def app(*splits: list[Fact]) -> Facts:
    return Facts([PACKAGE, *at("base.apk", signature()), *(fact for each in splits for fact in each)])


def test_what_is_short_is_not_cut():
    assert cut("one. two.") == "one. two."


@pytest.mark.parametrize(
    ("text", "kept"),
    [("First one. Second one. " + "x" * 20, "First one. Second one."), ("a; b; " + "y" * 40, "a; b;"),
     ("word " * 10, "word word word word word word"), ("z" * 50, "z" * 30)],
)  # fmt: skip
def test_a_long_note_ends_with_a_sentence_or_else_a_word(text: str, kept: str):
    shown, _, rest = cut(text, 30).partition(" … ")
    assert shown == kept
    assert rest.endswith(f"more characters: {WHERE})")


@given(st.text(max_size=60), st.integers(1, 40))
def test_what_is_left_out_is_counted_and_nothing_hidden_is_printed(text: str, limit: int):
    shown = cut(text, limit)
    assert not HIDDEN.search(shown)
    assert (WHERE in shown) == (len(text) > limit or WHERE in text)


def test_the_apps_own_signature_comes_first():
    lines = signature_lines(app(at("a.apk", signature("v1"))), "split")
    assert lines == ["v2          verified, base.apk: all 9 bytes", "v1          verified, a.apk: all 9 bytes"]


def test_signatures_that_came_out_the_same_way_are_counted():
    others = [at(f"{number}.apk", replace(signature(), covers=f"all {number} bytes")) for number in range(12)]
    first, second = signature_lines(app(*others), "split")
    assert first == "v2          verified, base.apk: all 9 bytes"
    assert second == f"v2          verified, the same in 12 further splits ({WHERE} has each)"


def test_another_signer_outcome_or_fault_is_never_folded():
    others = [
        at("a.apk", replace(signature(), signers=(Signer("cd" * 32),))),
        at("b.apk", signature("v2", "undetermined")),
        at("c.apk", signature("v2", "verified", NOTE)),
        at("d.apk", signature("v2", "verified", replace(NOTE, error=True))),
    ]
    assert len(signature_lines(app(*others), "split")) == 5


def test_notes_of_one_kind_are_counted_after_errors():
    many = [replace(NOTE, detail=f"META-INF/{number}.") for number in range(40)]
    (line,) = signature_lines(facts(signature("v1", "refused", *many, Issue("v2-sig-did-not-verify", "Bad."))), "split")
    assert line.startswith("v1          refused, the file itself: all 9 bytes; a signature does not fit")
    assert line.endswith(f"(a note): META-INF/0. (and 39 more: {WHERE})")


def test_many_kinds_of_issues_are_counted():
    kinds = [Issue(f"v2-sig-malformed-{word}", "x") for word in ("signer", "digest", "signature", "signers")]
    kinds += [Issue(f"v3-sig-malformed-{word}", "x") for word in ("signer", "digest", "signature", "signers")]
    (line,) = signature_lines(facts(signature("v2", "refused", *kinds)), "split")
    assert line.endswith(f"; 2 more kinds of issues: {WHERE}")


def test_a_signature_that_covers_nothing_stated_says_only_what_is_wrong():
    bare = replace(signature("v2", "refused", DIFFER), covers="")
    assert signature_lines(facts(bare), "split")[0].endswith("the file itself: a split that is not signed as its base "
                                                             "is: the split is another's.")  # fmt: skip


def test_splits_with_the_same_verdict_are_counted():
    bad = PlatformVerdict(24, ANY_LEVEL, "refused", "v2", (), (DIFFER,))
    lines = split_lines(app(at("a.apk", bad), at("b.apk", bad), at("c.apk", replace(bad, max_sdk=27))))
    assert lines[0].startswith("a.apk: Android 7.0 and later: refused by v2  a split that is not signed as its base is")
    assert lines[1] == f"the same for 1 further split: {WHERE}"
    assert lines[2].startswith("c.apk: Android 7.0 to 8.1: refused")


def test_many_lines_are_bounded_and_counted():
    others = [at(f"{number}.apk", signature(f"v{number}")) for number in range(50)]
    lines = signature_lines(app(*others), "split")
    assert lines[-1] == f"11 more lines: {WHERE}"
    assert len(lines) == 41


def test_a_verdict_line_says_who_or_why_not():
    assert verdict_line(row_of(verdict(24, 27))) == f"Android 7.0 to 8.1: accepted by v2  {DIGEST}"
    assert verdict_line(row_of(PlatformVerdict(28, 28, "undetermined"))) == "Android 9: undetermined"
    long = PlatformVerdict(28, 28, "refused", "v2", (), (replace(DIFFER, detail="x" * 2 * LONG),))
    assert WHERE in verdict_line(row_of(long))


def test_a_certificate_is_listed_once_with_what_is_known_of_its_key():
    debug = certificate("CN=Android Debug")
    known = KnownSigner(DIGEST, "AOSP", "test key", "public-key", "x", "H")
    chain = replace(debug, chain=True, verified=False)
    (line,) = certificate_lines(facts(debug, debug, chain, known))
    assert line == (
        f"v2, verified: CN=Android Debug, RSA 2048, SHA-256 {DIGEST}; a debug key: anybody may have it; "
        "known as AOSP's, test key: a key that everybody has (in 2 places)"
    )
    assert certificate_lines(facts(replace(debug, verified=False)))[0].startswith("v2, not verified: CN=Android Debug,")
