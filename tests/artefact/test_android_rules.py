"""The tolerant reader against a strict twin of Android's own, and the twin against the platform's code."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.artefact.reading import android_refuses, read_zip
from tests.builders.zip import Item, build_zip
from tests.oracles.android_zip import RefusedError, read_like_android

SEEDS = [
    build_zip([Item("AndroidManifest.xml", b"<manifest/>" * 9), Item("classes.dex", b"dex\n035\0" * 9, 0)]),
    build_zip([Item("a", b"abc" * 50, descriptor=True), Item("é", b""), Item("b/", b"", 0)], comment=b"hello"),
    build_zip([Item("x", b"xyz", extra=b"\1\2\0\0", local_extra=b"\0" * 5)], before_directory=b"block" * 9),
]
SAYS_NOTHING_OF_REFUSAL = {"container/uncounted-entries", "container/second-directory", "container/directory-size"}
NAMES_REFUSED = {"name-nul", "name-not-utf8", "no-local-header", "past-directory"}


@st.composite
def damaged(draw):
    """A small zip with a few bytes changed, mostly in its directory, or cut or grown."""
    raw = bytearray(draw(st.sampled_from(SEEDS)))
    start = raw.rfind(b"PK\x01\x02")
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.one_of(st.integers(0, len(raw) - 1), st.integers(start, len(raw) - 1)))
        raw[at] = draw(st.sampled_from([0, 1, 2, 8, 9, 0x4B, 0x50, 0x7F, 0x80, 0xFF]))
    return bytes(raw) + draw(st.sampled_from([b"", b"", b"", b"\0", b"PK\x05\x06"]))


def is_zip64(raw):
    """Whether a field asks for ZIP64, which the twin leaves out."""
    end = raw[raw.rfind(b"PK\x05\x06") :]
    return b"\xff\xff" in end[8:22] or b"\xff\xff\xff\xff" in raw


@settings(max_examples=400, deadline=None)
@given(damaged())
def test_what_android_accepts_is_read_alike_and_what_it_refuses_is_said(raw):
    if is_zip64(raw):
        return
    read = read_zip(raw)
    try:
        expected = read_like_android(raw)
    except RefusedError:
        oddities = {word for entry in read.part.entries for word in entry.oddities}
        said = set(read.kinds) | (oddities & NAMES_REFUSED)
        assert said or not read.part.entries
        return
    assert set(read.kinds) <= SAYS_NOTHING_OF_REFUSAL
    assert [(entry.raw, entry.header) for entry in read.part.entries] == [(one.name, one.header) for one in expected]
    for entry, one in zip(read.part.entries, expected, strict=True):
        content = read.part.read(entry)
        if one.data is None:
            assert content is None or entry.oddities
        elif entry.method in {0, 8} or "read-as-stored" in entry.oddities:
            assert content == one.data


@settings(max_examples=60, deadline=None)
@given(damaged())
def test_the_twin_agrees_with_the_platforms_own_code(tmp_path_factory, raw):
    if is_zip64(raw):
        return
    path = tmp_path_factory.getbasetemp() / "damaged.apk"
    path.write_bytes(raw)
    assert android_refuses(path) == twin_refuses(raw)


def twin_refuses(raw):
    """Whether the strict twin refuses the file."""
    try:
        read_like_android(raw)
    except RefusedError:
        return True
    return False


@pytest.mark.corpus
def test_the_twin_and_the_reader_agree_on_every_malformed_apk(corpus):
    files = sorted(corpus.glob("malformed/**/*.apk"))
    assert len(files) >= 17
    for path in files:
        raw = path.read_bytes()
        read = read_zip(raw)
        try:
            expected = read_like_android(raw)
        except RefusedError:
            assert read.kinds, path.name
            continue
        assert [(entry.raw, read.part.read(entry)) for entry in read.part.entries] == [
            (one.name, one.data) for one in expected
        ], path.name
