"""Apps that are spoken of, by package name or scheme, in the manifest or in code: that is nothing of their code."""

import pytest

from affidavit.facts.reading import make_fact
from affidavit.identity.listed import bind, values_of
from affidavit.identity.mentions import extract
from affidavit.model.declared import Query
from affidavit.model.entity import Mark, Marks
from affidavit.model.identity import AppMention, Package
from affidavit.model.place import Place
from tests.builders.dex import Class, Method
from tests.builders.known_code import dex_of, program_of

MARKS = {"chat": Marks(packages=(Mark("com.chat", "s", "H"),), schemes=(Mark("chat", "s", "H"),))}


def program(*texts):
    code = [("const-string", 0, text) for text in texts]
    return program_of(dex_of([Class("Lp/A;", methods=[Method("go", "()V", [*code, ("return-void",)])])]))


def facts_of(*subjects):
    return [make_fact(what, Place("a", number), "test/1") for number, what in enumerate(subjects)]


def told(code, *subjects):
    return [fact.what for fact in extract(code, facts_of(*subjects), MARKS)]


def test_a_package_name_in_code_and_a_scheme_are_mentions_with_their_places():
    made = list(extract(program("com.chat", "chat://send", "com.chat"), (), MARKS))
    assert [(fact.what.value, fact.what.of, fact.what.form, fact.what.sites) for fact in made] == [
        ("com.chat", "package", "string", 2),
        ("chat", "scheme", "string", 1),
    ]
    assert made[0].place.class_ == "Lp/A;"
    assert [place.pc for place in made[0].what.more] == [4]


@pytest.mark.parametrize("text", ["com.chatter", "xcom.chat", "com.cha", "chat:/", "xchat://", "chat", ""])
def test_what_only_resembles_is_no_mention(text):
    assert told(program(text)) == []


def test_what_the_manifest_asks_to_see_is_a_mention():
    assert told(None, Query("package", "com.chat"), Query("package", "com.else")) == [
        AppMention("com.chat", "package", "query")
    ]


def test_an_app_that_names_itself_speaks_of_no_other():
    assert told(program("com.chat"), Package("com.chat")) == []


def relations(*subjects):
    return [(item.relation, item.by, item.grade.value) for item in bind(values_of(facts_of(*subjects)), MARKS)]


def test_to_speak_of_an_app_is_to_talk_to_it_and_not_to_contain_it():
    assert relations(AppMention("com.chat", "package", "string")) == [("talks-to", "name", "present")]
    assert relations(AppMention("chat", "scheme", "string")) == [("talks-to", "scheme", "present")]


def test_what_only_the_manifest_asks_for_is_declared():
    query, string = AppMention("com.chat", "package", "query"), AppMention("com.chat", "package", "string")
    assert relations(query) == [("talks-to", "name", "declared")]
    assert relations(query, string) == relations(string, query) == [("talks-to", "name", "present")]


def test_the_listed_app_itself_does_not_talk_to_itself():
    assert [item[0] for item in relations(Package("com.chat"), AppMention("chat", "scheme", "string"))] == ["is"]
