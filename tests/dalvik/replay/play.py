"""Small programs for the machine: calls of ``Lsrc/S;`` are sources, calls of ``Lsnk/S;`` sinks, named by their methods.

``Lenv/E;`` is the outside: ``number()I`` and ``thing()`` give what nobody knows, ``fails()V`` may throw, ``same(x)x``
gives its argument back, ``end()V`` ends the process.
"""

# ruff: noqa: ARG002 - the platform here looks at little of what it is given
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.dalvik.replay.budget import Budget
from affidavit.dalvik.replay.heap import State
from affidavit.dalvik.replay.machine import Machine
from affidavit.dalvik.replay.surface import Points, Raise, Result, Services, Site, Stop
from affidavit.dalvik.replay.values import UNKNOWN, ZERO, Value, inexact, opaque
from affidavit.dalvik.unit import RefKind
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import CallGraph, Code
from tests.builders.dex import Class, DexBuilder, Field, Method

MAIN = "Lt/Main;"
STRING = "Ljava/lang/String;"
OBJECT = "Ljava/lang/Object;"


class Outside:
    """A platform of which next to nothing is known."""

    showing = ()

    def call(  # noqa: PLR0917 - as `Platform` has it
        self, machine: Services, state: State, site: Site, class_: str, name: str, proto: str, args: Sequence[Value]
    ) -> Result:
        if class_ == "Lenv/E;":
            if name == "same":
                return args[0]
            if name == "end":
                return Stop()
            if name == "throws":
                return Raise(opaque("Ljava/io/IOException;", nullable=False))
            return UNKNOWN if not proto.endswith(";") else opaque(proto.rpartition(")")[2])
        if name == "<init>":
            return ZERO
        taint = frozenset().union(*(state.taint_of(value) for value in args))
        return UNKNOWN.tainted(inexact(taint))

    def shows(self, machine: Services, state: State, method: tuple[str, str], args: Sequence[Value]) -> None:
        pass

    def handed(self, machine: Services, state: State, args: Sequence[Value]) -> None:
        pass

    def throws(self, class_: str, name: str, proto: str) -> bool:
        return name == "fails"

    def uncaught(self, machine: Services, state: State, thrown: Value) -> None:
        pass

    def static_field(self, machine: Services, state: State, site: Site, field_: str, type_: str) -> Value:
        return UNKNOWN


@dataclass
class Played:
    """What was seen: pairs (source, sink) that data went between, explicitly; the same for implicit ones."""

    pairs: set[tuple[str, str]]
    implicit: set[tuple[str, str]]
    exact: set[tuple[str, str]]
    machine: Machine

    @property
    def gaps(self) -> set[str]:
        return {*self.machine.gaps, *self.machine.cut}


def linked_of(classes: Sequence[Class]) -> Linked:
    data = DexBuilder(list(classes)).build()
    return Linked(Program([read_dex("classes.dex", data)]), Framework.load())


def graph_of(linked: Linked) -> CallGraph:
    """A call graph that says only which classes objects are made of: all."""
    none, methods = np.empty(0, np.int32), len(linked.method_row)
    nothing = np.full(methods, -1, np.int32)
    small = np.empty(0, np.uint8)
    starts = np.zeros(1, np.int64)
    code = Code(nothing, nothing, small, small, none, none, none, starts, none, none, none)
    made = linked.is_app & ~linked.is_abstract & ~linked.is_interface
    reached = np.ones(methods, np.bool_)
    return CallGraph(code, (), none, none, small, reached, nothing, nothing, made, none, none)


def points_of(linked: Linked) -> tuple[Points, list[str], list[str]]:
    """Sources and sinks by the classes that are called."""
    points, sources, sinks = Points(), [], []
    for number, unit in enumerate(linked.units):
        for row in np.flatnonzero(unit.refs.kind == RefKind.METHOD).tolist():
            class_, name, proto = unit.method_parts(int(unit.refs.target[row]))
            owner = int(unit.refs.owner[row])
            method = linked.first_method[number] + owner
            place = method, (int(unit.refs.offset[row]) - int(unit.def_code[owner])) // 2
            if class_ == "Lsrc/S;":
                role = "result" if not proto.endswith("V") else "operand 0"
                points.sources[place] = [(role, len(sources))]
                sources.append(name)
            elif class_ == "Lsnk/S;":
                points.sinks[place] = [("operand 0", len(sinks))]
                sinks.append(name)
    return points, sources, sinks


def play(*classes: Class, steps: int = 50_000, relevant: set[str] | None = None) -> Played:
    """Execute ``Lt/Main;->main()V``."""
    linked = linked_of(classes)
    points, sources, sinks = points_of(linked)
    chosen = None
    if relevant is not None:
        every = range(len(linked.method_row))
        chosen = {method for method in every if linked.method_text(method)[1] in relevant | {"main"}}
    machine = Machine(linked, graph_of(linked), Outside(), points, chosen, Budget(steps, steps))
    state = State()
    machine.invoke(state, linked.find_method(linked.type_of(MAIN), "main"), ())
    found: list[set[tuple[str, str]]] = [set(), set(), set()]
    for (source, sink, implicit), exact in machine.hits.items():
        found[implicit].add((sources[source], sinks[sink]))
        if exact:
            found[2].add((sources[source], sinks[sink]))
    return Played(*found, machine)


def main(
    *code: object, tries: Sequence[object] = (), methods: Sequence[Method] = (), fields: Sequence[Field] = ()
) -> Class:
    """A main class with this code in ``main``; a last ``return-void`` is added."""
    entry = Method("main", "()V", [*code, ("return-void",)], access=0x9, tries=tries)
    return Class(MAIN, methods=[entry, *methods], fields=fields)


def get(register: int, name: str = "a") -> tuple[object, ...]:
    """Read the secret of that name into a register (with `into`)."""
    return ("invoke-static", [], f"Lsrc/S;->{name}(){STRING}")


def take(register: int) -> tuple[object, ...]:
    return ("move-result-object", register)


def put(register: int, name: str = "out") -> tuple[object, ...]:
    """Send a register."""
    return ("invoke-static", [register], f"Lsnk/S;->{name}({OBJECT})V")


def secret(register: int, name: str = "a") -> list[tuple[object, ...]]:
    return [get(register, name), take(register)]


def static(name: str, proto: str, *code: object, registers: int = 16) -> Method:
    return Method(name, proto, list(code), access=0x9, registers=registers)
