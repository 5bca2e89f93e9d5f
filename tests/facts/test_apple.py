"""An iOS app under review: what it is and declares is found; no rule about Android says that something is not shown."""

import plistlib
from collections import Counter

import pytest

import affidavit
from affidavit.artefact.budget import Budget
from affidavit.evidence.derive import derive
from affidavit.evidence.proofs import broken
from affidavit.facts import apple
from affidavit.facts.apple import without_signers
from affidavit.model.apple import (
    AppleBundle,
    AppleSetting,
    PrivacyManifest,
    TransportSecurity,
    UrlScheme,
    UsageDescription,
)
from affidavit.model.code import CodeUnit
from affidavit.model.finding import Answer
from affidavit.model.identity import Package
from affidavit.report import FORMATS, render
from tests.builders.apple import Sealing, ipa
from tests.builders.ios_app import App, framework
from tests.builders.macho import ROOM, fat, image, library, signed_image
from tests.builders.zip import zip_of

DECLARED = {
    "NSCameraUsageDescription": "to scan",
    "UIBackgroundModes": ["location"],
    "CFBundleURLTypes": [{"CFBundleURLSchemes": ["myapp"]}],
    "NSAppTransportSecurity": {"NSAllowsArbitraryLoads": True},
}
PRIVACY = plistlib.dumps({"NSPrivacyTracking": False})


@pytest.fixture
def review(tmp_path):
    def made(data: bytes, budget: Budget | None = None):
        (tmp_path / "My.ipa").write_bytes(data)
        return derive(tmp_path / "My.ipa", budget)

    return made


def about(made, kind):
    return [fact.what for fact in made.facts if isinstance(fact.what, kind)]


def limits(made) -> set[str]:
    return {item.kind for item in made.limitations}


@pytest.mark.parametrize("binary", [False, True])
def test_an_app_is_what_its_info_says(binary, review):
    made = review(App(info=DECLARED, binary=binary, files={"PrivacyInfo.xcprivacy": PRIVACY}).build())
    assert made.manifest.artefact.kind == "ipa"
    (own,) = about(made, AppleBundle)
    assert (own.form, own.name, own.label, own.version, own.build) == (
        "app",
        "org.example.app",
        "My App",
        "1.2.3",
        "45",
    )
    assert (own.minimum_os, own.platforms, own.devices) == ("15.0", ("iPhoneOS",), ("iphone", "ipad"))
    assert about(made, UsageDescription) == [UsageDescription("NSCameraUsageDescription", "to scan")]
    assert about(made, AppleSetting) == [AppleSetting("UIBackgroundModes", ("location",))]
    assert about(made, UrlScheme) == [UrlScheme("handles", "myapp")]
    assert about(made, TransportSecurity) == [TransportSecurity("NSAllowsArbitraryLoads", "true")]
    assert about(made, PrivacyManifest) == [PrivacyManifest(tracking=False)]
    assert not about(made, Package)


def test_no_rule_about_android_says_that_something_is_not_shown(review):
    made = review(App(info=DECLARED, code=b"https://api.somebank.de/v1\0" + bytes(9_000)).build())
    answers = Counter(finding.answer for finding in made.findings)
    assert answers[Answer.UNDETERMINED] > 100
    shown = {finding.rule for finding in made.findings if finding.answer is Answer.SHOWN}
    assert shown == {"network/endpoints"}
    denied = {finding.rule for finding in made.findings if finding.answer is Answer.NOT_SHOWN}
    assert denied <= {"transport/http-addresses"}  # addresses in all bytes were looked for
    assert {"code/native-not-analysed", "container/not-android", "manifest/absent"} <= limits(made)
    assert not list(broken(made))


def test_the_name_of_a_listed_app_ties_an_ios_app_too(review):
    made = review(App(info={"CFBundleIdentifier": "com.zhiliaoapp.musically"}).build())
    assert ("tiktok", "package") in {(item.app, item.by) for item in made.law.bindings}
    inner = App().bundle() | {
        f"PlugIns/S.appex/{name}": data
        for name, data in App(info={"CFBundleIdentifier": "com.zhiliaoapp.musically"}).bundle().items()
    }
    assert not review(ipa(inner)).law.bindings


def test_bundles_inside_are_listed_with_what_they_are(review):
    files = App().bundle()
    parts = {
        "Frameworks/F.framework": framework("F"),
        "PlugIns/S.appex": App(info={"NSExtension": {"NSExtensionPointIdentifier": "x.share"}, **DECLARED}).bundle(),
        "Watch/W.app": App(info={"CFBundleIdentifier": "org.example.watch"}).bundle(),
    }
    files |= {f"{folder}/{name}": data for folder, inner in parts.items() for name, data in inner.items()}
    made = review(ipa(files))
    forms = {(item.form, item.name) for item in about(made, AppleBundle)}
    assert forms == {
        ("app", "org.example.app"),
        ("framework", "org.example.f"),
        ("extension", "org.example.app"),
        ("nested-app", "org.example.watch"),
    }
    assert [item.extension_point for item in about(made, AppleBundle) if item.form == "extension"] == ["x.share"]
    assert len(about(made, UsageDescription)) == 1


@pytest.mark.parametrize(
    "content", [b"", b"junk", plistlib.dumps([1]), b"bplist00" + bytes(40), b"<!DOCTYPE x [<!ENTITY a 'b'>]>"]
)
def test_an_info_plist_that_cannot_be_read_is_said(content, review):
    made = review(ipa({"Info.plist": content, "My": image(library("a"))}))
    assert {"manifest/no-info-plist"} <= limits(made)
    assert "manifest/bad-plist" in limits(made)
    assert not about(made, AppleBundle)


def test_an_app_without_anything_is_still_an_account(review):
    made = review(zip_of({"Payload/My.app/": b"", "Payload/My.app/Frameworks/x": b"x"}))
    assert (made.manifest.artefact.kind, "manifest/no-info-plist" in limits(made)) == ("ipa", True)


def test_an_executable_for_several_architectures_is_no_class_file(review):
    files = {**App().bundle(), "My": fat([((12, 9), image(library("a"))), ((0x0100000C, 0), image(library("b")))])}
    made = review(ipa(files))
    assert not about(made, CodeUnit)
    assert "code/malformed-class" not in limits(made)


def test_two_apps_side_by_side_are_said_for_one_could_vouch_for_the_other(review):
    files = App().bundle()
    two = {f"Payload/{name}.app/{path}": data for name in ("A", "B") for path, data in files.items()}
    assert "container/several-apps" in limits(review(zip_of(two)))
    beside = {f"Payload/A.app/{path}": data for path, data in files.items()} | {"Payload/B.app": b"a file"}
    assert "container/several-apps" not in limits(review(zip_of(beside)))


def test_more_bundles_than_any_app_has_are_bounded(review, monkeypatch):
    monkeypatch.setattr(apple, "_MAX_BUNDLES", 2)
    info = plistlib.dumps({"CFBundleIdentifier": "x"})
    made = review(ipa({f"F{number}.framework/Info.plist": info for number in range(5)}))
    assert len(about(made, AppleBundle)) == 2
    assert "manifest/many-declarations" in limits(made)


def test_names_of_the_app_do_not_lead_out_of_its_bundle(review):
    for name in ("../../../etc/passwd", "/etc/passwd", "..", "a/b", "", 7):
        made = review(ipa({"Info.plist": plistlib.dumps({"CFBundleExecutable": name, "CFBundleIdentifier": "x"})}))
        assert made.manifest.artefact.kind == "ipa"


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_of_the_report_is_made(form, review, tmp_path):
    review(App(info=DECLARED).build())
    made = affidavit.review(tmp_path / "My.ipa")
    page = render(made.affidavit, form)
    assert b"org.example.app" in page or form in {"sarif", "csv", "taf"}


def test_blocks_of_signers_are_blanked_and_nothing_else():
    data = signed_image(sealing=Sealing(entitlements={"a": "b"}), code=b"https://api.example.org\0" * 400)
    made = without_signers("My", data)
    assert len(made) == len(data)
    changed = [at for at, (one, other) in enumerate(zip(data, made, strict=True)) if one != other]
    assert made[min(changed) : max(changed)].strip(b" ") == b""
    assert data[min(changed) :].startswith(bytes.fromhex("fade0b01"))
    for other in (b"junk", b"\xcf\xfa\xed\xfe", signed_image(sealing=Sealing(signer=None)), image(library("a"))):
        assert without_signers("My", other) == other
    lost = signed_image(sealing=Sealing())[:-ROOM]
    assert without_signers("My", lost) == lost


def test_a_budget_of_no_time_gives_a_partial_account(review):
    made = review(App().build(), Budget(seconds=0.0))
    assert made.manifest.partial
    assert any(kind.startswith("budget/") for kind in limits(made))


@pytest.mark.corpus
def test_real_apps_are_reviewed_whole(corpus, monkeypatch):
    monkeypatch.setenv("AFFIDAVIT_DEBUG", "1")
    names = set()
    for path in sorted((corpus / "ios").glob("*/*.ipa")):
        try:
            made = derive(path)
        except affidavit.UnreadableError:
            continue
        assert not list(broken(made))
        assert not made.manifest.partial
        assert "tool/stage-failed" not in limits(made)
        names |= {item.name for item in about(made, AppleBundle)}
    assert {
        "sg.vp.UnDebuggable",
        "sg.vp.UnCrackable1",
        "com.kthcorp.helloworld",
        "org.fastlane.very-capable-app",
    } <= names
