"""Reflective calls whose class and method are constants."""

import pytest

from affidavit.dalvik.whole.reflection import Reflected, ReflectiveCall, find_reflection
from affidavit.dalvik.whole.shapes import How, NodeKind
from affidavit.model.flow import Edge
from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import INIT, MAIN, Asked, asked, main

S, O, K = "Ljava/lang/String;", "Ljava/lang/Object;", "Ljava/lang/Class;"  # noqa: E741
METHOD, CONSTRUCTOR, FIELD = (f"Ljava/lang/reflect/{name};" for name in ("Method", "Constructor", "Field"))
INVOKE = ("invoke-virtual", [3, 2, 4], f"{METHOD}->invoke({O}[{O}){O}")
BY_NAME = [
    *(("const-string", 0, "x.A"), ("invoke-static", [0], f"{K}->forName({S}){K}"), ("move-result-object", 1)),
    *(("invoke-virtual", [1], f"{K}->newInstance(){O}"), ("move-result-object", 2)),
]
NO_TYPES = [("const/4", 5, 0), ("new-array", 5, 5, f"[{K}")]
NO_ARGUMENTS = [("const/4", 4, 0), ("new-array", 4, 4, f"[{O}")]
ONE_TYPE = [
    ("const/4", 6, 1),
    ("new-array", 5, 6, f"[{K}"),
    ("const/4", 6, 0),
    ("const-class", 7, S),
    ("aput-object", 7, 5, 6),
]
ONE_ARGUMENT = [
    *(("const/4", 6, 1), ("new-array", 4, 6, f"[{O}"), ("const/4", 6, 0), ("const-string", 7, "v")),
    ("aput-object", 7, 4, 6),
]


def get_method(name: str, getter: str = "getMethod") -> list:
    return [
        ("const-string", 0, name),
        ("invoke-virtual", [1, 0, 5], f"{K}->{getter}({S}[{K}){METHOD}"),
        ("move-result-object", 3),
    ]


def target(*methods: Method, name: str = "Lx/A;", super_: str = O, **more) -> Class:
    return Class(name, super_, methods=[INIT, *methods], **more)


def own(name: str, proto: str = f"({S}){S}", access: int = 0x1) -> Method:
    return Method(name, proto, code=[("const/4", 0, 0), ("return-object", 0)], access=access)


def found(*code, classes=(), rounds: int = 2, **more) -> tuple[Asked, Reflected]:
    """What reflection does, the second round knowing what the first one found."""
    question = asked(main(*code, **more), *(classes or (target(own("set")),)))
    reflected = find_reflection(question.objects)
    for _ in range(rounds - 1):
        question = asked(
            main(*code, **more),
            *(classes or (target(own("set")),)),
            calls=reflected.calls,
            instantiated=reflected.instantiated,
        )
        reflected = find_reflection(question.objects)
    return question, reflected


def called(question: Asked, reflected: Reflected) -> list[str]:
    assert {call.how for call in reflected.calls} <= {How.REFLECT}
    return ["->".join(question.linked.method_text(call.target)[:2]) for call in reflected.calls]


def ends(question: Asked, reflected: Reflected) -> list[tuple[str, str]]:
    """Origin and target of each edge that carries values."""
    assert {edge.edge for edge in reflected.edges} <= {Edge.REFLECT}
    return [
        (role(question, edge.origin), role(question, edge.target))
        for edge in reflected.edges
        if not edge.origin_changed
    ]


def role(question: Asked, node: int) -> str:
    code = question.sites.code
    if node >= len(code.kind):
        return question.linked.field_text(node - len(code.kind))
    kind = NodeKind(code.kind[node])
    if kind == NodeKind.INSTRUCTION:
        return f"{code.opcode[node]:#x}"
    method = question.linked.method_text(int(code.method[node]))[1]
    return (
        f"{method} {kind.name.lower()} {code.data[node]}"
        if kind == NodeKind.PARAMETER
        else f"{method} {kind.name.lower()}"
    )


def test_a_class_by_name_is_made_and_its_constructor_runs():
    question, reflected = found(*BY_NAME)
    assert called(question, reflected) == ["Lx/A;-><init>"]
    assert [question.linked.types[number] for number in reflected.instantiated] == ["Lx/A;"]
    assert reflected.unknown == []


def test_a_method_by_name_is_run_with_receiver_and_arguments():
    question, reflected = found(*BY_NAME, *ONE_TYPE, *get_method("set"), *ONE_ARGUMENT, INVOKE)
    assert called(question, reflected) == ["Lx/A;-><init>", "Lx/A;->set"]
    assert ends(question, reflected) == [
        ("0x6e", "set parameter 0"),
        ("0x23", "set parameter 1"),
        ("set return", "0x6e"),
    ]
    assert {edge.text for edge in reflected.edges if edge.site != edge.target} >= {"method Lx/A;->set"}


@pytest.mark.parametrize("getter", ["getMethod", "getDeclaredMethod"])
def test_parameter_types_tell_overloads_apart(getter):
    classes = (target(own("set"), own("set", f"(I){S}"), own("other")),)
    question, reflected = found(*BY_NAME, *ONE_TYPE, *get_method("set", getter), *ONE_ARGUMENT, INVOKE, classes=classes)
    protos = [question.linked.method_text(call.target)[2] for call in reflected.calls]
    assert protos == ["()V", f"({S}){S}"]


def test_types_that_are_not_constant_leave_all_overloads():
    classes = (target(own("set"), own("set", f"(I){S}")),)
    code = [*BY_NAME, ("move-object", 5, 15), *get_method("set"), *ONE_ARGUMENT, INVOKE]
    question, reflected = found(*code, classes=classes)
    assert called(question, reflected) == ["Lx/A;-><init>", "Lx/A;->set", "Lx/A;->set"]


def test_a_method_of_a_superclass_is_found():
    classes = (target(super_="Lx/Base;"), target(own("get", f"(){S}"), name="Lx/Base;"))
    question, reflected = found(*BY_NAME, *NO_TYPES, *get_method("get"), *NO_ARGUMENTS, INVOKE, classes=classes)
    assert "Lx/Base;->get" in called(question, reflected)


def test_what_overrides_the_method_in_the_receiver_s_class_runs():
    classes = (target(own("get", f"(){S}")), target(own("get", f"(){S}"), name="Lx/Sub;", super_="Lx/A;"))
    code = [
        *(("const-class", 1, "Lx/A;"), ("new-instance", 2, "Lx/Sub;"), ("invoke-direct", [2], "Lx/Sub;-><init>()V")),
        *(*NO_TYPES, *get_method("get"), *NO_ARGUMENTS, INVOKE),
    ]
    question, reflected = found(*code, classes=classes)
    assert called(question, reflected) == ["Lx/Sub;->get"]


def test_static_methods_have_no_receiver():
    classes = (target(own("make", access=0x9)),)
    code = [("const-class", 1, "Lx/A;"), ("const/4", 2, 0), *ONE_TYPE, *get_method("make"), *ONE_ARGUMENT, INVOKE]
    question, reflected = found(*code, classes=classes)
    assert ends(question, reflected) == [("0x23", "make parameter 0"), ("make return", "0x6e")]


def test_get_class_of_an_object_names_its_class():
    code = [
        *(("new-instance", 2, "Lx/A;"), ("invoke-direct", [2], "Lx/A;-><init>()V")),
        *(("invoke-virtual", [2], f"{O}->getClass(){K}"), ("move-result-object", 1)),
        *(*ONE_TYPE, *get_method("set"), *ONE_ARGUMENT, INVOKE),
    ]
    question, reflected = found(*code)
    assert called(question, reflected) == ["Lx/A;->set"]


def test_constructors_take_arguments():
    classes = (Class("Lx/A;", methods=[Method("<init>", f"({S})V", code=[("return-void",)], access=0x10001)]),)
    code = [
        *(("const-class", 1, "Lx/A;"), *ONE_TYPE),
        *(("invoke-virtual", [1, 5], f"{K}->getConstructor([{K}){CONSTRUCTOR}"), ("move-result-object", 3)),
        *(*ONE_ARGUMENT, ("invoke-virtual", [3, 4], f"{CONSTRUCTOR}->newInstance([{O}){O}"), ("move-result-object", 2)),
    ]
    question, reflected = found(*code, classes=classes)
    assert called(question, reflected) == ["Lx/A;-><init>"]
    assert ends(question, reflected) == [("0x23", "<init> parameter 1")]
    assert any(edge.origin_changed and edge.target_changed for edge in reflected.edges)


def test_fields_are_read_and_written():
    classes = (target(fields=[Field("f", S)]),)
    get_field = [
        *(("const-class", 1, "Lx/A;"), ("const-string", 0, "f")),
        *(("invoke-virtual", [1, 0], f"{K}->getDeclaredField({S}){FIELD}"), ("move-result-object", 3)),
        *(("new-instance", 2, "Lx/A;"), ("const-string", 4, "v"), ("iput-object", 4, 2, f"Lx/A;->f:{S}")),
    ]
    code = [
        *(*get_field, ("invoke-virtual", [3, 2, 4], f"{FIELD}->set({O}{O})V")),
        *(("invoke-virtual", [3, 2], f"{FIELD}->get({O}){O}"), ("move-result-object", 5)),
    ]
    question, reflected = found(*code, classes=classes)
    assert ends(question, reflected) == [("0x1a", f"Lx/A;->f:{S}"), (f"Lx/A;->f:{S}", "0x6e")]


def test_calls_of_the_platform_are_listed():
    code = [
        *(("const-string", 0, "android.telephony.TelephonyManager"), ("invoke-static", [0], f"{K}->forName({S}){K}")),
        *(
            ("move-result-object", 1),
            ("move-object", 2, 15),
            *NO_TYPES,
            *get_method("getDeviceId"),
            *NO_ARGUMENTS,
            INVOKE,
        ),
    ]
    question, reflected = found(*code)
    (node,) = question.invokes("invoke")
    receiver = question.sites.code.operands(node)[1]
    name = "Landroid/telephony/TelephonyManager;"
    assert reflected.framework == [ReflectiveCall(node, name, "getDeviceId", (), receiver, ())]
    assert reflected.calls == []


def test_arguments_of_the_platform_s_methods_are_given_by_position():
    code = [
        ("const-class", 1, "Landroid/util/Log;"),
        ("const/4", 2, 0),
        *ONE_TYPE,
        *get_method("i"),
        *ONE_ARGUMENT,
        INVOKE,
    ]
    question, reflected = found(*code)
    (call,) = reflected.framework
    assert (call.class_, call.name, call.parameters) == ("Landroid/util/Log;", "i", (S,))
    assert [question.values.text(question.values.of(node)) for node in call.arguments] == ["v"]


def test_a_name_that_is_not_constant_is_stated_as_unknown():
    code = [
        *(("const-class", 1, "Lx/A;"), ("invoke-virtual", [15], f"{O}->toString(){S}"), ("move-result-object", 0)),
        *(*NO_TYPES, ("invoke-virtual", [1, 0, 5], f"{K}->getMethod({S}[{K}){METHOD}"), ("move-result-object", 3)),
        *(("const/4", 2, 0), *NO_ARGUMENTS, INVOKE),
    ]
    question, reflected = found(*code)
    assert reflected.unknown == question.invokes("invoke")
    assert (reflected.calls, reflected.edges, reflected.framework) == ([], [], [])


def test_a_circle_of_classes_ends():
    classes = (target(super_="Lx/B;"), Class("Lx/B;", "Lx/A;"))
    found(*BY_NAME, *NO_TYPES, *get_method("missing"), *NO_ARGUMENTS, INVOKE, classes=classes)


def test_the_main_class_can_be_reflected_upon():
    code = [("const-class", 1, MAIN), ("move-object", 2, 14), *NO_TYPES, *get_method("hidden"), *NO_ARGUMENTS, INVOKE]
    question, reflected = found(*code, methods=[own("hidden", f"(){S}", 0x2)])
    assert called(question, reflected) == [f"{MAIN}->hidden"]
