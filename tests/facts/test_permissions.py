"""Permissions: what is asked for, what is known of it at the app's level, what is defined; compared with peers."""

import pytest

from affidavit.facts.permissions import known, notes
from affidavit.model.declared import Permission, PermissionDefinition
from tests.builders.axml import e, manifest
from tests.facts.declarations import declare, declare_text
from tests.facts.test_manifest import all_apps, open_manifest
from tests.oracles import aapt

PREFIX = "android.permission."


def ask(name: str, element: str = "uses-permission", **attributes: object):
    return e(element, {"android:name": name} | {f"android:{key}": value for key, value in attributes.items()})


def asked(name: str, target: int = 30, **attributes: object) -> Permission:
    return declare(manifest(ask(PREFIX + name, **attributes), target=target)).one(Permission)


def test_a_permission_has_protection_group_and_first_level():
    camera = asked("CAMERA")
    assert camera.name == "android.permission.CAMERA"
    assert camera.protection == "dangerous|instant"
    assert camera.group == "android.permission-group.CAMERA"
    assert (camera.since, camera.max_sdk, camera.sdk23) == (4, -1, False)


def test_a_permission_of_someone_else_is_known_by_name_only():
    found = declare(manifest(ask("com.vendor.permission.PRINT"))).one(Permission)
    assert found == Permission("com.vendor.permission.PRINT")


def test_bounds_flags_and_the_form_for_level_23():
    assert asked("READ_EXTERNAL_STORAGE", maxSdkVersion=32).max_sdk == 32
    assert asked("BLUETOOTH_SCAN", usesPermissionFlags=0x10000).flags == ("neverForLocation",)
    assert asked("CAMERA", element="uses-permission-sdk-23").sdk23
    assert asked("CAMERA", element="uses-permission-sdk-m").sdk23


def test_every_asking_element_is_a_fact_of_its_own():
    root = manifest(ask(PREFIX + "CAMERA"), ask(PREFIX + "CAMERA", maxSdkVersion=28))
    found = declare(root)
    assert len(found.about(Permission)) == 2
    assert len({fact.id for fact in found.facts}) == len(found.facts)


def test_an_asking_element_without_a_name_is_stated():
    found = declare(manifest(e("uses-permission")))
    assert not found.about(Permission)
    assert "manifest/nameless" in found.kinds


@pytest.mark.parametrize(
    ("name", "target", "words"),
    [
        ("ACCESS_FINE_LOCATION", 28, "adds ACCESS_BACKGROUND_LOCATION"),
        ("ACCESS_FINE_LOCATION", 31, "approximate location only"),
        ("ACCESS_BACKGROUND_LOCATION", 29, "split from ACCESS_FINE_LOCATION"),
        ("READ_EXTERNAL_STORAGE", 33, "READ_MEDIA_IMAGES"),
        ("WRITE_EXTERNAL_STORAGE", 30, "no additional access"),
        ("READ_MEDIA_IMAGES", 33, "split from READ_EXTERNAL_STORAGE at 33"),
        ("BLUETOOTH", 31, "BLUETOOTH_SCAN"),
        ("BLUETOOTH_CONNECT", 31, "split from BLUETOOTH"),
        ("POST_NOTIFICATIONS", 33, "run time from Android 13"),
        ("FOREGROUND_SERVICE_LOCATION", 34, "needed from target 34"),
        ("READ_PHONE_STATE", 29, "identifiers are refused"),
        ("READ_PHONE_STATE", 28, "IMEI"),
        ("QUERY_ALL_PACKAGES", 30, "other apps are hidden"),
        ("CAMERA", 22, "granted at installation"),
        ("READ_CONTACTS", 15, "adds READ_CALL_LOG"),
    ],
)
def test_notes_fit_the_target_level(name, target, words):
    assert any(words in note for note in asked(name, target).notes)


@pytest.mark.parametrize(
    ("name", "target", "words"),
    [
        ("ACCESS_FINE_LOCATION", 29, "adds ACCESS_BACKGROUND_LOCATION"),
        ("READ_EXTERNAL_STORAGE", 32, "has no effect"),
        ("FOREGROUND_SERVICE_LOCATION", 33, "needed from target 34"),
        ("CAMERA", 23, "granted at installation"),
        ("INTERNET", 22, "granted at installation"),
    ],
)
def test_notes_of_other_levels_are_left_out(name, target, words):
    assert not any(words in note for note in asked(name, target).notes)


def test_notes_are_sorted_and_a_dropped_permission_says_so():
    texts = notes(PREFIX + "READ_PHONE_STATE", 28)
    assert list(texts) == sorted(texts)
    gone = PREFIX + "ACCESS_ALL_EXTERNAL_STORAGE"
    assert known(gone).removed == 23
    assert notes(gone, 30) == ("no longer defined by the platform from 23",)


@pytest.mark.parametrize(
    ("name", "protection", "group", "since"),
    [
        ("INTERNET", "normal|instant", "", 4),
        ("READ_CONTACTS", "dangerous", "android.permission-group.CONTACTS", 4),
        ("RECORD_AUDIO", "dangerous|instant", "android.permission-group.MICROPHONE", 4),
        ("POST_NOTIFICATIONS", "dangerous|instant", "android.permission-group.NOTIFICATIONS", 33),
        ("READ_MEDIA_VIDEO", "dangerous", "android.permission-group.READ_MEDIA_VISUAL", 33),
        ("ACTIVITY_RECOGNITION", "dangerous|instant", "android.permission-group.ACTIVITY_RECOGNITION", 29),
        ("BIND_ACCESSIBILITY_SERVICE", "signature", "", 16),
    ],
)
def test_well_known_permissions_are_as_documented(name, protection, group, since):
    entry = known(PREFIX + name)
    assert (entry.protection, entry.group, entry.since) == (protection, group, since)


OTHER_SNAPSHOT = {"android.permission.MANAGE_SAFETY_CENTER"}
"""Permissions whose level changed between the two sources' snapshots of API level 36."""


def test_knowledge_agrees_with_the_lists_of_a_peer():
    """androguard carries its own copies of the platform's lists; the newest must agree on names and levels."""
    from androguard.core.api_specific_resources import load_permissions

    theirs = load_permissions(36)
    missing = {name for name in theirs if known(name) is None}
    assert not missing
    ours = {name: known(name).protection.partition("|")[0] for name in theirs}
    listed = {name: (entry["protectionLevel"] or "normal").partition("|")[0] for name, entry in theirs.items()}
    assert {name for name in theirs if ours[name] != listed[name]} == OTHER_SNAPSHOT


@pytest.mark.parametrize(
    ("level", "words"),
    [
        (0, "normal"),
        (1, "dangerous"),
        (2, "signature"),
        (3, "signatureOrSystem"),
        (0x12, "signature|privileged"),
        (0x2002, "signature|runtime"),
        (0x80000004 - (1 << 32), "internal|0x80000000"),
    ],
)
def test_a_defined_permission_has_its_level_in_words(level, words):
    definition = e("permission", {"android:name": "a.P", "android:protectionLevel": level})
    assert declare(manifest(definition)).one(PermissionDefinition) == PermissionDefinition("a.P", words)


def test_a_defined_permission_is_normal_by_default_and_may_have_a_group():
    definition = e("permission", {"android:name": "a.P", "android:permissionGroup": "a.G"})
    assert declare(manifest(definition)).one(PermissionDefinition) == PermissionDefinition("a.P", "normal", "a.G")


def test_a_level_in_text_is_kept_in_words():
    definition = e("permission", {"android:name": "a.P", "android:protectionLevel": "signature|privileged"})
    assert declare_text(manifest(definition)).one(PermissionDefinition).protection == "signature|privileged"
    odd = e("permission", {"android:name": "a.P", "android:protectionLevel": "whatever"})
    found = declare_text(manifest(odd))
    assert found.one(PermissionDefinition).protection == "normal"
    assert "manifest/not-a-number" in found.kinds


EXPLAINED: dict[str, str] = {
    "tests__res__minimal_SIZE_ExtraField.apk": "this aapt refuses the archive; newer Android opens it",
}
"""Apps for which the permissions are not those that aapt lists, and why."""


@pytest.mark.corpus
def test_permissions_equal_aapt_for_all_real_apps(corpus):
    different, count = set(), 0
    for path in all_apps(corpus):
        found = open_manifest(path)
        if found is None:
            continue
        ours = sorted(item.name for item in found.about(Permission))
        if ours != aapt.permissions(path):
            different.add(path.name)
        count += len(ours)
    assert different <= set(EXPLAINED)
    assert count > 260


@pytest.mark.corpus
@pytest.mark.parametrize(
    "name",
    [
        "realapps/exodus-core/apks__blooddonation.apk",
        "realapps/uiautomator2/app-uiautomator-3.7.1.apk",
        "vulnerable/quark-apk-samples/InsecureBankv2.apk",
    ],
)
def test_androguard_reads_the_same(corpus, name):
    from androguard.core.apk import APK
    from loguru import logger

    logger.remove()
    theirs = APK(str(corpus / name))
    found = open_manifest(corpus / name)
    assert sorted({item.name for item in found.about(Permission)}) == sorted(set(theirs.get_permissions()))
    forms = {"activity": theirs.get_activities, "service": theirs.get_services}
    forms |= {"receiver": theirs.get_receivers, "provider": theirs.get_providers}
    from affidavit.model.declared import Component

    for form, listed in forms.items():
        assert sorted(item.name for item in found.about(Component) if item.form == form) == sorted(listed()), form


@pytest.mark.corpus
def test_apkinspector_reads_the_same_attributes(corpus):
    import io

    from apkInspector.axml import get_manifest

    compared = 0
    for path in all_apps(corpus):
        found = open_manifest(path)
        if found is None or path.stat().st_size > 200_000 or found.limitations:
            continue
        theirs = get_manifest(io.BytesIO(found.data))
        for item in found.about(Permission):
            assert f'"{item.name}"' in theirs, path.name
            compared += 1
    assert compared > 0
