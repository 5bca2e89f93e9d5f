"""What Info.plist and privacy manifests declare becomes facts, bounded, whatever their types are."""

import plistlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.facts.apple_info import Document, bundle, declarations, privacy, text, texts
from affidavit.model.apple import (
    AppleBundle,
    AppleSetting,
    CollectedData,
    PrivacyManifest,
    RequiredReason,
    TransportSecurity,
    UrlScheme,
    UsageDescription,
)

ENTRY = "Payload/My.app/Info.plist"


def document(content, *, binary: bool = False) -> Document:
    data = plistlib.dumps(content, fmt=plistlib.FMT_BINARY if binary else plistlib.FMT_XML)
    return Document(ENTRY, data, content, [])


def said(content) -> list:
    return [fact.what for fact in declarations(document(content))]


def test_a_bundle_is_what_its_keys_say():
    content = {
        "CFBundleIdentifier": "org.example.app",
        "CFBundleName": "Short",
        "CFBundleDisplayName": "Long name",
        "CFBundleShortVersionString": "1.2",
        "CFBundleVersion": 7,
        "UIDeviceFamily": [1, 2, 99],
        "NSExtension": {"NSExtensionPointIdentifier": "com.apple.share-services"},
    }
    made = bundle(document(content), "extension").what
    assert made == AppleBundle(
        form="extension",
        name="org.example.app",
        version="1.2",
        build="7",
        label="Long name",
        devices=("iphone", "ipad", "device-99"),
        extension_point="com.apple.share-services",
    )


def test_usage_descriptions_and_settings_have_the_place_of_their_key():
    content = {
        "NSCameraUsageDescription": "to scan",
        "NSFooBarUsageDescription": "new one",
        "UIBackgroundModes": ["location", "fetch"],
        "UIFileSharingEnabled": True,
        "NSUsageDescription": "no",
        "SKAdNetworkItems": [{"SKAdNetworkIdentifier": "abc.skadnetwork"}],
    }
    made = list(declarations(document(content)))
    assert [fact.what for fact in made] == [
        UsageDescription("NSCameraUsageDescription", "to scan"),
        UsageDescription("NSFooBarUsageDescription", "new one"),
        AppleSetting("SKAdNetworkItems", ("abc.skadnetwork",)),
        AppleSetting("UIBackgroundModes", ("location", "fetch")),
        AppleSetting("UIFileSharingEnabled", ("true",)),
    ]
    for binary in (False, True):
        source = document(content, binary=binary)
        for fact in declarations(source):
            assert source.data[fact.place.offset :].startswith(fact.what.key.encode())


def test_url_schemes_are_those_it_opens_and_those_it_looks_for():
    content = {
        "CFBundleURLTypes": [{"CFBundleURLSchemes": ["myapp", "fb123"]}, {"CFBundleURLName": "none"}, "odd"],
        "LSApplicationQueriesSchemes": ["weixin", "alipay"],
    }
    assert said(content) == [
        UrlScheme("handles", "myapp"),
        UrlScheme("handles", "fb123"),
        UrlScheme("queries", "weixin"),
        UrlScheme("queries", "alipay"),
    ]


def test_exceptions_from_transport_security_are_listed_by_domain():
    content = {
        "NSAppTransportSecurity": {
            "NSAllowsArbitraryLoads": True,
            "NSExceptionDomains": {
                "example.org": {"NSExceptionAllowsInsecureHTTPLoads": True, "NSIncludesSubdomains": True},
                "example.net": {"NSExceptionMinimumTLSVersion": "TLSv1.0"},
                "odd": "text",
            },
        }
    }
    assert said(content) == [
        TransportSecurity("NSAllowsArbitraryLoads", "true"),
        TransportSecurity("NSExceptionAllowsInsecureHTTPLoads", "true", "example.org", subdomains=True),
        TransportSecurity("NSExceptionMinimumTLSVersion", "TLSv1.0", "example.net"),
    ]


def test_a_privacy_manifest_is_read_whole():
    content = {
        "NSPrivacyTracking": True,
        "NSPrivacyTrackingDomains": ["track.example"],
        "NSPrivacyCollectedDataTypes": [
            {
                "NSPrivacyCollectedDataType": "NSPrivacyCollectedDataTypeEmailAddress",
                "NSPrivacyCollectedDataTypeLinked": True,
                "NSPrivacyCollectedDataTypeTracking": False,
                "NSPrivacyCollectedDataTypePurposes": ["NSPrivacyCollectedDataTypePurposeAnalytics"],
            },
            "odd",
        ],
        "NSPrivacyAccessedAPITypes": [
            {
                "NSPrivacyAccessedAPIType": "NSPrivacyAccessedAPICategoryUserDefaults",
                "NSPrivacyAccessedAPITypeReasons": ["CA92.1"],
            }
        ],
    }
    assert [fact.what for fact in privacy(document(content))] == [
        PrivacyManifest(tracking=True, domains=("track.example",)),
        CollectedData(
            "NSPrivacyCollectedDataTypeEmailAddress",
            linked=True,
            tracking=False,
            purposes=("NSPrivacyCollectedDataTypePurposeAnalytics",),
        ),
        RequiredReason("NSPrivacyAccessedAPICategoryUserDefaults", ("CA92.1",)),
    ]
    assert [fact.what for fact in privacy(document({}))] == [PrivacyManifest(None)]


def test_long_lists_and_texts_are_cut_and_that_is_said():
    source = document({"LSApplicationQueriesSchemes": [f"s{number}" for number in range(900)]})
    assert len(list(declarations(source))) == 500
    assert [item.kind for item in source.limitations] == ["manifest/many-declarations"]
    assert text("x" * 9_000).endswith("…(+6952)")
    assert texts(list(range(200)))[-1] == "…(+100)"
    assert texts([[1], {"a": 1}, None, 2]) == ("…", "1", "…", "2")


def test_a_key_that_does_not_stand_as_text_has_no_place():
    source = Document(ENTRY, b"", {}, [])
    assert (source.offset("missing"), source.offset("")) == (-1, -1)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=12,
)
KEYS = st.sampled_from([
    "CFBundleIdentifier", "CFBundleURLTypes", "LSApplicationQueriesSchemes", "NSAppTransportSecurity", "NSExtension",
    "UIDeviceFamily", "UIBackgroundModes", "NSCameraUsageDescription", "NSPrivacyTracking",
    "NSPrivacyAccessedAPITypes", "NSPrivacyTrackingDomains", "NSPrivacyCollectedDataTypes",
])  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=8))
def test_values_of_any_type_are_read_without_failing(content):
    source = Document(ENTRY, b"", content, [])
    facts = [bundle(source, "app"), *declarations(source), *privacy(source)]
    assert all(len(fact.id) == 17 for fact in facts)


@pytest.mark.parametrize("value", [float("inf"), 1 << 200, "\ud800", b"\xff"])
def test_odd_scalars_are_text_or_nothing(value):
    assert isinstance(text(value), str)
