"""Blocks, dominance and control dependence of single methods, on bytes and against slow twins."""

from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.whole.cfg import EXIT, MAX_UNITS, Flowgraph, decode, immediate, regions, switch
from tests.builders.dex import Class, DexBuilder, Method
from tests.dalvik.material import REAL, dex_files

DIAMOND = [
    ("const/4", 0, 1),  # 0
    ("if-eqz", 0, ":else"),  # 1
    ("const/4", 1, 1),  # 3
    ("goto", ":end"),  # 4
    ":else",
    ("const/4", 1, 2),  # 5
    ":end",
    ("return-void",),  # 6
]
LOOP = [
    ("const/4", 0, 3),  # 0
    ":top",
    ("if-eqz", 0, ":end"),  # 1
    ("add-int/lit8", 0, 0, -1),  # 3
    ("goto", ":top"),  # 5
    ":end",
    ("return-void",),  # 6
]
TRIED = [
    ("const/4", 0, 0),  # 0
    ":first",
    ("invoke-static", [], "Lx/A;->run()V"),  # 1
    ("const/4", 0, 1),  # 4
    ":last",
    ("return-void",),  # 5
    ":handler",
    ("move-exception", 1),  # 6
    ("return-void",),  # 7
]


def graph_of(code, tries=(), **more) -> Flowgraph:
    return Flowgraph(*unit_of(code, tries), **more)


def unit_of(code, tries=()):
    methods = [Method("run", code=code, access=0x9, tries=tries)]
    return read_dex("classes.dex", DexBuilder([Class("Lx/A;", methods=methods)]).build()), 0


def test_a_diamond_has_four_blocks():
    graph = graph_of(DIAMOND)
    assert graph.starts == [0, 3, 5, 6]
    assert graph.successors == [[1, 2], [3], [3], [EXIT]]
    assert graph.postdominators() == [3, 3, 3, EXIT]
    assert graph.controlled() == [(0, [1, 2])]


def test_dominance_follows_every_way():
    graph = graph_of(DIAMOND)
    assert graph.dominates(0, 6)
    assert graph.dominates(3, 3)
    assert graph.dominates(3, 4)
    assert not graph.dominates(4, 3)
    assert not graph.dominates(3, 6)
    assert not graph.dominates(5, 3)


def test_a_loop_repeats_and_controls_itself():
    graph = graph_of(LOOP)
    assert graph.repeats(3)
    assert not graph.repeats(0)
    assert not graph.repeats(6)
    assert not graph.repeats(3, without=1)
    assert graph.controlled() == [(1, [1, 2])]


def test_a_handler_runs_only_when_something_throws():
    tries = [(":first", ":last", {None: ":handler"})]
    graph = graph_of(TRIED, tries)
    assert graph.starts == [0, 1, 4, 5, 6]
    assert graph.successors[1] == [2, 4]
    assert graph.successors[2] == [3]
    assert (1, [2, 3, 4]) in graph.controlled()
    assert graph_of(TRIED, tries, exceptions=False).starts == [0, 6]


def test_handlers_of_several_types_are_read():
    tries = [(":first", ":last", {"Ljava/lang/Error;": ":handler", None: ":last"})]
    unit, row = unit_of(TRIED, tries)
    (region,) = regions(unit, row)
    assert (region.first, region.end, region.handlers) == (1, 5, (6, 5))
    typed = [(":first", ":last", {"Ljava/lang/Error;": ":handler"})]
    assert regions(*unit_of(TRIED, typed))[0].handlers == (6,)
    assert regions(*unit_of(TRIED)) == []


def test_switches_lead_to_all_their_cases():
    code = [
        ("packed-switch", 0, 5, [":a", ":b"]),
        ("sparse-switch", 0, {-1: ":b", 700: ":a"}),
        ":a",
        ("return-void",),
        ":b",
        ("return-void",),
    ]
    graph = graph_of(code)
    assert graph.starts == [0, 3, 6, 7]
    assert graph.successors == [[1, 2, 3], [2, 3], [EXIT], [EXIT]]
    unit, row = unit_of(code)
    units = tuple(memoryview(unit.data[0])[int(unit.def_code[row]) :][: 2 * int(unit.def_units[row])].cast("H"))
    assert switch(units, 0) == {5: 6, 6: 7}
    assert switch(units, 3) == {-1: 7, 700: 6}


def test_code_that_ends_nowhere_is_no_trouble():
    assert graph_of([("goto", ":here"), ":here", ("goto", ":here")]).starts == [0, 1]
    assert graph_of([("if-eqz", 0, 100), ("return-void",)]).successors == [[1], [EXIT]]
    assert graph_of([("packed-switch", 0, 99)]).successors == [[EXIT]]


def test_a_method_that_is_too_long_has_no_blocks():
    unit, row = unit_of([("nop",)] * (MAX_UNITS + 1))
    assert decode(unit, row) == []
    graph = Flowgraph(unit, row)
    assert (graph.starts, graph.successors, graph.controlled()) == ([], [], [])
    assert not graph.dominates(0, 1)
    assert not graph.repeats(0)


GRAPHS = st.integers(1, 9).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, size - 1), max_size=3, unique=True), min_size=size, max_size=size)
)


def reached(successors: list[list[int]], root: int, without: int) -> set[int]:
    """Slow and obvious: what can be reached without passing one node."""
    seen, stack = set(), [root] if root != without else []
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack += [item for item in successors[node] if item != without]
    return seen


@given(GRAPHS)
def test_dominators_are_what_cannot_be_gone_around(successors: list[list[int]]):
    parent = immediate(successors, 0)
    everything = reached(successors, 0, -1)
    for node in range(len(successors)):
        if node not in everything:
            assert parent[node] == -1
            continue
        wanted = {above for above in everything if node not in reached(successors, 0, above)}
        found, here = {node}, node
        while here != 0:
            here = parent[here]
            found.add(here)
        assert found == wanted


def test_real_methods_have_blocks_that_cover_their_code(corpus):
    count = 0
    for name, data in dex_files(corpus / REAL[0]):
        unit = read_dex(name, data)
        for row in range(min(len(unit.def_method), 400)):
            graph = Flowgraph(unit, row)
            assert [item.pc for block in graph.instructions for item in block] == [item.pc for item in graph.code]
            assert all(-1 <= item < len(graph.starts) for following in graph.successors for item in following)
            count += len(graph.controlled())
    assert count
