"""Flows that hold are accepted, and those that say anything else are refused, with the step and the reason."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from affidavit.dalvik.check.checker import STEPS
from affidavit.model.flow import Beside, Call, Edge, Flow, Step
from affidavit.model.place import Place
from tests.dalvik.check.flows import FLOWS
from tests.dalvik.check.flows_code import ARRIVE, END, FIELD, START, Case, main
from tests.dalvik.check.material import ENTRY, MAIN, READ, SINK, SOURCE, STRING, App, leak, run
from tests.dalvik.check.mutations import mutations, survivors

E = Edge
CASES = {name: make() for name, make in FLOWS.items()}
SAME_MEANING = {
    ("filled_array", "edge", 2),  # filling an array is no invoke: a computation, too
    ("task", "edge", 2),
    ("reflection", "edge", 2),
    ("controlled", "instruction", 2),  # the other side of the branch chooses a value as well
}
"""Changes of flows after which they still hold."""


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_that_holds_is_accepted(name):
    app, flow = CASES[name]
    assert app.refusals(flow) == []


def test_every_kind_of_edge_is_among_the_flows():
    assert {step.edge for _, flow in CASES.values() for step in flow.steps} == set(Edge)


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_in_which_anything_was_changed_is_refused(name):
    """Of some 5,000 changes of one step, all are refused but those that say the same."""
    app, flow = CASES[name]
    accepted, made = survivors(flow, app.program, app.checker())
    assert {(name, item.kind, item.step) for item in accepted} <= SAME_MEANING
    assert made > 100


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_flow_in_which_two_things_were_changed_is_refused(data):
    name = data.draw(st.sampled_from(sorted(set(FLOWS) - {item[0] for item in SAME_MEANING})))
    app, flow = CASES[name]
    once = data.draw(st.sampled_from(list(mutations(flow, app.program))))
    if len(once.flow.steps) < 2:
        return
    twice = data.draw(st.sampled_from(list(mutations(once.flow, app.program))))
    if twice.flow.steps != flow.steps:
        assert app.checker().check_flow(twice.flow, twice.place)


TEXTS = st.sampled_from(
    ["", "result", "operand 0", "parameter 0", "field ", "field Lx;->f", "@", "@x['", "operand -1", "\0"]
)
NUMBERS = st.sampled_from([-(1 << 63), -2, -1, 0, 1, 2, 1 << 31, 1 << 62])
PLACES = st.builds(
    Place,
    st.sampled_from([ENTRY, ""]),
    NUMBERS,
    st.sampled_from([MAIN, "", "L", "[I", "Ljava/lang/Object;", "\ud800"]),
    st.sampled_from(["run()V", "", "(", "run", "nothing()V"]),
    NUMBERS,
)


@given(st.sampled_from(sorted(FLOWS)), st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_a_flow_says_it_is_refused_without_an_exception(name, data):
    app, flow = CASES[name]
    at = data.draw(st.integers(0, len(flow.steps) - 1))
    whole = st.builds(Step, st.sampled_from(Edge), PLACES, TEXTS, TEXTS)
    real = st.builds(Step, st.sampled_from(Edge), st.sampled_from([step.place for step in flow.steps]), TEXTS, TEXTS)
    step = data.draw(st.one_of(whole, real))
    changed = replace(flow, steps=(*flow.steps[:at], step, *flow.steps[at + 1 :]))
    for refusal in app.checker().check_flow(changed, changed.steps[0].place):
        assert 0 <= refusal.step <= len(flow.steps)
        assert refusal.reason


def refused(case: Case, reason: str, at: int) -> None:
    """The flow is refused in that step and no other, for that reason."""
    app, flow = case
    (found,) = app.refusals(flow)
    assert found.startswith(f"path {at}: ")
    assert reason in found


def one_method(*code: object) -> Case:
    app = main(*code)
    return app, app.flow(START, ARRIVE, END)


OVERWRITTEN = {
    "constant": [("const/4", 0, 0)],
    "move": [("move-object", 0, 3)],
    "pair that begins one below": [("const-wide", 15, 1), ("move-wide", 0, 14)],
    "result": [("invoke-static", [], "Lcom/y/Y;->f()I"), ("move-result", 0)],
    "on both sides": [("if-eqz", 1, ":a"), ("const/4", 0, 0), ("goto", ":b"), ":a", ("const/4", 0, 1), ":b"],
}


@pytest.mark.parametrize("how", OVERWRITTEN)
def test_a_register_that_is_overwritten_on_all_ways_carries_nothing(how):
    refused(one_method(*leak(*OVERWRITTEN[how])), "the value does not arrive", 2)


def test_a_register_that_is_overwritten_on_one_side_carries_the_value_on_the_other():
    app, flow = one_method(*leak(("if-eqz", 1, ":a"), ("const/4", 0, 0), ":a"))
    assert app.refusals(flow) == []


def test_a_use_that_no_way_leads_to_is_refused():
    code = [":source", *READ, ("return-void",), ":sink", ("invoke-static", [8, 0], SINK)]
    refused(one_method(*code), "no way leads there", 2)


def test_a_handler_has_what_was_there_before_the_call_that_threw_and_not_its_result():
    def caught(*code: object) -> Case:
        app = App().add(MAIN, [run(*code, tries=[(":try", ":end", {None: ":catch"})])])
        return app, app.flow(START, ARRIVE, END)

    tail = [":end", ("return-void",), ":catch", ("move-exception", 1), ":sink", ("invoke-static", [8, 0], SINK)]
    refused(caught(":try", ":source", *READ, *tail), "the value does not arrive", 2)
    gc = ("invoke-static", [], "Ljava/lang/System;->gc()V")
    app, flow = caught(":try", ":source", *READ, gc, *tail)
    assert app.refusals(flow) == []
    refused(caught(":source", *READ, ":try", ("const/4", 0, 0), gc, *tail), "the value does not arrive", 2)


def test_half_of_a_pair_is_not_the_pair():
    app = main(
        *[":source", ("invoke-static", [], "Lcom/y/Y;->id()J"), ("move-result-wide", 0)],
        *[("move-wide", 2, 0), ("const/4", 3, 0), ":sink", ("invoke-static", [2, 3], "Lcom/y/Y;->log(J)V")],
    )
    apis = {"source_api": "Lcom/y/Y;->id()J", "sink_api": "Lcom/y/Y;->log(J)V"}
    flow = app.flow(START, (E.USE, "Main.run:sink", "operand 0"), (E.SINK, "Main.run:sink", "operand 0"), **apis)
    refused((app, flow), "the value does not arrive", 2)


def called(callee: str, reference: str, *, opcode: str = "invoke-virtual", super_: str = "Ljava/lang/Object;") -> Case:
    app = main(":source", *READ, ":call", (opcode, [9, 0], reference))
    app.add(
        f"Lcom/x/{callee};", [run(":sink", ("invoke-static", [0, 15], SINK), name="send", proto=f"({STRING})V")], super_
    )
    return app, app.flow(
        START,
        (E.USE, "Main.run:call", "operand 1"),
        (E.CALL, f"{callee}.send", "parameter 1"),
        (E.USE, f"{callee}.send:sink", "operand 1"),
        (E.SINK, f"{callee}.send:sink", "operand 1"),
    )


@pytest.mark.parametrize(
    ("reference", "opcode", "reason"),
    [
        (f"Lcom/x/Other;->send({STRING})V", "invoke-virtual", "no object is of both"),
        (f"Lcom/x/Sub;->sent({STRING})V", "invoke-virtual", "is not a call of send"),
        ("Lcom/x/Sub;->send(Ljava/lang/Object;)V", "invoke-virtual", "is not a call of send"),
        (f"Lcom/x/Sub;->send({STRING})V", "invoke-static", "names operand 1 of 1"),
        ("Lcom/x/Base;->send(Ljava/lang/String;)V", "invoke-direct", "no object is of both"),
        ("Lcom/x/Base;->send(Ljava/lang/String;)V", "invoke-super", "no object is of both"),
    ],
)
def test_a_call_of_another_method_is_refused(reference, opcode, reason):
    app, flow = called("Sub", reference, opcode=opcode, super_="Lcom/x/Base;")
    assert any(reason in item for item in app.refusals(flow))


def test_what_is_not_changed_is_not_known_elsewhere():
    """`same` goes backwards, which only a change does: a value that came from one place did not come from another."""
    app = main(
        *[":other", ("new-instance", 0, STRING), ("if-eqz", 1, ":sink"), ":source", *READ],
        *[":sink", ("invoke-static", [8, 0], SINK)],
    )
    back = (E.SAME, "Main.run:other", "result")
    refused((app, app.flow(START, ARRIVE, back, ARRIVE, END)), "nothing was changed", 3)


def test_a_field_of_the_same_name_in_another_class_is_another_field():
    app, flow = CASES["stored"]
    steps = list(flow.steps)
    steps[2] = replace(steps[2], role=steps[2].role.replace("Main;", "Sub;"))
    assert app.refusals(replace(flow, steps=tuple(steps))) == []  # the class that it is written by
    steps[2] = replace(steps[2], role=f"field {FIELD}".replace("Main;", "Other;"))
    assert len(app.refusals(replace(flow, steps=tuple(steps)))) == 2


def test_a_handler_that_does_not_cover_the_throw_catches_nothing():
    app = main(
        *[":try", ("invoke-static", [], "Ljava/lang/System;->gc()V"), ":end", ":source", *READ, ":throw", ("throw", 0)],
        *[":catch", ("move-exception", 1), ":sink", ("invoke-static", [8, 1], SINK)],
        tries=[(":try", ":end", {None: ":catch"})],
    )
    steps = (E.USE, "Main.run:throw", "operand 0"), (E.THROW, "Main.run:catch", "result")
    refused((app, app.flow(START, *steps, ARRIVE, END)), "does not cover", 3)


def test_what_is_thrown_leaves_a_method_only_by_calls_of_it():
    app, flow = CASES["thrown_to_a_caller"]
    steps = [step for step in flow.steps if step.place.method != "between()V"]
    refused((app, replace(flow, steps=tuple(steps))), "is not a call of fail()V", 3)


def test_what_runs_on_both_sides_is_not_controlled():
    app = main(
        *[":source", *READ, ":if", ("if-eqz", 0, ":both"), ("nop",)],
        *[":both", ("const-string", 1, "both"), ":sink", ("invoke-static", [8, 1], SINK)],
    )
    steps = (E.USE, "Main.run:if", "operand 0"), (E.CONTROL, "Main.run:both", "result")
    refused((app, app.flow(START, *steps, ARRIVE, END)), "whichever way", 3)


def test_a_step_leads_on():
    """A loop decides whether its own branch runs again; that is no step."""
    app = main(
        ":source",
        *READ,
        ":top",
        ("if-eqz", 0, ":end"),
        ":sink",
        ("invoke-static", [8, 8], SINK),
        ("goto", ":top"),
        ":end",
    )
    used, decides = (E.USE, "Main.run:top", "operand 0"), (E.CONTROL, "Main.run:sink", "operand 1")
    assert app.refusals(app.flow(START, used, decides, END)) == []
    again = app.flow(START, used, (E.CONTROL, "Main.run:top", "operand 0"), decides, END)
    refused((app, again), "the step leads to where the path is already", 3)


def test_a_key_is_in_the_code_or_a_text_of_a_resource():
    app, flow = CASES["preferences"]
    steps = [replace(step, role=step.role.replace("'id'", "'of a resource'")) for step in flow.steps]
    named = replace(flow, steps=tuple(steps))
    assert len(app.refusals(named)) == 2
    assert app.checker(texts=lambda: ["of a resource"]).check_flow(named, flow.steps[0].place) == ()


def test_ends_have_to_be_what_is_said_of_the_flow():
    app, flow = CASES["straight"]
    place = flow.steps[0].place
    checker = app.checker()
    for changed in (
        replace(flow, steps=()),
        replace(flow, steps=flow.steps[:1]),
        replace(flow, steps=(flow.steps[0], *flow.steps[1:2] * STEPS, flow.steps[-1])),
        replace(flow, steps=flow.steps[::-1]),
        replace(flow, sink_place=place),
        replace(flow, implicit=True),
        replace(flow, source_api=SINK),
        replace(flow, sink_api=SOURCE),
        replace(flow, asked=(Beside(SINK, place),)),
        replace(flow, sent=(Beside(SOURCE, flow.sink_place),)),
        replace(flow, chain=(Call(place, "target"),)),
    ):
        assert checker.check_flow(changed, place)
    assert checker.check_flow(flow, flow.sink_place)
    beside = (Beside(SOURCE, place), Beside(SINK, flow.sink_place))
    assert not checker.check_flow(replace(flow, asked=beside, sent=beside), place)


def test_the_budget_is_looked_at_before_each_step():
    app, flow = CASES["builder"]
    asked: list[int] = []
    app.checker(check=lambda: asked.append(1)).check_flow(flow, flow.steps[0].place)
    assert len(asked) == len(flow.steps)


def test_flows_are_the_same_after_they_were_written_and_read():
    for app, flow in CASES.values():
        assert app.refusals(msgspec.json.decode(msgspec.json.encode(flow), type=Flow)) == []
