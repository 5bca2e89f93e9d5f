"""What JAR signatures are asked, at one API level or for Java."""

import hashlib

from affidavit.signing.jar import JarScheme
from affidavit.signing.outcome import SchemeResult
from tests.artefact.reading import read_zip
from tests.builders.jar_signing import (
    APP,
    Info,
    Jar,
    block,
    digest,
    manifest,
    signature_file,
)
from tests.builders.zip import Item

NONE: frozenset[int] = frozenset()


def scheme(data: bytes, *, java: bool | None = None, **bounds: int) -> JarScheme:
    read = read_zip(data, **bounds)
    return JarScheme(read.part, read.budget, java=java)


def at(jar: Jar | bytes, level: int = 24, schemes: frozenset[int] = NONE, **options) -> SchemeResult:
    data = jar.build() if isinstance(jar, Jar) else jar
    return scheme(data, **options).at(level, schemes)


def words(result: SchemeResult, *, error: bool = True) -> list[str]:
    return sorted({issue.word for issue in result.every_issue if issue.error is error})


def signers(result: SchemeResult) -> list[str]:
    return [hashlib.sha256(item.certificates[0].der).hexdigest() for item in result.signers]


def second(name: str = "SECOND", kind: str = "rsa", text: bytes | None = None, made: bytes | None = None) -> list[Item]:
    text = signature_file(manifest(APP)) if text is None else text
    return [
        Item(f"META-INF/{name}.SF", text),
        Item(f"META-INF/{name}.RSA", block(Info(text, kind=kind)) if made is None else made),
    ]


def wrong_in(name: str) -> Jar:
    """A JAR with SHA-1 and SHA-256 of its entries, one of which does not fit."""
    made = manifest(APP, ("sha1", "sha256"))
    changed = made.replace(digest(name, APP["res/a.txt"]).encode(), digest(name, b"other").encode())
    return Jar(manifest=changed, text=signature_file(changed, ("sha1", "sha256")), kind="rsa", digest="sha1")
