"""What the constants that reach an intent, a filter or a component name say of it."""

import pytest

from affidavit.dalvik.whole.entries import Filter
from affidavit.dalvik.whole.intent_objects import Description, Descriptions
from tests.dalvik.whole.apps import asked, main, take

S, C, U = "Ljava/lang/String;", "Landroid/content/Context;", "Landroid/net/Uri;"
I, F, N = "Landroid/content/Intent;", "Landroid/content/IntentFilter;", "Landroid/content/ComponentName;"  # noqa: E741


def new(type_: str, register: int = 0) -> list:
    return [("new-instance", register, type_), ("invoke-direct", [register], f"{type_}-><init>()V")]


def text(register: int, value: str):
    return ("const-string", register, value)


def described(*code) -> list[Description]:
    found = asked(main(*code, take(0)))
    return Descriptions(found.objects).of(found.taken()[0])


def said(description: Description) -> dict[str, list[str]]:
    return {what: description.of(what) for what in sorted(description.said) if description.of(what)}


PARSE = [text(1, "http://a"), ("invoke-static", [1], f"{U}->parse({S}){U}"), ("move-result-object", 2)]


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ([*new(I), text(1, "a"), ("invoke-virtual", [0, 1], f"{I}->setAction({S}){I}")], {"action": ["a"]}),
        ([*new(I), text(1, "c"), ("invoke-virtual", [0, 1], f"{I}->addCategory({S}){I}")], {"category": ["c"]}),
        ([*new(I), text(1, "t/t"), ("invoke-virtual", [0, 1], f"{I}->setType({S}){I}")], {"type": ["t/t"]}),
        ([*new(I), *PARSE, ("invoke-virtual", [0, 2], f"{I}->setData({U}){I}")], {"data": ["http://a"]}),
        (
            [*new(I), *PARSE, text(1, "t/t"), ("invoke-virtual", [0, 2, 1], f"{I}->setDataAndType({U}{S}){I}")],
            {"data": ["http://a"], "type": ["t/t"]},
        ),
        (
            [*PARSE, text(1, "a"), ("new-instance", 0, I), ("invoke-direct", [0, 1, 2], f"{I}-><init>({S}{U})V")],
            {"action": ["a"], "data": ["http://a"]},
        ),
        ([*new(F), text(1, "a"), ("invoke-virtual", [0, 1], f"{F}->addAction({S})V")], {"action": ["a"]}),
        ([*new(F), text(1, "http"), ("invoke-virtual", [0, 1], f"{F}->addDataScheme({S})V")], {"scheme": ["http"]}),
        (
            [
                text(1, "a"),
                text(2, "t/t"),
                ("new-instance", 0, F),
                ("invoke-direct", [0, 1, 2], f"{F}-><init>({S}{S})V"),
            ],
            {"action": ["a"], "type": ["t/t"]},
        ),
        (
            [
                ("const-class", 1, "Lx/A;"),
                ("new-instance", 0, N),
                ("invoke-direct", [0, 14, 1], f"{N}-><init>({C}Ljava/lang/Class;)V"),
            ],
            {"class": ["Lx/A;"]},
        ),
        ([*new(I), text(1, "k"), ("invoke-virtual", [0, 1, 1], f"{I}->putExtra({S}{S}){I}")], {}),
    ],
)
def test_each_setter_says_one_thing(code, wanted):
    (found,) = described(*code)
    assert said(found) == wanted
    assert found.complete
    assert not found.open


def test_what_is_not_constant_is_open():
    (found,) = described(
        *new(I),
        ("const/4", 1, 0),
        ("invoke-virtual", [14], f"Lx/Main;->toString(){S}"),
        ("move-result-object", 1),
        ("invoke-virtual", [0, 1], f"{I}->setAction({S}){I}"),
    )
    assert said(found) == {}
    assert found.open == {"action"}
    assert found.names("action")
    assert not found.names("class")


def test_an_intent_of_the_platform_is_not_complete():
    (found,) = described(("move-object", 0, 15))
    assert not found.complete


def test_two_intents_are_told_apart():
    code = [*new(I), text(1, "a"), ("invoke-virtual", [0, 1], f"{I}->setAction({S}){I}"), ("if-eqz", 15, ":end")]
    code += [*new(I), text(1, "b"), ("invoke-virtual", [0, 1], f"{I}->setAction({S}){I}"), ":end"]
    assert sorted(item.of("action") for item in described(*code)) == [["a"], ["b"]]


def test_a_chooser_asks_for_what_it_wraps():
    code = [
        *(*new(I, 3), text(1, "a"), ("invoke-virtual", [3, 1], f"{I}->setAction({S}){I}")),
        ("invoke-static", [3, 1], f"{I}->createChooser({I}Ljava/lang/CharSequence;){I}"),
        ("move-result-object", 0),
    ]
    (found,) = described(*code)
    assert found.of("action") == ["a"]
    assert found.complete


def test_a_component_that_is_not_known_leaves_the_class_open():
    code = [
        *new(I),
        ("move-object", 1, 15),
        ("check-cast", 1, N),
        ("invoke-virtual", [0, 1], f"{I}->setComponent({N}){I}"),
    ]
    (found,) = described(*code)
    assert "class" in found.open


def test_null_is_no_intent():
    assert described(("const/4", 0, 0)) == []


def test_a_filter_of_nothing_accepts_nothing():
    assert Description().filter() == Filter()
