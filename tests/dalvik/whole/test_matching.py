"""Which component an intent arrives at: the tests of Android's documentation."""

import pytest

from affidavit.dalvik.whole.entries import Declared, Filter
from affidavit.dalvik.whole.intent_objects import Description
from affidavit.dalvik.whole.matching import DEFAULT, MAX_TARGETS, passes, split, targets

GO = ("x.GO",)


def sent(**said: str) -> Description:
    """An intent that says constants; ``class_`` for ``class``."""
    return Description({key.rstrip("_"): {value} for key, value in said.items()})


def filter_(*data: str, actions=GO, categories=(DEFAULT,)) -> Filter:
    return Filter(actions, categories, data)


def activity(class_: str, *filters: Filter, **more) -> Declared:
    return Declared("activity", f"Lx/{class_};", filters=filters, **more)


def names(found: list[Declared]) -> list[str]:
    return [item.component for item in found]


def test_a_class_says_all():
    all_ = [activity("A"), activity("B", filter_()), Declared("service", "Lx/A;")]
    assert names(targets(sent(class_="Lx/A;", action="x.GO"), "activity", all_)) == ["Lx/A;"]
    assert targets(sent(class_="Lx/C;"), "activity", all_) == []
    assert targets(sent(class_="Lx/A;"), "bind", all_) == all_[2:]


def test_a_disabled_component_gets_nothing():
    assert targets(sent(class_="Lx/A;"), "activity", [activity("A", enabled=False)]) == []


def test_an_alias_is_addressed_by_its_own_name():
    alias = activity("A", name="Lx/Alias;")
    assert targets(sent(class_="Lx/Alias;"), "activity", [alias]) == [alias]
    assert targets(sent(class_="Lx/A;"), "activity", [alias]) == []


def test_a_class_that_is_not_constant_is_any():
    all_ = [activity("A"), activity("B"), Declared("receiver", "Lx/C;")]
    assert targets(Description(open={"class"}), "activity", all_) == all_[:2]
    assert targets(Description(complete=False), "activity", all_) == all_[:2]
    assert len(targets(Description(complete=False), "activity", all_ * 40)) == MAX_TARGETS


def test_an_action_must_be_in_the_filter():
    assert passes(sent(action="x.GO"), filter_(), "activity")
    assert not passes(sent(action="x.STOP"), filter_(), "activity")
    assert passes(sent(), filter_(), "activity")
    assert not passes(sent(), filter_(actions=()), "activity")
    assert passes(Description(open={"action"}), filter_(), "activity")


def test_activities_need_the_default_category():
    bare = filter_(categories=())
    assert not passes(sent(action="x.GO"), bare, "activity")
    assert passes(sent(action="x.GO"), bare, "receiver")
    main = filter_(actions=("android.intent.action.MAIN",), categories=("android.intent.category.LAUNCHER",))
    assert passes(sent(action="android.intent.action.MAIN"), main, "activity")


def test_every_category_must_be_in_the_filter():
    assert not passes(sent(action="x.GO", category="x.C"), filter_(), "activity")
    assert passes(sent(action="x.GO", category="x.C"), filter_(categories=(DEFAULT, "x.C")), "activity")


@pytest.mark.parametrize(
    ("said", "data", "fits"),
    [
        ({}, (), True),
        ({}, ("scheme=http",), False),
        ({"data": "http://a/b"}, (), False),
        ({"data": "http://a/b"}, ("scheme=http",), True),
        ({"data": "ftp://a/b"}, ("scheme=http",), False),
        ({"data": "http://a/b"}, ("scheme=http host=a",), True),
        ({"data": "http://a:80/b"}, ("scheme=http host=a",), True),
        ({"data": "http://c/b"}, ("scheme=http host=a",), False),
        ({"data": "http://m.a/b"}, ("scheme=http host=*.a",), True),
        ({"data": "http://a/b"}, ("scheme=http host=a path=/b",), True),
        ({"data": "http://a/c"}, ("scheme=http host=a path=/b",), False),
        ({"data": "http://a/bc"}, ("scheme=http host=a pathPrefix=/b",), True),
        ({"data": "http://a/x.mp3"}, ("scheme=http host=a pathPattern=.*mp3",), True),
        ({"data": "http://a/x.ogg"}, ("scheme=http host=a pathPattern=.*mp3",), False),
        ({"data": "http://a/x.ogg"}, ("scheme=http host=a pathSuffix=.ogg",), True),
        ({"data": "http://a/b"}, ("scheme=ftp", "scheme=http"), True),
        ({"data": "http://a/b"}, ("scheme=http mimeType=text/plain",), False),
        ({"type": "text/plain"}, ("mimeType=text/plain",), True),
        ({"type": "text/plain"}, ("mimeType=text/*",), True),
        ({"type": "text/*"}, ("mimeType=text/plain",), True),
        ({"type": "text/plain"}, ("mimeType=image/*",), False),
        ({"type": "text/plain"}, ("scheme=http mimeType=text/plain",), False),
        ({"type": "text/plain"}, (), False),
        ({"type": "text/plain", "data": "http://a"}, ("scheme=http mimeType=text/*",), True),
        ({"type": "text/plain", "data": "content://a"}, ("mimeType=text/*",), True),
        ({"type": "text/plain", "data": "http://a"}, ("mimeType=text/*",), False),
    ],
)
def test_addresses_and_types(said, data, fits):
    assert passes(sent(action="x.GO", **said), filter_(*data), "activity") is fits


def test_what_is_not_known_passes():
    strict = filter_("scheme=http host=a mimeType=text/plain")
    unknown = Description({"action": {"x.GO"}}, {"data"})
    assert passes(unknown, strict, "activity")


def test_an_address_that_is_none_is_empty():
    assert split("http://[").scheme == ""
    assert not passes(sent(action="x.GO", data="http://["), filter_("scheme=http"), "activity")


def test_a_description_makes_a_filter():
    found = Description({"action": {"b", "a"}, "scheme": {"http"}, "type": {"text/plain"}, "category": {"c"}}).filter()
    assert found == Filter(("a", "b"), ("c",), ("scheme=http", "mimeType=text/plain"))


def test_copies_add_up():
    first, second = sent(action="a"), Description({"data": {"x:"}}, {"type"}, complete=False)
    first.join(second)
    assert (first.of("action"), first.of("data"), first.names("type"), first.complete) == (["a"], ["x:"], True, False)
