"""Types that objects may have, and the calls that are left of those that any object could run."""

import numpy as np

from affidavit.dalvik.whole.edges import callers
from affidavit.dalvik.whole.kinds import Kinds, narrowed
from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import INIT, MAIN, App, Asked, linked_of, main, take

O, S = "Ljava/lang/Object;", "Ljava/lang/String;"  # noqa: E741
ABOVE, ONE, TWO = "Lx/Above;", "Lx/One;", "Lx/Two;"
INTERFACE = Class(ABOVE, access=0x601, methods=[Method("work", "()V", access=0x401)])


def worker(name: str, *interfaces: str) -> Class:
    work = Method("work", "()V", code=[("return-void",)])
    return Class(name, interfaces=list(interfaces or (ABOVE,)), methods=[INIT, work])


def new(register: int, name: str):
    return (("new-instance", register, name), ("invoke-direct", [register], f"{name}-><init>()V"))


def app(*code, methods=(), classes=(), **more) -> Asked:
    return Asked(App(linked_of(main(*code, methods=methods, **more), INTERFACE, *classes)))


def kinds_of(asked: Asked) -> list[list[tuple[str, bool]]]:
    """Names of the types of what the sink is given, in order."""
    kinds, types = Kinds(asked.linked, asked.calls), asked.linked.types
    return [sorted((types[type_] if type_ >= 0 else "", exact) for type_, exact in kinds.of(n)) for n in asked.taken()]


def run(asked: Asked) -> list[str]:
    """The classes whose `work` is left."""
    kinds = Kinds(asked.linked, asked.calls)
    _, targets = narrowed(asked.linked, asked.calls, kinds, callers(asked.calls), lambda: None)
    texts = [asked.linked.method_text(target) for target in targets.tolist()]
    return sorted(class_ for class_, name, _ in texts if name == "work")


def test_what_is_made_here_has_one_type():
    code = [*new(0, ONE), take(0), ("const-string", 1, "x"), take(1), ("const-class", 1, ONE), take(1)]
    code += [("const/4", 2, 1), ("new-array", 3, 2, f"[{O}"), take(3)]
    fields = [Field("s", S), Field("c", "Ljava/lang/Class;")]
    found = kinds_of(app(*code, classes=[worker(ONE)], fields=fields))
    assert found == [[(ONE, True)], [(S, True)], [("Ljava/lang/Class;", True)], [(f"[{O}", True)]]


def test_what_is_cast_read_or_given_has_the_declared_type():
    code = [("sget-object", 0, f"{MAIN}->o:{ABOVE}"), take(0), ("check-cast", 0, ONE), take(0)]
    code += [("invoke-static", [], f"Llib/L;->make(){S}"), ("move-result-object", 1), take(1), take(15)]
    code += [("const/4", 2, 0), ("sget-object", 3, f"{MAIN}->a:[{S}"), ("aget-object", 4, 3, 2), take(4)]
    fields = [Field("o", ABOVE, access=0x9), Field("a", f"[{S}", access=0x9)]
    found = kinds_of(app(*code, classes=[worker(ONE)], fields=fields))
    assert found == [
        [(ABOVE, False)],
        [(ONE, False)],
        [(S, False)],
        [("Landroid/os/Bundle;", False)],
        [(S, False)],
    ]


def test_a_parameter_is_what_its_few_callers_give():
    keep = Method("keep", f"({O})V", code=[take(7), ("return-void",)], access=0x9, registers=8)
    call = ("invoke-static", [0], f"{MAIN}->keep({O})V")
    classes = [worker(ONE), worker(TWO)]
    assert kinds_of(app(*new(0, ONE), call, methods=[keep], classes=classes)) == [[(ONE, True)]]
    both = kinds_of(app(*new(0, ONE), call, *new(0, TWO), call, methods=[keep], classes=classes))
    assert both == [[(ONE, True), (TWO, True)]]
    many = [part for _ in range(9) for part in (*new(0, ONE), call)]
    assert kinds_of(app(*many, methods=[keep], classes=classes)) == [[(O, False)]]


def test_merges_have_all_types_that_meet():
    code = [*new(0, ONE), ("if-eqz", 15, ":on"), *new(0, TWO), ":on", take(0)]
    assert kinds_of(app(*code, classes=[worker(ONE), worker(TWO)])) == [[(ONE, True), (TWO, True)]]


def test_a_call_runs_only_what_the_receiver_can_be():
    call = ("invoke-interface", [0], f"{ABOVE}->work()V")
    classes = [worker(ONE), worker(TWO)]
    assert run(app(*new(1, TWO), *new(0, ONE), call, classes=classes)) == [ONE]
    cast = [*new(1, TWO), *new(0, ONE), ("sget-object", 0, f"{MAIN}->o:{ABOVE}"), ("check-cast", 0, TWO), call]
    fields = [Field("o", ABOVE, access=0x9)]
    assert run(app(*cast, classes=classes, fields=fields)) == [TWO]
    open_ = [*new(1, TWO), *new(0, ONE), ("sget-object", 0, f"{MAIN}->o:{ABOVE}"), call]
    assert run(app(*open_, classes=classes, fields=fields)) == [ONE, TWO]


def test_what_every_object_can_do_is_not_followed_into_many_classes():
    def classes(count: int) -> list[Class]:
        say = Method("toString", f"(){S}", code=[("const/4", 0, 0), ("return-object", 0)])
        return [Class(f"Lx/C{number};", methods=[INIT, say]) for number in range(count)]

    def left(count: int) -> int:
        code = [part for number in range(count) for part in new(0, f"Lx/C{number};")]
        code += [("sget-object", 0, f"{MAIN}->o:{O}"), ("invoke-virtual", [0], f"{O}->toString(){S}")]
        asked = app(*code, classes=classes(count), fields=[Field("o", O, access=0x9)])
        kinds = Kinds(asked.linked, asked.calls)
        _, targets = narrowed(asked.linked, asked.calls, kinds, callers(asked.calls), lambda: None)
        return sum(asked.linked.method_text(target)[1] == "toString" for target in np.unique(targets).tolist())

    assert left(4) == 4
    assert left(12) == 0
