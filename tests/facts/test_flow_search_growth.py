"""The call graph grows from round to round; what comes out is what making it anew in every round gives."""

from collections.abc import Callable
from pathlib import Path

import pytest

from affidavit.dalvik.whole.entries import Declared
from affidavit.dalvik.whole.linked import Linked
from affidavit.facts.flow_search import Inputs, read_calls
from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import INIT, MAIN, linked_of, main
from tests.dalvik.whole.real import RealApp
from tests.oracles.growth import described, read_anew

S, O, K = "Ljava/lang/String;", "Ljava/lang/Object;", "Ljava/lang/Class;"  # noqa: E741
RUN = "Ljava/lang/Runnable;"
MAKE, NEXT = f"{MAIN}->make({S})V", f"{MAIN}->next:{S}"
NAME, NAMES = f"Lx/Names;->name(){S}", f"{MAIN}->names:Lx/Names;"
FIRST = [("const-string", 1, "x.First"), ("invoke-static", [1], MAKE)]
END = ("return-void",)


def named(register: int) -> list[object]:
    """Make an object of a class by its name and run it."""
    return [
        *(("invoke-static", [register], f"{K}->forName({S}){K}"), ("move-result-object", 0)),
        *(("invoke-virtual", [0], f"{K}->newInstance(){O}"), ("move-result-object", 0)),
        *(("check-cast", 0, RUN), ("invoke-interface", [0], f"{RUN}->run()V")),
    ]


def runnable(name: str, *code: object) -> Class:
    return Class(f"Lx/{name};", methods=[INIT, Method("run", code=[*code, END], registers=4)], interfaces=[RUN])


def step_by_step() -> Linked:
    """The first class is named in sight; it names the second for a parameter and what a call gives, that the third."""
    make = Method(
        "make", f"({S})V", code=[*named(3), ("sget-object", 1, NEXT), *named(1), END], access=0x9, registers=4
    )
    asks = [("sget-object", 1, NAMES), ("invoke-interface", [1], NAME), ("move-result-object", 1), *named(1)]
    fields = [Field("next", S, 0x9), Field("names", "Lx/Names;", 0x9)]
    first = runnable("First", ("const-string", 1, "x.Second"), ("invoke-static", [1], MAKE))
    first.methods.append(Method("name", f"(){S}", code=[("const-string", 0, "x.Other"), ("return-object", 0)]))
    first.interfaces.append("Lx/Names;")
    return linked_of(
        main(*FIRST, *asks, methods=[make], fields=fields),
        Class("Lx/Names;", methods=[Method("name", f"(){S}", access=0x401)], access=0x601),
        first,
        runnable("Second", ("const-string", 1, "x.Third"), ("sput-object", 1, NEXT)),
        *(runnable(name) for name in ("Third", "Other", "Never")),
    )


def same(linked: Linked, inputs: Inputs) -> dict[str, object]:
    """The description of an app's reading, which is that of its twin."""
    found = described(read_calls(linked, inputs, lambda: None))
    slow = described(read_anew(linked, inputs))
    assert list(found) == [name for name, what in slow.items() if found[name] == what]
    return found


def test_what_reflection_leads_to_may_lead_on_by_parameters_fields_and_overrides():
    linked = step_by_step()
    found = same(linked, Inputs((Declared("activity", MAIN),)))
    made = {linked.types[number] for number in found["instantiated"]}  # type: ignore[attr-defined]
    assert {"Lx/First;", "Lx/Second;", "Lx/Third;", "Lx/Other;"} <= made
    assert "Lx/Never;" not in made


@pytest.mark.samples
def test_a_real_app_is_read_as_if_anew(sample: Callable[[str], Path]):
    app = RealApp(sample("settings-3.0.0"), rounds=0)
    found = same(app.linked, Inputs(app.declared, app.layouts, app.package, app.resources))
    assert len(found["edges"]) > 5000  # type: ignore[arg-type]
