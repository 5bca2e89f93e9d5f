"""An app that writes to its reviewer: payloads for terminals, pages, tables and editors wherever an app has a say."""

from affidavit.artefact.xmltree import ANDROID
from tests.builders import axml, signing
from tests.builders.apps import LOCATION
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
"""What is tried, by what it is meant for."""


def payload_app(payload: str) -> bytes:
    """An APK with the payload in each name that it can choose: entries, label, permissions, components, classes,
    methods, strings, addresses, libraries, certificate, the build tools' own notes.
    """
    word = payload.replace("/", "_").replace(";", "_").replace("[", "_")  # what a descriptor cannot hold
    items = [Item("AndroidManifest.xml", _manifest(payload)), Item("classes.dex", _dex(payload, word))]
    items += [Item(f"assets/{payload}.txt", f"https://{word}.example.org/{payload}".encode())]
    items += [Item(f"lib/arm64-v8a/lib{word}.so", _library(payload)), Item("assets/flutter_assets/" + payload, b"x")]
    notes = f"Created-By: {payload}\nversion={payload}\n"
    items += [Item(f"META-INF/{word}_x.version", payload.encode()), Item("META-INF/MANIFEST.MF", notes.encode())]
    items += [Item("assets/more" + payload + ".zip", build_zip([Item("a", b"b")]))]
    apk = build_zip(items)
    subject = signing.name(CN=payload[:24], O=payload[:24])
    value = signing.signers([signing.certificate(subject)])
    return signing.with_block(apk, signing.block((signing.V2, value)))


def _manifest(payload: str) -> bytes:
    link = axml.e(
        "intent-filter", {},
        axml.e("action", {"android:name": "android.intent.action.VIEW"}),
        axml.e("category", {"android:name": "android.intent.category.BROWSABLE"}),
        axml.e("data", {"android:scheme": payload, "android:host": payload, "android:path": payload}),
    )  # fmt: skip
    exported = {"android:name": payload, "android:exported": True, "android:permission": payload}
    root = axml.manifest(
        axml.e("uses-permission", {"android:name": payload}),
        axml.e("uses-permission", {"android:name": "android.permission.ACCESS_FINE_LOCATION"}),
        axml.e("permission", {"android:name": payload + ".own", "android:protectionLevel": 0}),
        axml.e("activity", exported, link),
        axml.e("provider", {**exported, "android:authorities": payload}),
        axml.e("meta-data", {"android:name": payload, "android:value": payload}),
        label=payload,
        name=payload,
    )
    root.attributes.update({"package": payload, "android:versionName": payload, "android:sharedUserId": payload})
    return axml.binary(root)


def _dex(payload: str, word: str) -> bytes:
    code = [
        ("const-string", 1, payload),
        ("invoke-virtual", [0, 1], LOCATION),
        ("invoke-static", [1], "Ljava/lang/System;->loadLibrary(Ljava/lang/String;)V"),
        ("invoke-static", [1], f"L{word};->{word}()V"),
        ("const-string", 2, f"https://collect.example.net/{payload}"),
        ("return-void",),
    ]
    method = Method(word.replace("(", "_").replace(")", "_"), "()V", code)
    return DexBuilder().add_class(f"Lorg/example/{word};", methods=[method]).build()


def _library(payload: str) -> bytes:
    return ElfBuilder(
        imports=[payload, "dlopen"], exports=[f"Java_{payload}"], needed=[payload], soname=payload
    ).build()
