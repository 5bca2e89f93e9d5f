"""Flows of small apps, and the steps that show them: the checker, which shares nothing, has to accept each."""

import numpy as np

from affidavit.dalvik.whole.control import control_edges
from affidavit.dalvik.whole.witness import Limits
from affidavit.model.flow import Edge
from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import ACTIVITY, CREATE, INIT, MAIN, App, Asked, linked_of, main, take
from tests.dalvik.whole.flow_apps import FILL, USUAL, Solved, secret, solve, solved

S, O = "Ljava/lang/String;", "Ljava/lang/Object;"  # noqa: E741
B, L = "Ljava/lang/StringBuilder;", "Ljava/util/ArrayList;"
BOX = "Lx/Box;"
USED, SUNK = "use operand 0", "sink operand 0"


def said(*code, methods=(), classes=(), **more) -> list[list[str]]:
    return solved(main(*code, methods=methods, **more), *classes).said


def static(name: str, proto: str, *code, registers: int = 8) -> Method:
    return Method(name, proto, code=code, access=0x9, registers=registers)


def box(*methods: Method) -> Class:
    fields = [Field("value", O, access=0x1)]
    init = Method("<init>", code=[("return-void",)], access=0x10001)
    return Class(BOX, methods=[init, *methods], fields=fields)


def new_box(register: int):
    return (("new-instance", register, BOX), ("invoke-direct", [register], f"{BOX}-><init>()V"))


def test_a_result_goes_straight_to_the_sink():
    assert said(*secret(0), take(0)) == [["source result", USED, SUNK]]


def test_a_value_that_is_overwritten_goes_nowhere():
    assert said(*secret(0), ("const/4", 0, 0), take(0)) == []


def test_merges_are_no_steps():
    code = [("const/4", 0, 0), ("if-eqz", 14, ":on"), *secret(0), ":on", take(0)]
    assert said(*code, methods=[]) == [["source result", USED, SUNK]]


def test_a_cast_computes_its_result():
    (path,) = said(*secret(0), ("check-cast", 0, O), take(0))
    assert path == ["source result", USED, "compute result", USED, SUNK]


def test_a_call_and_its_return():
    methods = [static("same", f"({S}){O}", ("return-object", 7))]
    code = [*secret(0), ("invoke-static", [0], f"{MAIN}->same({S}){O}"), ("move-result-object", 1), take(1)]
    (path,) = said(*code, methods=methods)
    assert path == ["source result", USED, "call parameter 0", USED, "return result", USED, SUNK]


def test_a_return_leads_only_to_the_call_that_it_came_from():
    methods = [static("same", f"({O}){O}", ("return-object", 7))]
    same = f"{MAIN}->same({O}){O}"
    code = [
        *secret(0),
        *(("invoke-static", [0], same), ("move-result-object", 1)),
        *(("const-string", 2, "harmless"), ("invoke-static", [2], same), ("move-result-object", 3), take(3)),
    ]
    assert said(*code, methods=methods) == []


def test_fields_are_stored_and_loaded():
    code = [*new_box(1), *secret(0), ("iput-object", 0, 1, f"{BOX}->value:{O}")]
    code += [("iget-object", 2, 1, f"{BOX}->value:{O}"), take(2)]
    (path,) = said(*code, classes=[box()])
    name = f"field {BOX}->value:{O}"
    assert path == ["source result", USED, f"store {name}", "load result", USED, SUNK]


def test_static_fields_lead_from_method_to_method():
    methods = [
        Method("onStop", "()V", code=[("sget-object", 0, f"{MAIN}->kept:{O}"), take(0), ("return-void",)]),
    ]
    fields = [Field("kept", O, access=0x9)]
    (path,) = said(*secret(0), ("sput-object", 0, f"{MAIN}->kept:{O}"), methods=methods, fields=fields)
    assert path[2:4] == [f"store field {MAIN}->kept:{O}", "load result"]


def test_arrays_hold_what_is_put_into_them():
    code = [("const/4", 1, 1), ("new-array", 2, 1, f"[{O}"), *secret(0), ("const/4", 1, 0), ("aput-object", 0, 2, 1)]
    code += [("aget-object", 3, 2, 1), take(3)]
    (path,) = said(*code)
    steps = [USED, "element operand 1", "same result", USED, "compute result", USED]
    assert path == ["source result", *steps, SUNK]


def test_an_array_made_of_values():
    code = [*secret(0), ("filled-new-array", [0], f"[{O}"), ("move-result-object", 1), take(1)]
    assert said(*code) == [["source result", USED, "element result", USED, SUNK]]


def test_arithmetic_keeps_what_it_is_made_of():
    length = "Ljava/lang/String;->hashCode()I"
    code = [*secret(0), ("invoke-virtual", [0], length), ("move-result", 1), ("add-int/lit8", 2, 1, 7)]
    code += [("invoke-static", [2], "Ljava/lang/Integer;->valueOf(I)Ljava/lang/Integer;"), ("move-result-object", 3)]
    (path,) = said(*code, take(3))
    assert "compute result" in path


def test_a_builder_is_changed_and_read():
    code = [("new-instance", 1, B), ("invoke-direct", [1], f"{B}-><init>()V"), *secret(0)]
    code += [("invoke-virtual", [1, 0], f"{B}->append({S}){B}"), ("invoke-virtual", [1], f"{B}->toString(){S}")]
    (path,) = said(*code, ("move-result-object", 2), take(2))
    changed = ["use operand 1", "model operand 0", "same result"]
    assert path == ["source result", *changed, USED, "model result", USED, SUNK]


def test_a_callee_changes_the_object_of_its_caller():
    fill = static(
        "fill", f"({B}{S})V", ("invoke-virtual", [6, 7], f"{B}->append({S}){B}"), ("return-void",), registers=8
    )
    code = [("new-instance", 1, B), ("invoke-direct", [1], f"{B}-><init>()V"), *secret(0)]
    code += [("invoke-static", [1, 0], f"{MAIN}->fill({B}{S})V"), ("invoke-virtual", [1], f"{B}->toString(){S}")]
    (path,) = said(*code, ("move-result-object", 2), take(2), methods=[fill])
    assert path[2:8] == [
        *("call parameter 1", "use operand 1", "model operand 0"),
        *("same parameter 0", "same-argument operand 0", "same result"),
    ]


def test_an_object_changed_by_its_user_is_changed_in_the_field_it_came_from():
    get = Method("get", f"(){L}", code=[("iget-object", 0, 7, f"{BOX}->list:{L}"), ("return-object", 0)], registers=8)
    code = [
        *new_box(1),
        *(("new-instance", 2, L), ("invoke-direct", [2], f"{L}-><init>()V"), ("iput-object", 2, 1, f"{BOX}->list:{L}")),
        *secret(0),
        *(("invoke-virtual", [1], f"{BOX}->get(){L}"), ("move-result-object", 3)),
        ("invoke-virtual", [3, 0], f"{L}->add({O})Z"),
        *(("const/4", 4, 0), ("invoke-virtual", [2, 4], f"{L}->get(I){O}"), ("move-result-object", 5), take(5)),
    ]
    holder = Class(BOX, methods=[*box().methods, get], fields=[Field("list", L, access=0x1)])
    (path,) = said(*code, classes=[holder])
    assert {"same-result operand 0", f"same-field field {BOX}->list:{L}", "same-field operand 0"} <= set(path)


def test_what_is_thrown_arrives_where_it_is_caught():
    exception = "Ljava/lang/RuntimeException;"
    raise_ = Method(
        "fail",
        f"({S})V",
        code=[("new-instance", 0, exception), ("invoke-direct", [0, 7], f"{exception}-><init>({S})V"), ("throw", 0)],
        access=0x9,
        registers=8,
    )
    call = Method(
        "onStop",
        code=[
            *(":from", *secret(0), ("invoke-static", [0], f"{MAIN}->fail({S})V"), ":to", ("return-void",)),
            *(":caught", ("move-exception", 1), ("invoke-virtual", [1], f"{exception}->getMessage(){S}")),
            *(("move-result-object", 2), take(2), ("return-void",)),
        ],
        tries=[(":from", ":to", {exception: ":caught"})],
    )
    (path,) = said(methods=[raise_, call])
    at = path.index("throw exception")
    assert path[at - 1 : at + 2] == [USED, "throw exception", "throw result"]


def test_an_operand_that_the_source_fills():
    code = [("const/4", 1, 4), ("new-array", 0, 1, "[C"), ("invoke-static", [0], FILL), take(0)]
    assert said(*code) == [["source operand 0", "same result", USED, SUNK]]


def test_preferences_by_key():
    editor, preferences = "Landroid/content/SharedPreferences$Editor;", "Landroid/content/SharedPreferences;"

    def put(key: str):
        return [("const-string", 1, key), ("invoke-interface", [5, 1, 0], f"{editor}->putString({S}{S}){editor}")]

    def get(key: str):
        read = ("invoke-interface", [6, 1, 1], f"{preferences}->getString({S}{S}){S}")
        return [("const-string", 1, key), read, ("move-result-object", 2), take(2)]

    start = [("const/4", 5, 0), ("const/4", 6, 0), *secret(0)]
    (path,) = said(*start, *put("id"), *get("id"))
    assert path[2:4] == ["model @preferences['id']", "model result"]
    assert said(*start, *put("id"), *get("colour")) == []
    unknown = [("invoke-virtual", [14], "Lx/Main;->toString()Ljava/lang/String;"), ("move-result-object", 1)]
    open_ = [
        ("invoke-interface", [6, 1, 1], f"{preferences}->getString({S}{S}){S}"),
        ("move-result-object", 2),
        take(2),
    ]
    assert len(said(*start, *put("id"), *unknown, *open_)) == 1


def test_the_platform_calls_what_it_was_given():
    task = "Lx/Task;"
    background = Method(
        "doInBackground",
        f"([{O}){O}",
        code=[("const/4", 0, 0), ("aget-object", 1, 7, 0), take(1), ("return-object", 1)],
        registers=8,
    )
    class_ = Class(
        task, "Landroid/os/AsyncTask;", methods=[Method("<init>", code=[("return-void",)], access=0x10001), background]
    )
    code = [*secret(0), ("new-instance", 1, task), ("invoke-direct", [1], f"{task}-><init>()V")]
    code += [("filled-new-array", [0], f"[{O}"), ("move-result-object", 2)]
    code += [("invoke-virtual", [1, 2], f"Landroid/os/AsyncTask;->execute([{O})Landroid/os/AsyncTask;")]
    (path,) = said(*code, classes=[class_])
    assert "callback parameter 1" in path


def test_pairs_are_bounded_and_what_is_left_out_is_said():
    code = [*secret(0), *([take(0)] * 5)]
    few = solved(main(*code), limits=Limits(pairs_of_source=2))
    assert len(few.found.candidates) == 2
    assert [(item.kind, item.count) for item in few.found.limitations] == [("flows/too-many-pairs", 3)]
    assert few.found.limitations[0].detail.startswith("5 pairs of a source and a sink have a path; 2 of them were")


def test_every_source_finds_as_many_paths_as_the_others():
    code = [*secret(0), *secret(1), *([take(0)] * 9), *([take(1)] * 9)]
    few = solved(main(*code), limits=Limits(pairs=2))
    assert [len({way.source for way in few.found.candidates}), few.found.limitations[0].count] == [2, 16]


def over_branches(*classes: Class, limits: Limits = USUAL) -> Solved:
    """Flows of an app, those over branches of all its methods included."""
    asked = Asked(App(linked_of(*classes)))
    methods = np.unique(asked.calls.code.method).tolist()
    return solve(asked, list(control_edges(asked.values, methods)), limits)


def test_pairs_over_branches_are_bounded_on_their_own():
    made = main(*secret(0), ("if-eqz", 0, ":on"), *([take(15)] * 5), ":on", take(0))
    found = over_branches(made, limits=Limits(implicit_of_source=2))
    assert [item.implicit for item in found.found.candidates] == [True, True, False]
    assert [item.count for item in found.found.limitations] == [3]
    assert found.refusals() == []
    assert len(over_branches(made, limits=Limits(implicit=1)).found.candidates) == 2
    assert len(over_branches(made).found.candidates) == 6


def test_a_call_does_not_decide_that_it_runs():
    """It answers yes or no, which its operands decide; that it is made, they do not."""
    code = [*secret(0), ("invoke-static", [15, 0], f"Lout/Sink;->take({O}{S})Z"), ("move-result", 1)]
    assert over_branches(main(*code)).said == []


def test_a_branch_changes_only_what_a_library_changes():
    code = [*secret(0), ("new-instance", 1, B), ("invoke-direct", [1], f"{B}-><init>()V"), ("if-eqz", 0, ":on")]
    code += [("invoke-virtual", [1, 15], f"{B}->append({O}){B}"), ":on", take(1)]
    (path,) = over_branches(main(*code)).said
    assert path == ["source result", USED, "control operand 0", "same result", USED, SUNK]
    length = [*code[:-3], ("invoke-virtual", [1], f"{B}->length()I"), ":on", take(1)]
    assert over_branches(main(*length)).said == []


KEPT = f"{MAIN}->kept:I"
SHOWN = (("sget", 3, KEPT), ("invoke-static", [3], f"Ljava/lang/String;->valueOf(I){S}"), ("move-result-object", 4))


def test_a_branch_decides_the_write_on_one_side_of_it_and_not_the_nearest_one():
    code = [*secret(0), ("const/4", 2, 1), ("if-eqz", 0, ":far")]
    code += [
        ":both",
        ("sput", 2, KEPT),
        *SHOWN,
        take(4),
        ("return-void",),
        ":far",
        ("sput", 2, KEPT),
        ("goto", ":both"),
    ]
    found = over_branches(main(*code, fields=[Field("kept", "I", access=0x9)]))
    (path,) = found.said
    assert path[2:4] == ["control operand 0", f"store field {KEPT}"]
    assert found.refusals() == []


def test_a_call_that_may_throw_decides_a_write_and_is_none():
    code = [*secret(0), ("const/4", 2, 1), ("if-eqz", 0, ":end"), ":try"]
    code += [("invoke-static", [0], f"Ljava/lang/Integer;->parseInt({S})I")]
    code += [("sput", 2, KEPT), ":end", *SHOWN, take(4), ("return-void",), ":catch", ("goto", ":end")]
    tries = [(":try", ":end", {None: ":catch"})]
    create = Method("onCreate", CREATE, code=[*code, ("return-void",)], tries=tries, registers=16)
    found = over_branches(Class(MAIN, ACTIVITY, methods=[INIT, create], fields=[Field("kept", "I", access=0x9)]))
    (path,) = found.said
    assert path[2:4] == ["control operand 0", f"store field {KEPT}"]
    assert found.refusals() == []


def test_what_a_branch_decides_to_return_is_on_one_side_of_it():
    choose = [("if-eqz", 15, ":far"), ":both", ("const/4", 0, 1), ("return", 0)]
    choose += [":far", ("if-eqz", 14, ":both"), ("const/4", 0, 0), ("return", 0)]
    methods = [static("choose", f"(I{S})I", *choose, registers=16)]
    code = [*secret(0), ("const/4", 2, 1), ("invoke-static", [2, 0], f"{MAIN}->choose(I{S})I"), ("move-result", 3)]
    found = over_branches(main(*code, *SHOWN[1:], take(4), methods=methods))
    assert found.said
    assert found.refusals() == []


def test_searches_are_bounded():
    two = solved(main(*secret(0), take(0), *secret(1), take(1)), limits=Limits(work=0))
    assert [item.kind for item in two.found.limitations] == ["flows/too-many-sources"]
    assert len(two.found.candidates) == 1


def test_long_paths_are_left_out():
    code = [*secret(0), *([("check-cast", 0, O)] * 9), take(0)]
    none = solved(main(*code), limits=Limits(links=8))
    assert [item.kind for item in none.found.limitations] == ["flows/path-too-long"]
    assert none.found.candidates == ()


def test_without_room_for_contexts_more_is_found_and_it_is_said():
    methods = [static("same", f"({O}){O}", ("return-object", 7))]
    same = f"{MAIN}->same({O}){O}"
    code = [
        *(*secret(0), ("invoke-static", [0], same), ("move-result-object", 1), take(1)),
        *(("const-string", 2, "harmless"), ("invoke-static", [2], same), ("move-result-object", 3), take(3)),
    ]
    assert len(solved(main(*code, methods=methods)).found.candidates) == 1
    coarse = solved(main(*code, methods=methods), limits=Limits(paths=1))
    assert [item.kind for item in coarse.found.limitations] == ["flows/contexts-not-matched"]
    assert len(coarse.found.candidates) == 2


def test_every_kind_of_edge_has_a_number():
    from affidavit.dalvik.whole.edges import EDGES, KIND, NUMBER

    assert [EDGES[NUMBER[edge]] for edge in Edge] == list(Edge)
    assert len(EDGES) < KIND
    words = ("use", "compute", "call", "return", "store", "load", "element")
    assert [NUMBER[Edge(word)] for word in words] == list(range(1, 8))
    assert [NUMBER[Edge(word)] for word in ("throw", "same", "same-argument", "same-result", "same-field")] == [
        12,
        14,
        15,
        16,
        17,
    ]
