"""Names of listed apps in code: against a search that reads each instruction, and what bounds them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.program import Program
from affidavit.facts.reading import make_fact
from affidavit.identity.mentions import NAME, PLACES, VERSION, extract
from affidavit.model.declared import Query
from affidavit.model.entity import Mark, Marks
from affidavit.model.identity import Package
from affidavit.model.place import Place
from tests.builders.dex import Class, Method
from tests.builders.known_code import dex_of, program_of


def listed(*packages, schemes=()):
    made = ([Mark(value, "s", "H") for value in values] for values in (packages, schemes))
    return Marks(**dict(zip(("packages", "schemes"), map(tuple, made), strict=True)))


def dex(*texts, name="Lp/A;"):
    code = [("const-string", 0, text) for text in texts]
    return dex_of([Class(name, methods=[Method("go", "()V", [*code, ("return-void",)])])])


def counted(program, marks, *facts):
    return [(fact.what.value, fact.what.of, fact.what.sites) for fact in extract(program, facts, marks)]


MARKS = {"b": listed("a.b", "b", schemes=("a", "ab")), "a": listed("a.b", "é", schemes=("ab",))}
TEXTS = st.lists(
    st.sampled_from(["a.b", "b", "é", "a://", "ab://", "ab://a.b"]) | st.text("ab.:/é", max_size=6), max_size=12
)


@settings(max_examples=60)
@given(TEXTS)
def test_the_search_gives_what_reading_every_instruction_gives(texts):
    packages = [(name, "package", texts.count(name)) for name in ("a.b", "b", "é")]
    schemes = [(name, "scheme", sum(text.startswith(f"{name}://") for text in texts)) for name in ("a", "ab")]
    assert counted(program_of(dex(*texts)), MARKS) == [item for item in packages + schemes if item[2]]


def test_an_app_that_two_entries_list_is_one_mention():
    both = {"x": listed("com.chat"), "y": listed("com.chat")}
    assert counted(program_of(dex("com.chat")), both) == [("com.chat", "package", 1)]


def test_more_places_than_are_listed_are_counted_and_none_is_listed_twice():
    (fact,) = extract(program_of(dex(*["com.chat"] * (PLACES + 9))), (), {"x": listed("com.chat")})
    assert (fact.what.sites, len(fact.what.more)) == (PLACES + 9, PLACES)
    places = [fact.place, *fact.what.more]
    assert places == sorted(set(places))
    assert fact.extractor == f"{NAME}/{VERSION}"


def test_every_dex_file_is_searched_and_the_place_says_which():
    files = dex("com.chat"), dex("other", name="Lp/B;"), dex("com.chat", name="Lp/C;")
    units = [unit for number, data in enumerate(files) for unit in read_dexes(f"c{number}.dex", data)]
    (fact,) = extract(Program(units), (), {"x": listed("com.chat")})
    assert [place.entry for place in (fact.place, *fact.what.more)] == ["c0.dex", "c2.dex"]


def test_a_string_that_no_instruction_loads_is_no_mention():
    unused = dex_of([Class("Lcom/chat;", methods=[Method("com.chat", "()V", [("return-void",)])])])
    assert counted(program_of(unused), {"x": listed("com.chat", "Lcom/chat;")}) == []


@pytest.mark.parametrize(
    "query", [Query("package", "com.chatty"), Query("authority", "com.chat"), Query("package", "")]
)
def test_only_packages_that_a_manifest_names_whole_are_mentions(query):
    assert counted(None, {"x": listed("com.chat")}, make_fact(query, Place("m"), "t/1")) == []


def test_an_app_that_asks_to_see_itself_speaks_of_the_others_alone():
    told = [Query("package", "com.two"), Query("package", "com.one"), Package("com.one")]
    facts = [make_fact(what, Place("m"), "t/1") for what in told]
    marks = {"x": listed("com.one", "com.two")}
    code = program_of(dex("com.one", "com.two"))
    assert [(f.what.value, f.what.form) for f in extract(code, iter(facts), marks)] == [
        ("com.two", "query"),
        ("com.two", "string"),
    ]


def test_without_code_or_lists_nothing_is_said():
    assert counted(None, {"x": listed("com.chat", schemes=("chat",))}) == []
    assert counted(program_of(dex("com.chat")), {}) == []
    assert counted(Program([]), {"x": listed("com.chat")}) == []
