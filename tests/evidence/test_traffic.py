"""Captures that are given: opened and digested once each, bounded, and closed again."""

import hashlib
import os
from pathlib import Path

import pytest

from affidavit.evidence.traffic import MOST_CAPTURES, NO_TRAFFIC, UNWATCHED, Traffic, Watched, content, noted, opened
from affidavit.model.artefact import Artefact
from affidavit.model.errors import AffidavitError, UsageError

APP = Artefact("a.apk", "apk", 1, "00" * 32)
PROFILE = "phone: '+49301234567'\n"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_without_captures_there_is_no_traffic():
    with opened(UNWATCHED) as found:
        assert found is NO_TRAFFIC
    assert (found.size, noted(APP, found)) == (0, APP)


@pytest.mark.parametrize("order", [("one", "two", "three"), ("three", "one", "two"), ("two", "two", "one", "three")])
def test_captures_are_in_the_order_of_their_digests_whatever_they_are_called(tmp_path, order):
    paths = tuple(written(tmp_path, f"{at}-{text}.har", text) for at, text in enumerate(order))
    with opened(Watched(paths)) as found:
        assert found.digests == tuple(sorted(map(sha256, {*order})))
        assert [sha256(os.pread(file.handle, 99, 0).decode()) for file in found.files] == list(found.digests)
        assert found.size == len("onetwothree")


def test_files_are_closed_at_the_end_also_when_the_reading_fails(tmp_path):
    paths = written(tmp_path, "a.har", "a"), written(tmp_path, "again.har", "a")
    with opened(Watched(paths)) as found:
        handle = found.files[0].handle
        assert os.fstat(handle).st_size == 1
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(handle)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(AffidavitError), opened(Watched((*paths, tmp_path / "none.har"))):
        pytest.fail("a file was found that is not there")
    with pytest.raises(RuntimeError), opened(Watched(paths)):
        raise RuntimeError
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_of_two_names_of_one_capture_the_first_counts_and_a_name_of_old_before_it(tmp_path):
    paths = written(tmp_path, "first.har", "a"), written(tmp_path, "second.har", "a")
    with opened(Watched(paths)) as found:
        assert [file.name for file in found.files] == ["first.har"]
    with opened(Watched(paths, names={sha256("a"): "then.har", sha256("b"): "other.har"})) as found:
        assert [file.name for file in found.files] == ["then.har"]


@pytest.mark.parametrize(("count", "fits"), [(MOST_CAPTURES, True), (MOST_CAPTURES + 1, False)])
def test_a_review_has_so_many_captures_and_no_more(tmp_path, count, fits):
    path = written(tmp_path, "a.har", "a")
    if fits:
        with opened(Watched((path,) * count)) as found:
            assert len(found.files) == 1
        return
    with pytest.raises(UsageError, match="more than 64") as met, opened(Watched((path,) * count)):
        pytest.fail("too many were taken")
    assert "mergecap" in met.value.advice


@pytest.mark.parametrize(("size", "fits"), [(0, True), (1, True), (8, True), (9, False)])
def test_what_comes_with_captures_is_bounded(tmp_path, size, fits):
    path = written(tmp_path, "keys.log", "x" * size)
    if fits:
        assert content(path, 8, "a key log") == b"x" * size
        return
    with pytest.raises(UsageError, match="larger than 8 bytes") as met:
        content(path, 8, "a key log")
    assert met.value.advice == "give a key log without other data"


@pytest.mark.parametrize("name", ["none", "."])
def test_what_cannot_be_read_is_named_with_what_was_meant(tmp_path, name):
    with pytest.raises(UsageError, match="cannot read") as met:
        content(tmp_path / name, 8, "a device's profile")
    assert met.value.advice == "give the path of a device's profile"


@pytest.mark.parametrize("which", ["keys", "profile"])
def test_keys_and_a_profile_without_a_capture_say_nothing_of_anything(tmp_path, which):
    path = written(tmp_path, which, PROFILE)
    with pytest.raises(UsageError, match="no capture") as met, opened(Watched(**{which: path})):
        pytest.fail("it was taken")
    assert "--capture" in met.value.advice


def test_keys_and_profile_are_handed_over_as_they_are(tmp_path):
    capture = written(tmp_path, "a.har", "a")
    keys, profile = written(tmp_path, "keys", ""), written(tmp_path, "p.yaml", PROFILE)
    with opened(Watched((capture,), keys, profile, reveal=True)) as found:
        assert (found.keys, found.profile, found.reveal) == (b"", PROFILE.encode(), True)
    with opened(Watched((capture,))) as found:
        assert (found.keys, found.profile, found.reveal) == (None, None, False)


def test_an_account_names_what_was_given_and_nothing_of_what_is_in_a_profile(tmp_path):
    capture = written(tmp_path, "a.har", "aaa")
    keys, profile = written(tmp_path, "keys", "k"), written(tmp_path, "p.yaml", PROFILE)
    with opened(Watched((capture,), keys, profile)) as found:
        told = noted(APP, found)
    assert [(item.sha256, item.name, item.size) for item in told.captures] == [(sha256("aaa"), "a.har", 3)]
    assert told.keys == sha256("k")
    assert len(told.profile) == 64
    assert told.profile not in {sha256(PROFILE), sha256(PROFILE.strip())}
    assert (told.revealed, told.sha256, told.name) == (False, APP.sha256, APP.name)


@pytest.mark.parametrize(("keys", "told"), [(None, ""), (b"", sha256("")), (b"k", sha256("k"))])
def test_an_empty_key_log_is_told_from_none(tmp_path, keys, told):
    with opened(Watched((written(tmp_path, "a.har", "a"),))) as found:
        given = Traffic(found.files, found.digests, keys)
        assert noted(APP, given).keys == told
        assert noted(APP, given).profile == ""
