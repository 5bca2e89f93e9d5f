"""Verdicts on the candidates of small apps, and what the budget of the replay means for them."""

import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.program import Program
from affidavit.dalvik.whole.entries import Declared
from affidavit.dalvik.whole.witness import Limits
from affidavit.facts.flow_search import Inputs, Search, link, read_calls, search
from affidavit.facts.flow_verdicts import judge
from affidavit.model.errors import BudgetError
from tests.builders.dex import Class, Method
from tests.facts.flow_small import CREATE, LOG, MAIN, READ, SEND, S, create, dex, leaking, main

INPUTS = Inputs((Declared("activity", MAIN),))
BUILDER = "Ljava/lang/StringBuilder;"
LIST = "Ljava/util/ArrayList;"


def nothing() -> None:
    """The clock that never runs out."""


def searched(*classes: Class) -> Search:
    linked = link(Program([read_dex("classes.dex", dex(*classes))]), nothing)
    return search(linked, INPUTS, read_calls(linked, INPUTS, nothing), Limits(), nothing)


def verdicts(*classes: Class, steps: int = 100_000) -> list[str]:
    return [item.verdict for item in judge(searched(*classes), INPUTS, nothing, steps)]


def logged(*code: object) -> Class:
    """The device id in register 2, then the code, then register 3 is logged."""
    ends = (("const-string", 4, "tag"), ("invoke-static", [4, 3], LOG))
    return main(create(("invoke-virtual", [0], READ), ("move-result-object", 2), *code, *ends))


def test_an_app_without_candidates_has_no_verdicts():
    assert verdicts(main(create(("invoke-virtual", [0], READ)))) == []


def test_what_is_handed_to_a_method_and_sent_is_proved():
    assert verdicts(main(leaking(), SEND)) == ["proved"]


def test_what_is_appended_to_a_text_is_proved():
    code = (
        ("new-instance", 5, BUILDER),
        ("invoke-direct", [5], f"{BUILDER}-><init>()V"),
        ("invoke-virtual", [5, 2], f"{BUILDER}->append({S}){BUILDER}"),
        ("invoke-virtual", [5], f"{BUILDER}->toString(){S}"),
        ("move-result-object", 3),
    )
    assert verdicts(logged(*code)) == ["proved"]


def taken(position: int) -> Class:
    """The device id is put into a list behind a constant; one of the two is logged."""
    code = (
        *(("new-instance", 5, LIST), ("invoke-direct", [5], f"{LIST}-><init>()V"), ("const-string", 3, "first")),
        ("invoke-virtual", [5, 3], f"{LIST}->add(Ljava/lang/Object;)Z"),
        ("invoke-virtual", [5, 2], f"{LIST}->add(Ljava/lang/Object;)Z"),
        ("const/4", 4, position),
        ("invoke-virtual", [5, 4], f"{LIST}->get(I)Ljava/lang/Object;"),
        *(("move-result-object", 3), ("check-cast", 3, S)),
    )
    return logged(*code)


def test_positions_of_a_list_are_told_apart():
    assert verdicts(taken(1)) == ["proved"]
    assert "proved" not in verdicts(taken(0))


def test_a_branch_that_is_never_taken_proves_nothing():
    code = (("const/4", 5, 0), ("const-string", 3, "none"), ("if-eqz", 5, ":past"), ("move-object", 3, 2), ":past")
    assert "proved" not in verdicts(logged(*code))


def test_a_branch_that_may_be_taken_is_taken():
    clock = ("invoke-static", [], "Ljava/lang/System;->currentTimeMillis()J")
    unknown = (clock, ("move-result-wide", 4), ("long-to-int", 5, 4))
    code = (*unknown, ("const-string", 3, "none"), ("if-eqz", 5, ":past"), ("move-object", 3, 2), ":past")
    assert verdicts(logged(*code)) == ["proved"]


def test_without_steps_nothing_is_refuted():
    """A replay that could not run says nothing against a flow."""
    assert verdicts(taken(1), steps=0) == ["undecided"]
    assert set(verdicts(taken(0), steps=0)) <= {"undecided"}


def test_each_verdict_has_a_reason():
    for steps in (0, 100_000):
        for item in judge(searched(taken(1)), INPUTS, nothing, steps):
            assert item.why
            assert len(item.why) < 1_000


def test_verdicts_stand_in_the_order_of_the_candidates():
    code = [("invoke-virtual", [0], READ), ("move-result-object", 2), ("const-string", 4, "tag")]
    code += [("invoke-static", [4, 2], LOG), ("invoke-static", [4, 2], LOG)]
    found = searched(main(create(*code)))
    assert len(found.found) == len(judge(found, INPUTS, nothing)) == 2


def test_recursion_without_an_end_ends():
    again = ("invoke-virtual", [6, 7], f"{MAIN}->loop({S})V")
    code = [again, ("const-string", 0, "tag"), ("invoke-static", [0, 7], LOG), ("return-void",)]
    first = ("invoke-virtual", [6, 2], f"{MAIN}->loop({S})V")
    start = create(("invoke-virtual", [0], READ), ("move-result-object", 2), first)
    loop = Method("loop", f"({S})V", code=code, registers=8)
    assert len(verdicts(main(start, loop))) == 1


def test_the_clock_stops_the_replay():
    asked = 0

    def ends() -> None:
        nonlocal asked
        asked += 1
        if asked > 1:
            raise BudgetError("time ran out", advice="allow more")

    spin = [":again", ("add-int/lit8", 5, 5, 1), ("if-eqz", 7, ":out"), ("goto", ":again"), ":out"]
    found = searched(logged(("const/4", 5, 0), *spin, ("move-object", 3, 2)))
    try:
        said = judge(found, INPUTS, ends)
    except BudgetError:
        return
    assert len(said) == len(found.found)


@pytest.mark.parametrize("method", [Method("onCreate", CREATE, code=[("return-void",)], registers=2), leaking()])
def test_the_same_search_has_the_same_verdicts(method):
    found = searched(main(method, SEND))
    assert judge(found, INPUTS, nothing) == judge(found, INPUTS, nothing)
