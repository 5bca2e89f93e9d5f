"""One answer for a whole range of versions: as apksig gives it, with the schemes compared with each other."""

from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.model.signing import ANY_LEVEL
from affidavit.signing.outcome import SchemeResult, SignerResult
from affidavit.signing.platform import Declared, fingerprints, verdicts
from affidavit.signing.summary import Summary, merged, summarise
from tests.signing.stated_schemes import Told, cert, holds, refused
from tests.signing.test_platform import RESULTS, answers, result

PLAIN = Declared()


def asked(declared: Declared = PLAIN, lowest: int = 0, highest: int = ANY_LEVEL, **answers: object) -> Summary:
    app = Told(**answers)
    return summarise(app, app, declared, lowest, highest)


def words(found: Summary) -> list[str]:
    return [issue.word for issue in found.issues]


def prints(*names: str) -> tuple[str, ...]:
    return fingerprints(tuple(SignerResult((cert(name),)) for name in names))


def test_all_schemes_that_hold_and_agree_are_named_newest_first():
    found = asked(v1=holds("v1", "a"), v2=holds("v2", "a"), v3=holds("v3", "a"))
    assert found == Summary("verified", ("v3", "v2", "v1"), prints("a"))


def test_looking_stops_at_the_first_scheme_that_does_not_hold():
    found = asked(v1=refused("v1", "jar-sig-did-not-verify"), v2=refused("v2"), v3=holds("v3", "a"))
    assert (found.outcome, found.schemes, words(found)) == ("refused", ("v3",), ["v2-sig-did-not-verify"])


def test_a_file_without_v1_is_refused_when_the_range_reaches_old_versions():
    found = asked(Declared(21, 29), v2=holds("v2", "a"))
    assert (found.outcome, words(found)) == ("refused", ["jar-sig-no-signatures"])
    assert asked(Declared(21, 29), lowest=24, v2=holds("v2", "a")).outcome == "verified"
    assert asked(Declared(24, 29), v2=holds("v2", "a")).schemes == ("v2",)


def test_v2_is_left_out_when_every_version_has_v3():
    assert asked(Declared(28), v2=refused("v2"), v3=holds("v3", "a")).outcome == "verified"
    assert asked(Declared(27), v2=refused("v2"), v3=holds("v3", "a")).outcome == "refused"


def test_newer_schemes_are_left_out_of_a_range_of_old_versions():
    found = asked(highest=23, v1=holds("v1", "a"), v2=refused("v2"))
    assert found == Summary("verified", ("v1",), prints("a"))


def test_v1_and_v2_must_have_the_same_signers():
    found = asked(v1=holds("v1", "a"), v2=holds("v2", "b"))
    assert words(found) == ["v2-sig-missing", "jar-sig-missing"]
    assert found.outcome == "refused"
    assert words(asked(v1=holds("v1", "a", "b"), v2=holds("v2", "a"))) == ["v2-sig-missing"]
    assert words(asked(v1=holds("v1", "a"), v2=holds("v2", "a", "b"))) == ["jar-sig-missing"]


def test_v3_must_continue_the_older_signer():
    one = holds("v1", "a")
    assert words(asked(v1=one, v3=holds("v3", "b"))) == ["v3-sig-past-signers-mismatch"]
    assert words(asked(v1=one, v3=holds("v3", "b", lineage=("a", "b")))) == []
    assert words(asked(v1=one, v3=holds("v3", "b", lineage=("c", "a", "b")))) == ["v3-sig-past-signers-mismatch"]
    assert words(asked(v1=one, v3=holds("v3", "b", lineage=("c", "b")))) == ["v3-sig-past-signers-mismatch"]
    assert words(asked(v1=one, v3=holds("v3", "a", "b"))) == ["v3-sig-multiple-signers"]
    assert words(asked(v1=holds("v1", "a", "b"), v3=holds("v3", "a"))) == ["v3-sig-multiple-past-signers"]


def test_the_newest_versions_signer_is_the_identity():
    three = {28: holds("v3", "a"), 30: holds("v3", "b", lineage=("a", "b"))}
    assert asked(Declared(28), v3=three).signers == prints("b")
    both = asked(Declared(28), v3={28: holds("v3", "a")}, v31=holds("v3.1", "b", lineage=("a", "b")))
    assert (both.signers, both.schemes) == (prints("b"), ("v3.1", "v3"))
    assert asked(v1=holds("v1", "a", "b")).signers == prints("a", "b")


def test_v31_needs_v3_beside_it():
    found = asked(Declared(21), v31=holds("v3.1", "a"))
    assert (found.schemes, words(found)) == (("v3.1",), ["v31-block-found-without-v3-block"])


def test_v3_need_not_stand_for_levels_that_v31_takes():
    three = {28: holds("v3", "a"), 33: refused("v3", "v3-missing-sdk-versions")}
    assert asked(Declared(28), v3=three, v31=holds("v3.1", "a")).outcome == "verified"
    assert words(asked(Declared(28), v3=three)) == ["v3-missing-sdk-versions"]


def test_what_the_app_states_is_asked_for():
    one = {"v1": holds("v1", "a")}
    assert words(asked(Declared(21, 30), **one)) == ["min-sig-scheme-for-target-sdk-not-met"]
    assert words(asked(Declared(21, 30), highest=29, **one)) == []
    assert words(asked(Declared(21, 25, 2), **one)) == ["no-sig-for-target-sandbox-version"]
    assert words(asked(Declared(21, 25, 2), highest=25, **one)) == []
    assert words(asked(Declared(24, 30, 2), v2=holds("v2", "a"))) == []


def test_doubt_is_not_a_verdict():
    found = asked(v1=SchemeResult("v1", undetermined="budget"))
    assert (found.outcome, found.issues, found.signers) == ("undetermined", (), ())


def test_a_level_without_any_answer_is_a_doubt():
    found = asked(Declared(28), v3={28: holds("v3", "a"), 30: SchemeResult("v3")})
    assert (found.outcome, found.signers) == ("undetermined", ())


def test_nothing_merged_is_nothing():
    assert merged("v2", []) is None


def blocks(scheme: str) -> st.SearchStrategy[dict[int, SchemeResult]]:
    """No block of a scheme, or one, about which every level has an answer."""
    made = st.builds(lambda first, by: {1: result(first, scheme), **by}, RESULTS, answers(scheme))
    return st.just({}) | made


@settings(max_examples=300, deadline=None)
@given(v1=RESULTS, v2=blocks("v2"), v3=blocks("v3"), v31=blocks("v3.1"), least=st.integers(1, 40))
def test_what_is_verified_as_a_whole_is_accepted_at_every_level(v1, v2, v3, v31, least):
    """But for levels 24 to 27 of an app without v2: they rely on v1, at which apksig no longer looks."""
    app = Told(v1=result(v1, "v1"), v2=v2, v3=v3, v31=v31)
    if summarise(app, app, Declared(least, least)).outcome == "verified":
        found = verdicts(app, app, Declared(least, least))
        looked_at = [item for item in found if v2 or not (v3 or v31) or least < 24 or item.min_sdk >= 28]
        assert {item.outcome for item in looked_at} <= {"accepted"}


def test_apksig_takes_an_app_of_level_24_that_has_v3_and_no_v2_and_android_7_refuses_it():
    app = Told(v1=refused("v1", "jar-sig-did-not-verify"), v3=holds("v3", "a"))
    assert summarise(app, app, Declared(24)).outcome == "verified"
    assert [item.outcome for item in verdicts(app, app, Declared(24))] == ["refused", "accepted"]
