"""Steps of a program through fields, containers and stores. They take the text in v0 and leave one there."""

from tests.builders.dex_pools import OBJECT
from tests.builders.program_parts import (
    BOX,
    NODE,
    STRING,
    TOOL,
    Code,
    Maker,
    Steps,
    call,
    const,
    context,
    new,
    text_of,
)

LIST = "Ljava/util/ArrayList;"
MAP = "Ljava/util/HashMap;"
BUNDLE = "Landroid/os/Bundle;"
PREFERENCES = "Landroid/content/SharedPreferences;"
EDITOR = "Landroid/content/SharedPreferences$Editor;"
STEPS = Steps()


@STEPS.carries
def static_field(make: Maker) -> Code:
    field = make.field()
    return [("sput-object", 0, field), *const(0, "x"), ("sget-object", 0, field)]


@STEPS.drops
def static_overwritten(make: Maker) -> Code:
    field = make.field()
    return [("sput-object", 0, field), *const(0, "x"), ("sput-object", 0, field), ("sget-object", 0, field)]


@STEPS.drops
def other_static_field(make: Maker) -> Code:
    return [("sput-object", 0, make.field()), ("sget-object", 0, make.field())]


@STEPS.carries
def instance_field(_: Maker) -> Code:
    return [*new(1, BOX), ("iput-object", 0, 1, f"{BOX}->a:{STRING}"), ("iget-object", 0, 1, f"{BOX}->a:{STRING}")]


@STEPS.drops
def field_of_another_object(_: Maker) -> Code:
    put: Code = [("iput-object", 0, 1, f"{BOX}->a:{STRING}")]
    return [*new(1, BOX), *new(2, BOX), *put, ("iget-object", 0, 2, f"{BOX}->a:{STRING}")]


@STEPS.drops
def other_field(_: Maker) -> Code:
    return [*new(1, BOX), ("iput-object", 0, 1, f"{BOX}->a:{STRING}"), ("iget-object", 0, 1, f"{BOX}->b:{STRING}")]


@STEPS.drops
def field_overwritten(_: Maker) -> Code:
    field = f"{BOX}->a:{STRING}"
    put: Code = [("iput-object", 0, 1, field), *const(2, "x"), ("iput-object", 2, 1, field)]
    return [*new(1, BOX), *put, ("iget-object", 0, 1, field)]


@STEPS.carries
def alias(_: Maker) -> Code:
    field = f"{BOX}->a:{STRING}"
    return [*new(1, BOX), ("move-object", 2, 1), ("iput-object", 0, 2, field), ("iget-object", 0, 1, field)]


@STEPS.carries
def alias_in_the_heap(_: Maker) -> Code:
    """Two nodes know one box."""
    known, value = f"{NODE}->box:{BOX}", f"{BOX}->a:{STRING}"
    made: Code = [*new(1, NODE), *new(2, NODE), *new(3, BOX)]
    made += [("iput-object", 3, 1, known), ("iput-object", 3, 2, known), ("iget-object", 4, 1, known)]
    return [*made, ("iput-object", 0, 4, value), ("iget-object", 5, 2, known), ("iget-object", 0, 5, value)]


@STEPS.carries
def filled_by_another(_: Maker) -> Code:
    made = [*new(1, BOX), *call("static", [1, 0], f"{TOOL}->fill({BOX}{STRING})V")]
    return [*made, ("iget-object", 0, 1, f"{BOX}->a:{STRING}")]


@STEPS.carries
def setter_and_getter(_: Maker) -> Code:
    put = call("virtual", [1, 0], f"{BOX}->set({STRING})V")
    return [*new(1, BOX), *put, *call("virtual", [1], f"{BOX}->get(){STRING}", 0)]


@STEPS.drops
def getter_of_another(_: Maker) -> Code:
    put = call("virtual", [1, 0], f"{BOX}->set({STRING})V")
    return [*new(1, BOX), *new(2, BOX), *put, *call("virtual", [2], f"{BOX}->get(){STRING}", 0)]


@STEPS.carries
def constructor(make: Maker) -> Code:
    name = make.holder("Held", ("nothing", "()V"), [])
    made: Code = [("new-instance", 1, name), *call("direct", [1, 0], f"{name}-><init>({STRING})V")]
    return [*made, ("iget-object", 0, 1, f"{name}->value:{STRING}")]


def _array(at: int, read: int) -> Code:
    made: Code = [("const/4", 1, 2), ("new-array", 2, 1, f"[{STRING}"), ("const/4", 3, 0), ("const/4", 4, 1)]
    made += [*const(5, "x"), ("aput-object", 5, 2, 3 + (1 - at)), ("aput-object", 0, 2, 3 + at)]
    return [*made, ("aget-object", 0, 2, 3 + read)]


@STEPS.carries
def array(_: Maker) -> Code:
    return _array(1, 1)


@STEPS.drops
def array_elsewhere(_: Maker) -> Code:
    return _array(1, 0)


def _list(read: int) -> Code:
    add = f"{LIST}->add({OBJECT})Z"
    made = [*new(1, LIST), *const(2, "x"), *call("virtual", [1, 2], add), *call("virtual", [1, 0], add)]
    return [*made, ("const/4", 3, read), *call("virtual", [1, 3], f"{LIST}->get(I){OBJECT}", 4), *text_of(4)]


@STEPS.carries
def list_(_: Maker) -> Code:
    return _list(1)


@STEPS.drops
def list_elsewhere(_: Maker) -> Code:
    return _list(0)


@STEPS.carries
def iterator(_: Maker) -> Code:
    made = [*new(1, LIST), *call("virtual", [1, 0], f"{LIST}->add({OBJECT})Z")]
    made += call("virtual", [1], f"{LIST}->iterator()Ljava/util/Iterator;", 2)
    return [*made, *call("interface", [2], f"Ljava/util/Iterator;->next(){OBJECT}", 3), *text_of(3)]


def _map(read: str) -> Code:
    put = f"{MAP}->put({OBJECT}{OBJECT}){OBJECT}"
    made = [*new(1, MAP), *const(2, "one"), *call("virtual", [1, 2, 0], put)]
    made += [*const(3, "two"), *const(4, "x"), *call("virtual", [1, 3, 4], put), *const(5, read)]
    return [*made, *call("virtual", [1, 5], f"{MAP}->get({OBJECT}){OBJECT}", 6), *text_of(6)]


@STEPS.carries
def map_(_: Maker) -> Code:
    return _map("one")


@STEPS.drops
def map_elsewhere(_: Maker) -> Code:
    return _map("two")


def _bundle(read: str) -> Code:
    made = [*new(1, BUNDLE), *const(2, "one"), *call("virtual", [1, 2, 0], f"{BUNDLE}->putString({STRING}{STRING})V")]
    return [*made, *const(3, read), *call("virtual", [1, 3], f"{BUNDLE}->getString({STRING}){STRING}", 0)]


@STEPS.carries
def bundle(_: Maker) -> Code:
    return _bundle("one")


@STEPS.drops
def bundle_elsewhere(_: Maker) -> Code:
    return _bundle("two")


def _preferences(make: Maker, read: str) -> Code:
    made = [*context(1), *const(2, "file"), ("const/4", 3, 0)]
    made += call("virtual", [1, 2, 3], f"Landroid/content/Context;->getSharedPreferences({STRING}I){PREFERENCES}", 4)
    key = make.name("key")
    made += [*call("interface", [4], f"{PREFERENCES}->edit(){EDITOR}", 5), *const(6, key)]
    made += call("interface", [5, 6, 0], f"{EDITOR}->putString({STRING}{STRING}){EDITOR}", 5)
    made += [*call("interface", [5], f"{EDITOR}->commit()Z"), *const(6, key + read), *const(7, "none")]
    return [*made, *call("interface", [4, 6, 7], f"{PREFERENCES}->getString({STRING}{STRING}){STRING}", 0)]


@STEPS.carries
def preferences(make: Maker) -> Code:
    return _preferences(make, "")


@STEPS.drops
def preferences_elsewhere(make: Maker) -> Code:
    return _preferences(make, "other")
