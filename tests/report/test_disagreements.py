"""Where reports disagree: each point once, every value with who gives it, and the decision if it was known."""

from affidavit.case.claims import docket
from affidavit.case.conflicts import bearing
from affidavit.model.claim import Conflict, Voice
from affidavit.report.disagreements import disagreements


def conflict(subject: str, *voices: Voice, resolution: str = "") -> Conflict:
    return Conflict(subject, "start", "claims", voices, resolution)


EARLY = Voice("S1-1", "2020-09-20", "2020-09-18", disputed=True)
LATE = Voice("S4-3", "2020-09-27", "2020-09-21", disputed=True)
OWN = Voice("", "2020-09-27", "2020-09-21")


def test_the_same_value_of_several_claims_is_told_once_earliest_first():
    (found,) = disagreements([conflict("provision:p-1", LATE, OWN, EARLY)], {})
    assert found.point == "start of p-1"
    assert found.told == "2020-09-20 (S1-1); 2020-09-27 (the register, S4-3)"
    assert found.decision == "Not decided by what was known then."


def test_conflicts_about_one_point_or_settled_by_one_decision_are_one():
    known = docket().resolutions
    apart = [conflict("provision:p-1", EARLY, LATE), conflict("provision:p-2", EARLY, LATE)]
    assert len(disagreements(apart, known)) == 2
    same = [conflict("provision:p-1", EARLY, LATE, resolution="C03"), conflict("provision:p-1", EARLY, OWN)]
    assert len(disagreements(same, known)) == 1
    together = [conflict(f"provision:p-{number}", EARLY, LATE, resolution="C03") for number in (1, 2)]
    (found,) = disagreements(together, known)
    assert found.point == "start of p-1, p-2"
    assert found.decision.startswith(f"Decided ({known['C03'].title}): ")
    assert found.decision.endswith("affidavit claims C03")


def test_every_conflict_that_bears_on_an_answer_is_told_with_all_its_voices():
    told = docket()
    conflicts = bearing(told, ["wx-1"], "wechat", "2020-09-21")
    found = disagreements(conflicts, told.resolutions)
    assert conflicts
    for item in conflicts:
        name = item.subject.partition(":")[2]
        (point,) = [one for one in found if name in one.point and item.property.replace("_", " ") in one.point]
        assert all((voice.claim or "the register") in point.told for voice in item.voices)
    assert len({one.point for one in found}) == len(found)


def test_no_conflict_gives_no_disagreement():
    assert disagreements([], {}) == ()
