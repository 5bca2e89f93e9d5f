"""Verdicts on candidates: proved, refuted, or undecided with the reason."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from affidavit.dalvik.replay.budget import Budget
from affidavit.dalvik.replay.explore import Verdict, replay
from affidavit.dalvik.replay.heap import State
from affidavit.dalvik.replay.surface import Services
from affidavit.dalvik.unit import Unit
from affidavit.dalvik.whole.shapes import CallGraph, Candidate, NodeKind, Point
from affidavit.model.errors import BudgetError
from tests.builders.dex import OBJECT, Field, Method
from tests.dalvik.replay.play import (
    MAIN,
    STRING,
    Outside,
    graph_of,
    linked_of,
    main,
    points_of,
    put,
    secret,
    static,
    take,
)


class Once:
    """Runs the main method once; and says what it did not do."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons

    def run(self, machine: Services) -> Iterable[str]:
        linked = machine.linked
        machine.invoke(State(), linked.find_method(linked.type_of(MAIN), "main"), ())
        return self.reasons


def with_nodes(graph: CallGraph, places: list[tuple[int, int]]) -> CallGraph:
    """A call graph whose nodes are these places."""
    count = len(places)
    code = replace(
        graph.code,
        kind=np.full(count, NodeKind.INSTRUCTION, np.uint8),
        pc=np.array([pc for _, pc in places], np.int32),
        method=np.array([method for method, _ in places], np.int32),
    )
    return replace(graph, code=code)


def judged(
    *code: object, driver: Once | None = None, implicit: bool = False, steps: int = 5_000, **more: object
) -> Verdict:
    """The verdict on the only source and the only sink of a program."""
    linked = linked_of([main(*code, **more)])
    points, *_ = points_of(linked)
    (source, sink) = (next(iter(points.sources)), next(iter(points.sinks)))
    graph = with_nodes(graph_of(linked), [source, sink])
    candidate = Candidate(Point(0, "result", "secret"), Point(1, "operand 0", "out"), (), implicit)
    budget = Budget(steps, steps)
    (found,) = replay(linked, graph, Outside(), driver or Once(), [candidate], None, budget)
    return found


def test_data_that_arrives_is_proved():
    assert judged(*secret(0), put(0)).verdict == "proved"


def test_data_that_is_overwritten_is_refuted():
    found = judged(*secret(0), ("const/4", 0, 0), put(0))
    assert found == Verdict("refuted", "every execution was followed to its end and none brings the data to the sink")


def test_a_source_that_never_runs_is_refuted():
    code = [("const/4", 0, 0), ("if-eqz", 0, ":e"), *secret(0), ":e", put(0)]
    assert judged(*code) == Verdict("refuted", "every execution was followed to its end and none reads the data")


def test_a_sink_that_never_runs_is_refuted():
    code = [*secret(0), ("const/4", 1, 0), ("if-eqz", 1, ":e"), put(0), ":e"]
    assert judged(*code) == Verdict("refuted", "every execution was followed to its end and none reaches the sink")


def test_data_that_passed_unknown_code_is_undecided():
    mix = ("invoke-static", [0], f"Lother/X;->mix({OBJECT}){OBJECT}")
    assert judged(*secret(0), mix, take(1), put(1)).verdict == "undecided"


def test_native_code_that_got_the_data_leaves_it_undecided():
    native = Method("hide", f"({OBJECT})V", None, access=0x109)
    call = ("invoke-static", [0], f"{MAIN}->hide({OBJECT})V")
    found = judged(*secret(0), call, ("const/4", 0, 0), put(0), methods=[native])
    assert found == Verdict("undecided", "not followed to the end: native code")


def test_native_code_that_did_not_get_the_data_changes_nothing():
    native = Method("hide", f"({OBJECT})V", None, access=0x109)
    call = ("invoke-static", [1], f"{MAIN}->hide({OBJECT})V")
    code = [*secret(0), ("const/4", 1, 0), call, ("const/4", 0, 0), put(0)]
    assert judged(*code, methods=[native]).verdict == "refuted"


def test_too_small_a_budget_leaves_it_undecided():
    found = judged(*secret(0), ("const/4", 0, 0), put(0), steps=6)
    assert found == Verdict("undecided", "not followed to the end: the budget of steps was used up")


def test_what_the_driver_left_out_leaves_it_undecided():
    found = judged(*secret(0), ("const/4", 0, 0), put(0), driver=Once("a", "b", "c", "d"))
    assert found == Verdict("undecided", "not followed to the end: a; b; c and 1 more")


def test_an_implicit_flow_proves_only_a_candidate_that_is_one():
    code = [*secret(0), ("if-eqz", 0, ":m"), ("const-string", 1, "x"), put(1), ":m"]
    assert judged(*code).verdict == "refuted"
    assert judged(*code, implicit=True).verdict == "proved"


def test_field_accesses_and_parameters_can_be_points():
    held = f"{MAIN}->held:{STRING}"
    give = static("give", f"({STRING})V", ("sput-object", 0, held), ("return-void",), registers=1)
    code = [("const-string", 0, "x"), ("invoke-static", [0], f"{MAIN}->give({STRING})V")]
    linked = linked_of([main(*code, methods=[give], fields=[Field("held", STRING, 0x9)])])
    method = linked.find_method(linked.type_of(MAIN), "give")
    graph = with_nodes(graph_of(linked), [(method, -1), (method, 0)])
    graph.code.kind[0] = NodeKind.PARAMETER
    candidate = Candidate(Point(0, "parameter 0", "typed"), Point(1, "operand 0", "kept"), ())
    (found,) = replay(linked, graph, Outside(), Once(), [candidate])
    assert found.verdict == "proved"
    assert isinstance(linked.unit_of(method), Unit)


class Stopped:
    """A driver that has no time left after the main method."""

    def run(self, machine: Services) -> Iterable[str]:
        Once().run(machine)
        raise BudgetError("no time is left", advice="give it more")


def test_time_that_runs_out_keeps_what_was_proved():
    assert judged(*secret(0), put(0), driver=Stopped()).verdict == "proved"


def test_time_that_runs_out_leaves_the_rest_undecided():
    found = judged(*secret(0), ("const/4", 0, 0), put(0), driver=Stopped())
    assert found == Verdict("undecided", "not followed to the end: time or memory was used up")


class Nothing:
    """Executes nothing."""

    def run(self, machine: Services) -> Iterable[str]:
        assert not machine.spent
        return ()


def test_a_source_that_no_execution_came_near_is_undecided():
    found = judged(*secret(0), put(0), driver=Nothing())
    assert found == Verdict(
        "undecided", "not followed to the end: the execution never came to the code that reads the data"
    )


def test_execution_ends_when_everything_is_proved():
    linked = linked_of([main(*secret(0), put(0), ":l", ("goto", ":l"))])
    points, *_ = points_of(linked)
    graph = with_nodes(graph_of(linked), [next(iter(points.sources)), next(iter(points.sinks))])
    candidate = Candidate(Point(0, "result", "secret"), Point(1, "operand 0", "out"), ())
    budget = Budget(5_000, 5_000)
    (found,) = replay(linked, graph, Outside(), Once(), [candidate], None, budget)
    assert found.verdict == "proved"
    assert budget.used < 20
