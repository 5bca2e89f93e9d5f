"""What would change an answer is worked out from the events, and each statement is true of the resolver itself."""

import pytest
from msgspec.structs import replace

from affidavit.law.ask import Resolver
from affidavit.law.brief import brief
from affidavit.law.register import register
from affidavit.model.brief import Change
from affidavit.model.determination import Outcome, Question


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver(register())


def told(resolver: Resolver, *words: str, kind: str) -> list[Change]:
    return [item for item in brief(resolver, Question(*words)).changes if item.kind == kind]


STORE = ("app_store_update", "app_store")


def test_the_day_on_which_an_announced_bar_begins_is_told(resolver: Resolver) -> None:
    ahead = told(resolver, "tiktok", *STORE, "2020-09-22", "2020-09-22", kind="time")
    assert [(item.outcome, item.at) for item in ahead] == [
        (Outcome.UNCERTAIN, "2020-09-27T23:59:00-04:00"),
        (Outcome.PROHIBITED, "2020-09-28T00:59:00-04:00"),
    ]


def test_the_end_of_a_forbearance_is_told(resolver: Resolver) -> None:
    ahead = told(resolver, "tiktok", *STORE, "2025-02-10", "2025-02-10", kind="time")
    assert [(item.outcome, item.at) for item in ahead] == [(Outcome.PROHIBITED, "2025-04-06T00:00:00-04:00")]


def test_an_injunction_on_which_the_answer_hangs_is_told(resolver: Resolver) -> None:
    falling = told(resolver, "wechat", *STORE, "2020-09-21", "2020-09-21", kind="event")
    assert [(item.event, item.outcome) for item in falling] == [("wx-e2", Outcome.PROHIBITED)]


def test_three_injunctions_hold_singly_so_only_their_fall_together_is_told(resolver: Resolver) -> None:
    falling = told(resolver, "tiktok", *STORE, "2020-12-10", "2020-12-10", kind="event")
    assert [(item.event, item.outcome) for item in falling] == [("", Outcome.PROHIBITED)]
    assert "tt-e5, tt-e8, tt-e11" in falling[0].text


def test_a_circumstance_that_would_free_the_act_is_told(resolver: Resolver) -> None:
    words = ("tiktok", "install_on_government_device", "federal_agency", "2023-07-01", "2023-07-01")
    assert any(item.outcome is Outcome.EXCEPTED for item in told(resolver, *words, kind="condition"))
    given = Question(*words, context={"purpose": "security_research"})
    assert not any("gov-x1" in item.text for item in brief(resolver, given).changes)


def test_a_power_that_could_be_used_is_told(resolver: Resolver) -> None:
    powers = told(resolver, "wechat", *STORE, "2020-09-01", "2020-09-01", kind="power")
    assert ["eo13943/s1a" in item.text for item in powers] == [True]


def test_a_condition_for_lifting_is_told_with_who_decides(resolver: Resolver) -> None:
    conditions = told(resolver, "tiktok", *STORE, "2020-09-22", "2020-09-22", kind="condition")
    assert any("12 November 2020" in item.text and "Decided by" in item.text for item in conditions)


def test_a_motion_that_was_pending_is_told_and_one_that_is_closed_is_not(resolver: Resolver) -> None:
    (pending,) = told(resolver, "wechat", *STORE, "2020-09-21", "2020-09-18", kind="ruling")
    assert "wx-eo-4" in pending.text
    assert pending.outcome is None
    over = brief(resolver, Question("wechat", *STORE, "2022-01-01", "2022-01-01"))
    assert not any("had been filed" in item.text for item in over.changes)


@pytest.mark.parametrize(
    ("on", "words"),
    [("2023-07-01", "a court order, another start or an end"), ("2019-01-01", "a measure made public")],
)
def test_when_nothing_known_changes_the_answer_it_is_said_what_would(resolver: Resolver, on: str, words: str) -> None:
    act = ("install_on_government_device", "state_agency")
    (only,) = brief(resolver, Question("wechat", *act, on, on, "US-VA")).changes
    assert words in only.text
    assert only.outcome is None


@pytest.mark.parametrize("day", ["2020-09-19", "2020-10-01", "2020-11-05", "2024-06-01", "2025-01-18", "2025-06-30"])
@pytest.mark.parametrize("app", ["wechat", "tiktok", "capcut"])
@pytest.mark.parametrize("act", [STORE, ("internet_hosting", "hosting_provider")])
def test_every_change_that_is_told_comes_true(resolver: Resolver, day: str, app: str, act: tuple[str, str]) -> None:
    question = Question(app, *act, day, day)
    for change in brief(resolver, question).changes:
        if change.kind == "time":
            assert resolver.ask(replace(question, on=change.at)).headline is change.outcome
        elif change.event:
            assert resolver.ask(question, frozenset([change.event])).headline is change.outcome
            assert change.outcome is not resolver.ask(question).headline
