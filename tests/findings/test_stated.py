"""Features that facts answer: each predicate with what it must and must not accept."""

import msgspec
import pytest

from affidavit.findings.features import tree_of
from affidavit.findings.schema import Node
from affidavit.findings.stated import FactIndex
from tests.builders.rule_app import build_app

SERVICE = {"form": "service", "name": "a.S", "exported": True}
VIEW = {
    "form": "activity",
    "exported": True,
    "actions": ["android.intent.action.VIEW"],
    "categories": ["android.intent.category.BROWSABLE"],
    "data": ["https://x.test/a"],
    "auto_verify": True,
}
MAIN = {
    "form": "activity",
    "actions": ["android.intent.action.MAIN"],
    "categories": ["android.intent.category.LAUNCHER"],
}


def count(match, spec):
    feature = tree_of(msgspec.convert(match, Node)).feature
    assert feature is not None
    return FactIndex(build_app(spec).facts).hits(feature).count


def component(query, *items):
    return count({"component": query}, {"components": [{"name": f"a.C{n}", **item} for n, item in enumerate(items)]})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"form": "service"}, 1),
        ({"form": "provider"}, 0),
        ({"exported": True}, 2),
        ({"exported": False}, 1),
        ({"guarded": False, "exported": True}, 2),
        ({"guarded": True}, 0),
        ({"launcher": True}, 1),
        ({"launcher": False, "form": "activity"}, 1),
        ({"action": "android.intent.action.VIEW"}, 1),
        ({"category": "android.intent.category.BROWSABLE", "scheme": "http"}, 1),
        ({"scheme": "ftp"}, 0),
        ({"verified": True}, 1),
        ({"enabled": True}, 3),
    ],
)
def test_components(query, expected):
    assert component(query, SERVICE, VIEW, MAIN) == expected


@pytest.mark.parametrize("key", ["permission", "read_permission", "write_permission"])
def test_any_permission_guards_a_component(key):
    provider = {"form": "provider", "exported": True, key: "p.X"}
    assert component({"guarded": True}, provider) == 1
    assert component({"permission": "p.X"}, provider) == 1
    assert component({"permission": "p.Y"}, provider) == 0


def test_grants_and_foreground_types():
    assert component({"grants": True}, {"form": "provider", "grant_uri_permissions": True}) == 1
    assert component({"grants": True}, {"form": "provider"}) == 0
    assert component({"foreground": "camera"}, {"form": "service", "foreground_types": ["camera", "location"]}) == 1


@pytest.mark.parametrize(
    ("flags", "query", "expected"),
    [
        ({"debuggable": True}, {"debuggable": True}, 1),
        ({}, {"debuggable": True}, 0),
        ({}, {"allow_backup": True, "scoped_backup": False}, 1),
        ({"data_extraction_rules": "@xml/r"}, {"scoped_backup": False}, 0),
        ({"network_security_config": "@xml/n"}, {"configured": True}, 1),
        ({"cleartext": True}, {"cleartext": True}, 1),
        ({"legacy_storage": True}, {"legacy_storage": True}, 1),
        ({"test_only": True}, {"test_only": False}, 0),
        ({"stated": ("debuggable",)}, {"stated": "debuggable"}, 1),
    ],
)
def test_application_flags(flags, query, expected):
    assert count({"application": query}, {"application": flags}) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"scope": "base"}, 1),
        ({"trusts": "user"}, 1),
        ({"pinned": True}, 1),
        ({"pinned": True, "expires": True}, 0),
        ({"scope": "domain", "cleartext": True}, 0),
    ],
)
def test_network_security(query, expected):
    base = {"scope": "base", "trusts": ["system", "user"], "cleartext": True}
    domain = {"scope": "domain", "domains": ["x.test"], "pins": ["sha256/A"]}
    assert count({"network-security": query}, {"network": [base, domain]}) == expected


@pytest.mark.parametrize(
    ("levels", "query", "expected"),
    [
        ({"min": 21, "target": 30}, {"min": "<23"}, 1),
        ({"min": 23, "target": 30}, {"min": "<23"}, 0),
        ({"min": 21, "target": 30}, {"min": ">=21", "target": "<=30"}, 1),
        ({"min": 21, "target": -1}, {"target": "==21"}, 1),
        ({"min": -1, "target": -1}, {"target": "==1"}, 1),
        ({"min": 21, "target": 30}, {"target": ">30"}, 0),
    ],
)
def test_api_levels_follow_the_platform_s_defaults(levels, query, expected):
    assert count({"sdk": query}, levels) == expected


@pytest.mark.parametrize(
    ("match", "spec"),
    [
        ({"permission": "p.A"}, {"permissions": ["p.A", "p.B"]}),
        (
            {"defines-permission": {"protection": "normal"}},
            {"defines": [{"name": "a"}, {"name": "b", "protection": "signature"}]},
        ),
        ({"intent-action": "a.X"}, {"components": [{"form": "receiver", "actions": ["a.X"]}, {"form": "receiver"}]}),
        ({"meta-data": "k"}, {"meta_data": [{"name": "k", "value": "1"}, {"name": "k2"}]}),
        (
            {"meta-data": {"name": "k", "value": "1"}},
            {"meta_data": [{"name": "k", "value": "1"}, {"name": "k", "value": "2"}]},
        ),
        ({"query": {"form": "package", "contains": "wechat"}}, {"queries": [{"form": "package", "value": "x.wechat"}]}),
        ({"uses-feature": "f.camera"}, {"features": ["f.camera"]}),
        ({"package": {"shared_user": True}}, {"shared_user": "a.b"}),
        (
            {"endpoint": {"form": "url", "prefix": "http://"}},
            {"endpoints": [{"value": "HTTP://x"}, {"value": "https://x"}]},
        ),
        ({"library": {"id": "a"}}, {"libraries": [{"id": "a"}, {"id": "b"}]}),
        ({"library": {"purpose": "ads"}}, {"libraries": [{"id": "a", "purpose": "ads"}, {"id": "b"}]}),
        ({"library": {"tracker": True}}, {"libraries": [{"id": "a", "tracker": True}, {"id": "b"}]}),
        ({"native-import": "ptrace"}, {"natives": [{"imports": ["ptrace", "open"]}]}),
        ({"entry": "assets/*.dex"}, {"entries": ["assets/a.dex", "a.dex", "base.apk!/assets/a.txt"]}),
        ({"entry": "assets/*.dex"}, {"entries": ["base.apk!/assets/a.dex"]}),
        (
            {"notable": {"form": "crypto-constant", "contains": "aes"}},
            {"notable": [{"form": "crypto-constant", "text": "aes-sbox"}]},
        ),
        ({"signing": "v2"}, {"signing": ["v1", "v2"]}),
        ({"framework": "flutter"}, {"frameworks": ["kotlin", "flutter"]}),
        ({"packer": "any"}, {"packers": ["jiagu"]}),
        ({"packer": "legu"}, {"packers": ["jiagu", "legu"]}),
    ],
)
def test_one_of_the_facts_fits(match, spec):
    assert count(match, spec) == 1


def test_hits_carry_ids_and_bounded_places():
    app = build_app({"entries": [f"assets/{n}.dex" for n in range(30)]})
    feature = tree_of(Node(entry="assets/*.dex")).feature
    hits = FactIndex(app.facts).hits(feature)
    assert (hits.count, len(hits.facts), len(hits.places(None))) == (30, 20, 20)
    assert hits.facts[0] == app.facts[1].id
