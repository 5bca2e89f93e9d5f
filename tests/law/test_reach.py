"""What reaches a question: by app or by who runs it, by act, by role and by place."""

import pytest

from affidavit.law.ask import Resolver
from affidavit.law.reach import Reaching, aimed_at
from affidavit.law.register import Register
from affidavit.model.determination import Question
from tests.builders.law import UPDATE, app, event, exemption, measure, provision, register_of, schedule, whole

ISSUED = [event("issued", "2021-01-01", schedule("2021-01-01"))]


def reached(
    register: Register, place: str, transaction: str = UPDATE, actor: str = "app_store", **who: str
) -> list[str]:
    found = Reaching(register).find(
        who.get("app", "alpha"), who.get("operator", "acme"), register.around(place), transaction, actor
    )
    return [path.provision.id for path in found.paths]


def test_a_measure_is_aimed_at_the_apps_that_it_names():
    named = measure("m", ISSUED, targets={"apps": ["alpha"], "operators": ["acme"]})
    assert aimed_at(named, "alpha", "somebody")
    assert not aimed_at(named, "beta", "acme")


def test_a_measure_may_reach_every_app_of_an_operator():
    all_of_them = measure("m", ISSUED, targets={"operators": ["acme"], "every_app_of_operators": True})
    assert aimed_at(all_of_them, "beta", "acme")
    assert not aimed_at(all_of_them, "beta", "unknown")


def test_act_and_role_must_both_fit():
    register = register_of(
        measure(
            "m",
            ISSUED,
            provisions=[
                provision("stores", actors=["app_store"]),
                provision("anybody", actors=["any_person"]),
                provision("dealings", transactions=["any_with_operator"], actors=["any_us_person"]),
                provision("none", transactions=[], actors=["any_person"]),
            ],
        )
    )
    assert reached(register, "US") == ["stores", "anybody", "dealings"]
    assert reached(register, "US", actor="bank") == ["anybody", "dealings"]
    assert reached(register, "US", "cdn", "bank") == ["dealings"]
    assert reached(register, "US", actor="any_us_person") == ["anybody", "dealings"]
    assert reached(register, "US", actor="any_person") == ["anybody"]


def test_a_place_has_the_measures_of_the_places_around_it_and_not_the_reverse():
    register = register_of(
        measure("of-us", ISSUED, provisions=[provision("us")]),
        measure("of-mt", ISSUED, jurisdiction="US-MT", provisions=[provision("mt")]),
        measure("of-eu", ISSUED, jurisdiction="EU", provisions=[provision("eu")]),
        measure("of-de", ISSUED, jurisdiction="DE", provisions=[provision("de")]),
    )
    expected = {
        "US": ["us"],
        "US-MT": ["us", "mt"],
        "US-VA": ["us"],
        "EU": ["eu"],
        "DE": ["de", "eu"],
        "FR": ["eu"],
        "IN": [],
    }
    assert {place: reached(register, place) for place in expected} == expected


def test_what_was_searched_is_counted():
    around = Reaching(whole()).find("alipay", "ant-group", ("US-MT", "US"), UPDATE, "app_store")
    assert around.measures == sum(item.jurisdiction in {"US", "US-MT"} for item in whole().measures.values())


def test_exceptions_that_name_the_act_are_found_whoever_acts():
    register = register_of(
        measure(
            "m",
            ISSUED,
            exceptions=[exemption("wages", transactions=["pay_wages"]), exemption("other", transactions=["cdn"])],
        )
    )
    found = Reaching(register).find("alpha", "acme", ("US",), "pay_wages", "individual_user")
    assert [item.id for _, item in found.exemptions] == ["wages"]


@pytest.mark.parametrize(("on", "headline"), [("2021-05-31", "PROHIBITED"), ("2021-06-01", "NOT_COVERED")])
def test_the_operator_is_the_one_of_the_date_asked_about(on: str, headline: str):
    sold = app({"operator": "acme"}, {"operator": "other", "from": "2021-06-01"})
    targets = {"operators": ["acme"], "every_app_of_operators": True}
    register = register_of(measure("m", ISSUED, targets=targets), apps={"alpha": sold})
    assert Resolver(register).ask(Question("alpha", UPDATE, "app_store", on)).headline == headline


def test_capcut_is_reached_in_virginia_by_who_runs_it():
    asked = Question("capcut", "install_on_government_device", "state_agency", "2023-01-05", jurisdiction="US-VA")
    assert Resolver(whole()).ask(asked).decisive == ("va-1",)
