"""Archives and compressed files inside an entry are listed as Python's own readers list them."""

import gzip
import io
import random
import struct
import tarfile

import pytest

from affidavit.artefact.budget import Budget
from affidavit.artefact.media import media_of
from affidavit.artefact.nested import is_nested, open_nested
from affidavit.artefact.notes import Notes
from affidavit.model.limitation import Limitation
from tests.builders.zip import zip_of


def content(data: bytes, name: str = "assets/a.gz", **bounds: int) -> list[tuple[str, bytes | None]]:
    """Paths and bytes of what a container holds; nothing, when it cannot be opened."""
    said: list[Limitation] = []
    part = open_nested(memoryview(data), name, media_of(data, name), Budget(**bounds), Notes(said))
    return [] if part is None else [(entry.path, part.read(entry)) for entry in part.entries]


def tar_of(files: dict[str, bytes], form: int = tarfile.USTAR_FORMAT) -> bytes:
    """A tar, written by Python."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def test_the_file_of_a_gzip_has_the_name_without_its_suffix():
    assert content(gzip.compress(b"x" * 99)) == [("assets/a.gz!/a", b"x" * 99)]
    assert content(gzip.compress(b"x"), "assets/.gz") == [("assets/.gz!/.gz", b"x")]
    assert content(gzip.compress(b"x"), "a.bin") == [("a.bin!/a.bin", b"x")]


def test_every_optional_field_of_a_gzip_is_stepped_over():
    plain = gzip.compress(b"hello")
    optional = struct.pack("<H", 3) + b"xyz" + b"name\0" + b"comment\0" + b"\1\2"
    assert content(plain[:3] + bytes([30]) + plain[4:10] + optional + plain[10:]) == [("assets/a.gz!/a", b"hello")]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT])
def test_the_files_of_a_tar_are_those_that_python_lists(form: int):
    files = {"a": b"", "folder/b.so": b"b" * 700, "l/" * 60 + "long.txt": b"long", "c": b"c" * 512}
    assert content(tar_of(files, form), "a.tar") == [(f"a.tar!/{name}", data) for name, data in files.items()]


def test_a_file_that_a_tar_holds_twice_has_two_paths():
    twice = tar_of({"a": b"1"})[:1024] + tar_of({"a": b"2"})
    assert content(twice, "a.tar") == [("a.tar!/a", b"1"), ("a.tar!/a#2", b"2")]


def test_the_entries_of_a_tar_count_against_the_budget():
    assert len(content(tar_of({str(row): b"" for row in range(9)}), "a.tar", entries=4)) == 4


def test_a_zip_behind_other_bytes_is_found_and_random_bytes_are_none():
    inner = zip_of({"classes.dex": b"dex\n035\0"})
    assert is_nested(b"\x89PNG\r\n\x1a\n" + inner, "png")
    assert content(b"\x89PNG\r\n\x1a\n" + inner, "a.png") == [("a.png!/classes.dex", b"dex\n035\0")]
    assert not is_nested(b"PK\x05\x06" * 30, "unknown")
    assert not is_nested(b"", "empty")


def test_damaged_containers_never_raise():
    rng = random.Random(1)  # noqa: S311 - the same at each run
    for whole in (gzip.compress(b"hello" * 99), tar_of({"a": b"x" * 600, "b" * 120: b""}, tarfile.GNU_FORMAT)):
        for _ in range(300):
            data = bytearray(whole[: rng.randrange(len(whole) + 1)])
            for _ in range(rng.randrange(4) if data else 0):
                data[rng.randrange(len(data))] = rng.randrange(256)
            for media in ("gzip", "tar"):
                part = open_nested(memoryview(data), "a", media, Budget(), Notes([]))
                for entry in part.entries if part else ():
                    part.read(entry)
