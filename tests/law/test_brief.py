"""The whole answer: everything cited is there, nothing that was not known then, and nothing twice."""

import msgspec
import pytest

from affidavit.law.ask import Resolver
from affidavit.law.brief import brief
from affidavit.law.dates import instant
from affidavit.law.register import register
from affidavit.model.brief import Brief
from affidavit.model.determination import Outcome, Question


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver(register())


def asked(resolver: Resolver, *words: str, **more: object) -> Brief:
    return brief(resolver, Question(*words, **more))  # type: ignore[arg-type]


QUESTIONS = [
    ("wechat", "app_store_update", "app_store", "2020-09-21", "2020-09-21"),
    ("wechat", "user_use", "individual_user", "2020-09-25", "2020-09-18"),
    ("wechat", "payment_service", "bank", "2021-07-01", "2021-07-01"),
    ("tiktok", "app_store_update", "app_store", "2020-12-10", "2020-12-10"),
    ("tiktok", "internet_hosting", "hosting_provider", "2020-11-01", "2020-11-01"),
    ("tiktok", "own_or_control_us_business", "app_operator", "2021-07-01", "2021-07-01"),
    ("tiktok", "app_store_distribution", "app_store", "2026-02-01", "2026-02-01"),
    ("lark", "app_store_distribution", "app_store", "2026-02-01", ""),
    ("tiktok", "cdn", "cdn_provider", "2025-02-01", "2025-02-01"),
    ("tiktok", "install_on_government_device", "federal_agency", "2023-07-01", "2023-07-01"),
]


@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_whatever_an_answer_names_is_explained_in_it(resolver: Resolver, words: tuple[str, ...]) -> None:
    made = asked(resolver, *words)
    standings = made.determination.standings
    assert {item.id for item in made.provisions} == {item.provision for item in standings}
    assert {item.id for item in made.measures} == {item.measure for item in standings}
    assert {event for item in standings for event in item.events} == {item.id for item in made.events if item.relied}
    assert {item.outcome for item in standings} | {made.determination.headline} == {
        Outcome(key) for key in made.meanings
    }
    cited = {name for item in (*made.provisions, *made.events, *made.conditions) for name in item.sources}
    assert cited == set(made.sources)


@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_events_come_in_the_order_in_which_they_became_public_and_none_before_it_was(
    resolver: Resolver, words: tuple[str, ...]
) -> None:
    made = asked(resolver, *words)
    zone = "America/New_York"
    public = [instant(item.public_at, zone, "start") for item in made.events]
    assert public == sorted(public)
    assert len({item.id for item in made.events}) == len(made.events)
    if words[4]:
        assert all(moment <= instant(words[4], zone, "end") for moment in public)


@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_an_answer_survives_being_written_and_read(resolver: Resolver, words: tuple[str, ...]) -> None:
    made = asked(resolver, *words)
    assert msgspec.json.decode(msgspec.json.encode(made), type=Brief) == made


def test_the_question_is_given_back_in_words(resolver: Resolver) -> None:
    made = asked(resolver, *QUESTIONS[0])
    assert made.app_names == ("WeChat", "Weixin")
    assert made.operator_name == "Tencent Holdings Ltd."
    assert (made.transaction, made.actor, made.jurisdiction) == ("deliver updates", "app store", "United States")


def test_events_that_only_inform_are_told_but_not_relied_on(resolver: Resolver) -> None:
    made = asked(resolver, "wechat", "app_store_update", "app_store", "2020-11-01", "2020-11-01")
    stays = {item.id: item for item in made.events}
    assert not stays["wx-e5"].relied
    assert stays["wx-e5"].effect == ""
    assert stays["wx-e2"].relied
    assert stays["wx-e2"].effect.startswith("suspended from 2020-09-19")


def test_an_event_names_the_provisions_that_it_is_about(resolver: Resolver) -> None:
    made = asked(resolver, "tiktok", "app_store_update", "app_store", "2021-07-01", "2021-07-01")
    about = {item.id: item.concerns for item in made.events}
    assert about["tt-e5"] == ("tt-1",)
    assert set(about["tt-eo-2"]) == {"tt-1", "eo13942/s1a"}, "the parent's end ends the child too"


def test_a_condition_shows_its_outcome_only_once_that_was_public(resolver: Resolver) -> None:
    before = asked(resolver, "tiktok", "app_store_update", "app_store", "2025-02-01", "2025-02-01")
    assert [(item.id, item.outcome) for item in before.conditions] == [("paf-c1", "")]


def test_conditions_of_what_has_ended_are_not_told(resolver: Resolver) -> None:
    made = asked(resolver, "tiktok", "app_store_update", "app_store", "2025-02-01", "2025-02-01")
    assert "tt-c1" not in {item.id for item in made.conditions}


def test_a_low_confidence_answer_says_which_question_is_open(resolver: Resolver) -> None:
    made = asked(resolver, "lark", "app_store_distribution", "app_store", "2026-02-01")
    assert made.determination.headline is Outcome.PROHIBITED
    assert any("joint venture" in text for text in made.open_questions)


def test_other_jurisdictions_with_measures_about_the_app_are_named_once_they_exist(resolver: Resolver) -> None:
    early = asked(resolver, "tiktok", "app_store_update", "app_store", "2020-09-21", "2020-09-21")
    late = asked(resolver, "tiktok", "app_store_update", "app_store", "2025-02-01", "2025-02-01")
    assert early.elsewhere == ("IN",)
    assert set(early.elsewhere) < set(late.elsewhere)
    assert "US" not in late.elsewhere


def test_a_rule_of_another_place_is_not_cited_here(resolver: Resolver) -> None:
    made = asked(resolver, "wechat", "public_access", "intermediary", "2020-09-21", "2020-09-21")
    assert {item.jurisdiction for item in made.measures} == {"US"}
    assert made.elsewhere == ("IN",)
