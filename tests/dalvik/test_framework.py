"""What the platform's classes inherit from and define, asked of lines that are never all split."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit import knowledge
from affidavit.dalvik.framework import _MANY, Framework, Lines
from tests.oracles.framework import split_lines, split_methods

CLASSES = "a/A\n@a/I\na/A$Inner a/A a/I\njava/lang/Object\n"
METHODS = "a/A run/0,2 stop/1\na/I call/1\njava/lang/Object toString/0\n"


@pytest.fixture(scope="module")
def small():
    lines = sorted(CLASSES.split("\n")[:-1], key=lambda line: line.removeprefix("@").split(" ")[0] + ";")
    return Framework(["\n".join(lines) + "\n"], [METHODS])


@pytest.fixture(scope="module")
def real():
    return Framework.load()


def test_parents_are_the_super_class_and_then_interfaces(small):
    assert small.parents("La/A$Inner;") == ["La/A;", "La/I;"]
    assert small.parents("La/A;") == ["Ljava/lang/Object;"]


def test_object_and_unknown_classes_have_no_parents(small):
    assert small.parents("Ljava/lang/Object;") == []
    assert small.parents("Lx/Y;") == []
    assert "Lx/Y;" not in small


@pytest.mark.parametrize(
    "name", ["", "L;", "La/A", "a/A;", "[La/A;", "I", "L\ud800;", "L a/A;", "L@a/I;", "La/A stop;"]
)
def test_what_is_no_descriptor_of_a_class_is_unknown(small, name):
    assert name not in small
    assert small.methods(name) == {}


def test_interfaces_are_marked(small):
    assert small.is_interface("La/I;")
    assert not small.is_interface("La/A;")
    assert not small.is_interface("Lx/Y;")


def test_ancestors_come_level_by_level_and_object_last(small):
    assert small.ancestors("La/A$Inner;") == ("La/A$Inner;", "La/A;", "La/I;", "Ljava/lang/Object;")
    assert small.ancestors("Lx/Y;") == ("Lx/Y;",)
    assert small.ancestors("Ljava/lang/Object;") == ("Ljava/lang/Object;",)


def test_descendants_are_the_class_and_all_below_it(small):
    assert small.descendants("La/A;") == {"La/A;", "La/A$Inner;"}
    assert small.descendants("La/I;") == {"La/I;", "La/A$Inner;"}
    assert small.descendants("Lnot/There;") == {"Lnot/There;"}
    assert small.descendants("Ljava/lang/Object;") == {"Ljava/lang/Object;", "La/A;", "La/I;", "La/A$Inner;"}


def test_descendants_of_real_classes_are_those_that_have_them_as_ancestors(real):
    every = [name for text in documents("hierarchy") for name in split_lines(text)]
    for name in ("Landroid/content/Context;", "Ljavax/net/ssl/X509TrustManager;", "Ljava/util/Collection;"):
        assert real.descendants(name) == {below for below in every if name in real.ancestors(below)}


def test_a_class_defines_a_method_with_its_numbers_of_parameters(small):
    assert small.defines("La/A;", "run", 2)
    assert not small.defines("La/A;", "run", 1)
    assert not small.defines("La/A$Inner;", "run", 0)


def test_the_first_ancestor_that_defines_a_method_is_overridden(small):
    above = ["Lapp/Base;", "La/A$Inner;", "La/A;", "La/I;"]
    assert small.overridden(above, "call", 1) == "La/I;"
    assert small.overridden(above, "stop", 1) == "La/A;"
    assert small.overridden(above, "stop", 0) is None


@pytest.mark.parametrize("name", ["<init>", "<clinit>"])
def test_a_constructor_overrides_nothing(name):
    framework = Framework(["a/A\n"], [f"a/A {name}/0\n"])
    assert framework.overridden(["La/A;"], name, 0) is None


def test_several_documents_are_one_framework():
    framework = Framework(["a/A\n", "b/B a/A\n"], ["a/A run/0\n", "a/A run/1 stop/0\n"])
    assert framework.ancestors("Lb/B;")[:2] == ("Lb/B;", "La/A;")
    assert framework.methods("La/A;") == {"run": {0, 1}, "stop": {0}}


@pytest.mark.parametrize("text", ["", "\n", "\n\n", "a/A"])
def test_documents_may_be_empty_or_have_no_last_line_end(text):
    assert (Lines(text).find("a/A") is not None) == (text == "a/A")


WORD = st.text(st.sampled_from("ab$/"), min_size=1, max_size=4)


@given(
    st.lists(st.tuples(WORD, st.lists(WORD, max_size=3), st.booleans()), unique_by=lambda row: row[0], max_size=20),
    WORD,
)
def test_a_line_is_found_as_if_all_were_split(rows, asked):
    rows = sorted(rows, key=lambda row: row[0] + ";")
    text = "".join("@" * marked + " ".join([name, *words]) + "\n" for name, words, marked in rows)
    slow = {line.removeprefix("@").split(" ")[0]: line.split(" ") for line in text.split("\n") if line}
    few, many = Lines(text), Lines(text)
    for _ in range(_MANY):
        many.find(asked)
    for name in [asked, *slow]:
        assert few.find(name) == many.find(name) == slow.get(name)


def documents(section):
    return [document["classes"] for _, document in sorted(knowledge.load(section, dict[str, str]).items())]


@pytest.mark.parametrize("section", ["hierarchy", "framework_methods"])
def test_the_real_lines_are_sorted_as_lookup_needs_them(section):
    for text in documents(section):
        names = [line.removeprefix("@").split(" ")[0] + ";" for line in text.split("\n") if line]
        assert names == sorted(names)
        assert len(names) == len(set(names))


def test_every_real_class_is_as_the_slow_reading_has_it(real):
    for text in documents("hierarchy"):
        for name, (interface, parents) in split_lines(text).items():
            assert real.is_interface(name) == interface
            assert real.parents(name) == (parents or ["Ljava/lang/Object;"] * (name != "Ljava/lang/Object;"))


def test_every_real_method_is_as_the_slow_reading_has_it(real):
    for text in documents("framework_methods"):
        for name, methods in split_methods(text).items():
            assert {(method, n) for method, all_ in real.methods(name).items() for n in all_} == methods


def test_every_class_with_methods_is_in_the_hierarchy(real):
    names = [name for text in documents("framework_methods") for name in split_methods(text)]
    assert [name for name in names if name not in real] == []
    assert len(names) > 5_800


def test_no_class_is_in_two_documents_of_the_hierarchy():
    names = [name for text in documents("hierarchy") for name in split_lines(text)]
    assert len(names) == len(set(names))


def test_parents_of_real_classes_are_known(real):
    for text in documents("hierarchy"):
        for name, (_, parents) in split_lines(text).items():
            lost = [above for above in parents if above not in real and above.startswith("Ljava/util/function/")]
            assert lost == [], name


@pytest.mark.parametrize(
    ("descriptor", "name", "arity", "by"),
    [
        ("Landroid/app/ListActivity;", "onPause", 0, "Landroid/app/Activity;"),
        ("Landroid/widget/Button;", "onTouchEvent", 1, "Landroid/widget/TextView;"),
        ("Ljava/lang/Runnable;", "run", 0, "Ljava/lang/Runnable;"),
        ("Ljava/util/function/Consumer;", "accept", 1, "Ljava/util/function/Consumer;"),
        ("Landroid/app/job/JobService;", "onStartJob", 1, "Landroid/app/job/JobService;"),
        ("Landroid/app/job/JobService;", "onCreate", 0, "Landroid/app/Service;"),
        ("Landroid/app/Activity;", "onTeleport", 0, None),
    ],
)
def test_methods_that_apps_override_are_found_where_they_are_defined(real, descriptor, name, arity, by):
    assert real.overridden(real.ancestors(descriptor), name, arity) == by
