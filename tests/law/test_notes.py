"""What is said about a question itself: dates outside the register, hindsight, staleness, what was searched."""

import pytest

from affidavit.law.ask import Resolver
from affidavit.law.brief import brief
from affidavit.law.register import register
from affidavit.model.determination import Outcome, Question


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver(register())


def said(resolver: Resolver, on: str, known: str) -> str:
    return " ".join(brief(resolver, Question("tiktok", "app_store_update", "app_store", on, known)).notes)


def test_a_date_before_the_first_event_says_so(resolver: Resolver) -> None:
    made = brief(resolver, Question("tiktok", "app_store_update", "app_store", "2018-01-01", "2026-01-01"))
    assert made.determination.headline is Outcome.NOT_COVERED
    assert "before the first event in the register (2019-05-15)" in " ".join(made.notes)


def test_a_state_of_knowledge_before_the_first_event_says_so(resolver: Resolver) -> None:
    assert "Nothing in the register was public by then" in said(resolver, "2020-09-21", "2018-01-01")


def test_a_state_of_knowledge_after_the_last_update_says_how_stale_the_register_is(resolver: Resolver) -> None:
    assert "last updated on 2026-11-21" in said(resolver, "2026-12-01", "2026-12-01")
    assert "in the 10 days" in said(resolver, "2026-12-01", "2026-12-01")
    assert "last updated on" not in said(resolver, "2026-11-21", "2026-11-21")


def test_without_a_state_of_knowledge_the_date_of_the_register_is_given(resolver: Resolver) -> None:
    assert "As known on 2026-11-21" in said(resolver, "2020-09-21", "")


def test_hindsight_and_expectation_are_called_what_they_are(resolver: Resolver) -> None:
    assert "hindsight" in said(resolver, "2020-09-21", "2021-01-01")
    assert "expected then" in said(resolver, "2020-09-21", "2020-09-18")
    assert said(resolver, "2020-09-21", "2020-09-21") == ""


def test_an_absence_says_what_was_searched(resolver: Resolver) -> None:
    made = brief(resolver, Question("kaspersky-av", "cdn", "cdn_provider", "2024-12-01", "2024-12-01", "FR"))
    assert made.determination.headline is Outcome.NOT_COVERED
    assert "1 measure of FR, EU searched" in " ".join(made.notes)
    assert "Other law was not searched" in " ".join(made.notes)
