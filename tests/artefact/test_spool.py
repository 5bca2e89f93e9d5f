"""Bytes set aside are the same bytes, wherever they lie."""

import tempfile
import threading
import time
from pathlib import Path

import pytest

from affidavit.artefact import spool as module
from affidavit.artefact.spool import RESIDENT, Spool


def resident() -> int:
    """Pages of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1])


@pytest.mark.parametrize("limit", [0, 10, RESIDENT])
def test_kept_bytes_are_equal_to_what_was_given(limit):
    spool = Spool(limit)
    pieces = [b"", b"one", b"two" * 5_000, bytes(range(256)) * 40]
    kept = [spool.keep(piece) for piece in pieces]
    spool.release_pages()
    assert [bytes(view) for view in kept] == pieces


def test_small_apps_stay_in_memory():
    data = b"code"
    assert Spool().keep(data).obj is data


def test_past_the_limit_bytes_lie_in_a_file():
    spool = Spool(4)
    first, second = b"1234", b"5678"
    assert spool.keep(first).obj is first
    assert spool.keep(second).obj is not second


def test_the_file_has_no_name(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    view = Spool(0).keep(b"x" * 10_000)
    assert list(tmp_path.iterdir()) == []
    assert view[9_999] == ord("x")


def test_released_pages_are_not_resident_until_they_are_read():
    spool = Spool(0)
    view = spool.keep(b"y" * (32 << 20))
    assert view[0] == view[-1] == ord("y")
    assert sum(view[::4_096]) == ord("y") * (32 << 20) // 4_096
    full = resident()
    spool.release_pages()
    assert full - resident() > 4_000
    assert view[12_345_678] == ord("y")


def test_an_open_spool_lets_pages_go_by_itself_until_it_is_closed(monkeypatch):
    released = []
    monkeypatch.setattr(module, "PAUSE", 0.01)
    monkeypatch.setattr(Spool, "release_pages", lambda _self: released.append(1))
    with Spool(0) as spool:
        view = spool.keep(b"yes")
        deadline = time.monotonic() + 30
        while len(released) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
    times = len(released)
    time.sleep(0.05)
    assert 2 <= times == len(released)
    assert bytes(view) == b"yes"


def test_who_can_start_no_thread_later_starts_it_first():
    spool = Spool(0)
    spool.tend()
    tender = spool._tender
    with spool:
        assert bytes(spool.keep(b"code")) == b"code"
        assert spool._tender is tender
        assert tender
        assert tender.is_alive()
    assert not tender.is_alive()


def test_without_room_for_files_memory_has_to_do(monkeypatch):
    def full(*_args, **_keys):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    data = b"z" * 100
    assert Spool(0).keep(data).obj is data


def test_views_outlive_the_spool():
    view = Spool(0).keep(b"still here")
    assert bytes(view) == b"still here"


@pytest.mark.parametrize("limit", [0, RESIDENT])
def test_a_closed_spool_has_neither_a_thread_nor_a_file_left(limit):
    threads, files = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    with Spool(limit) as spool:
        bytes(spool.keep(b"yes"))
    assert threading.active_count() == threads
    del spool
    assert len(list(Path("/proc/self/fd").iterdir())) == files
