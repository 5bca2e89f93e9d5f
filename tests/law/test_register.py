"""The register: who ran an app when, where a source is found, which places lie around one another."""

from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from affidavit.law.dates import FOREVER, instant
from affidavit.law.register import Register
from affidavit.model.errors import KnowledgeError, UsageError
from tests.builders.law import INFORM, app, event, measure, provision, register_of, schedule, whole, with_measures

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


def at(text: str) -> int:
    return instant(text, "America/New_York", "start")


def operator(register: Register, on: str, known: str = "", place: str = "US") -> str:
    return register.operator("alpha", at(on), at(known) if known else FOREVER, register.around(place))


def test_the_real_register_has_every_file():
    files = sorted((KNOWLEDGE / "measures").glob("*/*.yaml"))
    named = [yaml.safe_load(path.read_text("utf-8"))["id"] for path in files]
    assert sorted(whole().measures) == sorted(named)
    assert len(named) >= 20


def test_measures_are_in_an_order_of_their_own():
    made = [measure("b", []), measure("a", []), measure("c", [], jurisdiction="CA")]
    made = [replace(item, provisions=()) for item in made]
    assert [*register_of(*made).measures] == [*register_of(*reversed(made)).measures] == ["c", "a", "b"]


def test_operators_follow_one_another():
    register = register_of(
        apps={
            "alpha": app(
                {"operator": "acme"},
                {"operator": "next", "from": "2021-06-01"},
                {"operator": "last", "from": "2022-06-01"},
            )
        }
    )
    found = {on: operator(register, on) for on in ("2020-01-01", "2021-05-31", "2021-06-01", "2023-01-01")}
    assert [*found.values()] == ["acme", "acme", "next", "last"]


def test_a_sale_is_known_from_its_day_or_from_when_it_was_told():
    register = register_of(
        apps={"alpha": app({"operator": "acme"}, {"operator": "next", "from": "2021-06-01", "public_at": "2021-08-01"})}
    )
    assert operator(register, "2021-07-01", "2021-07-31") == "acme"
    assert operator(register, "2021-07-01", "2021-08-01") == "next"
    plain = register_of(apps={"alpha": app({"operator": "acme"}, {"operator": "next", "from": "2021-06-01"})})
    assert operator(plain, "2021-07-01", "2021-05-31") == "acme"
    assert operator(plain, "2021-07-01", "2021-06-01") == "next"


def test_an_operator_of_one_place_runs_the_app_there_and_in_the_places_within():
    register = register_of(apps={"alpha": app({"operator": "acme"}, {"operator": "ours", "in": "US"})})
    assert {place: operator(register, "2021-01-01", place=place) for place in ("US", "US-MT", "GB")} == {
        "US": "ours",
        "US-MT": "ours",
        "GB": "acme",
    }


def test_an_app_without_a_known_operator_has_an_unknown_one():
    register = register_of(apps={"alpha": app({"operator": "acme", "from": "2021-06-01"})})
    assert operator(register, "2021-05-31") == "unknown"


def test_tiktok_changed_hands_in_the_us_only():
    day = at("2026-02-01")
    found = {
        place: whole().operator("tiktok", day, FOREVER, whole().around(place)) for place in ("US", "US-VA", "DE", "IN")
    }
    assert found == {"US": "tiktok-usds-jv", "US-VA": "tiktok-usds-jv", "DE": "bytedance", "IN": "bytedance"}


def test_a_day_on_which_an_app_changed_hands_is_a_day_of_the_place_named():
    """In California it is still the 21st when the 22nd begins in New York; the venture runs the app in both."""
    moment = instant("2026-01-22T01:00:00-05:00", "UTC", "start")
    found = {place: whole().operator("tiktok", moment, FOREVER, whole().around(place)) for place in ("US", "US-CA")}
    assert found == {"US": "tiktok-usds-jv", "US-CA": "tiktok-usds-jv"}


def test_places_lie_around_one_another():
    assert whole().around("US") == ("US",)
    assert whole().around("US-MT") == ("US-MT", "US")
    assert whole().around("DE") == ("DE", "EU")
    assert whole().zone("US-MT") == "America/Denver"


def test_an_unknown_place_is_an_error_of_the_knowledge():
    with pytest.raises(KnowledgeError, match="'XX'"):
        whole().zone("XX")
    with pytest.raises(KnowledgeError, match="'XX'"):
        register_of(measure("m", [], jurisdiction="XX"))


def test_a_date_that_is_none_is_an_error():
    with pytest.raises(UsageError, match="2020-02-30"):
        register_of(measure("m", [event("e", "2020-02-30", INFORM)]))


def test_a_measures_own_source_goes_before_a_shared_one():
    shared, name = whole().sources, next(iter(whole().sources))
    own = measure("m", [], sources={name: {"seen": "memory", "title": "mine"}})
    found = with_measures([own]).source(name, own)
    assert found is not None
    assert found.title == "mine"
    assert with_measures([own]).source(name) == shared[name]
    assert with_measures([own]).source("NOWHERE", own) is None


def test_events_paths_and_children_are_found_by_name():
    register = register_of(
        measure("low", [], depends_on=["middle"], provisions=[provision("l")]),
        measure("middle", [event("m1", "2021-01-01", INFORM)], depends_on=["top"], provisions=[provision("m")]),
        measure("top", [event("t1", "2020-01-01", schedule("2020-01-01"))], provisions=[provision("t")]),
    )
    assert {name: home.id for name, (_, home) in register.events.items()} == {"m1": "middle", "t1": "top"}
    assert set(register.paths) == {"l", "m", "t"}
    assert {name: sorted(children) for name, children in register.children.items()} == {
        "middle": ["low"],
        "top": ["low", "middle"],
    }


def test_it_says_how_far_back_and_how_up_to_date_it_is():
    register = register_of(
        measure("m", [event("a", "2021-01-01", INFORM), event("b", "2020-05-01", INFORM, recorded_at="2022-03-03")])
    )
    assert register.first == at("2020-05-01")
    assert register.updated == "2022-03-03"
    assert register_of().updated == ""
