"""Facts compared with the marks of listed apps: what binds, how strongly, and what must not bind."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.facts.reading import make_fact
from affidavit.identity.library_index import library_index
from affidavit.identity.listed import FACTS, bind, known_marks, searched, values_of
from affidavit.knowledge import load
from affidavit.model.declared import Permission
from affidavit.model.endpoint import Endpoint
from affidavit.model.entity import Entities, Mark, Marks
from affidavit.model.finding import Grade
from affidavit.model.identity import Package
from affidavit.model.library import Library
from affidavit.model.place import Place
from affidavit.model.signing import Certificate

WECHAT_SIGNER = "0fe4ff85c215918396dadc7cd8ce6963339af33d37751a56e54c7206b63a3c7c"
GROUP_SIGNER = "d7811ec4166fea6cc720ba66699dc84b584ac9e6986613a76d4e43d8cbe32b27"
TENCENT = r"CN=Tencent,O=Tencent Technology(Shenzhen) Company Limited,C=86"
KNOWN = known_marks()


def certificate(sha256="ab" * 32, subject="CN=Somebody", *, md5="", scheme="v2", chain=False, verified=False):
    digests = (sha256, "cd" * 20, md5)
    return Certificate(
        scheme, subject, subject, "1", "", "", "RSA 2048", "SHA256withRSA", *digests, chain=chain, verified=verified
    )


def library(name, *marks):
    return Library(name, name, marks or (f"package:{name}",), 7)


def endpoint(host, *, form="url", role="endpoint", value=""):
    return Endpoint(form, value or f"https://{host}/", host, role, "code")


def facts_of(*subjects):
    return [make_fact(what, Place("a", number), "test/1") for number, what in enumerate(subjects)]


def bound(*subjects, marks=KNOWN):
    return bind(values_of(facts_of(*subjects)), marks)


def told(*subjects):
    return [(item.app, item.relation, item.by) for item in bound(*subjects)]


def test_an_app_without_any_mark_is_bound_to_nothing():
    assert not bound(Package("com.example"), certificate(), library("okhttp"), endpoint("example.org"), Permission("p"))


def test_a_package_name_is_what_the_app_says_of_itself():
    (item,) = bound(Package("com.tencent.mm"))
    assert (item.app, item.relation, item.by, item.grade) == ("wechat", "is", "package", Grade.DECLARED)
    assert "gives itself this name" in item.note
    assert item.confidence == "H"


@pytest.mark.parametrize(
    "name",
    [
        "com.tencent.mm.demo",
        "com.tencent",
        "COM.TENCENT.MM",
        "my.com.tencent.mm",
        "com.tencent.mm.",
        "com.tencent.m\u217f",
        "",
    ],
)
def test_a_similar_package_name_does_not_bind(name):
    assert not bound(Package(name))


def test_the_certificate_that_the_register_has_binds_with_a_higher_grade():
    (item,) = bound(certificate(WECHAT_SIGNER))
    assert (item.app, item.relation, item.by, item.grade) == ("wechat", "is", "signer", Grade.PRESENT)
    assert "was not verified" in item.note


def test_only_a_certificate_whose_signature_holds_says_who_signed():
    (item,) = bound(certificate(WECHAT_SIGNER, verified=True))
    assert item.note.startswith("verified: the signature")
    assert "was not verified" not in item.note
    assert "can be copied" not in item.note
    assert "can be copied" in bound(certificate(WECHAT_SIGNER))[0].note


def test_one_verified_certificate_among_copies_counts():
    (item,) = bound(certificate(WECHAT_SIGNER), certificate(WECHAT_SIGNER, scheme="v3", verified=True))
    assert item.note.startswith("verified: the signature")
    assert item.count == 2


def test_a_certificate_of_which_a_source_has_only_the_md5_is_compared_by_it():
    found = told(Package("com.zhiliaoapp.musically"), certificate(md5="194326e82c84a639a52e5c023116f12a"))
    assert found == [("tiktok", "is", "package"), ("tiktok", "is", "signer")]


def test_the_certificate_of_a_source_stamp_says_nothing_of_the_maker():
    assert not bound(certificate(WECHAT_SIGNER, scheme="source-stamp", verified=True))


def test_a_package_name_under_another_certificate_says_so():
    note = "signed by another certificate than the one that the register has"
    (item,) = bound(Package("com.tencent.mm"), certificate("ef" * 32))
    assert note in item.note
    for right in bound(Package("com.tencent.mm"), certificate(WECHAT_SIGNER)):
        assert note not in right.note


def test_a_package_name_without_anything_to_compare_says_so():
    assert "no certificate was read here" in bound(Package("com.tencent.mm"))[0].note
    assert "has no certificate to compare" in bound(Package("com.lemon.lvoverseas"), certificate())[0].note


def test_a_certificate_is_compared_only_for_the_packages_that_it_signs():
    (item,) = bound(Package("com.zhiliaoapp.musically.go"), certificate("ef" * 32))
    assert "has no certificate to compare" in item.note
    (item,) = bound(Package("com.zhiliaoapp.musically"), certificate(GROUP_SIGNER))
    assert "signed by another certificate" in item.note


def test_a_certificate_that_came_along_in_a_chain_is_no_signer():
    assert not bound(certificate(WECHAT_SIGNER, chain=True))


def test_a_certificate_that_other_apps_share_binds_only_next_to_the_package_that_it_signs():
    assert not bound(Package("com.bytedance.sdk.account"), certificate(GROUP_SIGNER))
    assert told(Package("com.zhiliaoapp.musically"), certificate(GROUP_SIGNER)) == [("tiktok", "is", "package")]
    assert told(Package("com.ss.android.ugc.trill"), certificate(GROUP_SIGNER)) == [
        ("tiktok", "is", "package"),
        ("tiktok", "is", "signer"),
    ]


def test_douyin_is_not_taken_for_tiktok():
    assert not bound(Package("com.ss.android.ugc.aweme"), certificate(GROUP_SIGNER), endpoint("open.douyin.com"))


def test_a_developers_name_binds_only_next_to_the_package_name():
    assert not bound(certificate(subject=TENCENT))
    assert ("wechat", "is", "developer") in told(Package("com.tencent.mm"), certificate(subject=TENCENT))


@pytest.mark.parametrize(
    "subject",
    [r"L=x\,O=Tencent Technology(Shenzhen) Company Limited", "O=Tencent Technology(Shenzhen)", "O=", "nonsense"],
)
def test_a_subject_that_only_looks_like_the_developers_does_not_count(subject):
    assert told(Package("com.tencent.mm"), certificate(subject=subject)) == [("wechat", "is", "package")]


def test_the_software_kit_of_a_listed_app_is_its_code_in_another():
    (item,) = bound(Package("com.example"), library("wechat-opensdk"))
    assert (item.app, item.relation, item.by, item.grade) == ("wechat", "contains", "library", Grade.PRESENT)


OWN_NAME = "the code lies under the app's own package name"
APP_CODE = library("wechat-app", "package:com.tencent.mm")


@pytest.mark.parametrize("name", ["com.tencent.mm.evil", "com.tencent.mm.a.b"])
def test_code_below_a_listed_name_that_the_app_gave_itself_is_no_more_than_declared(name):
    (item,) = bound(Package(name), APP_CODE, certificate())
    assert (item.app, item.relation, item.by, item.grade) == ("wechat", "contains", "library", Grade.DECLARED)
    assert OWN_NAME in item.note


def test_an_app_that_calls_itself_wechat_states_the_name_of_its_code_too():
    found = {item.by: item for item in bound(Package("com.tencent.mm"), APP_CODE)}
    assert found["library"].grade == found["package"].grade == Grade.DECLARED
    assert OWN_NAME in found["library"].note


@pytest.mark.parametrize("name", ["com.example", "com.tencent.mmevil", "com.tencent", "evil.com.tencent.mm"])
def test_the_same_code_in_an_app_of_another_name_is_present(name):
    (item,) = bound(Package(name), APP_CODE)
    assert item.grade is Grade.PRESENT
    assert OWN_NAME not in item.note


def test_the_certificate_of_the_listed_app_makes_its_code_present_again():
    found = bound(Package("com.tencent.mm.evil"), APP_CODE, certificate(WECHAT_SIGNER))
    assert {(item.by, item.grade) for item in found} == {("library", Grade.PRESENT), ("signer", Grade.PRESENT)}
    assert not any(OWN_NAME in item.note for item in found)
    (chained,) = bound(Package("com.tencent.mm.evil"), APP_CODE, certificate(WECHAT_SIGNER, chain=True))
    assert chained.grade is Grade.DECLARED


def test_a_library_that_is_also_told_by_something_else_is_present():
    """A file's name, or a package outside the app's own, is not what the app calls itself."""
    for more in ("native:libwechat.so", "package:com.tencent.wxop"):
        (item,) = bound(Package("com.tencent.mm.evil"), library("wechat-app", "package:com.tencent.mm", more))
        assert (item.grade, OWN_NAME in item.note) == (Grade.PRESENT, False)
    (kit,) = bound(Package("com.tencent.mm.evil"), library("wechat-opensdk", "package:com.tencent.mm.opensdk"))
    assert kit.grade is Grade.PRESENT


def test_the_kit_of_a_listed_app_below_the_apps_own_name_is_declared():
    (kit,) = bound(Package("com.tencent.mm.opensdk.x"), library("wechat-opensdk", "package:com.tencent.mm.opensdk"))
    assert (kit.grade, OWN_NAME in kit.note) == (Grade.DECLARED, True)


@pytest.mark.parametrize("name", ["pangle", "bugly", "umeng-analytics", "tencent-mta", "tencent-x5", "alipay-mpaas"])
def test_other_products_of_the_same_groups_do_not_bind(name):
    assert name in {entry.id for entry in library_index().entries}
    assert not bound(library(name))


def test_hosts_bind_by_contact_alone():
    (item,) = bound(endpoint("open.weixin.qq.com"), endpoint("weixin.qq.com."), endpoint("example.org"))
    assert (item.app, item.relation, item.by, item.mark) == ("wechat", "contacts", "domain", "weixin.qq.com")
    assert item.count == 2
    assert "is not shown" in item.note


@pytest.mark.parametrize(
    "host",
    [
        "qq.com", "notwechat.com", "wechat.com.example.org", "com", "weixin.qq.com.cn", "..", "",
        "xn--wechat-.com", "w\u0435chat.com", "\uff57echat.com", "wechat\u3002com", "wechat.com:443",
        "wechat.com\0.example",
        "user@wechat.com", "-wechat.com", "wechat%2ecom", "wechat.com/example.org",
    ],
)  # fmt: skip
def test_a_host_that_only_resembles_does_not_bind(host):
    assert not bound(endpoint(host, value="https://x/"))


def test_a_host_of_very_many_labels_binds_by_its_last_ones():
    (item,) = bound(*(endpoint("a." * 200_000 + f"{number}.wechat.com", value=str(number)) for number in range(20)))
    assert (item.mark, item.count) == ("wechat.com", 20)


def test_a_developers_name_next_to_the_package_name_is_no_more_than_declared():
    found = bound(Package("com.tencent.mm"), certificate(subject=TENCENT))
    assert {(item.by, item.grade) for item in found} == {("package", Grade.DECLARED), ("developer", Grade.DECLARED)}
    assert told(Package("com.tencent.mm"), certificate(subject="CN=Tencent")) == [("wechat", "is", "package")]


@pytest.mark.parametrize(
    "what",
    [
        endpoint("wechat.com", role="schema"),
        endpoint("wechat.com", role="placeholder"),
        endpoint("wechat.com", form="email"),
        endpoint("wechat.com", form="deep-link-host"),
    ],
)
def test_strings_that_nothing_contacts_do_not_bind(what):
    assert not bound(what)


def test_many_facts_of_one_mark_are_folded_and_counted():
    facts = facts_of(*(endpoint("wechat.com", value=f"https://wechat.com/{number}") for number in range(100_000)))
    (item,) = bind(values_of(facts), KNOWN)
    assert item.count == 100_000
    assert item.facts == tuple(fact.id for fact in facts[:FACTS])


def test_what_was_compared_is_counted():
    values = values_of(
        facts_of(Package("a"), certificate(), library("x"), endpoint("a.b"), endpoint("a.b"), endpoint("c"))
    )
    marks = {"one": Marks(packages=(Mark("p", "s", "M"),), libraries=(Mark("l", "s", "M"), Mark("k", "s", "M")))}
    assert searched(values, marks) == (
        "marks of 1 listed app (1 package name, 0 certificates, 2 libraries, 0 domains) were compared with what was"
        " read here: 1 package name, 1 certificate, 1 known library, 2 hosts"
    )


names = st.sampled_from(
    [mark.value for item in KNOWN.values() for kind in (item.packages, item.domains, item.libraries) for mark in kind]
    + ["example.org", WECHAT_SIGNER, GROUP_SIGNER]
)
subjects = st.lists(
    st.one_of(
        names.map(Package), names.map(certificate), names.map(library), names.map(endpoint),
        names.map(lambda name: endpoint(f"a.{name}")),
    ),
    max_size=8,
)  # fmt: skip


@given(subjects, st.randoms())
def test_bindings_cite_facts_that_are_there_and_do_not_depend_on_the_order_of_marks(found, random):
    facts = facts_of(*found)
    shuffled = list(KNOWN)
    random.shuffle(shuffled)
    made = bind(values_of(facts), KNOWN)
    assert made == bind(values_of(facts), {app: KNOWN[app] for app in shuffled})
    assert {fact for item in made for fact in item.facts} <= {fact.id for fact in facts}
    assert len({(item.app, item.by, item.mark) for item in made}) == len(made)
    shown = {(item.app, item.by) for item in made}
    assert all((app, "package") in shown for app, by in shown if by == "developer")


def every_mark():
    for app, item in KNOWN.items():
        for kind in ("packages", "signers", "developers", "libraries", "domains"):
            yield from ((app, kind, mark) for mark in getattr(item, kind))


def test_marks_are_of_apps_that_the_register_lists():
    listed = {app for file in load("entities", Entities).values() for app in file.apps}
    assert set(KNOWN) <= listed


def test_marks_name_libraries_that_the_index_has():
    index = {entry.id for entry in library_index().entries}
    assert {mark.value for _, kind, mark in every_mark() if kind == "libraries"} <= index


def test_no_mark_is_given_twice_for_one_app():
    given_ = [(app, kind, mark.value) for app, kind, mark in every_mark()]
    assert len(given_) == len(set(given_))


def test_certificates_are_whole_digests_and_name_known_packages():
    for app, kind, mark in every_mark():
        if kind == "signers":
            assert re.fullmatch(r"[0-9a-f]{64}|[0-9a-f]{32}", mark.value)
            assert set(mark.of) <= {package.value for package in KNOWN[app].packages}


def test_what_nobody_read_is_never_given_high_confidence():
    for _, _, mark in every_mark():
        if "unverified" in mark.source:
            assert mark.confidence in {"M", "L"}
        if mark.confidence == "H" and "see signers" not in mark.source:
            assert re.search(r"SHA-256\s+[0-9a-f]{64}", mark.source), mark
