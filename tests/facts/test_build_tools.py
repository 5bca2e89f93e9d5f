"""Build tools: named by files and by marker strings, with the text that says so."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from affidavit.dalvik.classfile import read_classes
from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.unit import Unit
from affidavit.facts.build_tools import Document, extract
from affidavit.knowledge import load
from affidavit.model.fact import Fact
from affidavit.model.identity import BuildTool
from affidavit.model.limitation import Limitation
from tests.builders.classfile import ClassBuilder
from tests.builders.dex import DexBuilder, Method

MARKER = '~~R8{"backend":"dex","compilation-mode":"release","min-api":21,"version":"8.1.56"}'


@dataclass
class Code:
    units: list[Unit]


def loading(*texts: str) -> Unit:
    """A unit of one method that loads these strings."""
    code = [("ldc_w", text) for text in texts]
    return read_classes("x.jar", [("x.jar!/A.class", ClassBuilder("A").method("m", "()V", code).build())])


def facts(files: Mapping[str, bytes | None], *units: Unit) -> tuple[list[Fact], list[Limitation]]:
    limitations: list[Limitation] = []
    return list(extract(list(files), Code(list(units)), files.get, limitations)), limitations


def tools(files: Mapping[str, bytes | None], *units: Unit) -> list[tuple[str, str]]:
    return [(fact.what.name, fact.what.version) for fact in facts(files, *units)[0]]


@pytest.mark.parametrize(
    ("entry", "data", "expected"),
    [
        (
            "META-INF/com/android/build/gradle/app-metadata.properties",
            b"appMetadataVersion=1.1\nandroidGradlePluginVersion=8.0.2\n",
            [("agp", "8.0.2")],
        ),
        (
            "kotlin-tooling-metadata.json",
            b'{"buildSystem": "Gradle", "buildSystemVersion": "8.0", "buildPluginVersion": "1.8.22"}',
            [("gradle", "8.0"), ("kotlin", "1.8.22")],
        ),
        ("META-INF/version-control-info.textproto", b'repositories {\n  revision: "cf53"\n}', [("git", "cf53")]),
        (
            "META-INF/MANIFEST.MF",
            b"Manifest-Version: 1.0\r\nBuilt-By: Signflinger\r\nCreated-By: Android Gradle 7.2.2\r\n",
            [("agp", "7.2.2"), ("signflinger", "")],
        ),
        ("META-INF/MANIFEST.MF", b"Created-By: 1.6.0_22 (Sun Microsystems Inc.)\r\n", []),
        ("META-INF/MANIFEST.MF", b"", []),
    ],
)
def test_files_name_tools(entry, data, expected):
    assert tools({entry: data}) == expected


def test_the_text_that_says_so_is_kept():
    found, _ = facts({"META-INF/MANIFEST.MF": b"Created-By: Android Gradle 7.2.2\r\n"})
    assert found[0].what == BuildTool("agp", "7.2.2", "Created-By: Android Gradle 7.2.2")
    assert found[0].place.entry == "META-INF/MANIFEST.MF"


def test_a_file_that_cannot_be_read_is_said():
    _, limitations = facts({"META-INF/MANIFEST.MF": None})
    assert [item.kind for item in limitations] == ["container/unread-version"]


def test_a_marker_string_names_its_tool_and_place():
    unit = loading("other", MARKER)
    found, _ = facts({}, unit)
    assert found[0].what == BuildTool("r8", "8.1.56", MARKER)
    assert found[0].place.entry == "x.jar!/A.class"
    assert bytes(unit.data[0])[found[0].place.offset :].startswith(b"~~R8{")


def test_a_marker_in_a_dex_file_is_found():
    data = DexBuilder().add_class(
        "LA;", methods=[Method("m", "()V", code=[("const-string", 0, MARKER), ("return-void",)])]
    )
    raw = data.build()
    found, _ = facts({}, read_dex("classes.dex", raw))
    assert [(fact.what.name, fact.what.version) for fact in found] == [("r8", "8.1.56")]
    assert raw[found[0].place.offset :].startswith(b"~~R8{")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('~~D8{"version":"3.2.74"}', [("d8", "3.2.74")]),
        ("~~D8{broken", [("d8", "")]),
        ('~~D8{"version":7}', [("d8", "")]),
        ('~~D8{"version":"\\ud800"}', [("d8", "\\ud800")]),
        ("~~D8" + "{" * 40_000, [("d8", "")]),
        ("~~XX{}", []),
        ("~~", []),
        ("~~R8", []),
        ('x~~R8{"version":"1"}', []),
    ],
)
def test_markers_are_read_without_trust(text, expected):
    assert tools({}, loading(text)) == expected


def test_a_marker_in_several_files_is_one_fact():
    assert tools({}, loading(MARKER), loading("a", MARKER)) == [("r8", "8.1.56")]


def test_many_markers_are_bounded():
    assert len(tools({}, loading(*(f'~~R8{{"version":"{number}"}}' for number in range(200))))) == 64


def test_long_texts_are_bounded():
    found, _ = facts({}, loading('~~R8{"version":"' + "9" * 5_000 + '"}'))
    assert len(found[0].what.text) < 1_100
    assert len(found[0].what.version) < 200


def test_without_code_only_files_are_read():
    limitations: list[Limitation] = []
    assert list(extract([], None, {}.get, limitations)) == []


def test_knowledge_is_in_order():
    documents = load("build_tools", Document)
    assert documents
    for document in documents.values():
        assert document.source
        assert document.licence
        entries = [file.entry for file in document.files]
        assert len(entries) == len(set(entries))
        assert all(tool.name and tool.key for file in document.files for tool in file.tools)
