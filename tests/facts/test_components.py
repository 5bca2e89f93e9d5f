"""Components: exported by Android's rules, inheritance, filters, deep links, providers; equal to aapt on real apps."""

import pytest

from affidavit.facts.intents import MAX_LINKS
from affidavit.facts.manifest_reading import read_manifest
from affidavit.model.declared import Component, DeepLink, Grant, IntentFilter
from tests.builders.axml import E, Ref, e, manifest
from tests.facts.declarations import Declared, declare, declare_text
from tests.facts.test_manifest import all_apps, open_manifest
from tests.oracles import aapt

VIEW, BROWSABLE = "android.intent.action.VIEW", "android.intent.category.BROWSABLE"


def named(kind: str, name: str = ".C", children: tuple[E, ...] = (), **attributes: object) -> E:
    items = {f"android:{key}": value for key, value in attributes.items()}
    return E(kind, {"android:name": name, **items}, children)


def action(name: str = "go") -> E:
    return e("action", {"android:name": name})


def intents(*children: E) -> E:
    return E("intent-filter", {}, children)


def links(*data: E, auto: bool | None = None, category: str = BROWSABLE) -> E:
    verify = {} if auto is None else {"android:autoVerify": auto}
    return E("intent-filter", verify, (action(VIEW), e("category", {"android:name": category}), *data))


def data(**attributes: str) -> E:
    return e("data", {f"android:{key}": value for key, value in attributes.items()})


def state(root: E) -> tuple[bool, str]:
    component = declare(root).one(Component)
    return component.exported, component.exported_why


FILTER = (intents(action()),)
KINDS = ("activity", "service", "receiver", "activity-alias")


@pytest.mark.parametrize("kind", KINDS)
def test_exported_as_stated_whatever_the_filters(kind):
    assert state(manifest(named(kind, exported=True))) == (True, "stated")
    assert state(manifest(named(kind, children=FILTER, exported=False))) == (False, "stated")


@pytest.mark.parametrize("kind", KINDS)
def test_exported_by_an_intent_filter_with_an_action(kind):
    assert state(manifest(named(kind, children=FILTER))) == (True, "intent-filter")
    assert state(manifest(named(kind))) == (False, "default")
    assert state(manifest(named(kind, children=(intents(),)))) == (False, "default")


@pytest.mark.parametrize(("target", "stated"), [(30, False), (31, True), (34, True)])
def test_from_target_31_a_filter_without_exported_is_a_limitation(target, stated):
    found = declare(manifest(named("activity", children=FILTER), target=target))
    assert found.one(Component).exported
    assert ("manifest/exported-not-stated" in found.kinds) is stated


@pytest.mark.parametrize(
    ("minimum", "target", "expected"),
    [(8, 16, (True, "provider-before-17")), (8, 17, (False, "default")), (21, 30, (False, "default"))],
)
def test_a_provider_is_exported_below_target_17(minimum, target, expected):
    assert state(manifest(named("provider"), minimum=minimum, target=target)) == expected


def test_a_provider_without_any_level_is_exported():
    root = e("manifest", {"package": "a"}, e("application", {}, named("provider")))
    assert state(root) == (True, "provider-before-17")


def test_a_provider_with_a_filter_keeps_the_default():
    assert state(manifest(named("provider", children=FILTER))) == (False, "default")


def test_exported_may_be_a_resource_that_is_missing():
    found = declare(manifest(named("activity", exported=Ref(0x7F010000))))
    assert not found.one(Component).exported
    assert "manifest/unresolved-value" in found.kinds


@pytest.mark.parametrize(
    ("written", "full"),
    [
        (".Main", "org.example.app.Main"),
        ("Main", "org.example.app.Main"),
        ("com.other.Main", "com.other.Main"),
        (".ui.Main$Inner", "org.example.app.ui.Main$Inner"),
        ("", ""),
    ],
)
def test_class_names_are_written_out(written, full):
    assert declare(manifest(named("activity", written))).one(Component).name == full


def test_a_component_without_a_class_is_stated():
    found = declare(manifest(e("service")))
    assert found.one(Component).name == ""
    assert "manifest/nameless" in found.kinds


def test_an_alias_has_a_target_and_no_inherited_permission():
    alias = named("activity-alias", ".A", targetActivity=".Main", exported=True)
    found = declare(manifest(named("activity", ".Main"), alias, permission="p.APP"))
    assert found.component("Main").permission == "p.APP"
    assert found.component("A").permission == ""
    assert found.component("A").target == "org.example.app.Main"


def test_an_empty_permission_lifts_the_inherited_one():
    found = declare(manifest(named("service", ".S", permission=""), named("service", ".T"), permission="p.APP"))
    assert (found.component("S").permission, found.component("T").permission) == ("", "p.APP")


def test_a_disabled_application_disables_its_components():
    assert not declare(manifest(named("service"), enabled=False)).one(Component).enabled
    assert not declare(manifest(named("service", enabled=False))).one(Component).enabled
    assert declare(manifest(named("service"))).one(Component).enabled


def test_provider_permissions_and_authorities():
    found = declare(
        manifest(
            named("provider", ".P", authorities="b.example;a.example;", permission="p.P", readPermission="p.R"),
            named("provider", ".Q", authorities="c"),
            permission="p.APP",
        )
    )
    one = found.component("P")
    assert one.authorities == ("a.example", "b.example")
    assert (one.permission, one.read_permission, one.write_permission) == ("p.P", "p.R", "p.P")
    two = found.component("Q")
    assert (two.read_permission, two.write_permission, two.grant_uri_permissions) == ("p.APP", "p.APP", False)


def test_only_providers_have_read_and_write_permissions():
    component = declare(manifest(named("activity", readPermission="p", authorities="a"), permission="p.APP")).one(
        Component
    )
    assert (component.read_permission, component.write_permission, component.authorities) == ("", "", ())


def test_provider_grants():
    children = (
        e("grant-uri-permission", {"android:pathPrefix": "/files"}),
        e("path-permission", {"android:path": "/x", "android:permission": "p.B", "android:writePermission": "p.W"}),
        e("grant-uri-permission"),
    )
    component = declare(manifest(named("provider", children=children))).one(Component)
    assert component.grant_uri_permissions
    assert component.grants == (Grant("pathPrefix=/files"), Grant("/x", "p.B", "p.W", "path-permission"))
    assert declare(manifest(named("provider", grantUriPermissions=True))).one(Component).grant_uri_permissions


def test_services_have_foreground_types():
    found = declare(manifest(named("service", foregroundServiceType=0x8 | 0x80)))
    assert found.one(Component).foreground_types == ("location", "microphone")
    written = declare_text(manifest(named("service", foregroundServiceType="microphone|location")))
    assert written.one(Component).foreground_types == ("location", "microphone")
    assert declare(manifest(named("service"))).one(Component).foreground_types == ()


@pytest.mark.parametrize(("value", "word"), [(0, "standard"), (2, "singleTask"), (9, "9")])
def test_launch_modes_are_words(value, word):
    assert declare(manifest(named("activity", launchMode=value))).one(Component).launch_mode == word
    assert declare(manifest(named("activity"))).one(Component).launch_mode == ""


def test_launch_modes_in_text_are_words_already():
    assert declare_text(manifest(named("activity", launchMode="singleTop"))).one(Component).launch_mode == "singleTop"


def test_processes_and_task_affinity():
    found = declare(
        manifest(named("service", ".S", process=":bg", taskAffinity="x.y"), named("service", ".T"), process="own")
    )
    assert (found.component("S").process, found.component("S").task_affinity) == ("org.example.app:bg", "x.y")
    assert found.component("T").process == "own"


def test_intent_filters_as_written():
    children = (links(data(scheme="https", host="example.org", mimeType="text/*"), auto=True), *FILTER)
    component = declare(manifest(named("activity", children=children))).one(Component)
    assert component.filters == (
        IntentFilter((VIEW,), (BROWSABLE,), ("scheme=https host=example.org mimeType=text/*",), auto_verify=True),
        IntentFilter(("go",)),
    )


def uris(*filters: E, **attributes: object) -> list[str]:
    found: Declared = declare(manifest(named("activity", children=filters, **attributes)))
    return [link.uri for link in found.about(DeepLink)]


def test_deep_links_combine_schemes_authorities_and_paths():
    parts = (data(scheme="https"), data(scheme="app"), data(host="a.example", port="8443"), data(host="b.example"))
    assert uris(links(*parts)) == [
        "https://a.example:8443",
        "https://b.example",
        "app://a.example:8443",
        "app://b.example",
    ]
    paths = (data(scheme="https", host="a.example", path="/x"), data(pathPrefix="/y"), data(pathSuffix=".z"))
    assert uris(links(*paths)) == ["https://a.example/x", "https://a.example/y*", "https://a.example*.z"]


def test_deep_links_without_host_or_with_an_opaque_part():
    assert uris(links(data(scheme="myapp"))) == ["myapp:"]
    assert uris(links(data(scheme="tel", sspPrefix="555"))) == ["tel:555*"]
    assert uris(links(data(mimeType="text/plain"))) == []


def test_what_a_browser_cannot_open_is_no_deep_link():
    assert uris(links(data(scheme="a"), category="android.intent.category.DEFAULT")) == []
    assert uris(links(data(scheme="a")), exported=False) == []
    assert uris(intents(action(), data(scheme="a"))) == []
    found = declare(manifest(named("service", children=(links(data(scheme="a")),))))
    assert not found.about(DeepLink)


def test_deep_links_say_whether_they_are_verified():
    found = declare(manifest(named("activity", children=(links(data(scheme="https", host="a"), auto=True),))))
    assert found.one(DeepLink) == DeepLink("org.example.app.C", "https://a", verified=True)


def test_deep_links_are_bounded():
    parts = [data(scheme=f"s{index}", host=f"h{index}", path=f"/{index}") for index in range(40)]
    found = declare(manifest(named("activity", children=(links(*parts),))))
    assert len(found.about(DeepLink)) == MAX_LINKS
    assert "manifest/many-deep-links" in found.kinds


def test_braces_in_a_path_are_kept():
    assert uris(links(data(scheme="a", host="b", path="/{id}/{}"))) == ["a://b/{id}/{}"]


def test_components_outside_of_the_application_have_no_effect():
    root = e("manifest", {"package": "a"}, named("service"), e("application", {}, e("group", {}, named("activity"))))
    assert not declare(root).about(Component)


EXPLAINED = {
    "tests__res__minimal_SIZE_ExtraField.apk": "this aapt refuses the archive; newer Android opens it",
}
"""Apps for which the components are not those that aapt's tree gives, and why."""


@pytest.mark.corpus
def test_components_and_exported_flags_equal_aapt_for_all_real_apps(corpus):
    different, count, shown = set(), 0, 0
    for path in all_apps(corpus):
        found = open_manifest(path)
        if found is None:
            continue
        ours = [(item.form, item.name, item.exported) for item in found.about(Component)]
        root = aapt.tree(path)
        reading = read_manifest(found.document, None, "", [])
        theirs = aapt.exported(root, reading.target_sdk) if root else []
        if ours != [(form, reading.full_name(name), flag) for form, name, flag in theirs]:
            different.add(path.name)
        count += len(ours)
        shown += sum(flag for _, _, flag in ours)
    assert different == set(EXPLAINED)
    assert count > 240
    assert shown > 60
