"""What the search for flows starts from besides code: components, layouts, texts."""

import pytest

from affidavit.artefact.arsc import parse_arsc
from affidavit.artefact.budget import Budget
from affidavit.dalvik.descriptors import descriptor
from affidavit.dalvik.whole.entries import Declared, Filter
from affidavit.facts import flow_inputs
from affidavit.facts.flow_inputs import Texts, declared, layouts
from affidavit.facts.reading import make_fact
from affidavit.model.declared import Component, IntentFilter
from affidavit.model.errors import BudgetError
from affidavit.model.identity import Application
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from tests.builders import axml
from tests.builders.arsc import Kind, Table
from tests.builders.axml import Ref, e

PLACE = Place("AndroidManifest.xml", 8)


def facts(*subjects):
    return [make_fact(what, PLACE, "test/1") for what in subjects]


def component(form: str, name: str, **more) -> Component:
    return Component(form, name, **({"enabled": True, "exported": False, "exported_why": "stated"} | more))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.B", "La/B;"), ("B", "LB;"), ("a.b.C$D", "La/b/C$D;"), ("a..b", "La//b;"), ("", "L;")],
)
def test_names_of_the_manifest_become_descriptors(name, expected):
    assert descriptor(name) == expected


@pytest.mark.parametrize("form", ["activity", "service", "receiver", "provider"])
def test_a_component_keeps_its_kind_and_whether_it_is_open(form):
    (found,) = declared(facts(component(form, "a.B", exported=True, enabled=False)))
    assert (found.kind, found.component, found.enabled, found.exported) == (form, "La/B;", False, True)
    assert found.name == ""


def test_an_alias_is_entered_at_its_target_and_addressed_by_its_own_name():
    (found,) = declared(facts(component("activity-alias", "a.Alias", target="a.B")))
    assert found == Declared("activity", "La/B;", name="La/Alias;")


def test_filters_and_authorities_are_carried_over():
    item = IntentFilter(actions=("a.GO",), categories=("c",), data=("scheme=https",))
    (found,) = declared(facts(component("provider", "a.B", filters=(item,), authorities=("a.files",))))
    assert found.filters == (Filter(("a.GO",), ("c",), ("scheme=https",)),)
    assert found.authorities == ("a.files",)


def test_the_application_and_its_backup_agent_are_entered():
    found = declared(facts(Application(class_name="a.App", backup_agent="a.Keep")))
    assert found == [Declared("application", "La/App;"), Declared("backup-agent", "La/Keep;")]


def test_an_application_without_a_class_declares_nothing():
    assert declared(facts(Application())) == []


def test_each_definition_counts_once_in_the_order_of_the_facts():
    items = [component("service", "a.B"), component("activity", "a.A"), component("service", "a.B")]
    assert [item.component for item in declared(facts(*items))] == ["La/B;", "La/A;"]


# Layouts


def layout(*children) -> bytes:
    return axml.binary(e("LinearLayout", {}, *children))


def read(files: dict[str, bytes], words=None, limitations=None, budget=None):
    media = [(path, (words or {}).get(path, "axml")) for path in files]
    return layouts(media, files.get, budget or Budget(), [] if limitations is None else limitations)


def test_resources_that_name_classes_are_kept_in_the_order_of_their_paths():
    files = {"res/b.xml": layout(e("x.Two")), "res/a.xml": layout(e("x.One")), "res/c.xml": layout(e("Button"))}
    assert [(item.file, item.classes) for item in read(files)] == [
        ("res/a.xml", ("Lx/One;",)),
        ("res/b.xml", ("Lx/Two;",)),
    ]


def test_the_manifest_and_other_formats_are_no_layouts():
    files = {"AndroidManifest.xml": layout(e("x.One")), "res/a.png": layout(e("x.Two"))}
    assert read(files, {"res/a.png": "png"}) == []
    assert read({"base.apk!/AndroidManifest.xml": layout(e("x.One"))}) == []


@pytest.mark.parametrize(
    "data", [b"", b"\x03\x00\x08\x00", b"<LinearLayout", bytes(range(256)), layout(e("x.One"))[:60]]
)
def test_damaged_resources_name_nothing(data):
    assert read({"res/a.xml": data}) == []


def test_an_entry_that_cannot_be_read_is_passed_over():
    assert layouts([("res/a.xml", "axml")], lambda _: None, Budget(), []) == []


def test_more_resources_than_are_read_become_a_limitation(monkeypatch):
    monkeypatch.setattr(flow_inputs, "LAYOUTS", 2)
    files, said = {f"res/{number}.xml": layout(e("x.One")) for number in range(5)}, []
    assert [item.file for item in read(files, limitations=said)] == ["res/0.xml", "res/1.xml"]
    assert [(item.kind, item.count) for item in said] == [("flows/layouts-bounded", 3)]
    assert isinstance(said[0], Limitation)


def test_the_clock_is_looked_at_between_resources():
    files = {f"res/{number}.xml": layout(e("x.One")) for number in range(2_000)}
    with pytest.raises(BudgetError):
        read(files, budget=Budget(seconds=-1))


# Texts


def texts(*tables: dict[int, object]) -> Texts:
    return Texts([parse_arsc(Table([Kind("string", dict(entries))]).build()) for entries in tables])


FIRST = 0x7F010000


def test_the_text_of_a_resource_is_found():
    known = texts({0: "https://x.example/", 3: "Zürich"})
    assert [known(FIRST), known(FIRST + 3)] == ["https://x.example/", "Zürich"]


def test_an_unknown_number_has_no_text():
    known = texts({0: "a"})
    assert [known(number) for number in (FIRST + 9, 0x01040000, 0, -1)] == [None] * 4


def test_a_reference_is_followed_and_a_circle_ends():
    assert texts({0: "end", 1: Ref(FIRST)})(FIRST + 1) == "end"
    assert texts({0: Ref(FIRST + 1), 1: Ref(FIRST)})(FIRST) in {None, "", "@7f010000", "@7f010001"}


def test_the_first_table_that_knows_a_resource_decides():
    assert texts({0: "base"}, {0: "split", 1: "more"})(FIRST) == "base"
    assert texts({0: "base"}, {0: "split", 1: "more"})(FIRST + 1) == "more"


def test_without_tables_nothing_is_known():
    assert texts()(FIRST) is None


def test_asking_twice_gives_the_same():
    known = texts({0: "a"})
    assert [known(FIRST), known(FIRST), known(FIRST + 1), known(FIRST + 1)] == ["a", "a", None, None]
