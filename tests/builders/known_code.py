"""A small library in two versions, an app that carries it under other names, and what comparing them gives, by hand.

Classes of one number are the same class. What the app's class `n` has and the library's has not is its name.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.program import Program
from affidavit.identity.code.build import build
from affidavit.identity.code.evidence import Compared
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.result import FamilyMatch, Matched, Pairing
from affidavit.identity.code.signatures import Signatures, of_program
from tests.builders import axml
from tests.builders.dex import Class, DexBuilder, Field, Method
from tests.builders.dex_code import Instruction
from tests.builders.zip import zip_of

FAMILY = Family("wechat-opensdk", "WeChat Open SDK", "Tencent", "tencent", "sdk")
OTHER = Family("common-base", "Common Base")
MAIN = "Lorg/example/app/Main;"


def code_class(name: str, number: int, calls: str = "", extra: Sequence[Instruction] = ()) -> Class:
    """A class with something of every kind of token: texts, platform calls, numbers, an array, a switch, members."""
    body: list[Instruction] = [
        ("const-string", 0, f"speaks of {number}"),
        ("const", 1, 0x5000 + number),
        ("invoke-static", [0], "Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;"),
        ("sget-object", 2, "Landroid/os/Build;->MODEL:Ljava/lang/String;"),
        ("new-instance", 2, "Ljava/util/ArrayList;"),
        *extra,
    ]
    if calls:
        body.append(("invoke-static", [], f"{calls}->go()V"))
    methods = [
        Method("go", "()V", [*body, ("return-void",)], 0x9),
        Method("run", "()V", [("const-string", 0, f"runs {number}"), ("return-void",)]),
        Method(f"m{number}", f"({'I' * number}Landroid/os/Bundle;)V", [("return-void",)]),
    ]
    return Class(name, interfaces=["Ljava/lang/Runnable;"], methods=methods, fields=[Field("a", "Landroid/net/Uri;")])


def dex_of(classes: Sequence[Class]) -> bytes:
    """A dex file."""
    made = DexBuilder()
    made.classes += classes
    return made.build()


def program_of(data: bytes) -> Program:
    """The program of one dex file."""
    return Program(read_dexes("classes.dex", data))


def library_classes(names: str = "Lcom/tencent/mm/opensdk/{};", version: int = 2) -> list[Class]:
    """Four classes that call each other; the first differs in the two versions."""
    called = [names.format(letter) for letter in "BCDA"]
    extra: list[Instruction] = [("const-string", 3, "since two"), ("const-wide", 4, 0x123456789)] if version > 1 else []
    return [
        code_class(names.format(letter), number, called[number - 1], extra if number == 1 else ())
        for number, letter in enumerate("ABCD", 1)
    ]


def app_dex() -> bytes:
    """An app of one class of its own, which calls the library; that is renamed."""
    start = Method("onCreate", "(Landroid/os/Bundle;)V", [("invoke-static", [], "La/A;->go()V"), ("return-void",)])
    main = Class(MAIN, "Landroid/app/Activity;", methods=[start])
    return dex_of([main, *library_classes("La/{};")])


def app_files() -> dict[str, bytes]:
    """The app's entries; a mark states a version of the library."""
    manifest = axml.manifest(axml.e("activity", {"android:name": ".Main", "android:exported": True}))
    return {
        "AndroidManifest.xml": axml.binary(manifest),
        "classes.dex": app_dex(),
        "META-INF/com.tencent_wechat-opensdk.version": b"2.0\n",
    }


def write_app(folder: Path) -> Path:
    """The app as a file."""
    path = folder / "renamed.apk"
    path.write_bytes(zip_of(app_files()))
    return path


def library_index(families: Sequence[Family] = (FAMILY, OTHER)) -> Index:
    """Both versions of the library, and another family that has a class of one of its texts."""
    versions = [
        (Version(0, "1.0", classes=4), of_program(program_of(dex_of(library_classes(version=1))))),
        (Version(0, "2.0", classes=4), of_program(program_of(dex_of(library_classes())))),
        (Version(1, "7", classes=1), of_program(program_of(dex_of([code_class("Lbase/Z;", 4)])))),
    ]
    return build(families, versions)


def matched_by_hand(app: Signatures, index: Index, decision: str = "found") -> Matched:
    """Each renamed class paired with the form of its own in version 2.0."""
    pairs = []
    for letter in "ABCD":
        node = index.node_name.index(f"Lcom/tencent/mm/opensdk/{letter};")
        forms = np.flatnonzero(index.node == node).tolist()
        form = next(form for form in forms if 1 in index.of_version.row(form).tolist())
        pairs.append(Pairing(app.names.index(f"La/{letter};"), node, form, 40.0 - form, 0.97, agree=2, neighbours=2))
    origin = np.full(len(app), -1, np.int32)
    origin[[pair.app for pair in pairs]] = 0 if decision == "found" else -1
    family = FamilyMatch(0, decision, tuple(pairs), {"nats": 150.0}, 0.9987, 41.5, 0.004, (1,))  # type: ignore[arg-type]
    return Matched("shrunk", (family,), origin)


def compared_by_hand(data: bytes | None = None) -> Compared:
    """The app compared."""
    program = program_of(data or app_dex())
    app, index = of_program(program), library_index()
    return Compared(program, app, index, ("ab" * 32,), matched_by_hand(app, index))
