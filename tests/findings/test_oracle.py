"""The engine against its slow twin: the same answers, counts and places on generated and on real apps."""

from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.findings import load
from affidavit.findings.features import SHOWN, tree_of
from affidavit.findings.index import AppIndex
from affidavit.findings.match import Matcher
from affidavit.findings.schema import Count, Node, Override, StringPattern
from affidavit.findings.stated import FactIndex
from tests.builders.rule_app import build_app, build_dex
from tests.oracles.rules import Oracle, plain

FRAMEWORK = Framework(
    ["f/Base\nf/Derived f/Base f/Listener\n@f/Listener\nf/Other\n@f/Sub java/lang/Object f/Listener"], []
)
CLASSES = ["f.Base", "f.Derived", "f.Other", "f.Listener", "f.Sub", "app.A", "app.B", "app.C"]
METHODS = ["run", "stop", "<init>"]
PARAMS = ["", "()", "(int)", "(java.lang.String[],int)"]
TEXTS = ["alpha", "alphabet", "beta/alpha", "x", "content://sms/in", ""]
APP_CLASSES = ["app.A", "app.B", "app.C"]

members = st.builds(
    lambda owner, name, params: f"{owner}.{name}{params}", *map(st.sampled_from, (CLASSES, METHODS, PARAMS))
)
complete = st.builds(
    lambda owner, name, params: f"{owner}.{name}{params}", *map(st.sampled_from, (CLASSES, METHODS, PARAMS[1:]))
)
fields = st.sampled_from([f"{owner}.{name}" for owner in CLASSES for name in ("f", "g")])
bodies = st.fixed_dictionaries(
    {
        "calls": st.lists(complete, max_size=4),
        "strings": st.lists(st.sampled_from(TEXTS), max_size=3),
        "fields": st.lists(fields, max_size=2),
        "types": st.lists(st.sampled_from(CLASSES), max_size=2),
    }
)


@st.composite
def classes(draw):
    names = draw(st.lists(st.sampled_from(APP_CLASSES), unique=True, max_size=3))
    return [
        {
            "name": name,
            "extends": draw(st.sampled_from([item for item in CLASSES if item != name])),
            "implements": draw(st.lists(st.sampled_from(["f.Listener", "f.Sub", "app.A"]), unique=True, max_size=2)),
            "overrides": draw(st.lists(st.sampled_from(["run()", "run(int)", "stop()"]), unique=True, max_size=2)),
            **draw(bodies),
        }
        for name in names
    ]


apps = st.fixed_dictionaries(
    {
        "methods": st.lists(bodies, max_size=4),
        "classes": classes(),
        "permissions": st.lists(st.sampled_from(["p.A", "p.B"]), unique=True),
        "signing": st.lists(st.sampled_from(["v1", "v2"]), unique=True),
    }
)
patterns = st.one_of(
    st.sampled_from(TEXTS[:-1]),
    st.builds(StringPattern, prefix=st.sampled_from(["alpha", "content://", "beta"])),
    st.builds(StringPattern, contains=st.sampled_from(["alpha", "/", "sms"])),
    st.just(StringPattern(contains="alpha", re="^[a-z]{1,4}/alpha$")),
)
in_method = st.one_of(
    st.builds(Node, call=members),
    st.builds(Node, field_=fields),
    st.builds(Node, string=patterns),
    st.builds(Node, class_=st.sampled_from(CLASSES)),
    st.builds(Node, overrides=st.one_of(members, st.builds(Override, members, st.integers(0, 2)))),
)
leaves = st.one_of(
    in_method,
    st.builds(Node, extends=st.sampled_from(CLASSES)),
    st.builds(Node, implements=st.sampled_from(CLASSES)),
    st.builds(Node, permission=st.sampled_from(["p.A", "p.B"])),
    st.builds(Node, signing=st.sampled_from(["v1", "v2"])),
)


def counts(of):
    return st.builds(Count, of, st.integers(0, 3), st.one_of(st.none(), st.integers(0, 4))).map(lambda c: Node(count=c))


def algebra(inner):
    lists = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(Node, all=lists), st.builds(Node, any=lists), inner.map(lambda node: Node(not_=node)))


methods = st.recursive(st.one_of(in_method, counts(in_method)), algebra, max_leaves=5).map(
    lambda node: Node(method=node)
)
rules = st.recursive(st.one_of(leaves, counts(leaves), methods), algebra, max_leaves=6)
hidden = st.frozensets(st.sampled_from(["code", "manifest", "signing"]))


@settings(max_examples=150, deadline=None)
@given(apps, st.lists(apps, max_size=1), st.lists(rules, min_size=1, max_size=4), hidden)
def test_engine_agrees_with_the_oracle(app, more, statements, areas):
    facts = build_app(app).facts
    dexes = [dex for dex in map(build_dex, (app, *more)) if dex]
    program = Program([read_dex(f"classes{number or ''}.dex", dex) for number, dex in enumerate(dexes, 2 * len(more))])
    compare(program, facts, FRAMEWORK, statements, areas)


def compare(program, facts, framework, statements, areas=frozenset()):
    trees = [tree_of(node) for node in statements]
    asked = [feature for tree in trees for feature in tree.features()]
    index = AppIndex(asked, facts, program, lambda: framework)
    oracle = Oracle(plain(program), FactIndex(facts), framework, areas)
    for feature in dict.fromkeys(asked):
        places = oracle.places(feature)
        if places is not None:
            hits = index.hits(feature)
            assert hits.count == len(places), feature
            assert hits.places(None) == tuple(places[:SHOWN]), feature
    matcher = Matcher(index, areas)
    for node, tree in zip(statements, trees, strict=True):
        truth = matcher.truth(tree)
        assert truth is oracle.truth(node), node
        assert matcher.proof(tree).matched is (truth is True)


def units(path):
    with ZipFile(path) as container:
        return [read_dex(name, container.read(name)) for name in container.namelist() if name.endswith(".dex")]


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "every"),
    [
        ("realapps/androguard-androguard/com.teleca.jamendo_35_bedeeae7.apk", 1),
        ("constituent/apk/sharesdk-nowxsdk/ShareSDK_for_Android_Sample_2.3.8_ea05f960.apk", 5),
        ("malformed/androguard/tests__data__APK__multidex.apk", 5),
    ],
)
def test_engine_agrees_with_the_oracle_on_real_apps(corpus, name, every):
    nodes = [rule.match for rule in load.rules()[::every]]
    compare(Program(units(corpus / name)), (), Framework.load(), nodes)
