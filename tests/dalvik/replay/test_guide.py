"""What is executed to see whether one path can be taken, and what then counts as proved."""

from dataclasses import replace

import numpy as np

from affidavit.dalvik.replay.budget import Budget
from affidavit.dalvik.replay.explore import prove
from affidavit.dalvik.replay.guide import SMALL, Guide
from affidavit.dalvik.whole.shapes import Candidate, Point
from tests.builders.dex import Field
from tests.dalvik.replay.play import MAIN, Outside, graph_of, linked_of, main, points_of, put, secret, static, take
from tests.dalvik.replay.test_explore import Once, with_nodes

ALLOWED = f"{MAIN}->allowed()I"
FLAG = f"{MAIN}->flag:I"


def proved(*code: object, aside: tuple[str, ...] = (), **more: object) -> bool:
    """Whether the only source and sink are proved when the main method and some others are executed, and no more."""
    linked = linked_of([main(*code, **more)])
    points, *_ = points_of(linked)
    graph = with_nodes(graph_of(linked), [next(iter(points.sources)), next(iter(points.sinks))])
    candidate = Candidate(Point(0, "result", "secret"), Point(1, "operand 0", "out"), ())
    type_ = linked.type_of(MAIN)
    on_path = frozenset({linked.find_method(type_, "main")})
    others = frozenset(linked.find_method(type_, name) for name in aside)
    (found,) = prove(linked, graph, Outside(), Once(), [candidate], on_path, others, Budget(5_000, 5_000))
    return found


def guarded(result: int) -> dict[str, object]:
    return {"methods": [static("allowed", "()I", ("const/4", 0, result), ("return", 0))]}


GUARDED = [*secret(0), ("invoke-static", [], ALLOWED), take(1), ("if-eqz", 1, ":e"), put(0), ":e"]


def test_a_path_without_branches_is_proved():
    assert proved(*secret(0), put(0))


def test_what_a_method_that_is_passed_over_decides_is_not_proved():
    assert not proved(*GUARDED, **guarded(1))
    assert not proved(*GUARDED, **guarded(0))


def test_what_a_method_that_is_executed_decides_is_known():
    assert proved(*GUARDED, aside=("allowed",), **guarded(1))
    assert not proved(*GUARDED, aside=("allowed",), **guarded(0))


def test_after_a_guess_nothing_is_certain_on_either_side():
    """The value is only replaced if the guess is true; that it is not replaced is a guess as well."""
    code = [*secret(0), ("invoke-static", [], ALLOWED), take(1), ("if-eqz", 1, ":e"), ("const/4", 0, 0), ":e", put(0)]
    assert not proved(*code, **guarded(1))


def test_a_field_that_a_method_passed_over_may_store_into_is_a_guess():
    kept = f"{MAIN}->kept:Ljava/lang/Object;"
    clear = static("clear", "()V", ("const/4", 0, 0), ("sput-object", 0, kept), ("return-void",))
    code = [*secret(0), ("sput-object", 0, kept), ("invoke-static", [], f"{MAIN}->clear()V"), ("sget-object", 1, kept)]
    more = {"methods": [clear], "fields": [Field("kept", "Ljava/lang/Object;", 0x9)]}
    assert not proved(*code, put(1), **more)
    assert proved(*code, put(0), **more)


def test_a_call_beside_the_path_that_decides_nothing_costs_no_proof():
    code = [*secret(0), ("invoke-static", [], ALLOWED), take(1), put(0)]
    assert proved(*code, **guarded(1))


def test_a_loop_that_may_end_at_any_time_is_left():
    code = [*secret(0), ":l", ("invoke-static", [], "Lenv/E;->any()I"), take(1), ("if-eqz", 1, ":l"), put(0)]
    assert proved(*code)


def test_small_helpers_are_executed_and_large_ones_are_not():
    names = ["few", "many", *(f"h{row}" for row in range(SMALL + 1))]
    linked = linked_of([main(("return-void",), methods=[static(name, "()V", ("return-void",)) for name in names])])
    type_ = linked.type_of(MAIN)
    root, few, many, *helpers = (linked.find_method(type_, name) for name in ("main", *names))
    edges = [(root, few), (root, many), (few, helpers[0]), *((many, helper) for helper in helpers)]
    sites, targets = (np.array(column, np.int32) for column in zip(*enumerate(to for _, to in edges), strict=True))
    graph = replace(with_nodes(graph_of(linked), [(origin, 0) for origin, _ in edges]), site=sites, target=targets)
    graph.code.opcode = np.zeros(len(edges), np.uint8)
    graph.code.node_count = np.ones(len(linked.method_row), np.int32)
    assert Guide(linked, graph).aside({root}) == {few, helpers[0]}
