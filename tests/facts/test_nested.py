"""What only an app's own loader could load is read, apart from what Android loads, and what stays closed is said."""

import gzip
from pathlib import Path

import pytest

from affidavit.artefact.budget import Budget
from affidavit.evidence.bundle import excerpt_key
from affidavit.evidence.derive import derive
from affidavit.evidence.proofs import cited_places
from affidavit.model.bundle import Affidavit
from affidavit.model.code import CodeUnit, DuplicateClass
from affidavit.model.declared import Component
from affidavit.model.endpoint import Endpoint
from affidavit.model.finding import Answer, Grade
from affidavit.model.inventory import EntryFact
from affidavit.model.native import NativeLibrary
from tests.builders.apps import LOCATION, MAIN, app_files, main_dex
from tests.builders.classfile import ClassBuilder
from tests.builders.dex import DexBuilder, Method
from tests.builders.elf import ElfBuilder
from tests.builders.zip import Item, build_zip, zip_of

RULE = "location/last-known"
EMPTY = DexBuilder().add_class("Lorg/example/app/Shell;").build()
IDLE = DexBuilder().add_class(MAIN, "Landroid/app/Activity;").build()


def app(folder: Path, name: str = "a.apk", **changed: bytes) -> Path:
    """The small app with other code, and with more entries; ``__`` in a name stands for ``/`` and ``_`` for ``.``."""
    files = {key: data for key, data in app_files().items() if key != "assets/more.zip"}
    files |= {key.replace("__", "/").replace("_", "."): data for key, data in changed.items()}
    path = folder / name
    path.write_bytes(zip_of(files))
    return path


def kinds(account: Affidavit) -> set[str]:
    return {item.kind for item in account.limitations}


def unit(account: Affidavit, entry: str) -> CodeUnit:
    return next(fact.what for fact in account.facts if isinstance(fact.what, CodeUnit) and fact.place.entry == entry)


def answer(account: Affidavit, rule: str = RULE) -> Answer:
    return next(item.answer for item in account.findings if item.rule == rule)


@pytest.mark.parametrize(
    ("entry", "inner", "wrap"),
    [
        ("assets/plugin.jar", "classes.dex", lambda data: zip_of({"classes.dex": data})),
        ("assets/data.bin", "deep/x.dat", lambda data: zip_of({"deep/x.dat": data}, 0)),
        ("instant-run.zip", "slice_0.dex", lambda data: zip_of({"slice_0.dex": data})),
        ("assets/second.dex.gz", "second.dex", gzip.compress),
        ("res/raw/a.png", "classes.dex", lambda data: b"\x89PNG\r\n\x1a\n" + zip_of({"classes.dex": data})),
        ("assets/a.zip", "b.zip!/c.zip!/d.dex",
         lambda data: zip_of({"b.zip": zip_of({"c.zip": zip_of({"d.dex": data})})})),
    ],
)  # fmt: skip
def test_code_in_a_container_inside_the_app_is_read_where_it_lies(tmp_path: Path, entry, inner, wrap):
    files = {**app_files(), "classes.dex": EMPTY, entry: wrap(main_dex())}
    path = tmp_path / "a.apk"
    path.write_bytes(zip_of(files))
    account, place = derive(path), f"{entry}!/{inner}"
    assert unit(account, place).apart
    assert not unit(account, "classes.dex").apart
    finding = next(item for item in account.findings if item.rule == RULE)
    assert finding.answer is Answer.SHOWN
    cited = [item for item in cited_places(finding) if item.entry == place and item.pc == 2]
    assert "getLastKnownLocation" in "".join(account.excerpts[excerpt_key(cited[0])].lines)
    assert any(isinstance(fact.what, Endpoint) and fact.place.entry == place for fact in account.facts)
    assert not any(kind.startswith(("container/nested", "budget/")) for kind in kinds(account))
    assert derive(path) == account


def test_a_component_whose_class_only_nested_code_defines_is_followed_there(tmp_path: Path):
    account = derive(app(tmp_path, classes_dex=EMPTY, assets__plugin_jar=zip_of({"classes.dex": main_dex()})))
    assert next(item.grade for item in account.findings if item.rule == RULE) is Grade.REACHABLE


def test_class_files_and_native_libraries_inside_are_read_and_its_manifest_is_nobodys(tmp_path: Path):
    inner = {
        "AndroidManifest.xml": app_files()["AndroidManifest.xml"],
        "a/B.class": ClassBuilder("a/B").build(),
        "lib/armeabi/libx.so": ElfBuilder().build(),
    }
    account = derive(app(tmp_path, assets__plugin_apk=zip_of(inner)))
    assert unit(account, "assets/plugin.apk").apart
    assert [fact.place.entry for fact in account.facts if isinstance(fact.what, NativeLibrary)] == [
        "assets/plugin.apk!/lib/armeabi/libx.so"
    ]
    assert {fact.place.entry for fact in account.facts if isinstance(fact.what, Component)} == {"AndroidManifest.xml"}
    [_, nested] = account.coverage.containers
    assert (nested.entry, nested.role, nested.seen, nested.parsed, nested.searched) == (
        "assets/plugin.apk", "nested", 3, 2, 1,
    )  # fmt: skip


def test_a_class_defined_again_is_searched_in_both_places_and_keeps_flows_open(tmp_path: Path):
    twin = [("invoke-virtual", [0, 1], LOCATION), ("return-void",)]
    patch = DexBuilder().add_class(MAIN, methods=[Method("onResume", "()V", twin)]).build()
    account = derive(app(tmp_path, classes_dex=IDLE, assets__patch_dex=patch))
    assert unit(account, "assets/patch.dex").again == 1
    assert answer(account) is Answer.SHOWN
    assert "flows/other-definition" in kinds(account)
    assert not any(isinstance(fact.what, DuplicateClass) for fact in account.facts)
    assert {item.grade for item in account.findings if item.rule == RULE} == {Grade.PRESENT}


def test_archives_past_the_depth_keep_absences_of_code_open(tmp_path: Path):
    path = app(tmp_path, classes_dex=IDLE, assets__a_zip=zip_of({"b.zip": zip_of({"c.txt": b""})}))
    assert answer(derive(path)) is Answer.NOT_SHOWN
    shallow = derive(path, Budget(depth=1))
    assert "budget/depth" in kinds(shallow)
    assert answer(shallow) is Answer.UNDETERMINED


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        (Item("assets/a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(30)), "container/nested-not-opened"),
        (Item("assets/a.zip", b"PK\x03\x04" + bytes(60)), "container/nested-not-opened"),
        (Item("assets/a.zip", build_zip([Item("b", b"x" * 40, 0, stream=b"?" * 52, central={"flags": 1, "crc": 7})])),
         "container/encrypted-entry"),
        (Item("assets/a.zip", build_zip([Item("b", b"x" * 40, 14, stream=b"\xff" * 40)])), "container/unknown-method"),
    ],
)  # fmt: skip
def test_what_stays_closed_is_said_and_keeps_absences_of_code_open(tmp_path: Path, entry: Item, kind: str):
    path = tmp_path / "a.apk"
    files = {key: data for key, data in app_files().items() if key not in {"classes.dex", "assets/more.zip"}}
    path.write_bytes(build_zip([Item(key, data) for key, data in {**files, "classes.dex": IDLE}.items()] + [entry]))
    account = derive(path)
    assert kinds(account) == {kind}
    assert answer(account) is Answer.UNDETERMINED


def test_an_empty_zip_hides_nothing(tmp_path: Path):
    assert not any(kind.startswith("container/") for kind in kinds(derive(app(tmp_path, assets__a_zip=zip_of({})))))


def test_an_entry_that_is_named_as_if_it_lay_in_an_archive_keeps_that_archive_closed(tmp_path: Path):
    inner = zip_of({"classes.dex": main_dex()})
    path = tmp_path / "a.apk"
    path.write_bytes(zip_of({**app_files(), "assets/more.zip": inner, "assets/more.zip!/classes.dex": EMPTY}))
    account = derive(path)
    assert "container/nested-not-opened" in kinds(account)
    paths = [fact.place.entry for fact in account.facts if isinstance(fact.what, EntryFact)]
    assert len(paths) == len(set(paths))


def test_archives_for_build_tools_in_a_library_give_no_code(tmp_path: Path):
    lint = zip_of({"a/Lint.class": ClassBuilder("a/Lint").build()})
    path = tmp_path / "a.aar"
    path.write_bytes(
        zip_of({"AndroidManifest.xml": b"<manifest/>", "classes.jar": zip_of({"R.txt": b""}), "lint.jar": lint})
    )
    account = derive(path)
    assert not any(isinstance(fact.what, CodeUnit) for fact in account.facts)
    assert [item.role for item in account.coverage.containers] == ["base", "library", "tool"]


@pytest.mark.samples
def test_the_app_in_the_assets_of_a_real_app_is_read(sample, derived):
    account = derived(sample("apidemos"))
    found = unit(account, "assets/HelloActivity.apk!/classes.dex")
    assert (found.apart, found.classes, found.again) == (True, 6, 0)


@pytest.mark.corpus
def test_the_plugin_of_a_real_sdk_is_read(corpus: Path, derived):
    [path] = (corpus / "constituent" / "apk" / "miiad").glob("app-0724_*.apk")
    found = unit(derived(path), "assets/gdt_plugin/gdtadv2.jar!/classes.dex")
    assert (found.apart, found.classes) == (True, 359)
