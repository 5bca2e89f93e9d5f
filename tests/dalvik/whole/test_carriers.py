"""What carries data as a whole, and what only by its fields."""

from affidavit.dalvik.whole.carriers import own_objects
from affidavit.dalvik.whole.edges import given
from affidavit.dalvik.whole.edges_outside import Outside
from affidavit.dalvik.whole.kinds import Kinds
from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import INIT, MAIN, App, Asked, linked_of, main, take
from tests.dalvik.whole.flow_apps import secret, solved

O, S = "Ljava/lang/Object;", "Ljava/lang/String;"  # noqa: E741
BOX, LIST = "Lx/Box;", "Ljava/util/ArrayList;"


def box(parent: str = O, *methods: Method) -> Class:
    return Class(
        BOX, parent, methods=[INIT, *methods], fields=[Field("a", O, access=0x1), Field("n", "[C", access=0x1)]
    )


def new(register: int, name: str):
    return (("new-instance", register, name), ("invoke-direct", [register], f"{name}-><init>()V"))


def add(container: int, item: int):
    return ("invoke-virtual", [container, item], f"{LIST}->add({O})Z")


def fetch(container: int, register: int):
    get = ("invoke-virtual", [container, 9], f"{LIST}->get(I){O}")
    return (("const/4", 9, 0), get, ("move-result-object", register))


def own(*code, classes=()) -> list[bool]:
    """Of what the sink is given."""
    asked = Asked(App(linked_of(main(*code), *classes)))
    outside = Outside(asked.linked, asked.calls, asked.values.models, lambda: None)
    made = given(asked.calls.code, outside.makers())
    found = own_objects(asked.linked, asked.calls.code, Kinds(asked.linked, asked.calls), made)
    return [bool(found[node]) for node in asked.taken()]


def test_objects_of_own_classes_carry_nothing_as_a_whole():
    assert own(*new(0, BOX), take(0), ("const-string", 1, "x"), take(1), classes=[box()]) == [True, False]


def test_what_inherits_from_a_library_may_be_changed_by_it():
    stream = "Ljava/io/ByteArrayOutputStream;"
    assert own(*new(0, BOX), take(0), classes=[box(stream)]) == [False]


def test_what_a_library_made_carries_what_it_was_made_of_and_what_it_kept_does_not():
    make = [("invoke-static", [], f"Llib/Json;->read(){O}"), ("move-result-object", 0), ("check-cast", 0, BOX), take(0)]
    kept = [*new(1, LIST), *fetch(1, 0), ("check-cast", 0, BOX), take(0)]
    assert own(*make, classes=[box()]) == [False]
    assert own(*kept, classes=[box()]) == [True]


def test_a_field_of_an_own_object_has_only_what_is_written_to_it():
    code = [*new(1, LIST), *secret(0), add(1, 0), *new(2, BOX), add(1, 2), *fetch(1, 3), ("check-cast", 3, BOX)]
    code += [("iget-object", 4, 3, f"{BOX}->a:{O}"), take(4)]
    assert solved(main(*code), box()).said == []
    store = [("iput-object", 0, 2, f"{BOX}->a:{O}")]
    assert len(solved(main(*code[:-2], *store, *code[-2:]), box()).said) == 1


def test_a_field_of_what_a_library_read_has_the_data():
    code = [*secret(0), ("invoke-static", [0], f"Llib/Json;->read({S}){O}"), ("move-result-object", 1)]
    code += [("check-cast", 1, BOX), ("iget-object", 2, 1, f"{BOX}->a:{O}"), take(2)]
    assert len(solved(main(*code), box()).said) == 1


def test_a_table_that_data_chooses_from_carries_it():
    code = [*secret(0), ("invoke-static", [0], f"Llib/L;->digit({S})I"), ("move-result", 1), *new(2, BOX)]
    code += [("iget-object", 3, 2, f"{BOX}->n:[C"), ("aget-char", 4, 3, 1)]
    code += [("invoke-static", [4], f"Llib/L;->text(C){S}"), ("move-result-object", 5), take(5)]
    assert len(solved(main(*code), box()).said) == 1


def test_a_method_that_the_app_declares_and_nothing_implements_leads_nowhere():
    above = Class("Lx/Above;", access=0x601, methods=[Method("turn", f"({O}){O}", access=0x401)])
    code = [*secret(0), ("sget-object", 1, f"{MAIN}->o:Lx/Above;")]
    code += [("invoke-interface", [1, 0], f"Lx/Above;->turn({O}){O}"), ("move-result-object", 2), take(2), take(1)]
    fields = [Field("o", "Lx/Above;", access=0x9)]
    assert solved(main(*code, fields=fields), above).said == []


def test_an_exception_passes_on_only_through_calls_that_name_the_method():
    fail = "Ljava/lang/RuntimeException;"
    throw = [*secret(0), ("new-instance", 1, fail), ("invoke-direct", [1, 0], f"{fail}-><init>({S})V"), ("throw", 1)]
    deep = Method("deep", "()V", code=throw, access=0x9, registers=8)
    named = [("invoke-static", [], f"{MAIN}->deep()V"), ("return-void",)]
    middle = Method("middle", "()V", code=named, access=0x9, registers=8)
    code = [":from", ("invoke-static", [], f"{MAIN}->middle()V"), ":to", ("return-void",), ":catch"]
    code += [("move-exception", 2), ("invoke-virtual", [2], f"{fail}->getMessage(){S}"), ("move-result-object", 3)]
    code += [take(3), ("return-void",)]
    tries = [(":from", ":to", {fail: ":catch"})]
    catcher = Method("onStart", "()V", code=code, registers=8, tries=tries)
    assert len(solved(main(methods=[deep, middle, catcher])).said) == 1
