"""What each Android version makes of an APK's signatures: which scheme it relies on, and that it never falls back."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.model.signing import ANY_LEVEL, Issue, PlatformVerdict
from affidavit.signing.outcome import SchemeResult, SignerResult
from affidavit.signing.platform import Declared, beside, fingerprints, relied_on, verdicts
from tests.builders.block_signing import Link as Key
from tests.builders.block_signing import Signing, lineage, signed_apk, v3
from tests.oracles.platform import at, decide
from tests.signing.judging import file, schemes
from tests.signing.stated_schemes import LEVELS, Told, cert, holds, refused

PLAIN = Declared()


def told(declared: Declared = PLAIN, **answers: object) -> tuple[PlatformVerdict, ...]:
    app = Told(**answers)
    return verdicts(app, app, declared)


def shape(found: tuple[PlatformVerdict, ...]) -> list[tuple[int, int, str, str]]:
    return [(item.min_sdk, item.max_sdk, item.outcome, item.scheme) for item in found]


def test_each_version_relies_on_the_newest_scheme_that_it_knows():
    found = told(v1=holds("v1", "a"), v2=holds("v2", "a"), v3=holds("v3", "a"), v31=holds("v3.1", "b"))
    assert shape(found) == [
        (1, 23, "accepted", "v1"),
        (24, 27, "accepted", "v2"),
        (28, 32, "accepted", "v3"),
        (33, ANY_LEVEL, "accepted", "v3.1"),
    ]
    assert found[3].signers == fingerprints((SignerResult((cert("b"),)),))


def test_a_broken_block_is_a_refusal_and_no_older_scheme_helps():
    found = told(v1=holds("v1", "a"), v2=refused("v2"))
    assert shape(found) == [(1, 23, "accepted", "v1"), (24, ANY_LEVEL, "refused", "v2")]
    assert [issue.word for issue in found[1].issues] == ["v2-sig-did-not-verify"]
    assert found[1].signers == ()


def test_levels_below_the_apps_own_are_not_asked():
    found = told(Declared(min_sdk=29), v1=holds("v1", "a"), v2=holds("v2", "a"))
    assert shape(found) == [(29, ANY_LEVEL, "accepted", "v2")]


def test_an_app_for_a_future_level_has_one_verdict():
    assert shape(told(Declared(min_sdk=ANY_LEVEL), v2=holds("v2", "a"))) == [(ANY_LEVEL, ANY_LEVEL, "accepted", "v2")]


def test_v31_without_a_signer_for_the_level_is_passed_over():
    v31 = {33: SchemeResult("v3.1"), 34: holds("v3.1", "b")}
    assert shape(told(v3=holds("v3", "a"), v31=v31))[1:] == [
        (28, 33, "accepted", "v3"),
        (34, ANY_LEVEL, "accepted", "v3.1"),
    ]


def test_a_note_on_v31_does_not_make_it_one_that_is_taken():
    v31 = SchemeResult("v3.1", issues=(Issue("v31-block-found-without-v3-block", "x.", error=False),))
    assert shape(told(v2=holds("v2", "a"), v31=v31))[-1] == (24, ANY_LEVEL, "accepted", "v2")


def test_what_could_not_be_checked_is_neither_accepted_nor_refused():
    found = told(v1=SchemeResult("v1", undetermined="a key of 99,999 bits"))
    assert [item.outcome for item in found] == ["undetermined"]
    assert found[0].issues == (Issue("not-checked-to-the-end", "a key of 99,999 bits", error=False),)


def test_a_fault_that_is_shown_refuses_also_what_was_not_checked_to_the_end():
    broken = SchemeResult("v1", issues=(Issue("jar-sig-did-not-verify", "x."),), undetermined="budget")
    assert [item.outcome for item in told(v1=broken)] == ["refused"]


def test_an_unsigned_app_is_refused_everywhere_and_says_why():
    (found,) = told()
    assert (found.outcome, found.scheme, found.issues[0].word) == ("refused", "", "jar-sig-no-signatures")


def test_a_target_of_30_needs_more_than_v1_from_level_30_on():
    found = told(Declared(21, 30), v1=holds("v1", "a"))
    assert shape(found) == [(21, 29, "accepted", "v1"), (30, ANY_LEVEL, "refused", "v1")]
    assert [issue.word for issue in found[1].issues] == ["min-sig-scheme-for-target-sdk-not-met"]
    assert shape(told(Declared(21, 29), v1=holds("v1", "a"))) == [(21, ANY_LEVEL, "accepted", "v1")]
    assert shape(told(Declared(21, 30), v2=holds("v2", "a")))[-1][2] == "accepted"


def test_sandbox_version_2_needs_more_than_v1_from_level_26_on():
    found = told(Declared(21, 25, 2), v1=holds("v1", "a"))
    assert shape(found) == [(21, 25, "accepted", "v1"), (26, ANY_LEVEL, "refused", "v1")]
    assert [issue.word for issue in found[1].issues] == ["no-sig-for-target-sandbox-version"]


def test_only_schemes_that_a_level_knows_count_for_the_protection_against_their_removal():
    app = Told(v3=holds("v3", "a"), v2=holds("v2", "a"))
    assert relied_on(app, app, 20).issues[0].detail == "0 schemes."


RESULTS = st.sampled_from(["holds", "refused", "doubt", "empty", "note", "signer"])


def result(kind: str, scheme: str) -> SchemeResult:
    warning = (Issue("apk-sig-block-repeated-id", "x.", error=False),)
    bad = SignerResult((cert("c"),), issues=(Issue("v3-sig-malformed-signer", "x."),))
    return {
        "holds": holds(scheme, "a"), "refused": refused(scheme), "doubt": SchemeResult(scheme, undetermined="x"),
        "empty": SchemeResult(scheme), "note": SchemeResult(scheme, issues=warning),
        "signer": SchemeResult(scheme, (bad,)),
    }[kind]  # fmt: skip


def answers(scheme: str) -> st.SearchStrategy[dict[int, SchemeResult]]:
    """A scheme whose answer changes at some levels."""
    kinds = st.dictionaries(st.sampled_from([1, 18, 24, 25, 27, 28, 30, 33, 34, 36]), RESULTS, max_size=4)
    return kinds.map(lambda by: {level: result(kind, scheme) for level, kind in by.items()})


@given(
    v1=RESULTS, v2=answers("v2"), v3=answers("v3"), v31=answers("v3.1"),
    least=st.integers(1, 40), target=st.integers(1, 40), sandbox=st.integers(0, 3),
)  # fmt: skip
def test_every_level_has_one_verdict_and_it_is_what_the_rules_say(v1, v2, v3, v31, least, target, sandbox):  # noqa: PLR0917 - as the oracle
    app = Told(v1=result(v1, "v1"), v2=v2, v3=v3, v31=v31)
    found = verdicts(app, app, Declared(least, target, sandbox))
    by_level = [
        {level: one for level in LEVELS if (one := app.answer(name, level))} for name in ("v1", "v2", "v3", "v31")
    ]
    for level in LEVELS:
        if level >= least:
            ours = at(level, found)
            outcome, scheme = decide(level, *by_level, target, sandbox)
            assert ours.outcome == outcome
            assert ours.scheme in {scheme, ""}
            assert bool(ours.signers) == (outcome == "accepted")
            assert bool(ours.issues) == (outcome != "accepted")
    assert found[0].min_sdk == least
    assert found[-1].max_sdk == ANY_LEVEL
    assert all(one.max_sdk + 1 == two.min_sdk for one, two in pairwise(found))


def test_a_split_with_another_signer_is_refused_where_both_would_be_accepted():
    base = told(v1=holds("v1", "a"), v2=holds("v2", "a"))
    split = told(v1=holds("v1", "a"), v2=holds("v2", "b"))
    found = beside(split, base)
    assert shape(found) == [(1, 23, "accepted", "v1"), (24, ANY_LEVEL, "refused", "v2")]
    assert [issue.word for issue in found[1].issues] == ["split-signers-differ"]
    assert beside(base, base) == base


def test_a_split_that_is_refused_for_itself_keeps_its_own_reason():
    base, split = told(v2=holds("v2", "a")), told(v2=refused("v2"))
    assert beside(split, base) == split
    assert beside(base, split) == base


@pytest.mark.parametrize("level", [24, 27, 28, 30, 33, 34, 40])
def test_a_really_signed_app_is_judged_level_by_level(tmp_path, level):
    chain = lineage(Key("ec"), Key("ec384"))
    data = signed_apk(v2=[Signing()], v3=[v3(28, 33)], v31=[v3(34, kind="ec384", attributes=[chain])])
    with schemes(file(tmp_path, data)) as (jar, blocks, _):
        verdict = at(level, verdicts(jar, blocks, Declared(24, 33)))
    assert verdict.outcome == "accepted"
    assert verdict.scheme == ("v2" if level < 28 else "v3" if level < 34 else "v3.1")
    assert len(verdict.signers) == 1


def test_a_changed_byte_is_refused_by_every_version_that_looks_at_the_whole_file(tmp_path):
    data = bytearray(signed_apk(v2=[Signing()], v3=[v3()]))
    data[4] ^= 1  # the version needed to extract, in the first local header: nobody reads it
    with schemes(file(tmp_path, bytes(data))) as (jar, blocks, _):
        found = verdicts(jar, blocks, Declared(24, 33))
    assert {item.outcome for item in found} == {"refused"}
    assert {issue.word for item in found for issue in item.issues} == {
        "v2-sig-apk-digest-did-not-verify",
        "v3-sig-apk-digest-did-not-verify",
    }
