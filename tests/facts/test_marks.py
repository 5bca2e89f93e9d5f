"""Looking for names: entries, libraries, class prefixes (with a slow twin) and fields of small files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.dalvik.classfile import read_classes
from affidavit.dalvik.unit import Unit
from affidavit.facts.marks import EntryNames, encodable, first_classes, read_fields
from tests.builders.classfile import ClassBuilder

NAMES = EntryNames(
    [
        "base.apk!/assets/a.txt",
        "assets/flutter_assets/b",
        "assets/flutter_assets/a",
        "lib/x86/libQt5Core_x86.so",
        "lib/arm64-v8a/libflutter.so",
        "aar!/jni/x86/libunity.so",
        "libs/nothing.so",
        "META-INF/a_b.version",
        "META-INF/sub/c_d.version",
        "root.properties",
    ]
)


def unit_of(*names: str) -> Unit:
    return read_classes("x.jar", [(name, ClassBuilder(name).build()) for name in names])


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("assets/a.txt", "base.apk!/assets/a.txt"),
        ("assets/flutter_assets/", "assets/flutter_assets/a"),
        ("assets/flutter_assets", None),
        ("assets/none/", None),
        ("zzz", None),
    ],
)
def test_entries_are_found_by_name_or_folder_in_any_container(pattern, path):
    assert NAMES.entry(pattern) == path


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("libflutter.so", "lib/arm64-v8a/libflutter.so"),
        ("libQt5Core*", "lib/x86/libQt5Core_x86.so"),
        ("libunity.so", "aar!/jni/x86/libunity.so"),
        ("nothing.so", None),
        ("libzzz*", None),
    ],
)
def test_native_libraries_are_found_below_their_folders_alone(pattern, path):
    assert NAMES.library(pattern) == path


def test_entries_by_ending_are_those_directly_in_the_folder():
    assert NAMES.ending("META-INF/", ".version") == [("META-INF/a_b.version", "META-INF/a_b.version")]
    assert NAMES.ending("", ".properties") == [("root.properties", "root.properties")]


def test_the_answer_does_not_depend_on_the_order_of_entries():
    paths = ["lib/x86/libflutter.so", "lib/arm64-v8a/libflutter.so", "a!/lib/x86/libflutter.so"]
    assert EntryNames(paths).library("libflutter.so") == EntryNames(paths[::-1]).library("libflutter.so")


def slow_first(unit: Unit, prefixes: list[str]) -> dict[str, int]:
    """The obvious twin of `first_classes`."""
    found: dict[str, int] = {}
    for prefix in prefixes:
        for row in range(len(unit.class_type)):
            if unit.class_name(row).startswith(prefix):
                found.setdefault(prefix, row)
    return found


PARTS = st.lists(st.sampled_from(["com", "example", "verylongpackagename", "a", "b"]), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.lists(PARTS.map("/".join), max_size=12), st.lists(PARTS.map(lambda parts: "L" + "/".join(parts)), max_size=8))
def test_class_prefixes_equal_the_slow_twin(names, prefixes):
    unit = unit_of(*names)
    wanted = [*prefixes, *(prefix + "/" for prefix in prefixes), "L", "Lcom/example/verylongpackagename/a"]
    assert first_classes(unit, wanted) == slow_first(unit, wanted)


def test_an_empty_unit_has_no_prefix():
    assert first_classes(unit_of(), ["L"]) == {}


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        (b"a=1\nb = two\n#c=3\n!d=4\n", {"a": "1", "b": "two"}),
        (b"Key: a value\r\nOther:x=y\r\n", {"Key": "a value", "Other": "x=y"}),
        (b'  revision: "abc"\n', {"revision": "abc"}),
        (b"a=1\na=2\n", {"a": "1"}),
        (b"=no key\nplain\n", {}),
        (b"\xff=\xfe\n", {"\\xff": "\\xfe"}),
    ],
)
def test_lines_of_keys_and_values_are_read(data, fields):
    assert read_fields(data) == fields


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        (b'{"a": "1", "b": 2, "c": {"d": 1}, "e": null}', {"a": "1", "b": "2"}),
        (b"[1]", {}),
        (b"not json", {}),
        (b"[" * 20_000, {}),
        (b'{"a": "\\ud800"}', {"a": "\\ud800"}),
    ],
)
def test_json_objects_are_read_without_trust(data, fields):
    assert read_fields(data, as_json=True) == fields


@given(st.binary(max_size=200))
def test_any_bytes_give_encodable_fields(data):
    for fields in (read_fields(data), read_fields(data, as_json=True)):
        for key, value in fields.items():
            (key + value).encode("utf-8")


def test_large_files_are_read_in_part():
    assert len(read_fields(b"".join(b"k%d=v\n" % number for number in range(5_000)))) == 1_000
    assert read_fields(b" " * (1 << 20) + b"\nlate=1") == {}


def test_surrogates_become_visible():
    assert encodable("a\ud800") == "a\\ud800"
