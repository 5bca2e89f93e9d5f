"""JAR signatures as Java takes them."""

from affidavit.signing.jar import LEVELS, JarScheme
from tests.artefact.reading import read_zip
from tests.builders.jar_signing import (
    APP,
    Jar,
    manifest,
    signature_file,
)
from tests.builders.zip import Item, build_zip
from tests.signing.jars import NONE, at, second, words, wrong_in


def test_java_takes_a_jar_of_which_some_entries_are_signed():
    jar = Jar(more=[Item("added", b"x"), Item("META-INF/x", b"y")])
    assert words(at(jar)) == ["jar-sig-no-zip-entry-digest-in-manifest"]
    result = at(jar, java=True)
    assert result.holds
    assert words(result, error=False) == ["jar-sig-no-zip-entry-digest-in-manifest"]
    assert result.covers == "3 of 8 entries; 5 are not covered"


def test_java_covers_what_lies_under_meta_inf():
    files = {**APP, "META-INF/services/x": b"y", "META-INF/sub/X.SF": b"z"}
    result = at(Jar(files=files), java=True)
    assert result.holds
    assert result.covers == "5 of 8 entries; 3 are not covered"
    items = Jar(files=files).items()
    items[-1].data += b"!"
    assert words(at(build_zip(items), java=True)) == ["jar-sig-zip-entry-digest-did-not-verify"]


def test_java_compares_every_digest():
    assert words(at(wrong_in("sha1"), java=True)) == ["jar-sig-zip-entry-digest-did-not-verify"]
    assert words(at(wrong_in("sha256"), java=True)) == ["jar-sig-zip-entry-digest-did-not-verify"]


def test_java_takes_entries_of_different_signers_and_missing_ones():
    some = signature_file(manifest(APP), names=["classes.dex"])
    result = at(Jar(more=second(text=some)), java=True)
    assert result.holds
    assert len(result.signers) == 2
    assert at(build_zip(Jar().items()[:-1]), java=True).holds


def test_java_is_asked_of_libraries_and_has_no_levels():
    read = read_zip(Jar().build())
    read.part.role = "library"
    jar = JarScheme(read.part, read.budget)
    assert (jar.java, jar.levels) == (True, frozenset())
    assert JarScheme(read.part, read.budget, java=False).levels == LEVELS
    assert jar.at(1, NONE) == jar.at(33, frozenset({2, 3}))


def test_java_says_what_it_would_take_for_unsigned_today():
    jar = Jar(digests=("sha1",), kind="rsa", digest="sha1")
    assert words(at(jar, java=True), error=False) == ["jar-sig-disabled-algorithm"]
    assert words(at(jar), error=False) == []


def test_java_takes_names_in_any_case_and_duplicates():
    renamed = [Item(item.raw.lower(), item.data) for item in Jar().items()[:3]]
    lowered = build_zip([*renamed, *Jar().items()[3:]])
    assert at(lowered, java=True).holds
    assert words(at(lowered)) == ["jar-sig-no-manifest"]
    twice = at(Jar(more=[Item("classes.dex", APP["classes.dex"])]), java=True)
    assert twice.holds
    assert words(twice, error=False) == ["jar-sig-duplicate-zip-entry"]
    assert not at(Jar(more=[Item("classes.dex", b"other")]), java=True).holds
