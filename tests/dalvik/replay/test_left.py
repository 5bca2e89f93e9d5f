"""What code that is left out may have changed, and what execution does about it."""

from affidavit.dalvik.replay.heap import GONE, State
from affidavit.dalvik.replay.left import Left
from affidavit.dalvik.replay.values import UNKNOWN, reference, text
from tests.builders.dex import Field, Method
from tests.dalvik.replay.play import MAIN, STRING, graph_of, linked_of, main, play, put, secret, static

HELD = f"{MAIN}->held:{STRING}"
FLAG = f"{MAIN}->flag:I"
SET = static("set", "()V", ("const/4", 0, 1), ("sput", 0, FLAG), ("return-void",))
CALL = ("invoke-static", [], f"{MAIN}->set()V")


def test_a_field_that_only_code_left_out_stores_is_not_taken_to_be_zero():
    code = [*secret(0), CALL, ("sget", 1, FLAG), ("if-eqz", 1, ":e"), put(0), ":e"]
    made = main(*code, methods=[SET], fields=[Field("flag", "I", 0x9)])
    assert play(made, relevant=set()).pairs == {("a", "out")}


def test_a_field_that_no_code_stores_keeps_its_zero():
    code = [*secret(0), ("sget", 1, FLAG), ("if-eqz", 1, ":e"), put(0), ":e"]
    assert not play(main(*code, methods=[SET], fields=[Field("flag", "I", 0x9)]), relevant=set()).pairs


def test_static_fields_and_those_of_objects_are_told_apart():
    own = Method("own", f"({STRING})V", [("iput-object", 1, 0, HELD), ("return-void",)], registers=2)
    made = main(("sget", 0, FLAG), methods=[SET, own], fields=[Field("flag", "I", 0x9), Field("held", STRING)])
    linked = linked_of([made])
    left = Left(linked, graph_of(linked))
    method = {name: linked.find_method(linked.type_of(MAIN), name) for name in ("set", "own", "main")}
    assert len(left.static_fields(method["set"])) == 1
    assert not left.of_type(method["set"], MAIN)
    assert not left.static_fields(method["own"])
    assert len(left.of_type(method["own"], MAIN)) == 1
    assert not left.of_type(method["own"], "Lother/X;")
    assert not Left(linked, graph_of(linked), {method["main"]}).written(method["own"])


def test_an_object_that_is_not_there_is_anything():
    state = State()
    gone = reference(7)
    assert state.read(gone, "x") == UNKNOWN
    assert not state.taint_of(gone)
    state.write(gone, "x", text("a"))
    assert state.read(gone, "x").opaque
    assert not GONE.fields
