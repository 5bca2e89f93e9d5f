"""Affidavits for the tests of reports: one with every kind of fact, and the same with a text put into every field."""

from enum import Enum
from functools import cache
from typing import Any

import msgspec

from affidavit.facts.reading import make_fact
from affidavit.model.bundle import Affidavit, Category
from affidavit.model.code import DuplicateClass, NotableCode
from affidavit.model.code_identity import (
    ClassPair,
    CodeIdentity,
    CodeSearch,
    SharedToken,
    StatedVersion,
    Tried,
)
from affidavit.model.declared import Component, DeepLink, Feature, Grant, IntentFilter, PermissionDefinition, Query
from affidavit.model.endpoint import Endpoint
from affidavit.model.finding import Grade
from affidavit.model.flow import Call, Entry
from affidavit.model.identity import AppMention, BuildTool, NetworkSecurity
from affidavit.model.place import Place
from tests.builders.affidavits import CALL_SITE, small_affidavit
from tests.builders.flows import with_flows
from tests.builders.served import TRAFFIC, network_record

MARK = "zqx"
"""Every hostile text holds it, so that a test can say where such a text went."""

PAYLOADS = {
    "script": "<script>alert('zqx')</script>",
    "closing tags": "</pre></style></title></textarea>--><img src=x onerror=alert('zqx')>",
    "attribute": '" onmouseover="alert(\'zqx\')" x=\'',
    "svg": "<svg/onload=alert(`zqx`)>",
    "entity": "&lt;b&gt;zqx&amp;&#60;i&#62;",
    "template": "{{ 7 * 7 }}{% include 'zqx' %}${zqx}",
    "markdown link": "[zqx](javascript:alert(1)) ![zqx](http://zqx.example/a.png) <http://zqx.example>",
    "markdown block": "zqx\n\n# heading\n\n```\n- item\n| a | b |\n",
    "markdown fence": "``zqx``` ` | \\| zqx \\`",
    "automatic links": "www.zqx.example http://zqx.example zqx@zqx.example @zqx #1",
    "terminal colours": "\x1b[2J\x1b[31mzqx\x1b]8;;http://zqx.example\x07x\x1b]8;;\x07\x9b31m",
    "carriage return": "zqx\rgone\b\b\b\x7f",
    "formula equals": '=HYPERLINK("http://zqx.example","zqx")',
    "formula plus": "+cmd|' /C zqx'!A0",
    "formula minus": "-2+3+zqx",
    "formula at": "@SUM(zqx)",
    "formula after space": " =zqx",
    "formula after tab": "\t=zqx",
    "separators": "zqx,;\"'\r\n\t|zqx",
    "bidi": "\u202ezqx\u2066\u2069\u200f\u061czqx",
    "zero width": "z\u200bqx zqx\u200d\ufeff\u00ad\u2060",
    "line separators": "zqx\u2028\u2029\u0085zqx",
    "nul": "\x00zqx\x00",
    "marks": "zqx" + "\u0301" * 50,
    "tags": "zqx\U000e0041\U000e0042",
    "rich markup": "[bold red]zqx[/] :warning: [link=http://zqx.example]a[/link]",
    "percent": "%s%n%(zqx)s {0} {zqx}",
    "long": "zqx" * 5_000,
}  # fmt: skip

CLOSED = frozenset(
    {"relation", "by", "outcome", "verdict", "decision", "hypothesis", "basis", "method", "marks", "service"}
)
"""Fields of a fixed set of words: no reader of a bundle accepts another."""

WORDS = frozenset({
    "endpoint", "schema", "documentation", "placeholder", "url", "host", "code", "asset", "native", "manifest",
    "domain", "base", "debug",
    "dex", "activity", "provider", "and", "or", "not", "feature", "count", "method", "reflection",
    "info", "low", "medium", "high", "own", "other", "dangerous", "v2", "stated", "intent-filter",
})  # fmt: skip
"""Vocabulary that renderers branch on: left alone in the mode that reaches behind the branches."""


@cache
def full_affidavit() -> Affidavit:
    """The small affidavit with categories and the kinds of fact that it lacks."""
    filters = tuple(IntentFilter((f"android.intent.action.A{n}",), (), (f"app://{n}",)) for n in range(6))
    provider = Component(
        "provider", "com.example.app.Files", exported=False, exported_why="default", enabled=False,
        read_permission="com.example.READ", write_permission="com.example.READ", authorities=("com.example.files",),
        grants=(Grant("/public"),), filters=filters, foreground_types=("location",),
    )  # fmt: skip
    subjects = (
        NotableCode("reflection", "android.os.ServiceManager", 7),
        NotableCode("dynamic-loading"),
        DuplicateClass("La/B;", "classes.dex", "classes2.dex"),
        Feature("android.hardware.camera", required=False),
        Query("package", "com.other.app"),
        PermissionDefinition("com.example.READ", "signature"),
        BuildTool("r8", "8.1.2", "~~R8{}"),
        NetworkSecurity("domain", ("*.example.net",), True, ("system", "user"), ("sha256/AAAA=",), "2027-01-01"),
        Endpoint("url", "http://plain.example.net/a", "plain.example.net", "endpoint", "asset"),
        Endpoint("email", "a@b.example", "", "placeholder", "resources"),
        DeepLink("com.example.app.Main", "app://open"),
        provider,
        AppMention("com.other.app", "package", "string", 3, (CALL_SITE,)),
        CodeSearch(("ab" * 32,), 1, 2, 3, 5, regime="shrunk", found=1),
        CodeIdentity(
            "sdk",
            "found",
            "shrunk",
            998_700,
            4_150,
            4_000,
            "Example SDK",
            "Example Ltd",
            "tencent",
            "sdk",
            Grade.REACHABLE,
            Entry("activity", "Lcom/example/app/Main;", "onCreate(Landroid/os/Bundle;)V"),
            (Call(CALL_SITE, "target"),),
            ("1.0", "1.1"),
            2,
            9,
            (StatedVersion("1.0", "com.example:sdk", "META-INF/sdk.version", allowed=True),),
            classes=4,
            of=9,
            share=444,
            units=77,
            pairs=1,
            tried=(Tried("name-only", excluded=False, said="1 of 4 classes"),),
        ),
        ClassPair(
            "sdk",
            1,
            "La/B;",
            "Lcom/example/sdk/Main;",
            ("1.0",),
            1,
            3_000,
            970,
            9,
            (SharedToken("string", "speaks of one", 1, 2, CALL_SITE), SharedToken("super", "inherits from Lx;", 2)),
            1,
            20,
        ),
    )
    account = with_flows(small_affidavit())
    added = tuple(make_fact(what, CALL_SITE, "test/1") for what in subjects + TRAFFIC)
    asked = (
        Category("location", 10, "Can it learn where the device is?", "Satellite, network and Wi-Fi positions."),
        Category("network", 20, "Does it use the network?"),
    )
    return msgspec.structs.replace(
        account, facts=account.facts + added, categories=asked, key_id="ab" * 32, network=network_record()
    )


def poisoned(account: Affidavit, text: str, *, spare: frozenset[str] = frozenset()) -> Affidavit:
    """The same account with `text` in place of every string, except those in `spare`."""

    def poison(value: Any) -> Any:
        if isinstance(value, Enum) or not isinstance(value, str | tuple | msgspec.Struct):
            return value
        if isinstance(value, str):
            return value if value in spare else text
        if isinstance(value, tuple):
            return tuple(map(poison, value))
        fields = {
            name: getattr(value, name) if name in CLOSED else poison(getattr(value, name))
            for name in value.__struct_fields__
            if name != "excerpts"
        }
        return type(value)(**fields, **({"excerpts": {}} if "excerpts" in value.__struct_fields__ else {}))

    made = poison(account)
    moved = {f"{text}@{key.rpartition('@')[2]}": poison(excerpt) for key, excerpt in account.excerpts.items()}
    return msgspec.structs.replace(made, excerpts=moved)


def crowded(count: int) -> Affidavit:
    """An account with `count` facts of the kinds that make long tables, `count` places and `count` limitations."""
    account = full_affidavit()
    facts = [
        make_fact(what, Place("classes.dex", number), "test/1")
        for number in range(count)
        for what in (
            Endpoint("url", f"https://h{number}.example.net/", f"h{number}.example.net", "endpoint", "code"),
            Component("activity", f"com.example.A{number}", exported=bool(number % 2), exported_why="stated"),
            PermissionDefinition(f"com.example.P{number}"),
        )
    ]
    gaps = tuple(
        msgspec.structs.replace(account.limitations[0], kind=f"code/k{number}", detail=f"gap {number}")
        for number in range(count)
    )
    return msgspec.structs.replace(account, facts=account.facts + tuple(facts), limitations=gaps)
