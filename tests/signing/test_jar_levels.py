"""JAR signatures: the answers of API levels, and what newer signatures change."""

from collections.abc import Callable

import pytest

from affidavit.artefact.part import Part
from affidavit.signing.jar import LEVELS, JarScheme
from affidavit.signing.outcome import SchemeResult
from tests.artefact.reading import read_zip
from tests.builders.jar_signing import (
    APP,
    Info,
    Jar,
    attributes_of,
    block,
    manifest,
    signature_file,
)
from tests.builders.zip import Item
from tests.signing.jars import NONE, at, scheme, second, words, wrong_in


@pytest.mark.parametrize(("name", "refused"), [("sha1", [8, 17]), ("sha256", [18, 24, 33])])
def test_a_level_compares_the_digest_that_it_picks(name: str, refused: list[int]):
    checked = scheme(wrong_in(name).build())
    assert [level for level in (8, 17, 18, 24, 33) if not checked.at(level, NONE).holds] == refused


def test_digests_that_a_level_does_not_know_are_no_digests():
    jar = Jar(digests=("md5",), kind="rsa", digest="sha1")
    made = jar.own_manifest()
    jar.text = signature_file(made, ("sha1",))
    assert words(at(jar)) == ["jar-sig-no-zip-entry-digest-in-manifest"]


@pytest.mark.parametrize(
    ("stated", "level", "found", "expected"),
    [
        ("2", 23, (), []),
        ("2", 24, (), ["jar-sig-missing-apk-sig-referenced"]),
        ("2", 24, (2,), []),
        ("2, 3", 27, (2,), []),
        ("2, 3", 28, (2,), ["jar-sig-missing-apk-sig-referenced"]),
        ("2, 3", 28, (2, 3), []),
        ("3", 24, (), []),
        ("x, , 99999999999, -2", 28, (), []),
        ("+2", 24, (), ["jar-sig-missing-apk-sig-referenced"]),
        ("000000000002", 24, (), ["jar-sig-missing-apk-sig-referenced"]),
        ("\u0662", 24, (), ["jar-sig-missing-apk-sig-referenced"]),
        (",".join(["9"] * 200 + ["2"]), 24, (), ["jar-sig-missing-apk-sig-referenced"]),
    ],
)
def test_newer_signatures_that_were_removed_are_missed(stated: str, level: int, found: tuple[int, ...], expected):
    text = signature_file(manifest(APP), main=[("X-Android-APK-Signed", stated)])
    assert words(at(Jar(text=text), level, frozenset(found))) == expected


def test_what_the_signature_file_does_not_say_is_said_once_newer_signatures_are_there():
    assert words(at(Jar(), 24, frozenset({2})), error=False) == ["jar-sig-no-apk-sig-strip-protection"]
    assert words(at(Jar(), 23, frozenset({2})), error=False) == []
    text = signature_file(manifest(APP), main=[("X-Android-APK-Signed", "2, 7")])
    assert words(at(Jar(text=text), 24, frozenset({2})), error=False) == ["jar-sig-unknown-apk-sig-scheme-id"]


def every(data: bytes, ask: Callable[[int], SchemeResult]) -> list[SchemeResult]:
    return [ask(level) for level in sorted(LEVELS | {1, 8, 17, 20, 23, 33})]


JARS = [
    Jar(),
    wrong_in("sha1"),
    wrong_in("sha256"),
    Jar(more=second()),
    Jar(digests=("sha1", "sha512"), kind="rsa", digest="sha1"),
    Jar(block=block(Info(Jar().own_text(), attributes=attributes_of(Jar().own_text())))),
    Jar(files={**APP, "assets/zero": bytes(9_999)}, more=[Item("META-INF/x", b"")]),
]


@pytest.mark.parametrize("jar", JARS)
def test_one_object_asked_at_all_levels_answers_as_a_new_one_for_each(jar: Jar):
    data = jar.build()
    one = scheme(data)
    assert every(data, lambda level: one.at(level, NONE)) == every(data, lambda level: scheme(data).at(level, NONE))


@pytest.mark.parametrize("jar", JARS)
def test_answers_change_at_the_stated_levels_only(jar: Jar):
    checked = scheme(jar.build())
    for level in range(1, 40):
        if level + 1 not in checked.levels:
            assert checked.at(level, NONE) == checked.at(level + 1, NONE)


class Counting(Part):
    """A part that counts how often its entries are read."""

    def read(self, entry):
        self.counts = getattr(self, "counts", {})
        self.counts[entry.name] = self.counts.get(entry.name, 0) + 1
        return super().read(entry)


def test_every_entry_is_read_once_whatever_the_number_of_levels():
    read = read_zip(wrong_in("sha1").build())
    part = Counting("", "base", read.part.view, read.part.entries, budget=read.budget, notes=read.part._notes)
    jar = JarScheme(part, read.budget)
    every(b"", lambda level: jar.at(level, NONE))
    assert set(part.counts.values()) == {1}
