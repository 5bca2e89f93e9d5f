"""Library files say what they are, are read once, and one that cannot be read stops no other."""

from pathlib import Path

import numpy as np
import pytest

from affidavit.identity.code import libraries
from affidavit.identity.code.build import build
from affidavit.identity.code.index import Family, Version
from affidavit.identity.code.libraries import (
    Catalogue,
    Ordinary,
    Origin,
    Part,
    files_of,
    named,
    read_background,
    read_libraries,
)
from affidavit.model.errors import KnowledgeError
from affidavit.model.progress import silent
from tests.builders.dex import DexBuilder
from tests.builders.dex_pools import Method
from tests.builders.made_libraries import library, seeded, signatures
from tests.builders.zip import zip_of


def dex_of(*names: str) -> bytes:
    """Classes that each have a string of their own, and name the first."""
    made = DexBuilder()
    for name in names:
        code = [("const-string", 0, f"text of {name}"), ("check-cast", 0, names[0]), ("return-void",)]
        made.add_class(name, methods=[Method("run", "()V", code, registers=1)])
    return made.build()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two versions, an ordinary app, something that cannot be read, and what is no library."""
    (tmp_path / "in").mkdir()
    (tmp_path / "one__1.0.dex").write_bytes(dex_of("Lorg/one/A;", "Lorg/one/B;", "Lcom/other/C;"))
    (tmp_path / "in" / "one-1.1.jar").write_bytes(zip_of({"classes.dex": dex_of("Lorg/one/A;")}))
    (tmp_path / "broken__1.dex").write_bytes(b"dex\n035\0 and no more")
    (tmp_path / "empty__1.jar").write_bytes(zip_of({"readme.txt": b"nothing"}))
    (tmp_path / "README.txt").write_text("about")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "family", "version"),
    [
        ("okhttp__3.12.1.dex", "okhttp", "3.12.1"),
        ("barcode__2.1.5.dex.zip", "barcode", "2.1.5"),
        ("okhttp-3.12.1.jar", "okhttp", "3.12.1"),
        ("jcore-android-2.3.4-beta1.aar", "jcore-android", "2.3.4-beta1"),
        ("gson_v2.8.jar", "gson", "2.8"),
        ("log4j-1.2-api-2.17.0.jar", "log4j-1.2-api", "2.17.0"),
        ("alipay-15.7.9-20200727142846.jar", "alipay", "15.7.9-20200727142846"),
        ("zxing__unstated.jar", "zxing", ""),
        ("MySDK.aar", "MySDK", ""),
    ],
)
def test_a_name_says_family_and_version(name, family, version):
    assert named(Path(name)) == (family, version)


def test_files_are_found_in_folders_and_what_cannot_be_read_is_said(folder: Path):
    files = files_of([folder])
    assert [file.name for file in files] == ["broken__1.dex", "empty__1.jar", "one-1.1.jar", "one__1.0.dex"]
    reading = read_libraries(files, Catalogue({"one": Family("one", "One")}), silent)
    assert reading.families == [Family("one", "One")]
    assert [(version.label, signatures.names) for version, signatures in reading.libraries] == [
        ("1.1", ("Lorg/one/A;",)),
        ("1.0", ("Lorg/one/A;", "Lorg/one/B;", "Lcom/other/C;")),
    ]
    assert [path.name for path, _ in reading.refused] == ["broken__1.dex", "empty__1.jar"]
    assert "no code" in reading.refused[0][1]


def test_the_catalogue_says_by_digest_which_families_a_file_gives(folder: Path):
    file = folder / "one__1.0.dex"
    (version, _), *_ = read_libraries([file], Catalogue(), silent).libraries
    parts = (Part("one", "7.5", "name"), Part("other", "", "none"))
    catalogue = Catalogue(
        owner=lambda name: name.split("/")[1],
        files={version.sha256: parts},
        origins={("one", "7.5"): Origin("npm bundle 3.0", "2020-09-18", "mark")},
    )
    reading = read_libraries([file], catalogue, silent)
    (one, of_one), (other, of_other) = reading.libraries
    assert (one.label, one.origin, one.date, one.stated) == ("7.5", "npm bundle 3.0", "2020-09-18", "mark")
    assert (other.label, other.origin, other.family) == ("", "", 1)
    assert (of_one.names, of_other.names) == (("Lorg/one/A;", "Lorg/one/B;"), ("Lcom/other/C;",))
    assert [of_one.graph.row(row).tolist() for row in range(2)] == [[], [0]]
    (_, whole), *_ = read_libraries([file], Catalogue(), silent).libraries
    assert [of_one.of(0).tolist(), of_one.of(1).tolist(), of_other.of(0).tolist()] == [
        whole.of(row).tolist() for row in range(3)
    ]


def test_what_was_read_is_kept_by_what_it_holds(folder: Path, tmp_path: Path, monkeypatch):
    files = files_of([folder])
    cache = tmp_path / "cache" / "of signatures"
    first = read_libraries(files, Catalogue(), silent, cache)
    (folder / "one__1.0.dex").rename(folder / "two__1.0.dex")
    monkeypatch.setattr(libraries, "code_of", None)
    again = read_libraries([folder / "in" / "one-1.1.jar", folder / "two__1.0.dex"], Catalogue(), silent, cache)
    for (_, one), (_, other) in zip(first.libraries, again.libraries, strict=True):
        assert (one.names, one.tokens.tolist(), one.start.tolist()) == (
            other.names,
            other.tokens.tolist(),
            other.start.tolist(),
        )
        assert one.graph.items.tolist() == other.graph.items.tolist()
    assert [family.id for family in again.families] == ["one", "two"]


def test_knowledge_that_is_missing_is_no_fault_of_a_file(folder: Path, monkeypatch):
    def missing(*_):
        raise KnowledgeError("missing", advice="make")

    monkeypatch.setattr(libraries, "code_of", missing)
    with pytest.raises(KnowledgeError):
        read_libraries(files_of([folder]), Catalogue(), silent)


def test_classes_of_known_families_do_not_make_an_app_ordinary():
    rng = seeded(1)
    known, own = library(rng, "org/known", 12), library(rng, "com/app", 5)
    index = build([Family("known")], [(Version(0, "1"), signatures(known))])
    telling = next(tokens for tokens in known.values() if len(tokens) >= 10)
    app = own | {"Lorg/known/NewClass;": frozenset({77_777}), "La/a;": telling}
    ordinary = Ordinary(index)
    found = ordinary.tokens(signatures(app)).tolist()
    assert found == sorted(frozenset().union(*own.values()))
    assert ordinary.tokens(signatures(known)).tolist() == []


def test_apps_of_the_background_are_read_like_libraries(folder: Path):
    index = build([], [])
    apps, refused = read_background(files_of([folder]), index, silent)
    assert len(apps) == 2
    assert [path.name for path, _ in refused] == ["broken__1.dex", "empty__1.jar"]
    assert all((np.diff(app.astype(object)) > 0).all() for app in apps)
