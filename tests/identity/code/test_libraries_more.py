"""What is kept of library files gives what reading them gives, whatever they are called and whatever became of it."""

from pathlib import Path

import pytest

from affidavit.identity.code.libraries import Catalogue, Part, read_libraries
from affidavit.identity.code.signatures import Signatures
from affidavit.model.progress import silent
from tests.builders.elf import ElfBuilder
from tests.builders.known_code import code_class, dex_of, library_classes
from tests.builders.zip import zip_of


def read(path: Path, cache: Path | None) -> list[Signatures]:
    reading = read_libraries([path], Catalogue(), silent, cache)
    assert reading.refused == []
    return [signatures for _, signatures in reading.libraries]


def plain(signatures: Signatures) -> tuple[object, ...]:
    rows = range(len(signatures))
    graph = [signatures.graph.row(row).tolist() for row in rows]
    return signatures.names, [signatures.of(row).tolist() for row in rows], graph, signatures.size.tolist()


@pytest.mark.parametrize("name", ["Lorg/A;", "Lorg/line\nbreak/A;", "L\n;", "Lorg/\ud800;", "Lorg/ä€/😀;"])
def test_a_class_may_have_any_name_and_is_kept_under_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "sdk__1.dex"
    path.write_bytes(dex_of([code_class(name, 1), code_class("Lorg/Other;", 2, name)]))
    (expected,) = read(path, None)
    assert len(expected.names) == 2
    for _ in range(2):
        (found,) = read(path, tmp_path / "cache")
        assert plain(found) == plain(expected)


@pytest.mark.parametrize("size", [0, 4, 90, -1, None])
def test_what_was_kept_and_is_damaged_is_made_again(size: int | None, tmp_path: Path) -> None:
    path, cache = tmp_path / "sdk__1.dex", tmp_path / "cache"
    path.write_bytes(dex_of(library_classes()))
    (expected,) = read(path, cache)
    (kept,) = cache.iterdir()
    whole = kept.read_bytes()
    middle = len(whole) // 2
    torn = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :] if size is None else whole[:size]
    kept.write_bytes(torn)
    (again,) = read(path, cache)
    assert plain(again) == plain(expected)
    assert kept.read_bytes() == whole, "and kept again"
    assert [item.name for item in cache.iterdir()] == [kept.name], "nothing half done is left"


def test_a_native_file_is_the_family_s_whose_classes_the_file_is_made_of(tmp_path: Path) -> None:
    path = tmp_path / "bundle.jar"
    native = ElfBuilder(exports=("Java_org_sdk_A_run", "sdk_start", "sdk_stop")).build()
    classes = [*library_classes("Lorg/sdk/{};"), code_class("Lcom/other/Z;", 9)]
    path.write_bytes(zip_of({"classes.dex": dex_of(classes), "lib/arm64-v8a/libsdk.so": native}))
    ((version, whole),) = read_libraries([path], Catalogue(), silent).libraries

    def given(*families: str) -> dict[str, int]:
        files = {version.sha256: tuple(Part(family, "1", "name") for family in families)}
        reading = read_libraries([path], Catalogue(owner=lambda name: name.split("/")[1], files=files), silent)
        return {reading.families[v.family].id: sum(not n.endswith(";") for n in s.names) for v, s in reading.libraries}

    natives = sum(not name.endswith(";") for name in whole.names)
    assert natives == 1
    assert given("sdk") == {"sdk": 1}
    assert given("other") == {"other": 0}, "a fifth of the classes is not the file"
    assert given("sdk", "other") == {"sdk": 0, "other": 0}, "of two families nobody knows whose it is"
