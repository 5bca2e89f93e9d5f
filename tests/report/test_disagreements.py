"""Where reports disagree: each point once, every value with who gives it, and the decision if it was known."""

import affidavit
from affidavit.case.claims import docket
from affidavit.case.conflicts import bearing
from affidavit.case.disputes import disputes
from affidavit.model.claim import Dispute, Voice
from affidavit.report.answer_sentences import sentences
from affidavit.report.disagreements import Disagreement, disagreements, left_open
from tests.case.dockets import answered

EARLY = Voice("S1-1", "2020-09-20", "2020-09-18", disputed=True)
LATE = Voice("S4-3", "2020-09-27", "2020-09-21", disputed=True)
OWN = Voice("", "2020-09-27", "2020-09-21")


def dispute(*voices: Voice, about: tuple[str, ...] = ("provision:p-1",), resolution: str = "") -> Dispute:
    return Dispute(about, "start", ("claims",), voices, resolution)


def told(provision: str, app: str, known: str) -> dict[str, Disagreement]:
    """What an answer tells, by the decision."""
    held = docket()
    found = disputes(bearing(held, answered(app, provision, known=known, act="app_store_distribution")))
    return {item.resolution: one for item, one in zip(found, disagreements(found, held.resolutions), strict=True)}


def test_the_same_value_of_several_claims_is_told_once_earliest_first():
    (found,) = disagreements([dispute(LATE, OWN, EARLY)], {})
    assert found.point == "start of p-1"
    assert found.told == "2020-09-20 (S1-1); 2020-09-27 (the register, as known on 2020-09-21; S4-3)"
    assert found.decision == "Not decided by what was known then."


def test_a_number_stands_with_its_unit():
    (found,) = disagreements([dispute(Voice("S1-3", "19", "2020-09-18", "users"), EARLY)], {})
    assert found.told == "2020-09-20 (S1-1); 19 users (S1-3)"


def test_a_dispute_about_several_names_them_and_says_how_it_was_decided():
    known = docket().resolutions
    about = ("provision:p-1", "provision:p-2")
    (found,) = disagreements([dispute(EARLY, LATE, about=about, resolution="C03")], known)
    assert found.point == "start of p-1, p-2"
    assert found.decision.startswith(f"Left open ({known['C03'].title}): The register keeps the whole Sunday")
    assert found.decision.endswith("affidavit claims C03")


def test_a_decision_is_left_open_only_when_no_claim_was_decided():
    known = docket().resolutions
    assert {name for name, item in known.items() if left_open(item)} == {"C03", "C11", "C12", "C13"}
    (found,) = disagreements([dispute(EARLY, LATE, resolution="C02")], known)
    assert found.decision.startswith(f"Decided ({known['C02'].title}): ")


def test_two_decisions_about_one_point_are_told_apart_with_their_own_voices():
    found = told("tt-1", "tiktok", "2020-09-22")
    assert {"C02", "C03"} <= set(found)
    assert "2020-09-27 (S4-3)" in found["C02"].told
    assert "09-27" not in found["C03"].told
    assert "20 September as known on the 18th; 27 September from the 19th on" in found["C02"].decision
    assert "from which moment on Sunday" in found["C03"].decision


def test_plain_sentences_name_a_point_with_two_decisions_once():
    day = "2020-09-22"
    made = affidavit.ask("tiktok", "app_store_distribution", "app_store", on=day, known=day)
    found = told("tt-1", "tiktok", day)
    assert " ".join(sentences(made, (), list(found.values()))).count("start of tt-1") == 1


def test_a_decision_is_told_only_once_its_grounds_are_public():
    assert "C02" not in told("tt-1", "tiktok", "2020-09-18")
    assert "C03" in told("tt-1", "tiktok", "2020-09-18")


def test_every_conflict_that_bears_on_an_answer_is_told_with_all_its_voices():
    conflicts = bearing(docket(), answered("wechat", "wx-1", known="2020-09-21", act="app_store_distribution"))
    found = told("wx-1", "wechat", "2020-09-21")
    assert conflicts
    for item in conflicts:
        one = found[item.resolution]
        assert item.subject.partition(":")[2] in one.point
        assert item.property.replace("_", " ") in one.point
        assert all((voice.claim or "the register") in one.told for voice in item.voices)


def test_no_dispute_gives_no_disagreement():
    assert disagreements([], {}) == ()
