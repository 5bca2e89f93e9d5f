"""Small apps for the tests of the whole-program analysis, from classes to a call graph."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.lifecycles import lifecycles
from affidavit.dalvik.models import Models
from affidavit.dalvik.program import Program
from affidavit.dalvik.whole.calls import build_calls
from affidavit.dalvik.whole.entries import Declared, entry_points
from affidavit.dalvik.whole.layouts import Layout
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.objects import Objects
from affidavit.dalvik.whole.values import Values
from tests.builders.dex import Class, DexBuilder, Method

ACTIVITY, CREATE = "Landroid/app/Activity;", "(Landroid/os/Bundle;)V"
MAIN = "Lx/Main;"
INIT = Method("<init>", code=[("return-void",)], access=0x10001)


def linked_of(*classes: Class) -> Linked:
    """The program of some classes."""
    return Linked(Program([read_dex("classes.dex", DexBuilder(list(classes)).build())]), Framework.load())


def main(*code, name: str = MAIN, methods: Sequence[Method] = (), **more) -> Class:
    """An activity whose onCreate has the code; a return is added."""
    create = Method("onCreate", CREATE, code=[*code, ("return-void",)], registers=16)
    return Class(name, ACTIVITY, methods=[INIT, create, *methods], **more)


@dataclass
class App:
    """A program that is entered at its declared components (by default the activity `MAIN`), and what can be asked."""

    linked: Linked
    declared: Sequence[Declared] = (Declared("activity", MAIN),)
    layouts: Sequence[Layout] = ()
    models: Models = field(default_factory=Models.load)

    def entries(self):
        """Entry points and instantiated types."""
        return entry_points(self.linked, self.declared, self.layouts, lifecycles())

    def names(self, methods) -> list[str]:
        """Methods as ``Lx/A;->m``."""
        return ["->".join(self.linked.method_text(method)[:2]) for method in methods]


TAKE = "Lout/Sink;->take(Ljava/lang/Object;)V"
"""A method outside of the app: tests ask about what it is given."""


def take(register: int):
    """The instruction that gives a register to `TAKE`."""
    return ("invoke-static", [register], TAKE)


class Asked:
    """The values of an app, and the places that tests ask about."""

    def __init__(self, app: App, resources=None, package: str = "", calls=(), instantiated=()) -> None:
        entries, types = app.entries()
        self.linked = app.linked
        self.calls = build_calls(app.linked, entries, calls, (*types, *instantiated))
        texts = resources or {}
        self.values = Values(app.linked, self.calls, app.models, texts.get, package=package)
        self.objects = Objects(self.values)
        self.sites = self.values.sites

    def taken(self) -> list[int]:
        """What `TAKE` is given, in order of the code."""
        nodes = self.sites.outside(lambda callee: callee.name == "take")
        return [self.sites.code.operands(node)[0] for node in nodes]

    def shown(self) -> list[str]:
        """What is known of that, as text."""
        return [self.values.text(self.values.of(node)) for node in self.taken()]

    def invokes(self, name: str) -> list[int]:
        """Invokes of methods outside of the app with a name."""
        return self.sites.outside(lambda callee: callee.name == name)


def asked(*classes: Class, **more) -> Asked:
    """The values of an app of some classes."""
    return Asked(App(linked_of(*classes)), **more)
