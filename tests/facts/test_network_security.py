"""Network security: the platform's defaults by target level, inheritance, domains, pins, debugging, what is missing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.model.identity import NetworkSecurity
from tests.builders.arsc import Kind, Table
from tests.builders.axml import E, Ref, binary, e, manifest, text
from tests.facts.declarations import declare, declare_text
from tests.facts.test_manifest import open_manifest

TABLE = Table([Kind("xml", {0: "res/xml/nsc.xml"}), Kind("raw", {0: "res/raw/ca.pem"})]).build()
SYSTEM, USER = ("system",), ("system", "user")


def config(*children: E) -> E:
    return E("network-security-config", {}, children)


def read(root: E | None, target: int = 30, *, as_text: bool = False, **application: object):
    files = {} if root is None else {"res/xml/nsc.xml": text(root) if as_text else binary(root)}
    return declare(manifest(target=target, networkSecurityConfig=Ref(0x7F010000), **application), TABLE, files)


def facts(root: E | None, target: int = 30, **options: object) -> list[NetworkSecurity]:
    return read(root, target, **options).about(NetworkSecurity)


def domain(name: str, *, sub: bool | None = None) -> E:
    return e("domain", {} if sub is None else {"includeSubdomains": sub}, text=name)


def anchors(*sources: str | Ref) -> E:
    return E("trust-anchors", {}, tuple(e("certificates", {"src": source}) for source in sources))


@pytest.mark.parametrize(
    ("target", "cleartext", "trusts"), [(23, True, USER), (24, True, SYSTEM), (27, True, SYSTEM), (28, False, SYSTEM)]
)
def test_without_a_file_the_defaults_follow_the_target(target, cleartext, trusts):
    found = declare(manifest(target=target)).one(NetworkSecurity)
    assert found == NetworkSecurity("base", cleartext=cleartext, trusts=trusts)


def test_without_a_file_the_manifest_flag_decides():
    assert declare(manifest(target=30, usesCleartextTraffic=True)).one(NetworkSecurity).cleartext
    assert not declare(manifest(target=20, usesCleartextTraffic=False)).one(NetworkSecurity).cleartext


def test_with_a_file_the_manifest_flag_has_no_effect():
    assert facts(config(), usesCleartextTraffic=True) == [NetworkSecurity("base", trusts=SYSTEM)]
    assert facts(config(), target=23, usesCleartextTraffic=False) == [
        NetworkSecurity("base", cleartext=True, trusts=USER)
    ]


def test_the_base_states_its_own():
    base = e("base-config", {"cleartextTrafficPermitted": True}, anchors("user", "system"))
    assert facts(config(base)) == [NetworkSecurity("base", cleartext=True, trusts=USER)]


def test_a_domain_inherits_from_the_base():
    base = e("base-config", {"cleartextTrafficPermitted": True}, anchors("user"))
    found = facts(config(base, e("domain-config", {}, domain("B.example", sub=True), domain("a.example"))))
    assert found[1] == NetworkSecurity("domain", ("*.b.example", "a.example"), cleartext=True, trusts=("user",))


def test_a_nested_domain_inherits_from_the_outer_one():
    inner = e("domain-config", {}, domain("in.example"))
    outer = e("domain-config", {"cleartextTrafficPermitted": True}, domain("example"), anchors("user"), inner)
    assert facts(config(outer)) == [
        NetworkSecurity("base", trusts=SYSTEM),
        NetworkSecurity("domain", ("example",), cleartext=True, trusts=("user",)),
        NetworkSecurity("domain", ("in.example",), cleartext=True, trusts=("user",)),
    ]


def test_pins_are_listed_with_their_expiration_and_inherited():
    pins = e(
        "pin-set",
        {"expiration": "2027-01-01"},
        e("pin", {"digest": "SHA-256"}, text=" BBBB= "),
        e("pin", {"digest": "SHA-256"}, text="AAAA="),
    )
    nested = e("domain-config", {}, domain("b.a"))
    found = facts(config(e("domain-config", {}, domain("a"), pins, nested)))
    assert len(found) == 3
    for item in found[1:]:
        assert (item.pins, item.pin_expiration) == (("sha256/AAAA=", "sha256/BBBB="), "2027-01-01")


def test_pins_outside_of_a_domain_have_no_effect():
    pins = e("pin-set", {}, e("pin", {"digest": "SHA-256"}, text="AAAA="))
    assert facts(config(e("base-config", {}, pins)))[0].pins == ()


def test_debug_anchors_are_told_apart():
    found = facts(config(e("debug-overrides", {}, anchors("user"))))
    assert found == [NetworkSecurity("base", trusts=SYSTEM), NetworkSecurity("debug", trusts=("user",))]


def test_a_certificate_in_the_resources_is_named_by_its_path():
    assert facts(config(e("base-config", {}, anchors(Ref(0x7F020000)))))[0].trusts == ("res/raw/ca.pem",)


def test_text_and_binary_files_say_the_same():
    root = config(
        e("base-config", {"cleartextTrafficPermitted": True}), e("domain-config", {}, domain("a.example", sub=True))
    )
    assert facts(root) == facts(root, as_text=True)


def test_facts_lead_into_the_file():
    found = read(config(e("base-config"), e("domain-config", {}, domain("a"))))
    data = binary(config(e("base-config"), e("domain-config", {}, domain("a"))))
    places = [fact.place for fact in found.facts if isinstance(fact.what, NetworkSecurity)]
    assert {place.entry for place in places} == {"res/xml/nsc.xml"}
    assert all(data[place.offset : place.offset + 2] == b"\x02\x01" for place in places)


def test_the_file_is_looked_for_in_the_same_part():
    asked: list[str] = []
    root = manifest(networkSecurityConfig=Ref(0x7F010000))
    from tests.facts.declarations import read as read_manifest_bytes

    read_manifest_bytes(binary(root), TABLE, asked.append, entry="base.apk!/AndroidManifest.xml")
    assert asked == ["base.apk!/res/xml/nsc.xml"]


def test_a_file_that_is_missing_is_a_limitation_and_not_a_default():
    found = read(None)
    assert not found.about(NetworkSecurity)
    assert "manifest/network-security-missing" in found.kinds


def test_a_file_that_cannot_be_resolved_is_a_limitation():
    found = declare(manifest(networkSecurityConfig=Ref(0x7F010000)))
    assert "manifest/network-security-missing" in found.kinds


@pytest.mark.parametrize(
    "root",
    [
        e("wrong-root"),
        config(e("base-config"), e("base-config")),
        config(e("debug-overrides"), e("debug-overrides")),
        config(e("domain-config")),
        config(e("domain-config", {}, domain("a"), domain("A"))),
        config(e("domain-config", {}, domain(" "))),
    ],
)
def test_what_android_fails_on_is_stated(root):
    assert "manifest/bad-network-security" in read(root).kinds


@pytest.mark.parametrize("data", [b"", b"\0" * 40, b"<network-security-config", b"\xff" * 100])
def test_a_file_that_cannot_be_read_is_a_limitation(data):
    found = declare(manifest(networkSecurityConfig=Ref(0x7F010000)), TABLE, {"res/xml/nsc.xml": data})
    assert found.kinds


def test_a_split_has_no_configuration_of_its_own():
    assert not declare(manifest(), base=manifest()).about(NetworkSecurity)
    split = e("manifest", {"package": "a", "split": "config.de"}, e("application"))
    assert not declare(split).about(NetworkSecurity)


def test_a_library_without_a_file_leaves_it_to_the_app():
    found = declare_text(manifest(usesCleartextTraffic=True))
    assert not found.about(NetworkSecurity)
    assert "manifest/of-a-library" in found.kinds


def tree_of(items: list[str]) -> E:
    """Any nesting of the elements that mean something, from a list of names."""
    tops: list[E] = []
    for name in items:
        tops = (
            [E(name, {"cleartextTrafficPermitted": len(tops) % 2 == 0}, tuple(tops))]
            if len(tops) > 2
            else [*tops, e(name)]
        )
    return config(*tops)


NAMES = ["base-config", "domain-config", "debug-overrides", "domain", "trust-anchors", "certificates", "pin-set", "pin"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(NAMES), max_size=30))
def test_any_nesting_is_survived(items):
    for found in (read(tree_of(items)), read(tree_of(items), as_text=True)):
        assert all(fact.id.startswith("f") for fact in found.facts)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_survived(data):
    files = {"res/xml/nsc.xml": binary(config(e("base-config")))[:60] + data}
    declare(manifest(networkSecurityConfig=Ref(0x7F010000)), TABLE, files)


@pytest.mark.corpus
def test_a_real_file_that_trusts_the_user(corpus):
    found = open_manifest(corpus / "constituent" / "apk" / "tiktok-opensdk-demo" / "OpenSdkDemo_2bb9c669.apk")
    assert found.about(NetworkSecurity) == [NetworkSecurity("base", cleartext=True, trusts=USER)]
