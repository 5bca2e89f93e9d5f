"""What the register does not know travels with the answers on which it bears, and only with those."""

from affidavit.law.ask import Resolver
from affidavit.law.brief import brief
from affidavit.law.open_questions import bearing
from affidavit.law.register import Register
from affidavit.model.determination import Determination, Question
from tests.builders.law import UPDATE, app, end, event, measure, provision, register_of, schedule, whole

ISSUED = [event("issued", "2021-01-01", schedule("2021-01-01"))]


def asked(
    register: Register, on: str = "2021-06-01", known: str = "", app: str = "alpha"
) -> tuple[Determination, list[str]]:
    """An answer, and the texts of the open questions that bear on its standings, in order."""
    resolver = Resolver(register)
    question = Question(app, UPDATE, "app_store", on, known)
    made = resolver.ask(question)
    view = resolver.view(question, "America/New_York")
    return made, [item.text for standing in made.standings for item in bearing(register, standing, view)]


def with_question(**more: object) -> Register:
    targets = {"apps": ["alpha", "beta"]}
    parts = [provision("p"), provision("q", actors=["bank"])]
    asking = [{"text": "?", **more}]
    return register_of(measure("m", ISSUED, targets=targets, provisions=parts, open_questions=asking))


def test_a_question_without_limits_bears_on_all():
    assert asked(with_question())[1] == ["?"]
    assert asked(with_question(), app="beta")[1] == ["?"]


def test_it_bears_from_its_legal_time_and_its_public_time_on():
    register = with_question(**{"from": "2021-06-01", "public_at": "2021-07-01"})
    assert asked(register, "2021-06-01", "2021-07-01")[1] == ["?"]
    assert asked(register, "2021-05-31", "2021-07-01")[1] == []
    assert asked(register, "2021-06-01", "2021-06-30")[1] == []


def test_its_times_are_read_where_the_measure_applies():
    """Noon of a day in Hawaii is later than noon in New York; the measure is of the whole country."""
    register = with_question(**{"from": "2021-06-01T12:00:00", "confidence": "L"})
    resolver = Resolver(register)
    found = {
        (place, on): resolver.ask(Question("alpha", UPDATE, "app_store", on, jurisdiction=place)).confidence
        for place in ("US", "US-HI")
        for on in ("2021-06-01", "2021-06-01T11:59:59-04:00")
    }
    assert found == {
        ("US", "2021-06-01"): "L",
        ("US-HI", "2021-06-01"): "L",
        ("US", "2021-06-01T11:59:59-04:00"): "H",
        ("US-HI", "2021-06-01T11:59:59-04:00"): "H",
    }
    known = with_question(public_at="2021-07-02", confidence="L")
    asked_there = Question("alpha", UPDATE, "app_store", "2021-06-01", "2021-07-01", "US-HI")
    assert Resolver(known).ask(asked_there).confidence == "H"


def test_it_bears_on_its_apps_and_provisions_only():
    assert asked(with_question(apps=["beta"]))[1] == []
    assert asked(with_question(apps=["beta"]), app="beta")[1] == ["?"]
    assert asked(with_question(provisions=["q"]))[1] == []
    assert asked(with_question(provisions=["p"]))[1] == ["?"]


def test_it_bounds_the_confidence_of_the_answer():
    assert asked(with_question())[0].confidence == "H"
    assert asked(with_question(confidence="L"))[0].confidence == "L"
    assert asked(with_question(confidence="L", provisions=["q"]))[0].confidence == "H"


def test_what_is_open_about_a_parent_is_open_about_its_children():
    parent = measure(
        "parent", ISSUED, provisions=[provision("power", "enabling", transactions=[])], open_questions=[{"text": "up"}]
    )
    issued = [event("child-issued", "2021-02-01", schedule("2021-02-01"))]
    child = measure("child", issued, depends_on=["parent"], open_questions=[{"text": "here"}])
    assert asked(register_of(parent, child))[1] == ["here", "up"]


def test_the_apps_outside_the_venture_are_barred_with_low_confidence():
    resolver = Resolver(whole())
    lark = resolver.ask(Question("lark", UPDATE, "app_store", "2026-02-01", "2026-02-01"))
    before = resolver.ask(Question("lark", UPDATE, "app_store", "2025-06-01", "2025-06-01"))
    assert (lark.headline, lark.confidence) == ("PROHIBITED", "L")
    assert (before.headline, before.confidence) == ("PROHIBITED_NOT_ENFORCED", "H")


def test_an_app_without_open_questions_has_none():
    register = register_of(measure("m", ISSUED), apps={"alpha": app()})
    assert asked(register)[1] == []


def test_a_question_that_is_moot_once_the_provision_has_ended_goes_with_it():
    ended = [*ISSUED, event("over", "2021-03-01", end("2021-03-01"))]
    for moot, left in ((True, []), (False, ["?"])):
        register = register_of(measure("m", ended, open_questions=[{"text": "?", "while_it_stands": moot}]))
        assert asked(register, "2021-02-01")[1] == ["?"]
        assert asked(register, "2021-06-01")[1] == left


def test_whether_a_measure_reaches_an_act_at_all_is_asked_with_the_act():
    """No provision reaches the act, so no standing could carry the question."""
    made = brief(Resolver(whole()), Question("tiktok", "cdn", "cdn_provider", "2025-02-01", "2025-02-01"))
    assert any("content-delivery network" in text for text in made.open_questions)
    other = brief(Resolver(whole()), Question("tiktok", "transit_peering", "network_provider", "2025-02-01"))
    assert not any("content-delivery network" in text for text in other.open_questions)
    early = brief(Resolver(whole()), Question("tiktok", "cdn", "cdn_provider", "2024-01-01", "2024-01-01"))
    assert not any("content-delivery network" in text for text in early.open_questions)
    assert made.determination.confidence == early.determination.confidence
