"""Where an app can be entered: components, layouts, click handlers, libraries."""

import pytest

from affidavit.dalvik.lifecycles import lifecycles
from affidavit.dalvik.whole.entries import Declared, chain, lifecycle_of
from affidavit.dalvik.whole.layouts import Layout
from tests.builders.dex import Class, Method
from tests.dalvik.whole.apps import ACTIVITY, INIT, MAIN, App, linked_of, main

DONE = [("return-void",)]
VIEW = "Landroid/view/View;"
STYLED = "(Landroid/content/Context;Landroid/util/AttributeSet;)V"


def own(name: str, proto: str = "()V", access: int = 0x1) -> Method:
    return Method(name, proto, code=DONE, access=access)


def entered(app: App) -> list[tuple[str, str, str]]:
    points, _ = app.entries()
    return [(app.names([point.method])[0], point.kind, point.declared) for point in points]


def test_an_activity_is_entered_at_its_life_cycle_and_constructor():
    methods = [own("onPause"), own("helper"), own("<clinit>", access=0x10008)]
    found = entered(App(linked_of(main(methods=methods))))
    names = {name for name, *_ in found}
    assert names == {f"{MAIN}->{name}" for name in ("<init>", "<clinit>", "onCreate", "onPause")}
    assert {(kind, why) for _, kind, why in found} == {("activity", "manifest")}


def test_overridden_framework_methods_are_entered_too():
    methods = [own("onBackPressed"), own("onLowMemory"), own("onMyOwn")]
    names = {name for name, *_ in entered(App(linked_of(main(methods=methods))))}
    assert {f"{MAIN}->onBackPressed", f"{MAIN}->onLowMemory"} <= names
    assert f"{MAIN}->onMyOwn" not in names


def test_private_and_static_methods_override_nothing():
    methods = [own("onPause", access=0x2), own("onStop", access=0x9)]
    names = {name for name, *_ in entered(App(linked_of(Class(MAIN, ACTIVITY, methods=[INIT, *methods]))))}
    assert names == {f"{MAIN}-><init>"}


def test_methods_of_a_superclass_in_the_app_are_entered():
    base = Class("Lx/Base;", ACTIVITY, methods=[INIT, own("onResume"), own("onPause")])
    sub = Class(MAIN, "Lx/Base;", methods=[INIT, own("onPause")])
    names = {name for name, *_ in entered(App(linked_of(base, sub)))}
    assert names == {f"{MAIN}-><init>", f"{MAIN}->onPause", "Lx/Base;->onResume"}


@pytest.mark.parametrize("item", [Declared("activity", MAIN, enabled=False), Declared("activity", "Lx/Missing;")])
def test_what_is_disabled_or_missing_is_not_entered(item):
    assert entered(App(linked_of(main()), [item])) == []


def test_a_class_that_only_looks_like_the_framework_s_is_no_ancestor():
    fake = Class("Landroid/app/Activity;", methods=[INIT])
    app = App(linked_of(fake, main()))
    assert {name for name, *_ in entered(app)} == {f"{MAIN}-><init>"}
    states = {class_: item for item in lifecycles() for class_ in item.classes}
    assert lifecycle_of(app.linked, app.linked.type_of(MAIN), states) is None


def test_the_platform_makes_the_components():
    app = App(linked_of(main(), Class("Lx/Other;", methods=[INIT])))
    assert app.entries()[1] == (app.linked.type_of(MAIN),)


def test_views_and_fragments_of_layouts_are_made_and_called():
    view = Class("Lx/V;", VIEW, methods=[own("<init>", STYLED, 0x10001), own("performClick", "()Z"), own("mine")])
    app = App(linked_of(main(), view), layouts=[Layout("a", ("Lx/V;", "Lx/Missing;", "Landroid/view/View;"))])
    found = [(name, why) for name, _, why in entered(app) if name.startswith("Lx/V;")]
    assert found == [("Lx/V;-><init>", "layout"), ("Lx/V;->performClick", "layout")]
    assert app.linked.type_of("Lx/V;") in app.entries()[1]


def test_click_handlers_are_public_methods_of_contexts_with_a_view():
    click = Method("send", f"({VIEW})V", code=DONE)
    classes = (
        main(methods=[click, Method("send", "()V", code=DONE), Method("hide", f"({VIEW})V", code=DONE, access=0x2)]),
        Class("Lx/NoContext;", methods=[click]),
        Class("Lx/NotDeclared;", ACTIVITY, methods=[click]),
    )
    layouts = [Layout("a", clicks=("send", "hide", "missing"))]
    found = [
        (name, kind, why) for name, kind, why in entered(App(linked_of(*classes), layouts=layouts)) if why == "layout"
    ]
    assert found == [(f"{MAIN}->send", "activity", "layout")]


def test_a_library_is_entered_at_its_public_methods():
    classes = (
        Class("Lx/Api;", methods=[INIT, own("call"), own("hidden", access=0x2), Method("native", access=0x101)]),
        Class("Lx/Inner;", methods=[own("call")], access=0x0),
    )
    app = App(linked_of(*classes), declared=[])
    assert entered(app) == [
        ("Lx/Api;-><init>", "exported-method", "public"),
        ("Lx/Api;->call", "exported-method", "public"),
    ]
    assert app.entries()[1] == (app.linked.type_of("Lx/Api;"),)


def test_entries_are_sorted_and_each_once():
    declared = [Declared("activity", MAIN), Declared("activity", MAIN, name="Lx/Alias;"), Declared("application", MAIN)]
    points, types = App(linked_of(main()), declared).entries()
    methods = [point.method for point in points]
    assert methods == sorted(set(methods))
    assert len(types) == 1
    assert {point.kind for point in points} == {"activity"}


def test_a_circle_of_superclasses_ends():
    linked = linked_of(Class("Lx/A;", "Lx/B;"), Class("Lx/B;", "Lx/A;"))
    assert len(list(chain(linked, linked.type_of("Lx/A;")))) == 2
