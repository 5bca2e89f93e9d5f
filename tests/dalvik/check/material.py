"""Small programs and the flows in them, written by hand: one for each kind of edge."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from affidavit.dalvik.check.checker import Checker
from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.models import ModelDocument, Models
from affidavit.dalvik.program import Program
from affidavit.model.flow import Edge, Flow, Step
from affidavit.model.place import Place
from tests.builders.dex import Class, DexBuilder, Method
from tests.builders.dex_code import labelled

ENTRY = "classes.dex"
STRING, MAIN = "Ljava/lang/String;", "Lcom/x/Main;"
SOURCE = "Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;"
SINK = "Landroid/util/Log;->i(Ljava/lang/String;Ljava/lang/String;)I"
READ = [("invoke-virtual", [9], SOURCE), ("move-result-object", 0)]
"""Reads the source into v0."""
MODELS = {
    "java/lang/StringBuilder": {"append/1": "0 -> this; this == return", "toString/0": "this -> return"},
    "java/util/Map": {"put/2": "1 == this[0]", "get/1": "this[0] == return"},
    "java/io/Writer": {"write/1": "0 -> @files[*]"},
    "java/io/Reader": {"read/0": "@files[*] -> return"},
    "android/content/SharedPreferences$Editor": {"putString/2": "1 == @preferences[0]; this == return"},
    "android/content/SharedPreferences": {"getString/2": "@preferences[0] == return"},
    "android/os/AsyncTask": {"execute/1": "call this.doInBackground/1(0) == this['result']"},
    "android/view/View": {"setOnClickListener/1": "register 0"},
    "android/content/Context": {"startActivity/1": "launch activity 0"},
    "android/app/Activity": {"getIntent/0": "received == return"},
}


@dataclass
class App:
    """A program under construction: classes, and where the labels of their methods are.

    A label in a method is an address that a step can name.
    """

    classes: list[Class] = field(default_factory=list)

    def add(self, name: str, methods: Sequence[Method] = (), super_: str = "Ljava/lang/Object;", **more: Any) -> "App":
        """Add a class."""
        self.classes.append(Class(name, super_, methods=methods, **more))
        return self

    @cached_property
    def program(self) -> Program:
        """What is read of it."""
        return Program(read_dexes(ENTRY, DexBuilder(self.classes).build()))

    def checker(self, **more: Any) -> Checker:
        """A checker of it."""
        return Checker(self.program, Framework.load(), models(), **more)

    def step(self, edge: Edge, at: str, role: str, effect: str = "") -> Step:
        """A step at ``Main.run`` (a parameter) or ``Main.run:label``."""
        return Step(edge, self.place(at), role, effect)

    def place(self, at: str) -> Place:
        """The place of ``Main.run:label``; labels are those of the first method of that name."""
        owner, _, label = at.partition(":")
        class_, _, name = owner.rpartition(".")
        (item,) = [item for item in self.classes if item.name == f"Lcom/x/{class_};"]
        method = next(method for method in item.methods if method.name == name)
        code = list(method.code or ())
        pc = labelled(code)[f":{label}"] if label else -1
        start = self.starts[item.name, name, method.proto]
        offset = start + 2 * pc if label else -1
        return Place(ENTRY, offset, item.name, name + method.proto, pc)

    @cached_property
    def starts(self) -> dict[tuple[str, str, str], int]:
        """Where the code of each method begins."""
        (unit,) = self.program.units
        rows = range(len(unit.def_method))
        return {unit.method_parts(int(unit.def_method[row])): int(unit.def_code[row]) for row in rows}

    def flow(self, *steps: tuple[Any, ...], **more: Any) -> Flow:
        """A flow of steps, each as the arguments of `step`."""
        path = tuple(self.step(*step) for step in steps)
        implicit = any(step.edge is Edge.CONTROL for step in path)
        values = {"source_api": SOURCE, "sink_api": SINK, "implicit": implicit} | more
        return Flow(
            source="device-id", category="device", sink="log", sink_kind="log", sink_place=path[-1].place,
            verdict="undecided", why="", steps=path, **values,
        )  # fmt: skip

    def refusals(self, flow: Flow) -> list[str]:
        """Why a flow is refused."""
        return [
            f"{item.part} {item.step}: {item.reason}" for item in self.checker().check_flow(flow, flow.steps[0].place)
        ]


@cache
def models() -> Models:
    """Models of a few methods, in the language of ``knowledge/models``."""
    document = ModelDocument("these tests", "Apache-2.0", MODELS)
    return Models([document], Framework.load())


def run(*code: Any, name: str = "run", proto: str = "()V", **more: Any) -> Method:
    """A method that ends."""
    ends = bool(code) and not isinstance(code[-1], str) and code[-1][0].startswith(("return", "throw", "goto"))
    return Method(name, proto, code=[*code, *([] if ends else [("return-void",)])], **more)


def leak(*between: Any, register: int = 0) -> list[Any]:
    """Source at ``source``, then `between`, then v`register` into the log at ``sink``."""
    return [":source", *READ, *between, ":sink", ("invoke-static", [8, register], SINK)]
