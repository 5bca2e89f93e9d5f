"""Static archives give their members."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact.ar import members
from tests.builders.ar import archive, member

FILES = [("a.o", b"first"), ("a name that is too long for its field.o", b"second!"), ("c.o", b"")]


def read(data: bytes):
    limitations = []
    found = [
        (name, data[start : start + size]) for name, start, size in members("lib.a", memoryview(data), limitations)
    ]
    return found, [item.kind for item in limitations]


@pytest.mark.parametrize("bsd", [False, True])
def test_members_are_given_with_their_long_names(bsd):
    assert read(archive(FILES, bsd=bsd)) == (FILES, [])


def test_what_ar_writes_is_read_as_ar_reads_it(tmp_path):
    for name, data in FILES:
        (tmp_path / name).write_bytes(data)
    subprocess.run(["ar", "rc", "lib.a", *(name for name, _ in FILES)], cwd=tmp_path, check=True)
    assert read((tmp_path / "lib.a").read_bytes()) == (FILES, [])


def test_a_symbol_table_is_no_member():
    assert read(b"!<arch>\n" + member("/", b"symbols") + member("x.o/", b"1")) == ([("x.o", b"1")], [])


@pytest.mark.parametrize(
    "broken", [member("x.o/", b"1", size=99), b"#" * 60, member("x.o/", b"1").replace(b"`\n", b"??")]
)
def test_a_broken_member_ends_the_reading_and_is_said(broken):
    found, said = read(b"!<arch>\n" + member("a.o/", b"1") + broken + member("b.o/", b"2"))
    assert found == [("a.o", b"1")]
    assert said == ["native/bad-archive"]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data):
    found, _ = read(b"!<arch>\n" + data)
    assert sum(len(content) for _, content in found) <= len(data)
