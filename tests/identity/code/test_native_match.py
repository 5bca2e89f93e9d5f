"""Native files are recognised whatever they are called, and told from what merely shares linked-in code."""

from pathlib import Path

import numpy as np
import pytest

from affidavit.identity.code.build import build
from affidavit.identity.code.index import Family, Version
from affidavit.identity.code.native import NativeSignature, build_token, of_native, rows_of
from affidavit.identity.code.native_match import NativeIndex
from affidavit.identity.code.tokens import Kind

SHARED = Path(__file__).parents[4] / "shared" / "data"


def tokens(first: int, count: int) -> np.ndarray:
    return (np.arange(first, first + count, dtype=np.uint64) << np.uint64(4)) | np.uint64(Kind.NATIVE_STRING)


def native(name: str, *parts: np.ndarray, build: str = "") -> NativeSignature:
    own = np.array([build_token(build)] if build else [], np.uint64)
    return NativeSignature(name, build, 1_000, np.unique(np.concatenate([*parts, own])))


RUNTIME = tokens(0, 300)
"""What is linked into every library."""
OLD, NEW, OTHER = tokens(1_000, 200), tokens(1_010, 200), tokens(5_000, 200)


@pytest.fixture
def index() -> NativeIndex:
    libraries = [
        (Version(0, "1.0"), rows_of([native("libone.so", OLD, RUNTIME, build="aa")])),
        (Version(0, "2.0"), rows_of([native("libone.so", NEW, RUNTIME, build="bb")])),
        (Version(1, "1.0"), rows_of([native("libother.so", OTHER, RUNTIME)])),
    ]
    families = [Family("one"), Family("other")]
    families += [Family(f"more{number}") for number in range(6)]
    libraries += [
        (Version(2 + number, "1"), rows_of([native("lib.so", tokens(9_000 + 500 * number, 200), RUNTIME)]))
        for number in range(6)
    ]
    return NativeIndex(build(families, libraries))


def test_a_renamed_library_is_recognised_and_so_is_its_version(index):
    (found,) = index.match([native("libx.so", NEW, RUNTIME)])
    assert (found.relation, found.family, found.versions, found.same_build) == ("is", 0, (1,), False)


def test_the_same_build_is_told_by_its_id(index):
    (found,) = index.match([native("libx.so", OLD, RUNTIME, build="aa")])
    assert found.same_build
    assert found.versions == (0,)


def test_what_is_linked_into_a_larger_file_is_held_by_it(index):
    (found,) = index.match([native("libapp.so", OTHER, RUNTIME, tokens(20_000, 5_000))])
    assert (found.relation, found.family) == ("holds", 1)
    assert found.around > 0.9 > found.inside


def test_a_common_runtime_alone_says_nothing(index):
    assert index.match([native("libapp.so", RUNTIME, tokens(30_000, 100))]) == []


def test_classes_in_the_index_are_no_native_files():
    calls = (np.arange(100, dtype=np.uint64) << np.uint64(4)) | np.uint64(Kind.CALL)
    made = build([Family("a")], [(Version(0, "1"), rows_of([NativeSignature("La;", "", 1, calls)]))])
    assert NativeIndex(made).match([NativeSignature("x", "", 1, calls)]) == []


@pytest.mark.corpus
def test_real_libraries_are_found_among_those_of_another_processor():
    import zipfile

    with zipfile.ZipFile(SHARED / "constituent" / "renamed" / "react-native-32.0.0.aar") as file:
        natives = [of_native(name, file.read(name)) for name in sorted(file.namelist()) if name.endswith(".so")]
    names = sorted({item.entry.rpartition("/")[2] for item in natives})
    known = [item for item in natives if "/x86/" in item.entry]
    rows = [(Version(names.index(item.entry.rpartition("/")[2]), "1"), rows_of([item])) for item in known]
    index = NativeIndex(build([Family(name) for name in names], rows))
    asked = [item for item in natives if "/armeabi-v7a/" in item.entry]
    found = {
        names[item.family]: asked[item.file].entry.rpartition("/")[2]
        for item in index.match(asked)
        if item.relation == "is"
    }
    assert {"libyoga.so", "libfolly_json.so", "libglog.so", "libgnustl_shared.so"} <= found.keys()
    assert all(family == name for family, name in found.items())
