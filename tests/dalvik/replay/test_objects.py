"""Types, registrations, initial values, and what code that is left out may have changed."""

import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.dalvik.replay.heap import State
from affidavit.dalvik.replay.hierarchy import Hierarchy
from affidavit.dalvik.replay.initial import initial_values
from affidavit.dalvik.replay.machine import Machine
from affidavit.dalvik.replay.surface import Points
from affidavit.dalvik.replay.values import NULL, STRING, UNKNOWN, join, number, opaque, reference, text
from affidavit.dalvik.whole.linked import Linked
from tests.builders.dex import OBJECT, Class, DexBuilder, Field, Method
from tests.dalvik.replay.play import Outside, graph_of, linked_of

LISTENER = "Landroid/view/View$OnClickListener;"
CLICK = "(Landroid/view/View;)V"
CLASSES = (
    Class("Lx/Up;", methods=[Method("m", "()V", [("return-void",)])]),
    Class("Lx/Low;", "Lx/Up;", interfaces=[LISTENER], methods=[Method("onClick", CLICK, [("return-void",)])]),
    Class("Lx/Other;", fields=[Field("f")]),
    Class("Lx/Bad;", "Ljava/lang/IllegalStateException;"),
    Class("Lx/Face;", access=0x601),
)


def machine() -> Machine:
    linked = linked_of(CLASSES)
    return Machine(linked, graph_of(linked), Outside(), Points())


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        ("Lx/Low;", "Lx/Up;", True),
        ("Lx/Up;", "Lx/Low;", False),
        ("Lx/Low;", LISTENER, True),
        ("Lx/Bad;", "Ljava/lang/RuntimeException;", True),
        ("Lx/Bad;", "Ljava/io/IOException;", False),
        ("Ljava/util/ArrayList;", "Ljava/util/List;", True),
        ("Ljava/lang/NullPointerException;", "Ljava/lang/RuntimeException;", True),
        ("Lunknown/Thing;", "Ljava/util/List;", None),
        ("Lunknown/Thing;", OBJECT, True),
        ("[Lx/Low;", "[Lx/Up;", True),
        ("[I", "[J", False),
        ("[I", OBJECT, True),
        ("[I", "Ljava/util/List;", False),
    ],
)
def test_types_belong_to_what_they_inherit(lower, upper, expected):
    assert Hierarchy(linked_of(CLASSES)).belongs(lower, upper) is expected


def test_the_class_outside_is_the_nearest_above():
    types = Hierarchy(linked_of(CLASSES))
    assert types.outside("Lx/Low;") == OBJECT
    assert types.outside("Lx/Bad;") == "Ljava/lang/IllegalStateException;"
    assert types.outside("Ljava/util/List;") == "Ljava/util/List;"


def test_casts_split_what_fits_from_what_does_not():
    play, state = machine(), State()
    low, other = (play.new_object(state, name, name) for name in ("Lx/Low;", "Lx/Other;"))
    yes, no = play.split(state, join(low, other), "Lx/Up;")
    assert (yes.refs, no.refs) == (low.refs, other.refs)
    assert play.split(state, NULL, "Lx/Up;") == (NULL, None)
    assert play.split(state, text("a"), STRING) == (text("a"), None)
    assert play.split(state, text("a"), "Lx/Up;") == (None, text("a"))
    yes, no = play.split(state, opaque("Lx/Up;", nullable=False), "Lx/Low;")
    assert (yes.type, no.opaque) == ("Lx/Low;", True)
    assert play.split(state, opaque("Lx/Other;", nullable=False), "Lx/Up;")[0] is None
    assert play.split(state, opaque("Lx/Other;", nullable=False), "Lx/Face;")[0] is not None


def test_objects_of_a_site_are_told_apart_up_to_a_number():
    play, state = machine(), State()
    first, second = (play.new_object(state, "Lx/Up;", "here") for _ in range(2))
    assert first != second
    play.coarse = True
    many = [play.new_object(state, "Lx/Up;", "there") for _ in range(6)]
    assert many[4] == many[5]
    (number_,) = many[5].refs
    assert not state.objects[number_].unique


def test_what_is_registered_can_be_taken_back():
    play, state = machine(), State()
    first, second = (play.new_object(state, "Lx/Low;", "here") for _ in range(2))
    play.register(state, "click", first)
    play.register(state, "click", second)
    assert play.registered(state, "click") == [first, second]
    play.unregister(state, "click", join(first, second))
    assert len(play.registered(state, "click")) == 2
    play.unregister(state, "click", first)
    assert play.registered(state, "click") == [second]
    assert play.registered(state, "touch") == []


def test_stores_are_known_by_name():
    play, state = machine(), State()
    state.write(play.store(state, "a"), "key", text("x"))
    assert state.read(play.store(state, "a"), "key") == text("x")
    assert state.read(play.store(state, "b"), "key") == NULL


def test_overrides_are_found_by_name_and_number_of_parameters():
    play, state = machine(), State()
    low = play.new_object(state, "Lx/Low;", "here")
    method = play.linked.find_method(play.linked.type_of("Lx/Low;"), "onClick")
    assert play.overrides(state, low, "onClick", "", 1) == play.overrides(state, low, "onClick", CLICK, 1) == [method]
    assert play.overrides(state, low, "onClick", "", 2) == []
    assert play.overrides(state, low, "m", "", 0) != []
    assert play.overrides(state, opaque("Lx/Low;"), "onClick", "", 1) == []


def test_notes_gather_the_data_that_they_concern():
    play = machine()
    play.note("a", frozenset())
    assert play.gaps == {}
    play.note("a", frozenset({1}))
    play.note("a", frozenset({2}))
    assert play.gaps == {"a": {1, 2}}
    play.note("a")
    play.note("a", frozenset({3}))
    assert play.gaps == {"a": None}


def test_an_unknown_object_may_be_any_of_its_class():
    play, state = machine(), State()
    low = play.new_object(state, "Lx/Low;", "here")
    play.new_object(state, "Lx/Other;", "here")
    assert play.summoned(state, opaque("Lx/Up;"), "Lx/Up;").refs == low.refs
    assert play.summoned(state, reference(9), "Lx/Up;").refs == {9}
    assert not play.summoned(state, UNKNOWN, OBJECT).refs


def test_static_fields_begin_with_what_the_class_gives():
    fields = [Field("a", "I", 0x9, 7), Field("b", STRING, 0x9, "text"), Field("c", OBJECT, 0x9), Field("d", "I", 0x1)]
    unit = read_dex("classes.dex", DexBuilder([Class("Lx/A;", fields=fields)]).build())
    named = {unit.field_parts(field)[1]: value for field, value in initial_values(unit, 0).items()}
    assert named == {"a": number(7), "b": text("text"), "c": NULL}


def test_fields_that_code_left_out_stores_into_are_forgotten():
    code = [("const/4", 1, 1), ("iput", 1, 0, "Lx/Other;->f:I"), ("return-void",)]
    look = Method("look", "(Lx/Other;)V", [("iget", 0, 0, "Lx/Other;->f:I"), ("return-void",)], 0x9)
    classes = (CLASSES[2], Class("Lx/Main;", methods=[Method("set", "(Lx/Other;)V", code, 0x9), look]))
    linked = Linked(Program([read_dex("classes.dex", DexBuilder(list(classes)).build())]), Framework.load())
    executed = {linked.find_method(linked.type_of("Lx/Main;"), "look")}
    play, state = Machine(linked, graph_of(linked), Outside(), Points(), executed), State()
    other = play.new_object(state, "Lx/Other;", "here")
    field = int(linked.field_ref[0])
    state.write(other, field, number(5))
    play.invoke(state, linked.find_method(linked.type_of("Lx/Main;"), "set"), (other,))
    assert state.read(other, field).number is None
