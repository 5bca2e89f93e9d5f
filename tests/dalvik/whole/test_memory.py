"""Answers that outlive the growth of a call graph: those that nothing changed of, and no others."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.models import Models
from affidavit.dalvik.whole.calls import CallSearch, ExtraCall
from affidavit.dalvik.whole.memory import Memory, Seen
from affidavit.dalvik.whole.objects import Objects
from affidavit.dalvik.whole.shapes import How
from affidavit.dalvik.whole.values import Values
from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import INIT, MAIN, App, linked_of, main, take

S = "Ljava/lang/String;"
KEPT = "Lx/A;->kept:Ljava/lang/Object;"
END = ("return-void",)


class Growing:
    """An app whose call graph grows by calls of methods that nothing else calls."""

    def __init__(self, *classes: Class) -> None:
        self.app = App(linked_of(*classes))
        entries, types = self.app.entries()
        self.memory, self.search = Memory(), CallSearch(self.app.linked, entries)
        self.search.add((), types)
        self.look()

    def look(self) -> None:
        self.calls = self.search.run()
        self.values = Values(self.app.linked, self.calls, Models.load(), memory=self.memory)
        self.objects = Objects(self.values)

    def method(self, name: str, class_: str = MAIN) -> int:
        return self.app.linked.find_method(self.app.linked.type_of(class_), name)

    def call(self, name: str, class_: str = MAIN) -> None:
        self.search.add([ExtraCall(self.method("onCreate"), 0, self.method(name, class_), How.REFLECT)], ())
        self.look()

    def nodes(self, opcode: int) -> list[int]:
        sites = self.values.sites
        return [node for node in range(len(sites.kind)) if sites.opcode(node) == opcode]


def test_a_parameter_that_more_may_give_is_asked_for_anew():
    told = Method("told", f"({S})V", code=[END], access=0x9, registers=2)
    app = Growing(main(("const-string", 0, "a"), ("invoke-static", [0], f"{MAIN}->told({S})V"), methods=[told]))
    node = app.values.sites.parameter(app.method("told"), 0)
    assert not app.values.constants(node).others
    app.call("told")
    assert app.values.constants(node).texts() == ["a"]
    assert app.values.constants(node).others


def test_an_object_that_new_code_reads_is_used_there():
    read = Method("read", "()V", code=[("sget-object", 0, KEPT), take(0), END], access=0x9, registers=2)
    app = Growing(
        main(("new-instance", 0, "Lx/A;"), ("sput-object", 0, KEPT), methods=[read]),
        Class("Lx/A;", methods=[INIT], fields=[Field("kept", "Ljava/lang/Object;", 0x9)]),
    )
    (node,) = app.nodes(0x22)
    assert app.objects.uses(node) == ()
    app.call("read")
    assert len(app.objects.uses(node)) == 1


def test_a_call_graph_is_not_changed_by_what_is_added_later():
    app = Growing(main(take(0), methods=[Method("more", "()V", code=[take(0), END], access=0x9, registers=2)]))
    before, first = app.calls, app.calls.code.kind.tolist()
    app.call("more")
    assert (before.code.kind.tolist(), int(before.code.node_first[app.method("more")])) == (first, -1)
    assert app.calls.code.kind.tolist()[: len(first)] == first
    assert app.calls.code.node_first[app.method("more")] == len(first)


def test_what_does_not_change_is_answered_once():
    app = Growing(
        main(("const-string", 0, "a"), take(0), methods=[Method("more", "()V", code=[END], access=0x9, registers=1)])
    )
    (node,) = app.nodes(0x1A)
    known = app.values.of(node)
    app.call("more")
    assert app.values.of(node) is known


@given(st.lists(st.lists(st.integers(-6, 9), max_size=4), max_size=8), st.sets(st.integers(0, 9)))
def test_answers_last_that_rest_on_nothing_changed(notes: list[list[int]], changed: set[int]):
    """Numbers from 0 on are facts, those below 0 earlier answers."""
    memory = Memory()
    answers = memory.answers("any")
    rest: list[set[int]] = []
    for row, facts in enumerate(notes):
        begin = len(memory.notes)
        mine: set[int] = set()
        for note in facts:
            if note >= 0:
                memory.notes.append(note)
                mine.add(note)
            elif ~note < row:
                memory.used(~note)
                mine |= rest[~note]
        rest.append(mine)
        answers[row] = ("answer", memory.answered(begin))
    memory.grown(Seen(np.empty(0, np.int64), frozenset(), 0), changed)
    assert sorted(memory.answers("any")) == [row for row, mine in enumerate(rest) if not mine & changed]
