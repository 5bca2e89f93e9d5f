"""What is said about a question itself: dates outside the register, hindsight, staleness, what was searched."""

from datetime import date, timedelta

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
    updated = date.fromisoformat(register().updated)
    later = (updated + timedelta(10)).isoformat()
    assert f"last updated on {updated}" in said(resolver, later, later)
    assert "in the 10 days" in said(resolver, later, later)
    assert "last updated on" not in said(resolver, str(updated), str(updated))


def test_without_a_state_of_knowledge_the_date_of_the_register_is_given(resolver: Resolver) -> None:
    assert f"As known on {register().updated}" in said(resolver, "2020-09-21", "")


def test_a_date_on_the_clock_of_the_records_says_what_counts(resolver: Resolver) -> None:
    question = Question("tiktok", "app_store_update", "app_store", "2020-09-28", recorded="2020-09-22")
    made = brief(resolver, question)
    assert made.determination.headline is Outcome.NOT_COVERED
    assert f"recorded by 2020-09-22 counts; its first record is of {register().begun}" in " ".join(made.notes)


def test_hindsight_and_expectation_are_called_what_they_are(resolver: Resolver) -> None:
    assert "hindsight" in said(resolver, "2020-09-21", "2021-01-01")
    assert "expected then" in said(resolver, "2020-09-21", "2020-09-18")
    assert said(resolver, "2020-09-21", "2020-09-21") == ""


def test_an_absence_says_what_was_searched(resolver: Resolver) -> None:
    made = brief(resolver, Question("kaspersky-av", "cdn", "cdn_provider", "2024-12-01", "2024-12-01", "FR"))
    assert made.determination.headline is Outcome.NOT_COVERED
    there = sum(item.jurisdiction in {"FR", "EU"} for item in register().measures.values())
    assert f"{there} measure" in " ".join(made.notes)
    assert "of FR, EU searched" in " ".join(made.notes)
    assert "Other law was not searched" in " ".join(made.notes)
