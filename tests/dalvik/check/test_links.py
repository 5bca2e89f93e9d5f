"""Chains from entry points: each kind of link and entry that holds, and what does not."""

import pytest
from msgspec.structs import replace

from affidavit.model.flow import Call, Entry, Reached
from tests.builders.dex import Class
from tests.dalvik.check.material import MAIN, READ, SOURCE, App, run

ACTIVITY, CREATE = "Landroid/app/Activity;", "onCreate(Landroid/os/Bundle;)V"
ENTRY = Entry("activity", MAIN, CREATE)
LISTENER = "Landroid/view/View$OnClickListener;"


def app() -> App:
    """An activity from whose start every kind of link leads on to the source."""
    made = App().add(
        MAIN,
        [
            run(
                *[":call", ("invoke-virtual", [15], f"{MAIN}->go()V"), ":new", ("new-instance", 1, "Lcom/x/Click;")],
                *[":first", ("invoke-static", [], "Lcom/x/Held;->f()V"), ":result", ("const/4", 0, 0)],
                *[":send", ("invoke-virtual", [15, 0], f"{MAIN}->startActivity(Landroid/content/Intent;)V")],
                *[":by-name", ("invoke-virtual", [0, 0, 0], INVOKE)],
                name="onCreate",
                proto="(Landroid/os/Bundle;)V",
            ),
            run(":source", *READ, name="go"),
        ],
        ACTIVITY,
    )
    made.add(
        "Lcom/x/Click;", [run(":source", *READ, name="onClick", proto="(Landroid/view/View;)V")], interfaces=[LISTENER]
    )
    made.add("Lcom/x/Held;", [run(":source", *READ, name="<clinit>", access=0x10008), run(name="f", access=0x9)])
    made.add("Lcom/x/Other;", [run(":source", *READ, name="onStart"), run(":source", *READ, name="own")], ACTIVITY)
    return made


INVOKE = "Ljava/lang/reflect/Method;->invoke(Ljava/lang/Object;[Ljava/lang/Object;)Ljava/lang/Object;"
LINKS = {
    "call": ("Main.onCreate:call", "Main.go:source"),
    "callback": ("Main.onCreate:new", "Click.onClick:source"),
    "static-initialiser": ("Main.onCreate:first", "Held.<clinit>:source"),
    "channel": ("Main.onCreate:send", "Other.onStart:source"),
    "reflect": ("Main.onCreate:by-name", "Other.own:source"),
}
MADE = app()


def faults(entry: Entry, *links: tuple[str, str], **more: object) -> list[str]:
    """Why a chain of (place, how) is refused."""
    chain = tuple(Call(MADE.place(at), how) for at, how in links)
    checker = MADE.checker(**{"declared": [MAIN, "Lcom/x/Other;"]} | more)
    return [f"{item.step}: {item.reason}" for item in checker.check_chain(entry, chain, chain[-1].place)]


@pytest.mark.parametrize("how", LINKS)
def test_a_chain_that_holds_is_accepted(how):
    site, source = LINKS[how]
    assert faults(ENTRY, (site, how), (source, "target")) == []


@pytest.mark.parametrize("how", LINKS)
@pytest.mark.parametrize("other", LINKS)
def test_a_link_of_another_kind_or_to_another_method_is_refused(how, other):
    if how == other:
        return
    found = faults(ENTRY, (LINKS[how][0], other), (LINKS[how][1], "target"))
    assert len(found) == 1
    assert found[0].startswith("1: ")
    if how != "reflect":  # whose target the names decide, which the flow's own steps state
        assert faults(ENTRY, (LINKS[how][0], how), ("Other.own:source", "target"))


def test_the_first_place_is_in_the_entry_and_the_last_is_what_it_is_about():
    target = ("Main.go:source", "target")
    assert "the chain starts in go" in faults(ENTRY, target)[0]
    assert faults(ENTRY, ("Main.onCreate:call", "call"))
    chain = (Call(MADE.place("Main.onCreate:call"), "call"), Call(MADE.place("Main.go:source"), "target"))
    checker = MADE.checker()
    assert not checker.check_chain(ENTRY, chain, MADE.place("Main.go:source"))
    assert checker.check_chain(ENTRY, chain, MADE.place("Click.onClick:source"))
    assert checker.check_chain(ENTRY, (), MADE.place("Main.go:source"))


@pytest.mark.parametrize(
    "changes",
    [
        {"component": "Lcom/x/Held;"},
        {"method": "onCreate()V"},
        {"declared": "a dream"},
        {"declared": "public", "component": "Lcom/x/Held;"},
        {"component": "\0"},
    ],
)
def test_an_entry_that_is_none_is_refused(changes):
    assert faults(replace(ENTRY, **changes), ("Main.onCreate:call", "call"), ("Main.go:source", "target"))


def test_what_the_manifest_does_not_declare_is_no_entry():
    links = ("Main.onCreate:call", "call"), ("Main.go:source", "target")
    assert "declares no" in faults(ENTRY, *links, declared=[])[0]
    assert faults(ENTRY, *links, declared=None) == []
    assert faults(Entry("activity", "Lcom/x/Other;", "own()V"), ("Other.own:source", "target"))


def test_public_methods_are_the_entries_of_a_library():
    entry = Entry("exported-method", "Lcom/x/Other;", "own()V", "public")
    assert faults(entry, ("Other.own:source", "target")) == []


def test_a_static_initialiser_runs_before_what_is_public_and_when_a_class_is_made_by_name():
    source = ("Held.<clinit>:source", "target")
    entry = Entry("exported-method", "Lcom/x/Held;", "<clinit>()V", "public")
    assert faults(entry, source) == []
    assert faults(replace(entry, component=MAIN), source)
    by_name = Entry("class", "Lcom/x/Held;", "<clinit>()V", "callback")
    named = App(MADE.classes).add("Lcom/x/Names;", [run(("const-string", 0, "com.x.Held"))])
    (link,) = (Call(named.place(source[0]), "target"),)
    assert named.checker().check_chain(by_name, (link,), link.place) == ()
    assert faults(by_name, source)


def test_a_sensitive_call_is_the_one_that_is_named():
    chain = (Call(MADE.place("Main.onCreate:call"), "call"), Call(MADE.place("Main.go:source"), "target"))
    reached = Reached("device-id", "device", SOURCE, ENTRY, chain)
    checker, place = MADE.checker(), MADE.place("Main.go:source")
    assert checker.check_reached(reached, place) == ()
    assert checker.check_reached(replace(reached, api=SOURCE.replace("getDeviceId", "getLine1Number")), place)
    assert checker.check_reached(reached, MADE.place("Click.onClick:source"))


def test_hierarchies_that_run_in_a_circle_end():
    made = App([Class("Lcom/x/A;", "Lcom/x/B;", methods=[run(":source", *READ)]), Class("Lcom/x/B;", "Lcom/x/A;")])
    chain = (Call(made.place("A.run:source"), "target"),)
    assert made.checker().check_chain(Entry("activity", "Lcom/x/A;", "run()V"), chain, chain[0].place)
