"""What the report says of an iOS app: its declarations, its name and signer; and nothing of the kind for other apps."""

import plistlib

import pytest

import affidavit
from affidavit.report import render
from affidavit.report.apple import declared_in_words, declared_rows
from affidavit.report.overview import Facts
from affidavit.report.signed import signed_by
from tests.builders.ios_app import App
from tests.cli.conftest import app_bytes

PRIVACY = plistlib.dumps({
    "NSPrivacyTracking": True,
    "NSPrivacyTrackingDomains": ["track.example"],
    "NSPrivacyCollectedDataTypes": [{"NSPrivacyCollectedDataType": "Email", "NSPrivacyCollectedDataTypeLinked": True}],
    "NSPrivacyAccessedAPITypes": [{"NSPrivacyAccessedAPIType": "Disk", "NSPrivacyAccessedAPITypeReasons": ["E174.1"]}],
})  # fmt: skip
INFO = {
    "NSCameraUsageDescription": "<script>alert(1)</script> \u202e|=cmd()",
    "CFBundleURLTypes": [{"CFBundleURLSchemes": ["myapp"]}],
    "LSApplicationQueriesSchemes": ["weixin"],
    "UIBackgroundModes": ["location", "fetch"],
    "NSAppTransportSecurity": {
        "NSAllowsArbitraryLoads": True,
        "NSExceptionDomains": {
            "example.net": {"NSIncludesSubdomains": True, "NSExceptionRequiresForwardSecrecy": False}
        },
    },
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("ios") / "My.ipa"
    path.write_bytes(App(info=INFO, files={"PrivacyInfo.xcprivacy": PRIVACY}).build())
    return affidavit.review(path).affidavit


def test_every_kind_of_declaration_has_its_row(made):
    rows = declared_rows(Facts(made.facts))
    assert rows[0] == ("app", "org.example.app", "My App 1.2.3 (iPhoneOS from 15.0)")
    assert {
        ("asks for access", "NSCameraUsageDescription", INFO["NSCameraUsageDescription"]),
        ("setting", "UIBackgroundModes", "location, fetch"),
        ("URL scheme", "myapp", "opened by"),
        ("URL scheme", "weixin", "looks for apps that open"),
        ("transport security", "NSAllowsArbitraryLoads", "true, for all connections"),
        ("transport security", "NSExceptionRequiresForwardSecrecy", "false, for example.net and below"),
        ("privacy manifest", "tracking", "yes; track.example"),
        ("says it collects", "Email", "linked to the user: yes, for tracking: not said"),
        ("says why it calls", "Disk", "E174.1"),
        ("entitlement", "get-task-allow", "true"),
        ("granted by the profile", "get-task-allow", "true"),
    } <= set(rows)
    (profile,) = [row for row in rows if row[0] == "provisioning profile"]
    assert profile[2] == "development, Test Team TEAM123456, until 2025-01-02; undetermined"


def test_a_sentence_says_how_much_is_declared(made):
    said = declared_in_words(Facts(made.facts))
    assert said == "1 bundle; asks for access: Camera; 2 entitlements; provisioned for development"


def test_other_apps_have_none_of_it(tmp_path):
    (tmp_path / "a.apk").write_bytes(app_bytes())
    facts = Facts(affidavit.review(tmp_path / "a.apk").affidavit.facts)
    assert (declared_rows(facts), declared_in_words(facts)) == ([], "")


def test_the_signer_of_the_app_itself_is_named_without_calling_it_verified(made):
    said = signed_by(Facts(made.facts))
    assert "Apple Development: Test" in said
    assert said.startswith("nobody whose signature was verified")


@pytest.mark.parametrize("form", ["html", "markdown", "terminal"])
def test_the_reports_show_it_and_nothing_in_it_becomes_markup(form, made):
    page = render(made, form).decode()
    assert "org.example.app" in page
    assert "Camera" in page
    assert "<script>alert" not in page.replace("`<script>alert", "")  # Markdown shows it as code
    assert "\u202e" not in page


@pytest.mark.corpus
def test_a_real_signer_is_verified_by_name(corpus):
    path = corpus / "ios" / "mastg" / "Crackmes__iOS__Level_01__UnCrackable-Level1.ipa"
    said = signed_by(Facts(affidavit.review(path).affidavit.facts))
    assert "CN=iPhone Distribution: Vantage Point Security Pte. Ltd." in said
    assert "verified by apple" in said
