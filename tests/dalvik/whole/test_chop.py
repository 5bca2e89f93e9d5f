"""The solver against the fixpoint and the enumeration of call strings, on drawn graphs."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.dalvik.kernels import solve
from affidavit.dalvik.whole import chop as chop_module
from affidavit.dalvik.whole.chop import Search, chop, summarise
from affidavit.dalvik.whole.edges import CLOSE, KIND, NUMBER, OPEN, RESET, index
from affidavit.dalvik.whole.graph import Graph
from affidavit.dalvik.whole.shapes import Code, NodeKind
from affidavit.model.flow import Edge
from tests.dalvik.test_kernels import uncompiled
from tests.oracles.flow import Arrow, Vertex, realizable, walked, with_values

NODES = 9
TURNS = {"": 0, "in": OPEN, "out": CLOSE, "heap": RESET}


def nothing() -> None:
    pass


def vertex(end: Vertex) -> int:
    what, layer = end
    return 2 * cast("int", what) + (layer == "M")


def graph_of(arrows: list[Arrow], nodes: int = NODES) -> Graph:
    """A graph of ordinary values."""
    code = cast("Code", SimpleNamespace(kind=np.full(nodes, NodeKind.INSTRUCTION, np.uint8)))
    tail = np.array([vertex(arrow.tail) for arrow in arrows], np.int32)
    head = np.array([vertex(arrow.head) for arrow in arrows], np.int32)
    label = np.array([NUMBER[Edge(arrow.kind)] | TURNS[arrow.turn] for arrow in arrows], np.uint8)
    site = np.array([arrow.site for arrow in arrows], np.int32)
    made = index(tail, 2 * nodes)
    return Graph(code, 0, [], tail, head, label, site, made.start, made.items, cast("Any", None))


def arrow(turn: str) -> st.SearchStrategy[Arrow]:
    end = st.tuples(st.integers(0, NODES - 1), st.sampled_from("VVVM"))
    site = st.integers(0, 2) if turn in {"in", "out"} else st.just(-1)
    return st.builds(Arrow, end, end, st.just("compute"), st.just(turn), site)


GRAPHS = st.lists(
    st.one_of(arrow(""), arrow("in"), arrow("out"), arrow("in"), arrow("out"), arrow("heap")), max_size=22, unique=True
)


def reached(graph: Graph, source: int, sinks: list[int], most: int = 100_000) -> tuple[set[int], Search, Any]:
    """Which sinks a source reaches."""
    part = chop(graph, np.array([source], np.int32), np.array(sinks, np.int32))
    if not len(part.vertices):
        return set(), cast("Search", None), part
    search = Search(part, summarise(part, nothing, most))
    (start,) = part.local(np.array([source], np.int32)).tolist()
    here = part.local(np.array(sinks, np.int32))
    inside = [at for at in range(len(sinks)) if here[at] >= 0]
    if start < 0:
        return set(), search, part
    search.start(start)
    _, there = search.reached(here[inside])
    return {sinks[at] for at, yes in zip(inside, there.tolist(), strict=True) if yes}, search, part


@given(GRAPHS)
def test_the_solver_reaches_what_the_fixpoint_reaches(arrows: list[Arrow]) -> None:
    wanted = {vertex(end) for end in realizable(with_values(arrows), (0, "V"))}
    every = list(range(2 * NODES))
    found, _, _ = reached(graph_of(arrows), 0, every)
    assert found == {one for one in wanted if one in every}


@given(GRAPHS)
def test_the_fixpoint_reaches_what_call_strings_reach(arrows: list[Arrow]) -> None:
    known = with_values(arrows)
    assert walked(known, (0, "V"), 4) <= realizable(known, (0, "V"))


@given(GRAPHS, st.integers(0, 2 * NODES - 1))
def test_the_path_to_a_sink_is_one_of_edges_with_calls_matched(arrows: list[Arrow], sink: int) -> None:
    found, search, part = reached(graph_of(arrows), 0, [sink])
    if sink not in found:
        return
    states, _ = search.reached(part.local(np.array([sink], np.int32)))
    path = search.edges(int(states[0]), 10_000)
    assert path is not None
    at, stack = 0, list[int]()
    for edge in path:
        tail, head = int(part.vertices[part.tail[edge]]), int(part.vertices[part.head[edge]])
        assert tail == at
        at, label, site = head, int(part.label[edge]), int(part.site[edge])
        if label & RESET:
            stack = []
        elif label & OPEN:
            stack.append(site)
        elif label & CLOSE and stack:
            assert stack.pop() == site
    assert at == sink


@given(GRAPHS)
def test_without_room_calls_are_not_matched_and_nothing_is_lost(arrows: list[Arrow]) -> None:
    every = list(range(2 * NODES))
    exact, _, _ = reached(graph_of(arrows), 0, every)
    coarse, _, _ = reached(graph_of(arrows), 0, every, most=1)
    assert exact <= coarse


def test_a_value_returns_only_to_the_call_that_it_came_from() -> None:
    call, back = "call", "return"
    arrows = [
        Arrow((0, "V"), (5, "V"), call, "in", 1),
        Arrow((1, "V"), (5, "V"), call, "in", 2),
        Arrow((5, "V"), (6, "V"), "compute"),
        Arrow((6, "V"), (2, "V"), back, "out", 1),
        Arrow((6, "V"), (3, "V"), back, "out", 2),
    ]
    assert reached(graph_of(arrows), 0, [4, 6])[0] == {4}
    assert reached(graph_of(arrows), 2, [4, 6])[0] == {6}


def test_the_heap_forgets_the_calls() -> None:
    arrows = [
        Arrow((0, "V"), (5, "V"), "call", "in", 1),
        Arrow((5, "V"), (6, "V"), "store", "heap"),
        Arrow((6, "V"), (3, "V"), "return", "out", 2),
    ]
    assert reached(graph_of(arrows), 0, [6])[0] == {6}


def test_a_summary_within_a_summary_is_spelled_out() -> None:
    arrows = [
        Arrow((0, "V"), (1, "V"), "call", "in", 1),
        Arrow((1, "V"), (2, "V"), "call", "in", 2),
        Arrow((2, "M"), (1, "M"), "same-argument", "out", 2),
        Arrow((2, "V"), (2, "M"), "model"),
        Arrow((1, "M"), (0, "M"), "same-argument", "out", 1),
    ]
    found, search, part = reached(graph_of(arrows), 0, [1])
    assert found == {1}
    states, _ = search.reached(part.local(np.array([1], np.int32)))
    path = search.edges(int(states[0]), 100)
    assert path is not None
    kinds = [int(part.label[edge]) & KIND for edge in path]
    assert kinds == [NUMBER[Edge(word)] for word in ("call", "call", "model", "same-argument", "same-argument")]
    assert search.edges(int(states[0]), 4) is None


def by_source() -> Any:
    """The kernel run from its own source; arrays are handed to it as Python's own numbers."""
    module = uncompiled(solve)

    def of(name: str) -> Any:
        def call(*given: Any) -> Any:
            views = [
                (item.data if item.ndim == 1 else item.astype(object)) if isinstance(item, np.ndarray) else item
                for item in given
            ]
            result = getattr(module, name)(*views)
            for item, view in zip(given, views, strict=True):
                if isinstance(item, np.ndarray) and item.ndim > 1:
                    item[...] = view.astype(item.dtype)
            return result

        return call

    return SimpleNamespace(**{name: of(name) for name in ("reach", "tabulate", "search", "trace")})


PLAIN = by_source()


@settings(max_examples=30)
@given(GRAPHS)
def test_the_compiled_kernel_does_what_its_source_does(arrows: list[Arrow]) -> None:
    every = list(range(2 * NODES))
    fast, search, part = reached(graph_of(arrows), 0, every, most=300)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chop_module, "solve", PLAIN)
        slow, plain, other = reached(graph_of(arrows), 0, every, most=300)
    assert fast == slow
    if search is not None:
        for sink in part.local(np.array(sorted(fast), np.int32)).tolist() if search._round else ():
            (state,), _ = search.reached(np.array([sink], np.int32))
            path = search.edges(int(state), 500)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(chop_module, "solve", PLAIN)
                said = plain.edges(int(state), 500)
            assert path is not None
            assert said is not None
            assert path.tolist() == said.tolist()
            assert not len(path) or search.edges(int(state), len(path) - 1) is None
        assert np.array_equal(part.vertices, other.vertices)
        assert np.array_equal(search._summaries.paths, plain._summaries.paths)
        assert np.array_equal(search._summaries.table, plain._summaries.table)


@given(GRAPHS)
def test_edges_that_are_skipped_are_as_if_they_were_not(arrows: list[Arrow]) -> None:
    graph, every = graph_of(arrows), np.arange(2 * NODES, dtype=np.int32)
    heap = (graph.label & RESET) != 0
    without = chop(graph_of([one for one in arrows if one.turn != "heap"]), np.array([0], np.int32), every)
    skipped = chop(graph, np.array([0], np.int32), every, heap)
    assert np.array_equal(without.vertices, skipped.vertices)
    assert len(without.tail) == len(skipped.tail)
