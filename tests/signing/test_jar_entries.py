"""Which entries a JAR signature covers, on Android and in Java, and how that is said."""

import pytest

from affidavit.artefact.budget import Budget
from affidavit.artefact.part import Part
from affidavit.signing.jar_entries import covers, digest_all, is_covered, read_content, unprotected
from affidavit.signing.jar_manifest import parse_manifest
from tests.artefact.reading import read_zip
from tests.builders.jar_signing import APP, manifest
from tests.builders.zip import Item, build_zip


@pytest.mark.parametrize(
    ("name", "android", "java"),
    [
        ("classes.dex", True, True),
        ("META-INF/MANIFEST.MF", False, False),
        ("META-INF/CERT.SF", False, False),
        ("META-INF/CERT.RSA", False, False),
        ("META-INF/CERT.DSA", False, False),
        ("META-INF/CERT.EC", False, False),
        ("META-INF/SIG-X", False, False),
        ("meta-inf/cert.rsa", True, False),
        ("META-INF/services/x", False, True),
        ("META-INF/sub/CERT.RSA", False, True),
        ("META-INF/x.txt", False, True),
        ("META-INFO/x", True, True),
        ("x/META-INF/MANIFEST.MF", True, True),
        ("MANIFEST.MF", True, True),
        ("res/", False, False),
        ("META-INF/", False, False),
        ("", True, True),
    ],
)
def test_what_is_covered(name: str, android: bool, java: bool):
    assert is_covered(name.encode(), java=False) is android
    assert is_covered(name.encode(), java=True) is java


def entries(*names: str) -> tuple:
    return read_zip(build_zip([Item(name, b"x") for name in names])).part.entries


@pytest.mark.parametrize(
    ("names", "covered", "java", "said"),
    [
        (("a", "b"), 2, False, "2 of 2 entries"),
        (("a",), 1, False, "1 of 1 entry"),
        (("a", "META-INF/x"), 1, False, "1 of 2 entries; 1 under META-INF is not covered"),
        (("a", "META-INF/x", "META-INF/y"), 1, False, "1 of 3 entries; 2 under META-INF are not covered"),
        (("a", "b", "META-INF/x"), 1, False, "1 of 3 entries; 2 are not covered"),
        (("a", "META-INF/x"), 1, True, "1 of 2 entries; 1 is not covered"),
        (("a", "b/"), 1, False, "1 of 1 entry; 1 folder entry is not either"),
        (("a", "b/", "c/"), 1, False, "1 of 1 entry; 2 folder entries are not either"),
    ],
)
def test_the_sentence(names: tuple[str, ...], covered: int, java: bool, said: str):
    assert covers(entries(*names), covered, java=java) == said


def test_large_counts_are_grouped():
    many = entries(*(f"{number}" for number in range(1210)))
    assert covers(many, 1203, java=False) == "1,203 of 1,210 entries; 7 are not covered"


def test_the_own_files_of_a_signature_are_no_loose_ones():
    found = unprotected(entries("META-INF/A.SF", "META-INF/B.SF", "META-INF/", "x/", "y"), {b"META-INF/A.SF"})
    assert found == [
        "'META-INF/B.SF' is not covered",
        "'META-INF/' is named as a folder and holds 1 bytes; it is not covered",
        "'x/' is named as a folder and holds 1 bytes; it is not covered",
    ]


def test_a_bomb_is_unread_and_a_broken_stream_is_broken():
    read = read_zip(
        build_zip(
            [Item("bomb", bytes(500_000)), Item("bad", b"x", stream=b"\xff" * 50), Item("method", b"x", method=9)]
        ),
        entry_bytes=100_000,
    )
    bomb, bad, method = (read_content(read.part, entry, read.budget) for entry in read.part.entries)
    assert (bomb.data, bomb.broken, bomb.unread) == (None, "", "it passes a bound")
    assert (bad.data, bad.broken, bad.unread) == (None, "its bytes are no deflate stream", "")
    assert method.broken == "its method is unknown and its bytes are no deflate stream"


def test_a_bound_of_its_own_is_kept():
    read = read_zip(build_zip([Item("a", bytes(5_000))]))
    assert "more than are read here (1,000)" in read_content(read.part, read.part.entries[0], read.budget, 1_000).unread
    assert read_content(read.part, read.part.entries[0], read.budget, 5_000).data == bytes(5_000)


class Ticking(Budget):
    """A budget that counts how often it is asked."""

    asked: int = 0

    def check(self) -> None:
        self.asked += 1


def test_the_budget_is_asked_at_least_every_64_mebibytes():
    files = {f"{number}": bytes(33 << 20) for number in range(2)}
    read = read_zip(build_zip([Item(name, data, 0) for name, data in files.items()]))
    budget = Ticking(free_bytes=1 << 30)
    part = Part("", "base", read.part.view, read.part.entries, budget=budget, notes=read.part._notes)
    sections = {item.name: item for item in parse_manifest(manifest(files)).sections}
    before = budget.asked
    result = digest_all(part, list(part.entries), sections, budget, java=False)
    assert budget.asked - before == 1
    assert (result.unlike, result.broken, result.unread) == ({}, {}, {})


def test_all_digests_that_any_level_picks_are_compared_at_once():
    read = read_zip(build_zip([Item(name, data + b"!") for name, data in APP.items()]))
    text = parse_manifest(manifest(APP, ("sha1", "sha512", "md5")))
    sections = {item.name: item for item in text.sections}
    result = digest_all(read.part, list(read.part.entries), sections, read.budget, java=False)
    assert {item.digest for item in result.unlike[b"classes.dex"]} == {"sha1", "sha512"}
    java = digest_all(read.part, list(read.part.entries), sections, read.budget, java=True)
    assert {item.digest for item in java.unlike[b"classes.dex"]} == {"sha1", "sha512", "md5"}


def test_entries_that_the_manifest_does_not_list_are_not_read():
    read = read_zip(build_zip([Item("a", b"x", stream=b"\xff" * 9)]))
    assert digest_all(read.part, list(read.part.entries), {}, read.budget, java=False).broken == {}
    assert read.limitations == []


def test_entries_that_share_bytes_are_not_looked_at_twice():
    bad = Item("a", b"x", stream=b"\xff" * 50)
    read = read_zip(build_zip([bad, Item("b", b"x", stream=b"\xff" * 50, at=0, local={"name": b"b"}, hidden=True)]))
    content = read_content(read.part, read.part.entries[0], read.budget)
    assert "overlap" in read.part.entries[0].oddities
    assert (content.broken, content.unread) == ("", "it passes a bound")
