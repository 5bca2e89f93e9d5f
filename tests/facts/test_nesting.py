"""Containers inside entries become parts once, within bounds, and what of them stays unread is said."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from affidavit.artefact.budget import Budget
from affidavit.artefact.media import media_of
from affidavit.artefact.nested import NESTED
from affidavit.artefact.opening import open_artefact
from affidavit.artefact.spool import Spool
from affidavit.evidence.derive import derive
from affidavit.facts.nested import ARCHIVES, TOOL, Nesting
from affidavit.model.finding import Answer
from tests.builders.apps import app_files, main_dex
from tests.builders.dex import DexBuilder
from tests.builders.zip import zip_of

IDLE = DexBuilder().add_class("Lorg/example/app/Main;", "Landroid/app/Activity;").build()
CLOSED = "container/nested-not-opened"


def walked(folder: Path, files: dict[str, bytes], **bounds: int) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Prefix and role of every part, and what is said of which entry, after all entries were opened in turn."""
    path = folder / "a.apk"
    path.write_bytes(zip_of({**app_files(), "assets/more.zip": b"none", **files}))
    budget = Budget(**bounds)
    with open_artefact(path, budget) as opened, Spool() as spool:
        nesting = Nesting(opened, budget, spool)
        queue = list(opened.parts)
        for part in queue:
            for entry in part.entries:
                data = part.read(entry) or b""
                nesting.unread(part, entry)
                if inner := nesting.open(part, entry, data, media_of(data, entry.name)):
                    queue.append(inner)
        assert tuple(queue) == opened.parts
        said = [(item.kind, item.place.entry if item.place else "") for item in opened.limitations]
        return {part.prefix: part.role for part in opened.parts[1:]}, said


def tar_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def test_containers_of_every_kind_inside_each_other_are_opened(tmp_path: Path):
    inner = tar_of({"x.bin": b"junk" + IDLE})
    parts, said = walked(tmp_path, {"assets/a.zip": zip_of({"b.tar.gz": gzip.compress(inner)})}, depth=9)
    assert list(parts) == [
        "assets/a.zip!/",
        "assets/a.zip!/b.tar.gz!/",
        "assets/a.zip!/b.tar.gz!/b.tar!/",
        "assets/a.zip!/b.tar.gz!/b.tar!/x.bin!/",
    ]
    assert set(parts.values()) == {NESTED}
    assert said == []


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_as_many_containers_as_the_depth_allows_are_opened(tmp_path: Path, depth: int):
    data, name = b"text", ""
    for row in range(4):
        data = zip_of({"x": data})
        name = "assets/0" + "!/x" * (3 - row)
    parts, said = walked(tmp_path, {"assets/0": data}, depth=depth)
    assert name == "assets/0"
    assert list(parts) == ["assets/0" + "!/x" * row + "!/" for row in range(depth)]
    assert said == [("budget/depth", "assets/0" + "!/x" * depth)]


def test_a_dex_in_disguise_counts_as_deep_as_an_archive(tmp_path: Path):
    parts, said = walked(tmp_path, {"assets/a.zip": zip_of({"b": b"junk" + IDLE})}, depth=1)
    assert list(parts) == ["assets/a.zip!/"]
    assert said == [("budget/depth", "assets/a.zip!/b")]


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "7z"),
        (b"Rar!\x1a\x07\x01\0" + bytes(40), "rar"),
        (b"\xfd7zXZ\0" + bytes(40), "xz"),
        (b"BZh91AY&SY" + bytes(40), "bzip2"),
        (b"\x28\xb5\x2f\xfd" + bytes(40), "zstd"),
        (b"\x04\x22\x4d\x18" + bytes(40), "lz4"),
    ],
)
def test_archives_that_no_reader_is_there_for_are_said_by_their_kind(tmp_path: Path, data: bytes, media: str):
    assert media_of(data, "assets/x") == media
    assert media in ARCHIVES
    assert walked(tmp_path, {"assets/x": data}) == ({}, [(CLOSED, "assets/x")])


def test_an_archive_that_cannot_be_read_but_ends_as_a_zip_is_opened_as_the_zip(tmp_path: Path):
    parts, said = walked(tmp_path, {"assets/x": b"Rar!\x1a\x07\x01\0" + zip_of({"classes.dex": IDLE})})
    assert list(parts) == ["assets/x!/"]
    assert (CLOSED, "assets/x") not in said


@pytest.mark.parametrize("name", ["assets/a.zip!/b", "assets/a.zip!/b!/c", "assets/a.zip!/"])
def test_names_that_pretend_to_lie_in_an_archive_keep_it_closed(tmp_path: Path, name: str):
    parts, said = walked(tmp_path, {"assets/a.zip": zip_of({"b": b""}), name: b"1"})
    assert parts == {}
    assert said == [(CLOSED, "assets/a.zip")]


def test_names_inside_an_archive_pretend_only_to_lie_in_archives_beside_them(tmp_path: Path):
    inner = {"b.zip": zip_of({"c": b""}), "b.zip!/c": b"1"}
    parts, said = walked(tmp_path, {"b.zip": zip_of({"c": b""}), "assets/a.zip": zip_of(inner)})
    assert list(parts) == ["b.zip!/", "assets/a.zip!/"]
    assert said == [(CLOSED, "assets/a.zip!/b.zip")]


def test_an_entry_is_opened_once_however_often_it_is_given(tmp_path: Path):
    path = tmp_path / "a.apk"
    path.write_bytes(zip_of(app_files()))
    with open_artefact(path, Budget()) as opened, Spool() as spool:
        nesting, [base] = Nesting(opened, Budget(), spool), opened.parts
        entry = base.find("assets/more.zip")
        assert entry is not None
        data = base.read(entry) or b""
        given = [nesting.open(base, entry, data, "zip") for _ in range(3)]
        assert [part is None for part in given] == [False, True, True]
        assert opened.parts == (base, given[0])


@pytest.mark.parametrize(("name", "role"), [("lint.jar", TOOL), ("api.jar", TOOL), ("assets/lint.jar", NESTED)])
def test_only_archives_at_the_place_of_build_tools_are_theirs(tmp_path: Path, name: str, role: str):
    files = {"AndroidManifest.xml": b"<manifest/>", "classes.jar": zip_of({"R.txt": b""}), name: zip_of({"a": b""})}
    path = tmp_path / "a.aar"
    path.write_bytes(zip_of(files))
    assert {item.entry: item.role for item in derive(path).coverage.containers}[name] == role
    assert walked(tmp_path, {name: zip_of({"a": b""})})[0] == {f"{name}!/": NESTED}, "an app has no such place"


@pytest.mark.parametrize("behind", [gzip.compress(main_dex()), b"junk, and more than eight bytes"])
def test_what_follows_the_first_stream_of_a_gzip_is_said_and_keeps_absences_open(tmp_path: Path, behind: bytes):
    data = gzip.compress(b"a text") + behind
    assert walked(tmp_path, {"assets/a.gz": data})[1] == [(CLOSED, "assets/a.gz!/a")]
    path = tmp_path / "b.apk"
    path.write_bytes(zip_of({**app_files(), "classes.dex": IDLE, "assets/a.gz": data}))
    found = next(item for item in derive(path).findings if item.rule == "location/last-known")
    assert found.answer is Answer.UNDETERMINED


def test_code_behind_a_broken_header_of_a_tar_keeps_absences_open(tmp_path: Path):
    data = bytearray(tar_of({"a": b"1", "classes.dex": main_dex()}))
    path = tmp_path / "b.apk"
    for size, answer in ((bytes(data[1148:1160]), Answer.SHOWN), (b"\x80" + bytes(9) + b"\2\0", Answer.UNDETERMINED)):
        data[1148:1160] = size
        path.write_bytes(zip_of({**app_files(), "classes.dex": IDLE, "assets/a.tar": bytes(data)}))
        assert next(item for item in derive(path).findings if item.rule == "location/last-known").answer is answer
