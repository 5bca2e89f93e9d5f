"""The small parts: names, searching string tables, and how fast judging is."""

from fnmatch import fnmatchcase

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.descriptors import descriptor
from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.facts.reading import make_fact
from affidavit.findings import globs, load
from affidavit.findings.features import Feature
from affidavit.findings.index import AppIndex
from affidavit.findings.judge import judge
from affidavit.findings.names import Member, member, type_descriptor
from affidavit.findings.schema import StringPattern
from affidavit.findings.strings import fits
from affidavit.findings.texts import Loaded, Wanted, find_exact, sieve
from affidavit.model.code import FrameworkCall
from affidavit.model.place import Place
from tests.builders.dex import DexBuilder, Method
from tests.builders.rule_app import build_app

WORDS = ["", "a", "ab", "abc", "abcabc", "xabc", "Lx/A;", "Lx/B;", "über", "a\0b", "🙂x", "abc" * 40]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("java.io.File.delete", Member("java/io/File", "delete", None)),
        ("java.io.File.delete()", Member("java/io/File", "delete", "")),
        ("a.B$C.<init>(int, byte[], java.lang.String)", Member("a/B$C", "<init>", "I[BLjava/lang/String;")),
    ],
)
def test_members_in_java_form(text, expected):
    assert member(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("int", "I"), ("boolean[][]", "[[Z"), ("a.B", "La/B;"), ("a.B[]", "[La/B;")]
)
def test_type_descriptors(name, expected):
    assert type_descriptor(name) == expected
    assert descriptor("a.b.C") == "La/b/C;"


def strings_of(words):
    return read_dex("classes.dex", DexBuilder().add_strings(*words).add_class("Lx/Z;").build()).strings


@given(st.lists(st.sampled_from(WORDS), unique=True), st.lists(st.sampled_from(WORDS)))
def test_exact_search_finds_what_comparing_finds(words, wanted):
    strings = strings_of(words)
    asked = {word.encode() for word in wanted if word.isascii() and "\0" not in word}
    found = find_exact(strings, Wanted(asked), sieve(strings))
    slow = {}
    for index in range(len(strings)):
        if strings.raw(index) in asked - {b""}:
            slow.setdefault(bytes(strings.raw(index)), []).append(index)
    assert found == slow


@given(
    st.lists(st.sampled_from(WORDS), unique=True), st.sampled_from(["a", "abc", "c", "x/", "L", "ca"]), st.booleans()
)
def test_literal_search_finds_what_comparing_finds(words, literal, at_start):
    strings = strings_of(words)
    chosen = [index for index in range(len(strings)) if index % 3 != 1]
    found = Loaded(strings, np.array(chosen, "int64")).containing(literal.encode(), at_start=at_start)
    pattern = StringPattern(prefix=literal) if at_start else StringPattern(contains=literal)
    assert found == [index for index in chosen if fits(strings[index], pattern)]


@given(
    st.text(st.sampled_from("ab/.\n*"), max_size=8),
    st.text(st.sampled_from("ab/.*?[]"), max_size=8),
)
def test_globs_mean_what_fnmatch_means(name, pattern):
    assert globs.fits(name, pattern) == fnmatchcase(name, pattern)
    if globs.fits(name, pattern):
        assert name.startswith(globs.literal_start(pattern))


def test_searching_nothing_finds_nothing():
    strings = strings_of(["abc"])
    assert find_exact(strings, Wanted([]), sieve(strings)) == {}
    assert Loaded(strings, np.array([], "int64")).containing(b"abc") == []


def test_judging_every_rule_on_an_empty_app_gives_a_finding_for_each():
    app = build_app({})
    rules = load.rules()
    found = judge(app.facts, app.program, None, (), rules).findings
    assert [finding.rule for finding in found] == sorted(rule.id for rule in rules)


def program_of(*dexes):
    return Program([read_dex(f"classes{number or ''}.dex", dex) for number, dex in enumerate(dexes, 0)])


def test_places_are_looked_up_only_when_asked_for():
    app = build_app({"calls": ["f.Base.run()"]})
    index = AppIndex([Feature("call", "f.Base.run")], app.facts, app.program, lambda: Framework(["f/Base"], []))
    hits = index.hits(Feature("call", "f.Base.run"))
    assert index.hits(Feature("call", "f.Base.run")) is hits
    assert hits.places(np.zeros(1, bool)) == ()
    assert len(hits.places(None)) == 1
    assert dict(hits.classes(None)) == {"Lcom/example/app/Main;": 1}


def test_a_feature_of_a_name_outside_ascii_is_found():
    dex = (
        DexBuilder()
        .add_class("Lapp/Über;", "Lf/Base;")
        .add_class(
            "Lapp/Caller;",
            methods=[Method("m", "()V", [("invoke-static", [], "Lapp/Über;->run()V"), ("return-void",)])],
        )
    )
    index = AppIndex([Feature("call", "f.Base.run")], (), program_of(dex.build()), lambda: Framework(["f/Base"], []))
    assert index.hits(Feature("call", "f.Base.run")).count == 1


def test_an_unreadable_dex_has_nothing_and_does_not_stop_the_others():
    good = DexBuilder().add_class("Lapp/A;", "Lf/Base;").build()
    index = AppIndex(
        [Feature("extends", "f.Base")], (), program_of(b"dex\n035\0broken", good), lambda: Framework(["f/Base"], [])
    )
    assert index.hits(Feature("extends", "f.Base")).count == 1


def test_framework_call_facts_are_named_by_class_and_method():
    facts = [
        make_fact(FrameworkCall("Lf/Derived;", "run()V", 1), Place("classes.dex", 4), "code/1"),
        make_fact(FrameworkCall("Lf/Derived;", "stop()V", 1), Place("classes.dex", 8), "code/1"),
        make_fact(FrameworkCall("Lf/Other;", "run()V", 1), Place("classes.dex", 9), "code/1"),
    ]
    app = build_app({"calls": ["f.Derived.run()"]})
    feature = Feature("call", "f.Base.run")
    index = AppIndex([feature], facts, app.program, lambda: Framework(["f/Base\nf/Derived f/Base"], []))
    assert index.fact_ids(feature) == (facts[0].id,)
