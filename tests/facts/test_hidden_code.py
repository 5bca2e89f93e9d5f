"""Code that must be somewhere and was not read keeps absences open; ordinary apps raise nothing."""

import base64
from pathlib import Path

import pytest

from affidavit.artefact.budget import Budget
from affidavit.artefact.disguise import holds_dex, open_disguised
from affidavit.artefact.notes import Notes
from affidavit.evidence.bundle import excerpt_key
from affidavit.evidence.derive import derive
from affidavit.evidence.proofs import cited_places
from affidavit.facts.hidden_code import compare
from affidavit.model.bundle import Affidavit
from affidavit.model.code import CodeUnit
from affidavit.model.finding import Answer
from affidavit.model.limitation import Limitation
from tests.builders import axml
from tests.builders.apps import app_files, main_dex
from tests.builders.dex import DexBuilder, Method
from tests.builders.zip import zip_of
from tests.reading import read

RULE = "location/last-known"
ABOUT = ("code/components-missing", "code/hidden-dex", "code/packed")
START = axml.e(
    "intent-filter",
    {},
    axml.e("action", {"android:name": "android.intent.action.MAIN"}),
    axml.e("category", {"android:name": "android.intent.category.LAUNCHER"}),
)


def manifest(*activities: str, application: str = "", alias: bool = False) -> bytes:
    """A manifest with activities, of which a launcher starts the first, or an alias of it."""
    first = [axml.e("activity", {"android:name": activities[0]}, *(() if alias else (START,)))]
    if alias:
        named = {"android:name": ".Alias", "android:targetActivity": activities[0]}
        first.append(axml.e("activity-alias", named, START))
    more = [axml.e("activity", {"android:name": name}) for name in activities[1:]]
    return axml.binary(axml.manifest(*first, *more, **({"name": application} if application else {})))


def code(*names: str, attach: str = "", parent: str = "Landroid/app/Application;") -> bytes:
    """Classes, the one that is named `attach` with what Android calls before anything else."""
    dex = DexBuilder()
    for name in names:
        methods = [Method("attachBaseContext", "(Landroid/content/Context;)V", [("return-void",)])] * (name == attach)
        dex.add_class(name, parent if name != attach else "Landroid/app/Application;", methods=methods)
    return dex.build()


def review(folder: Path, files: dict[str, bytes]) -> Affidavit:
    path = folder / "a.apk"
    path.write_bytes(zip_of(files))
    return derive(path)


def said(account: Affidavit) -> list[str]:
    return sorted(item.kind for item in account.limitations if item.kind in ABOUT)


def answer(account: Affidavit) -> Answer:
    return next(item.answer for item in account.findings if item.rule == RULE)


@pytest.mark.parametrize(
    ("declared", "dex", "kinds"),
    [
        (manifest("a.Main", "a.Two"), code("La/Main;", "La/Two;"), []),
        (manifest("a.Main", "a.Two", "a.Three"), code("La/Main;", "La/Two;"), []),
        (manifest("a.Main", "a.Two"), code("La/Main;"), ["code/components-missing"]),
        (manifest("a.Main", "a.Two", "a.Three"), code("La/Two;", "La/Three;"), ["code/components-missing"]),
        (manifest("a.Main", "a.Two", alias=True), code("La/Main;", "La/Two;"), []),
        (manifest("a.Main", "a.B", "a.C", alias=True), code("La/B;", "La/C;"), ["code/components-missing"]),
        (manifest("android.app.Activity"), code("La/B;"), []),
        (manifest("a.Main", application="a.App"), code("La/App;"), ["code/components-missing"]),
        (manifest("a.Main", application="a.App"), code("La/App;", attach="La/App;"),
         ["code/components-missing", "code/packed"]),
        (manifest("a.Main", application="a.App"), code("La/App;", "La/Base;", attach="La/Base;", parent="La/Base;"),
         ["code/components-missing", "code/packed"]),
        (manifest("a.Main", "a.B", "a.C", application="a.App"), code("La/App;", "La/Main;", attach="La/App;"),
         ["code/components-missing"]),
    ],
)  # fmt: skip
def test_what_the_manifest_starts_must_be_defined_somewhere(tmp_path: Path, declared, dex, kinds):
    account = review(tmp_path, {"AndroidManifest.xml": declared, "classes.dex": dex})
    assert said(account) == kinds
    assert answer(account) is (Answer.UNDETERMINED if kinds else Answer.NOT_SHOWN)


def test_the_limitation_counts_what_is_declared_and_what_is_missing(tmp_path: Path):
    files = {"AndroidManifest.xml": manifest("a.Main", "a.Two", "a.Three"), "classes.dex": code("La/Two;")}
    [item] = [item for item in review(tmp_path, files).limitations if item.kind == "code/components-missing"]
    assert "of 3 classes that the manifest names, 2 are in no code that was read (a.Main, a.Three)" in item.detail


def test_code_in_an_archive_inside_is_where_components_may_be_defined(tmp_path: Path):
    declared = manifest("a.Main", application="a.App")
    files = {"AndroidManifest.xml": declared, "classes.dex": code("La/App;", attach="La/App;")}
    inner = {"instant-run.zip": zip_of({"slice_0.dex": code("La/Main;")})}
    assert said(review(tmp_path, {**files, **inner})) == []


def test_classes_above_each_other_in_a_circle_end(tmp_path: Path):
    dex = DexBuilder().add_class("La/A;", "La/B;").add_class("La/B;", "La/A;").build()
    account = review(tmp_path, {"AndroidManifest.xml": manifest("a.Main", application="a.A"), "classes.dex": dex})
    assert said(account) == ["code/components-missing"]


MASKED = bytes(byte ^ 0x5A for byte in main_dex())
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(99)


def disguised(folder: Path, data: bytes) -> Affidavit:
    """The account of an app whose own code does nothing, with other code in an entry."""
    return review(folder, {**app_files(), "classes.dex": code("Lorg/example/app/Main;"), "assets/x.bin": data})


@pytest.mark.parametrize(
    ("data", "inner"),
    [
        (PICTURE + main_dex(), ["at-107.dex"]),
        (PICTURE + main_dex() + b"more" + main_dex(), ["at-107.dex", f"at-{111 + len(main_dex())}.dex"]),
        (main_dex() + main_dex(), [f"at-{len(main_dex())}.dex"]),
        (PICTURE + main_dex()[:-60], ["at-107.dex"]),
        (MASKED, ["mask-5a.dex"]),
    ],
)
def test_a_dex_file_in_disguise_is_read(tmp_path: Path, data: bytes, inner: list[str]):
    account = disguised(tmp_path, data)
    finding = next(item for item in account.findings if item.rule == RULE)
    assert finding.answer is Answer.SHOWN
    units = [fact.place.entry for fact in account.facts if isinstance(fact.what, CodeUnit)]
    assert [name for name in units if "!/" in name] == [f"assets/x.bin!/{name}" for name in inner]
    places = [place for place in cited_places(finding) if place.entry.endswith(inner[0])]
    assert "getLastKnownLocation" in "".join(account.excerpts[excerpt_key(places[-1])].lines)
    assert said(account) == []


def test_dex_files_that_overlap_or_are_very_many_are_bounded():
    head = main_dex()[:112]
    each = -(-len(main_dex()) // len(head))
    assert len(parts(b"x" + head * 40)) == -(-40 // each), "those within the size of one before are its own"
    tiny = head[:32] + (112).to_bytes(4, "little") + head[36:]
    assert len(parts(b"x" + tiny * 64)) == 64
    limitations: list[Limitation] = []
    assert len(parts(b"x" + tiny * 65, limitations)) == 64
    assert [item.kind for item in limitations] == ["code/hidden-dex"]


def parts(data: bytes, limitations: list[Limitation] | None = None) -> list[str]:
    media = "dex" if data.startswith(b"dex") else "unknown"
    part = open_disguised(data, "a", media, Budget(), Notes([] if limitations is None else limitations))
    return [entry.name for entry in part.entries] if part else []


@pytest.mark.parametrize(
    ("data", "words"), [(base64.b64encode(main_dex()), "Base64"), (b"cdex001\0" + bytes(200), "cdex")]
)
def test_code_that_is_not_read_is_said(tmp_path: Path, data: bytes, words: str):
    account = disguised(tmp_path, data)
    [item] = [item for item in account.limitations if item.kind == "code/hidden-dex"]
    assert words in item.detail
    assert item.place is not None
    assert item.place.entry == "assets/x.bin"
    assert answer(account) is Answer.UNDETERMINED


@pytest.mark.parametrize(
    "data", [b"a text on dex\n035\0 and more" * 9, MASKED[:99], bytes(range(256)) * 9, b"", main_dex()[:43]]
)
def test_what_is_no_dex_file_is_not_taken_for_one(data: bytes):
    assert not holds_dex(data, "unknown")
    assert not parts(data)


@pytest.mark.corpus
def test_no_real_app_is_called_packed_and_few_lack_classes(corpus: Path):
    """Those that do were looked at: one has no code at all, the others not the classes that they declare."""
    lacking = set()
    for path in sorted([*corpus.glob("constituent/apk/*/*.apk"), *corpus.glob("signing/*/*.apk")]):
        if path.stat().st_size > 2 << 20 or "empty" in path.name:
            continue
        with read(path, frozenset({"entries", "manifest", "code"})) as state:
            kinds = {item.kind for item in (*state.limitations, *compare(state.facts, state.program))}
            assert not kinds & {"code/packed", "code/hidden-dex"}, path
            if "code/components-missing" in kinds:
                lacking.add(path.name)
    assert lacking == {"app-0724_ddbd0de3.apk", "testdata__asn1_unprintable.apk", "repo__org.maxsdkversion_4.apk"}
