"""Known code: the index, its knowledge, and what is said of an app."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit import knowledge
from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.program import Program
from affidavit.facts.reading import make_fact
from affidavit.identity import libraries
from affidavit.identity.library_index import (
    PREFIX_LIMIT,
    LibraryDocument,
    LibraryEntry,
    LibraryIndex,
    library_index,
    merge_entries,
    package_prefix,
)
from affidavit.model.declared import Component, MetaData
from affidavit.model.fact import Fact
from affidavit.model.library import Library
from affidavit.model.place import Place
from tests.builders.dex import DexBuilder
from tests.oracles.libraries import all_prefixes, count_classes, longest_prefix

SMALL = LibraryIndex(
    (
        LibraryEntry("vendor", "Vendor", "framework", prefixes=("com.vendor",)),
        LibraryEntry("vendor-ads", "Vendor Ads", "advertising", tracker="shows ads", prefixes=("com.vendor.ads",)),
        LibraryEntry("other", "Other", "ui", prefixes=("org.other", "com.vendor.ads.other"), native=("libother.so",)),
        LibraryEntry(
            "marks", "Marks", "push", components=("a.b.Push",), metadata=("PUSH_KEY",), assets=("assets/p/", "x.txt")
        ),
    )
)


def program_of(*classes: tuple[str, ...]) -> Program:
    units = []
    for number, names in enumerate(classes):
        builder = DexBuilder()
        for name in names:
            builder.add_class(name)
        units.append(read_dex(f"classes{number + 1 if number else ''}.dex", builder.build()))
    return Program(units)


def program_at(path: Path) -> tuple[Program, list[str]]:
    with zipfile.ZipFile(path) as app:
        names = [name for name in app.namelist() if name.endswith(".dex") and "/" not in name]
        return Program([read_dex(name, app.read(name)) for name in names]), app.namelist()


def said(*classes: str, facts: tuple[Fact, ...] = (), names: tuple[str, ...] = ()) -> dict[str, Fact]:
    program = program_of(classes) if classes else None
    found = list(libraries.extract(program, facts, names, SMALL))
    assert [fact.what.id for fact in found] == sorted(fact.what.id for fact in found)
    assert all(isinstance(fact.what, Library) for fact in found)
    return {fact.what.id: fact for fact in found}


def test_classes_are_counted_under_the_longest_prefix():
    found = said(
        "Lcom/vendor/A;", "Lcom/vendor/ads/B;", "Lcom/vendor/ads/x/C;", "Lcom/vendor/ads/other/D;", "Lorg/x/E;"
    )
    assert {name: fact.what.classes for name, fact in found.items()} == {"vendor": 1, "vendor-ads": 2, "other": 1}
    assert found["vendor-ads"].what.tracker
    assert not found["vendor"].what.tracker
    assert found["other"].what.marks == ("package:com.vendor.ads.other",)


def test_a_prefix_ends_at_a_dot():
    assert said("Lcom/vendorx/A;", "Lcom/vendor;", "Lxcom/vendor/A;") == {}


def test_the_place_is_the_first_class_definition():
    fact = said("Lcom/vendor/ads/Z;", "Lcom/vendor/ads/A;")["vendor-ads"]
    assert fact.place.entry == "classes.dex"
    assert fact.place.class_ in {"Lcom/vendor/ads/Z;", "Lcom/vendor/ads/A;"}
    assert fact.place.offset > 0x70
    unit = program_of(("Lcom/vendor/ads/Z;", "Lcom/vendor/ads/A;")).units[0]
    assert fact.place.offset == min(unit.class_offset.tolist())


def test_a_definition_that_android_ignores_does_not_count():
    program = program_of(("Lcom/vendor/A;",), ("Lcom/vendor/A;", "Lcom/vendor/B;"))
    [fact] = libraries.extract(program, (), (), SMALL)
    assert fact.what.classes == 2
    assert fact.what.marks == ("package:com.vendor",)


def test_marks_of_the_manifest_and_of_entries():
    facts = (
        make_fact(
            Component("service", "a.b.Push", exported=False, exported_why="default"),
            Place("AndroidManifest.xml", 40),
            "m/1",
        ),
        make_fact(MetaData("PUSH_KEY", "1"), Place("AndroidManifest.xml", 8), "m/1"),
    )
    found = said(
        facts=facts, names=("lib/arm64-v8a/libother.so", "assets/p/q/r.bin", "x.txt", "assets/libother.so.txt")
    )
    assert found["marks"].what.marks == ("asset:assets/p/", "asset:x.txt", "component:a.b.Push", "meta-data:PUSH_KEY")
    assert found["marks"].place == Place("AndroidManifest.xml", 40)
    assert found["other"].what.marks == ("native:libother.so",)
    assert found["other"].place == Place("lib/arm64-v8a/libother.so")
    assert found["other"].what.classes == 0


def test_marks_inside_a_split_count():
    assert set(said(names=("split.apk!/lib/x86/libother.so",))) == {"other"}


def test_a_library_name_elsewhere_is_no_mark():
    assert said(names=("assets/libother.so", "libother.so", "lib/x86/libother2.so")) == {}


def test_nothing_is_said_of_nothing():
    assert said() == {}


def test_attribution_of_one_class():
    assert SMALL.attribute("Lcom/vendor/ads/x/C;") == "vendor-ads"
    assert SMALL.attribute("Lcom/vendor/C;") == "vendor"
    assert SMALL.attribute("LC;") is None
    assert SMALL.attribute("") is None
    assert SMALL.attribute("[Lcom/vendor/C;") is None


def test_a_broken_dex_holds_no_library():
    assert list(libraries.extract(Program([read_dex("classes.dex", b"dex\n035\0" + bytes(120))]), (), (), SMALL)) == []


SEGMENTS = st.lists(st.sampled_from(["a", "b", "aa", "ab", "com", "x" * 40]), min_size=1, max_size=5)


@settings(max_examples=200, deadline=None)
@given(st.lists(SEGMENTS.map(".".join), max_size=8, unique=True), st.lists(SEGMENTS.map("/".join), max_size=12))
def test_bulk_attribution_agrees_with_the_slow_twin(packages, names):
    packages = [package for package in packages if len(package_prefix(package)) <= PREFIX_LIMIT]
    index = LibraryIndex(tuple(LibraryEntry(f"l{n}", "t", "ui", prefixes=(p,)) for n, p in enumerate(packages)))
    descriptors = [f"L{name}/C;" for name in names] + ["LC;", "I", ""]
    if not packages:
        assert [index.attribute(name) for name in descriptors] == [None] * len(descriptors)
        return
    heads = np.array([name.encode()[:PREFIX_LIMIT] for name in descriptors], dtype=f"S{PREFIX_LIMIT}")
    for name, row in zip(descriptors, index.prefix_rows(heads).tolist(), strict=True):
        expected = longest_prefix(name, all_prefixes(index))
        assert (index.sorted_prefixes[row] if row >= 0 else None) == (expected[0] if expected else None)
        assert index.attribute(name) == (expected[1] if expected else None)


def test_an_empty_index_names_nothing():
    assert list(libraries.extract(program_of(("La/B;",)), (), ("lib/x86/liba.so",), LibraryIndex(()))) == []


def test_entries_of_several_files_add_up():
    first = LibraryDocument("own", "facts", (LibraryEntry("v", "V", "ui", prefixes=("com.v",)),))
    second = LibraryDocument("set", "Apache-2.0", (LibraryEntry("v", "other words", "ads", native=("libv.so",)),))
    [entry] = merge_entries({"20": second, "10": first})
    assert (entry.title, entry.purpose, entry.prefixes, entry.native) == ("V", "ui", ("com.v",), ("libv.so",))
    assert (entry.source, entry.licence) == ("own; set", "facts; Apache-2.0")


class TestKnowledge:
    """The index that is shipped."""

    def test_every_entry_has_words_source_and_licence(self):
        assert len(library_index().entries) > 1_200
        for entry in library_index().entries:
            assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", entry.id)
            assert entry.title
            assert re.fullmatch(r"[a-z-]+", entry.purpose), entry.id
            assert entry.source
            assert entry.licence
            assert entry.prefixes or entry.native or entry.components or entry.metadata or entry.assets, entry.id

    def test_only_permissive_origins(self):
        licences = {document.licence for document in knowledge.load("libraries", LibraryDocument).values()}
        assert licences <= {"Apache-2.0", "MIT", "BSD-3-Clause", "CC0-1.0", "facts; own compilation"}

    def test_no_prefix_is_too_generic_or_obfuscated(self):
        generic = {
            "com",
            "org",
            "net",
            "io",
            "cn",
            "android",
            "java",
            "javax",
            "com.google",
            "com.android",
            "com.github",
        }
        generic |= {
            "com.google.android",
            "org.apache",
            "com.example",
            "com.microsoft",
            "com.amazon",
            "com.tencent",
            "com.baidu",
        }
        generic |= {
            "com.alibaba",
            "com.facebook",
            "com.huawei",
            "com.xiaomi",
            "com.samsung",
            "com.sina",
            "cn.com",
            "co.uk",
        }
        single = {
            "kotlin",
            "kotlinx",
            "dagger",
            "okio",
            "okhttp3",
            "retrofit",
            "retrofit2",
            "rx",
            "butterknife",
            "coil",
            "coil3",
        }
        single |= {
            "androidx",
            "arrow",
            "shark",
            "leakcanary",
            "toothpick",
            "roboguice",
            "zendesk",
            "xcrash",
            "twitter4j",
            "kawa",
        }
        single |= {"mtopsdk", "pdftron", "xamarin", "bolts", "greendroid", "kankan", "jxl", "jcifs", "flexjson", "gnu"}
        for entry in library_index().entries:
            for prefix in entry.prefixes:
                parts = prefix.split(".")
                assert prefix not in generic, prefix
                assert len(parts) > 1 or prefix in single, prefix
                assert len(package_prefix(prefix).encode()) <= PREFIX_LIMIT, prefix
                assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*|[a-z0-9_-]+", part) for part in parts), prefix
                assert sum(len(part) for part in parts) > 3 or prefix in single | {"rx"}, prefix

    def test_no_mark_belongs_to_two(self):
        for marks in ("prefixes", "native", "components", "metadata", "assets"):
            held: dict[str, str] = {}
            for entry in library_index().entries:
                for mark in getattr(entry, marks):
                    assert held.setdefault(mark, entry.id) == entry.id, mark

    def test_native_names_are_distinctive(self):
        names = library_index().by_native
        assert not {"libmain.so", "libnative-lib.so", "libcore.so", "libapp.so", "libutils.so", "libMyGame.so"} & set(
            names
        )
        assert all(re.fullmatch(r"lib[\w.+-]{3,}\.so", name) for name in names)

    @pytest.mark.parametrize(
        ("descriptor", "wanted", "tracker"),
        [
            ("Lcom/tencent/mm/opensdk/openapi/WXAPIFactory;", "wechat-opensdk", True),
            ("Lcom/tencent/mm/sdk/openapi/IWXAPI;", "wechat-opensdk", True),
            ("Lcom/tencent/connect/auth/QQToken;", "tencent-connect", True),
            ("Lcom/tencent/bugly/crashreport/CrashReport;", "bugly", True),
            ("Lcom/qq/e/ads/ADActivity;", "tencent-ads", True),
            ("Lcom/bytedance/sdk/openadsdk/TTAdSdk;", "pangle", True),
            ("Lcom/bytedance/sdk/open/douyin/DouYinOpenApiFactory;", "douyin-opensdk", True),
            ("Lcom/tiktok/open/sdk/auth/AuthApi;", "tiktok-opensdk", True),
            ("Lcom/tiktok/TikTokBusinessSdk;", "tiktok-business", True),
            ("Lcom/bytedance/applog/AppLog;", "applog", True),
            ("Lcom/ss/android/ugc/aweme/main/MainActivity;", "douyin-app", False),
            ("Lcom/umeng/analytics/MobclickAgent;", "umeng-analytics", True),
            ("Lcom/alipay/sdk/app/PayTask;", "alipay", True),
            ("Lcn/jpush/android/api/JPushInterface;", "jpush", True),
            ("Lcom/google/firebase/analytics/FirebaseAnalytics;", "google-measurement", True),
            ("Lcom/google/firebase/crashlytics/FirebaseCrashlytics;", "firebase-crashlytics", True),
            ("Lcom/google/android/gms/ads/AdView;", "admob", True),
            ("Lcom/google/android/gms/common/api/Api;", "play-services", False),
            ("Lcom/facebook/appevents/AppEventsLogger;", "facebook-core", True),
            ("Lcom/facebook/react/ReactActivity;", "react-native", False),
            ("Lcom/appsflyer/AppsFlyerLib;", "appsflyer", True),
            ("Lcom/adjust/sdk/Adjust;", "adjust", True),
            ("Lio/branch/referral/Branch;", "branch", True),
            ("Lcom/amplitude/api/Amplitude;", "amplitude", True),
            ("Lcom/mixpanel/android/mpmetrics/MixpanelAPI;", "mixpanel", True),
            ("Lcom/segment/analytics/Analytics;", "segment", True),
            ("Lio/sentry/Sentry;", "sentry", True),
            ("Lcom/bugsnag/android/Bugsnag;", "bugsnag", True),
            ("Lcom/onesignal/OneSignal;", "onesignal", True),
            ("Lcom/unity3d/ads/UnityAds;", "unity-ads", True),
            ("Lcom/unity3d/player/UnityPlayer;", "unity", False),
            ("Lcom/ironsource/mediationsdk/IronSource;", "ironsource", True),
            ("Lcom/applovin/sdk/AppLovinSdk;", "applovin", True),
            ("Lcom/vungle/warren/Vungle;", "vungle", True),
            ("Lcom/chartboost/sdk/Chartboost;", "chartboost", True),
            ("Lcom/inmobi/ads/InMobiBanner;", "inmobi", True),
            ("Lcom/flurry/android/FlurryAgent;", "flurry", True),
            ("Lcom/comscore/Analytics;", "comscore", True),
            ("Lcom/braze/Braze;", "braze", True),
            ("Lcom/clevertap/android/sdk/CleverTapAPI;", "clevertap", True),
            ("Lcom/kochava/base/Tracker;", "kochava", True),
            ("Lcom/singular/sdk/Singular;", "singular", True),
            ("Lcom/tapjoy/Tapjoy;", "tapjoy", True),
            ("Lcom/mbridge/msdk/MBridgeSDK;", "mintegral", True),
            ("Lcom/yandex/metrica/YandexMetrica;", "yandex-metrica", True),
            ("Lcom/huawei/hms/analytics/HiAnalytics;", "huawei-analytics", True),
            ("Lcom/huawei/hms/common/ApiException;", "huawei-hms", False),
            ("Lokhttp3/OkHttpClient;", "okhttp", False),
            ("La/a/a;", None, False),
            ("Lcom/google/Thing;", None, False),
            ("Lcom/example/app/Main;", None, False),
        ],
    )
    def test_families_that_must_be_known(self, descriptor, wanted, tracker):
        assert library_index().attribute(descriptor) == wanted
        entry = next((entry for entry in library_index().entries if entry.id == wanted), None)
        assert bool(entry and entry.tracker) is tracker


@pytest.mark.corpus
@pytest.mark.parametrize(
    "name",
    ["constituent/apk/tiktok-opensdk-demo/OpenSdkDemo_2bb9c669.apk", "realapps/exodus-core/apks__blooddonation.apk"],
)
def test_counts_agree_with_the_slow_twin_on_a_real_app(corpus: Path, name: str):
    program, _ = program_at(corpus / name)
    given = {fact.what.id: fact.what.classes for fact in libraries.extract(program, (), (), library_index())}
    assert given == count_classes(program, library_index())


@pytest.mark.corpus
def test_the_open_sdk_demo_is_not_taken_for_an_ad_network(corpus: Path):
    program, names = program_at(corpus / "constituent/apk/tiktok-opensdk-demo/OpenSdkDemo_2bb9c669.apk")
    found = {fact.what.id for fact in libraries.extract(program, (), names, library_index())}
    assert "douyin-opensdk" in found
    assert "pangle" not in found


EXPLAINED = {("Pangle", "OpenSdkDemo_2bb9c669.apk"): "its signature is com.bytedance; the code is the Open SDK's"}
"""Trackers that the other set's unanchored signatures see and that are something else, and why."""


@pytest.mark.corpus
@pytest.mark.parametrize("folder", ["realapps", "vulnerable", "constituent/apk"])
def test_every_tracker_that_a_public_set_sees_by_package_is_named(corpus: Path, folder: str):
    listed = json.loads((corpus / "trackers/trackercontrol/app__src__main__assets__trackers.json").read_bytes())
    signatures = [(item["name"], item["code_signature"]) for item in listed["trackers"].values()]
    patterns = [(name, re.compile(text)) for name, text in signatures if text not in {"", "NC"}]
    trackers = {entry.id for entry in library_index().entries if entry.tracker}
    missed = []
    for path in sorted((corpus / folder).rglob("*.apk")):
        program, _ = program_at(path)
        names = [
            unit.class_name(row)[1:-1].replace("/", ".")
            for unit in program.units
            for row in range(len(unit.class_type))
        ]
        text = "\n".join(names)
        for name, pattern in patterns:
            found = pattern.search(text)
            if not found or (name, path.name) in EXPLAINED:
                continue
            line = text[text.rfind("\n", 0, found.start()) + 1 :].partition("\n")[0]
            if library_index().attribute(f"L{line.replace('.', '/')};") not in trackers:
                missed.append((path.name, name, line))
    assert missed == []


@pytest.mark.samples
def test_known_libraries_of_a_large_app_are_found(sample: Callable[[str], Path]):
    program, names = program_at(sample("airtest"))
    index = library_index()
    found = {fact.what.id for fact in libraries.extract(program, (), names, index)}
    assert {"tencent-x5", "netty", "kotlin", "airtest-yosemite"} <= found
