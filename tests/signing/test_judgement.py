"""All signatures of one container: each scheme's outcome, whether anybody relies on it, and where schemes disagree."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact.budget import Budget
from affidavit.model.errors import BudgetError
from affidavit.model.signing import Issue
from affidavit.signing.judgement import Judged, Judgement, Once, V4File, judge, judge_library, outcome_of
from affidavit.signing.outcome import SchemeResult
from affidavit.signing.platform import Declared
from tests.builders.block_signing import Signing, signed_apk, v3
from tests.builders.jar_signing import Jar
from tests.builders.signing import V2, V3
from tests.signing.judging import file, opened
from tests.signing.stated_schemes import Told, holds, refused
from tests.signing.test_platform import answers


def judged(path: Path, declared: Declared, v4: V4File | None = None) -> Judgement:
    with opened(path) as (part, _):
        return judge(part, Budget(), declared, v4)


def by_scheme(found: Judgement) -> dict[str, Judged]:
    return {item.result.scheme: item for item in found.schemes}


def test_every_scheme_is_judged_and_only_those_in_use_are_relied_on(tmp_path):
    found = judged(file(tmp_path, signed_apk(v2=[Signing()], v3=[v3()])), Declared(28, 33))
    schemes = by_scheme(found)
    assert [item.result.scheme for item in found.schemes] == ["v3", "v2", "v1"]
    assert (schemes["v3"].outcome, schemes["v3"].relied) == ("verified", True)
    assert (schemes["v2"].outcome, schemes["v2"].relied) == ("verified", False)
    assert schemes["v2"].signers == schemes["v3"].signers
    assert [block.block_id for block in found.blocks] == [V2, V3]


def test_a_scheme_that_one_level_refuses_is_refused(tmp_path):
    found = judged(file(tmp_path, signed_apk(v2=[Signing()], v3=[v3(28, 30)])), Declared(24, 33))
    assert by_scheme(found)["v3"].outcome == "refused"
    assert [(item.min_sdk, item.outcome) for item in found.verdicts if item.scheme == "v3" or item.min_sdk > 30] == [
        (28, "accepted"),
        (31, "refused"),
    ]
    assert len(by_scheme(found)["v3"].signers) == 1


def test_v1_that_nobody_relies_on_is_still_checked(tmp_path):
    data = Jar(files={"AndroidManifest.xml": b"\x03\x00\x08\x00", "a.txt": b"a"}).build()
    good = by_scheme(judged(file(tmp_path, data), Declared(24, 29)))["v1"]
    assert (good.outcome, good.relied, len(good.signers)) == ("verified", True, 1)
    nobody = by_scheme(judged(file(tmp_path, signed_apk(v2=[Signing()])), Declared(24, 29)))["v1"]
    assert (nobody.relied, nobody.signers) == (False, ())


def test_schemes_of_different_signers_are_noted_and_not_refused(tmp_path):
    found = judged(file(tmp_path, signed_apk(v2=[Signing(kind="ec384")], v3=[v3()])), Declared(24, 33))
    notes = [issue for issue in by_scheme(found)["v3"].result.issues if issue.word == "v3-sig-past-signers-mismatch"]
    assert [issue.error for issue in notes] == [False]
    assert {item.outcome for item in found.verdicts} == {"accepted"}


def test_what_a_scheme_says_itself_is_not_said_twice(tmp_path):
    found = judged(file(tmp_path, signed_apk(v31=[v3(33)])), Declared(33, 33))
    words = [issue.word for item in found.schemes for issue in item.result.every_issue]
    assert words.count("v31-block-found-without-v3-block") == 1


def test_a_v4_file_is_judged_beside_the_others(tmp_path):
    found = judged(file(tmp_path, signed_apk(v2=[Signing()])), Declared(24, 29), V4File(b"junk", "x.idsig"))
    v4 = by_scheme(found)["v4"]
    assert (v4.outcome, v4.relied, v4.signers) == ("refused", False, ())
    assert {item.scheme for item in found.verdicts} == {"v2"}


class Counting(Told):
    """Counts how often it is asked."""

    asked = 0

    def at(self, level: int, schemes: frozenset[int]) -> SchemeResult:
        self.asked += 1
        return super().at(level, schemes)


@given(answers("v1"), st.lists(st.tuples(st.integers(1, 40), st.sampled_from([frozenset(), frozenset({2, 3})]))))
def test_v1_is_asked_once_between_two_levels_at_which_it_changes(v1, asked):
    jar = Counting(v1=v1)
    once = Once(jar)
    assert [once.at(*one) for one in asked] == [Told(v1=v1).at(*one) for one in asked]
    assert jar.asked <= 2 * (len(v1) + 1)


def test_many_ranges_of_levels_do_not_have_every_entry_looked_at_as_often(tmp_path):
    files = {"AndroidManifest.xml": b"\x03\x00\x08\x00"} | {f"assets/{number}": b"x" for number in range(5_000)}
    ranges = [v3(33 + 4 * number, 34 + 4 * number) for number in range(15)]
    start = time.process_time()
    found = judged(file(tmp_path, signed_apk(v31=ranges, plain=Jar(files=files).build())), Declared(24, 29))
    assert len(found.verdicts) > 25
    assert time.process_time() - start < 60


def test_a_library_is_judged_by_javas_rules_alone(tmp_path):
    with opened(file(tmp_path, Jar(files={"A.class": b"\xca\xfe\xba\xbe"}).build(), "a.jar")) as (part, _):
        found = judge_library(part, Budget())
    assert [(item.result.scheme, item.outcome, item.relied) for item in found.schemes] == [("v1", "verified", True)]
    assert found.verdicts == ()


def test_outcomes():
    assert outcome_of(holds("v2", "a")) == "verified"
    assert outcome_of(refused("v2")) == "refused"
    assert outcome_of(SchemeResult("v2", undetermined="x")) == "undetermined"
    assert outcome_of(SchemeResult("v2", issues=(Issue("v2-sig-did-not-verify", "x."),), undetermined="x")) == "refused"
    assert outcome_of(SchemeResult("v2", issues=(Issue("apk-sig-block-repeated-id", "x.", error=False),))) != "refused"


def test_a_budget_that_is_used_up_is_no_verdict(tmp_path):
    path = file(tmp_path, signed_apk(v2=[Signing()]))
    with opened(path) as (part, _):
        try:
            found = judge(part, Budget(seconds=0), Declared(24, 29))
        except BudgetError:
            return
    assert "verified" not in {item.outcome for item in found.schemes}
    assert "accepted" not in {item.outcome for item in found.verdicts}


@pytest.mark.corpus
def test_a_real_app_of_every_scheme(corpus):
    path = corpus / "signing" / "apksig" / "v31-rsa-2048_2-tgt-34-1-tgt-28.apk"
    found = judged(path, Declared(23, 23))
    assert [(item.result.scheme, item.outcome, item.relied) for item in found.schemes] == [
        ("v3.1", "verified", True),
        ("v3", "verified", True),
        ("v2", "verified", True),
        ("v1", "verified", True),
    ]
