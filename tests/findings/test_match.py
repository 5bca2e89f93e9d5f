"""What statements mean: scopes, counts, subclasses, overrides, duplicates, strings; and the proofs that they leave."""

import msgspec
import numpy as np
import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.findings.features import SHOWN, tree_of
from affidavit.findings.index import AppIndex
from affidavit.findings.match import Matcher
from affidavit.findings.schema import Node
from tests.builders.rule_app import build_app, build_dex

FRAMEWORK = Framework(["f/Base\nf/Derived f/Base f/Listener\n@f/Listener\njava/lang/Object"], [])
RUN = "f.Base.run()"


def matcher(match, *specs, hidden=frozenset()):
    tree = tree_of(msgspec.convert(match, Node))
    dexes = [dex for dex in map(build_dex, specs) if dex]
    program = Program([read_dex(f"classes{n + 2 if n else ''}.dex", dex) for n, dex in enumerate(dexes)])
    facts = [fact for spec in specs[:1] for fact in build_app(spec).facts]
    return Matcher(AppIndex(tree.features(), facts, program, lambda: FRAMEWORK), hidden), tree


def truth(match, *specs, hidden=frozenset()):
    engine, tree = matcher(match, *specs, hidden=hidden)
    return engine.truth(tree)


def proof(match, *specs):
    engine, tree = matcher(match, *specs)
    return engine.proof(tree)


def classes(*items):
    return {"classes": list(items)}


BOTH = {"method": {"all": [{"call": RUN}, {"string": "text"}]}}


def test_method_scope_needs_everything_in_one_method():
    assert truth(BOTH, {"methods": [{"calls": [RUN], "strings": ["text"]}]}) is True
    assert truth(BOTH, {"methods": [{"calls": [RUN]}, {"strings": ["text"]}]}) is False


def test_a_proof_within_methods_shows_only_the_places_in_those_methods():
    found = proof(BOTH, {"methods": [{"calls": [RUN]}, {"calls": [RUN, RUN], "strings": ["text"]}]})
    assert (found.op, found.count) == ("method", 1)
    call, text = found.children[0].children
    assert (call.count, {place.method for place in call.places}) == (2, {"m1()V"})
    assert (text.count, text.matched) == (1, True)


def test_a_failed_proof_within_methods_says_which_parts_exist_elsewhere():
    found = proof(BOTH, {"methods": [{"calls": [RUN]}]})
    call, text = found.children[0].children
    assert not found.matched
    assert not found.children[0].matched
    assert (call.matched, call.count, text.matched) == (True, 1, False)


def test_not_within_a_method():
    match = {"method": {"all": [{"call": RUN}, {"not": {"string": "text"}}]}}
    assert truth(match, {"methods": [{"calls": [RUN], "strings": ["text"]}]}) is False
    assert truth(match, {"methods": [{"calls": [RUN]}, {"strings": ["text"]}]}) is True


@pytest.mark.parametrize(
    ("count", "expected"), [({"min": 2}, True), ({"min": 3}, False), ({"min": 0, "max": 1}, False)]
)
def test_count_over_the_app_and_within_a_method(count, expected):
    node = {"count": {"of": {"call": RUN}, **count}}
    spec = {"methods": [{"calls": [RUN, RUN]}]}
    assert truth(node, spec) is expected
    assert truth({"method": node}, spec) is expected


def test_count_of_facts():
    node = {"count": {"of": {"permission": "p.A"}, "min": 1, "max": 1}}
    assert truth(node, {"permissions": ["p.A"]}) is True
    assert truth(node, {}) is False


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"call": RUN}, None),
        ({"not": {"call": RUN}}, None),
        ({"all": [{"call": RUN}, {"permission": "p.B"}]}, False),
        ({"all": [{"call": RUN}, {"permission": "p.A"}]}, None),
        ({"any": [{"call": RUN}, {"permission": "p.A"}]}, True),
        ({"any": [{"call": RUN}, {"permission": "p.B"}]}, None),
        ({"count": {"of": {"call": RUN}, "min": 1}}, None),
        ({"count": {"of": {"string": "seen"}, "max": 2}}, None),
        ({"count": {"of": {"string": "seen"}, "min": 1}}, True),
        (BOTH, None),
    ],
)
def test_three_values_when_code_is_hidden(match, expected):
    spec = {"permissions": ["p.A"], "strings": ["seen"]}
    assert truth(match, spec, hidden=frozenset({"code"})) is expected


@pytest.mark.parametrize(
    ("receiver", "expected"),
    [
        ("f.Base", True),
        ("f.Derived", True),
        ("app.Heir", True),
        ("app.GrandHeir", True),
        ("app.Own", False),
        ("app.Below", False),
    ],
)
def test_a_call_through_a_subclass_counts_unless_the_app_defines_the_method(receiver, expected):
    spec = classes(
        {"name": "app.Heir", "extends": "f.Derived"},
        {"name": "app.GrandHeir", "extends": "app.Heir"},
        {"name": "app.Own", "extends": "f.Base", "overrides": ["run()"]},
        {"name": "app.Below", "extends": "app.Own"},
        {"name": "app.Caller", "calls": [f"{receiver}.run()"]},
    )
    assert truth({"call": "f.Base.run"}, spec) is expected


def test_a_call_through_a_subclass_that_another_dex_defines_counts():
    heir = classes({"name": "app.Heir", "extends": "f.Base"})
    caller = classes({"name": "app.Caller", "calls": ["app.Heir.run()"]})
    assert truth({"call": "f.Base.run"}, caller, heir) is True


def test_a_constructor_is_only_that_of_its_own_class():
    assert truth({"call": "f.Base.<init>"}, {"calls": ["f.Derived.<init>()"]}) is False
    assert truth({"call": "f.Base.<init>"}, {"calls": ["f.Base.<init>()"]}) is True


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("f.Base.run", True), ("f.Base.run()", False), ("f.Base.run(int,byte[])", True), ("f.Base.run(int)", False)],
)
def test_parameters_are_compared_when_the_rule_names_them(asked, expected):
    assert truth({"call": asked}, {"calls": ["f.Base.run(int,byte[])"]}) is expected


def test_inheritance_is_followed_through_app_and_framework():
    spec = classes({"name": "app.A", "extends": "f.Derived"}, {"name": "app.B", "extends": "app.A"})
    found = proof({"implements": "f.Listener"}, spec)
    assert [place.class_ for place in found.places] == ["Lapp/A;", "Lapp/B;"]
    assert found.places[0].offset > 0
    assert truth({"extends": "f.Missing"}, spec) is False


def test_inheritance_in_a_circle_ends():
    spec = classes({"name": "app.A", "extends": "app.B"}, {"name": "app.B", "extends": "app.A"})
    assert truth({"extends": "f.Base"}, spec) is False
    assert truth({"extends": "app.A"}, spec) is True


def test_overrides_need_the_super_class():
    body = {"overrides": ["run()"]}
    assert truth({"overrides": "f.Base.run"}, classes({"extends": "f.Derived", **body})) is True
    assert truth({"overrides": "f.Base.run"}, classes({"extends": "f.Other", **body})) is False


def test_overrides_can_ask_for_an_empty_body():
    match = {"overrides": {"method": "f.Base.run", "max_units": 1}}
    assert truth(match, classes({"extends": "f.Base", "overrides": ["run()"]})) is True
    assert truth(match, classes({"extends": "f.Base", "overrides": ["run()"], "calls": [RUN]})) is False


def test_code_of_a_class_that_android_ignores_is_not_seen():
    first = classes({"name": "app.Twin", "strings": ["first"]})
    second = classes({"name": "app.Twin", "extends": "f.Base", "strings": ["second"], "overrides": ["run()"]})
    assert truth({"string": "first"}, first, second) is True
    assert truth({"string": "second"}, first, second) is False
    assert truth({"extends": "f.Base"}, first, second) is False
    assert truth({"overrides": "f.Base.run"}, first, second) is False


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("content://sms/inbox", True),
        ("content://sms", False),
        ({"exact": "content://sms/inbox"}, True),
        ({"prefix": "content://sms"}, True),
        ({"prefix": "://sms"}, False),
        ({"contains": "://sms"}, True),
        ({"contains": "sms", "re": "^content://(sms|mms)/[a-z]{1,8}$"}, True),
        ({"contains": "sms", "re": "^sms"}, False),
    ],
)
def test_string_forms(pattern, expected):
    assert truth({"string": pattern}, {"strings": ["content://sms/inbox", ""]}) is expected


def test_fields_and_types():
    spec = {"fields": ["f.Base.URI"], "types": ["f.Only"]}
    assert truth({"field": "f.Base.URI"}, spec) is True
    assert truth({"field": "f.Derived.URI"}, spec) is False
    assert truth({"class": "f.Only"}, spec) is True
    assert truth({"class": "f.Base"}, spec) is True
    assert truth({"class": "f.Derived"}, spec) is False


def test_places_are_bounded_in_order_and_the_count_is_whole():
    found = proof({"call": RUN}, {"methods": [{"calls": [RUN] * 15}, {"calls": [RUN] * 15}]})
    assert (found.count, len(found.places)) == (30, SHOWN)
    assert list(found.places) == sorted(found.places, key=lambda place: (place.method, place.offset))


def test_proofs_name_their_features_in_the_rule_language():
    found = proof({"any": [{"string": {"prefix": "abc"}}, {"component": {"form": "service", "exported": True}}]}, {})
    assert [leaf.feature for leaf in found.children] == ["string: prefix=abc", "component: form=service, exported=true"]
    assert found.op == "or"


def test_only_what_lies_within_counts_when_a_mask_is_given():
    tree = tree_of(msgspec.convert({"call": RUN}, Node))
    program = Program([read_dex("classes.dex", build_dex({"methods": [{"calls": [RUN]}, {"calls": [RUN, RUN]}]}))])
    index = AppIndex(tree.features(), (), program, lambda: FRAMEWORK)
    for kept, places in (([True, False], 1), ([False, True], 2), ([True, True], 3)):
        engine = Matcher(index, frozenset(), np.array(kept))
        (leaf,) = engine.evidence(tree)
        assert engine.truth(tree) is True
        assert len(leaf.hits.places(leaf.within)) == places
    assert Matcher(index, frozenset(), np.array([False, False])).truth(tree) is False


def test_a_method_scope_within_a_mask_needs_its_method_in_the_mask():
    tree = tree_of(msgspec.convert(BOTH, Node))
    program = Program([read_dex("classes.dex", build_dex({"methods": [{"calls": [RUN], "strings": ["text"]}, {}]}))])
    index = AppIndex(tree.features(), (), program, lambda: FRAMEWORK)
    assert Matcher(index, frozenset(), np.array([True, False])).truth(tree) is True
    assert Matcher(index, frozenset(), np.array([False, True])).truth(tree) is False


def test_a_count_within_a_mask_counts_there():
    tree = tree_of(msgspec.convert({"count": {"of": {"call": RUN}, "min": 2}}, Node))
    program = Program([read_dex("classes.dex", build_dex({"methods": [{"calls": [RUN]}, {"calls": [RUN]}]}))])
    index = AppIndex(tree.features(), (), program, lambda: FRAMEWORK)
    assert Matcher(index, frozenset()).truth(tree) is True
    assert Matcher(index, frozenset(), np.array([True, False])).truth(tree) is False
