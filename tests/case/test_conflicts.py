"""Conflicts: found by comparing, not by a list; the order of claims is nothing; what was said later is not used."""

from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.case.claims import docket
from affidavit.case.conflicts import bearing, claims_of, conflicts, knowable
from affidavit.law.ask import Resolver
from affidavit.law.register import register
from affidavit.model.claim import Conflict
from affidavit.model.determination import Question
from affidavit.model.errors import KnowledgeError
from tests.case.dockets import answered, claim, decision, real, small, source

FOUND = [
    ("C01", "claims", ("S3-7",)),
    ("C02", "knowledge", ("S4-3",)),
    ("C03", "claims", ("S1-5",)),
    ("C04", "claims", ("S3-6",)),
    ("C05", "claims", ("S2-7",)),
    ("C06", "register", ("S4-2",)),
    ("C07", "claims", ("S3-4",)),
    ("C08", "claims", ("S4-1",)),
    ("C09", "register", ("S4-1", "S4-8")),
    ("C10", "claims", ("S0-1", "S0-5")),
    ("C11", "dates", ("S0-16",)),
    ("C12", "unit", ("S4-5", "REUT0622-1")),
    ("C13", "claims", ("S1-12", "S2-2", "S3-5")),
    ("C14", "claims", ("S3-15",)),
    ("C15", "incomplete", ("S0-1", "S4-1")),
    ("C16", "incomplete", ("S3-16",)),
    ("C17", "claims", ("S1-10",)),
    ("C18", "claims", ("S3-8",)),
    ("X01", "claims", ("TH1002-1", "PRESS0920-1")),
    ("X02", "claims", ("KWM2020-1",)),
    ("X03", "claims", ("TRADE0923-1", "TRADE0925-1")),
    ("X04", "claims", ("EDPA0926-1",)),
    ("X05", "claims", ("DPC2025-2",)),
]
"""Decision, kind of its conflict, and claims without which there would be none."""


@cache
def real_conflicts() -> tuple[Conflict, ...]:
    return tuple(conflicts(docket()))


def keys(found) -> set[tuple[str, str, str]]:
    return {(item.subject, item.property, item.kind) for item in found}


@pytest.mark.parametrize(("name", "kind", "odd"), FOUND, ids=[name for name, _, _ in FOUND])
def test_a_known_conflict_is_found_and_is_gone_without_the_claims_that_make_it(name, kind, odd):
    assert {item.kind for item in real_conflicts() if item.resolution == name} == {kind}
    assert {item.resolution for item in real_conflicts()} - {item.resolution for item in conflicts(real(*odd))} >= {
        name
    }


def test_every_conflict_found_is_decided_and_every_decision_has_its_conflict():
    assert {item.resolution for item in real_conflicts()} == set(docket().resolutions) == {name for name, _, _ in FOUND}


def test_conflicts_are_found_without_any_decision():
    made = small(*_files_of_the_docket())
    assert keys(conflicts(made)) == keys(real_conflicts())
    assert {item.resolution for item in conflicts(made)} == {""}


def _files_of_the_docket():
    from tests.case.dockets import real_files

    return real_files()[0]


def test_rejected_claims_are_kept_with_their_value():
    (item,) = [item for item in real_conflicts() if item.subject == "provision:tt-2"]
    assert [(voice.claim, voice.value) for voice in item.voices if voice.value == "2020-11-15"] == [
        ("S3-7", "2020-11-15")
    ]
    assert docket().resolutions["C01"].statuses["S3-7"] == "rejected"


def test_claims_of_different_states_of_knowledge_are_not_held_against_each_other():
    kinds = {item.kind: item for item in real_conflicts() if item.subject == "provision:tt-1"}
    assert set(kinds) == {"claims", "knowledge"}
    assert "S4-3" not in claims_of(kinds["claims"])
    registered = [voice.value for voice in kinds["knowledge"].voices if not voice.claim]
    assert [value[:10] for value in registered] == ["2020-09-20", "2020-09-27"]


def test_a_register_that_only_became_more_precise_is_no_other_state_of_knowledge():
    found = [item for item in real_conflicts() if item.subject == "provision:tt-2"]
    assert [item.kind for item in found] == ["claims"]
    assert "LAWCRIME-1" in claims_of(found[0])


def test_the_register_is_asked_as_known_on_the_day_of_the_claim():
    wrong_then = source("A", claim("A-1", "provision:tt-1", "start", "2020-09-27"), day="2020-09-18")
    right_then = source("A", claim("A-1", "provision:tt-1", "start", "2020-09-27"), day="2020-09-19")
    assert [item.kind for item in conflicts(small(wrong_then))] == ["register"]
    assert conflicts(small(right_then)) == []


def test_a_claim_before_the_register_knew_anything_is_not_held_against_it():
    early = source("A", claim("A-1", "provision:tt-1", "start", "2020-12-24"), day="2020-09-17")
    assert conflicts(small(early)) == []


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (("5000", "users"), ("5000", "downloads"), "unit"),
        (("5000", "users"), ("6000", "users"), "claims"),
        (("5000", "users"), ("4000..6000", "users"), None),
        (("5000", "users"), ("5000", "users"), None),
    ],
)
def test_numbers_conflict_by_unit_and_by_range(one, other, kind):
    made = small(
        source("A", claim("A-1", "app:lark", "us_users", *one)),
        source("B", claim("B-1", "app:lark", "us_users", *other)),
    )
    assert [item.kind for item in conflicts(made)] == ([kind] if kind else [])


def test_numbers_that_drift_conflict_only_by_their_dates_when_these_lie_far_apart():
    for day, kind in (("2020-10-01", "claims"), ("2020-12-01", "dates")):
        early = source("A", claim("A-1", "app:lark", "us_users", "5000", "users"))
        late = source("B", claim("B-1", "app:lark", "us_users", "6000", "users"), day=day)
        assert [item.kind for item in conflicts(small(early, late))] == [kind]


def test_what_one_leaves_open_and_another_settles_is_incomplete():
    unclear = source("A", claim("A-1", "app:lark", "installed_copies", "?"))
    settled = source("B", claim("B-1", "app:lark", "installed_copies", "keep working"))
    (item,) = conflicts(small(unclear, settled))
    assert item.kind == "incomplete"
    assert [voice.claim for voice in item.voices if voice.disputed] == ["A-1"]
    assert conflicts(small(unclear)) == []


def test_a_wrong_day_of_the_week_contradicts_the_register():
    (item,) = [
        item
        for item in conflicts(small(source("A", claim("A-1", "event:wx-e2", "date", "Monday"), day="2020-09-21")))
        if item.kind != "incomplete"
    ]
    assert (item.kind, claims_of(item)) == ("register", ("A-1",))


def test_a_property_that_nobody_knows_is_an_error_that_teaches():
    with pytest.raises(KnowledgeError, match="unknown property 'colour'"):
        conflicts(small(source("A", claim("A-1", "app:lark", "colour", "red"))))


# Knowledge


def test_what_was_said_later_makes_no_conflict_and_its_decision_is_not_told():
    early = conflicts(docket(), "2020-09-18")
    assert all(voice.asserted_at <= "2020-09-18" for item in early for voice in item.voices)
    named = {item.resolution for item in early}
    assert "C04" in named
    assert "C01" not in named, "a ground of the decision is the printed list of 24 September"
    assert keys(early) >= {("provision:tt-2", "start", "claims")}
    assert ("provision:tt-1", "start", "knowledge") not in keys(early)


def test_nothing_is_in_conflict_before_anything_was_said():
    assert conflicts(docket(), "2020-01-01") == []


def test_a_decision_without_a_date_of_its_grounds_counts_from_its_record():
    decided = decision("R", "app:lark", "role", {}, recorded_at="2026-11-21")
    (only,) = decided.resolutions
    assert not knowable(small(decided=[decided]), only, "2026-11-20")
    assert knowable(small(decided=[decided]), only, "2026-11-21")
    assert knowable(small(decided=[decided]), only, "")


DATES = st.dates(min_value=date(2020, 8, 1), max_value=date(2021, 7, 1))


@settings(deadline=None)
@given(DATES, DATES)
def test_conflicts_only_grow_with_knowledge(one, other):
    early, late = sorted((one.isoformat(), other.isoformat()))
    known = {(item.subject, item.property): set(claims_of(item)) for item in conflicts(docket(), early)}
    later: dict[tuple[str, str], set[str]] = {}
    for item in conflicts(docket(), late):
        later.setdefault((item.subject, item.property), set()).update(claims_of(item))
    assert all(claims <= later[key] for key, claims in known.items())


# Properties of comparing

VALUES = st.sampled_from(["2020-11-12", "2020-11-15", "2020-11-01..2020-11-30", "Thursday", "2020-11-12T23:59-05:00"])
DAYS = st.sampled_from(["2020-09-17", "2020-09-18", "2020-09-21", "2020-09-30"])
SUBJECTS = st.sampled_from(["provision:tt-2", "provision:tt-1", "proposal:x"])
SAID = st.lists(st.tuples(SUBJECTS, VALUES, DAYS), min_size=1, max_size=6)


def files(said):
    return [
        source(f"Q{place}", claim(f"Q{place}-1", about, "start", value), day=day)
        for place, (about, value, day) in enumerate(said)
    ]


@settings(deadline=None)
@given(SAID, st.randoms(use_true_random=False))
def test_the_order_of_claims_is_nothing(said, random):
    made = files(said)
    mixed = list(made)
    random.shuffle(mixed)
    assert conflicts(small(*made)) == conflicts(small(*mixed))


@settings(deadline=None)
@given(SAID)
def test_a_claim_that_repeats_another_adds_no_conflict(said):
    made = files(said)
    about, value, day = said[0]
    again = source("R", claim("R-1", about, "start", value), day=day)
    assert keys(conflicts(small(*made, again))) == keys(conflicts(small(*made)))


@settings(deadline=None)
@given(SAID, st.sampled_from(["A", "Z"]))
def test_names_of_sources_are_nothing(said, prefix):
    renamed = [
        source(f"{prefix}{len(said) - place}", claim(f"{prefix}{len(said) - place}-1", about, "start", value), day=day)
        for place, (about, value, day) in enumerate(said)
    ]
    assert keys(conflicts(small(*renamed))) == keys(conflicts(small(*files(said))))


@settings(deadline=None)
@given(SAID)
def test_whoever_is_disputed_takes_part_and_someone_is(said):
    for item in conflicts(small(*files(said))):
        assert any(voice.disputed for voice in item.voices)
        assert all(voice.claim for voice in item.voices if voice.disputed)


# What bears on an answer


def subjects(found) -> set[str]:
    return {item.subject for item in found}


def test_conflicts_bear_on_the_provisions_they_are_about():
    found = bearing(docket(), answered("tiktok", "tt-2", act="internet_hosting"))
    assert {item.resolution for item in found} == {"C01", "C05", "C10", "X04"}
    found = bearing(docket(), answered("wechat", "wx-pay", act="payment_service", events=("wx-e2",)))
    assert {item.resolution for item in found} >= {"C04", "C08", "C09", "X01", "X02"}


def test_an_event_on_which_the_answer_does_not_rest_does_not_bear():
    assert "event:wx-e2" not in subjects(bearing(docket(), answered("wechat", "wx-pay", act="payment_service")))


def test_only_the_act_of_the_question_bears():
    assert "act:app_store_update" not in subjects(bearing(docket(), answered("wechat", "wx-1", act="payment_service")))
    assert subjects(bearing(docket(), answered("wechat", "wx-1"))) & {"act:app_store_distribution"} == set()


def test_the_false_payment_bar_travels_with_the_payment_question():
    found = bearing(docket(), answered("tiktok", "wx-pay", known="2020-09-18", act="payment_service"))
    assert subjects(found) == {"act:payment_service"}


def test_what_reports_said_of_an_act_before_the_measure_existed_does_not_bear():
    act = "app_store_distribution"
    assert subjects(bearing(docket(), answered("tiktok", "tt-1", act=act))) >= {f"act:{act}"}
    assert bearing(docket(), answered("tiktok", "paf-1", act=act)) == []


def test_no_dispute_of_2020_bears_on_the_act_of_2024():
    put = Question("tiktok", "app_store_update", "app_store", on="2025-06-01", known="2025-06-01")
    made = Resolver(register()).ask(put)
    assert {"tt-1", "paf-1"} <= {item.provision for item in made.standings}
    assert bearing(docket(), made) == []


def test_when_nothing_lives_the_disputes_are_those_about_what_ended_last():
    put = Question("wechat", "app_store_update", "app_store", on="2022-01-01", known="2022-01-01")
    made = Resolver(register()).ask(put)
    about = {subject.partition(":")[2] for subject in subjects(bearing(docket(), made))}
    carried = [item for item in made.standings if item.provision in made.decisive]
    named = {name for item in carried for name in (item.provision, item.measure, *item.events)}
    assert all(item.ended_at for item in made.standings)
    assert about <= named | {"app_store_update"}


def test_only_what_was_public_bears_on_an_answer():
    early = answered("wechat", "wx-1", known="2020-09-18", events=("wx-e2",))
    late = answered("wechat", "wx-1", known="2020-10-02", events=("wx-e2",))
    assert "event:wx-e2" not in subjects(bearing(docket(), early))
    assert "event:wx-e2" in subjects(bearing(docket(), late))


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(["tt-1", "tt-2", "wx-1", "wx-pay", "wx-3"]), st.sampled_from(["tiktok", "wechat"]), DATES)
def test_nothing_said_after_the_date_bears_on_an_answer(provision, app, day):
    for item in bearing(docket(), answered(app, provision, known=day.isoformat(), act="app_store_distribution")):
        assert all(voice.asserted_at <= day.isoformat() for voice in item.voices)
        decided = docket().resolutions.get(item.resolution)
        assert decided is None or decided.knowable_from <= day.isoformat()


def test_conflicts_about_another_app_or_act_do_not_bear():
    assert bearing(docket(), answered("alipay", "wx-1")) == []
    assert bearing(docket(), answered("wechat", "gov-1")) == []
    assert bearing(docket(), answered("wechat", act="payment_service")) == []


# The real claims, one by one


def test_leaving_out_a_claim_never_makes_a_conflict_about_something_new():
    about = {(item.subject, item.property) for item in real_conflicts()}
    for name in docket().told:
        left = conflicts(real(name))
        assert {(item.subject, item.property) for item in left} <= about
        assert all(name not in claims_of(item) for item in left)


def test_every_rejected_or_incomplete_claim_is_disputed_and_no_accepted_one_stands_alone():
    for item in docket().resolutions.values():
        own = [conflict for conflict in real_conflicts() if conflict.resolution == item.id]
        disputed = {voice.claim for conflict in own for voice in conflict.voices if voice.disputed}
        points = {(conflict.subject, conflict.property) for conflict in own}
        same = [conflict for conflict in real_conflicts() if (conflict.subject, conflict.property) in points]
        elsewhere = {voice.claim for conflict in same for voice in conflict.voices if voice.disputed}
        against = {name for name, status in item.statuses.items() if status != "accepted"}
        if item.id not in {"C02", "C03"}:
            assert against <= elsewhere, item.id
        assert disputed <= set(item.statuses), item.id


def test_a_claim_that_the_register_confirms_is_nowhere_rejected():
    for conflict in real_conflicts():
        held = {voice.value for voice in conflict.voices if not voice.claim}
        decided = docket().resolutions[conflict.resolution]
        for voice in conflict.voices:
            if voice.claim and voice.value in held:
                assert decided.statuses.get(voice.claim, "accepted") == "accepted", (conflict.resolution, voice.claim)
