"""A small valid affidavit, made by hand: facts of many kinds, findings of all three answers, limitations and excerpts.

Some of its texts are hostile on purpose (markup, bidi controls, quotes): they come from an app; a report has to cope.
"""

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from affidavit.evidence.bundle import assemble, excerpt_key, write_bundle
from affidavit.facts.reading import make_fact
from affidavit.model.artefact import Artefact
from affidavit.model.binding import Applicable, Binding, LawRecord, Provided
from affidavit.model.bundle import Affidavit, Category, Excerpt, Tool
from affidavit.model.code import CodeUnit, FrameworkCall
from affidavit.model.coverage import CodeCoverage, ContainerCoverage, Coverage, Gap, Reason, StageCoverage
from affidavit.model.declared import Component, DeepLink, IntentFilter, MetaData, Permission
from affidavit.model.determination import Outcome
from affidavit.model.endpoint import Endpoint
from affidavit.model.fact import Fact
from affidavit.model.finding import Answer, Attribution, Finding, Grade, Proof
from affidavit.model.history import Segment, Track
from affidavit.model.identity import Application, Framework, Package
from affidavit.model.inventory import EntryFact
from affidavit.model.library import Library
from affidavit.model.limitation import Limitation
from affidavit.model.native import NativeLibrary
from affidavit.model.network import Attributed, NetworkRecord
from affidavit.model.place import Place
from affidavit.model.signing import Certificate, SigningBlock

APP = b"PK the bytes of an app that nobody opens in these tests"
"""The artefact that the affidavit is about."""

MANIFEST = "AndroidManifest.xml"
HOSTILE = "<script>alert('x')</script> \u202egnp.exe & \"quoted\" | a,b"
CALL_SITE = Place("classes.dex", 4242, "Lcom/example/tracker/Here;", "find(Landroid/content/Context;)V", 17)
URL_SITE = Place("classes.dex", 5120)
LINK = "https://example.org/*"
COLLECT = "https://api.example.net/v1/collect"
CATEGORIES = (
    Category("location", 1, "Can it learn where the device is?", "Positions, and what gives one away."),
    Category("network", 2, "Whom can it talk to?", "Hosts and addresses."),
    Category("hidden", 3, "Can it do what its code does not show?", HOSTILE),
)
"""The questions that the findings answer."""


def key(seed: int = 7) -> Ed25519PrivateKey:
    """The same key for the same seed."""
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


def facts() -> tuple[Fact, ...]:
    """One fact of each kind that a report groups by."""
    call = "getLastKnownLocation(Ljava/lang/String;)Landroid/location/Location;"
    digest = hashlib.sha256(b"dex").hexdigest()
    subjects = (
        (Package("com.example.app", "4.1.2", 412, HOSTILE, 21, 34, compile_sdk=35), Place(MANIFEST, 8), "manifest/1"),
        (Application(allow_backup=True, cleartext=False, stated=("allowBackup",)), Place(MANIFEST, 300), "manifest/1"),
        (
            Permission("android.permission.ACCESS_FINE_LOCATION", protection="dangerous", group="LOCATION", since=1),
            Place(MANIFEST, 120),
            "manifest/1",
        ),
        (Permission("com.example.CUSTOM", max_sdk=28), Place(MANIFEST, 160), "manifest/1"),
        (
            Component(
                "activity",
                "com.example.app.Main",
                exported=True,
                exported_why="intent-filter",
                filters=(IntentFilter(("android.intent.action.VIEW",), (), (LINK,), auto_verify=True),),
            ),
            Place(MANIFEST, 400),
            "manifest/1",
        ),
        (DeepLink("com.example.app.Main", LINK, verified=True), Place(MANIFEST, 440), "manifest/1"),
        (MetaData("com.example.key", HOSTILE), Place(MANIFEST, 480), "manifest/1"),
        (EntryFact(5_000, 2_100, 0, 41, digest, "dex", ("duplicate-name",)), Place("classes.dex"), "inventory/1"),
        (CodeUnit("dex", "039", 12, 80, 31, 400, 120, 75, 2_311), Place("classes.dex"), "code/1"),
        (FrameworkCall("Landroid/location/LocationManager;", call, 3, (URL_SITE,)), CALL_SITE, "calls/1"),
        (
            Endpoint("url", COLLECT, "api.example.net", "endpoint", "code", 1, (CALL_SITE,)),
            URL_SITE,
            "endpoints/1",
        ),
        (
            Endpoint("url", "http://www.w3.org/2000/svg", "www.w3.org", "schema", "asset"),
            Place("assets/é.svg", 9),
            "endpoints/1",
        ),
        (
            Library("example-tracker", "Example Tracker", ("package:com.example.tracker",), 9, tracker=True),
            CALL_SITE,
            "libraries/1",
        ),
        (Framework("kotlin", "entry:kotlin/kotlin.kotlin_builtins"), Place("kotlin/kotlin.kotlin_builtins"), "marks/1"),
        (
            NativeLibrary("libfoo.so", "elf", "arm64-v8a", 64, needed=("libc.so",), hardening=("nx", "pie")),
            Place("lib/arm64-v8a/libfoo.so"),
            "native/1",
        ),
        (SigningBlock("v2", 1_400, "7109871a", 1), Place("", 9_000), "signing/1"),
        (
            Certificate(
                "v2", "CN=Example", "CN=Example", "1", "2020-01-01T00:00:00Z", "2045-01-01T00:00:00Z", "rsa-2048",
                "sha256_rsa", "ab" * 32, "cd" * 20,
            ),
            Place("", 9_100),
            "signing/1",
        ),
    )  # fmt: skip
    return tuple(make_fact(what, place, extractor) for what, place, extractor in subjects)


def findings(known: tuple[Fact, ...]) -> tuple[Finding, ...]:
    """Findings of all three answers; the first cites a permission, a call and a URL."""
    permission, call, url = known[2], known[9], known[10]
    shown = Proof(
        "and",
        matched=True,
        children=(
            Proof(
                "feature",
                matched=True,
                feature="call: android.location.LocationManager.getLastKnownLocation",
                count=3,
                facts=(call.id,),
                places=(CALL_SITE, URL_SITE),
            ),
            Proof(
                "or",
                matched=True,
                children=(
                    Proof(
                        "feature", True, "permission: ACCESS_FINE_LOCATION", 1, (permission.id,), (permission.place,)
                    ),
                    Proof("feature", False, "permission: ACCESS_COARSE_LOCATION"),
                ),
            ),
        ),
    )
    return (
        Finding(
            "location/last-known", 1, "Reads the last known location", "location", Answer.SHOWN,
            "2,311 decoded instructions of 1 dex file", shown, Grade.PRESENT, "no data flow was computed",
            (Attribution("example-tracker", 2), Attribution("own", 1)), ("code/undecoded-method",), "high",
            ("MASVS-PRIVACY-1",), ("MASWE-0108",), ("LOCATION",), ("android:LocationManager",),
        ),
        Finding(
            "network/plain-http", 2, "Loads an http: URL", "network", Answer.NOT_SHOWN, "14 endpoints",
            Proof("feature", False, "endpoint: http"), severity="medium",
        ),
        Finding(
            "hidden/dynamic-code", 1, f"Loads code at run time {HOSTILE}", "hidden", Answer.UNDETERMINED,
            "2,311 decoded instructions", Proof("feature", False, "call: dalvik.system.DexClassLoader.<init>"),
            limitations=("code/undecoded-method",),
        ),
        Finding(
            "network/collects", 1, "Names a collecting host", "network", Answer.SHOWN, "14 endpoints",
            Proof("feature", True, "endpoint: api.example.net", 1, (url.id,), (url.place,)), Grade.PRESENT,
        ),
    )  # fmt: skip


def limitations() -> tuple[Limitation, ...]:
    """What could not be examined."""
    return (
        Limitation("code/undecoded-method", "a method ends in data; its last 12 bytes were not decoded", CALL_SITE),
        Limitation("tool/native-not-decompiled", "native code of 1 library is listed, not decompiled", count=1),
    )


def excerpts(known: tuple[Fact, ...]) -> dict[str, Excerpt]:
    """An excerpt for each place that a finding cites."""
    call = "invoke-virtual {v0, v1}, Landroid/location/LocationManager;->getLastKnownLocation"
    return {
        excerpt_key(CALL_SITE): Excerpt(
            ('const-string v1, "gps"', call, "move-result-object v0"), 1, "6e20100021000c00", "dex"
        ),
        excerpt_key(URL_SITE): Excerpt(("00001400  68 74 74 70  |http|",), -1, "68747470733a2f2f", "bytes"),
        excerpt_key(known[2].place): Excerpt(("<uses-permission name=", f"  {HOSTILE}", "/>"), 0, "0201", "xml"),
        "assets/é.svg@9": Excerpt(("<svg/>",), -1, "3c737667", "bytes"),
    }


COVERAGE = Coverage(
    (ContainerCoverage("", "base", 20_000, 9, 4, 3, 1, 0, 1, 0, 19_990, (Gap(19_000, 10),), 10),),
    (CodeCoverage("classes.dex", 12, 80, 75, 74, 2_311, (Reason("code/undecoded-method", 1),)),),
    (StageCoverage("entries", "done"), StageCoverage("code", "done")),
)
"""What was examined: one container, one dex file, two stages."""


def law(known: tuple[Fact, ...]) -> LawRecord:
    """One listed app by two relations, with a history that has all that a report words."""
    library, url = known[12], known[10]
    history = (
        Segment(None, end="2020-09-18T00:00:00-04:00"),
        Segment(Outcome.ANNOUNCED_NOT_EFFECTIVE, "2020-09-18T00:00:00-04:00", "2020-09-19T08:30:00-04:00", ("e1",)),
        Segment(
            Outcome.ANNOUNCED_NOT_EFFECTIVE, "2020-09-19T08:30:00-04:00", "2020-09-20T00:00:00-04:00", ("e1", "e2"),
            blocked=True,
        ),
        Segment(Outcome.ENJOINED, "2020-09-20T00:00:00-04:00", "2020-10-20T00:00:00-04:00", ("e1", "e2")),
        Segment(Outcome.ENJOINED, "2020-10-20T00:00:00-04:00", "2021-06-09T00:00:00-04:00", ("e1", "e2", "e3")),
        Segment(Outcome.REVOKED, "2021-06-09T00:00:00-04:00", events=("e4",), contested=True),
    )  # fmt: skip
    use = Track("x-1", "x", "US", f"A measure {HOSTILE}", "No use of its code.", ("code_utilisation",), history)
    power = Track("x-2", "x0", "US", "An order", "A power.", ("any_with_operator",), history[:2])
    used = Provided(use, history[-1], "L", ("Somebody disputes it.",), (f"Does it count? {HOSTILE}",), ("e4: the day",))
    able = Provided(power, history[1], "M")
    contains, contacts = ("contains code of", "Its code is in it."), ("names hosts of", "Its hosts are named in it.")
    return LawRecord(
        searched="marks of 2 listed apps were compared with 1 package name",
        limitations=("code/undecoded-method",),
        bindings=(
            Binding("chat", "contacts", "domain", "example.net", Grade.PRESENT, (url.id,), 31, "M", "memory", HOSTILE),
            Binding("chat", "contains", "library", "example-tracker", Grade.PRESENT, (library.id,), 1, "H", "a jar"),
        ),
        applicable=(
            Applicable("chat", ("Chat", "Plauder"), "contains", Grade.PRESENT, *contains, (used, able), "Is it?"),
            Applicable("chat", ("Chat", "Plauder"), "contacts", Grade.PRESENT, *contacts, (used,)),
        ),
        updated="2026-11-21",
        outcomes=(
            ("ANNOUNCED_NOT_EFFECTIVE", "announced, not yet in force"),
            ("ENJOINED", "blocked by a court"),
            ("REVOKED", "ended: revoked"),
        ),
    )  # fmt: skip


def small_affidavit() -> Affidavit:
    """The whole of it, unsigned."""
    artefact = Artefact("example.apk", "apk", len(APP), hashlib.sha256(APP).hexdigest())
    known = facts()
    tool = Tool("affidavit", "0.1.0", "11" * 32)
    return assemble(
        artefact,
        tool,
        "22" * 32,
        facts=known,
        findings=findings(known),
        limitations=limitations(),
        excerpts=excerpts(known),
        categories=CATEGORIES,
        law=law(known),
        coverage=COVERAGE,
        network=NetworkRecord(endpoints=(Attributed("a.example", "", "declared"),), searched="1 host in code"),
    )


def tiny_affidavit() -> Affidavit:
    """One fact, one finding, nothing else: for tests that try every byte."""
    artefact = Artefact("a.apk", "apk", len(APP), hashlib.sha256(APP).hexdigest())
    fact = make_fact(Permission("p.P"), Place(MANIFEST, 1), "m/1")
    proof = Proof("feature", True, "permission: p.P", 1, (fact.id,), (fact.place,))
    finding = Finding("r", 1, "Asks", "c", Answer.SHOWN, "1 permission", proof, Grade.DECLARED, limitations=("t/l",))
    excerpt = Excerpt(("<p/>",), 0, "00", "xml")
    tool = Tool("affidavit", "0", "11" * 32)
    return assemble(
        artefact,
        tool,
        "22" * 32,
        facts=[fact],
        findings=[finding],
        limitations=[Limitation("t/l", "gap")],
        excerpts={excerpt_key(fact.place): excerpt},
    )


def write_small_bundle(path: Path) -> Affidavit:
    """Write the small affidavit, signed with `key()`, to `path`."""
    return write_bundle(path, small_affidavit(), key())
