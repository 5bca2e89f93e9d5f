"""Where objects come from and where they are used."""

import pytest

from affidavit.dalvik.effects import Operand
from affidavit.dalvik.whole.objects import Objects
from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import INIT, MAIN, TAKE, Asked, asked, main, take

O, A = "Ljava/lang/Object;", "Lx/A;"  # noqa: E741
LIST = "Ljava/util/ArrayList;"
NEW_A = (("new-instance", 0, A), ("invoke-direct", [0], f"{A}-><init>()V"))
NEW_LIST = (("new-instance", 2, LIST), ("invoke-direct", [2], f"{LIST}-><init>()V"))
THING = Class(A, methods=[INIT])


def static(name: str, proto: str, *code) -> Method:
    return Method(name, proto, code=code, access=0x9)


WAYS = {
    "at once": [*NEW_A, take(0)],
    "cast": [*NEW_A, ("check-cast", 0, A), take(0)],
    "through a field": [*NEW_A, ("sput-object", 0, f"{MAIN}->f:{O}"), ("sget-object", 1, f"{MAIN}->f:{O}"), take(1)],
    "through an array": [
        *(*NEW_A, ("const/4", 3, 1), ("new-array", 4, 3, f"[{O}"), ("aput-object", 0, 4, 3)),
        *(("aget-object", 5, 4, 3), take(5)),
    ],
    "through a call": [*NEW_A, ("invoke-static", [0], f"{MAIN}->echo({O}){O}"), ("move-result-object", 1), take(1)],
    "as a parameter": [*NEW_A, ("invoke-static", [0], f"{MAIN}->inner({O})V")],
    "through a list": [
        *(*NEW_A, *NEW_LIST, ("invoke-virtual", [2, 0], f"{LIST}->add({O})Z"), ("const/4", 3, 0)),
        *(("invoke-virtual", [2, 3], f"{LIST}->get(I){O}"), ("move-result-object", 5), take(5)),
    ],
    "through an array in a field": [
        *(*NEW_A, ("const/4", 3, 1), ("new-array", 4, 3, f"[{O}"), ("sput-object", 4, f"{MAIN}->f:{O}")),
        *(("aput-object", 0, 4, 3), ("sget-object", 6, f"{MAIN}->f:{O}"), ("check-cast", 6, f"[{O}")),
        *(("aget-object", 5, 6, 3), take(5)),
    ],
}


def question(*code) -> Asked:
    echo, inner = (
        static("echo", f"({O}){O}", ("return-object", 15)),
        static("inner", f"({O})V", take(15), ("return-void",)),
    )
    return asked(main(*code, methods=[echo, inner], fields=[Field("f", O, 0x9)]), THING)


@pytest.mark.parametrize("way", WAYS)
def test_an_object_is_followed_back_to_where_it_is_made(way):
    found = question(*WAYS[way])
    (node,) = found.taken()
    assert found.objects.types(node) == [A]
    origins, complete = found.objects.origins(node)
    assert complete
    assert [found.sites.opcode(origin) for origin in origins] == [0x22]


@pytest.mark.parametrize("way", WAYS)
def test_the_same_way_is_followed_forward(way):
    found = question(*WAYS[way])
    (node,) = found.taken()
    (origin,) = found.objects.origins(node)[0]
    names = {found.sites.callee(use).name for use, _ in found.objects.uses(origin) if found.sites.callee(use)}
    assert "take" in names
    assert node in found.objects.aliases(origin) or node == origin


def test_what_the_platform_gives_comes_up_there():
    found = question(take(15))
    (node,) = found.taken()
    assert found.objects.origins(node) == ((node,), True)
    assert found.objects.types(node) == []


def test_either_of_two_objects():
    other = Class("Lx/B;", methods=[INIT])
    code = [
        *NEW_A,
        ("if-eqz", 15, ":end"),
        ("new-instance", 0, "Lx/B;"),
        ("invoke-direct", [0], "Lx/B;-><init>()V"),
        ":end",
        take(0),
    ]
    found = asked(main(*code), THING, other)
    assert found.objects.types(found.taken()[0]) == [A, "Lx/B;"]


def test_different_lists_are_kept_apart():
    code = [
        *(*NEW_A, *NEW_LIST, ("invoke-virtual", [2, 0], f"{LIST}->add({O})Z")),
        *(("new-instance", 3, LIST), ("invoke-direct", [3], f"{LIST}-><init>()V"), ("const/4", 4, 0)),
        *(("invoke-virtual", [3, 4], f"{LIST}->get(I){O}"), ("move-result-object", 5), take(5)),
    ]
    found = asked(main(*code), THING)
    assert found.objects.types(found.taken()[0]) == []


def test_lists_in_lists_and_circles_end():
    code = [
        *NEW_LIST,
        ("invoke-virtual", [2, 2], f"{LIST}->add({O})Z"),
        *(("const/4", 3, 0), ("invoke-virtual", [2, 3], f"{LIST}->get(I){O}"), ("move-result-object", 2)),
        *(("check-cast", 2, LIST), ("sput-object", 2, f"{MAIN}->f:{O}"), ("sget-object", 2, f"{MAIN}->f:{O}"), take(2)),
    ]
    found = question(*code)
    assert LIST in found.objects.types(found.taken()[0])


def test_operands_of_effects_are_nodes():
    found = question(*NEW_A, take(0), *NEW_LIST, ("invoke-virtual", [2, 0], f"{LIST}->add({O})Z"))
    objects: Objects = found.objects
    (added,) = found.invokes("add")
    (given,) = found.invokes("take")
    operands = found.sites.code.operands(added)
    assert objects.operand(added, Operand("this")) == operands[0]
    assert objects.operand(added, Operand("argument", 0)) == operands[1]
    assert objects.operand(added, Operand("return")) == added
    assert objects.operand(added, Operand("argument", 5)) == -1
    assert objects.operand(given, Operand("this")) == -1
    assert objects.operand(given, Operand("argument", 0)) == found.taken()[0]
    assert objects.operand(given, None) == -1
    assert TAKE.startswith(found.sites.callee(given).owner)


def test_fields_are_found_by_the_beginning_of_their_text():
    found = question(*WAYS["through a field"])
    (number,) = found.objects.fields_named(f"{MAIN}->f:")
    assert found.linked.field_text(number) == f"{MAIN}->f:{O}"
    assert found.objects.fields_named(f"{MAIN}->g:") == []


def test_objects_made_by_reflection_have_a_type():
    code = [
        *(
            ("const-string", 0, "x.A"),
            ("invoke-static", [0], "Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;"),
        ),
        *(
            ("move-result-object", 1),
            ("invoke-virtual", [1], f"Ljava/lang/Class;->newInstance(){O}"),
            ("move-result-object", 2),
        ),
        *(take(2), ("invoke-virtual", [2], f"{O}->getClass()Ljava/lang/Class;"), ("move-result-object", 3), take(3)),
    ]
    found = question(*code)
    made, class_ = found.taken()
    assert found.objects.types(made) == [A]
    assert found.objects.types_of_class(class_) == [A]
