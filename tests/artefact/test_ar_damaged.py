"""Static archives whose names or sizes lie: what is whole is given, never a byte beyond the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact import ar
from affidavit.artefact.ar import MAGIC, members
from affidavit.model.limitation import Limitation
from tests.builders.ar import archive, member

NAMES = st.text("abcdefghijklmnop._", min_size=1, max_size=40).map("x{}.o".format)


def read(data: bytes) -> tuple[list[tuple[str, bytes]], list[Limitation]]:
    said: list[Limitation] = []
    return [(name, data[start : start + size]) for name, start, size in members("a", memoryview(data), said)], said


@given(st.lists(st.tuples(NAMES, st.binary(max_size=50)), max_size=8, unique_by=lambda file: file[0]), st.booleans())
def test_whatever_was_put_in_is_given(files: list[tuple[str, bytes]], bsd: bool):
    assert read(archive(files, bsd=bsd)) == (files, [])


@pytest.mark.parametrize(
    "name", ["/", "//", "/SYM64/", "__.SYMDEF", "__.SYMDEF SORTED", "__.SYMDEF_64", "#1/20", "#1/12"]
)
def test_tables_of_every_system_are_no_members(name: str):
    inner = b"__.SYMDEF SORTED\0\0\0\0" if name == "#1/20" else b"__.SYMDEF\0\0\0"
    assert read(MAGIC + member(name, inner + b"table") + member("x.o/", b"1")) == ([("x.o", b"1")], [])


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("/99", b"1", ("", b"1")),
        ("#1/99", b"abc", ("abc", b"")),
        ("#1/0", b"abc", ("", b"abc")),
        ("#1/x", b"abc", ("#1/x", b"abc")),
        ("/x", b"1", ("/x", b"1")),
        ("a b.o/", b"1", ("a b.o", b"1")),
    ],
)
def test_names_that_lead_nowhere_leave_the_content_readable(name: str, data: bytes, said: tuple[str, bytes]):
    assert read(MAGIC + member(name, data)) == ([said], [])


def test_a_long_name_is_cut_and_one_that_is_no_text_is_shown_with_escapes():
    assert read(MAGIC + member("#1/300", b"n" * 300 + b"1")) == ([("n" * 256, b"1")], [])
    assert read(MAGIC + member("#1/3", b"\xff\xfea1")) == ([("\\xff\\xfea", b"1")], [])


@pytest.mark.parametrize("size", ["-1", "+1", "1_0", "0x1", "1 1", "", "9999999999", "\xb2"])
def test_sizes_that_are_none_end_the_reading_where_they_stand(size: str):
    header = f"{'x.o/':<16}{0:<12}{0:<6}{0:<6}{644:<8}{size:<10}`\n".encode("latin-1")
    found, said = read(MAGIC + member("a.o/", b"12") + header + b"1\n" + member("b.o/", b"2"))
    assert found == [("a.o", b"12")]
    assert [(item.kind, item.place and item.place.offset) for item in said] == [("native/bad-archive", 8 + 62)]


def test_the_padding_of_the_last_member_may_be_missing():
    assert read((MAGIC + member("a.o/", b"123"))[:-1]) == ([("a.o", b"123")], [])


def test_as_many_members_as_are_read_are_not_said_to_be_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ar, "_MOST", 3)
    three = MAGIC + member("a.o/", b"1") * 3
    assert [item.kind for item in read(three)[1]] == []
    found, said = read(three + member("b.o/", b"2"))
    assert len(found) == 3
    assert ["more than 3 members" in item.detail for item in said] == [True]


@given(st.integers(0, 400), st.integers(0, 255), st.integers(0, 400))
def test_a_damaged_archive_never_gives_bytes_beyond_the_file(at: int, byte: int, cut: int):
    data = bytearray(archive([("a.o", b"first"), ("a long name that is in a table.o", b"second"), ("c.o", b"3")]))
    data[8 + at % (len(data) - 8)] = byte
    whole = bytes(data[: 8 + cut])
    said: list[Limitation] = []
    ends = [start + size for _, start, size in members("a", memoryview(whole), said)]
    assert ends == sorted(ends)
    assert all(end <= len(whole) for end in ends)
