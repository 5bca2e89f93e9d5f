"""What library models, and edges that other parts found, make of the graph."""

import numpy as np
import pytest

from affidavit.dalvik.effects import Key, Operand
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.models import ModelDocument, Models
from affidavit.dalvik.whole.control import control_edges
from affidavit.dalvik.whole.edges import CLOSE, KIND, NUMBER, OPEN, RESET, Rows
from affidavit.dalvik.whole.edges_stores import Stores
from affidavit.dalvik.whole.graph import ExtraEdge, build_graph, extended
from affidavit.dalvik.whole.shapes import NodeKind
from affidavit.model.flow import Edge
from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import MAIN, App, Asked, linked_of, main, take
from tests.dalvik.whole.flow_apps import Solved, secret, solve, solved

O, S = "Ljava/lang/Object;", "Ljava/lang/String;"  # noqa: E741
LIB = "Llib/L;"


def models(**methods: str) -> Models:
    """A library of one class; ``new`` stands for its constructor."""
    known = {name.replace("new", "<init>") + "/*": effects for name, effects in methods.items()}
    sides = {"out/Sink": {"*": "pure"}, "src/S": {"*": "pure"}, "java/lang/Object": {"<init>/0": "pure"}}
    document = ModelDocument(source="tests", licence="Apache-2.0", classes={"lib/L": known, **sides})
    return Models([document], Framework.load())


def call(name: str, *registers: int, proto: str = "", result: int = -1, static: bool = False):
    """Invoke a method of the library; all arguments are objects."""
    count = len(registers) - (not static)
    reference = f"{LIB}->{name}{proto or f'({O * count}){O}'}"
    code = [("invoke-static" if static else "invoke-virtual", list(registers), reference)]
    return (*code, *([("move-result-object", result)] if result >= 0 else []))


def new(register: int, *arguments: int):
    proto = f"({O * len(arguments)})V"
    return (("new-instance", register, LIB), ("invoke-direct", [register, *arguments], f"{LIB}-><init>{proto}"))


def flows(known: Models, *code, methods=(), classes=(), **more) -> list[list[str]]:
    return solved(main(*code, methods=methods, **more), *classes, models=known).said


def test_information_flows_to_the_result_or_changes_the_receiver():
    known = models(new="pure", put="0 -> this", get="this -> return")
    code = [*new(1), *secret(0), *call("put", 1, 0), *call("get", 1, result=2), take(2)]
    assert len(flows(known, *code)) == 1


def test_nothing_flows_through_what_is_pure():
    known = models(new="pure", put="pure", get="this -> return")
    code = [*new(1), *secret(0), *call("put", 1, 0), *call("get", 1, result=2), take(2)]
    assert flows(known, *code) == []


def test_nothing_flows_backwards_from_a_derived_result_to_its_origin():
    known = models(new="pure", view="this -> return", put="0 -> this")
    code = [*new(1), *call("view", 1, result=2), ("check-cast", 2, LIB), *secret(0), *call("put", 2, 0), take(1)]
    assert flows(known, *code) == []


def test_a_changed_view_changes_what_it_is_a_view_of():
    known = models(new="pure", view="this == return", put="0 -> this")
    code = [*new(1), *call("view", 1, result=2), ("check-cast", 2, LIB), *secret(0), *call("put", 2, 0), take(1)]
    (path,) = flows(known, *code)
    assert path[2:5] == ["model operand 0", "same operand 0", "same result"] or "model operand 0" in path


def test_what_a_container_gave_changes_the_container():
    known = models(new="pure", get="this[0] == return", put="0 -> this")
    code = [*new(1), *call("get", 1, 1, result=2), ("check-cast", 2, LIB), *secret(0), *call("put", 2, 0), take(1)]
    assert len(flows(known, *code)) == 1


def test_an_argument_that_was_put_in_is_not_changed_by_its_neighbour():
    known = models(new="pure", add="0 == this[+]")
    code = [*new(1), *new(2), *secret(0), *call("add", 1, 2), *call("add", 1, 0), take(2)]
    assert flows(known, *code) == []
    assert len(flows(known, *code[:-1], take(1))) == 1


def test_a_wrapper_passes_on_what_is_written_to_it():
    known = models(new="0 == this", write="0 -> this", make="return -> return")
    code = [*call("make", result=3, static=True, proto=f"(){O}"), *new(1, 3), *secret(0), *call("write", 1, 0), take(3)]
    assert len(flows(known, *code)) == 1


def test_two_handles_of_one_store_share_it_by_key():
    known = models(new="this == @files[0]", write="0 -> this", read="this -> return")
    name = [("const-string", 5, "a.txt")]
    other = [("const-string", 6, "b.txt")]
    code = [*name, *other, *new(1, 5), *secret(0), *call("write", 1, 0)]
    same = [*new(2, 5), *call("read", 2, result=3), take(3)]
    (path,) = flows(known, *code, *same)
    assert "model @files['a.txt']" in path
    assert flows(known, *code, *new(2, 6), *call("read", 2, result=3), take(3)) == []


def test_an_argument_is_stored_and_fetched_elsewhere():
    known = models(put="0 == @registry['one']", get="@registry['one'] == return", other="@registry['two'] == return")
    read = [*call("get", result=3, static=True), take(3)]
    store = [("const-string", 9, "one"), *secret(0), *call("put", 0, static=True)]
    (path,) = flows(known, *store, *read)
    assert path[2:4] == ["model @registry['one']", "model result"]
    assert flows(known, *store, *call("other", result=3, static=True), take(3)) == []
    everything = models(put="0 == @registry['one']", get="@registry[*] == return")
    assert len(flows(everything, *store, *read)) == 1


def test_a_slot_of_the_library_is_not_among_all_entries():
    known = models(put="0 == @registry['#own']", get="@registry[*] == return")
    code = [*secret(0), *call("put", 0, static=True), *call("get", result=3, static=True), take(3)]
    assert flows(known, *code) == []


@pytest.mark.parametrize(("store", "found"), [("preferences", 1), ("files", 0)])
def test_an_unknown_key_may_be_any_key_only_of_preferences(store, found):
    known = models(put=f"0 == @{store}['one']", get=f"@{store}[0] == return", who="pure")
    code = [("const-string", 9, "one"), *secret(0), *call("put", 0, static=True), *call("who", result=1, static=True)]
    code += [*call("get", 1, result=3, static=True), take(3)]
    assert len(flows(known, *code)) == found


def test_the_platform_runs_methods_of_the_exact_type_that_was_made():
    known = models(new="pure", run="call 0.work/1(1) == return")
    interface = Class("Llib/Work;", access=0x601, methods=[Method("work", f"({O}){O}", access=0x401)])

    def worker(name: str, *code) -> Class:
        init = Method("<init>", code=[("return-void",)], access=0x10001)
        work = Method("work", f"({O}){O}", code=code, registers=8)
        return Class(name, interfaces=["Llib/Work;"], methods=[init, work])

    classes = [
        interface,
        worker("Lx/Same;", ("return-object", 7)),
        worker("Lx/Other;", ("const/4", 0, 0), ("return-object", 0)),
    ]

    def code(name: str):
        make = [("new-instance", 1, name), ("invoke-direct", [1], f"{name}-><init>()V")]
        use = [*secret(0), ("invoke-interface", [1, 0], f"Llib/Work;->work({O}){O}")]
        return [*new(2), *make, *use, *call("run", 2, 1, 0, result=3), take(3)]

    asked = [Asked(App(linked_of(main(*code(f"Lx/{name};")), *classes), models=known)) for name in ("Same", "Other")]
    assert [len(solve(one).found.candidates) for one in asked] == [1, 0]


def test_an_extra_edge_that_goes_through_a_call_is_matched_on_the_way_back():
    keep = Method("keep", f"({O}){O}", code=[("return-object", 7)], access=0x9, registers=8)
    code = [*secret(0), *call("one", 0, result=1, static=True), *call("one", 1, result=2, static=True), take(2)]
    app = Asked(App(linked_of(main(*code, methods=[keep])), models=models(one="pure")))
    calls = app.calls
    (target,) = [row for row in range(len(calls.reached)) if app.linked.method_text(row)[1] == "keep"]
    assert calls.code.node_first[target] < 0, "nothing calls it yet"
    site, other = app.invokes("one")
    edges = [
        ExtraEdge(calls.code.operands(site)[0], False, site, False, Edge.REFLECT, site, "method keep"),
        ExtraEdge(calls.code.operands(other)[0], False, other, False, Edge.REFLECT, other, "method keep"),
    ]
    found = solve(app, edges)
    assert len(found.found.candidates) == 1
    assert [step.effect for step in found.paths[0] if step.edge is Edge.REFLECT] == ["method keep"] * 2


def test_a_branch_is_followed_only_where_no_value_goes():
    code = [*secret(0), ("if-eqz", 0, ":no"), ("const-string", 1, "yes"), ("goto", ":on"), ":no"]
    code += [("const-string", 1, "no"), ":on", take(1), take(0)]
    app = Asked(App(linked_of(main(*code)), models=models()))
    kinds = app.calls.code.kind
    (branch,) = np.flatnonzero((app.calls.code.opcode == 0x38) & (kinds == NodeKind.INSTRUCTION)).tolist()
    merged, plain = app.taken()
    assert kinds[merged] == NodeKind.PHI
    edge = ExtraEdge(plain, False, merged, False, Edge.CONTROL, branch)
    found = solve(app, [edge])
    assert [item.implicit for item in found.found.candidates] == [True, False]
    assert [len(path) for path in found.paths] == [4, 3]
    assert found.said[0][1:3] == ["use operand 0", "control operand 0"]
    assert found.refusals() == []


def test_a_sink_that_only_runs_on_one_side_tells_of_the_branch():
    code = [*secret(0), ("const-string", 1, "x"), ("if-eqz", 0, ":no"), take(1), ":no"]
    app = Asked(App(linked_of(main(*code)), models=models()))
    (branch,) = np.flatnonzero((app.calls.code.opcode == 0x38) & (app.calls.code.kind == NodeKind.INSTRUCTION)).tolist()
    (sink,) = app.invokes("take")
    (origin,) = app.calls.code.operands(branch)
    found = solve(app, [ExtraEdge(origin, False, sink, False, Edge.CONTROL, branch)])
    assert found.said == [["source result", "use operand 0", "control operand 0", "sink operand 0"]]
    assert found.refusals() == []


def test_a_branch_decides_what_is_written_and_returned_and_changed():
    pick = Method(
        "pick",
        f"({O}){O}",
        code=[("if-eqz", 7, ":no"), ("const-string", 0, "a"), ("return-object", 0), ":no", ("return-object", 6)],
        access=0x9,
        registers=8,
    )
    code = [*secret(0), ("const-string", 1, "x"), ("if-eqz", 0, ":no"), ("sput-object", 1, f"{MAIN}->o:{O}"), ":no"]
    code += [("sget-object", 2, f"{MAIN}->o:{O}"), take(2)]
    code += [("invoke-static", [0], f"{MAIN}->pick({O}){O}"), ("move-result-object", 3), take(3)]
    app = Asked(App(linked_of(main(*code, methods=[pick], fields=[Field("o", O, access=0x9)])), models=models()))
    edges = list(control_edges(app.values, [row for row in range(len(app.calls.reached)) if app.calls.reached[row]]))
    found = solve(app, edges)
    assert [item.implicit for item in found.found.candidates] == [True, True]
    assert found.refusals() == []


def test_edges_into_and_out_of_methods_are_told_from_edges_across_the_heap():
    code = [*secret(0), ("invoke-static", [0], f"{MAIN}->keep({O})V"), ("sput-object", 0, f"{MAIN}->o:{O}")]
    keep = Method("keep", f"({O})V", code=[("return-void",)], access=0x9, registers=8)
    app = Asked(App(linked_of(main(*code, methods=[keep], fields=[Field("o", O, access=0x9)]))))
    graph = build_graph(app.linked, app.calls, Models.load())
    flags = {int(label) & KIND: int(label) & (OPEN | CLOSE | RESET) for label in graph.label.tolist()}
    assert flags[NUMBER[Edge.CALL]] == OPEN
    assert flags[NUMBER[Edge.SAME_ARGUMENT]] == CLOSE
    assert flags[NUMBER[Edge.STORE]] == RESET
    field = len(app.calls.code.kind) + next(row for row in range(graph.fields) if graph.field_of(row) < 0)
    assert graph.field_of(field) >= 0
    assert graph.name_of(field) == ""


def test_stores_number_keys_once():
    asked = Asked(App(linked_of(main(*secret(0), take(0)))))
    stores = Stores(100, asked.calls.code, lambda _: "k")
    (site,) = asked.invokes("take")
    sites = np.array([site, site], np.int32)
    keyed = stores.nodes(Operand("store", store="s", key=Key("argument", position=0)), sites, True, True)
    assert keyed.tolist() == [100, 100]
    assert stores.nodes(Operand("store", store="s", key=Key("literal", "k")), sites, True, False).tolist() == [100, 100]
    assert stores.nodes(Operand("store", store="s"), sites, True, True).tolist() == [101, 101]
    rows = Rows()
    stores.link(rows)
    tail, head, _, _ = rows.columns()
    assert {(2 * 101, 2 * 100), (2 * 101, 2 * 102), (2 * 100, 2 * 102)} <= set(
        zip(tail.tolist(), head.tolist(), strict=True)
    )
    assert stores.names == ["@s['k']", "@s[*]", "@s[*]"]


def test_solved_apps_are_the_same_each_time():
    code = [*secret(0), take(0), *secret(1), take(1)]
    one, other = solved(main(*code)), solved(main(*code))
    assert isinstance(one, Solved)
    assert one.paths == other.paths


def test_a_graph_with_further_edges_is_the_one_made_with_them():
    code = [*secret(0), ("invoke-static", [0], f"{MAIN}->keep({O})V"), ("sput-object", 0, f"{MAIN}->o:{O}")]
    keep = Method("keep", f"({O})V", code=[("return-void",)], access=0x9, registers=8)
    app = Asked(App(linked_of(main(*code, methods=[keep], fields=[Field("o", O, access=0x9)]))))
    extra = [ExtraEdge(0, False, 1, False, Edge.CONTROL, 1, "further"), ExtraEdge(1, False, 0, True, Edge.CHANNEL)]
    at_once = build_graph(app.linked, app.calls, Models.load(), extra)
    later = extended(build_graph(app.linked, app.calls, Models.load()), extra)

    def edges(graph):
        columns = (graph.tail, graph.head, graph.label, graph.site)
        return sorted(zip(*(column.tolist() for column in columns), strict=True))

    def sizes(graph):
        return [graph.out(vertex).size for vertex in range(graph.vertices)]

    assert edges(later) == edges(at_once)
    assert later.texts == at_once.texts
    assert sizes(later) == sizes(at_once)
