"""What files of an app state of a family's version: whose coordinates count, in which order, and how many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.facts.reading import make_fact
from affidavit.identity.code.stated import LISTED, family_ids, stated_versions
from affidavit.model.identity import Package
from affidavit.model.library import LibraryVersion
from affidavit.model.place import Place


def mark(coordinates, version, entry="META-INF/a.version"):
    return make_fact(LibraryVersion(coordinates, version), Place(entry), "library-versions/1")


def said(family, allowed, *marks):
    return [
        (item.version, item.coordinates, item.entry, item.allowed)
        for item in stated_versions(family, allowed, allowed, marks)
    ]


def test_a_version_that_the_code_contradicts_is_shown_as_such_and_not_left_out():
    marks = mark("com.x:lib", "2.0", "b"), mark("com.x:lib", "1.0", "a")
    assert said("lib", ["2.0"], *marks) == [("1.0", "com.x:lib", "a", False), ("2.0", "com.x:lib", "b", True)]


def test_marks_of_other_families_and_other_facts_say_nothing():
    other = make_fact(Package("lib", "2.0"), Place(""), "t/1")
    assert said("lib", ["2.0"], mark("com.x:library", "2.0"), mark("lib:other", "2.0"), other) == []


@pytest.mark.parametrize("version", ["2.0 ", "2.0.0", "02.0", "", "2\u200b.0"])
def test_a_version_is_allowed_only_as_it_is_written(version):
    assert said("lib", ["2.0"], mark("com.x:lib", version)) == [(version, "com.x:lib", "META-INF/a.version", False)]


def test_the_same_mark_twice_is_listed_once_and_the_same_from_two_files_twice():
    assert len(said("lib", (), mark("a:lib", "1"), mark("a:lib", "1"))) == 1
    assert len(said("lib", (), mark("a:lib", "1", "x"), mark("a:lib", "1", "y"))) == 2


@given(st.permutations(range(LISTED + 5)))
def test_a_flood_of_marks_is_cut_and_their_order_plays_no_part(order):
    made = said("lib", iter(["v3"]), *(mark("a:lib", f"v{number:x}") for number in order))
    assert made == [(f"v{number:x}", "a:lib", "META-INF/a.version", number == 3) for number in range(LISTED)]


@given(st.text(alphabet="ab.:-\x00é", max_size=12))
def test_whatever_coordinates_say_the_ids_have_the_artefact_at_their_end(coordinates):
    artefact = coordinates.split(":")[-1]
    ids = family_ids(coordinates)
    assert {coordinates, artefact} <= ids
    assert len(ids) <= 5
    assert all(name.endswith(artefact) for name in ids)
    assert all(name[: -len(artefact) or None] for name in ids - {artefact, coordinates} if artefact)


def test_coordinates_without_a_group_name_the_artefact_alone():
    assert family_ids("okhttp") == {"okhttp"}
    assert family_ids(":okhttp") == {":okhttp", "okhttp"}
    assert family_ids("squareup:okhttp") == {"squareup:okhttp", "okhttp", "squareup-okhttp"}
    assert family_ids("") == {""}
