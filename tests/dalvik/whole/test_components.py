"""Which components there are, and which nodes receive what is sent to them."""

from affidavit.dalvik.lifecycles import lifecycles
from affidavit.dalvik.whole.components import Components
from affidavit.dalvik.whole.entries import Declared
from tests.builders.dex import Class, Method
from tests.dalvik.whole.apps import ACTIVITY, CREATE, INIT, MAIN, App, Asked, linked_of, main

I, C = "Landroid/content/Intent;", "Landroid/content/Context;"  # noqa: E741
RECEIVER, FILTER = "Landroid/content/BroadcastReceiver;", "Landroid/content/IntentFilter;"


def getter(written: str, register: int) -> list:
    return [("invoke-virtual", [register], f"{written}->getIntent(){I}"), ("move-result-object", 0)]


def activity(name: str, *code, super_: str = ACTIVITY) -> Class:
    return Class(name, super_, methods=[INIT, Method("onCreate", CREATE, code=[*code, ("return-void",)])])


def components(*classes: Class, declared=()) -> tuple[Asked, Components]:
    all_ = (Declared("activity", MAIN), *declared)
    question = Asked(App(linked_of(*classes), all_))
    return question, Components(question.objects, all_, lifecycles())


def callers(question: Asked, nodes: list[int]) -> list[str]:
    return sorted(question.linked.method_text(question.sites.method[node])[0] for node in nodes)


def test_a_getter_on_a_class_counts_for_it_and_what_is_below():
    base = activity("Lx/Base;", *getter("Lx/Base;", 14))
    sub = Class("Lx/Sub;", "Lx/Base;", methods=[INIT])
    question, found = components(main(*getter(MAIN, 14)), base, sub, declared=[Declared("activity", "Lx/Sub;")])
    linked = question.linked
    assert callers(question, found.received(linked.type_of(MAIN))) == [MAIN]
    assert callers(question, found.received(linked.type_of("Lx/Sub;"))) == ["Lx/Base;"]


def test_a_getter_written_on_the_framework_s_class_counts_where_it_is():
    question, found = components(
        main(*getter(ACTIVITY, 14)), activity("Lx/O;"), declared=[Declared("activity", "Lx/O;")]
    )
    linked = question.linked
    assert callers(question, found.received(linked.type_of(MAIN))) == [MAIN]
    assert found.received(linked.type_of("Lx/O;")) == []


def test_a_getter_of_a_helper_counts_for_every_component():
    code = [*getter(ACTIVITY, 15), ("return-void",)]
    helper = Class("Lx/H;", methods=[Method("read", f"({ACTIVITY})V", code=code, access=0x9)])
    call = ("invoke-static", [14], f"Lx/H;->read({ACTIVITY})V")
    question, found = components(main(call), helper, activity("Lx/O;"), declared=[Declared("activity", "Lx/O;")])
    for name in (MAIN, "Lx/O;"):
        assert callers(question, found.received(question.linked.type_of(name))) == ["Lx/H;"]


def test_parameters_that_the_platform_fills_are_found():
    receive = Method("onReceive", f"({C}{I})V", code=[("return-void",)])
    receiver = Class("Lx/R;", RECEIVER, methods=[INIT, receive])
    question, found = components(main(), receiver, declared=[Declared("receiver", "Lx/R;")])
    type_ = question.linked.type_of("Lx/R;")
    (gift,) = found.given(type_, "intent")
    assert question.linked.method_text(gift.method)[1] == "onReceive"
    assert gift.node == question.sites.parameter(gift.method, 2)
    assert found.given(type_, "message") == []
    assert found.given(-1, "intent") == []


def test_receivers_registered_in_code_are_declared():
    code = [
        *(("new-instance", 1, "Lx/R;"), ("invoke-direct", [1], "Lx/R;-><init>()V"), ("const-string", 3, "x.GO")),
        *(("new-instance", 2, FILTER), ("invoke-direct", [2, 3], f"{FILTER}-><init>(Ljava/lang/String;)V")),
        ("invoke-virtual", [14, 1, 2], f"{MAIN}->registerReceiver({RECEIVER}{FILTER}){I}"),
    ]
    _, found = components(main(*code), Class("Lx/R;", RECEIVER, methods=[INIT]))
    (receiver,) = [item for item in found.declared if item.kind == "receiver"]
    assert receiver.component == "Lx/R;"
    assert [item.actions for item in receiver.filters] == [("x.GO",)]


def test_a_method_belongs_to_the_component_around_it():
    inner = Class("Lx/Main$1;", methods=[Method("run", code=[("return-void",)], access=0x9)])
    call = ("invoke-static", [], "Lx/Main$1;->run()V")
    question, found = components(main(call), inner, activity("Lx/O;"), declared=[Declared("activity", "Lx/O;")])
    linked = question.linked
    run = linked.find_method(linked.type_of("Lx/Main$1;"), "run")
    create = linked.find_method(linked.type_of("Lx/O;"), "onCreate")
    assert found.holder(run, "activity") == [linked.type_of(MAIN)]
    assert found.holder(create, "activity") == [linked.type_of("Lx/O;")]
    assert found.holder(create, "service") == []
