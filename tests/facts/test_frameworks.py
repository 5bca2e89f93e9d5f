"""Frameworks: told by one mark, at its place, with a version only where the bytes say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import open_artefact
from affidavit.dalvik.classfile import read_classes
from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.unit import Unit
from affidavit.facts import frameworks
from affidavit.facts.frameworks import Document, extract
from affidavit.knowledge import load
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from tests.builders.classfile import ClassBuilder

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


@dataclass
class Code:
    units: list[Unit]


def code(*names: str) -> Code:
    return Code([read_classes("x.jar", [(f"x.jar!/{name}.class", ClassBuilder(name).build()) for name in names])])


def facts(files: Mapping[str, bytes | None], program: Code | None = None) -> tuple[list[Fact], list[Limitation]]:
    limitations: list[Limitation] = []
    return list(extract(list(files), program, files.get, limitations)), limitations


def found(files: Mapping[str, bytes | None], program: Code | None = None) -> dict[str, tuple[str, str]]:
    return {fact.what.name: (fact.what.mark, fact.what.version) for fact in facts(files, program)[0]}


@pytest.mark.parametrize(
    ("entry", "name", "mark"),
    [
        ("assets/flutter_assets/AssetManifest.json", "flutter", "entry:assets/flutter_assets/"),
        ("lib/arm64-v8a/libflutter.so", "flutter", "native:libflutter.so"),
        ("lib/x86/libil2cpp.so", "il2cpp", "native:libil2cpp.so"),
        ("lib/arm64-v8a/libQt6Core_arm64-v8a.so", "qt", "native:libQt6Core_arm64-v8a.so"),
        ("assets/www/cordova.js", "cordova", "entry:assets/www/cordova.js"),
        ("assets/capacitor.config.json", "capacitor", "entry:assets/capacitor.config.json"),
        ("assemblies/Microsoft.Maui.dll", "dotnet-maui", "entry:assemblies/Microsoft.Maui.dll"),
        ("assets/index.android.bundle", "react-native", "entry:assets/index.android.bundle"),
        ("assets/xposed_init", "xposed-module", "entry:assets/xposed_init"),
        ("base.apk!/lib/arm64-v8a/libunity.so", "unity", "native:libunity.so"),
    ],
)
def test_an_entry_or_library_suffices(entry, name, mark):
    assert found({entry: b""})[name] == (mark, "")


@pytest.mark.parametrize(
    ("class_name", "name"),
    [
        ("io/flutter/embedding/engine/FlutterEngine", "flutter"),
        ("com/facebook/react/ReactActivity", "react-native"),
        ("org/godotengine/godot/Godot", "godot"),
        ("kotlin/jvm/internal/Intrinsics", "kotlin"),
        ("androidx/compose/runtime/Composer", "compose"),
        ("io/dcloud/PandoraEntry", "uni-app"),
        ("app/tauri/TauriActivity", "tauri"),
    ],
)
def test_a_class_suffices_and_is_the_place(class_name, name):
    result, _ = facts({}, code("a/b/C", class_name))
    fact = next(fact for fact in result if fact.what.name == name)
    assert fact.what.mark.startswith("class:L")
    assert fact.place.class_ == f"L{class_name};"
    assert fact.place.entry == f"x.jar!/{class_name}.class"


def test_an_app_without_marks_gives_nothing():
    assert found({"classes.dex": b"", "res/a.xml": b"", "lib/x86/libfoo.so": b""}, code("com/example/Main")) == {}


def test_a_similar_name_is_no_mark():
    assert found({"lib/x86/libflutterx.so": b"", "assets/flutter_assets_x/a": b""}, code("io/flutterx/A")) == {}


@pytest.mark.parametrize(
    ("files", "name", "version"),
    [
        ({"META-INF/androidx.compose.runtime_runtime.version": b"1.5.4\n"}, "compose", "1.5.4"),
        ({"META-INF/androidx.compose.runtime_runtime.version": b"task ':x' property"}, "compose", ""),
        ({"kotlin-tooling-metadata.json": b'{"buildPluginVersion": "1.9.0"}'}, "kotlin", "1.9.0"),
        ({"assets/bin/Data/globalgamemanagers": b"\0" * 20 + b"2021.3.16f1\0"}, "unity", "2021.3.16f1"),
        ({"assets/bin/Data/globalgamemanagers": b"\0" * 400 + b"2021.3.16f1\0"}, "unity", ""),
        ({"assets/bin/Data/data.unity3d": b"UnityFS\0\0\0\0\x075.x.x\x002019.4.1f1\0"}, "unity", "2019.4.1f1"),
        ({"assets/www/cordova.js": b"var PLATFORM_VERSION_BUILD_LABEL = '9.1.0';"}, "cordova", "9.1.0"),
        ({"lib/x86/libflutter.so": b'\0002.19.6 (stable) (Tue) on "android_x64"\0'}, "dart", "2.19.6"),
        ({"assets/index.android.bundle": b"e={version:{major:0,minor:72,patch:4}}"}, "react-native", "0.72.4"),
    ],
)
def test_versions_are_read_where_the_bytes_tell(files, name, version):
    assert found(files)[name][1] == version


def test_a_hermes_bundle_tells_its_bytecode_version():
    header = bytes.fromhex("c61fbc03c103191f") + (90).to_bytes(4, "little")
    assert found({"assets/index.android.bundle": header})["hermes-bytecode"][1] == "90"
    assert "hermes-bytecode" not in found({"assets/index.android.bundle": b"var a;"})


def test_a_version_file_that_cannot_be_read_is_said():
    result, limitations = facts({"assets/www/cordova.js": None})
    assert [fact.what.name for fact in result] == ["cordova"]
    assert [(item.kind, item.place.entry) for item in limitations] == [
        ("container/unread-version", "assets/www/cordova.js")
    ]


def test_a_long_version_is_bounded():
    text = b"1" * 10_000
    assert len(found({"META-INF/androidx.compose.runtime_runtime.version": text})["compose"][1]) < 100


def test_facts_come_in_the_same_order_whatever_the_order_of_entries():
    files = {"lib/x86/libunity.so": b"", "assets/www/cordova.js": b"", "assets/xposed_init": b""}
    assert facts(files)[0] == facts(dict(reversed(files.items())))[0]


def test_knowledge_is_in_order():
    documents = load("frameworks", Document)
    names = [marks.name for document in documents.values() for marks in document.frameworks]
    assert len(names) == len(set(names)) >= 50
    for document in documents.values():
        assert document.source
        assert document.licence
        for marks in document.frameworks:
            assert marks.title
            assert marks.entries or marks.libraries or marks.packages
            assert all(prefix.startswith("L") and prefix.endswith(("/", ";")) for prefix in marks.packages)
            assert all(not entry.startswith("/") for entry in marks.entries)


def test_yaml_has_no_key_that_the_reader_does_not_know():
    for file in sorted((KNOWLEDGE / "frameworks").glob("*.yaml")):
        document = yaml.safe_load(file.read_text("utf-8"))
        known = set(frameworks.Marks.__struct_fields__)
        assert all(set(marks) <= known for marks in document["frameworks"])
        assert set(document) == set(Document.__struct_fields__)


def real(path: Path) -> dict[str, tuple[str, str]]:
    limitations: list[Limitation] = []
    with open_artefact(path, Budget()) as opened:
        where = {entry.path: (part, entry) for part in opened.parts for entry in part.entries}

        def read(name: str) -> bytes | None:
            part, entry = where[name]
            return part.read(entry)

        dex = [name for name in where if name.endswith(".dex")]
        program = Code([read_dex(name, read(name) or b"") for name in dex])
        result = extract(list(where), program, read, limitations)
        return {fact.what.name: (fact.what.mark, fact.what.version) for fact in result}


@pytest.mark.corpus
def test_real_apps_tell_their_frameworks(corpus):
    vim = real(corpus / "realapps/8vim/fdroid__repo__8vim_rc_v0.14.0-rc.3.apk")
    assert vim["kotlin"] == ("entry:kotlin/kotlin.kotlin_builtins", "1.8.22")
    assert vim["kotlin-coroutines"][1] == "1.6.4"
    assert "flutter" not in vim
    assert "xposed-module" in real(corpus / "realapps/mobsf-ondevice/JustTrustMe.apk")
    react = real(corpus / "constituent/renamed/react-native-32.0.0.aar")
    assert react["react-native"][0] == "native:libreactnativejni.so"
