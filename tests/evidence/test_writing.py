"""Files appear whole or not at all."""

import os
import stat

import pytest

from affidavit.evidence import writing
from affidavit.evidence.writing import write_atomically
from affidavit.model.errors import UsageError
from tests.evidence.folders import listing


def test_a_file_is_written_and_nothing_else_is_left(tmp_path):
    write_atomically(tmp_path / "a", b"content")
    assert (tmp_path / "a").read_bytes() == b"content"
    assert listing(tmp_path) == ["a"]


def test_an_existing_file_is_replaced(tmp_path):
    (tmp_path / "a").write_bytes(b"a longer content than the new one")
    write_atomically(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_file_that_must_not_be_replaced_stays(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(UsageError):
        write_atomically(tmp_path / "a", b"new", replace=False)
    assert (tmp_path / "a").read_bytes() == b"old"
    assert listing(tmp_path) == ["a"]


@pytest.mark.parametrize("name", [".", "..", "folder", "pipe", "to-the-pipe", "x" * 300, "missing/a"])
def test_what_is_no_file_is_refused_and_stays(tmp_path, name):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "to-the-pipe").symlink_to(tmp_path / "pipe")
    with pytest.raises(UsageError, match="cannot write") as caught:
        write_atomically(tmp_path / name, b"new")
    assert caught.value.advice
    assert listing(tmp_path) == ["folder", "pipe", "to-the-pipe"]
    assert stat.S_ISFIFO((tmp_path / "to-the-pipe").stat().st_mode)


def test_the_mode_is_as_asked_less_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "a", b"")
        write_atomically(tmp_path / "b", b"", 0o600)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600


@pytest.mark.parametrize("call", ["write", "fsync", "rename"])
def test_a_failure_at_any_point_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, call):
    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    (tmp_path / "a").write_bytes(b"old")
    if call == "write":
        monkeypatch.setattr(writing.os, "fdopen", lambda *_: fail())
    elif call == "fsync":
        monkeypatch.setattr(writing.os, "fsync", fail)
    else:
        monkeypatch.setattr(type(tmp_path), "replace", fail)
    with pytest.raises(UsageError, match="No space left") as caught:
        write_atomically(tmp_path / "a", b"new")
    assert caught.value.advice
    assert (tmp_path / "a").read_bytes() == b"old"
    assert listing(tmp_path) == ["a"]


def test_the_bytes_and_the_name_are_forced_to_disk_in_that_order(tmp_path, monkeypatch):
    done = []
    real_sync, real_replace = os.fsync, type(tmp_path).replace
    monkeypatch.setattr(writing.os, "fsync", lambda fd: (done.append("fsync"), real_sync(fd)))
    monkeypatch.setattr(type(tmp_path), "replace", lambda *a: (done.append("rename"), real_replace(*a))[1])
    write_atomically(tmp_path / "a", b"x")
    assert done == ["fsync", "rename", "fsync"]


@pytest.mark.parametrize("path", ["missing/folder/a", "file/a", "folder"])
def test_where_nothing_can_be_written_is_a_usage_error(tmp_path, path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot write"):
        write_atomically(tmp_path / path, b"")
    assert listing(tmp_path) == ["file", "folder"]
    assert not listing(tmp_path / "folder")


def test_a_name_of_the_greatest_length_can_be_written(tmp_path):
    for name in ("a" * 255, "é" * 127):
        write_atomically(tmp_path / name, b"x")
    assert listing(tmp_path) == ["a" * 255, "é" * 127]


def test_pieces_are_written_in_their_order(tmp_path):
    write_atomically(tmp_path / "a", (piece for piece in (b"one ", b"", b"two")))
    assert (tmp_path / "a").read_bytes() == b"one two"


def test_a_piece_that_cannot_be_made_leaves_what_was_there(tmp_path):
    (tmp_path / "a").write_bytes(b"old")

    def broken():
        yield b"new"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_atomically(tmp_path / "a", broken())
    assert (tmp_path / "a").read_bytes() == b"old"
    assert listing(tmp_path) == ["a"]
