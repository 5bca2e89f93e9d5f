"""Dex files for the tests: a small one with something of everything, and real ones."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.builders.dex import CallSite, Class, DexBuilder, Field, Handle, Method

RUN = [
    ("const-string", 0, "http://example.test/é\0😀"),
    ("invoke-virtual", [0], "Ljava/io/File;->delete()Z"),
    ("const/4", 1, -3),
    ("const-wide", 2, -5),
    ":top",
    ("if-eqz", 1, ":end"),
    ("packed-switch", 1, 5, [":top", ":end"]),
    ("sparse-switch", 1, {-1: ":end", 9: ":top"}),
    ("fill-array-data", 0, 1, [1, 2, 3]),
    ("goto", ":top"),
    ":end",
    ("iget-object", 0, 15, "Lcom/x/A;->o:Ljava/lang/Object;"),
    ("const-string/jumbo", 4, "jumbo"),
    ("new-instance", 5, "Lcom/x/B;"),
    ("invoke-direct/range", [5], "Lcom/x/B;-><init>()V"),
    (
        "invoke-polymorphic",
        [0, 1],
        "Ljava/lang/invoke/MethodHandle;->invoke([Ljava/lang/Object;)Ljava/lang/Object;",
        "(I)V",
    ),
    ("invoke-custom", [0], CallSite(Handle(4, "Lcom/x/A;->boot(I)V"), "apply", "(I)V")),
    ("const-method-handle", 0, Handle(4, "Lcom/x/A;->boot(I)V")),
    ("const-method-type", 0, "(I)V"),
    ("return-void",),
]


def rich() -> DexBuilder:
    """Two classes with every kind of reference, payload and member."""
    return (
        DexBuilder()
        .add_class(
            "Lcom/x/A;",
            interfaces=["Ljava/lang/Runnable;"],
            source="A.java",
            fields=[
                Field("URL", "Ljava/lang/String;", 0x9, "http://static.test/"),
                Field("n", "I", 0x9, 7),
                Field("o", "Ljava/lang/Object;"),
            ],
            methods=[
                Method("run", code=RUN),
                Method("boot", "(I)V", access=0x9, code=[("return-void",)]),
                Method("nat", "(JD)V", access=0x101),
            ],
        )
        .add_class("Lcom/x/B;", "Lcom/x/A;", methods=[Method("<init>", access=0x10001, code=[("return-void",)])])
    )


def one(code: list[object], **more: object) -> bytes:
    """A dex with one method, ``Lcom/x/A;->run()V``."""
    return DexBuilder([Class("Lcom/x/A;", methods=[Method("run", code=code)])]).build(**more)  # type: ignore[arg-type]


REAL = (
    "realapps/androguard-androguard/TestActivity_b43a1d3d.apk",
    "realapps/androguard-androguard/com.teleca.jamendo_35_bedeeae7.apk",
    "realapps/wptagent/gnirehtet__gnirehtet.apk",
    "realapps/uiautomator2/app-uiautomator-3.7.1.apk",
)


def dex_files(apk: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every dex file of a well-formed APK."""
    with zipfile.ZipFile(apk) as container:
        for name in sorted(container.namelist()):
            if name.endswith(".dex"):
                yield name, container.read(name)


def real(corpus: Path) -> Iterator[tuple[str, bytes]]:
    """A few real dex files of 20 KB to 3 MB."""
    for path in REAL:
        for name, data in dex_files(corpus / path):
            yield f"{path}!/{name}", data
