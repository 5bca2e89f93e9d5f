"""The parts of the search put together: calls that reflection and intents add, what the manifest and resources say."""

from types import SimpleNamespace

import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.program import Program
from affidavit.dalvik.whole.entries import Declared, Filter
from affidavit.dalvik.whole.layouts import Layout
from affidavit.dalvik.whole.shapes import How
from affidavit.dalvik.whole.witness import Limits
from affidavit.facts import flow_search
from affidavit.facts.flow_search import Inputs, Reading, Search, link, read_calls, search
from affidavit.model.errors import BudgetError
from affidavit.model.flow import Edge
from tests.builders.dex import Class, Method
from tests.facts.flow_small import ACTIVITY, CREATE, INIT, LOG, MAIN, READ, SEND, S, create, dex, leaking, main

USUAL = Inputs((Declared("activity", MAIN),))
OTHER = "Lorg/example/app/Other;"
INTENT = "Landroid/content/Intent;"
RESULT = ("move-result-object", 2)


def nothing() -> None:
    """The clock that never runs out."""


def linked_of(*classes: Class):
    return link(Program([read_dex("classes.dex", dex(*classes))]), nothing)


def reading(*classes: Class, inputs: Inputs = USUAL) -> Reading:
    return read_calls(linked_of(*classes), inputs, nothing)


def searched(*classes: Class, inputs: Inputs = USUAL, limits: Limits | None = None) -> Search:
    linked = linked_of(*classes)
    return search(linked, inputs, read_calls(linked, inputs, nothing), limits or Limits(), nothing)


def names(found: Reading) -> set[str]:
    """Methods that are reached."""
    linked = found.values.sites.linked
    return {
        "->".join(linked.method_text(number)[:2])
        for number in range(len(linked.method_unit))
        if found.calls.reached[number]
    }


def ends(found: Search) -> list[tuple[str, str]]:
    """Methods of source and sink of each candidate."""
    apis = found.points.apis
    return [(apis[item.source.node], apis[item.sink.node]) for item in found.found]


def test_a_source_a_sink_and_a_path_make_a_candidate():
    found = searched(main(leaking(), SEND))
    assert ends(found) == [(READ, LOG)]
    assert found.limitations == []
    assert not found.found[0].implicit


def test_without_declared_components_nothing_is_found():
    found = searched(main(leaking(), SEND), inputs=Inputs((Declared("service", OTHER),)))
    assert (found.found, len(found.calls.entries)) == ((), 0)


def test_a_handler_of_clicks_that_a_layout_names_is_entered():
    click = Method("tell", "(Landroid/view/View;)V", code=list(leaking().code or ()), registers=8)
    begins = Method("onCreate", CREATE, code=[("return-void",)], registers=2)
    layout = Layout("res/layout/a.xml", clicks=("tell",))
    with_layout = Inputs((Declared("activity", MAIN),), (layout,))
    assert ends(searched(main(begins, click, SEND))) == []
    assert ends(searched(main(begins, click, SEND), inputs=with_layout)) == [(READ, LOG)]


def reflecting(name: str) -> list[object]:
    """Instructions that make an object of a class by its name and call ``run`` by its name."""
    return [
        ("const-string", 3, name),
        ("invoke-static", [3], f"Ljava/lang/Class;->forName({S})Ljava/lang/Class;"),
        ("move-result-object", 3),
        ("invoke-virtual", [3], "Ljava/lang/Class;->newInstance()Ljava/lang/Object;"),
        ("move-result-object", 4),
        ("check-cast", 4, "Ljava/lang/Runnable;"),
        ("invoke-interface", [4], "Ljava/lang/Runnable;->run()V"),
    ]


def other(*code: object, super_: str = "Ljava/lang/Object;") -> Class:
    run = Method("run", code=[*code, ("return-void",)], registers=8)
    return Class(OTHER, super_, methods=[INIT, run], interfaces=["Ljava/lang/Runnable;"])


def test_a_class_that_is_made_by_a_constant_name_widens_the_calls():
    found = reading(main(create(*reflecting("org.example.app.Other"))), other())
    assert f"{OTHER}->run" in names(found)


def test_a_class_that_is_named_by_nothing_is_not_reached():
    found = reading(main(create(*reflecting("org.example.app.Missing"))), other())
    assert f"{OTHER}->run" not in names(found)


def sending(component: str) -> Class:
    """The activity starts another one and hands the device id to it."""
    return main(
        create(
            *(("invoke-virtual", [0], READ), RESULT),
            *(("new-instance", 3, INTENT), ("const-class", 4, component)),
            ("invoke-direct", [3, 6, 4], f"{INTENT}-><init>(Landroid/content/Context;Ljava/lang/Class;)V"),
            *(("const-string", 5, "id"), ("invoke-virtual", [3, 5, 2], f"{INTENT}->putExtra({S}{S}){INTENT}")),
            ("invoke-virtual", [6, 3], f"{MAIN}->startActivity({INTENT})V"),
        )
    )


def receiving(key: str = "id") -> Class:
    """An activity that logs an extra of its intent."""
    code = [
        ("invoke-virtual", [6], f"{OTHER}->getIntent(){INTENT}"),
        *(("move-result-object", 0), ("const-string", 1, key)),
        ("invoke-virtual", [0, 1], f"{INTENT}->getStringExtra({S}){S}"),
        *(RESULT, ("invoke-static", [1, 2], LOG), ("return-void",)),
    ]
    return Class(OTHER, ACTIVITY, methods=[INIT, Method("onCreate", CREATE, code=code, registers=8)])


BOTH = Inputs((Declared("activity", MAIN), Declared("activity", OTHER)))


def test_data_goes_with_an_intent_to_another_component():
    found = searched(sending(OTHER), receiving(), inputs=BOTH)
    assert (READ, LOG) in ends(found)


def test_an_intent_to_a_component_that_is_not_declared_goes_nowhere():
    found = searched(sending("Lorg/example/app/Gone;"), receiving(), inputs=BOTH)
    assert (READ, LOG) not in ends(found)


def test_the_answer_does_not_depend_on_how_often_it_is_asked():
    classes = sending(OTHER), receiving()
    assert searched(*classes, inputs=BOTH).found == searched(*classes, inputs=BOTH).found


def test_what_a_branch_on_the_data_decides_is_an_implicit_candidate():
    code = [
        *(("invoke-virtual", [0], READ), RESULT),
        ("const-string", 4, "none"),
        ("invoke-virtual", [2, 4], f"{S}->equals(Ljava/lang/Object;)Z"),
        *(("move-result", 3), ("if-eqz", 3, ":past")),
        *(("invoke-static", [4, 4], LOG), ":past"),
    ]
    found = searched(main(create(*code)))
    assert {item.implicit for item in found.found} == {True}


def test_an_action_that_no_component_takes_leaves_the_app():
    code = [
        *(("invoke-virtual", [0], READ), RESULT),
        *(("new-instance", 3, INTENT), ("const-string", 4, "other.app.GO")),
        *(("invoke-direct", [3, 4], f"{INTENT}-><init>({S})V"), ("const-string", 5, "id")),
        ("invoke-virtual", [3, 5, 2], f"{INTENT}->putExtra({S}{S}){INTENT}"),
        ("invoke-virtual", [6, 3], f"{MAIN}->sendBroadcast({INTENT})V"),
    ]
    filters = (Filter(("other.app.STOP",)),)
    found = searched(main(create(*code)), inputs=Inputs((Declared("activity", MAIN, filters=filters),)))
    known = {item.sink.what for item in found.found}
    assert len(known) == 1
    assert next(iter(known)).startswith("ipc/")


def test_a_text_of_the_resources_is_a_value():
    code = [("const", 3, 0x7F010000), ("invoke-virtual", [6, 3], f"{MAIN}->getString(I){S}"), ("move-result-object", 3),
            ("invoke-static", [3, 3], LOG)]  # fmt: skip
    inputs = Inputs((Declared("activity", MAIN),), text={0x7F010000: "https://x.example/"}.get)
    found = reading(main(create(*code)), inputs=inputs)
    (node,) = found.values.sites.outside(lambda callee: callee.name == "i")
    operand = found.values.sites.code.operands(node)[0]
    assert found.values.text(found.values.of(operand)) == "https://x.example/"


def test_a_path_that_is_too_long_becomes_a_limitation():
    found = searched(main(leaking(), SEND), limits=Limits(links=0))
    assert found.found == ()
    assert [item.kind for item in found.limitations] == ["flows/path-too-long"]


def test_the_clock_ends_the_search():
    def ends_now() -> None:
        raise BudgetError("time ran out", advice="allow more")

    linked = linked_of(main(leaking(), SEND))
    with pytest.raises(BudgetError):
        read_calls(linked, USUAL, ends_now)


def test_calls_say_how_they_come_about():
    found = reading(main(create(*reflecting("org.example.app.Other"))), other())
    assert How.REFLECT in {How(int(how)) for how in found.calls.how}
    assert {edge.edge for edge in found.reflected.edges} == {Edge.REFLECT}


def test_methods_whose_branches_data_reaches_stay_when_branches_lead_to_many_more(monkeypatch):
    answers, taken = iter([[7], [1, 2, 3, 7], [1, 2, 3]]), []
    graph = SimpleNamespace(tail=[])
    monkeypatch.setattr(flow_search, "METHODS", 3)
    monkeypatch.setattr(flow_search, "deciding_methods", lambda *_: next(answers))
    monkeypatch.setattr(flow_search, "control_edges", lambda _, methods: methods)
    monkeypatch.setattr(flow_search, "build_graph", lambda *_: graph)
    monkeypatch.setattr(flow_search, "extended", lambda _, edges: (taken.append(list(edges)), graph)[1])
    reading = SimpleNamespace(calls=None, values=SimpleNamespace(key=None))
    _, bounded = flow_search._with_branches(None, reading, SimpleNamespace(sources=()), (), lambda: None)
    assert taken == [[7], [1, 2, 7]]
    assert bounded
