"""Media words come from the bytes; the table is checked, and each of its rows can be reached."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact.media import MediaTable, media_of
from affidavit.knowledge import load

MAGICS = [magic for table in load("media", MediaTable).values() for magic in table.magics]


@pytest.mark.parametrize(
    ("data", "name", "media"),
    [
        (b"dex\n041\0", "picture.png", "dex"),
        (b"\x03\x00\x08\x00\x10\x00\x00\x00", "AndroidManifest.xml", "axml"),
        (b"\x02\x00\x0c\x00\x10\x00\x00\x00", "resources.arsc", "arsc"),
        (b"\xca\xfe\xba\xbe\x00\x00\x00\x34", "A.class", "class"),
        (b"\xca\xfe\xba\xbe\x00\x00\x00\x02\x01\x00\x00\x07", "fat", "macho"),
        (b"\xca\xfe\xba\xbe\x00\x00\x00\x2d\x01\x00\x00\x07", "Oldest.class", "class"),
        (b"\xca\xfe\xba\xbf\x00\x00\x00\x02\x01\x00\x00\x07", "fat64", "macho"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a.webp", "webp"),
        (b"RIFF\x00\x00\x00\x00ABCDxxxx", "a.bin", "riff"),
        (b"\0\0\0\x18ftypisom", "a.mp4", "mp4"),
        (b"\0\0\0\x18ftypavif", "a.avif", "avif"),
        (b"a" * 257 + b"ustar", "a.tar", "tar"),
        (b"", "a.txt", "empty"),
        (b"hello", "a.txt", "text"),
        (b"hello", "a.properties", "properties"),
        (b"\xef\xbb\xbf  {}", "a", "json"),
        (b"[section]\na=1", "a.ini", "text"),
        (b"[1]", "a.json", "json"),
        (b"\n<?XML version='1.0'?>", "a.txt", "xml"),
        (b"<!DOCTYPE html>", "a", "html"),
        ("é".encode() * 300, "a.md", "text"),
        ("x" + "é" * 300, "a.md", "text"),
        (b"\xe9t\xe9", "a.txt", "unknown"),
        (b"a\0b", "a.txt", "unknown"),
        (b"\xff\xfe\x00\x01", "a.dat", "unknown"),
        (b"-----BEGIN CERTIFICATE-----", "a", "pem"),
    ],
)
def test_known_bytes(data, name, media):
    assert media_of(data.encode() if isinstance(data, str) else data, name) == media


@pytest.mark.parametrize("magic", MAGICS, ids=lambda magic: f"{magic.media}: {magic.title}")
def test_every_row_of_the_table_is_reached_by_its_own_bytes(magic):
    length = max(mark.at + len(bytes.fromhex(mark.hex)) for mark in magic.marks)
    data = bytearray(b"\x07" * length)
    for mark in magic.marks:
        data[mark.at : mark.at + len(bytes.fromhex(mark.hex))] = bytes.fromhex(mark.hex)
    assert media_of(bytes(data), "") == magic.media


def test_every_row_says_where_its_magic_is_written_down():
    assert all(magic.source and magic.title and magic.marks for magic in MAGICS)
    assert len({mark for magic in MAGICS for mark in [magic.marks]}) == len(MAGICS)


@given(st.binary(max_size=600), st.text(max_size=20))
def test_any_bytes_have_a_word_and_only_their_beginning_counts(data, name):
    assert media_of(data, name)
    assert media_of(memoryview(data), name) == media_of(data[:512], name)
