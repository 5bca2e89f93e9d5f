"""What an answer rests on: since when and until when it stands so, as known on the date."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from affidavit.law.ask import Resolver
from affidavit.law.dates import instant
from affidavit.law.grounds import grounds
from affidavit.model.determination import ENDED, Outcome, Question
from tests.builders.law import APP, UPDATE, block, end, event, exemption, measure, register_of, schedule, whole

REAL = Resolver(whole())


def real(app, transaction, actor, on, known):
    question = Question(app, transaction, actor, on, known)
    return {item.standing.provision: item for item in grounds(REAL, REAL.ask(question))}


@pytest.mark.parametrize(
    ("on", "known", "since", "until"),
    [
        ("2020-09-22", "2020-09-18", "2020-09-20T23:59:00-04:00", ""),
        ("2020-09-22", "2020-09-22", "2020-09-18T00:00:00-04:00", "2020-09-27T23:59:00-04:00"),
        ("2020-10-01", "2020-10-01", "2020-09-27T23:59:00-04:00", ""),
        ("2020-10-01", "2021-06-30", "2020-09-27T23:59:00-04:00", "2021-06-09T00:00:00-04:00"),
        ("2021-07-01", "2021-07-01", "2021-06-09T00:00:00-04:00", ""),
    ],
)
def test_the_store_bar_on_tiktok_stands_so_since_and_until(on, known, since, until):
    found = real("tiktok", "app_store_update", "app_store", on, known)["tt-1"]
    assert (found.since, found.until) == (since, until)


def test_what_carries_the_headline_comes_first():
    question = Question("tiktok", "app_store_update", "app_store", "2025-01-19", "2025-01-18")
    made = REAL.ask(question)
    assert [item.standing.provision for item in grounds(REAL, made)][: len(made.decisive)] == list(made.decisive)
    assert len(grounds(REAL, made)) == len(made.standings)


def test_a_ground_is_told_in_words():
    found = real("tiktok", "app_store_update", "app_store", "2025-01-19", "2025-01-18")["paf-1"]
    assert found.number == "2(a)(1)(A)"
    assert found.title.startswith("Protecting Americans")
    assert found.outcome == whole().vocabulary.outcomes["PROHIBITED"].title


def test_an_exception_has_its_own_words_and_no_stretch():
    found = real("wechat", "user_use", "individual_user", "2020-09-25", "2020-09-18")["wx-x2"]
    assert found.summary.startswith("Users exchanging")
    assert (found.since, found.until, found.number) == ("", "", "")


def test_an_act_that_is_excepted_stays_so_until_the_bar_ends():
    events = [
        event("e", "2020-01-01", schedule("2020-02-01")),
        event("b", "2020-03-01", block("2020-03-01", "2020-04-01")),
        event("x", "2020-01-01", end("2020-06-01")),
    ]
    free = exemption("free", transactions=[UPDATE])
    resolver = Resolver(register_of(measure("m", events, exceptions=[free])))
    made = resolver.ask(Question(APP, UPDATE, "app_store", "2020-03-15", ""))
    found = {item.standing.provision: item for item in grounds(resolver, made)}["p"]
    assert found.standing.outcome is Outcome.EXCEPTED
    assert (found.since[:10], found.until[:10]) == ("2020-01-01", "2020-06-01")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2_300), st.integers(-60, 900), st.sampled_from(["tiktok", "wechat", "lark"]))
def test_just_inside_the_stretch_the_outcome_is_the_same_and_just_outside_another(offset, ahead, app):
    on = (date(2020, 6, 1) + timedelta(offset)).isoformat()
    known = (date(2020, 6, 1) + timedelta(offset + ahead)).isoformat()
    question = Question(app, "app_store_update", "app_store", on, known)
    for found in grounds(REAL, REAL.ask(question)):
        inside, outside = [], []
        if found.since:
            inside, outside = [found.since], [shifted(found.since, -1)]
        if found.until:
            inside, outside = [*inside, shifted(found.until, -1)], [*outside, found.until]
        outcomes = [outcome(replace(question, on=at), found.standing.provision) for at in inside]
        assert all(item is found.standing.outcome for item in outcomes)
        assert all(
            outcome(replace(question, on=at), found.standing.provision) is not found.standing.outcome for at in outside
        )
        assert not (found.standing.outcome in ENDED and found.until)


def shifted(text, seconds):
    from affidavit.law.dates import local

    return local(instant(text, "UTC", "start") + seconds, "UTC").isoformat()


def outcome(question, provision):
    return next((item.outcome for item in REAL.ask(question).standings if item.provision == provision), None)
