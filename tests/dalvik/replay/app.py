"""Small apps for the driver of components: what flows when the platform runs them.

Calls of ``Lsrc/S;`` are sources, calls of ``Lsnk/S;`` sinks, as in `tests.dalvik.replay.play`. The register of ``this``
is `ME` in a method without parameters, and one less for each parameter, which follow it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from affidavit.dalvik.lifecycles import lifecycle_of
from affidavit.dalvik.models import Models
from affidavit.dalvik.replay.budget import Budget
from affidavit.dalvik.replay.components import Components
from affidavit.dalvik.replay.machine import Machine
from affidavit.dalvik.replay.platform import AppPlatform
from affidavit.dalvik.whole.entries import Declared
from affidavit.dalvik.whole.layouts import Layout
from tests.builders.dex import OBJECT, Class, Field, Method
from tests.dalvik.replay.play import STRING, graph_of, linked_of, points_of

ME = 15
MAIN, OTHER = "Lt/Main;", "Lt/Other;"
ACTIVITY, SERVICE = "Landroid/app/Activity;", "Landroid/app/Service;"
BUNDLE, INTENT, VIEW = "Landroid/os/Bundle;", "Landroid/content/Intent;", "Landroid/view/View;"
SHARED = "Lt/Shared;"


@dataclass
class Ran:
    """What was seen.

    Attributes:
        pairs: (source, sink) that data went between, explicitly. exact: those of them that are certain.
        gaps: what was not followed, and what the driver left out.
    """

    pairs: set[tuple[str, str]]
    exact: set[tuple[str, str]]
    gaps: set[str]
    machine: Machine


def run(
    *classes: Class,
    declared: Sequence[Declared] = (),
    layouts: Sequence[Layout] = (),
    text: Callable[[int], str | None] = lambda _: None,
) -> Ran:
    """Run an app; without a manifest, ``Lt/Main;`` is its only activity."""
    shared = Class(SHARED, fields=[Field(name, OBJECT, 0x9) for name in "fgh"])
    linked = linked_of([*classes, shared])
    points, sources, sinks = points_of(linked)
    platform = AppPlatform(Models.load(), declared or [activity(MAIN)], text)
    machine = Machine(linked, graph_of(linked), platform, points, None, Budget(100_000, 50_000))
    reasons = Components(platform, lifecycle_of(), layouts).run(machine)
    found: list[set[tuple[str, str]]] = [set(), set()]
    for (source, sink, implicit), exact in machine.hits.items():
        if not implicit:
            found[0].add((sources[source], sinks[sink]))
        if exact and not implicit:
            found[1].add((sources[source], sinks[sink]))
    return Ran(found[0], found[1], {*machine.gaps, *machine.cut, *reasons}, machine)


def activity(component: str, **more: object) -> Declared:
    return Declared("activity", component, **{"exported": component == MAIN, **more})


def on(name: str, proto: str = "()V", *code: object, access: int = 0x1) -> Method:
    """A method of 16 registers that returns nothing, zero or null at its end."""
    last = proto[-1] if proto[-2:-1] == ")" else "L"
    end = {"V": [("return-void",)], "L": [("const/4", 0, 0), ("return-object", 0)]}.get(
        last, [("const/4", 0, 0), ("return", 0)]
    )
    return Method(name, proto, [*code, *end], access=access, registers=16)


def init(*more: object, above: str = OBJECT, proto: str = "()V") -> Method:
    """A constructor that calls the one above and then does more."""
    this = ME - len(proto.split(")", maxsplit=1)[0].split(";")) + 1
    calls = [("invoke-direct", [this], f"{above}-><init>()V")] if this < 16 else []
    return Method("<init>", proto, [*calls, *more, ("return-void",)], access=0x10001, registers=16)


def secret(register: int = 0, name: str = "a") -> list[tuple[object, ...]]:
    return [("invoke-static", [], f"Lsrc/S;->{name}(){STRING}"), ("move-result-object", register)]


def send(register: int = 0, name: str = "out") -> tuple[object, ...]:
    return ("invoke-static", [register], f"Lsnk/S;->{name}({OBJECT})V")


def keep(register: int = 0, name: str = "f") -> tuple[object, ...]:
    """Into a static field."""
    return ("sput-object", register, f"{SHARED}->{name}:{OBJECT}")


def kept(register: int = 0, name: str = "f") -> tuple[object, ...]:
    return ("sget-object", register, f"{SHARED}->{name}:{OBJECT}")


def put(register: int, this: int = ME, class_: str = MAIN, name: str = "f") -> tuple[object, ...]:
    """Into a field of an object."""
    return ("iput-object", register, this, f"{class_}->{name}:{OBJECT}")


def got(register: int, this: int = ME, class_: str = MAIN, name: str = "f") -> tuple[object, ...]:
    return ("iget-object", register, this, f"{class_}->{name}:{OBJECT}")


def word(register: int, text: str) -> tuple[object, ...]:
    return ("const-string", register, text)


def call(kind: str, registers: list[int], method: str, result: int = -1) -> list[tuple[object, ...]]:
    """An invoke, and its result moved as its type wants it."""
    made: list[tuple[object, ...]] = [(f"invoke-{kind}", registers, method)]
    if result >= 0:
        type_ = method.rpartition(")")[2]
        form = "-object" if type_[0] in "L[" else "-wide" if type_ in "JD" else ""
        made.append((f"move-result{form}", result))
    return made


def new(register: int, class_: str, *given: int, proto: str = "()V") -> list[tuple[object, ...]]:
    return [("new-instance", register, class_), ("invoke-direct", [register, *given], f"{class_}-><init>{proto}")]


def main(*methods: Method, above: str = ACTIVITY, **more: object) -> Class:
    """``Lt/Main;``: an activity with fields ``f`` and ``g``."""
    fields = [Field(name, OBJECT) for name in "fg"]
    return Class(MAIN, above, methods=[init(above=above), *methods], fields=fields, **more)


def created(*code: object) -> Class:
    """An activity that does all in ``onCreate``: ``this`` is register 14."""
    return main(on("onCreate", f"({BUNDLE})V", *code))


OUT = {("a", "out")}


def flows(*code: object, others: tuple[Class, ...] = ()) -> bool:
    """Whether the secret in register 0 comes out, for certain; what flows is never uncertain here."""
    ran = run(created(*secret(), *code), *others)
    assert ran.pairs == ran.exact
    return bool(ran.pairs)
