"""Provisioning profiles: which builds they are for, what they grant, and whether their own signature holds."""

import datetime as dt
import hashlib

import pytest

from affidavit.signing.apple.blobs import MalformedError
from affidavit.signing.apple.profile import read_profile
from tests.builders.apple import cms, identity, profile

BASE = {
    "Name": "Test",
    "TeamIdentifier": ["TEAM123456"],
    "ExpirationDate": dt.datetime(2030, 1, 1),  # noqa: DTZ001 - property lists have no zone
    "DeveloperCertificates": [identity().certificate],
    "Entitlements": {"get-task-allow": True},
}


@pytest.mark.parametrize(
    ("more", "form"),
    [
        ({"ProvisionedDevices": ["1", "2"]}, "development"),
        ({"ProvisionedDevices": ["1"], "Entitlements": {"get-task-allow": False}}, "ad-hoc"),
        ({"ProvisionedDevices": ["1"], "Entitlements": None}, "ad-hoc"),
        ({}, "app-store"),
        ({"ProvisionedDevices": []}, "app-store"),
        ({"ProvisionsAllDevices": True}, "enterprise"),
        ({"ProvisionsAllDevices": True, "ProvisionedDevices": ["1"]}, "enterprise"),
    ],
)
def test_the_form_follows_from_devices_and_entitlements(more, form):
    content = {key: value for key, value in {**BASE, **more}.items() if value is not None}
    assert read_profile(profile(content)).form == form


def test_what_it_says_is_read_and_who_may_sign_is_known_by_digest():
    made = read_profile(profile(BASE))
    assert made.content["Name"] == "Test"
    assert made.entitlements == {"get-task-allow": True}
    assert made.certificates == (hashlib.sha256(identity().certificate).hexdigest(),)
    assert made.outcome == "undetermined"


def test_a_profile_that_was_changed_is_refused():
    made = read_profile(profile(BASE).replace(b"TEAM123456", b"TEAM654321"))
    assert made.content["TeamIdentifier"] == ["TEAM654321"]
    assert (made.outcome, made.cms.issues[0].word) == ("refused", "apple-cms-digest")


def test_certificates_of_the_app_link_a_signer_that_sends_none_along():
    who = identity()
    alone = cms(b"<plist><dict/></plist>", who, detached=False, certificates=[who.certificate])
    assert len(read_profile(alone).cms.chain.certificates) == 1
    assert len(read_profile(alone, who.others).cms.chain.certificates) == 3


@pytest.mark.parametrize("data", [b"", b"junk", cms(b"no list", identity(), detached=False), cms(b"x", identity())])
def test_what_holds_no_property_list_is_refused_with_its_reason(data):
    with pytest.raises(MalformedError, match="no property list is in it"):
        read_profile(data)


def test_a_property_list_that_is_no_dictionary_is_refused():
    with pytest.raises(MalformedError, match="no dictionary"):
        read_profile(cms(b"<plist><array/></plist>", identity(), detached=False))


@pytest.mark.corpus
def test_real_profiles_hold_with_the_certificates_of_their_app(corpus):
    import zipfile

    from affidavit.artefact.macho import read_macho
    from tests.signing.apple.checking import check

    forms = {}
    for path in sorted((corpus / "ios").glob("m*/*.ipa")):
        with zipfile.ZipFile(path) as archive:
            (name,) = [item for item in archive.namelist() if item.endswith(".mobileprovision")]
            folder = name.rpartition("/")[0]
            own = folder.rpartition("/")[2].removesuffix(".app")
            code = archive.read(f"{folder}/{own}")
            made = read_profile(archive.read(name), check(code).cms.certificates)
        assert read_macho(own, code).images
        assert (made.outcome, made.cms.chain.root) == ("verified", "Apple Root CA")
        forms[path.name] = made.form
    assert set(forms.values()) == {"development", "enterprise"}
