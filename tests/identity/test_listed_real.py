"""Real apps and software kits: what they are bound to, and the hard negatives that must not be."""

import hashlib
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import affidavit
from affidavit.evidence.bundle import LAW, members_of
from affidavit.evidence.derive import derive
from affidavit.evidence.indexes import chosen
from affidavit.identity.listed import known_marks
from affidavit.model.binding import LawRecord
from tests.derived import Derived

Sample = Callable[[str], Path]

BOUND = {
    "itinformation": {
        ("wechat", "contains"), ("wechat", "contacts"), ("wechat", "talks-to"),
        ("tencent-qq", "contains"), ("tencent-qq", "contacts"), ("tencent-qq", "talks-to"),
    },
    "sharesdk-wechat-douyin": {
        ("wechat", "contains"), ("wechat", "contacts"), ("wechat", "talks-to"), ("tencent-qq", "contacts"),
    },
    "tiktok-opensdk-demo": {("tiktok", "contains")},
    "sharesdk-nowxsdk": {
        ("wechat", "contacts"), ("wechat", "talks-to"), ("tencent-qq", "contacts"), ("tencent-qq", "talks-to"),
    },
    "negative": set(),
    "miiad": {("wechat", "talks-to"), ("tencent-qq", "talks-to")},
}  # fmt: skip
"""Folder of the corpus -> what its apps are bound to: by the corpus's own account of which app embeds which kit."""


def ties(law: LawRecord) -> set[tuple[str, str]]:
    return {(item.app, item.relation) for item in law.bindings}


@pytest.mark.corpus
@pytest.mark.parametrize("folder", BOUND)
def test_apps_that_embed_a_kit_are_bound_by_containing_and_the_hard_negatives_are_not(
    corpus: Path, folder: str, derived: Derived
):
    apps = sorted((corpus / "constituent" / "apk" / folder).glob("*.apk"))
    assert apps
    for app in apps:
        law = derived(app).law
        assert ties(law) == BOUND[folder], app.name
        assert "were compared" in law.searched
        assert {(item.app, item.relation) for item in law.applicable} == BOUND[folder]


@pytest.mark.corpus
def test_what_binds_an_app_with_the_wechat_kit_is_graded_present_and_leads_to_the_classes(
    corpus: Path, derived: Derived
):
    (app,) = (corpus / "constituent" / "apk" / "itinformation").glob("*.apk")
    made = derived(app)
    facts = {fact.id: fact for fact in made.facts}
    (kit,) = (item for item in made.law.bindings if item.mark == "wechat-opensdk")
    assert (kit.grade, kit.count, kit.confidence) == ("present", 1, "H")
    assert facts[kit.facts[0]].place.class_.startswith("Lcom/tencent/mm/sdk/")


@pytest.mark.corpus
def test_a_demo_signed_by_the_groups_shared_certificate_is_not_taken_for_the_listed_app(corpus: Path, derived: Derived):
    (app,) = (corpus / "constituent" / "apk" / "tiktok-opensdk-demo").glob("*.apk")
    made = derived(app)
    (shared,) = (mark.value for mark in known_marks()["tiktok"].signers if mark.shared)
    assert shared in {getattr(fact.what, "sha256", "") for fact in made.facts}
    assert not any(item.relation == "is" for item in made.law.bindings)


@pytest.mark.corpus
def test_every_build_of_the_wechat_kit_is_its_code(corpus: Path, derived: Derived):
    kits = sorted((corpus / "constituent" / "sdk" / "wechat").glob("*.jar"))
    assert len(kits) >= 8
    for kit in kits:
        assert ("wechat", "contains") in ties(derived(kit).law), kit.name


@pytest.mark.corpus
def test_other_products_of_the_groups_are_not_the_listed_apps_code(corpus: Path, derived: Derived):
    folder = corpus / "constituent" / "sdk"
    other = [
        *(folder / "bytedance").glob("open_ad_sdk*"), *(folder / "tencent").glob("GDT*"),
        *(folder / "tencent").glob("mta*"), *(folder / "umeng").glob("umeng-analytics*"),
    ]  # fmt: skip
    assert len(other) >= 6
    for kit in other:
        assert not any(item.relation == "contains" for item in derived(kit).law.bindings), kit.name


@pytest.mark.corpus
def test_no_ordinary_app_is_or_contains_a_listed_one(corpus: Path, derived: Derived):
    apps = sorted((corpus / "realapps").rglob("*.apk"))
    assert apps
    for app in apps:
        assert not any(item.relation != "contacts" for item in derived(app).law.bindings), app.name


@pytest.mark.samples
def test_the_wechat_kit_is_bound_by_containing(sample: Sample, derived: Derived):
    law = derived(sample("wechat-sdk")).law
    assert ties(law) == {("wechat", "contains"), ("wechat", "talks-to")}
    assert [row.track.provision for row in law.applicable[0].provisions] == ["wx-code", "eo13943/s1a"]
    assert "manifest/absent" in law.limitations


@pytest.mark.samples
def test_the_mark_of_wechats_certificate_is_what_its_kit_holds(sample: Sample):
    """The kit compares the installed app's signature with a certificate that it holds whole, as hex."""
    with zipfile.ZipFile(sample("wechat-sdk")) as jar:
        code = jar.read("com/tencent/mm/sdk/openapi/WXApiImplComm.class")
    (text,) = re.findall(rb"30820[0-9a-f]{1000,}", code)
    (mark,) = known_marks()["wechat"].signers
    assert hashlib.sha256(bytes.fromhex(text.decode())).hexdigest() == mark.value


@pytest.mark.samples
def test_an_app_with_another_product_of_the_group_is_not_bound_to_wechat(sample: Sample, derived: Derived):
    """Yosemite embeds Tencent's X5 browser kit and names the packages of WeChat and QQ; it has no code of either."""
    made = derived(sample("airtest"))
    assert "tencent-x5" in {getattr(fact.what, "id", "") for fact in made.facts}
    spoken_to = {(app, "talks-to") for app in ("alipay", "tencent-qq", "wechat")}
    assert ties(made.law) == {("alipay", "contacts")} | spoken_to


@pytest.mark.samples
@pytest.mark.parametrize("name", ["uiautomator2", "apidemos", "settings-3.0.0"])
def test_ordinary_apps_are_bound_to_nothing_and_say_what_was_searched(sample: Sample, name: str, derived: Derived):
    law = derived(sample(name)).law
    assert not law.bindings
    assert not law.applicable
    assert not law.updated
    assert "marks of" in law.searched


@pytest.mark.samples
def test_the_record_is_derived_again_byte_for_byte(sample: Sample):
    path = sample("wechat-sdk")
    found = derive(path, libraries=chosen(None))
    assert members_of(found)[LAW] == members_of(affidavit.review(path).affidavit)[LAW]


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("folder", "held"), [("sharesdk-wechat-douyin", True), ("sharesdk-nowxsdk", False), ("negative", False)]
)
def test_code_without_names_binds_where_the_kit_is_and_not_where_an_app_only_talks_to_it(
    corpus: Path, folder: str, held: bool
):
    """Names are not asked: of the two share kits one carries WeChat's, the other has message classes much like them."""
    (app,) = (corpus / "constituent" / "apk" / folder).glob("*.apk")
    found = derive(app, libraries=chosen(None))
    by_code = {item.app for item in found.law.bindings if item.by == "code"}
    assert by_code == ({"wechat"} if held else set())


@pytest.mark.corpus
def test_marks_that_were_read_in_bytes_are_there(corpus: Path):
    """Packages and domains with a file's digest as their source stand in a class of that file."""
    rows = (line.split("\t") for line in (corpus / "MANIFEST.tsv").read_text("utf-8").splitlines())
    files = {row[1]: corpus / row[0] for row in rows}
    checked = set()
    for app, marks in known_marks().items():
        for mark in (*marks.packages, *marks.domains):
            for digest in re.findall(r"SHA-256\s+([0-9a-f]{64})", mark.source):
                if digest in files:
                    code = classes_of(files[digest])
                    assert any(mark.value.encode() in data for data in code.values()), mark
                    named = re.search(r"class\s+([\w.$]+\w)", mark.source)
                    assert named is not None
                    assert mark.value.encode() in code[named[1].replace(".", "/") + ".class"], mark
                    checked.add(app)
    assert checked >= {"wechat", "alipay", "tencent-qq"}


@pytest.mark.corpus
def test_the_certificate_of_the_demo_is_the_one_whose_md5_the_kit_inside_asks_for(corpus: Path, derived: Derived):
    (app,) = (corpus / "constituent" / "apk" / "tiktok-opensdk-demo").glob("*.apk")
    (mark,) = (mark for mark in known_marks()["tiktok"].signers if mark.shared)
    (found,) = (fact for fact in derived(app).facts if getattr(fact.what, "sha256", "") == mark.value)
    data = app.read_bytes()[found.place.offset :]
    whole = data[: 4 + int.from_bytes(data[2:4])]
    assert hashlib.sha256(whole).hexdigest() == mark.value
    asked = hashlib.md5(whole, usedforsecurity=False).hexdigest()
    assert asked in mark.source
    with zipfile.ZipFile(app) as apk:
        assert asked.encode() in apk.read("classes.dex")


def classes_of(path: Path) -> dict[str, bytes]:
    """The class files of a jar by name."""
    with zipfile.ZipFile(path) as jar:
        return {name: jar.read(name) for name in jar.namelist() if name.endswith(".class")}
