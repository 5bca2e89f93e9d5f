"""The signatures of one artefact alone are those that a whole review finds."""

import pytest

from affidavit.artefact.budget import Budget
from affidavit.evidence.derive import derive
from affidavit.evidence.review import signatures
from affidavit.evidence.signing_of import ABOUT, bears_on_signatures
from affidavit.model.errors import UsageError
from affidavit.model.limitation import Limitation
from affidavit.model.signing import Certificate, PlatformVerdict, Signature
from tests.builders.block_signing import Signing, plain_apk, signed_apk
from tests.builders.ios_app import App, framework
from tests.builders.jar_signing import Jar
from tests.builders.zip import zip_of
from tests.signing.judging import file


def alone(path, v4=None, sandbox="none"):
    return signatures(path, Budget(), sandbox=sandbox, v4_signature=v4)


def about(facts):
    return [fact for fact in facts if isinstance(fact.what, ABOUT)]


@pytest.mark.parametrize(
    "data",
    [signed_apk(v2=[Signing()]), plain_apk(), Jar().build(),
     zip_of({"base.apk": signed_apk(v2=[Signing()]), "split_x.apk": signed_apk(v2=[Signing(kind="ec384")])}, method=0)],
    ids=["v2", "unsigned", "v1", "splits"],
)  # fmt: skip
def test_the_same_facts_as_a_review(tmp_path, data):
    path = file(tmp_path, data)
    found = alone(path)
    assert about(found.facts) == about(derive(path).facts)
    assert found.artefact.size == len(data)


def test_behind_walls_they_are_the_same(tmp_path):
    path = file(tmp_path, signed_apk(v2=[Signing()]))
    assert alone(path, sandbox="auto") == alone(path)


def test_a_spent_budget_is_said(tmp_path):
    path = file(tmp_path, signed_apk(v2=[Signing()]))
    found = signatures(path, Budget(seconds=0), sandbox="none")
    assert "signing/undetermined" in {item.kind for item in found.limitations}


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["v31-rsa-2048_2-tgt-34-1-tgt-28.apk", "v2-only-no-certs-in-sig.apk", "original.apk"])
def test_real_apps_too(corpus, name):
    path = corpus / "signing" / "apksig" / name
    assert about(alone(path).facts) == about(derive(path).facts)


@pytest.mark.corpus
def test_a_v4_signature_that_came_with_the_app_is_checked(corpus, tmp_path):
    path = corpus / "signing" / "apksig" / "v31-rsa-2048_2-tgt-10000-dev-release.apk"
    v4 = path.with_name(path.name + ".idsig")
    found = alone(path, v4).facts
    outcomes = {fact.what.scheme: fact.what.outcome for fact in found if isinstance(fact.what, Signature)}
    assert outcomes["v4"] in {"verified", "refused"}
    shorter = tmp_path / "shorter.idsig"
    shorter.write_bytes(v4.read_bytes()[:-1])
    changed = alone(path, shorter).facts
    assert next(fact.what.outcome for fact in changed if isinstance(fact.what, Signature) and fact.what.scheme == "v4")


FRAMEWORK = {f"Frameworks/F.framework/{name}": data for name, data in framework().items()}


@pytest.mark.parametrize(
    "made",
    [App(files=FRAMEWORK), App(files={"a/": b""}), App(added={"extra.txt": b"not sealed"}), App(added={"My": b"junk"}),
     App(added={"Info.plist": b"junk"})],
    ids=["framework", "folder", "unsealed", "no-code", "no-plist"],
)  # fmt: skip
def test_an_ios_app_has_the_same_facts_as_in_a_review(tmp_path, made):
    path = file(tmp_path, made.build(), "My.ipa")
    found = alone(path)
    assert about(found.facts) == about(derive(path).facts)
    assert found == alone(path, sandbox="auto")


def test_an_ios_apps_signature_is_found_and_what_was_not_read_of_it_said(tmp_path):
    found = alone(file(tmp_path, App().build(), "My.ipa"))
    assert [fact.what.scheme for fact in found.facts if isinstance(fact.what, Signature)] == ["apple"]
    assert "container/not-android" not in {item.kind for item in found.limitations}
    broken = alone(file(tmp_path, App(added={"Info.plist": b"junk"}).build(), "My.ipa"))
    assert {"manifest/no-info-plist", "manifest/bad-plist"} <= {item.kind for item in broken.limitations}


@pytest.mark.parametrize(
    ("kind", "android", "apple"),
    [("signing/undetermined", True, True), ("budget/facts", True, True), ("text/endpoints-bounded", False, False),
     ("container/not-android", True, False), ("native/macho-bad-image", False, True),
     ("native/macho-encrypted", False, False), ("manifest/no-info-plist", False, True),
     ("manifest/absent", False, False)],
)  # fmt: skip
def test_which_limitations_bear_on_signatures(kind, android, apple):
    item = Limitation(kind, "x")
    assert (bears_on_signatures(item, "apk"), bears_on_signatures(item, "ipa")) == (android, apple)


def test_an_ios_app_without_budget_says_that_it_was_not_read(tmp_path):
    found = signatures(file(tmp_path, App().build(), "My.ipa"), Budget(seconds=0), sandbox="none")
    assert "budget/signing" in {item.kind for item in found.limitations}


@pytest.mark.corpus
def test_a_real_ios_app_too(corpus):
    path = corpus / "ios" / "mobsf" / "ios.ipa"
    found = alone(path).facts
    assert about(found) == about(derive(path).facts)
    assert [fact.what.outcome for fact in found if isinstance(fact.what, Signature)] == ["verified"]


def test_a_v4_file_beside_an_apk_of_a_set_belongs_to_it(tmp_path):
    data = zip_of({"base.apk": signed_apk(v2=[Signing()]), "base.apk.idsig": b"junk"}, method=0)
    found = alone(file(tmp_path, data, "app.apks")).facts
    (v4,) = [fact.what for fact in found if isinstance(fact.what, Signature) and fact.what.scheme == "v4"]
    assert v4.outcome == "refused"
    assert v4.issues


def test_a_split_by_somebody_else_is_refused_and_says_so(tmp_path):
    inner = {"base.apk": signed_apk(v2=[Signing()]), "split_x.apk": signed_apk(v2=[Signing(kind="ec384")])}
    found = alone(file(tmp_path, zip_of(inner, method=0), "app.apks")).facts
    words = {
        (fact.place.entry, issue.word)
        for fact in found
        if isinstance(fact.what, PlatformVerdict)
        for issue in fact.what.issues
    }
    assert [entry for entry, word in words if word == "split-signers-differ"] in (["split_x.apk"], ["base.apk"])


def test_a_jar_is_judged_by_javas_rules_and_by_no_android_version(tmp_path):
    data = Jar(files={"A.class": b"\xca\xfe\xba\xbe\0\0\0\x34"}).build()
    found = alone(file(tmp_path, data, "a.jar")).facts
    assert [fact.what.outcome for fact in found if isinstance(fact.what, Signature)] == ["verified"]
    assert [fact.what.verified for fact in found if isinstance(fact.what, Certificate)] == [True]
    assert not [fact for fact in found if isinstance(fact.what, PlatformVerdict)]


def test_no_file_is_a_mistake_of_use(tmp_path):
    with pytest.raises(UsageError):
        alone(tmp_path / "none.apk")
