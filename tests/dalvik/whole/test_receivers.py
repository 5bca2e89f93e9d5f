"""Types followed to the receivers of calls, and the calls that are left."""

import pytest

from affidavit.dalvik.whole.edges import callers, given
from affidavit.dalvik.whole.edges_outside import Outside
from affidavit.dalvik.whole.kinds import Kinds, narrowed
from affidavit.dalvik.whole.receivers import met
from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import INIT, MAIN, App, Asked, linked_of, main

O, S = "Ljava/lang/Object;", "Ljava/lang/String;"  # noqa: E741
ABOVE, ONE, TWO, BOX = "Lx/Above;", "Lx/One;", "Lx/Two;", "Lx/Box;"
ITERATOR, LIST = "Ljava/util/Iterator;", "Ljava/util/ArrayList;"
WORK = ("invoke-interface", [0], f"{ABOVE}->work()V")
KEPT = f"{MAIN}->kept:{ABOVE}"


def worker(name: str) -> Class:
    return Class(name, interfaces=[ABOVE], methods=[INIT, Method("work", "()V", code=[("return-void",)])])


CLASSES = [
    Class(ABOVE, access=0x601, methods=[Method("work", "()V", access=0x401)]),
    Class(BOX, methods=[INIT], fields=[Field("held", ABOVE, access=0x1)]),
    worker(ONE),
    worker(TWO),
]


def new(register: int, name: str):
    return (("new-instance", register, name), ("invoke-direct", [register], f"{name}-><init>()V"))


def static(name: str, proto: str, *code) -> Method:
    return Method(name, proto, code=code, access=0x9, registers=8)


def left(*code, name: str = "work", methods=(), classes=()) -> list[str]:
    """The classes whose method is left, where objects of both are made."""
    fields = [Field("kept", ABOVE, access=0x9)]
    made = main(*new(5, ONE), *new(6, TWO), *code, methods=methods, fields=fields)
    asked = Asked(App(linked_of(made, *CLASSES, *classes)))
    linked, calls = asked.linked, asked.calls
    kinds, outside = Kinds(linked, calls), Outside(linked, calls, asked.values.models, lambda: None)
    pairs = narrowed(linked, calls, kinds, callers(calls), lambda: None)
    _, targets = met(linked, calls, kinds, outside, given(calls.code, outside.makers()), pairs, lambda: None)
    return sorted(class_ for class_, its, _ in map(linked.method_text, targets.tolist()) if its == name)


def boxed(*more):
    """An object is put into a field of another, and taken out again."""
    held = f"{BOX}->held:{ABOVE}"
    return (*new(1, BOX), ("iput-object", 5, 1, held), *more, ("iget-object", 0, 1, held), WORK)


def test_a_field_holds_what_is_stored_in_it():
    assert left(("sput-object", 5, KEPT), ("sget-object", 0, KEPT), WORK) == [ONE]
    assert left(*boxed()) == [ONE]


def test_a_field_to_which_nothing_is_stored_may_hold_anything():
    assert left(("sget-object", 0, KEPT), WORK) == [ONE, TWO]


def test_a_field_may_be_written_by_its_name():
    write = ("invoke-virtual", [4, 4, 4], f"Ljava/lang/reflect/Field;->set({O}{O})V")
    assert left(write, *boxed()) == [ONE]
    assert left(write, *boxed(("const-class", 3, BOX))) == [ONE, TWO]


def test_results_and_arguments_are_what_is_returned_and_given():
    give = static("give", f"(){ABOVE}", *new(0, TWO), ("return-object", 0))
    assert left(("invoke-static", [], f"{MAIN}->give(){ABOVE}"), ("move-result-object", 0), WORK, methods=[give]) == [
        TWO
    ]
    run = static("run", f"({ABOVE})V", ("move-object", 0, 7), WORK, ("return-void",))
    calls = [("invoke-static", [5], f"{MAIN}->run({ABOVE})V")] * 9
    assert left(*calls, methods=[run]) == [ONE]


def test_a_library_may_give_any_object_that_it_got():
    assert left(("invoke-static", [], f"Llib/L;->give(){ABOVE}"), ("move-result-object", 0), WORK) == [ONE, TWO]


@pytest.mark.parametrize(("type_", "found"), [(ONE, [ONE]), (ABOVE, [ONE, TWO])])
def test_a_cast_lets_pass_what_is_of_its_type(type_, found):
    phi = [("move-object", 0, 5), ("if-eqz", 15, ":on"), ("move-object", 0, 6), ":on"]
    assert left(*phi, ("check-cast", 0, type_), WORK) == found


def test_a_receiver_to_which_nothing_comes_may_be_anything():
    assert left(("const/4", 0, 0), WORK) == [ONE, TWO]


def test_what_a_library_makes_to_look_into_a_container_runs_no_code_of_the_app():
    step = Method("next", f"(){O}", code=[("const/4", 0, 0), ("return-object", 0)])
    own = Class("Lx/Steps;", interfaces=[ITERATOR], methods=[INIT, step])
    walk = ("invoke-virtual", [1], f"{LIST}->iterator(){ITERATOR}")
    code = [*new(2, "Lx/Steps;"), *new(1, LIST), walk, ("move-result-object", 0)]
    follow = ("invoke-interface", [0], f"{ITERATOR}->next(){O}")
    assert left(*code, follow, name="next", classes=[own]) == []
    assert left(*code, ("move-object", 0, 2), follow, name="next", classes=[own]) == ["Lx/Steps;"]
