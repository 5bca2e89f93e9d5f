"""One word over a list: precedence among the living, a power behind its own list, the last end among the ended."""

from itertools import combinations

import pytest

from affidavit.law.headline import headline, spoken
from affidavit.model.determination import ENDED, Determination, Outcome, Question, Standing
from tests.builders.law import whole

ORDER = whole().vocabulary.precedence
BY_RULE = [
    "PROHIBITED",
    "PROHIBITED_NOT_ENFORCED",
    "UNCERTAIN",
    "ENJOINED",
    "ANNOUNCED_NOT_EFFECTIVE",
    "AUTHORITY_ONLY",
    "EXCEPTED",
]


def standing(name: str, outcome: str, measure: str = "m", ended_at: int | None = None) -> Standing:
    return Standing(name, measure, Outcome(outcome), ended_at=ended_at)


def over(*standings: Standing, **children: list[str]) -> tuple[str, tuple[str, ...]]:
    chosen, decisive = headline(standings, ORDER, children)
    return str(chosen), decisive


def test_nothing_gives_not_covered():
    assert over() == ("NOT_COVERED", ())


@pytest.mark.parametrize(("first", "second"), [*combinations(BY_RULE, 2)])
def test_among_the_living_precedence_decides(first: str, second: str):
    assert over(standing("a", second), standing("b", first)) == (first, ("b",))


@pytest.mark.parametrize("alive", BY_RULE)
@pytest.mark.parametrize("ended", sorted(ENDED))
def test_the_living_come_before_the_ended(alive: str, ended: str):
    assert over(standing("gone", ended, ended_at=9), standing("here", alive)) == (alive, ("here",))


def test_all_that_carry_the_headline_are_decisive():
    found = over(standing("a", "PROHIBITED"), standing("b", "ENJOINED"), standing("c", "PROHIBITED", "n"))
    assert found == ("PROHIBITED", ("a", "c"))


def test_a_power_is_passed_over_when_its_own_list_answers():
    power, listed = standing("power", "AUTHORITY_ONLY", "order"), standing("listed", "EXCEPTED", "list")
    assert over(power, listed, order=["list"]) == ("EXCEPTED", ("listed",))
    assert over(power, listed, order=["another"]) == ("AUTHORITY_ONLY", ("power",))
    assert over(power, order=["list"]) == ("AUTHORITY_ONLY", ("power",))


def test_a_power_of_the_list_itself_still_speaks():
    power, residual = standing("power", "AUTHORITY_ONLY", "order"), standing("residual", "AUTHORITY_ONLY", "list")
    assert over(power, residual, order=["list"]) == ("AUTHORITY_ONLY", ("residual",))


def test_a_list_that_has_ended_does_not_answer_for_its_power():
    power, gone = standing("power", "AUTHORITY_ONLY", "order"), standing("gone", "RESCINDED", "list", 5)
    assert over(power, gone, order=["list"]) == ("AUTHORITY_ONLY", ("power",))


def test_among_the_ended_the_most_recent_end_decides():
    old, new = standing("old", "REVOKED", ended_at=1), standing("new", "LIFTED", ended_at=2)
    assert over(old, new) == over(new, old) == ("LIFTED", ("new",))
    same = standing("same", "REVOKED", ended_at=2)
    assert over(new, same) == ("REVOKED", ("same",))
    assert over(new, standing("twin", "LIFTED", ended_at=2)) == ("LIFTED", ("new", "twin"))


def test_an_end_before_1970_is_an_end():
    older, newer = standing("older", "REVOKED", ended_at=-20), standing("newer", "EXPIRED", ended_at=-10)
    assert over(older, newer) == ("EXPIRED", ("newer",))


def names_spoken(*standings: Standing) -> list[str]:
    outcome, decisive = headline(standings, ORDER, {})
    question = Question("wechat", "app_store_update", "app_store", on="2020-09-21")
    return [item.provision for item in spoken(Determination(question, outcome, decisive, standings, "", "H", 1))]


def test_an_answer_rests_on_the_living_and_without_them_on_the_last_end():
    early, late = standing("early", "REVOKED", ended_at=1), standing("late", "REVOKED", ended_at=9)
    assert names_spoken(early, standing("here", "ENJOINED"), late) == ["here"]
    assert names_spoken(early, late) == ["late"]
    assert names_spoken() == []
