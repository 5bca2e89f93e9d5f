"""Manifests and signature files: read as Android's own reader does, bounded, and never with an exception."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.signing.jar_manifest import MAX_BYTES, MAX_LINES, breaks, parse_manifest
from tests.builders.jar_signing import APP, chunks, manifest
from tests.oracles import jar_manifest as oracle

ONE = b"Manifest-Version: 1.0\r\nCreated-By: x\r\n\r\nName: a\r\nSHA-256-Digest: QQ==\r\n\r\n"


def names(data: bytes, **options: bool) -> list[bytes | None]:
    return [section.name for section in parse_manifest(data, **options).sections]


def test_main_attributes_and_named_sections_are_told_apart():
    text = parse_manifest(ONE)
    assert text.main.attributes == {"manifest-version": b"1.0", "created-by": b"x"}
    assert [(item.name, item.attributes["sha-256-digest"]) for item in text.sections] == [(b"a", b"QQ==")]
    assert (text.fault, text.oddities, text.cut) == ("", (), "")


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_every_kind_of_line_break_is_taken(end: bytes):
    text = parse_manifest(ONE.replace(b"\r\n", end))
    assert text.sections[0].attributes == parse_manifest(ONE).sections[0].attributes


def test_sections_cover_their_bytes_with_the_empty_lines_that_follow():
    made = manifest(APP)
    text = parse_manifest(made)
    assert {item.name.decode(): made[item.start : item.end] for item in text.sections} == chunks(made)
    assert made[: text.main.end] + b"".join(chunks(made).values()) == made


def test_further_empty_lines_belong_to_a_section_on_android_and_not_in_java():
    data = b"A: b\n\n\n\nName: x\nB: c\n\n\n"
    text = parse_manifest(data)
    assert data[text.main.start : text.main.end] == b"A: b\n\n\n\n"
    assert data[text.main.start : text.main.tight_end] == b"A: b\n\n"
    (section,) = text.sections
    assert data[section.start : section.end] == b"Name: x\nB: c\n\n\n"
    assert data[section.start : section.tight_end] == b"Name: x\nB: c\n\n"


def test_continuation_lines_are_joined_as_bytes():
    name = "ä" * 40
    line = f"Name: {name}".encode()
    data = b"A: b\n\n" + line[:71] + b"\n " + line[71:] + b"\n\n"  # the break falls inside a letter
    assert names(data) == [name.encode()]


def test_the_second_of_two_equal_attributes_counts_and_it_is_said():
    text = parse_manifest(b"A: 1\na: 2\nB: 1\nB: 1\n\n")
    assert text.main.attributes == {"a": b"2", "b": b"1"}
    assert text.oddities == ("a section has the attribute 'a' twice; the last counts, for apksig the first",)


def test_a_section_whose_first_attribute_is_not_its_name_has_none():
    assert names(b"A: b\n\nB: c\nName: x\n\nNAME: y\n\n") == [None, b"y"]


def test_a_last_line_without_break_does_not_count_on_android():
    data = b"A: b\n\nName: x\nB: c"
    text = parse_manifest(data)
    assert text.sections[0].attributes == {"name": b"x"}
    assert text.sections[0].end == len(data)
    assert "no line break" in text.oddities[0]
    assert parse_manifest(data, java=True).sections[0].attributes == {"name": b"x", "b": b"c"}
    assert parse_manifest(data, java=True).oddities == ()


def test_a_section_that_is_only_such_a_line_is_not_there():
    assert names(b"A: b\n\nName: x") == []
    assert parse_manifest(b"A: b").main.attributes == {}
    assert parse_manifest(b"A: b").main.end == 0


def test_nul_is_kept_and_said():
    text = parse_manifest(b"A: b\n\nName: x\0\n\n")
    assert text.sections[0].name == b"x\0"
    assert "NUL" in text.oddities[0]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"\nA: b\n", "empty line"),
        (b" A: b\n", "byte 0"),
        (b"A: b\n\n B: c\n", "byte 6"),
        (b"A: b\nno colon\n", "'no colon'"),
        (b"A: b\nB:c\n", "'B:c'"),
        (b"A: b\nB:\n", "'B:'"),
        (b"A: b\n: c\n", "': c'"),
        (b"A: b\n" + b"x" * 71 + b": c\n", "'xxx"),
        (b"A: b\nB\xe9: c\n", "byte 5"),
        (b"A: b\nA\x1b[2J: c\n", "\\x1b"),
    ],
)
def test_a_line_that_is_no_attribute_is_a_fault(data: bytes, shown: str):
    assert shown in parse_manifest(data).fault


def test_what_stands_before_a_fault_is_kept():
    text = parse_manifest(b"A: b\n\nName: x\nB: c\nbad\n")
    assert text.sections[0].attributes == {"name": b"x", "b": b"c"}
    assert parse_manifest(b"bad\n").main.attributes == {}


def test_names_of_seventy_letters_are_taken():
    assert parse_manifest(b"x" * 70 + b": c\n").fault == ""


def test_an_empty_text_has_an_empty_main_section():
    text = parse_manifest(b"")
    assert (text.main.attributes, text.sections, text.fault) == ({}, (), "")


def test_too_many_attributes_are_cut_and_it_is_said():
    text = parse_manifest(b"A: b\n\n" + b"Name: x\n\n" * 9, most=5)
    assert "more than 5 attributes" in text.cut
    assert len(text.sections) == 5
    assert parse_manifest(b"A: b\n\n" + b"Name: x\n\n" * 4, most=5).cut == ""


def test_too_many_lines_are_not_read():
    text = parse_manifest(b"A: b\n" + b" \n" * MAX_LINES)
    assert "more lines than are read" in text.cut
    assert text.main.attributes == {}


def test_a_text_past_the_bound_is_not_read():
    text = parse_manifest(bytes(MAX_BYTES + 1))
    assert "more than are read" in text.cut
    assert text.sections == ()


PIECES = [b"A", b"Name", b": ", b":", b" ", b"x", b"\r", b"\n", b"\r\n", b"\n\n", b"\0", b"\xc3\xa4", b"-Digest: QQ=="]
HEADERS = [b"A: 1", b"B: 2", b"Name: x", b"Name: y", b" more", b"", b"", b"x" * 69 + b": 1", b"B:1"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join) | st.tuples(
    st.lists(st.sampled_from(HEADERS), max_size=14), st.sampled_from([b"\n", b"\r", b"\r\n"]), st.booleans()
).map(lambda item: item[1].join(item[0]) + item[1] * item[2])


@settings(deadline=None)
@given(TEXTS, st.booleans())
def test_it_reads_as_the_slow_reader(data: bytes, java: bool):
    text, expected = parse_manifest(data, java=java), oracle.read(data, java=java)
    assert bool(text.fault) == (expected is None)
    if expected is None:
        return
    found = [item for item in (text.main, *text.sections) if item.attributes]
    assert [(item.name, item.attributes, item.start, item.end) for item in found] == [
        (item["name"], item["attributes"], item["start"], item["end"]) for item in expected
    ]


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_sections_inside_the_text(data: bytes):
    text = parse_manifest(data)
    for item in (text.main, *text.sections):
        assert 0 <= item.start <= item.tight_end <= item.end <= len(data)


def test_line_breaks_are_counted_for_a_whole_signature():
    data = b"A: b\r\n\r\n"
    assert breaks(data) == 4
    assert parse_manifest(data, lines=4).cut == ""
    assert "more lines than are read here (3 line breaks)" in parse_manifest(data, lines=3).cut
