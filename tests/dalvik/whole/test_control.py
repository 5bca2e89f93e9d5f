"""What branches decide, in nodes."""

from affidavit.dalvik.whole.control import control_edges, controlled
from affidavit.dalvik.whole.shapes import NodeKind
from affidavit.model.flow import Edge
from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import ACTIVITY, CREATE, INIT, MAIN, Asked, asked, main, take

S = "Ljava/lang/String;"


def pairs(question: Asked) -> set[tuple[int, int]]:
    """Addresses of branch and of what it decides."""
    code = question.sites.code
    found = controlled(question.values, created(question))
    return {(int(code.pc[branch]), int(code.pc[node])) for branch, node in found}


def created(question: Asked) -> int:
    linked = question.linked
    return linked.find_method(linked.type_of(MAIN), "onCreate", CREATE)


def test_calls_on_one_side_are_decided_and_others_not():
    code = [
        *(("const-string", 0, "a"), take(0)),  # 0, 2
        ("if-eqz", 15, ":end"),  # 5
        take(0),  # 7
        ":end",
        take(0),  # 10
    ]
    assert pairs(asked(main(*code))) == {(5, 7)}


def test_a_value_that_is_chosen_is_decided():
    code = [("const/4", 0, 1), ("if-eqz", 15, ":end"), ("const/4", 0, 2), ":end", take(0)]
    question = asked(main(*code))
    (edge,) = control_edges(question.values, [created(question)])
    assert edge.edge is Edge.CONTROL
    assert question.sites.code.kind[edge.target] == NodeKind.PHI
    assert question.sites.code.kind[edge.origin] == NodeKind.PARAMETER
    assert question.sites.code.pc[edge.site] == 1


def test_fields_and_arrays_and_objects_change_on_one_side():
    code = [
        *(("const/4", 0, 1), ("new-array", 1, 0, "[I"), ("new-instance", 2, "Ljava/lang/StringBuilder;")),
        ("if-eqz", 15, ":end"),
        ("sput", 0, f"{MAIN}->f:I"),
        ("aput", 0, 1, 0),
        ("invoke-virtual", [2, 0], "Ljava/lang/StringBuilder;->append(I)Ljava/lang/StringBuilder;"),
        ":end",
        take(1),
    ]
    question = asked(main(*code, fields=[Field("f", "I", 0x9)]))
    sites, base = question.sites, len(question.sites.code.kind)
    edges = list(control_edges(question.values, [created(question)]))
    changed = {sites.opcode(edge.target) for edge in edges if edge.target_changed}
    plain = {sites.opcode(edge.target) for edge in edges if not edge.target_changed and edge.target < base}
    fields = [sites.linked.field_text(edge.target - base) for edge in edges if edge.target >= base]
    assert (changed, plain, fields) == ({0x23, 0x22}, {0x6E}, [f"{MAIN}->f:I"])


def test_what_is_returned_on_one_side_is_decided():
    code = [("if-eqz", 15, ":end"), ("const/4", 0, 1), ("return", 0), ":end", ("const/4", 0, 0), ("return", 0)]
    method = Method("choose", "(I)I", code=code, access=0x9)
    call = ("invoke-static", [0], f"{MAIN}->choose(I)I")
    question = asked(main(("const/4", 0, 0), call, methods=[method]))
    number = question.linked.find_method(question.linked.type_of(MAIN), "choose")
    targets = {edge.target for edge in control_edges(question.values, [number])}
    assert targets == {question.sites.returned(number)}


def test_a_handler_is_decided_by_what_may_throw():
    code = [
        ("const-string", 0, "12"),  # 0
        ":first",
        ("invoke-static", [0], f"Ljava/lang/Integer;->parseInt({S})I"),  # 2
        take(0),  # 5
        ":last",
        ("return-void",),  # 8
        ":handler",
        ("move-exception", 1),  # 9
        take(0),  # 10
        ("return-void",),
    ]
    tries = [(":first", ":last", {None: ":handler"})]
    create = Method("onCreate", CREATE, code=code, tries=tries, registers=16)
    found = pairs(asked(Class(MAIN, ACTIVITY, methods=[INIT, create])))
    assert {(2, 5), (2, 10), (5, 10)} <= found


def test_a_method_that_was_not_analysed_decides_nothing():
    hidden = Method("hidden", "(I)V", code=[("if-eqz", 15, ":a"), ":a", ("return-void",)], access=0x9)
    question = asked(main(methods=[hidden]))
    number = question.linked.find_method(question.linked.type_of(MAIN), "hidden")
    assert controlled(question.values, number) == []
