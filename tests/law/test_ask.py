"""Questions and answers: exceptions, limits, operators, confidence, and names that do not exist."""

from typing import Any

import pytest
from msgspec.structs import replace

from affidavit.law.ask import Resolver
from affidavit.model.determination import Determination, Question
from affidavit.model.errors import UsageError
from affidavit.wording import unknown
from tests.builders.law import UPDATE, end, event, exemption, measure, provision, register_of, schedule, whole

ISSUED = event("issued", "2021-01-01", schedule("2021-02-01"))
GONE = event("gone", "2021-05-01", end("2021-05-01"))
RESEARCH = {"purpose": "security_research"}


def ask(*exceptions: dict[str, Any], transaction: str = UPDATE, on: str = "2021-03-01", **more: Any) -> Determination:
    """Ask about a measure with a bar on updates (`p`) and one on hosting (`h`), by anybody, and some exceptions."""
    parts = [
        provision("p", actors=["any_person"]),
        provision("h", transactions=["internet_hosting"], actors=["any_person"], confidence="M"),
    ]
    made = measure("m", [ISSUED, GONE], provisions=parts, exceptions=list(exceptions), limits=more.get("limits", {}))
    question = Question("alpha", transaction, more.get("actor", "bank"), on, context=more.get("context", {}))
    return Resolver(register_of(made)).ask(question)


def outcomes(made: Determination) -> dict[str, str]:
    return {item.provision: str(item.outcome) for item in made.standings}


def test_an_exception_by_act_answers_where_no_provision_reaches():
    made = ask(exemption("wages", transactions=["pay_wages"]), transaction="pay_wages")
    assert (made.headline, outcomes(made)) == ("EXCEPTED", {"wages": "EXCEPTED"})
    assert made.standings[0].exception == "wages"


def test_an_exception_by_act_frees_a_provision_that_reaches_it():
    made = ask(exemption("updates", transactions=[UPDATE]))
    assert outcomes(made) == {"p": "EXCEPTED", "updates": "EXCEPTED"}
    assert made.decisive == ("p", "updates")


def test_an_exception_by_circumstance_frees_all_acts_when_the_circumstance_is_given():
    exception = exemption("research", context={"purpose": ["security_research", "law_enforcement"]})
    assert outcomes(ask(exception, context=RESEARCH)) == {"p": "EXCEPTED", "research": "EXCEPTED"}
    assert outcomes(ask(exception, context={"purpose": "law_enforcement"}))["p"] == "EXCEPTED"
    assert outcomes(ask(exception, context={"purpose": "marketing"})) == {"p": "PROHIBITED"}
    assert outcomes(ask(exception, context={"purpose": ""})) == {"p": "PROHIBITED"}
    assert outcomes(ask(exception)) == {"p": "PROHIBITED"}


def test_an_exception_by_act_and_circumstance_wants_both():
    exception = exemption("both", transactions=[UPDATE], context={"purpose": ["security_research"]})
    assert outcomes(ask(exception)) == {"p": "PROHIBITED"}
    assert outcomes(ask(exception, context=RESEARCH)) == {"p": "EXCEPTED", "both": "EXCEPTED"}
    assert outcomes(ask(exception, transaction="internet_hosting", context=RESEARCH)) == {"h": "PROHIBITED"}


def test_an_exception_that_names_neither_frees_nothing():
    assert outcomes(ask(exemption("empty"), context=RESEARCH)) == {"p": "PROHIBITED"}


def test_an_exception_may_limit_some_provisions_only():
    exception = exemption("hosting", context={"purpose": ["security_research"]}, provisions=["h"])
    assert outcomes(ask(exception, context=RESEARCH)) == {"p": "PROHIBITED"}
    assert outcomes(ask(exception, transaction="internet_hosting", context=RESEARCH)) == {
        "h": "EXCEPTED",
        "hosting": "EXCEPTED",
    }


def test_exceptions_end_with_what_they_limit():
    exception = exemption("wages", transactions=["pay_wages", UPDATE])
    assert outcomes(ask(exception, transaction="pay_wages", on="2021-06-01")) == {}
    assert outcomes(ask(exception, on="2021-06-01")) == {"p": "REVOKED"}


def test_exceptions_do_not_come_before_what_they_limit():
    exception = exemption("wages", transactions=["pay_wages"])
    assert ask(exception, transaction="pay_wages", on="2020-12-31").headline == "NOT_COVERED"
    assert ask(exception, transaction="pay_wages", on="2021-01-01").headline == "EXCEPTED"


def test_dealings_between_businesses_are_no_matter_of_individuals():
    limits = {"parties": "business_to_business_only"}
    made = ask(actor="individual_user", limits=limits)
    assert outcomes(made) == {"p": "EXCEPTED"}
    assert "between businesses" in made.standings[0].limit
    assert outcomes(ask(actor="bank", limits=limits)) == {"p": "PROHIBITED"}
    assert outcomes(ask(actor="any_person", limits=limits)) == {"p": "PROHIBITED"}
    assert outcomes(ask(actor="individual_user", limits=limits, on="2021-06-01")) == {"p": "REVOKED"}


def test_confidence_is_that_of_the_weakest_thing_that_the_headline_rests_on():
    assert ask().confidence == "H"
    assert ask(transaction="internet_hosting").confidence == "M"
    assert ask(exemption("x", transactions=[UPDATE], confidence="L")).confidence == "L"
    assert ask(on="2020-12-31").confidence == ""


def test_an_answer_names_its_question_the_operator_and_how_much_was_searched():
    question = Question("tiktok", UPDATE, "app_store", "2025-02-01", jurisdiction="US-MT")
    made = Resolver(whole()).ask(question)
    assert made.question is question
    assert made.operator == "bytedance"
    assert made.searched == sum(item.jurisdiction in {"US", "US-MT"} for item in whole().measures.values())
    assert {item.measure for item in made.standings} >= {"us-pafaca", "us-doc-tiktok-2020"}


def test_a_day_is_its_noon_where_each_measure_applies():
    """At noon of Montana's day it is 14:00 in New York: each measure is asked at the noon of its own clock."""
    asked = Question("tiktok", "app_store_distribution", "app_store", "2020-09-20", "2020-09-18", "US-MT")
    assert Resolver(whole()).ask(asked).headline == "UNCERTAIN"
    night = replace(asked, on="2020-09-20T21:58:59-06:00")
    assert Resolver(whole()).ask(night).headline == "UNCERTAIN"
    assert Resolver(whole()).ask(replace(night, on="2020-09-20T21:59:00-06:00")).headline == "PROHIBITED"


GOOD = Question("wechat", UPDATE, "app_store", "2020-09-21")


@pytest.mark.parametrize(
    ("field", "name", "nearest"),
    [
        ("app", "wechatt", "wechat"),
        ("app", "WeChat", "wechat"),
        ("transaction", "app_store_updates", "app_store_update"),
        ("actor", "appstore", "app_store"),
        ("jurisdiction", "US-MTT", "US-MT"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_known_ones(field: str, name: str, nearest: str):
    with pytest.raises(UsageError, match=name) as caught:
        Resolver(whole()).ask(replace(GOOD, **{field: name}))
    assert "did you mean" in caught.value.advice
    assert nearest in caught.value.advice


def test_a_name_that_resembles_none_is_answered_with_all():
    error = unknown("app", "\u202e" * 10_000, ["beta", "alpha"])
    assert "alpha, beta" in error.advice
    assert len(str(error)) < 500


@pytest.mark.parametrize("field", ["on", "known", "recorded"])
def test_a_date_that_is_none_is_refused(field: str):
    with pytest.raises(UsageError, match="2020-02-30"):
        Resolver(whole()).ask(replace(GOOD, **{field: "2020-02-30"}))


def test_leaving_events_out_shows_what_an_answer_hangs_on():
    resolver = Resolver(whole())
    assert resolver.ask(GOOD).headline == "ENJOINED"
    assert resolver.ask(GOOD, without=frozenset({"wx-e2"})).headline == "PROHIBITED"
    assert resolver.ask(GOOD).headline == "ENJOINED"
