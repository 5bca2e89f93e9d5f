"""Sources and sinks as tables: everything that the documents say is looked up by class and name."""

import msgspec
import pytest

from affidavit.facts.flow_knowledge import (
    Reading,
    Stream,
    Writing,
    compile_knowledge,
    descriptor,
    flow_knowledge,
    is_platform,
)
from affidavit.facts.flow_schema import FORMS, SinkDocument, SourceDocument

ORIGIN = {"source": "own", "licence": "facts"}
ITEM = {"id": "camera/x", "title": "X", "dpv": []}


def sources(*items, **more):
    return msgspec.convert({**ORIGIN, "category": "camera", "sources": items, **more}, SourceDocument)


def sinks(*items, **more):
    return msgspec.convert({**ORIGIN, "kind": "log", "leaves": "app", "sinks": items, **more}, SinkDocument)


def match(**more):
    return {"class": "a.B", "names": ["f", "g"], **more}


def test_every_name_of_a_row_is_looked_up():
    known = compile_knowledge([sources({**ITEM, "calls": [match(gives="operand 1")]})], [])
    reading = (Reading("camera/x", "operand 1"),)
    assert known.calls == {("La/B;", "f"): reading, ("La/B;", "g"): reading}
    assert known.category == {"camera/x": "camera"}


@pytest.mark.parametrize("attribute", ["fields", "parameters"])
def test_fields_and_parameters_have_tables_of_their_own(attribute):
    known = compile_knowledge([sources({**ITEM, attribute: [match()]})], [])
    assert set(getattr(known, attribute)) == {("La/B;", "f"), ("La/B;", "g")}
    assert not known.calls


def test_two_readings_of_one_member_are_kept():
    form = {"form": "extras", "class": "a.B", "names": ["f"], "operand": 2}
    known = compile_knowledge([sources({**ITEM, "calls": [match()]}, forms=[form])], [])
    assert known.calls["La/B;", "f"] == (Reading("camera/x", "result"), Reading("", "result", "extras", 2))


def test_texts_are_listed_by_form():
    known = compile_knowledge([sources({**ITEM, "settings": ["a"], "sensors": [3], "text_fields": "any"})], [])
    assert known.texts["settings"] == (("a", "camera/x"),)
    assert known.texts["sensors"] == ((3, "camera/x"),)
    assert known.text_fields == {"any": "camera/x"}
    assert set(known.texts) == set(FORMS)


def test_sinks_say_what_they_take_and_whether_it_leaves():
    taking = {"class": "a.B", "names": ["f"], "takes": [1], "target": 0}
    item = {"id": "log/x", "title": "X", "calls": [taking], "refined": "y", "sends": True}
    known = compile_knowledge([], [sinks(item, in_memory=["a.C"])])
    assert known.writes == {("La/B;", "f"): (Writing("log/x", (1,), 0, "y"),)}
    assert (known.kind, known.leaves) == ({"log/x": "log"}, {"log/x": "app"})
    assert (known.in_memory, known.sends) == (frozenset({"La/C;"}), "log/x")


def test_origins_are_calls_and_fields():
    origins = [{"class": "a.B", "names": ["<init>"], "wraps": 1}, {"class": "a.C", "fields": ["out"]}]
    known = compile_knowledge([], [sinks({"id": "log/x", "title": "X", "origins": origins})])
    assert known.origins == {("La/B;", "<init>"): Stream("log/x", 1), ("La/C;", "out"): Stream("log/x", -1)}


def test_the_platform_is_told_from_libraries_with_like_names():
    assert is_platform(descriptor("android.location.Location"))
    assert is_platform(descriptor("java.io.File"))
    assert not is_platform(descriptor("android.support.v7.widget.SearchView"))
    assert not is_platform(descriptor("androidx.core.content.Context"))
    assert not is_platform(descriptor("okhttp3.Request"))


def test_every_way_out_has_a_kind_that_says_whether_data_leaves():
    known = flow_knowledge()
    assert {known.leaves[item] for item in known.sinks} == {"device", "app", "no"}
    assert known.sends in known.sinks
    assert {known.leaves[item] for item in known.sinks if known.kind[item] == "storage"} == {"no"}


def test_generic_writes_are_refined_to_sinks_that_there_are():
    known = flow_knowledge()
    assert {stream.what for stream in known.origins.values()} <= set(known.sinks)


def test_the_categories_of_personal_data_have_sources():
    assert set(flow_knowledge().category.values()) == {
        *("location", "browsing", "network", "contacts", "identifiers", "accounts", "calendar", "call-log"),
        *("messages", "camera", "microphone", "clipboard", "files", "health", "installed-apps", "sensors"),
        *("screen", "typed-text", "biometrics"),
    }
