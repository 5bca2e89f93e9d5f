"""Signatures of whole iOS apps: what was changed anywhere in the app is found, named, and never called verified."""

import hashlib
import plistlib
from dataclasses import replace

import pytest

from affidavit.evidence.derive import derive
from affidavit.facts import apple_signing
from affidavit.model.apple import CodeDirectory, Entitlement, Executable, PrivacyManifest, ProvisioningProfile
from affidavit.model.signing import Certificate, Signature
from tests.builders.apple import Identity, Sealing, identity, profile, resource_list
from tests.builders.ios_app import PROFILE, RIGHTS, App, framework
from tests.builders.macho import Cpu, encryption, fat, image, signed_image
from tests.builders.zip import Item, build_zip, zip_of
from tests.signing.apple.checking import HELD

FILES = {"icon.png": b"picture", "en.lproj/text.strings": b"text"}


@pytest.fixture
def review(tmp_path):
    def made(data: bytes):
        (tmp_path / "My.ipa").write_bytes(data)
        return derive(tmp_path / "My.ipa")

    return made


def about(made, kind):
    return [fact.what for fact in made.facts if isinstance(fact.what, kind)]


def words(signature: Signature) -> list[str]:
    return [issue.word for issue in (*signature.issues, *(item for one in signature.signers for item in one.issues))]


def limits(made) -> set[str]:
    return {item.kind for item in made.limitations}


def test_an_app_as_it_was_signed_holds_but_for_the_tests_own_root(review):
    made = review(App(files=FILES).build())
    (signature,) = about(made, Signature)
    assert (words(signature), signature.outcome, signature.scheme) == (HELD, "undetermined", "apple")
    assert "3 of 3 listed files of the bundle hold" in signature.covers
    assert "not checked: revocation, expiry" in signature.covers
    (signer,) = signature.signers
    assert signer.certificate == hashlib.sha256(identity().certificate).hexdigest()
    assert signer.algorithms == ("RSA PKCS#1 v1.5 with SHA-256",)


def test_places_are_those_of_the_bytes(review, tmp_path):
    app = App()
    code = app.bundle()["My"]
    made = review(app.build())
    places = {type(fact.what): fact.place for fact in made.facts}
    assert code[places[Signature].offset :].startswith(bytes.fromhex("fade0cc0"))
    assert code[places[CodeDirectory].offset :].startswith(bytes.fromhex("fade0c02"))
    for fact in made.facts:
        if isinstance(fact.what, Certificate):
            own = next(der for der in (identity().certificate, *identity().others) if digest(der) == fact.what.sha256)
            assert code[fact.place.offset :].startswith(own)
        if isinstance(fact.what, Entitlement) and fact.what.source == "signature":
            assert code[fact.place.offset :].startswith(bytes.fromhex("fade7171"))


def digest(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


def test_what_the_signature_says_becomes_facts(review):
    made = review(App().build())
    (directory,) = about(made, CodeDirectory)
    assert (directory.identifier, directory.team, directory.digest) == ("org.example.app", "TEAM123456", "sha256")
    assert directory.seals == ("info", "requirements", "resources", "entitlements")
    assert directory.pages == -(-directory.limit // 4096)
    (executable,) = about(made, Executable)
    assert (executable.name, executable.arch, executable.platform, executable.minimum_os) == (
        "My",
        "arm64",
        "ios",
        "15.0",
    )
    assert (executable.signed, executable.encrypted, executable.libraries) == (
        True,
        False,
        ("/usr/lib/libSystem.B.dylib",),
    )
    found = {(item.key, item.value, item.source) for item in about(made, Entitlement)}
    assert ("get-task-allow", "true", "signature") in found
    assert ("com.apple.developer.team-identifier", '"TEAM123456"', "signature") in found
    assert ("get-task-allow", "true", "profile") in found
    chain = {item.sha256: (item.chain, item.verified) for item in about(made, Certificate)}
    assert chain[digest(identity().certificate)] == (False, False)
    assert len(chain) == 3


def test_the_profile_becomes_a_fact(review):
    made = review(App().build())
    (found,) = about(made, ProvisioningProfile)
    assert (found.form, found.name, found.team, found.devices) == ("development", "Test profile", ("TEAM123456",), 2)
    assert (found.created, found.expires) == ("2024-01-02T03:04:05Z", "2025-01-02T03:04:05Z")
    assert found.certificates == (digest(identity().certificate),)
    assert (found.outcome, found.root) == ("undetermined", "")


@pytest.mark.parametrize(
    ("added", "word"),
    [
        (
            {"Info.plist": plistlib.dumps({"CFBundleExecutable": "My", "CFBundleIdentifier": "org.example.app"})},
            "apple-seal-differs",
        ),
        ({"icon.png": b"another"}, "apple-file-differs"),
        ({"_CodeSignature/CodeResources": resource_list({})}, "apple-seal-differs"),
        ({"embedded.mobileprovision": profile({**PROFILE, "Name": "other"})}, "apple-file-differs"),
    ],
)
def test_what_was_changed_in_the_app_is_refused(added, word, review):
    (signature,) = about(review(App(files=FILES, added=added).build()), Signature)
    assert signature.outcome == "refused"
    assert word in words(signature)


def test_a_file_that_was_added_is_named_without_a_verdict(review):
    (signature,) = about(review(App(files=FILES, added={"evil.dylib": b"x"}).build()), Signature)
    assert (signature.outcome, words(signature)) == ("undetermined", ["apple-file-not-sealed", *HELD])
    assert "'evil.dylib'" in signature.issues[0].detail


def test_the_signer_that_the_profile_does_not_name_is_said(review):
    other = {**PROFILE, "DeveloperCertificates": [identity().others[0]], "TeamIdentifier": ["OTHERTEAM0"]}
    (signature,) = about(review(App(profile=other).build()), Signature)
    assert set(words(signature)) == {*HELD, "apple-certificate-not-in-profile", "apple-team-differs"}
    assert signature.outcome == "undetermined"


def test_an_entitlement_that_the_profile_does_not_grant_is_said(review):
    claimed = Sealing(entitlements={**RIGHTS, "com.apple.private.secret": True})
    (signature,) = about(review(App(sealing=claimed).build()), Signature)
    assert words(signature) == ["apple-entitlement-not-granted", *HELD]
    assert "com.apple.private.secret" in signature.issues[0].detail


def test_a_profile_that_was_changed_is_said(review):
    changed = profile(PROFILE).replace(b"Test profile", b"Best profile")
    (signature,) = about(review(App(profile=None, added={"embedded.mobileprovision": changed}).build()), Signature)
    assert {"apple-profile-refused", "apple-file-not-sealed"} <= set(words(signature))


def test_a_profile_that_cannot_be_read_is_a_limitation(review):
    made = review(App(profile=None, files={"embedded.mobileprovision": b"junk"}).build())
    assert "signing/apple-bad-profile" in limits(made)


def test_the_signed_identifier_is_compared_with_the_bundles(review):
    (signature,) = about(review(App(sealing=Sealing(identifier="org.example.other")).build()), Signature)
    assert words(signature) == ["apple-identifier-differs", *HELD]


def whole(app: App, inner: dict[str, bytes], folder: str, listed: dict[str, object]) -> bytes:
    """An app with a bundle inside, which its resource list names."""
    files = {f"{folder}/{name}": data for name, data in inner.items()}
    base = app.bundle()
    resources = resource_list({"embedded.mobileprovision": base["embedded.mobileprovision"]}, **listed)
    sealing = replace(app.sealing, info=base["Info.plist"], resources=resources)
    base |= {"_CodeSignature/CodeResources": resources, "My": signed_image(sealing=sealing), **files}
    return zip_of({f"Payload/My.app/{name}": data for name, data in base.items()})


def test_code_inside_is_checked_and_its_name_compared(review, tmp_path):
    inner = framework("F")
    (tmp_path / "alone").mkdir()
    alone = review(zip_of({f"Payload/F.app/{name}": data for name, data in inner.items()}))
    named = bytes.fromhex(about(alone, CodeDirectory)[0].cdhash)
    folder = "Frameworks/F.framework"
    made = review(whole(App(), inner, folder, {folder: {"cdhash": named, "requirement": ""}}))
    assert [words(item) for item in about(made, Signature)] == [HELD, HELD]
    other = review(whole(App(), inner, folder, {folder: {"cdhash": bytes(20), "requirement": ""}}))
    assert sorted(item.outcome for item in about(other, Signature)) == ["refused", "undetermined"]


def test_every_architecture_is_checked_by_itself(review):
    app = App()
    files = app.bundle()
    sealing = replace(app.sealing, info=files["Info.plist"], resources=files["_CodeSignature/CodeResources"])
    good, bad = (
        signed_image(sealing=sealing, code=b"a" * 9_000),
        bytearray(signed_image(sealing=sealing, cpu=Cpu((0x0100000C, 2)), code=b"b" * 9_000)),
    )
    bad[5_000] ^= 1
    files["My"] = fat([((0x0100000C, 0), good), ((0x0100000C, 2), bytes(bad))])
    made = review(zip_of({f"Payload/My.app/{name}": data for name, data in files.items()}))
    assert {item.arch for item in about(made, Executable)} == {"arm64", "arm64e"}
    assert sorted(item.outcome for item in about(made, Signature)) == ["refused", "undetermined"]


def test_encryption_is_a_limitation_that_hides_text(review):
    files = {**App().bundle(), "My": image(encryption(0, 64, 1), code=bytes(64))}
    made = review(zip_of({f"Payload/My.app/{name}": data for name, data in files.items()}))
    assert "native/macho-encrypted" in limits(made)
    assert about(made, Executable)[0].encrypted
    answers = {item.rule: item for item in made.findings}
    assert answers["transport/http-addresses"].answer.value == "undetermined"
    assert "native/macho-encrypted" in answers["transport/http-addresses"].limitations


def test_an_app_without_its_executable_is_said(review):
    files = {name: data for name, data in App().bundle().items() if name != "My"}
    made = review(zip_of({f"Payload/My.app/{name}": data for name, data in files.items()}))
    assert "signing/apple-no-executable" in limits(made)
    assert not about(made, Signature)


def test_what_only_begins_as_mach_o_is_said(review):
    made = review(App(added={"broken": b"\xcf\xfa\xed\xfe"}).build())
    assert "native/macho-bad-header" in limits(made)
    assert len(about(made, Signature)) == 1


def test_a_library_beside_the_executable_seals_nothing_of_the_bundle(review):
    beside = signed_image(sealing=Sealing(identifier="libx"), kind=6)
    made = review(App(files={"libx.dylib": beside}).build())
    assert [words(item) for item in about(made, Signature)] == [HELD, HELD]
    loose = review(App(added={"Frameworks/libswiftCore.dylib": beside}).build())
    assert sorted(len(words(item)) for item in about(loose, Signature)) == [1, 2]


def test_more_executables_than_any_app_has_are_bounded(review, monkeypatch):
    monkeypatch.setattr(apple_signing, "_MAX_EXECUTABLES", 3)
    made = review(App(added={f"{number}.dylib": image() for number in range(9)}).build())
    assert "signing/apple-many-executables" in limits(made)
    assert len(about(made, Signature)) == 3


def test_more_profiles_than_any_app_has_are_bounded(review, monkeypatch):
    monkeypatch.setattr(apple_signing, "_MAX_PROFILES", 2)
    made = review(App(added={f"{number}.mobileprovision": profile(PROFILE) for number in range(4)}).build())
    assert "signing/apple-many-profiles" in limits(made)
    assert len(about(made, ProvisioningProfile)) == 2


def test_a_certificate_that_cannot_be_described_is_said(review):
    who = identity()
    odd = Identity(who.key, who.certificate, (who.others[0], who.others[1].replace(b"200102030405Z", b"20010203xxxxZ")))
    made = review(App(sealing=Sealing(signer=odd)).build())
    assert "signing/unreadable-certificate" in limits(made)


def test_addresses_in_certificates_are_not_the_apps(review):
    made = review(App(code=b"https://api.example.org/v1\0" + bytes(9_000)).build())
    hosts = {fact.what.host for fact in made.facts if fact.what.__struct_config__.tag == "endpoint" and fact.what.host}
    assert "api.example.org" in hosts
    assert not {host for host in hosts if "ocsp" in host or "crl" in host}


def test_a_review_gives_the_same_bytes_twice(review):
    data = App(files=FILES, sealing=Sealing(entitlements=RIGHTS, digests=("sha1", "sha256"))).build()
    one, two = review(data), review(data)
    assert (one.facts, one.limitations, one.findings) == (two.facts, two.limitations, two.findings)


@pytest.mark.corpus
def test_real_apps_are_verified_to_apples_root_with_every_file(corpus):
    expected = {
        "iOS__Level1__UnDebuggable__Level1.ipa__UnDebuggable.ipa": ("development", "LRUD9L355Y", "8 of 8"),
        "Crackmes__iOS__Level_01__UnCrackable-Level1.ipa": ("enterprise", "LRUD9L355Y", "32 of 32"),
        "ios.ipa": ("enterprise", "M8ZCXDJQW4", "13 of 13"),
    }
    paths = [path for path in (corpus / "ios").glob("m*/*.ipa") if path.name in expected]
    assert {path.name for path in paths} == expected.keys()
    for path in paths:
        form, team, held = expected[path.name]
        made = derive(path)
        assert {item.outcome for item in about(made, Signature)} == {"verified"}
        assert all("Apple Root CA" in item.covers for item in about(made, Signature))
        (found,) = about(made, ProvisioningProfile)
        assert (found.form, found.team, found.outcome) == (form, (team,), "verified")
        (own,) = [item for item in about(made, Certificate) if not item.chain]
        assert own.verified
        assert f"OU={team}" in own.subject
        if path.name != "ios.ipa":
            assert all(f"{held} listed files" in item.covers for item in about(made, Signature))


@pytest.mark.corpus
def test_every_file_of_a_real_app_is_missed_when_it_changes(corpus, review):
    import zipfile

    path = corpus / "ios" / "mas-crackmes" / "iOS__Level1__UnDebuggable__Level1.ipa__UnDebuggable.ipa"
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    # The last byte of the executable is padding behind its signature; no resource list has PkgInfo.
    open_to_change = ("/UnDebuggable", "/PkgInfo")
    for name in files:
        changed = {**files, name: files[name][:-1] + bytes([files[name][-1] ^ 1])}
        outcomes = {item.outcome for item in about(review(zip_of(changed)), Signature)}
        assert outcomes == {"verified" if name.endswith(open_to_change) else "refused"}, name


def test_bytes_in_entitlements_are_shown_in_hex(review):
    made = review(App(sealing=Sealing(entitlements={**RIGHTS, "token": b"\x01\xff"})).build())
    assert [item.value for item in about(made, Entitlement) if item.key == "token"] == ['"01ff"']


@pytest.mark.parametrize("name", ["PrivacyInfo.xcprivacy", "embedded.mobileprovision"])
def test_a_file_that_cannot_be_inflated_is_no_fact_and_is_said(name, review):
    files = App(files={"PrivacyInfo.xcprivacy": plistlib.dumps({"NSPrivacyTracking": False})}).bundle()
    items = [
        Item(f"Payload/My.app/{path}", data, stream=b"\xff" if path == name else None) for path, data in files.items()
    ]
    made = review(build_zip(items))
    assert "container/bad-deflate" in limits(made)
    assert bool(about(made, ProvisioningProfile)) == (name != "embedded.mobileprovision")
    assert bool(about(made, PrivacyManifest)) == (name != "PrivacyInfo.xcprivacy")


def test_a_second_file_of_the_executables_name_is_not_taken_for_it_and_is_said(review):
    files = App().bundle()
    items = [Item(f"Payload/My.app/{path}", data) for path, data in [*files.items(), ("My", files["My"])]]
    made = review(build_zip(items))
    assert "container/duplicate-name" in limits(made)
    assert len(about(made, Signature)) == 1
