"""Conflicts as a reader meets them: each once, with everyone heard."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.case.claims import docket
from affidavit.case.conflicts import bearing, claims_of, conflicts
from affidavit.case.disputes import disputes
from affidavit.case.titles import property_title, title
from affidavit.law.register import register
from affidavit.model.claim import Conflict, Kind, Voice
from tests.case.dockets import answered, claim, small, source

FIRST = date(2020, 8, 1)


def by_decision() -> dict[str, set[str]]:
    return {item.resolution: set(item.about) for item in disputes(conflicts(docket()))}


def test_conflicts_decided_together_are_one():
    assert len(disputes(conflicts(docket()))) == len(docket().resolutions) < len(conflicts(docket()))
    assert by_decision()["C01"] == {f"provision:tt-{number}" for number in range(2, 6)}
    assert by_decision()["C03"] == {"provision:tt-1", "provision:wx-1"}


def test_undecided_conflicts_with_the_same_voices_are_one():
    early = [item.about for item in disputes(conflicts(docket(), "2020-09-18")) if not item.resolution]
    assert ("provision:tt-2", "provision:tt-3", "provision:tt-4") in early
    assert ("provision:tt-5",) in early


EARLY, LATE = Voice("A-1", "1", "2020-09-18", disputed=True), Voice("B-1", "2", "2020-09-21", disputed=True)


def conflict(subject: str, *voices: Voice, kind: Kind = "claims", resolution: str = "") -> Conflict:
    return Conflict(subject, "start", kind, voices, resolution)


def test_one_point_decided_twice_is_two_and_each_keeps_its_own_voices():
    first = conflict("provision:p", EARLY, resolution="C03")
    second = conflict("provision:p", EARLY, LATE, kind="knowledge", resolution="C02")
    made = [(item.resolution, item.kinds, item.voices) for item in disputes([first, second])]
    assert made == [("C02", ("knowledge",), (EARLY, LATE)), ("C03", ("claims",), (EARLY,))]


def test_what_is_undecided_about_one_point_is_one_with_every_kind():
    (item,) = disputes([conflict("provision:p", EARLY), conflict("provision:p", EARLY, LATE, kind="knowledge")])
    assert (item.about, item.kinds, item.voices) == (("provision:p",), ("claims", "knowledge"), (EARLY, LATE))


def test_undecided_points_with_other_voices_stay_apart():
    assert len(disputes([conflict("provision:p", EARLY), conflict("provision:q", EARLY, LATE)])) == 2
    assert len(disputes([conflict("provision:p", EARLY), conflict("provision:q", EARLY)])) == 1


def test_an_answer_and_the_list_of_claims_count_the_same():
    for day in ("2020-09-18", "2020-09-22"):
        near = disputes(bearing(docket(), answered("tiktok", "tt-1", known=day, act="app_store_distribution")))
        for item in near:
            (same,) = [other for other in disputes(conflicts(docket(), day)) if set(item.about) <= set(other.about)
                       and (item.resolution, item.property) == (other.resolution, other.property)]  # fmt: skip
            assert set(item.voices) <= set(same.voices)
        assert len(near) == len({(item.resolution, item.property, item.about) for item in near})


def test_nobody_is_lost_and_nobody_speaks_twice():
    heard = {voice.claim for item in disputes(conflicts(docket())) for voice in item.voices if voice.claim}
    assert heard == {name for item in conflicts(docket()) for name in claims_of(item)}
    for item in disputes(conflicts(docket())):
        said = [(voice.claim, voice.value, voice.unit) for voice in item.voices]
        assert len(said) == len(set(said))


def test_voices_are_heard_in_the_order_of_their_dates():
    for item in disputes(conflicts(docket())):
        days = [voice.asserted_at for voice in item.voices]
        assert days == sorted(days)


def test_a_voice_disputed_about_one_subject_is_disputed():
    (item,) = [item for item in disputes(conflicts(docket())) if item.resolution == "C03"]
    assert "WSJ-1" in {voice.claim for voice in item.voices if voice.disputed}


def test_the_decided_come_first_in_the_order_of_their_names():
    made = disputes(conflicts(docket(), "2020-09-18"))
    decided = [item.resolution for item in made if item.resolution]
    assert decided == sorted(decided)
    assert [bool(item.resolution) for item in made] == sorted((bool(item.resolution) for item in made), reverse=True)


def test_titles_fall_back_to_the_name():
    law = register()
    assert title(law, "provision:unheard-of") == "provision unheard-of"
    assert title(law, "event:wx-e2").startswith("wx-e2 (injunction granted: ")
    assert title(law, "measure:us-eo-13942").startswith("us-eo-13942 (Executive order")
    assert (property_title("start"), property_title("colour")) == ("starts to apply", "colour")


VALUES = st.lists(st.dates(min_value=FIRST, max_value=FIRST.replace(day=9)), min_size=1, max_size=5)


@settings(deadline=None)
@given(VALUES)
def test_a_naive_look_at_all_pairs_finds_the_same(days):
    made = small(
        *(
            source(f"Q{place}", claim(f"Q{place}-1", "proposal:x", "start", day.isoformat()))
            for place, day in enumerate(days)
        )
    )
    disputed = {f"Q{place}-1" for place, day in enumerate(days) if any(other != day for other in days)}
    found = disputes(conflicts(made))
    assert {voice.claim for item in found for voice in item.voices if voice.disputed} == disputed
