"""Tricks with the zip around a JAR signature: said, and refused where the platform refuses them."""

import pytest

from affidavit.signing.jar import JarScheme
from affidavit.signing.jar_oddities import front, header_tricks, unopened
from affidavit.signing.outcome import SchemeResult
from tests.artefact.reading import read_zip
from tests.builders.jar_signing import Jar
from tests.builders.zip import Item, build_zip


def at(data: bytes, level: int, *, java: bool = False) -> SchemeResult:
    read = read_zip(data)
    return JarScheme(read.part, read.budget, java=java).at(level, frozenset())


@pytest.mark.parametrize(("level", "holds"), [(1, False), (19, True), (23, True), (26, True), (27, False), (33, False)])
def test_janus_is_said_and_refused_once_every_device_has_the_fix(level: int, holds: bool):
    dex = b"dex\n035\0" + bytes(200)
    result = at(Jar(prefix=dex).build(), level)
    issue = next((issue for issue in result.issues if issue.word == "jar-sig-janus"), None)
    assert result.holds is holds
    assert (issue is None) == (level == 1)  # level 1 does not know the signature's algorithm and says that
    if issue:
        assert "CVE-2017-13156" in issue.detail
        assert issue.error is (level >= 27)


@pytest.mark.parametrize(("level", "holds"), [(26, True), (27, False)])
def test_other_bytes_in_front_are_said_and_refused_by_later_levels(level: int, holds: bool):
    result = at(Jar(prefix=b"#!/bin/sh\n").build(), level)
    assert result.holds is holds
    assert result.issues[-1].word == "jar-sig-bytes-in-front"
    assert "23212f62" in result.issues[-1].detail


def test_java_takes_a_file_with_a_prefix():
    result = at(Jar(prefix=b"#!/bin/sh\n").build(), 33, java=True)
    assert result.holds
    assert [issue.word for issue in result.issues] == ["jar-sig-bytes-in-front"]


def test_an_honest_file_has_nothing_in_front():
    assert front(memoryview(Jar().build()), 33) == ()
    assert front(memoryview(build_zip([])), 33) == ()
    assert front(memoryview(b""), 33)[0].error


def test_a_method_that_differs_is_said_and_taken_as_apksig_does():
    items = Jar().items()
    items[-1].local = {"method": 0}
    result = at(build_zip(items), 24)
    assert result.holds
    assert [issue.word for issue in result.issues] == ["jar-sig-local-method-differs"]


def test_an_extra_field_that_is_negative_to_old_readers_is_said():
    items = Jar().items()
    items[-1].local_extra = bytes(0x8000)
    result = at(build_zip(items), 24)
    assert result.holds
    assert [issue.word for issue in result.issues] == ["jar-sig-header-length-trick"]
    assert "9695860" in result.issues[0].detail


def test_many_tricks_are_counted():
    read = read_zip(build_zip([Item(f"{number}", b"x", local={"method": 0}) for number in range(30)]))
    found = header_tricks(read.part.view, read.part.entries)
    assert len(found) == 6
    assert found[-1].detail == "and 25 more like these"


def test_entries_without_a_local_header_are_passed_over():
    read = read_zip(build_zip([Item("a", b"x", at=7), Item("b", b"y", at=1 << 31)]))
    assert header_tricks(read.part.view, read.part.entries) == ()


FAKE = b"PK\x05\x06" + bytes(18)
"""An end record of a zip without entries."""


def with_comment(comment: bytes) -> bytes:
    return Jar().build()[:-2] + len(comment).to_bytes(2, "little") + comment


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (Jar().build() + b"x", "comment ends at"),
        (b"#!/bin/sh\n" + Jar().build(), "bytes short"),
        (with_comment(FAKE), "the last end record"),
    ],
)
def test_a_zip_that_android_does_not_open_is_signed_for_nobody(data: bytes, part: str):
    result = at(data, 24)
    assert [issue.word for issue in result.issues] == ["jar-sig-zip-not-opened"]
    assert part in result.issues[0].detail
    assert not result.holds
    assert at(data, 24, java=True).holds


def test_a_comment_that_holds_no_whole_end_record_is_harmless():
    for comment in (b"", b"hello", FAKE[:21]):
        assert unopened(memoryview(with_comment(comment))) == ""
        assert at(with_comment(comment), 24).holds
    assert "no central directory" in unopened(memoryview(b"no zip"))
