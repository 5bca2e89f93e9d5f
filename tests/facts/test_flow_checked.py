"""Every path that is found in a real app is accepted by the checker, and refused once anything in it is changed.

Of some 33,000 changes of one step each, four are accepted: they say the same in other words (`says_the_same`).
"""

import pytest
from msgspec.structs import replace

from affidavit.dalvik.disassemble import disassemble
from affidavit.model.flow import Edge, Flow, Step
from affidavit.model.place import Place
from tests.conftest import CORPUS, THOROUGH
from tests.dalvik.check.mutations import Mutation, survivors
from tests.facts.flow_runs import Run, run

HOME = CORPUS / "taint"
APPS = sorted(path.relative_to(HOME).as_posix() for path in HOME.rglob("*.apk"))


@pytest.mark.corpus
@pytest.mark.parametrize("app", APPS[:: 1 if THOROUGH else 6], ids=lambda path: path.rpartition("/")[2])
def test_paths_are_accepted_and_changed_paths_are_refused(app, corpus):
    found = run(corpus / "taint" / app)
    assert found.refusals() == []
    for flow, _ in found.flows:
        accepted, made = survivors(flow, found.found.linked.program, found.checker)
        assert made > 100
        assert [(item.kind, item.step, flow.steps) for item in accepted if not says_the_same(found, flow, item)] == []


def says_the_same(found: Run, flow: Flow, changed: Mutation) -> bool:
    """Whether a changed path means what the path meant.

    A reference that was cast, or fetched from an array, is known by the result of the instruction and by what the
    instruction reads. So one of two steps at one such instruction can be left out; and where a step names the result of
    a cast, the place that the cast value came from says the same, if the path by way of the cast is accepted.
    """
    step, before = flow.steps[changed.step], flow.steps[changed.step - 1]
    if step.edge is not Edge.SAME:
        return False
    if changed.kind == "dropped":
        return before.place == step.place and mnemonic(found, step.place) in {"check-cast", "aget-object"}
    if changed.kind != "instruction" or mnemonic(found, step.place) != "check-cast":
        return False
    through = Step(Edge.SAME, step.place, "operand 0")
    steps = (*flow.steps[: changed.step + 1], through, *changed.flow.steps[changed.step :])
    return not found.checker.check_flow(replace(changed.flow, steps=steps), changed.place)


def mnemonic(found: Run, place: Place) -> str:
    """The name of the instruction at a place."""
    unit, _ = found.found.linked.program.find_class(place.class_) or (None, 0)
    assert unit is not None
    owners = unit.def_code.tolist()
    return dict(disassemble(unit, owners.index(place.offset - 2 * place.pc)))[place.pc].partition(" ")[0]
