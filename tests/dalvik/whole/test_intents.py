"""Links between components, by the constants that reach what is sent."""

import pytest

from affidavit.dalvik.framework import Framework
from affidavit.dalvik.lifecycles import LifecycleDocument, automaton
from affidavit.dalvik.models import ModelDocument, Models
from affidavit.dalvik.whole.entries import Declared, Filter
from affidavit.dalvik.whole.intents import Links, find_links
from affidavit.dalvik.whole.matching import DEFAULT
from affidavit.dalvik.whole.shapes import NodeKind
from affidavit.model.flow import Edge
from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import ACTIVITY, CREATE, INIT, MAIN, App, Asked, linked_of, main

S, I, C = "Ljava/lang/String;", "Landroid/content/Intent;", "Landroid/content/Context;"  # noqa: E741
OTHER = "Lx/Other;"
START = ("invoke-virtual", [14, 0], f"{MAIN}->startActivity({I})V")
NEW = ("new-instance", 0, I)
EMPTY = (NEW, ("invoke-direct", [0], f"{I}-><init>()V"))
LIST = "Ljava/util/ArrayList;"

MODELS = Models(
    [
        ModelDocument(
            "test",
            "none",
            {
                "android/content/Context": {
                    "startActivity/*": "launch activity 0",
                    "startActivities/*": "launch activity 0[*]",
                    "startService/1": "launch service 0",
                    "bindService/3": "launch bind 0; register 1",
                    "sendBroadcast/*": "launch receiver 0",
                },
                "android/app/Activity": {
                    "getIntent/0": "received == return",
                    "setResult/2": "result 1",
                    "startActivityForResult/*": "launch activity 0",
                },
                "android/content/Intent": {
                    "set*/*": "all -> this; this == return",
                    "putExtra/2": "1 == this[0]; this == return",
                },
                "java/util/List": {"add/1": "0 == this[+]", "get/1": "this[0] == return"},
            },
        )
    ],
    Framework.load(),
)
STATES = [
    automaton(LifecycleDocument("test", "none", kind, kind, (f"android/{class_}",), "made", (), tuple(lines)))
    for kind, class_, lines in (
        (
            "activity",
            "app/Activity",
            [
                "made -> here: onCreate(Landroid/os/Bundle;)V",
                f"here -> here: onNewIntent({I})V 0=intent",
                f"here -> here: onActivityResult(II{I})V 2=result-intent",
            ],
        ),
        ("receiver", "content/BroadcastReceiver", [f"made -> made: onReceive({C}{I})V 1=intent"]),
        ("service", "app/Service", [f"made -> made: onStartCommand({I}II)I 0=intent"]),
    )
]


def getter(name: str = OTHER, super_: str = ACTIVITY, **more) -> Class:
    """An activity that asks for its intent."""
    code = [("invoke-virtual", [14], f"{name}->getIntent(){I}"), ("move-result-object", 0), ("return-void",)]
    return Class(name, super_, methods=[INIT, Method("onCreate", CREATE, code=code)], **more)


def linked(*code, classes=(), declared=(), methods=(), fields=()) -> tuple[Asked, Links]:
    """The links of an app whose main activity runs the code."""
    all_ = (Declared("activity", MAIN), *(declared or (Declared("activity", OTHER),)))
    classes = classes or (getter(),)
    app = App(linked_of(main(*code, methods=methods, fields=fields), *classes), all_, models=MODELS)
    question = Asked(app)
    return question, find_links(question.objects, all_, STATES)


def told(question: Asked, links: Links) -> list[tuple[str, str, str]]:
    """Edges: method and role of the receiving node, and the constants."""
    code, found = question.sites.code, []
    for edge in links.edges:
        method = question.linked.method_text(int(code.method[edge.target]))
        kind = NodeKind(code.kind[edge.target])
        role = f"parameter {code.data[edge.target]}" if kind == NodeKind.PARAMETER else kind.name.lower()
        found.append((f"{method[0]}->{method[1]}", role, edge.text))
    return found


TO_OTHER = (f"{OTHER}->onCreate", "instruction", f"class {OTHER}")
EXPLICIT = {
    "constructor": [
        *(NEW, ("const-class", 1, OTHER)),
        ("invoke-direct", [0, 14, 1], f"{I}-><init>({C}Ljava/lang/Class;)V"),
    ],
    "setClass": [
        *EMPTY,
        ("const-class", 1, OTHER),
        ("invoke-virtual", [0, 14, 1], f"{I}->setClass({C}Ljava/lang/Class;){I}"),
    ],
    "setClassName": [
        *EMPTY,
        *(("const-string", 1, "x"), ("const-string", 2, "x.Other")),
        ("invoke-virtual", [0, 1, 2], f"{I}->setClassName({S}{S}){I}"),
    ],
    "setComponent": [
        *EMPTY,
        *(("new-instance", 3, "Landroid/content/ComponentName;"), ("const-string", 2, "x.Other")),
        ("invoke-direct", [3, 14, 2], f"Landroid/content/ComponentName;-><init>({C}{S})V"),
        ("invoke-virtual", [0, 3], f"{I}->setComponent(Landroid/content/ComponentName;){I}"),
    ],
    "put together": [
        *EMPTY,
        *(("const-string", 1, "x.Oth"), ("const-string", 2, "er")),
        *(("invoke-virtual", [1, 2], f"{S}->concat({S}){S}"), ("move-result-object", 2)),
        ("invoke-virtual", [0, 1, 2], f"{I}->setClassName({S}{S}){I}"),
    ],
    "copied": [
        *EMPTY,
        *(("const-class", 1, OTHER), ("invoke-virtual", [0, 14, 1], f"{I}->setClass({C}Ljava/lang/Class;){I}")),
        *(("move-object", 1, 0), NEW, ("invoke-direct", [0, 1], f"{I}-><init>({I})V")),
    ],
    "chained": [
        *EMPTY,
        *(("const-class", 1, OTHER), ("invoke-virtual", [0, 14, 1], f"{I}->setClass({C}Ljava/lang/Class;){I}")),
        ("move-result-object", 0),
    ],
    "by reflection's name": [
        *EMPTY,
        *(("const-string", 1, "x.Other"), ("invoke-static", [1], f"Ljava/lang/Class;->forName({S})Ljava/lang/Class;")),
        ("move-result-object", 1),
        ("invoke-virtual", [0, 14, 1], f"{I}->setClass({C}Ljava/lang/Class;){I}"),
    ],
    "out of a list": [
        *EMPTY,
        *(("const-class", 1, OTHER), ("invoke-virtual", [0, 14, 1], f"{I}->setClass({C}Ljava/lang/Class;){I}")),
        *(("new-instance", 2, LIST), ("invoke-direct", [2], f"{LIST}-><init>()V")),
        *(("invoke-virtual", [2, 0], f"{LIST}->add(Ljava/lang/Object;)Z"), ("const/4", 3, 0)),
        ("invoke-virtual", [2, 3], f"{LIST}->get(I)Ljava/lang/Object;"),
        *(("move-result-object", 0), ("check-cast", 0, I)),
    ],
}


@pytest.mark.parametrize("how", EXPLICIT)
def test_a_named_class_gets_the_intent(how):
    question, links = linked(*EXPLICIT[how], START)
    assert told(question, links) == [TO_OTHER]
    (send,) = links.sends
    assert (send.targets, send.explicit, send.unresolved) == ((OTHER,), True, False)
    assert {edge.edge for edge in links.edges} == {Edge.CHANNEL}


def test_the_intent_may_be_made_elsewhere():
    make = Method("make", f"(){I}", access=0x9, code=[*EXPLICIT["constructor"], ("return-object", 0)], registers=16)
    question, links = linked(
        *(
            ("invoke-static", [], f"{MAIN}->make(){I}"),
            ("move-result-object", 0),
            ("sput-object", 0, f"{MAIN}->kept:{I}"),
        ),
        *(("sget-object", 0, f"{MAIN}->kept:{I}"), START),
        methods=[make],
        fields=[Field("kept", I, 0x9)],
    )
    assert told(question, links) == [TO_OTHER]


def implicit(action: str, data: str = "") -> list:
    code = [*EMPTY, ("const-string", 1, action), ("invoke-virtual", [0, 1], f"{I}->setAction({S}){I}")]
    if data:
        code += [
            *(("const-string", 1, data), ("invoke-static", [1], f"Landroid/net/Uri;->parse({S})Landroid/net/Uri;")),
            *(("move-result-object", 1), ("invoke-virtual", [0, 1], f"{I}->setData(Landroid/net/Uri;){I}")),
        ]
    return code


def test_an_action_and_an_address_lead_to_the_filter_that_they_pass():
    go = Filter(("x.GO",), (DEFAULT,), ("scheme=http host=a",))
    declared = [
        Declared("activity", OTHER, filters=(go,)),
        Declared("activity", "Lx/Third;", filters=(Filter(("x.GO",), (DEFAULT,)),)),
    ]
    classes = (getter(), getter("Lx/Third;"))
    question, links = linked(*implicit("x.GO", "http://a/b"), START, classes=classes, declared=declared)
    assert told(question, links) == [(f"{OTHER}->onCreate", "instruction", "action x.GO, data http://a/b")]
    question, links = linked(*implicit("x.GO"), START, classes=classes, declared=declared)
    assert told(question, links) == [("Lx/Third;->onCreate", "instruction", "action x.GO")]
    assert not links.sends[0].explicit


def test_what_nothing_in_the_app_takes_is_unresolved():
    _, links = linked(*implicit("android.intent.action.SEND"), START)
    assert links.edges == []
    assert [send.text for send in links.unresolved] == ["action android.intent.action.SEND"]


def test_an_intent_of_others_may_go_anywhere():
    question, links = linked(("move-object", 0, 15), START, classes=(getter(), getter("Lx/Third;")), declared=(
        Declared("activity", OTHER), Declared("activity", "Lx/Third;"), Declared("service", "Lx/S;")))  # fmt: skip
    assert {where for where, *_ in told(question, links)} == {f"{OTHER}->onCreate", "Lx/Third;->onCreate"}
    assert not links.sends[0].complete


def test_receivers_and_services_get_it_as_a_parameter():
    done = [("return-void",)]
    receiver = Class(
        OTHER, "Landroid/content/BroadcastReceiver;", methods=[INIT, Method("onReceive", f"({C}{I})V", done)]
    )
    service = Class(
        "Lx/S;", "Landroid/app/Service;", methods=[INIT, Method("onStartCommand", f"({I}II)I", [("return", 0)])]
    )
    declared = (Declared("receiver", OTHER), Declared("service", "Lx/S;"))
    send = ("invoke-virtual", [14, 0], f"{MAIN}->sendBroadcast({I})V")
    question, links = linked(*EXPLICIT["setClass"], send, classes=(receiver, service), declared=declared)
    assert told(question, links) == [(f"{OTHER}->onReceive", "parameter 2", f"class {OTHER}")]
    assert [question.linked.method_text(call.target)[1] for call in links.calls] == ["onReceive"]
    start = ("invoke-virtual", [14, 0], f"{MAIN}->startService({I})Landroid/content/ComponentName;")
    to_service = [
        ("const-class", 1, "Lx/S;") if item == ("const-class", 1, OTHER) else item for item in EXPLICIT["setClass"]
    ]
    question, links = linked(*to_service, start, classes=(receiver, service), declared=declared)
    assert told(question, links) == [("Lx/S;->onStartCommand", "parameter 1", "class Lx/S;")]


def test_receivers_that_code_registers_are_found():
    filter_ = "Landroid/content/IntentFilter;"
    receiver = Class(
        "Lx/R;",
        "Landroid/content/BroadcastReceiver;",
        methods=[INIT, Method("onReceive", f"({C}{I})V", [("return-void",)])],
    )
    code = [
        *(("new-instance", 4, "Lx/R;"), ("invoke-direct", [4], "Lx/R;-><init>()V")),
        *(("new-instance", 5, filter_), ("invoke-direct", [5], f"{filter_}-><init>()V")),
        *(("const-string", 1, "x.GO"), ("invoke-virtual", [5, 1], f"{filter_}->addAction({S})V")),
        ("invoke-virtual", [14, 4, 5], f"{MAIN}->registerReceiver(Landroid/content/BroadcastReceiver;{filter_}){I}"),
    ]
    send = ("invoke-virtual", [14, 0], f"{MAIN}->sendBroadcast({I})V")
    question, links = linked(
        *code, *implicit("x.GO"), send, classes=(receiver,), declared=(Declared("activity", OTHER),)
    )
    assert told(question, links) == [("Lx/R;->onReceive", "parameter 2", "action x.GO")]
    question, links = linked(
        *code, *implicit("x.ELSE"), send, classes=(receiver,), declared=(Declared("activity", OTHER),)
    )
    assert links.unresolved


def test_a_result_goes_back_to_who_started_the_activity():
    answer = Class(
        OTHER,
        ACTIVITY,
        methods=[
            INIT,
            Method(
                "onCreate",
                CREATE,
                registers=16,
                code=[
                    *EMPTY,
                    ("const/4", 1, -1),
                    ("invoke-virtual", [14, 1, 0], f"{OTHER}->setResult(I{I})V"),
                    ("return-void",),
                ],
            ),
        ],
    )
    back = Method("onActivityResult", f"(II{I})V", code=[("return-void",)])
    ask = ("invoke-virtual", [14, 0, 1], f"{MAIN}->startActivityForResult({I}I)V")
    question, links = linked(*EXPLICIT["setClass"], ("const/4", 1, 1), ask, classes=(answer,), methods=[back])
    assert told(question, links) == [(f"{MAIN}->onActivityResult", "parameter 3", f"result for {MAIN}")]


def test_messages_of_messengers_arrive_at_their_handlers():
    messenger, message = "Landroid/os/Messenger;", "Landroid/os/Message;"
    handler = Class(
        "Lx/H;", "Landroid/os/Handler;", methods=[INIT, Method("handleMessage", f"({message})V", [("return-void",)])]
    )
    question, links = linked(
        *(("new-instance", 1, "Lx/H;"), ("invoke-direct", [1], "Lx/H;-><init>()V")),
        *(("new-instance", 2, messenger), ("invoke-direct", [2, 1], f"{messenger}-><init>(Landroid/os/Handler;)V")),
        *(("invoke-static", [], f"{message}->obtain(){message}"), ("move-result-object", 3)),
        ("invoke-virtual", [2, 3], f"{messenger}->send({message})V"),
        classes=(handler,),
    )
    assert [item[:2] for item in told(question, links)] == [("Lx/H;->handleMessage", "parameter 1")]


def test_a_binder_arrives_at_the_connection():
    binder, connection = "Landroid/os/IBinder;", "Landroid/content/ServiceConnection;"
    service = Class(
        "Lx/S;", "Landroid/app/Service;",
        methods=[INIT, Method("onBind", f"({I}){binder}", [("const/4", 0, 0), ("return-object", 0)])],
    )  # fmt: skip
    taken = Method("onServiceConnected", f"(Landroid/content/ComponentName;{binder})V", [("return-void",)])
    client = Class("Lx/Conn;", interfaces=[connection], methods=[INIT, taken])
    to_service = [
        ("const-class", 1, "Lx/S;") if item == ("const-class", 1, OTHER) else item for item in EXPLICIT["setClass"]
    ]
    question, links = linked(
        *to_service,
        *(("new-instance", 4, "Lx/Conn;"), ("invoke-direct", [4], "Lx/Conn;-><init>()V"), ("const/4", 5, 1)),
        ("invoke-virtual", [14, 0, 4, 5], f"{MAIN}->bindService({I}{connection}I)Z"),
        classes=(service, client),
        declared=(Declared("service", "Lx/S;"),),
    )
    assert ("Lx/Conn;->onServiceConnected", "parameter 2", "class Lx/S;") in told(question, links)
    (edge,) = [edge for edge in links.edges if question.sites.code.kind[edge.origin] == NodeKind.RETURN]
    assert question.linked.method_text(int(question.sites.code.method[edge.origin]))[1] == "onBind"


def test_calls_of_a_provider_arrive_by_authority():
    uri, values = "Landroid/net/Uri;", "Landroid/content/ContentValues;"
    provider = Class(
        "Lx/P;", "Landroid/content/ContentProvider;",
        methods=[INIT, Method("insert", f"({uri}{values}){uri}", [("const/4", 0, 0), ("return-object", 0)])],
    )  # fmt: skip
    resolver = "Landroid/content/ContentResolver;"
    question, links = linked(
        *(("const-string", 1, "content://x.auth/items"), ("invoke-static", [1], f"{uri}->parse({S}){uri}")),
        *(("move-result-object", 1), ("new-instance", 2, values), ("const/4", 3, 0)),
        *(("invoke-virtual", [3, 1, 2], f"{resolver}->insert({uri}{values}){uri}"), ("move-result-object", 4)),
        classes=(provider,),
        declared=(Declared("provider", "Lx/P;", authorities=("x.auth",)),),
    )
    found = told(question, links)
    assert ("Lx/P;->insert", "parameter 2", "authority x.auth") in found
    assert (f"{MAIN}->onCreate", "instruction", "authority x.auth") in found


def test_several_intents_in_an_array_are_all_sent():
    code = [
        *EXPLICIT["constructor"],
        *(("const/4", 5, 1), ("new-array", 6, 5, f"[{I}"), ("const/4", 5, 0), ("aput-object", 0, 6, 5)),
        ("invoke-virtual", [14, 6], f"{MAIN}->startActivities([{I})V"),
    ]
    question, links = linked(*code)
    assert told(question, links) == [TO_OTHER]


def test_a_getter_in_a_superclass_counts_for_all_below():
    base = getter("Lx/Base;")
    other = Class(OTHER, "Lx/Base;", methods=[INIT])
    question, links = linked(*EXPLICIT["setClass"], START, classes=(base, other))
    assert told(question, links) == [("Lx/Base;->onCreate", "instruction", f"class {OTHER}")]
