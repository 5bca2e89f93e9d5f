"""What can run: which calls lead where, and by which chain a method is reached."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from affidavit.dalvik.whole.calls import ExtraCall, build_calls
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import CallGraph, EntryPoint, How, NodeKind
from affidavit.model.errors import BudgetError
from tests.builders.dex import CallSite, Class, Field, Handle, Method
from tests.dalvik.whole.material import link, link_app, read_all
from tests.oracles.reach import Reach

END = ("return-void",)
OBJECT = "Ljava/lang/Object;"


def method(name: str, *code: object, access: int = 0x1, proto: str = "()V") -> Method:
    return Method(name, proto, [*code, END], access)  # type: ignore[list-item]


def main(*code: object) -> Class:
    """A class with the entry ``go``."""
    return Class("Lmain;", methods=[method("go", *code, access=0x9)])


def made(type_: str, register: int = 0) -> list[object]:
    return [("new-instance", register, type_), ("invoke-direct", [register], f"{type_}-><init>()V")]


def init(super_: str = OBJECT) -> Method:
    return method("<init>", ("invoke-direct", [15], f"{super_}-><init>()V"), access=0x10001)


def graph(linked: Linked, start: str = "Lmain;", name: str = "go", **more: object) -> CallGraph:
    type_ = linked.type_of(start)
    entry = EntryPoint(linked.find_method(type_, name), "activity", type_, "manifest")
    return build_calls(linked, [entry], **more)  # type: ignore[arg-type]


def reached(linked: Linked, calls: CallGraph) -> set[str]:
    return {"->".join(linked.method_text(m)[:2]) for m in np.flatnonzero(calls.reached).tolist()}


def edges(linked: Linked, calls: CallGraph) -> list[tuple[str, int, str, How]]:
    found = []
    for site, target, how in zip(calls.site.tolist(), calls.target.tolist(), calls.how.tolist(), strict=True):
        caller, called = (linked.method_text(int(m)) for m in (calls.code.method[site], target))
        found.append((f"{caller[0]}->{caller[1]}", int(calls.code.pc[site]), f"{called[0]}->{called[1]}", How(how)))
    return sorted(found)


def chain(linked: Linked, calls: CallGraph, name: str) -> list[str]:
    """Methods from the entry to a method."""
    at = next(m for m in np.flatnonzero(calls.reached).tolist() if linked.method_text(m)[1] == name)
    found = [name]
    while calls.parent[at] >= 0:
        at = int(calls.code.method[calls.site[calls.parent[at]]])
        found.append(linked.method_text(at)[1])
    assert calls.entries[int(calls.entry_of[at])].method == at
    return found[::-1]


def test_a_static_call_leads_to_its_method_and_begins_its_class():
    linked = link(
        main(("invoke-static", [], "La;->m()V")),
        Class("La;", methods=[method("m", access=0x9), method("<clinit>", access=0x10008), method("unused")]),
    )
    calls = graph(linked)
    assert reached(linked, calls) == {"Lmain;->go", "La;->m", "La;-><clinit>"}
    assert edges(linked, calls) == [
        ("Lmain;->go", 0, "La;-><clinit>", How.STATIC_INITIALISER), ("Lmain;->go", 0, "La;->m", How.CALL),
    ]  # fmt: skip


def test_the_initialiser_of_a_superclass_runs_too_and_each_only_once():
    fields = [Field("f", "I", 0x9)]
    linked = link(
        main(("sget", 0, "Lb;->f:I"), ("sput", 0, "Lb;->f:I")),
        Class("La;", methods=[method("<clinit>", access=0x10008)]),
        Class("Lb;", "La;", fields=fields, methods=[method("<clinit>", access=0x10008)]),
    )
    calls = graph(linked)
    assert [item[2] for item in edges(linked, calls)] == ["La;-><clinit>", "Lb;-><clinit>"]


def shapes(*extra: Class) -> list[Class]:
    """``Lb;`` and ``Lc;`` override ``La;->m``; ``Ld;`` inherits ``Lb;``'s."""
    return [
        Class("La;", methods=[init(), method("m")]),
        Class("Lb;", "La;", methods=[init("La;"), method("m")]),
        Class("Lc;", "La;", methods=[init("La;"), method("m")]),
        Class("Ld;", "Lb;", methods=[init("Lb;")]),
        *extra,
    ]


def test_a_virtual_call_reaches_only_classes_of_which_an_object_is_made():
    linked = link(
        main(*made("Ld;"), *made("La;", 1), ("invoke-static", [0], "Lmain;->on(La;)V")), *shapes(),
    )  # fmt: skip
    calls = graph(linked)
    assert "La;->m" not in reached(linked, calls)
    caller = Class("Luse;", methods=[method("on", ("invoke-virtual", [15], "La;->m()V"), access=0x9, proto="(La;)V")])
    linked = link(main(*made("Ld;"), ("invoke-static", [0], "Luse;->on(La;)V")), *shapes(caller))
    calls = graph(linked)
    assert {item for item in reached(linked, calls) if item.endswith(">m")} == {"Lb;->m"}


def test_a_receiver_made_in_the_same_method_has_exactly_its_class():
    linked = link(
        main(*made("Lb;"), *made("Lc;", 1), ("move-object", 2, 1), ("check-cast", 2, "La;"),
             ("invoke-virtual", [2], "La;->m()V")),
        *shapes(),
    )  # fmt: skip
    assert {item for item in reached(linked, graph(linked)) if item.endswith(">m")} == {"Lc;->m"}


def test_an_object_made_later_still_reaches_an_earlier_call():
    use = Class("Luse;", methods=[method("on", ("invoke-virtual", [15], "La;->m()V"), access=0x9, proto="(La;)V"),
                                  method("late", *made("Lc;"), access=0x9)])  # fmt: skip
    linked = link(
        main(("invoke-static", [0], "Luse;->on(La;)V"), ("invoke-static", [], "Luse;->late()V")), *shapes(use)
    )
    assert "Lc;->m" in reached(linked, graph(linked))


def test_an_interface_call_reaches_implementations_and_default_methods():
    run = Method("run", "()V", access=0x401)
    linked = link(
        main(*made("Limpl;"), *made("Lplain;", 1), ("invoke-static", [0], "Luse;->on(Li;)V")),
        Class("Li;", access=0x601, methods=[run, method("other")]),
        Class("Limpl;", interfaces=["Li;"], methods=[init(), method("run")]),
        Class("Lplain;", interfaces=["Li;"], methods=[init()]),
        Class("Luse;", methods=[method("on", ("invoke-interface", [15], "Li;->run()V"),
                                       ("invoke-interface", [15], "Li;->other()V"), access=0x9, proto="(Li;)V")]),
    )  # fmt: skip
    found = reached(linked, graph(linked))
    assert {"Limpl;->run", "Li;->other"} <= found
    assert "Li;->run" not in found


def test_a_super_call_runs_the_method_above_the_caller():
    linked = link(
        main(*made("Lb;"), ("invoke-virtual", [0], "Lb;->m()V")),
        Class("La;", methods=[init(), method("m")]),
        Class("Lb;", "La;", methods=[init("La;"), method("m", ("invoke-super", [15], "La;->m()V"))]),
    )
    assert ("Lb;->m", 0, "La;->m", How.CALL) in edges(linked, graph(linked))


def test_the_platform_calls_what_overrides_its_methods():
    linked = link(
        main(*made("Ltask;")),
        Class("Ltask;", interfaces=["Ljava/lang/Runnable;"], methods=[init(), method("run"), method("other")]),
    )
    calls = graph(linked)
    assert ("Lmain;->go", 0, "Ltask;->run", How.CALLBACK) in edges(linked, calls)
    assert "Ltask;->other" not in reached(linked, calls)


def test_what_a_superclass_without_the_interface_defines_is_called_back_too():
    linked = link(
        main(*made("Ltask;")),
        Class("Lbase;", methods=[init(), method("run")]),
        Class("Ltask;", "Lbase;", interfaces=["Ljava/lang/Runnable;"], methods=[init("Lbase;")]),
    )
    assert "Lbase;->run" in reached(linked, graph(linked))


def test_objects_of_the_platform_make_their_callbacks_entries():
    activity = Class("Lact;", "Landroid/app/Activity;", methods=[
        init("Landroid/app/Activity;"), method("onPause"), method("<clinit>", access=0x10008), method("mine"),
    ])  # fmt: skip
    linked = link(activity)
    calls = graph(linked, "Lact;", "<init>", instantiated=[linked.type_of("Lact;")])
    names = {linked.method_text(entry.method)[1]: entry for entry in calls.entries}
    assert names.keys() == {"<init>", "onPause", "<clinit>"}
    assert (names["onPause"].kind, names["onPause"].declared) == ("activity", "callback")
    assert (calls.parent[[entry.method for entry in calls.entries]] == -1).all()


def test_a_call_that_leaves_the_app_says_where_it_arrives():
    linked = link(
        main(("invoke-virtual", [0], "Lact;->finish()V"), ("invoke-static", [], "Llost;->m()V"), *made("Lt;", 1),
             ("invoke-virtual", [1], "Lt;->start()V")),
        Class("Lact;", "Landroid/app/Activity;"),
        Class("Lt;", "Ljava/lang/Thread;", methods=[init("Ljava/lang/Thread;")]),
    )  # fmt: skip
    calls = graph(linked)
    mine = {
        (int(calls.code.pc[site]), linked.types[type_])
        for site, type_ in zip(calls.outside_site.tolist(), calls.outside_type.tolist(), strict=True)
        if linked.method_text(int(calls.code.method[site]))[1] == "go"
    }
    assert mine == {(0, "Landroid/app/Activity;"), (3, "Llost;"), (11, "Ljava/lang/Thread;")}


def test_an_interface_that_nothing_implements_leads_out_of_the_app():
    linked = link(
        main(("invoke-interface", [0], "Lapi;->send()V")),
        Class("Lapi;", access=0x601, methods=[Method("send", "()V", access=0x401)]),
    )
    calls = graph(linked)
    assert [linked.types[type_] for type_ in calls.outside_type.tolist()] == ["Lapi;"]


def test_the_method_that_a_call_site_holds_is_called():
    site = CallSite(Handle(4, "Lboot;->link()V"), "run", "()V")
    linked = link(main(("invoke-custom", [], site)), Class("Lboot;", methods=[method("link", access=0x9)]))
    assert edges(linked, graph(linked)) == []  # the site of this builder has no further arguments


def test_extra_calls_count_from_their_instruction():
    linked = link(
        main(("const/4", 0, 1), ("invoke-static", [], "Lout;->send()V")),
        Class("La;", interfaces=["Ljava/lang/Runnable;"], methods=[init(), method("m"), method("run")]),
    )
    go, target = (linked.find_method(linked.type_of(name), m) for name, m in (("Lmain;", "go"), ("La;", "m")))
    calls = graph(linked, extra=[ExtraCall(go, 1, target, How.CHANNEL), ExtraCall(target, 99, go, How.REFLECT)])
    assert edges(linked, calls) == [("Lmain;->go", 1, "La;->m", How.CHANNEL)]
    constructor = linked.find_method(linked.type_of("La;"), "<init>")
    calls = graph(linked, extra=[ExtraCall(go, 1, constructor, How.REFLECT)])
    assert {"La;-><init>", "La;->run"} <= reached(linked, calls)


def test_a_chain_is_a_shortest_one():
    linked = link(Class("Lmain;", methods=[
        method("go", ("invoke-static", [], "Lmain;->far()V"), ("invoke-static", [], "Lmain;->near()V"), access=0x9),
        method("far", ("invoke-static", [], "Lmain;->further()V"), access=0x9),
        method("further", ("invoke-static", [], "Lmain;->goal()V"), access=0x9),
        method("near", ("invoke-static", [], "Lmain;->goal()V"), access=0x9),
        method("goal", ("invoke-static", [], "Lmain;->go()V"), access=0x9),
    ]))  # fmt: skip
    assert chain(linked, graph(linked), "goal") == ["go", "near", "goal"]


def test_dead_code_calls_nothing():
    linked = link(main(("const/4", 0, 0), ("if-eqz", 0, ":end"), ("invoke-static", [], "La;->m()V"), ":end"),
                  Class("La;", methods=[method("m", access=0x9)]))  # fmt: skip
    assert reached(linked, graph(linked)) == {"Lmain;->go"}


def test_the_budget_is_looked_at():
    def check() -> None:
        raise BudgetError("over", advice="")

    linked = link(main())
    with pytest.raises(BudgetError):
        graph(linked, check=check)


def components(linked: Linked) -> Sequence[int]:
    """Activities and the like."""
    names = ("Landroid/app/Activity;", "Landroid/app/Service;", "Landroid/content/BroadcastReceiver;")
    above = [linked.type_of(name) for name in names]
    candidates = np.flatnonzero(linked.is_app & ~linked.is_abstract).tolist()
    return [type_ for type_ in candidates if any(linked.is_subtype(type_, item) for item in above if item >= 0)]


def agree(linked: Linked, types: Sequence[int]) -> int:
    """Compare with the oracle; give how many methods are reached."""
    starts = [(type_, linked.find_method(type_, "<init>")) for type_ in types]
    entries = [EntryPoint(start, "activity", type_, "manifest") for type_, start in starts if start >= 0]
    calls = build_calls(linked, entries, (), types)
    slow = Reach(
        linked, read_all(linked), [linked.method_text(entry.method) for entry in entries],
        [linked.types[type_] for type_ in types],
    )  # fmt: skip
    assert {linked.method_text(m) for m in np.flatnonzero(calls.reached).tolist()} == slow.reached
    assert {linked.types[t] for t in np.flatnonzero(calls.instantiated).tolist()} == slow.objects
    code = calls.code
    found = {
        (linked.method_text(int(code.method[site])), int(code.pc[site]), linked.method_text(target))
        for site, target, how in zip(calls.site.tolist(), calls.target.tolist(), calls.how.tolist(), strict=True)
        if how == How.CALL
    }
    assert found == slow.calls
    away = {(linked.method_text(int(code.method[site])), int(code.pc[site])) for site in calls.outside_site.tolist()}
    assert away >= slow.outside
    assert (code.kind[calls.site] == NodeKind.INSTRUCTION).all()
    assert ((calls.entry_of >= 0) == calls.reached).all()
    return len(slow.reached)


@pytest.mark.corpus
def test_benchmark_apps_reach_what_the_oracle_reaches(corpus: Path):
    total = 0
    for app in sorted((corpus / "taint" / "droidbench").rglob("*.apk")):
        linked = link_app(app)
        if len(linked.method_unit) > 600:
            continue  # the oracle goes through all methods for each class
        own = [type_ for type_ in components(linked) if not linked.types[type_].startswith("Landroid/")]
        total += agree(linked, own)
    assert total > 10


@pytest.mark.samples
def test_a_real_app_is_the_same_every_time(sample: Callable[[str], Path]):
    graphs = []
    for _ in range(2):
        linked = link_app(sample("settings-3.0.0"))
        types = components(linked)
        entries = [EntryPoint(linked.find_method(t, "<init>"), "activity", t, "manifest") for t in types]
        graphs.append(build_calls(linked, entries, (), types))
    for name in ("site", "target", "how", "parent", "entry_of", "outside_site", "outside_type"):
        assert np.array_equal(getattr(graphs[0], name), getattr(graphs[1], name)), name
    assert graphs[0].reached.sum() > 1000
