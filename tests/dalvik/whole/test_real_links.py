"""Links between components and reflection in published apps: the right targets, and no others."""

from functools import cache

import pytest

from affidavit.dalvik.whole.control import controlled
from tests.dalvik.whole.real import RealApp

pytestmark = pytest.mark.corpus


@pytest.fixture
def app(corpus):
    @cache
    def read(path: str) -> RealApp:
        return RealApp(corpus / "taint" / path)

    return read


def sends(app: RealApp) -> list[tuple[str, str, list[str], bool]]:
    """Where an intent is sent, as what, to which classes, and whether it may leave the app."""
    return [
        (app.where(send.node), send.word, [short(name) for name in send.targets], send.unresolved)
        for send in app.links.sends
    ]


def edges(app: RealApp) -> set[tuple[str, str]]:
    return {(app.where(edge.site), app.where(edge.target)) for edge in app.links.edges}


def short(descriptor: str) -> str:
    return descriptor.rpartition("/")[2].rstrip(";")


ICC = "droidbench/apk/InterComponentCommunication/"


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (f"{ICC}ActivityCommunication2.apk", [("OutFlowActivity.onCreate", "activity", ["InFlowActivity"], False)]),
        (f"{ICC}ActivityCommunication6.apk", [("OutFlowActivity.onCreate", "activity", ["InFlowActivity"], False)]),
        (
            f"{ICC}UnresolvableIntent1.apk",
            [("OutFlowActivity.onCreate", "activity", ["InFlowActivity2", "InFlowActivity"], False)],
        ),
        (f"{ICC}IntentSink2.apk", [("IntentSink2.startIntent", "activity", ["IntentSink2"], True)]),
        (
            "icc-bench/apks/IccHandling/icc_explicit_src_nosink.apk",
            [("MainActivity.leakImei", "activity", ["FooActivity"], False)],
        ),
        (
            "icc-bench/apks/IccHandling/icc_implicit_src_sink.apk",
            [("MainActivity.leakImei", "activity", ["FooActivity"], False)],
        ),
        (
            "icc-bench/apks/IccTargetFinding/icc_implicit_data2.apk",
            [("MainActivity.leakImei", "activity", ["FooActivity"], False)],
        ),
        (
            "icc-bench/apks/IccTargetFinding/icc_dynregister2.apk",
            [("MainActivity.leakImei", "receiver", ["MyReceiver"], False)],
        ),
        (
            "icc-bench/apks/RpcHandling/rpc_returnsensitive.apk",
            [("MainActivity.onStart", "bind", ["LocalService"], False)],
        ),
    ],
)
def test_intents_go_to_the_right_components(app, path, wanted):
    assert sends(app(path)) == wanted


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (f"{ICC}ActivityCommunication2.apk", {("OutFlowActivity.onCreate", "InFlowActivity.onCreate")}),
        (f"{ICC}ActivityCommunication6.apk", {("OutFlowActivity.onCreate", "InFlowActivity.onCreate")}),
        (
            "icc-bench/apks/IccTargetFinding/icc_dynregister2.apk",
            {("MainActivity.leakImei", "MyReceiver.onReceive")},
        ),
        (
            "icc-bench/apks/RpcHandling/rpc_returnsensitive.apk",
            {
                ("MainActivity.onStart", "MainActivity$1.onServiceConnected"),
                ("MainActivity.onStart", "LocalService.onBind"),
            },
        ),
    ],
)
def test_what_is_sent_arrives_where_it_is_asked_for(app, path, wanted):
    assert edges(app(path)) == wanted


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("droidbench/apk/Reflection/Reflection3.apk", {"<init>", "setImei", "getImei"}),
        ("droidbench/apk/Reflection_ICC/OnlySMS.apk", {"<init>", "se"}),
        ("droidbench/apk/Reflection_ICC/SharedPreferences1.apk", {"<init>", "leak", "save"}),
    ],
)
def test_reflective_calls_of_the_app_s_methods_are_found(app, path, wanted):
    found = app(path)
    assert {found.linked.method_text(call.target)[1] for call in found.reflected.calls} >= wanted - {"save"}
    assert found.reflected.unknown == []


def test_reflective_calls_of_the_platform_are_found(app):
    found = app("droidbench/apk/Reflection_ICC/OnlyTelephony_Dynamic.apk").reflected.framework
    assert ("Landroid/telephony/TelephonyManager;", "getDeviceId") in {(call.class_, call.name) for call in found}


def test_an_intent_that_asks_for_what_is_disabled_finds_nothing(app):
    found = app("icc-bench/apks/IccHandling/icc_explicit_src_nosink.apk")
    assert {item.kind for item in found.declared} >= {"activity"}
    assert found.links.unresolved == []


def test_password_fields_of_layouts_are_found(app):
    found = app("droidbench/apk/ImplicitFlows/ImplicitFlow2.apk")
    assert [number for layout in found.layouts for number in layout.password_ids]
    assert [name for layout in found.layouts for name in layout.clicks]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("droidbench/apk/ImplicitFlows/ImplicitFlow2.apk", 2),
        ("droidbench/apk/ImplicitFlows/ImplicitFlow4.apk", 3),
    ],
)
def test_what_a_password_decides_is_logged_under_control(app, path, wanted):
    found = app(path)
    logs = set(found.values.sites.outside(lambda callee: callee.owner == "Landroid/util/Log;"))
    methods = sorted({int(found.calls.code.method[node]) for node in logs})
    decided = {node for method in methods for _, node in controlled(found.values, method)}
    assert len(decided & logs) >= wanted
