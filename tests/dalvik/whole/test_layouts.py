"""What layouts name, in binary and in text XML."""

import pytest

from affidavit.artefact.axml import parse_axml
from affidavit.dalvik.whole.layouts import Layout, read_layout
from tests.builders import axml
from tests.builders.axml import Raw, Ref, e

INT = axml.INT_HEX
IDS = {"onClick": 0x0101026F, "id": 0x010100D0, "password": 0x0101015C, "inputType": 0x01010220}


@pytest.fixture(autouse=True)
def _ids_of_layouts(monkeypatch):
    """The builder knows the manifest's attributes only."""
    known = axml.attribute_id
    monkeypatch.setattr(axml, "attribute_id", lambda name: IDS[name] if name in IDS else known(name))


def layout(*children: axml.E, text: bool = False) -> Layout:
    root = e("LinearLayout", {}, *children)
    data = axml.text(root) if text else axml.binary(root)
    return read_layout(parse_axml(data, entry="res/layout/a.xml"))


@pytest.mark.parametrize("text", [False, True])
def test_custom_classes_are_named_three_ways(text):
    found = layout(
        e("x.y.View"),
        e("view", {"class": "x.Other"}),
        e("fragment", {"android:name": "x.Some"}),
        e("androidx.fragment.app.FragmentContainerView", {"android:name": "x.More"}),
        e("Button", {"android:name": "x.Not"}),
        e("x.y.View"),
        text=text,
    )
    view = "Landroidx/fragment/app/FragmentContainerView;"
    assert found.classes == ("Lx/y/View;", "Lx/Other;", "Lx/Some;", view, "Lx/More;")
    assert found.file == "res/layout/a.xml"


def test_click_handlers_are_listed_once():
    found = layout(e("Button", {"android:onClick": "send"}), e("Button", {"android:onClick": "send"}))
    assert found.clicks == ("send",)


@pytest.mark.parametrize(
    ("kind", "hidden"),
    [(0x81, True), (0x91, True), (0xE1, True), (0x12, True), (0x1, False), (0x2, False), (0x80, False)],
)
def test_fields_for_passwords_by_input_type(kind, hidden):
    found = layout(e("EditText", {"android:id": Ref(0x7F080001), "android:inputType": Raw(INT, kind)}))
    assert found.password_ids == ((0x7F080001,) if hidden else ())


def test_fields_for_passwords_by_the_old_attribute():
    here, not_here = {"android:id": Ref(0x7F080002)}, {"android:id": Ref(0x7F080003)}
    found = layout(
        e("EditText", here | {"android:password": True}),
        e("EditText", not_here | {"android:password": False}),
        e("EditText", {"android:password": True}),
    )
    assert found.password_ids == (0x7F080002,)


def test_a_file_without_a_tree_names_nothing():
    assert read_layout(parse_axml(b"", entry="x")) == Layout("x")
