"""Package and application: names, versions, levels, flags after defaults; what hides from readers of names."""

import random
import time
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.artefact.axml import parse_axml
from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import open_artefact
from affidavit.facts.manifest_words import enum_value, enum_word, flag_words
from affidavit.knowledge import load
from affidavit.model.declared import Component, Feature, MetaData, Permission, Query
from affidavit.model.identity import Application, NetworkSecurity, Package
from tests.artefact import manifests
from tests.builders.arsc import Kind, Table, config
from tests.builders.axml import E, Lies, Ref, binary, e, manifest
from tests.facts.declarations import declare, declare_text, places_are_bytes, read
from tests.oracles import aapt


def test_package_names_versions_and_levels():
    package = declare(manifest(target=33, minimum=24)).one(Package)
    assert package == Package("org.example.app", "1.7", 7, min_sdk=24, target_sdk=33)


def test_what_is_not_stated_is_absent():
    package = declare(e("manifest", {"package": "a.b"})).one(Package)
    assert package == Package("a.b")


def test_a_long_version_code_has_a_major_part():
    root = e("manifest", {"package": "a.b", "android:versionCode": 5, "android:versionCodeMajor": 2})
    assert declare(root).one(Package).version_code == 2 << 32 | 5


def test_texts_and_numbers_come_from_resources():
    table = Table([Kind("string", {0: "Shown Name", 1: "9.9"}), Kind("integer", {0: 41})])
    root = e(
        "manifest",
        {"package": "a.b", "android:versionCode": Ref(0x7F020000), "android:versionName": Ref(0x7F010001)},
        e("application", {"android:label": Ref(0x7F010000)}),
    )
    package = declare(root, table.build()).one(Package)
    assert (package.label, package.version_name, package.version_code) == ("Shown Name", "9.9", 41)


def test_a_reference_that_leads_nowhere_is_kept_as_written():
    assert declare(manifest(label=Ref(0x7F0B0001))).one(Package).label == "@7f0b0001"
    table = Table([Kind("string", {0: "a"})]).build()
    assert declare(manifest(label=Ref(0x7F0B0001)), table).one(Package).label == "@7f0b0001"


def test_the_last_uses_sdk_decides():
    first = e("uses-sdk", {"android:targetSdkVersion": 10})
    package = declare(e("manifest", {"package": "a"}, first, e("uses-sdk", {"android:minSdkVersion": 9}))).one(Package)
    assert (package.min_sdk, package.target_sdk) == (9, -1)


def test_a_code_name_for_a_level_is_stated():
    found = declare(e("manifest", {"package": "a"}, e("uses-sdk", {"android:targetSdkVersion": "Baklava"})))
    assert found.one(Package).target_sdk == -1
    assert "manifest/not-a-number" in found.kinds


@pytest.mark.parametrize(
    ("target", "cleartext", "legacy"), [(22, True, True), (27, True, True), (28, False, True), (29, False, False)]
)
def test_application_defaults_follow_the_target(target, cleartext, legacy):
    application = declare(manifest(target=target)).one(Application)
    assert (application.cleartext, application.legacy_storage) == (cleartext, legacy)
    assert (application.debuggable, application.test_only, application.stated) == (False, False, ())
    assert (application.allow_backup, application.extract_native_libs) == (True, True)


def test_without_levels_the_oldest_defaults_hold():
    application = declare(e("manifest", {"package": "a"}, e("application"))).one(Application)
    assert application.cleartext
    assert application.legacy_storage


def test_application_flags_as_stated():
    application = declare(
        manifest(
            name=".App",
            debuggable=True,
            testOnly=True,
            allowBackup=False,
            usesCleartextTraffic=True,
            backupAgent="Agent",
            dataExtractionRules=Ref(0x7F010000),
            extractNativeLibs=False,
            requestLegacyExternalStorage=True,
        ),
        Table([Kind("xml", {0: "res/xml/rules.xml"})]).build(),
    ).one(Application)
    assert application == Application(
        debuggable=True,
        test_only=True,
        allow_backup=False,
        data_extraction_rules="res/xml/rules.xml",
        cleartext=True,
        extract_native_libs=False,
        legacy_storage=True,
        class_name="org.example.app.App",
        backup_agent="org.example.app.Agent",
        stated=(
            "allowBackup",
            "backupAgent",
            "dataExtractionRules",
            "debuggable",
            "extractNativeLibs",
            "name",
            "requestLegacyExternalStorage",
            "testOnly",
            "usesCleartextTraffic",
        ),
    )


def test_a_flag_that_depends_on_the_device_is_stated():
    kinds = [Kind("bool", {0: False}), Kind("bool", {0: True}, config(sdk=21))]
    found = declare(manifest(debuggable=Ref(0x7F010000)), Table(kinds).build())
    assert not found.one(Application).debuggable
    assert "manifest/depends-on-device" in found.kinds


def test_a_flag_that_cannot_be_resolved_is_stated():
    found = declare(manifest(debuggable=Ref(0x7F010000)))
    assert "manifest/unresolved-value" in found.kinds


@pytest.mark.parametrize(("text", "value"), [("true", True), ("TRUE", True), ("1", True), ("yes", False), ("", False)])
def test_a_flag_may_be_a_string(text, value):
    assert declare(manifest(debuggable=text)).one(Application).debuggable is value


def test_a_second_application_has_no_effect():
    root = manifest()
    twice = E(root.name, root.attributes, (*root.children, e("application", {"android:debuggable": True})))
    found = declare(twice)
    assert not found.one(Application).debuggable
    assert "manifest/second-application" in found.kinds


def test_names_without_ids_have_no_effect_and_are_stated():
    found = declare(manifest(debuggable=True), lies=Lies(no_resource_map=True))
    assert not found.one(Application).debuggable
    assert "manifest/attribute-without-id" in found.kinds


def test_ids_count_when_names_are_hidden():
    found = declare(manifest(debuggable=True), lies=Lies(names_hidden=True))
    assert found.one(Application).debuggable


def test_attributes_out_of_order_are_overlooked_and_stated():
    attributes = {"android:debuggable": True, "android:label": "late"}
    found = declare(e("manifest", {"package": "a"}, e("application", attributes)), lies=Lies(unsorted=True))
    assert found.one(Package).label == ""
    assert "manifest/unsorted-attributes" in found.kinds


@pytest.mark.parametrize("root", [e("resources"), e("Manifest", {"package": "a.b"})])
def test_another_root_gives_no_facts_and_a_limitation(root):
    found = declare(root)
    assert not found.facts
    assert "manifest/no-manifest-element" in found.kinds


def test_text_and_binary_manifests_declare_the_same():
    root = manifest(
        e("uses-permission", {"android:name": "android.permission.CAMERA"}),
        e("activity", {"android:name": ".Main", "android:exported": True}),
        e("service", {"android:name": "Work"}),
        label="Name",
        debuggable=True,
    )
    binary_facts = [fact.what for fact in declare(root).facts if not isinstance(fact.what, NetworkSecurity)]
    assert binary_facts == [fact.what for fact in declare_text(root).facts]


def test_every_fact_has_the_place_of_its_element():
    root = manifest(
        e("uses-permission", {"android:name": "android.permission.CAMERA"}),
        e("activity", {"android:name": ".Main"}, e("meta-data", {"android:name": "a", "android:value": 1})),
    )
    assert not places_are_bytes(declare(root))
    assert not places_are_bytes(declare_text(root))


def test_a_split_takes_package_and_levels_from_its_base():
    base = manifest(target=30, permission="org.example.P", process=":p")
    split = e(
        "manifest",
        {"package": "org.example.other", "split": "feature"},
        e("application", {}, e("service", {"android:name": ".Work"})),
    )
    found = declare(split, base=base, entry="feature.apk!/AndroidManifest.xml")
    assert found.one(Package).split == "feature"
    service = found.component("Work")
    assert service.name == "org.example.app.Work"
    assert (service.permission, service.process) == ("org.example.P", "org.example.app:p")
    assert not found.about(Application)
    assert {fact.place.entry for fact in found.facts} == {"feature.apk!/AndroidManifest.xml"}


def test_features_libraries_queries_and_meta_data():
    root = manifest(
        e("uses-feature", {"android:name": "android.hardware.camera", "android:required": False}),
        e("uses-feature", {"android:glEsVersion": 0x30001}),
        e(
            "queries",
            {},
            e("package", {"android:name": "com.example.bank"}),
            e("provider", {"android:authorities": "com.example.data"}),
            e(
                "intent",
                {},
                e("action", {"android:name": "android.intent.action.VIEW"}),
                e("data", {"android:scheme": "https"}),
            ),
        ),
        e("attribution", {"android:tag": "maps", "android:label": "Maps"}),
        e("uses-library", {"android:name": "org.apache.http.legacy", "android:required": False}),
        e("meta-data", {"android:name": "firebase_analytics_collection_enabled", "android:value": False}),
        e("property", {"android:name": "reason", "android:resource": Ref(0x7F010000)}),
        e("service", {"android:name": ".S"}, e("meta-data", {"android:name": "own", "android:value": 3})),
    )
    found = declare(root)
    assert found.about(Feature) == [
        Feature("android.hardware.camera", required=False),
        Feature("glEsVersion 3.1"),
        Feature("org.apache.http.legacy", required=False, library=True),
    ]
    assert found.about(Query) == [
        Query("package", "com.example.bank"),
        Query("provider", "com.example.data"),
        Query("intent", "android.intent.action.VIEW scheme=https"),
    ]
    assert found.about(MetaData) == [
        MetaData("attribution:maps", "Maps"),
        MetaData("firebase_analytics_collection_enabled", "false"),
        MetaData("reason", "@7f010000"),
        MetaData("own", "3", "org.example.app.S"),
    ]


def test_texts_are_bounded():
    found = declare(manifest(e("uses-permission", {"android:name": "p" * 100_000}), label="l" * 100_000))
    assert len(found.one(Package).label) < 3000
    assert len(found.one(Permission).name) < 3000


def test_all_texts_together_are_bounded(monkeypatch):
    from affidavit.facts import manifest_reading

    monkeypatch.setattr(manifest_reading, "_ALL_TEXT", 20_000)
    found = declare(
        manifest(*(e("uses-permission", {"android:name": f"{index}" + "p" * 2000}) for index in range(200)))
    )
    assert sum(len(item.name) for item in found.about(Permission)) < 60_000
    assert "manifest/much-text" in found.kinds


def test_knowledge_states_its_sources():
    for section in ("manifest", "permissions"):
        for document in load(section, dict[str, Any]).values():
            assert document["source"]
            assert document["licence"]
            assert document["date"]


def test_words_of_numbers():
    assert flag_words("foregroundServiceType", 0x80000009) == ("dataSync", "location", "0x80000000")
    assert enum_word("launchMode", 2) == "singleTask"
    assert enum_word("launchMode", 77) == "77"
    assert enum_value("protection", "signature") == 2
    assert enum_value("protection", "none of them") == -1


names = ["name", "label", "exported", "permission", "authorities", "scheme", "host", "path", "value", "minSdkVersion"]
tags = ["application", "activity", "provider", "service", "receiver", "intent-filter", "action", "category", "data"]
tags += ["uses-permission", "uses-sdk", "permission", "queries", "intent", "meta-data", "grant-uri-permission"]
some_values = st.one_of(
    st.text(max_size=12), st.booleans(), st.integers(-(2**31), 2**31 - 1), st.builds(Ref, st.integers(0, 2**32 - 1))
)
some_attributes = st.dictionaries(st.sampled_from([f"android:{name}" for name in names]), some_values, max_size=4)
some_trees = st.recursive(
    st.builds(E, st.sampled_from(tags), some_attributes),
    lambda inner: st.builds(E, st.sampled_from(tags), some_attributes, st.lists(inner, max_size=5).map(tuple)),
    max_leaves=25,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(some_trees, max_size=4))
def test_any_manifest_is_survived_and_facts_can_be_encoded(children):
    found = declare(E("manifest", {"package": "a.b"}, tuple(children)))
    for fact in found.facts:
        repr(fact).encode("utf-8")
    assert not places_are_bytes(found)


def test_a_huge_manifest_takes_bounded_time():
    root = manifest(*(e("activity", {"android:name": f".A{index}"}) for index in range(5000)))
    data = binary(root)
    started = time.process_time()
    found = read(data, None, lambda _: None)
    assert time.process_time() - started < 30  # what is quadratic takes minutes
    assert len(found.facts) > 5000


@pytest.mark.corpus
def test_damaged_real_manifests_are_survived(corpus):
    chance = random.Random(3)  # noqa: S311 - a repeatable sequence
    tables = dict(manifests.all_members(corpus / "realapps", "resources.arsc"))
    some = list(manifests.all_manifests(corpus / "realapps"))
    for _ in range(600):
        path, data = chance.choice(some)
        table = tables.get(path)
        if table is not None and chance.random() < 0.5:
            table = manifests.damaged(table, chance)
        read(manifests.damaged(data, chance), table, lambda _: None)


FOLDERS = ("realapps", "vulnerable", "constituent/apk", "malformed", "signing/fdroidserver")

DIFFERENCES = {
    "Sample_162e513d.apk": "the version code is a string resource: Android converts it, aapt stops there",
    "tests__data__AXML__AndroidManifest_ShortName.apk": "aapt stops at a missing icon; the label is a reference",
    "tests__data__AXML__compact-entry.apk": "compact resource entries are newer than this aapt",
    "tests__res__minimal_SIZE_ExtraField.apk": "this aapt refuses the archive; newer Android opens it",
}
"""Apps for which aapt's summary is not the same, and why."""

NO_MANIFEST = {"tests__data__APK__multidex.apk", "shuriken__tests__compiled__apk_files__test_zip.apk"}


def open_manifest(path):
    """Facts of an app's own manifest, read through our own container; None without a manifest."""
    with open_artefact(path, Budget()) as opened:
        part = opened.parts[0]
        data, table = (
            (entry := part.find(name)) and part.read(entry) for name in ("AndroidManifest.xml", "resources.arsc")
        )
        if data is None:
            return None

        def file(name):
            return (found := part.find(name)) and part.read(found)

        return read(data, table, file)


def all_apps(corpus):
    for folder in FOLDERS:
        yield from sorted((corpus / folder).rglob("*.apk"))


@pytest.mark.corpus
def test_names_versions_and_levels_equal_aapt_for_all_real_apps(corpus):
    seen, different, without = 0, set(), set()
    for path in all_apps(corpus):
        found = open_manifest(path)
        if found is None:
            without.add(path.name)
            continue
        printed = {key: text for key, text in aapt.badge(path).items() if text}
        if summary(found.one(Package)) != printed:
            different.add(path.name)
        seen += 1
    assert different == set(DIFFERENCES)
    assert without == NO_MANIFEST
    assert seen >= 60


def summary(package: Package) -> dict[str, str]:
    """A package as aapt's badging has it, without what is not stated."""
    found = {
        "name": package.name,
        "versionCode": str(package.version_code) if package.version_code >= 0 else "",
        "versionName": package.version_name,
        "sdkVersion": str(package.min_sdk) if package.min_sdk >= 0 else "",
        "targetSdkVersion": str(package.target_sdk) if package.target_sdk >= 0 else "",
        "label": package.label,
    }
    return {key: text for key, text in found.items() if text}


@pytest.mark.corpus
def test_attribute_ids_are_those_of_real_manifests(corpus):
    listed = load("manifest", dict[str, Any])["attributes"]["ids"]
    checked = set()
    for _, data in manifests.all_manifests(corpus):
        for element in parse_axml(data).walk():
            for item in element.attributes:
                if item.resource_id and item.name in listed:
                    assert listed[item.name] == item.resource_id
                    checked.add(item.name)
    assert len(checked) >= 35


@pytest.mark.corpus
def test_manifests_of_real_libraries_are_read(corpus):
    found = {}
    for path in sorted(corpus.rglob("*.aar")):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                found[path.name] = read(archive.read("AndroidManifest.xml"), None, lambda _: None)
    assert len(found) >= 8
    assert all(item.one(Package).name for item in found.values())
    core = found["bugsnag-android-core-6.25.0.aar"]
    assert [item.name for item in core.about(Permission)] == [
        "android.permission.INTERNET",
        "android.permission.ACCESS_NETWORK_STATE",
    ]
    assert core.kinds == {"manifest/of-a-library"}


@pytest.mark.corpus
def test_splits_of_a_real_app_take_levels_from_their_base(corpus):
    with open_artefact(corpus / "bundles" / "mobsf" / "android_xapk.xapk", Budget()) as opened:
        parts = [part for part in opened.parts if part.find("AndroidManifest.xml")]
        texts = [part.read(part.find("AndroidManifest.xml")) for part in parts]
    base = parse_axml(texts[0])
    found = [
        read(data, None, lambda _: None, base=base if index else None, entry=part.prefix + "AndroidManifest.xml")
        for index, (part, data) in enumerate(zip(parts, texts, strict=True))
    ]
    assert len([item for item in found if item.about(Application)]) == 1
    assert {item.one(Package).name for item in found} == {"com.tfg.samples.dynamicfeatures.ondemand"}
    added = {component.name for item in found[1:] for component in item.about(Component)}
    assert len(added) >= 2


@pytest.mark.corpus
def test_catalogue_of_real_apps_agrees(corpus):
    lines = (corpus / "CATALOG.tsv").read_text("utf-8").splitlines()
    keys = lines[0].split("\t")
    checked = 0
    for line in lines[1:]:
        row = dict(zip(keys, line.split("\t"), strict=False))
        if not row.get("package") or not row["path"].endswith(".apk") or "@" in row["versionName"] + row["versionCode"]:
            continue
        found = open_manifest(corpus / row["path"])
        package = found.one(Package)
        levels = [str(level) if level >= 0 else "" for level in (package.min_sdk, package.target_sdk)]
        assert [package.name, *levels] == [row["package"], row["min"], row["target"]], row["path"]
        assert package.version_name == row["versionName"], row["path"]
        checked += 1
    assert checked >= 110
