"""An app that writes to its reviewer: payloads for terminals, pages, tables and editors wherever an app has a say."""

from affidavit.artefact.xmltree import ANDROID
from tests.builders import axml, signing
from tests.builders.apps import LOCATION, small_app
from tests.builders.arsc import Kind, Table
from tests.builders.axml import Ref, e
from tests.builders.dex import DexBuilder, Method
from tests.builders.elf import ElfBuilder
from tests.builders.zip import Item, build_zip

assert ANDROID

PAYLOADS = {
    "ansi": "\x1b[2J\x1b]0;owned\x07\x9b31m",
    "bidi": "\u202egpj.exe\u2066\u200b\u2028",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;",
    "csv": '=cmd|"/c calc"!A1,\r\n@SUM(1)',
    "markdown": "`**[x](javascript:alert(1))** | </details>\n# head ![i](http://e.example/i)",
    "template": "{{7*7}}{% raw %}${7*7}%s%n",
    "spoof": "x\r\nNothing was found in this app",
    "marks": "Z" + "\u0301" * 40,
}
"""A few texts by what they are meant for; ``tests/injection/payloads.yaml`` has hundreds."""

_LABEL, _CONFIG = 0x7F010000, 0x7F020000


def payload_app(*payloads: str) -> bytes:
    """An APK with the payloads in the names and texts that it can choose.

    Each payload stands wherever there can be many: entries, permissions, components and what they answer to, meta-data,
    features, queries, domains, classes, methods, strings, addresses, native libraries and their symbols, certificates,
    the build tools' own notes. What an app has once (package, version, shared user, application, label) takes one of
    the payloads each, the next one for the next place.
    """
    items = [Item("AndroidManifest.xml", _manifest(payloads)), Item("classes.dex", _dex(payloads))]
    items += [Item("resources.arsc", _resources(payloads)), Item("res/xml/nsc.xml", _domains(payloads))]
    for payload in payloads:
        items += _entries(payload)
    items += [Item("META-INF/MANIFEST.MF", "".join(f"Created-By: {_utf8(payload)}\n" for payload in payloads).encode())]
    names = [_utf8(payload).encode()[:64].decode("utf-8", "ignore") for payload in payloads if payload]  # X.520's bound
    subjects = [signing.name(CN=name, O=name) for name in names]
    signed = signing.signers([signing.certificate(subject) for subject in subjects])
    return signing.with_block(build_zip(items), signing.block((signing.V2, signed)))


def payload_splits(*payloads: str) -> bytes:
    """A set of splits: a small base, and for each payload one called by it, in its file's name and its manifest."""
    items = [Item("base.apk", small_app())]
    for number, payload in enumerate(payloads):
        root = axml.manifest()
        root.attributes.update({"split": payload or "none", "package": payload})
        split = build_zip([Item("AndroidManifest.xml", axml.binary(root)), Item(_entry(payload), b"x")])
        items.append(Item(_entry(f"{number}{payload}.apk"), split))
    return build_zip(items)


def once(payloads: tuple[str, ...], place: int) -> str:
    """The payload that a place which is there once takes."""
    return payloads[place % len(payloads)]


def label(*payloads: str) -> str:
    """The payload that `payload_app` has as its label."""
    return once(payloads, 4)


def _utf8(text: str) -> str:
    """The text with halves of surrogate pairs as escapes, for formats that are UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


def _entry(name: str) -> bytes:
    """A name in a zip; half a pair gives bytes that are no UTF-8."""
    return name.encode("utf-8", "surrogatepass")[:4_000]


def _word(payload: str) -> str:
    """The payload without what a descriptor cannot hold."""
    return payload.translate(dict.fromkeys(map(ord, "/;[()"), "_")) or "_"


def _entries(payload: str) -> list[Item]:
    word = _word(payload)
    address = f"https://{word}.example.org/{payload} https://example.net/?{payload}".encode("utf-8", "surrogatepass")
    items = [Item(_entry(f"assets/{payload}.txt"), address), Item(_entry(f"assets/flutter_assets/{payload}"), b"x")]
    items += [Item(_entry(f"lib/arm64-v8a/lib{word}.so"), _library(_utf8(payload)))]
    items += [Item(_entry(f"META-INF/{word}_x.version"), _utf8(payload).encode())]
    items += [Item(_entry(f"assets/more{payload}.zip"), build_zip([Item("a", b"b")]))]
    return items + ([Item(_entry(payload), b"x")] if payload else [])


def _manifest(payloads: tuple[str, ...]) -> bytes:
    inside = [part for payload in payloads for part in _components(payload)]
    outside = [part for payload in payloads for part in _requests(payload)]
    root = axml.manifest(
        e("uses-permission", {"android:name": "android.permission.ACCESS_FINE_LOCATION"}),
        *outside,
        *inside,
        label=Ref(_LABEL),
        networkSecurityConfig=Ref(_CONFIG),
        name=once(payloads, 3),
    )
    package, version, shared = (once(payloads, place) for place in range(3))
    root.attributes.update({"package": package, "android:versionName": version, "android:sharedUserId": shared})
    return axml.binary(root)


def _requests(payload: str) -> list[axml.E]:
    return [
        e("uses-permission", {"android:name": payload}),
        e("permission", {"android:name": payload + ".own", "android:protectionLevel": 0}),
        e("uses-feature", {"android:name": payload}),
        e("queries", {}, e("package", {"android:name": payload})),
    ]


def _components(payload: str) -> list[axml.E]:
    link = e(
        "intent-filter", {},
        e("action", {"android:name": "android.intent.action.VIEW"}), e("action", {"android:name": payload}),
        e("category", {"android:name": "android.intent.category.BROWSABLE"}),
        e("data", {"android:scheme": payload, "android:host": payload, "android:path": payload}),
    )  # fmt: skip
    exported = {"android:name": payload, "android:exported": True, "android:permission": payload}
    return [
        e("activity", exported, link),
        e("provider", {**exported, "android:authorities": payload}),
        e("meta-data", {"android:name": payload, "android:value": payload}),
        e("uses-library", {"android:name": payload}),
    ]


def _resources(payloads: tuple[str, ...]) -> bytes:
    kinds = [Kind("string", dict(enumerate([label(*payloads), *payloads]))), Kind("xml", {0: "res/xml/nsc.xml"})]
    return Table(kinds).build()


def _domains(payloads: tuple[str, ...]) -> bytes:
    domains = [e("domain", {}, text=payload or "-") for payload in payloads]
    return axml.binary(e("network-security-config", {}, e("domain-config", {}, *domains)))


def _dex(payloads: tuple[str, ...]) -> bytes:
    made = DexBuilder()
    for payload in dict.fromkeys(payloads):
        word = _word(payload)
        code = [
            ("const-string", 1, payload),
            ("invoke-virtual", [0, 1], LOCATION),
            ("invoke-static", [1], "Ljava/lang/System;->loadLibrary(Ljava/lang/String;)V"),
            ("invoke-static", [1], f"L{word};->{word}()V"),
            ("const-string", 2, f"https://collect.example.net/{payload}"),
            ("return-void",),
        ]
        made.add_class(f"Lorg/example/{word};", methods=[Method(word, "()V", code)])
    return made.build()


def _library(payload: str) -> bytes:
    return ElfBuilder(
        imports=[payload, "dlopen"], exports=[f"Java_{payload}"], needed=[payload], soname=payload
    ).build()
