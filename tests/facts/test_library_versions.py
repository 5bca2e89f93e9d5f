"""Library versions: read from the files that builds leave, never guessed."""

import zipfile
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.facts.library_versions import Document, extract
from affidavit.knowledge import load
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation


def facts(files: Mapping[str, bytes | None]) -> tuple[list[Fact], list[Limitation]]:
    limitations: list[Limitation] = []
    return list(extract(list(files), files.get, limitations)), limitations


def versions(files: Mapping[str, bytes | None]) -> dict[str, str]:
    return {fact.what.coordinates: fact.what.version for fact in facts(files)[0]}


@pytest.mark.parametrize(
    ("entry", "data", "coordinates", "version"),
    [
        ("META-INF/androidx.core_core-ktx.version", b"1.9.0\n", "androidx.core:core-ktx", "1.9.0"),
        ("META-INF/androidx.compose.ui_ui.version", b"1.5.0-alpha01\r\n", "androidx.compose.ui:ui", "1.5.0-alpha01"),
        (
            "META-INF/kotlinx_coroutines_core.version",
            b"1.6.4",
            "org.jetbrains.kotlinx:kotlinx-coroutines-core",
            "1.6.4",
        ),
        ("base.apk!/META-INF/androidx.core_core.version", b"1.3.0", "androidx.core:core", "1.3.0"),
        ("META-INF/alone.version", b"2.0", "alone", "2.0"),
        (
            "play-services-base.properties",
            b"version=16.0.1\nclient=play-services-base\nplay-services-base_client=16.0.1\n",
            "com.google.android.gms:play-services-base",
            "16.0.1",
        ),
        (
            "firebase-common.properties",
            b"version=20.1\nclient=firebase-common",
            "com.google.firebase:firebase-common",
            "20.1",
        ),
        ("other.properties", b"version=3.1\nclient=other", "other", "3.1"),
        (
            "META-INF/maven/com.squareup.okio/okio/pom.properties",
            b"#Generated\nversion=1.17.5\ngroupId=com.squareup.okio\nartifactId=okio\n",
            "com.squareup.okio:okio",
            "1.17.5",
        ),
    ],
)
def test_files_state_coordinates_and_version(entry, data, coordinates, version):
    assert versions({entry: data}) == {coordinates: version}
    assert facts({entry: data})[0][0].place.entry == entry


@pytest.mark.parametrize(
    ("entry", "data"),
    [
        ("META-INF/androidx.core_core.version", b"task ':core:core:writeVersionFile' property 'version'"),
        ("META-INF/androidx.core_core.version", b""),
        ("META-INF/sub/androidx.core_core.version", b"1.0"),
        ("assets/androidx.core_core.version", b"1.0"),
        ("plain.properties", b"version=1.0\nname=x"),
        ("assets/play-services-base.properties", b"version=1.0\nclient=play-services-base"),
        ("META-INF/maven/g/a/pom.properties", b"version=1.0\ngroupId=g"),
        ("pom.properties", b"version=1.0\ngroupId=g\nartifactId=a"),
    ],
)
def test_what_states_no_version_gives_no_fact(entry, data):
    assert facts({entry: data}) == ([], [])


def test_a_file_that_cannot_be_read_is_said():
    found, limitations = facts({"META-INF/androidx.core_core.version": None})
    assert found == []
    assert [item.kind for item in limitations] == ["container/unread-version"]


def test_the_number_of_files_is_bounded_and_said():
    found, limitations = facts({f"META-INF/g_a{number}.version": b"1.0" for number in range(2_100)})
    assert len(found) == 2_000
    assert [item.kind for item in limitations] == ["container/many-version-files"]


def test_texts_are_bounded_and_encodable():
    found, _ = facts({"META-INF/" + "x" * 2_000 + "_a.version": b"1" * 5_000, "META-INF/g_a.version": b"1\xff"})
    assert len(found) == 2
    assert all(len(fact.what.coordinates) < 300 and len(fact.what.version) < 300 for fact in found)
    assert versions({"META-INF/g_a.version": b"1\xff"}) == {"g:a": "1\\xff"}


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_left(data):
    names = ["META-INF/g_a.version", "x.properties", "META-INF/maven/g/a/pom.properties"]
    for fact in facts(dict.fromkeys(names, data))[0]:
        (fact.what.coordinates + fact.what.version).encode("utf-8")


def test_knowledge_is_in_order():
    document = load("library_versions", Document)["files"]
    assert document.source
    assert all(":" in coordinates for coordinates in document.artifacts.values())


@pytest.mark.corpus
def test_a_real_app_states_its_libraries(corpus):
    with zipfile.ZipFile(corpus / "realapps/8vim/fdroid__repo__8vim_rc_v0.14.0-rc.3.apk") as container:
        files = {name: container.read(name) for name in container.namelist() if not name.startswith("res/")}
    found = versions(files)
    expected = {name for name in files if name.startswith("META-INF/") and name.endswith(".version")}
    stated = [name for name in expected if files[name][:1].isdigit()]
    assert len(found) == len(stated) > 30
    assert found["androidx.activity:activity"] == "1.6.0"
