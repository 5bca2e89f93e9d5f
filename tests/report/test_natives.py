"""Native files of known code, for a reader: which file, which versions, how like, and what was searched."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from affidavit.model.artefact import Artefact
from affidavit.model.code_identity import NativeIdentity, NativeSearch
from affidavit.model.fact import Fact
from affidavit.model.place import Place
from affidavit.report import natives
from affidavit.report.identified import Account, as_json, as_text
from affidavit.report.overview import Facts
from affidavit.report.text import HIDDEN

MMKV = NativeIdentity(
    "mmkv",
    "jni/arm64-v8a/libmmkv.so",
    "is",
    994,
    987,
    123_456,
    title="MMKV",
    vendor="Tencent",
    form="library",
    versions=("1.2.7",),
    allowed=1,
    known=5,
    shared=("mmkv_open", "text: 4\u202e"),
)
SEARCH = NativeSearch(("ab" * 32,), files=3, of=4, bytes=1_234_567, known=1, found=2)


def fact(what, entry="lib/arm64-v8a/libmmkv.so"):
    return Fact("f0", what, Place(entry), "native/1")


def rows(*items):
    return natives.rows(Facts(items))


def test_a_row_has_the_five_columns_that_its_heads_name():
    ((entry, stated, who, like, shared),) = rows(fact(MMKV))
    assert len(natives.HEADS) == 5
    assert entry == "lib/arm64-v8a/libmmkv.so"
    assert stated == "is jni/arm64-v8a/libmmkv.so of MMKV (1.2.7)"
    assert who == "Tencent, library"
    assert like == "99 % of it is in the library's file, 99 % of that in it; 1,235 nats"
    assert shared == "mmkv_open; text: 4\u202e"


@pytest.mark.parametrize(
    ("labels", "allowed", "known", "said"),
    [
        ((), 0, 1, ""),
        ((), 0, 9, ""),
        (("1",), 1, 1, " (1)"),
        (("1", "2"), 2, 2, " (any of 2 known versions)"),
        (("1", "2"), 2, 3, " (1, 2)"),
        (tuple("1234"), 4, 9, " (1, 2, 3, 4)"),
        (tuple("12345"), 5, 9, " (1, 2, 3, 4 and 1 more)"),
        (tuple("12345678"), 1_500, 2_000, " (1, 2, 3, 4 and 1,496 more)"),
    ],
)
def test_versions_are_those_whose_file_is_as_like_and_never_more_than_that(labels, allowed, known, said):
    what = replace(MMKV, versions=labels, allowed=allowed, known=known)
    assert natives.statement(what) == f"is jni/arm64-v8a/libmmkv.so of MMKV{said}"


def test_what_is_linked_into_another_file_is_held_by_it():
    assert natives.statement(replace(MMKV, relation="holds")).startswith("holds jni/arm64-v8a/libmmkv.so of MMKV")


def test_a_family_without_a_title_goes_by_its_id():
    assert " of mmkv (" in natives.statement(replace(MMKV, title=""))


def test_a_build_id_is_said_first_and_only_where_there_is_one():
    assert natives.like(replace(MMKV, same_build=True)).startswith("same build id; 99 %")
    assert "build" not in natives.like(MMKV)


@pytest.mark.parametrize(("vendor", "form", "said"), [("", "", ""), ("A", "", "A"), ("", "sdk", "sdk")])
def test_who_leaves_out_what_is_not_known(vendor, form, said):
    assert rows(fact(replace(MMKV, vendor=vendor, form=form)))[0][2] == said


def test_known_files_come_before_holders_and_the_strongest_first_whatever_the_order_of_the_facts():
    items = [
        fact(replace(MMKV, relation="holds", evidence=999_999), "lib/a.so"),
        fact(replace(MMKV, evidence=10), "lib/b.so"),
        fact(replace(MMKV, evidence=20), "lib/d.so"),
        fact(replace(MMKV, evidence=20), "lib/c.so"),
    ]
    assert [row[0] for row in rows(*items)] == ["lib/c.so", "lib/d.so", "lib/b.so", "lib/a.so"]
    assert rows(*items) == rows(*reversed(items))


def test_what_was_searched_is_said_with_numbers_and_absence_is_not_claimed():
    said = natives.searched(Facts([fact(SEARCH, "")]))
    assert said.startswith("3 native files of 4 (1,234,567 bytes) were compared with 1 known one; of 2 something is")
    assert said.endswith("is like none of these.")
    assert natives.searched(Facts([fact(replace(SEARCH, files=1), "")])).startswith("1 native file of 4")


def test_nothing_is_said_of_native_files_that_nobody_compared():
    assert natives.searched(Facts([])) == ""
    assert rows() == []
    assert "native" not in as_text(Account(Artefact("a.apk", "apk", 1, "ab" * 32), (), ()))


def test_identify_lists_native_files_and_keeps_their_facts_in_json():
    account = Account(Artefact("a.apk", "apk", 1, "ab" * 32), (fact(SEARCH, ""), fact(MMKV)), ())
    text = " ".join(as_text(account).split())
    assert "lib/arm64-v8a/libmmkv.so is jni/arm64-v8a/libmmkv.so of MMKV (1.2.7)" in text
    assert "both have mmkv_open; text: 4\\u202e" in text
    made = as_json(account)
    assert b'"native-search"' in made
    assert b'"native-identity"' in made
    assert "\u202e" not in made.decode()


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=5), st.text(max_size=30))
def test_names_of_files_and_texts_in_them_stay_texts(entry, shared, title):
    hostile = fact(replace(MMKV, shared=tuple(shared), title=title), entry)
    text = as_text(Account(Artefact("a.apk", "apk", 1, "ab" * 32), (hostile,), ()))
    assert not HIDDEN.search(text.replace("\n", ""))
    assert all(len(line) <= 80 for line in text.splitlines())
