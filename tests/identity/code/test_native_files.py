"""Native files of libraries lie in the index beside classes, and classes are found as if they did not."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from affidavit.dalvik.unit import Csr
from affidavit.identity.code import store
from affidavit.identity.code.build import build
from affidavit.identity.code.evidence import Compared, facts_of
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.libraries import Catalogue, Part, read_background, read_libraries
from affidavit.identity.code.library_file import code_of
from affidavit.identity.code.match import match
from affidavit.identity.code.native import of_native, rows_of
from affidavit.identity.code.native_match import NativeIndex
from affidavit.identity.code.signatures import joined, of_program
from affidavit.model.errors import UnreadableError
from affidavit.model.progress import silent
from tests.builders.ar import archive
from tests.builders.elf import ElfBuilder
from tests.builders.known_code import app_dex, dex_of, library_classes, program_of
from tests.builders.zip import zip_of

SHARED = Path(__file__).parents[4] / "shared" / "data"


def elf(*words: str, count: int = 240) -> bytes:
    """A native library with symbols and texts of its own, for each word."""
    every = [f"{word}_{number}" for word in words for number in range(count)]
    texts = b"\0".join(f"{item} says something".encode() for item in every)
    return ElfBuilder(imports=["malloc"], exports=every).build() + texts


def carrying(natives: bool) -> Index:
    """Two versions of a library, with native files or without."""
    rows = []
    for version in (1, 2):
        own = of_program(program_of(dex_of(library_classes(version=version))))
        files = [
            of_native(f"arm64-v8a/lib{word}.so", elf(word) + elf(f"{word} {version}.0", count=20))
            for word in ("one", "two", "three")
        ]
        rows.append((Version(0, f"{version}.0"), joined(own, rows_of(files)) if natives else own))
    return build([Family("one"), Family("other")], [*rows, (Version(1, "1"), rows_of([of_native("x.so", elf("x"))]))])


def test_classes_are_found_as_if_there_were_no_native_files():
    program = program_of(app_dex())
    app = of_program(program)
    said = []
    for natives in (True, False):
        index = carrying(natives)
        assert index.sizes.tolist() == [4, 0]
        assert [version.classes for version in index.versions] == [4, 4, 0]
        matched = match(app, index)
        found = [fact.what for fact in facts_of(Compared(program, app, index, (), matched))]
        said.append((msgspec.json.encode(found), matched.origin.tolist()))
    assert said[0] == said[1]


@pytest.mark.parametrize("packed", [False, True])
def test_an_index_with_native_files_is_kept_whole(packed):
    index = carrying(natives=True)
    again, _ = store.opened(store.written(index, "test", packed=packed))
    native = of_native("lib.so", elf("two") + elf("two 2.0", count=20))
    assert int(again.native(np.arange(8)).sum()) == int(index.native(np.arange(8)).sum()) == 4
    for one in (index, again):
        (found,) = NativeIndex(one).match([native])
        assert (found.relation, one.families[found.family].id) == ("is", "one")
        assert one.node_name[found.node] == "arm64-v8a/libtwo.so"
        assert found.versions == (1,)


def test_joined_signatures_keep_rows_and_edges():
    one = of_program(program_of(dex_of(library_classes())))
    both = joined(one, one)
    assert both.names == one.names * 2
    assert [both.of(row).tolist() for row in range(8)] == [one.of(row % 4).tolist() for row in range(8)]
    edges = [[item + 4 * (row > 3) for item in one.graph.row(row % 4).tolist()] for row in range(8)]
    assert [both.graph.row(row).tolist() for row in range(8)] == edges
    assert isinstance(both.graph, Csr)


@pytest.fixture
def aar(tmp_path: Path) -> Path:
    jar = zip_of({"classes.dex": dex_of(library_classes())})
    path = tmp_path / "one__1.0.aar"
    manifest = b'<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="org.one"/>'
    entries = {
        "AndroidManifest.xml": manifest,
        "classes.jar": jar,
        "jni/arm64-v8a/libone.so": elf("one"),
        "jni/x86/libone.so": elf("one") + b"\0for another processor",
        "jni/x86/libnot.so": b"#!/bin/sh",
        "jni/x86/libone.a": archive([("a.o", elf("part"))]),
    }
    path.write_bytes(zip_of(entries))
    return path


def test_native_files_of_a_library_are_read_with_its_classes(aar: Path, tmp_path: Path):
    names = [item.entry for item in code_of(aar).natives]
    assert names == ["arm64-v8a/libone.so", "x86/libone.so", "x86/libone.a"]
    ((version, signatures),) = read_libraries([aar], Catalogue(), silent, tmp_path / "kept").libraries
    assert version.label == "1.0"
    assert (signatures.unit < 0).sum() == 3
    ((_, again),) = read_libraries([aar], Catalogue(), silent, tmp_path / "kept").libraries
    assert again.names == signatures.names
    index = build([Family("elsewhere")], [])
    (app,), _ = read_background([aar], index, silent)
    assert not np.isin(signatures.of(len(signatures) - 1), app).any(), "of ordinary apps classes alone are counted"


@pytest.mark.parametrize(("own", "count"), [("com/tencent/", 3), ("com/another/", 0)])
def test_native_files_are_of_the_family_whose_classes_the_file_is_made_of(aar: Path, own: str, count: int):
    import hashlib

    def owner(name: str) -> str | None:
        return "sdk" if name.startswith(own) else None

    digest = hashlib.sha256(aar.read_bytes()).hexdigest()
    catalogue = Catalogue({"sdk": Family("sdk")}, owner, {digest: (Part("sdk", "1", "name"),)})
    found = read_libraries([aar], catalogue, silent).libraries
    assert sum(int((signatures.unit < 0).sum()) for _, signatures in found) == count


def test_a_native_file_is_a_library_by_itself(tmp_path: Path):
    (tmp_path / "crypto__1.1.so").write_bytes(elf("crypto"))
    (tmp_path / "crypto__1.0.a").write_bytes(archive([("a.o", elf("crypto"))]))
    (tmp_path / "none__1.so").write_bytes(b"nothing")
    reading = read_libraries(sorted(tmp_path.iterdir()), Catalogue(), silent)
    assert [(version.label, own.names) for version, own in reading.libraries] == [
        ("1.0", ("crypto",)),
        ("1.1", ("crypto",)),
    ]
    assert [path.name for path, _ in reading.refused] == ["none__1.so"]
    with pytest.raises(UnreadableError, match="no native library"):
        code_of(tmp_path / "none__1.so")


@pytest.mark.corpus
def test_native_files_of_a_real_library_are_found_under_other_names(tmp_path: Path):
    path = SHARED / "constituent" / "renamed" / "react-native-32.0.0.aar"
    (tmp_path / "react-native__0.60.aar").symlink_to(path)
    reading = read_libraries([tmp_path / "react-native__0.60.aar"], Catalogue(), silent)
    index = build(reading.families, reading.libraries)
    native = index.native(np.arange(len(index.node_name)))
    assert int(native.sum()) == 16
    assert index.versions[0].classes == int((~native).sum())
    names = [index.node_name[node] for node in np.flatnonzero(native).tolist()]
    assert {"x86/libyoga.so", "armeabi-v7a/libfb.so"} <= set(names)
    asked = [of_native("lib/x86/liba.so", data) for data in _entry(path, "jni/x86/libyoga.so")]
    found = NativeIndex(index).match(asked)
    assert [(item.relation, index.node_name[item.node]) for item in found] == [("is", "x86/libyoga.so")]


def _entry(path: Path, name: str) -> list[bytes]:
    import zipfile

    with zipfile.ZipFile(path) as file:
        return [file.read(name)]
