"""Endpoints: what counts as one, what role it has, and which code uses it."""

import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from affidavit.artefact.budget import Budget
from affidavit.dalvik.dex import read_dex
from affidavit.facts import endpoints
from affidavit.facts.endpoint_roles import read_mark, read_url, role_of, tables
from affidavit.facts.endpoint_text import Mark, find_marks, find_wide_marks, trim
from affidavit.facts.reading import make_fact
from affidavit.model.declared import DeepLink
from affidavit.model.endpoint import Endpoint
from affidavit.model.errors import BudgetError
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from tests.builders.dex import DexBuilder, Method
from tests.oracles.endpoints import marks_of


def seen(data: bytes, path: str = "assets/a.js", media: str = "text") -> list[endpoints.Sighting]:
    limitations: list[Limitation] = []
    found = endpoints.scan_entry(path, data, media, limitations)
    assert limitations == []
    return found


def values(data: bytes, path: str = "assets/a.js", media: str = "text") -> list[tuple[str, str]]:
    return [(item.form, item.value) for item in seen(data, path, media)]


def loading(*texts: str) -> bytes:
    """A dex whose method loads each text in turn."""
    code = [*(("const-string", 0, text) for text in texts), ("return-void",)]
    return DexBuilder().add_class("Lcom/x/A;", methods=[Method("run", "()V", code=code)]).build()


def in_code(*texts: str) -> list[tuple[str, str]]:
    return [(item.form, item.value) for item in endpoints.scan_unit(read_dex("classes.dex", loading(*texts)), [])]


@pytest.mark.parametrize(
    ("text", "value", "host", "role"),
    [
        ("https://api.vendor.com/v1?x=1#y", "https://api.vendor.com/v1?x=1#y", "api.vendor.com", "endpoint"),
        ("HTTP://API.Vendor.COM/", "http://API.Vendor.COM/", "api.vendor.com", "endpoint"),
        ("see (http://vendor.com/a)", "http://vendor.com/a", "vendor.com", "endpoint"),
        ("http://vendor.com/a_(b)", "http://vendor.com/a_(b)", "vendor.com", "endpoint"),
        ("http://vendor.com.", "http://vendor.com", "vendor.com", "endpoint"),
        ("http://vendor.com:8443/x", "http://vendor.com:8443/x", "vendor.com", "endpoint"),
        ("https://user:pw@vendor.com/x", "https://user:pw@vendor.com/x", "vendor.com", "endpoint"),
        ("wss://push.vendor.io/s", "wss://push.vendor.io/s", "push.vendor.io", "endpoint"),
        ("mqtt://broker.vendor.com:1883", "mqtt://broker.vendor.com:1883", "broker.vendor.com", "endpoint"),
        ("ftp://)", "ftp://", "", "placeholder"),
        ("https://", "https://", "", "placeholder"),
        ("http://%s/path", "http://%s/path", "", "placeholder"),
        ("https://${host}/x", "https://${host}/x", "", "placeholder"),
        ("https://%s.vendor.com/x", "https://%s.vendor.com/x", "vendor.com", "endpoint"),
        ("https://{region}.api.vendor.com", "https://{region}.api.vendor.com", "api.vendor.com", "endpoint"),
        ("http://localhost:8080", "http://localhost:8080", "localhost", "placeholder"),
        ("http://127.0.0.1/", "http://127.0.0.1/", "127.0.0.1", "placeholder"),
        ("http://10.0.2.2:3000", "http://10.0.2.2:3000", "10.0.2.2", "placeholder"),
        ("http://119.188.72.27/2/f", "http://119.188.72.27/2/f", "119.188.72.27", "endpoint"),
        ("http://[2606:4700::1111]/dns", "http://[2606:4700::1111]/dns", "2606:4700::1111", "endpoint"),
        ("http://[::1]:80/", "http://[::1]:80/", "::1", "placeholder"),
        ("http://www.example.com/x", "http://www.example.com/x", "www.example.com", "placeholder"),
        ("http://server/", "http://server/", "server", "placeholder"),
        ("http://printer.local/", "http://printer.local/", "printer.local", "placeholder"),
        ("http://foo.bar1/", "http://foo.bar1/", "foo.bar1", "placeholder"),
        ("http://schemas.android.com/apk/res/android", None, "schemas.android.com", "schema"),
        ("http://www.w3.org/1999/xhtml", None, "www.w3.org", "schema"),
        ("http://xmlpull.org/v1/doc/features.html#x", None, "xmlpull.org", "schema"),
        ("http://www.apache.org/licenses/LICENSE-2.0", None, "www.apache.org", "schema"),
        ("http://www.apache.org/dist/x.zip", None, "www.apache.org", "endpoint"),
        ("http://javax.xml.XMLConstants/feature/secure-processing", None, "javax.xml.xmlconstants", "schema"),
        ("https://developer.android.com/x", None, "developer.android.com", "documentation"),
        ("https://github.com/square/okhttp", None, "github.com", "documentation"),
        ("https://raw.githubusercontent.com/x/y", None, "raw.githubusercontent.com", "endpoint"),
        ("https://firebase.google.com/docs/x", None, "firebase.google.com", "documentation"),
        ("https://docs.flutter.dev/go", None, "docs.flutter.dev", "documentation"),
        ("请访问http://vendor.com，谢谢", "http://vendor.com", "vendor.com", "endpoint"),
        ("访问http://vendor.com谢谢", "http://vendor.com", "vendor.com", "endpoint"),
        ("http://例え.jp/", "http://例え.jp/", "例え.jp", "endpoint"),
        ("http://xn--r8jz45g.jp/", None, "xn--r8jz45g.jp", "endpoint"),
        ("xhttps://vendor.com", "https://vendor.com", "vendor.com", "endpoint"),
    ],
)
def test_urls(text, value, host, role):
    [item] = seen(f"x = \u201c{text}\u201d\n".encode() if text.isascii() else text.encode())
    assert (item.form, item.value) == ("url", value or text)
    assert (item.host, item.role) == (host, role)


@pytest.mark.parametrize(
    "text",
    [
        "content://contacts/people",
        "file:///sdcard/x",
        "market://details?id=x",
        "weixin://dl/business",
        "android.resource://x",
    ],
)
def test_uris_that_open_no_connection_are_no_endpoints(text):
    assert values(f"'{text}'".encode()) == []


@pytest.mark.parametrize(
    "text",
    [
        *("api.vendor.com", "www.google-analytics.com", "cdn.vendor.co.uk", "mqtt.vendor.cn", "netty.io"),
        *("x5.tbs.org", "api.vendor.ai", "www.vendor.app", "m.vendor.me", "tv.apple.com", "api.vendor.com:8443"),
    ],
)
def test_a_whole_string_that_is_a_host(text):
    assert in_code(text) == [("host", text)]


@pytest.mark.parametrize(
    "text",
    [
        *("com.example.foo", "com.vendor.io", "org.apache.commons", "java.io", "java.net", "kotlin.io", "javax.net"),
        *("foo.py", "a.md", "lib.so", "readme.md", "main.rs", "archive.zip", "x.mov", "run.sh", "Foo.java"),
        *("user.name", "os.name", "java.vm.name", "line.separator", "g.analytics", "g.youtube", "c.hu", "primary.prof"),
        *("persist.sys.country", "this.is", "e.name", "1.0", "1.2.3", "v1.2.3.com.", "..com", "-a.com", "a_b.com"),
        *(
            "io.netty.noUnsafe",
            "cn.jpush.im",
            "net.vendor.app",
            "android.permission.INTERNET",
            "android.app",
            "a b.com",
        ),
        *("okhttp3.internal.platform.android", "file.encoding", "www.vendor.com/path but text", "path.to", "arm.cc"),
    ],
)
def test_a_name_that_could_be_code_or_a_file_is_no_host(text):
    assert in_code(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8.8.8.8", "8.8.8.8"),
        ("119.29.29.29", "119.29.29.29"),
        ("192.168.1.1", "192.168.1.1"),
        ("10.0.0.1:8080", "10.0.0.1:8080"),
        ("2001:4860:4860::8888", "2001:4860:4860::8888"),
        ("fe80:0:0:0:1:2:3:4", "fe80:0:0:0:1:2:3:4"),
    ],
)
def test_a_whole_string_that_is_an_address(text, value):
    assert in_code(text) == [("ip", value)]


@pytest.mark.parametrize(
    "text",
    [
        "2.5.29.15",
        "1.3.6.1",
        "4.2.1.0",
        "1.2.3.4.5",
        "999.1.1.1",
        "12:34",
        "12:34:56",
        "::",
        "a:b",
        "20.4.0.1",
        "6.0.2.56",
        "01.02.03.04",
    ],
)
def test_versions_identifiers_and_times_are_no_addresses(text):
    assert in_code(text) == []


@pytest.mark.parametrize(
    ("text", "value", "role"),
    [
        ("write to help@vendor.com.", "help@vendor.com", "endpoint"),
        ("First.Last+tag@mail.vendor.co.uk", "First.Last+tag@mail.vendor.co.uk", "endpoint"),
        ("mailto:a1@VENDOR.COM", None, None),
        ("you@example.com", "you@example.com", "placeholder"),
    ],
)
def test_emails(text, value, role):
    found = [(item.form, item.value, item.role) for item in seen(text.encode())]
    assert found == ([("email", value, role)] if value else [])


@pytest.mark.parametrize(
    "text",
    [
        *(
            "icon@2x.png",
            "git@github.com:x/y.git",
            "@Override",
            "foo@GLIBC_2.17",
            "a@b",
            "https://u@vendor.com/",
            "@x.com",
        ),
        *(
            "lodash@4.17.21",
            "vue@next.js",
            "/npm/@scope/x@1.2.com",
            "a..b@vendor.com",
            "x@vendor.notatld",
            "x@Vendor.com",
        ),
    ],
)
def test_signs_that_are_no_email(text):
    assert [item for item in seen(text.encode()) if item.form == "email"] == []


def test_escaped_slashes_of_json_are_read():
    assert values(b'{"u":"https:\\/\\/api.vendor.com\\/v1"}') == [("url", "https://api.vendor.com/v1")]


def test_quoted_hosts_of_scripts_are_read():
    assert values(b"var h='api.vendor.com', g=\"x.vendor.com'") == [("host", "api.vendor.com")]


def test_utf16_text_is_read_at_either_alignment_with_its_true_offset():
    wide = "https://api.vendor.com/v1\0".encode("utf-16-le")
    for pad in (b"", b"\1"):
        [item] = seen(pad + wide, "resources.arsc", "arsc")
        assert (item.value, item.place.offset) == ("https://api.vendor.com/v1", len(pad))


def test_utf16_text_ends_where_a_letter_beyond_latin_begins():
    assert values("http://vendor.com谢谢".encode("utf-16-le"), "res/x.xml", "axml") == [("url", "http://vendor.com")]


def test_utf8_pools_have_lengths_before_their_strings():
    text = b"a" * 40 + b".vendor.com"
    assert values(b"\0" + bytes([len(text)] * 2) + text + b"\0", "resources.arsc", "arsc") == [("host", text.decode())]


def test_offsets_lead_to_the_bytes():
    data = b"....https://vendor.com/x mail a@vendor.com 'api.vendor.com'"
    found = list(seen(data))
    assert len(found) == 3
    for item in found:
        assert data[item.place.offset :].startswith(item.value.encode())


@pytest.mark.parametrize("media", ["png", "jpeg", "zip", "ttf", "mp4", "dex", "der-signed"])
def test_pictures_sounds_and_code_are_not_searched_as_text(media):
    assert values(b"https://vendor.com", "x", media) == []


@pytest.mark.parametrize(
    ("path", "media", "source"),
    [
        ("AndroidManifest.xml", "axml", "manifest"),
        ("base.apk!/AndroidManifest.xml", "axml", "manifest"),
        ("resources.arsc", "arsc", "resources"),
        ("res/raw/x.json", "text", "resources"),
        ("lib/arm64-v8a/libx.so", "elf", "native"),
        ("assets/x.json", "text", "asset"),
        ("classes2.dex", "dex", "code"),
    ],
)
def test_the_source_is_told_by_the_entry(path, media, source):
    assert endpoints.source_of(path, media) == source


def test_equal_texts_of_one_entry_are_one():
    assert values(b"http://vendor.com/ " * 5) == [("url", "http://vendor.com/")]


def test_the_code_that_loads_a_string_is_named():
    texts = ["https://api.vendor.com"] * 12
    data = loading(*texts, "plain")
    [item] = endpoints.scan_unit(read_dex("classes.dex", data), [])
    assert item.uses == 12
    assert len(item.used_by) == endpoints.USED_BY
    assert {place.method for place in item.used_by} == {"run()V"}
    assert data[item.place.offset :].startswith(b"https://api.vendor.com")


def test_code_that_android_never_sees_is_no_user():
    import numpy as np

    unit = read_dex("classes.dex", loading("https://api.vendor.com"))
    [item] = endpoints.scan_unit(unit, [], np.zeros(len(unit.def_method), dtype=bool))
    assert (item.uses, item.used_by) == (0, [])


def test_text_beyond_a_strings_end_is_not_read_into_it():
    found = in_code("https://", "x.com", "zhttps://a.vendor.com")
    assert ("url", "https://") in found
    assert ("url", "https://a.vendor.com") in found


def test_a_schema_is_one_fact_per_kind_of_source():
    schema = b"http://schemas.android.com/apk/res/android "
    items = [item for name in "abc" for item in seen(schema + b"http://vendor.com", f"res/{name}.xml", "axml")]
    facts = list(endpoints.extract(items, [], []))
    assert [fact.what.role for fact in facts].count("schema") == 1
    assert [fact.place.entry for fact in facts if fact.what.role == "endpoint"] == [
        "res/a.xml",
        "res/b.xml",
        "res/c.xml",
    ]


def test_the_order_of_scanning_does_not_change_the_facts():
    items = [item for name in "abc" for item in seen(b"http://vendor.com http://www.w3.org/x", f"res/{name}.xml")]
    assert list(endpoints.extract(items, [], [])) == list(endpoints.extract(items[::-1], [], []))


def link(uri: str) -> Fact:
    return make_fact(DeepLink("com.x.A", uri), Place("AndroidManifest.xml", 12), "declared/1")


def test_web_links_of_the_manifest_give_their_hosts():
    links = [
        link("https://www.vendor.com/a"),
        link("https://www.vendor.com/b"),
        link("app://x/y"),
        link("https://*.v.com"),
    ]
    facts = list(endpoints.extract([], links, []))
    assert [(fact.what.form, fact.what.host) for fact in facts] == [
        ("deep-link-host", "www.vendor.com"),
        ("deep-link-host", "v.com"),
    ]
    assert facts[0].place == Place("AndroidManifest.xml", 12)


def test_an_entry_with_too_much_is_bounded_and_says_so(monkeypatch):
    monkeypatch.setattr(endpoints, "ENDPOINTS_PER_ENTRY", 3)
    limitations: list[Limitation] = []
    data = b" ".join(b"http://h%d.vendor.com" % number for number in range(9))
    assert len(endpoints.scan_entry("assets/x", data, "text", limitations)) == 3
    assert [(limit.kind, limit.place) for limit in limitations] == [("text/endpoints-bounded", Place("assets/x"))]


def test_an_app_with_too_much_is_bounded_and_says_so(monkeypatch):
    monkeypatch.setattr(endpoints, "ENDPOINTS_PER_APP", 3)
    limitations: list[Limitation] = []
    items = seen(b" ".join(b"http://h%d.vendor.com" % number for number in range(9)))
    assert len(list(endpoints.extract(items, [], limitations))) == 3
    assert "9" in limitations[0].detail


def test_values_are_bounded_and_can_be_written():
    [item] = seen(b"http://vendor.com/" + b"x" * 5000)
    [fact] = endpoints.extract([item], [], [])
    assert isinstance(fact.what, Endpoint)
    assert len(fact.what.value) <= 2100
    [broken] = seen(b"http://vendor.com/\xff\xed\xa0\x80")
    assert broken.value.encode() == b"http://vendor.com/\\xff\\xed\\xa0\\x80"


@pytest.mark.parametrize(
    ("host", "role"),
    [
        ("", "placeholder"),
        ("example", "placeholder"),
        ("deep.sub.example.org", "placeholder"),
        ("notexample.org", "endpoint"),
        ("198.51.100.7", "placeholder"),
        ("172.31.255.255", "placeholder"),
        ("172.32.0.1", "endpoint"),
        ("a.home.arpa", "placeholder"),
        ("www.vendor.com.", "endpoint"),
    ],
)
def test_roles_of_hosts(host, role):
    assert role_of(host) == role


def test_every_rule_of_knowledge_is_reached_and_justified():
    for host, rules in tables().rules.items():
        for rule in rules:
            assert rule.why
            assert role_of(host, rule.paths[0] if rule.paths else "") == rule.role, host


def test_trimming_takes_only_what_text_put_there():
    assert trim("a.com).") == "a.com"
    assert trim("a(b)") == "a(b)"
    assert trim("}}") == ""
    assert trim("x!?*") == "x"


PLAIN = rb"http https :// :\/\/ \/ a.com x@y.org @ . .. 1.2.3.4 :80 ::1 - / %s ( ) com.x.y ws abc {h}"
PIECES = st.sampled_from([*PLAIN.split(), "\u4f60".encode(), b"\xff", b"\xc0\x80", b" "])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=7).map(b"".join), max_size=6))
@example([b"://", b"https://", b"//x.com"])
@example([b"a@b.com@c.com"])
def test_bulk_search_agrees_with_the_slow_twin(strings):
    strings = [text for text in strings if b"\0" not in text]
    data, spans = b"", []
    for text in strings:
        data += b"\5"
        spans.append((len(data), len(data) + len(text)))
        data += text + b"\0"
    bounds = lambda at: next(((a, b) for a, b in spans if a <= at < b), None)  # noqa: E731
    expected = {
        mark._replace(offset=mark.offset + start)
        for (start, _), text in zip(spans, strings, strict=True)
        for mark in marks_of(text, tables().schemes)
    }
    assert {mark for mark in find_marks(data, tables().schemes, bounds) if mark.form} == expected


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | st.lists(PIECES, max_size=12).map(b"".join))
def test_any_bytes_are_read_without_harm(data):
    for mark in [*find_marks(data, tables().schemes), *find_wide_marks(data, tables().schemes)]:
        reading = read_mark(mark)
        assert reading is None or reading.value.encode()
    for item in seen(data, "assets/x", "arsc"):
        assert 0 <= item.place.offset < len(data)


def test_a_host_is_read_from_any_authority():
    assert read_url("https://a:b@c@Vendor.com:80?x").host == "vendor.com"
    assert read_url("https://[fe80::1").host == "fe80::1"
    assert read_url("https://:80").host == ""
    assert read_mark(Mark("host", 0, "api.vendor.com:99")).host == "api.vendor.com"


@pytest.mark.parametrize("unit", [b"http://", b"a@a.", b"a.a.", b"1:1", b"@", b".", b"://", b":\\/\\/", b"a@"])
def test_hostile_repetition_costs_linear_time(unit):
    data = unit * (400_000 // len(unit))
    started = time.process_time()
    endpoints.scan_entry("assets/x", data, "text", [])
    assert time.process_time() - started < 20  # what is quadratic takes minutes


@pytest.mark.corpus
def test_what_is_known_to_be_in_a_real_app_is_found(corpus: Path):
    with zipfile.ZipFile(corpus / "vulnerable/quark-apk-samples/ovaa.apk") as app:
        resources = seen(app.read("resources.arsc"), "resources.arsc", "arsc")
        code = endpoints.scan_unit(read_dex("classes.dex", app.read("classes.dex")), [])
    assert {item.host: item.role for item in resources}["dev.victim.com"] == "endpoint"
    assert [item.value for item in code if item.host == "example.com" and item.form == "host"] == ["example.com"]


@pytest.mark.corpus
@pytest.mark.parametrize(
    "name", ["realapps/io.appium.settings/settings_apk-debug-3.0.0.apk", "constituent/apk/miiad/app-0724_ddbd0de3.apk"]
)
def test_bulk_search_agrees_with_the_slow_twin_on_a_real_app(corpus: Path, name: str):
    with zipfile.ZipFile(corpus / name) as app:
        unit = read_dex("classes.dex", app.read("classes.dex"))
    schemes = tables().schemes
    texts = {unit.strings.raw(index) for index in range(len(unit.strings))}
    readings = [read_mark(mark) for text in texts if text for mark in marks_of(text, schemes)]
    expected = {(reading.form, reading.value) for reading in readings if reading}
    assert {(item.form, item.value) for item in endpoints.scan_unit(unit, [])} == expected


def test_places_that_only_look_like_an_address_are_bounded_over_all_entries():
    budget, limitations = Budget(marks=100), []
    for row in range(3):
        endpoints.scan_entry(f"assets/{row}.txt", b"://" * 40, "text", limitations, budget)
    assert [item.place.entry for item in limitations] == ["assets/2.txt"]
    assert budget.marks < 0
    assert endpoints.scan_entry("assets/9.txt", b"https://late.example.org/", "text", limitations, budget) == []


def test_places_that_look_like_wide_text_and_are_none_are_bounded_too():
    budget, limitations = Budget(marks=100), []
    endpoints.scan_entry("assets/a.txt", b":x/x/x" * 500 + "://".encode("utf-16-le"), "text", limitations, budget)
    assert [item.kind for item in limitations] == ["text/endpoints-bounded"]


def test_time_is_looked_at_while_an_entry_is_searched():
    with pytest.raises(BudgetError):
        endpoints.scan_entry("assets/a.txt", b"://" * 5_000, "text", [], Budget(seconds=-1))
