"""Two apps compared by their facts."""

import mmap
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from affidavit.facts.reading import make_fact
from affidavit.identity.code.index import Index
from affidavit.identity.code.match import match
from affidavit.identity.code.signatures import of_program
from affidavit.identity.code.stage import own_classes
from affidavit.identity.code.store import opened
from affidavit.identity.likeness import cuts, likeness, sketch
from affidavit.knowledge import FINGERPRINTS
from affidavit.model.declared import MetaData, Permission
from affidavit.model.endpoint import Endpoint
from affidavit.model.fact import Fact
from affidavit.model.identity import Framework, Package
from affidavit.model.inventory import EntryFact
from affidavit.model.likeness import CodeSketch, Likeness
from affidavit.model.place import Place
from affidavit.model.signing import Certificate
from tests.reading import read

SHARED = Path(__file__).parents[3] / "shared" / "data"
OBFUSCATED = SHARED / "constituent" / "obfuscated"


def fact(what: Any, entry: str = "") -> Fact:
    return make_fact(what, Place(entry), "test/1")


def sketched(path: Path) -> list[Fact]:
    with read(path, frozenset({"entries", "manifest", "code"})) as state:
        signatures = of_program(state.program)
        own = (match(signatures, shipped()).origin < 0) & own_classes(signatures, state.facts)
        return [sketch(signatures, own, Place(""), shipped())]


@cache
def shipped() -> Index:
    """The index that comes along."""
    with FINGERPRINTS.open("rb") as file:
        return opened(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))[0]


def line(what: Likeness, about: str) -> str:
    return next(item.says for item in (*what.lines, *what.function) if item.about == about)


def test_without_code_nothing_is_said_of_code() -> None:
    found = likeness([], [])
    assert found.level == "undetermined"
    assert {item.says for item in (*found.lines, *found.function)} == {"nothing to compare"}


def test_sketches_of_different_schemes_are_not_compared() -> None:
    old = CodeSketch(0, 9, 9, 0, "a", 900, "", 900, "")
    new = CodeSketch(1, 9, 9, 0, "b", 900, "", 900, "")
    found = likeness([fact(old)], [fact(new)])
    assert found.level == "undetermined"
    assert "review both again" in found.why


def test_too_little_own_code_of_one_framework_is_a_common_template() -> None:
    few, other = (fact(CodeSketch(1, 9, 9, 700, name, 30, "", 30, "", families=300)) for name in "ab")
    assert likeness([few], [other]).level == "undetermined"
    framework = fact(Framework("cordova", "Cordova"))
    found = likeness([few, framework], [other, framework])
    assert found.level == "common template"
    assert "cordova" in found.why


def test_each_line_of_evidence_stands_by_itself() -> None:
    key = Certificate("v2", "CN=a", "CN=a", "1", "", "", "RSA 2048", "x", "ab", "cd", verified=True)
    image = EntryFact(size=100, compressed=90, header=0, data=10, sha256="11", media="png")
    meta = MetaData("com.example.KEY", "0123456789")
    first = [
        fact(key),
        fact(Package("com.example.a", "1", 1)),
        fact(image, "res/a.png"),
        fact(meta),
        fact(Endpoint("host", "api.example.com", "api.example.com", "endpoint", "code")),
        fact(Permission("android.permission.CAMERA")),
    ]
    second = [
        fact(key),
        fact(Package("com.example.b", "1", 1)),
        fact(image, "res/renamed.png"),
        fact(meta),
        fact(Endpoint("host", "other.example.com", "other.example.com", "endpoint", "code")),
        fact(Permission("android.permission.CAMERA")),
        fact(Permission("android.permission.INTERNET")),
    ]
    found = likeness(first, second)
    said = {about: line(found, about) for about in ("signer", "package", "resources", "identifiers", "endpoints")}
    assert said == {
        "signer": "same",
        "package": "different",
        "resources": "same",
        "identifiers": "same",
        "endpoints": "different",
    }
    assert line(found, "permissions") == "partly"
    assert found.level == "undetermined", "nothing of this is common code"


@pytest.mark.corpus
def test_builds_of_one_real_app_are_the_app_and_another_app_is_not() -> None:
    miiad = SHARED / "constituent" / "apk" / "miiad"
    first, second = (sketched(path) for path in sorted(miiad.iterdir()) if path.suffix == ".apk")
    assert likeness(first, first).level == "same code"
    assert likeness(first, second).level == "repackaged"
    apps = SHARED / "tpl" / "libhunter" / "apks"
    plain, shrunk = (sketched(path) for path in sorted(apps.iterdir()))
    found = likeness(plain, shrunk)
    assert found.level == "repackaged"
    assert found.around > found.inside > cuts().derivative, "shrinking removed much of the first"
    other = sketched(SHARED / "realapps" / "androguard-androguard" / "com.teleca.jamendo_35_bedeeae7.apk")
    assert [likeness(item, other).level for item in (first, plain, shrunk)] == ["not shown"] * 3


@pytest.mark.corpus
def test_of_an_app_that_is_nearly_all_libraries_it_is_said_that_there_is_too_little() -> None:
    found = likeness(*(sketched(OBFUSCATED / "app00" / f"{name}.apk") for name in ("r8srk", "r8full")))
    assert found.level == "undetermined"
    assert "too little own code" in found.why
